//! Files that are written whole or not at all: a new text, or the text to restore, goes to another file of the same folder
//! first.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use tempfile::{Builder, NamedTempFile};

/// Writes a new file with the usual permissions of new files.
///
/// # Errors
///
/// [`io::ErrorKind::AlreadyExists`] if the name is taken, even at the last moment.
pub fn create(path: &Path, text: &str) -> io::Result<()> {
    let mut builder = Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    beside(&mut builder, path, text.as_bytes())?.persist_noclobber(path)?;
    Ok(())
}

/// Writes a file that only its user may read. It replaces an older file of that name.
pub fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    beside(&mut Builder::new(), path, text)?.persist(path)?;
    Ok(())
}

/// Writes another text into a file, which stays the same file.
///
/// A new file under the old name would lose the owner, the group, the hard links and all that the system keeps for the old
/// one, like access lists. The price: for a moment the file holds parts of both texts. So the old text lies beside the file
/// until the new one is on the disk, and a full disk leaves the file as it was.
pub fn rewrite(path: &Path, old: &str, new: &str) -> io::Result<()> {
    let backup = beside(&mut Builder::new(), path, old.as_bytes())?;
    let mut file = File::options().write(true).open(path)?;
    // The end comes first: only what is behind the old text needs more of the disk.
    let end = new.as_bytes().get(old.len()..).unwrap_or_default();
    let written = put(&mut file, old.len(), end).and_then(|()| fill(&mut file, new));
    if written.is_err() && fill(&mut file, old).is_err() {
        backup.keep()?;
    }
    written
}

/// Makes a text all that is in a file.
fn fill(file: &mut File, text: &str) -> io::Result<()> {
    put(file, 0, text.as_bytes())?;
    file.set_len(text.len() as u64)?;
    file.sync_all()
}

fn put(file: &mut File, at: usize, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(at as u64))?;
    file.write_all(bytes)?;
    // Some file systems say only now that they are full.
    file.sync_all()
}

/// A text on the disk, in the folder of a path, under a name of its own. Dropping it deletes it.
fn beside(builder: &mut Builder<'_, '_>, path: &Path, text: &[u8]) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let mut beside = builder.prefix(".pagewalk-").tempfile_in(folder)?;
    beside.write_all(text)?;
    beside.as_file().sync_all()?;
    Ok(beside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_name_that_is_taken_is_left_alone_and_nothing_stays_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        create(&path, "one").unwrap();
        assert_eq!(create(&path, "two").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_holds_the_new_text_whether_it_is_longer_or_shorter() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        for (old, new) in [("one", "longer"), ("longer", "two"), ("two", "")] {
            fs::write(&path, old).unwrap();
            rewrite(&path, old, new).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), new);
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no copy is left");
        }
    }
}
