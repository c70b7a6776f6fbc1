//! The disk: the contents of the files, within bounds.

use super::diagnostic::Problem;
use super::document::{Document, FileSetting};
use super::node::Node;
use super::source::Place;
use crate::kernel::PAGE;
use crate::kernel::state::File;
use std::collections::{BTreeMap, BTreeSet};

/// The most bytes that the files of a scenario may have, its programs' among them.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

/// The contents of the files, within so much room. The names of those that are not there go to `lost`.
pub fn files(
    document: &Document,
    root: &Node,
    broken: &[Place],
    room: u64,
    problems: &mut Vec<Problem>,
    lost: &mut BTreeSet<String>,
) -> BTreeMap<String, File> {
    let before = problems.len();
    let files = files_within(document, root, broken, room, problems);
    // One that is wrong has been told, and so need not be missed.
    if problems.len() > before {
        lost.extend(document.files.keys().cloned());
    }
    files.unwrap_or_default()
}

fn files_within(
    document: &Document,
    root: &Node,
    broken: &[Place],
    mut room: u64,
    problems: &mut Vec<Problem>,
) -> Option<BTreeMap<String, File>> {
    let mut files = BTreeMap::new();
    let written = root.get("files").map(Node::by_key).unwrap_or_default();
    for (name, setting) in &document.files {
        let Some((key, node)) = written.get(name.as_str()) else { continue };
        // What is wrong with it has been told.
        if node.place.is_among(broken) {
            continue;
        }
        if let Some(problem) = wrong(document, &key.place, name, setting) {
            problems.push(problem);
            continue;
        }
        let text = setting.text.as_ref();
        let bytes = text.map_or(setting.size.unwrap_or_default().0, |text| text.len() as u64);
        let Some(rest) = room.checked_sub(bytes.div_ceil(PAGE).saturating_mul(PAGE)) else {
            problems.push(Problem::other(node.place_of(&["size"]), too_much()));
            return None;
        };
        room = rest;
        let file = match text {
            Some(text) => File::new(name, text.as_bytes()),
            None => {
                let words = (0..bytes).step_by(8).flat_map(u64::to_le_bytes).take(bytes as usize);
                File::new(name, &words.collect::<Vec<u8>>())
            }
        };
        files.insert(name.clone(), file);
    }
    Some(files)
}

/// What is wrong with a file, but for its size.
fn wrong(document: &Document, place: &Place, name: &str, setting: &FileSetting) -> Option<Problem> {
    let place = place.clone();
    if document.programs.contains_key(name) {
        let what = format!("\"{name}\" is the name of a program, whose file has it already");
        return Some(Problem::advice(place, what, "give the file another name"));
    }
    match (&setting.text, setting.size) {
        (None, None) => {
            let help = "give it \"text\", or a \"size\"";
            Some(Problem::advice(place, "a file without contents", help))
        }
        (Some(_), Some(_)) => {
            let what = "a file has either \"text\" or \"size\"";
            Some(Problem::advice(place, what, "remove one of the two"))
        }
        _ => None,
    }
}

/// What is wrong where they are passed.
pub fn too_much() -> String {
    format!("programs and files have more than {} MiB together", MAX_FILE_BYTES >> 20)
}
