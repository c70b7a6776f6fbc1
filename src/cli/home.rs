//! Where a user's files lie: the places of the platform, and of the XDG base directories where they are used.

use super::load;
use etcetera::{BaseStrategy, choose_base_strategy};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The folder of this program in each of them.
const OWN: &str = "pagewalk";

/// The configuration; `None` if the user has no home.
pub fn config() -> Option<PathBuf> {
    Some(choose_base_strategy().ok()?.config_dir().join(OWN).join("config.toml"))
}

/// What is known from other times; `None` if the user has no home.
pub fn state() -> Option<PathBuf> {
    let base = choose_base_strategy().ok()?;
    // Where the platform has no place for state, it goes to the data.
    let folder = base.state_dir().unwrap_or_else(|| base.data_dir());
    Some(folder.join(OWN).join("state.json"))
}

/// Where it is told what is played, the best place first: a folder that goes when the user logs out, or one of the state.
pub fn playing() -> Vec<PathBuf> {
    let Ok(base) = choose_base_strategy() else { return vec![] };
    let state = state().and_then(|path| Some(path.parent()?.to_owned()));
    base.runtime_dir().map(|folder| folder.join(OWN)).into_iter().chain(state).collect()
}

/// The text of a file of at most so many bytes; `None` if there is no such file.
///
/// # Errors
///
/// Why it cannot be read.
pub fn text(path: &Path, most_bytes: u64) -> Result<Option<String>, String> {
    let file = match std::fs::metadata(path) {
        // What is no file, like a pipe, may never end.
        Ok(metadata) if !metadata.is_file() => return Err("this is not a file".into()),
        Ok(_) => std::fs::File::open(path),
        Err(error) => Err(error),
    };
    let file = match file {
        Ok(file) => file,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(load::reason(&error)),
    };
    let mut bytes = vec![];
    file.take(most_bytes + 1).read_to_end(&mut bytes).map_err(|error| load::reason(&error))?;
    if bytes.len() as u64 > most_bytes {
        return Err(format!("it has more than {most_bytes} bytes"));
    }
    String::from_utf8(bytes).map(Some).map_err(|_| "it is not UTF-8".into())
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
