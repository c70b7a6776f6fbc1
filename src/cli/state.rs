//! What is kept from one time to the next: read before the screen, written after it. It is a convenience: where it cannot
//! be read or written, nothing is said and nothing is lost but the convenience.

use super::{home, whole};
use crate::export::json;
use crate::tui::remembered::Remembered;
use std::path::Path;

/// More bytes than this are not what this program has written.
const MAX_BYTES: u64 = 1 << 20;

/// What is known from other times. A file that is broken counts as none. Where nothing can be kept, the tour would play at
/// every start: it counts as seen.
pub fn load() -> Remembered {
    let Some(path) = home::state() else { return Remembered::of_nobody() };
    let text = home::text(&path, MAX_BYTES).ok().flatten();
    let known = text.and_then(|text| serde_json::from_str::<Remembered>(&text).ok());
    let mut known = known.map(Remembered::within_limits).unwrap_or_default();
    known.tour_seen = known.tour_seen || !can_be_kept(&path);
    known
}

/// Whether a file can be written there.
fn can_be_kept(path: &Path) -> bool {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).and_then(|()| tempfile::tempfile_in(folder)).is_ok()
}

/// Keeps it. If two programs end at once, one of them is remembered, whole.
pub fn save(remembered: &Remembered) {
    // Nobody waits for it, and nothing else depends on it.
    let _ = home::state().map(|path| write(&path, remembered));
}

fn write(path: &Path, remembered: &Remembered) -> std::io::Result<()> {
    let mut text = vec![];
    json::lines(remembered, &mut text)?;
    whole::replace(path, &text)
}
