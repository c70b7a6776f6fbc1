//! The files beside a scenario on the disk: read whole, and never from elsewhere.

use crate::scenario::Folder;
use crate::scenario::folder::MAX_BYTES;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// The folder that a scenario's file is in.
pub fn around(scenario: &str) -> Folder {
    let folder = path(scenario);
    Folder::new(move |name| read(&folder, name))
}

/// Where a file beside a scenario lies.
pub fn beside(scenario: &str, name: &str) -> PathBuf {
    path(scenario).join(name)
}

fn path(scenario: &str) -> PathBuf {
    match Path::new(scenario).parent() {
        Some(folder) if folder != Path::new("") => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// Reads a file of a folder. A link may not lead out of the folder, and what is no file, like a pipe, is not opened.
fn read(folder: &Path, name: &str) -> Result<Vec<u8>, String> {
    let problem = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => format!("there is no file \"{name}\" beside the scenario"),
        _ => format!("\"{name}\" cannot be read: {error}"),
    };
    let file = fs::canonicalize(folder.join(name)).map_err(problem)?;
    if !file.starts_with(fs::canonicalize(folder).map_err(problem)?) {
        return Err(format!("\"{name}\" leads out of the folder of the scenario"));
    }
    if !fs::metadata(&file).map_err(problem)?.is_file() {
        return Err(format!("\"{name}\" is not a file"));
    }
    let mut bytes = vec![];
    // One byte more than is allowed tells that there are too many.
    let file = fs::File::open(file).map_err(problem)?.take(MAX_BYTES as u64 + 1);
    { file }.read_to_end(&mut bytes).map_err(problem)?;
    Ok(bytes)
}
