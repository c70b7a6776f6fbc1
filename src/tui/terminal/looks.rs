//! What the terminal can show, and how the screen looks on it.

use crate::scenario::stage::ThemeName;
use crate::tui::comfort::Comfort;
use crate::tui::model::Looks;
use crate::tui::theme::{self, Depth};
use supports_color::Stream;

/// How the screen looks for a user who wants it so, on this terminal. If no theme is named, one with few colours shows its
/// own, and any other a dark page until it says that it has a light one.
pub fn of(comfort: &Comfort, colour: bool) -> Looks {
    let depth = depth();
    let fits = colour && comfort.theme == ThemeName::Auto && depth != Depth::Sixteen;
    let theme = match colour {
        _ if fits => &theme::DARK,
        true => theme::named(comfort.theme).unwrap_or(&theme::TERMINAL),
        false => &theme::NONE,
    };
    Looks { theme, fits, depth, ascii: comfort.ascii }
}

fn depth() -> Depth {
    match supports_color::on(Stream::Stdout) {
        Some(level) if level.has_16m => Depth::True,
        Some(level) if level.has_256 => Depth::Indexed,
        _ => Depth::Sixteen,
    }
}
