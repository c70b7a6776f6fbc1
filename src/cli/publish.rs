//! The notes of the speaker on their way to a second terminal: a small file in the user's runtime directory, or among the
//! state where there is none. It is rewritten whole when something has changed, and it goes when the program does; what a
//! program that was killed has left, the next one sweeps away.
//!
//! Beside each such file lies another that its program holds a lock on. The system takes the lock away when the program
//! ends, however it ends: so what is left is told from what is played.

use super::home;
use crate::export::json;
use crate::tui::notes::now;
use crate::tui::speaker::{Published, Speaker};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::{Builder, NamedTempFile};

/// The shortest time from one writing to the next.
const PAUSE: Duration = Duration::from_millis(100);

/// More bytes than this are not what this program has written.
const MAX_BYTES: u64 = 1 << 20;

/// What the files are called.
const PREFIX: &str = "playing-";
/// How they end: what is played, the lock, and what is being written.
const JSON: &str = "json";
const LOCK: &str = "lock";
const NEW: &str = "new";

/// Tells a second terminal what is played. Where nothing can be written, nobody is told, and nothing else is lost.
pub struct Publisher {
    sender: Option<Sender<Option<Speaker>>>,
    writer: Option<JoinHandle<()>>,
    /// What was told last.
    told: Option<Speaker>,
}

impl Publisher {
    /// One that begins to tell now; or one that tells nobody.
    pub fn new(is_wanted: bool) -> Self {
        let mut publisher = Self { sender: None, writer: None, told: None };
        if let Some(place) = is_wanted.then(Place::new).flatten() {
            let (sender, receiver) = channel();
            let writer = std::thread::Builder::new().spawn(move || write_all(place, &receiver));
            (publisher.sender, publisher.writer) = (Some(sender), writer.ok());
        }
        publisher
    }

    /// Tells what is played, if that has changed. It does not wait for the disk.
    pub fn tell(&mut self, speaker: Option<Speaker>) {
        if let Some(sender) = self.sender.as_ref().filter(|_| self.told != speaker) {
            self.told.clone_from(&speaker);
            // If nobody writes any more, nobody is told.
            let _ = sender.send(speaker);
        }
    }
}

/// The files are gone when this returns.
impl Drop for Publisher {
    fn drop(&mut self) {
        self.sender = None;
        let _ = self.writer.take().map(JoinHandle::join);
    }
}

/// Writes what it is given until nobody gives any more: the newest, not too often, and the last of all.
fn write_all(mut place: Place, receiver: &Receiver<Option<Speaker>>) {
    let mut waiting = None;
    let mut ready = Instant::now();
    loop {
        let got = match waiting {
            None => receiver.recv().map_err(RecvTimeoutError::from),
            Some(_) => receiver.recv_timeout(ready.saturating_duration_since(Instant::now())),
        };
        match (got, waiting.take()) {
            (Ok(newest), _) => waiting = Some(newest),
            (Err(RecvTimeoutError::Timeout), Some(speaker)) => {
                // The next one may have better luck.
                let _ = place.write(speaker);
                ready = Instant::now() + PAUSE;
            }
            (Err(_), _) => return,
        }
    }
}

/// Where one program writes.
struct Place {
    /// Held as long as the program lives. It goes last: what lies beside it is its own.
    _lock: NamedTempFile,
    path: PathBuf,
    started: u64,
    /// The scenario and the chapter that were told last, and when they were entered.
    entered: (Option<(String, usize)>, u64),
}

impl Place {
    /// `None` where nothing can be written.
    fn new() -> Option<Self> {
        home::playing().iter().find_map(|folder| Self::in_folder(folder).ok())
    }

    fn in_folder(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        sweep(folder);
        let lock = loop {
            let lock = Builder::new().prefix(PREFIX).suffix(&format!(".{LOCK}")).tempfile_in(folder)?;
            lock.as_file().lock()?;
            // Another program may have taken it for one that was left.
            if lock.path().exists() {
                break lock;
            }
        };
        let path = lock.path().with_extension(JSON);
        Ok(Self { _lock: lock, path, started: now(), entered: (None, 0) })
    }

    fn write(&mut self, speaker: Option<Speaker>) -> io::Result<()> {
        let Some(speaker) = speaker else { return self.remove() };
        let changed = now();
        let chapter = Some((speaker.title.clone(), speaker.chapter.0));
        if self.entered.0 != chapter {
            self.entered = (chapter, changed);
        }
        let published = Published { started: self.started, entered: self.entered.1, changed, speaker };
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let name = self.path.file_stem().unwrap_or_default();
        let mut beside =
            Builder::new().prefix(name).rand_bytes(0).suffix(&format!(".{NEW}")).tempfile_in(folder)?;
        json::line(&published, &mut beside)?;
        beside.persist(&self.path)?;
        Ok(())
    }

