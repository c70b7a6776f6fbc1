//! A file that may be written while its story is on the screen, and those that it includes.
//!
//! They are looked at a few times a second, by name: editors put a new file in the place of the old one, and what tells of
//! changes says nothing on network and container file systems.

use super::load::{self, Failure};
use super::{Settings, folder};
use crate::scenario::{Problem, Source, include};
use crate::tui::reload::{Broken, Reload};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, SystemTime};

/// How long until it is looked at again.
const PAUSE: Duration = Duration::from_millis(100);

/// What tells one version of a file from another: when it was written, and how long it is.
type Version = (Option<SystemTime>, u64);

/// A file, and the version of it that is known.
pub struct Watched {
    name: String,
    settings: Settings,
    /// The files that it includes.
    included: Vec<PathBuf>,
    known: Versions,
}

/// The version of the file, if it is there, and those of the files that it includes.
type Versions = (Option<Version>, Vec<Option<Version>>);

impl Watched {
    /// Looks at a file for the first time. To be done before it is read, so that no later version is taken for this one.
    pub fn new(name: &str, settings: &Settings) -> Self {
        let file = version(name.as_ref());
        let included = included(name);
        let known = (file, included.iter().map(|file| version(file)).collect());
        Self { name: name.to_owned(), settings: settings.clone(), included, known }
    }

    /// Reads the file whenever it has changed, on a thread of its own, until nobody listens.
    pub fn follow(mut self) -> Receiver<Reload> {
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            let mut before = self.known.clone();
            loop {
                std::thread::sleep(PAUSE);
                let now = self.versions();
                // A file that is gone may be about to be replaced, and one that still changes is being written.
                let settled = now.0.is_some() && now == before;
                before = now;
                if settled && before != self.known {
                    // Before anything is read, so that no later version is taken for this one.
                    self = Self::new(&self.name, &self.settings);
                    before = self.known.clone();
                    if sender.send(self.read()).is_err() {
                        return;
                    }
                }
            }
        });
        receiver
    }

    fn versions(&self) -> Versions {
        (version(self.name.as_ref()), self.included.iter().map(|file| version(file)).collect())
    }

    fn read(&self) -> Reload {
        let (source, problems) = match load::story(&self.name, &self.settings) {
            Ok(story) => return Reload::Good(Box::new(story)),
            Err(Failure::Scenario(source, problems)) => (*source, problems),
            Err(failure) => {
                let messages = failure.located(&self.name);
                let what = messages.first().map(|located| located.message().to_owned()).unwrap_or_default();
                let problem = Problem::whole(what);
                (Source::new(&self.name, ""), vec![problem])
            }
        };
        Reload::Broken(Broken { source, problems })
    }
}

/// The files that a scenario includes, as far as that can be told. What is no file, like a pipe, can be read but once.
fn included(name: &str) -> Vec<PathBuf> {
    if !std::fs::metadata(name).is_ok_and(|metadata| metadata.is_file()) {
        return vec![];
    }
    let names =
        load::source(name, &Settings::default()).map_or(vec![], |source| include::names(&source.text));
    names.iter().map(|file| folder::beside(name, file)).collect()
}

fn version(file: &Path) -> Option<Version> {
    let metadata = std::fs::metadata(file).ok()?;
    Some((metadata.modified().ok(), metadata.len()))
}
