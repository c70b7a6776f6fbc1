//! The files beside a scenario on the disk: read whole, and never from elsewhere. Which of them were asked for is known
//! afterwards, so that they can be followed by the same rule.

use crate::scenario::Folder;
use crate::scenario::folder::MAX_BYTES;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// What tells one version of a file from another: when it was written, and how long it is. `None` if there is no file.
pub type Version = Option<(Option<SystemTime>, u64)>;

/// The version of a file with this metadata.
pub fn version(metadata: &Metadata) -> Version {
    Some((metadata.modified().ok(), metadata.len()))
}

/// Files and their versions, by name.
pub type Versions = BTreeMap<String, Version>;

/// The most parts of a path that are looked at to find one file: links may lead in a circle.
const MOST_PARTS: usize = 64;

/// The folder that a scenario's file is in.
#[derive(Clone)]
pub struct Beside {
    path: PathBuf,
    /// The files that were asked for, in the versions that they had when they were.
    asked: Arc<Mutex<Versions>>,
}

impl Beside {
    /// The folder of a scenario's file.
    pub fn of(scenario: &str) -> Self {
        let path = match Path::new(scenario).parent() {
            Some(folder) if folder != Path::new("") => folder.to_path_buf(),
            _ => PathBuf::from("."),
        };
        Self { path, asked: Arc::default() }
    }

    /// The same for a scenario that is read.
    pub fn folder(&self) -> Folder {
        let beside = self.clone();
        Folder::new(move |name| beside.read(name))
    }

    /// The files that were asked for, in the versions that they had then.
    pub fn asked(&self) -> Versions {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The versions that these files have by now.
    pub fn versions<'a>(&self, names: impl Iterator<Item = &'a String>) -> Versions {
        names.map(|name| (name.clone(), self.version(name))).collect()
    }

    fn version(&self, name: &str) -> Version {
        self.find(name).ok().and_then(|(_, metadata)| version(&metadata))
    }

    /// Reads a file. What is no file, like a pipe, is not opened.
    fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        // Before it is read, so that no later version is taken for this one.
        let version = self.version(name);
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).entry(name.to_owned()).or_insert(version);
        let (file, metadata) = self.find(name)?;
        if !metadata.is_file() {
            return Err(format!("\"{name}\" is not a file"));
        }
        let mut bytes = vec![];
        let file = fs::File::open(file).map_err(|error| unreadable(name, &error))?;
        // One byte more than is allowed tells that there are too many.
        let read = file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| unreadable(name, &error))?;
        Ok(bytes)
    }

    /// Where a file lies. Links are followed part by part, by what they say: nothing outside of the folder is looked at.
    fn find(&self, name: &str) -> Result<(PathBuf, Metadata), String> {
        let problem = |error| unreadable(name, &error);
        let mut found = PathBuf::new();
        let mut rest = vec![OsString::from(name)];
        for _ in 0..MOST_PARTS {
            let Some(part) = rest.pop() else {
                let path = self.path.join(found);
                return fs::symlink_metadata(&path).map(|metadata| (path, metadata)).map_err(problem);
            };
            let inside = match Path::new(&part).components().next() {
                Some(Component::Normal(_)) => {
                    found.push(&part);
                    true
                }
                Some(Component::ParentDir) => found.pop(),
                Some(Component::CurDir) | None => true,
                Some(Component::RootDir | Component::Prefix(_)) => {
                    return Err(format!(
                        "\"{name}\" leads to an absolute path: let the link be a relative one"
                    ));
                }
            };
            if !inside {
                return Err(format!("\"{name}\" leads out of the folder of the scenario"));
            }
            let path = self.path.join(&found);
            if found != Path::new("") && fs::symlink_metadata(&path).map_err(problem)?.is_symlink() {
                found.pop();
                let target = fs::read_link(&path).map_err(problem)?;
                rest.extend(target.components().rev().map(|part| part.as_os_str().to_owned()));
            }
        }
        Err(format!("\"{name}\" cannot be read: its links lead too far"))
    }
}

fn unreadable(name: &str, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => format!("there is no file \"{name}\" beside the scenario"),
        _ => format!("\"{name}\" cannot be read: {error}"),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn what_is_read_and_what_is_followed_lies_within_the_folder() {
        let home = tempfile::tempdir().unwrap();
        let course = home.path().join("course");
        fs::create_dir_all(course.join("parts")).unwrap();
        for file in ["outside.json", "course/one.json", "course/parts/two.json"] {
            fs::write(home.path().join(file), file).unwrap();
        }
        let absolute = course.join("one.json");
        for (link, target) in [
            ("near", Path::new("one.json")),
            ("deep", Path::new("./parts/../parts/two.json")),
            ("parts/up", Path::new("../near")),
            ("far", Path::new("../outside.json")),
            ("back", Path::new("../course/one.json")),
            ("root", Path::new("/etc/hostname")),
            ("absolute", &*absolute),
            ("circle", Path::new("circle")),
            ("gone", Path::new("nowhere.json")),
        ] {
            symlink(target, course.join(link)).unwrap();
        }
        symlink("parts/up", course.join("twice")).unwrap();
        let beside = Beside::of(course.join("scenario.json").to_str().unwrap());
        for (name, text) in [
            ("one.json", "course/one.json"),
            ("near", "course/one.json"),
            ("deep", "course/parts/two.json"),
            ("twice", "course/one.json"),
        ] {
            assert_eq!(beside.read(name).unwrap(), text.as_bytes(), "{name}");
        }
        for (name, why) in [
            ("far", "leads out"),
            ("back", "leads out"),
            ("root", "absolute path"),
            ("absolute", "absolute path"),
            ("circle", "too far"),
            ("gone", "there is no file"),
            ("parts", "is not a file"),
        ] {
            assert!(beside.read(name).unwrap_err().contains(why), "{name}");
        }
        let asked = beside.asked();
        assert_eq!(asked.len(), 11);
        assert!(asked["deep"].is_some() && asked["far"].is_none() && asked["gone"].is_none());
        fs::write(course.join("parts/two.json"), "another text").unwrap();
        fs::write(home.path().join("outside.json"), "another text").unwrap();
        fs::write(course.join("nowhere.json"), "").unwrap();
        let now = beside.versions(asked.keys());
        let changed: Vec<&String> = asked.keys().filter(|name| asked[*name] != now[*name]).collect();
        assert_eq!(changed, ["deep", "gone"]);
    }
}
