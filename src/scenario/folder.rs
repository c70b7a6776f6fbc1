//! The files beside a scenario. Who reads them is handed in, as a scenario never touches the file system itself.

use std::fmt;
use std::sync::Arc;

/// The most bytes that a file beside a scenario may have: 4 MiB.
pub const MAX_BYTES: usize = 4 << 20;

/// Reads a file of a folder by its plain name, or says why it cannot be read.
type Reader = dyn Fn(&str) -> Result<Vec<u8>, String> + Send + Sync;

/// The folder that a scenario is in; nothing, if it is in none.
#[derive(Clone, Default)]
pub struct Folder(Option<Arc<Reader>>);

impl Folder {
    /// A folder whose files are read so. The reader gets plain names only: of no other folder.
    pub fn new(reader: impl Fn(&str) -> Result<Vec<u8>, String> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(reader)))
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Why it cannot be read: the name is no plain one, the file is not there or too long, or there is no folder.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        if !is_plain(name) {
            return Err(format!("\"{name}\" is not the plain name of a file beside the scenario"));
        }
        let Some(reader) = &self.0 else {
            return Err(format!("there is no folder to look for \"{name}\" in"));
        };
        let bytes = reader(name)?;
        match bytes.len() > MAX_BYTES {
            true => Err(format!("\"{name}\" has more than {} MiB", MAX_BYTES >> 20)),
            false => Ok(bytes),
        }
    }
}

/// Whether a name says nothing about where its file is: no separators of any system, no drive, and not a folder.
fn is_plain(name: &str) -> bool {
    !["", ".", ".."].contains(&name) && !name.contains(['/', '\\', ':']) && !name.contains(char::is_control)
}

impl fmt::Debug for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Folder" } else { "no Folder" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_reach_the_reader() {
        let folder = Folder::new(|name| Ok(name.into()));
        assert_eq!(folder.read("a.json").unwrap(), b"a.json");
        assert_eq!(folder.read("..a").unwrap(), b"..a");
        for name in ["", ".", "..", "/a", "a/b", "../a", "a\\b", "C:a", "a\0b", "a\n"] {
            assert!(folder.read(name).unwrap_err().contains("plain name"), "{name}");
        }
    }

    #[test]
    fn what_is_too_long_or_in_no_folder_is_not_read() {
        assert!(Folder::default().read("a").unwrap_err().starts_with("there is no folder"));
        assert!(Folder::new(|_| Ok(vec![0; MAX_BYTES])).read("a").is_ok());
        assert!(
            Folder::new(|_| Ok(vec![0; MAX_BYTES + 1])).read("a").unwrap_err().ends_with("more than 4 MiB")
        );
    }
}
