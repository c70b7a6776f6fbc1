//! The cases that are kept: a file each, in `tests/fuzz/cases`. Its name begins with its kind.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// The extension of a file that holds the bytes of any kind of case, two digits each.
pub const HEX: &str = "hex";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/cases")
}

/// All files, in order.
pub fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

pub fn is_of(file: &Path, kind: &str) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.strip_prefix(kind).is_some_and(|rest| rest.starts_with('-'))
}

/// The extension of a file, and its contents.
pub fn read(file: &Path) -> (String, Vec<u8>) {
    (file.extension().unwrap_or_default().to_string_lossy().into_owned(), fs::read(file).unwrap())
}

/// Keeps a case, and says where.
pub fn keep(kind: &str, extension: &str, contents: &[u8]) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    contents.hash(&mut hasher);
    let file = folder().join(format!("{kind}-{:08x}.{extension}", hasher.finish() as u32));
    fs::write(&file, contents).unwrap();
    file
}

/// Notes the bytes of the case that is being tried, as a file that may be kept by hand: what ends the whole process leaves
/// them there.
pub fn note(name: &str, bytes: &[u8]) {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}.{HEX}"));
    fs::write(file, hex(bytes)).unwrap();
}

pub fn hex(bytes: &[u8]) -> String {
    bytes
        .chunks(60)
        .map(|line| line.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + "\n")
        .collect()
}

pub fn unhex(text: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> =
        text.iter().filter_map(|digit| char::from(*digit).to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect()
}