    fn remove(&self) -> io::Result<()> {
        std::fs::remove_file(&self.path)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = self.remove();
    }
}

/// What is played: by the program in which something changed last, if there are several.
pub fn newest() -> Option<Published> {
    home::playing().iter().flat_map(|folder| played(folder)).max_by_key(|published| published.changed)
}

/// What the programs play that write to a folder. What was left there by others is swept away.
fn played(folder: &Path) -> Vec<Published> {
    sweep(folder);
    ours(folder, JSON).filter_map(|path| read(&path)).collect()
}

/// The files of a folder that are called as this program calls its own, with this ending.
fn ours(folder: &Path, ending: &str) -> impl Iterator<Item = PathBuf> {
    let is_ours = move |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with(PREFIX) && path.extension().is_some_and(|is| is == ending)
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(is_ours)
}

/// Takes away what programs have left that do not run any more. What cannot be told stays.
fn sweep(folder: &Path) {
    for path in [JSON, LOCK, NEW].into_iter().flat_map(|ending| ours(folder, ending)) {
        let all = [JSON, NEW, LOCK].map(|ending| path.with_extension(ending));
        // To lock a file wants to write to it, in some folders.
        match File::options().read(true).write(true).open(&all[2]) {
            // It is held until all are gone, so that nobody begins to use it meanwhile.
            Ok(held) if held.try_lock().is_ok() => {
                all.iter().for_each(|path| drop(std::fs::remove_file(path)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => drop(std::fs::remove_file(path)),
            Ok(_) | Err(_) => {}
        }
    }
}

fn read(path: &Path) -> Option<Published> {
    serde_json::from_str(&home::text(path, MAX_BYTES).ok()??).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speaker(title: &str, chapter: usize) -> Speaker {
        Speaker { title: title.into(), chapter: (chapter, 9), ..Speaker::default() }
    }

    fn files(folder: &Path) -> usize {
        std::fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn what_changed_last_is_followed_and_goes_with_its_program() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("inner");
        let mut one = Place::in_folder(&folder).unwrap();
        let mut other = Place::in_folder(&folder).unwrap();
        assert_eq!(played(&folder), [], "nothing is played yet");
        one.write(Some(speaker("one", 1))).unwrap();
        other.write(Some(speaker("other", 1))).unwrap();
        let mut titles: Vec<String> = played(&folder).into_iter().map(|it| it.speaker.title).collect();
        titles.sort();
        assert_eq!(titles, ["one", "other"]);
        other.write(None).unwrap();
        assert_eq!(played(&folder).len(), 1, "in the gallery nothing is played");
        drop(one);
        drop(other);
        assert_eq!(files(&folder), 0);
    }

    #[test]
    fn a_chapter_begins_when_it_is_entered() {
        let folder = tempfile::tempdir().unwrap();
        let mut place = Place::in_folder(folder.path()).unwrap();
        let mut entered = |title, chapter| {
            place.write(Some(speaker(title, chapter))).unwrap();
            std::thread::sleep(Duration::from_millis(2));
            played(folder.path())[0].entered
        };
        let first = entered("one", 1);
        assert_eq!(entered("one", 1), first);
        let second = entered("one", 2);
        assert!(second > first);
        assert!(entered("other", 2) > second, "another scenario has other chapters");
    }

    #[test]
    fn what_a_killed_program_left_is_swept_away_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let mut alive = Place::in_folder(folder).unwrap();
        alive.write(Some(speaker("alive", 1))).unwrap();
        let text = std::fs::read_to_string(&alive.path).unwrap();
        std::fs::write(folder.join("playing-dead.json"), &text).unwrap();
        std::fs::write(folder.join("playing-dead.lock"), "").unwrap();
        std::fs::write(folder.join("playing-odd.json"), "[").unwrap();
        std::fs::write(folder.join("playing-alone.lock"), "").unwrap();
        std::fs::write(folder.join("playing-half.new"), "{").unwrap();
        std::fs::write(folder.join("other.json"), &text).unwrap();
        assert_eq!(played(folder).len(), 1);
        assert_eq!(files(folder), 3, "the living one, its lock, and what is not ours");
    }

    #[test]
    fn however_much_changes_the_last_of_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::in_folder(folder.path()).unwrap();
        let (sender, receiver) = channel();
        let writer = std::thread::spawn(move || write_all(place, &receiver));
        let begun = Instant::now();
        for chapter in 1..=500 {
            sender.send(Some(speaker("fast", chapter))).unwrap();
        }
        while played(folder.path()).first().is_none_or(|it| it.speaker.chapter.0 < 500) {
            assert!(begun.elapsed() < Duration::from_secs(30), "the last one was lost");
            std::thread::sleep(Duration::from_millis(5));
        }
        drop(sender);
        writer.join().unwrap();
        assert_eq!(files(folder.path()), 0);
    }
}
