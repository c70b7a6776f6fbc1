//! A file that may be written while its story is on the screen, and those beside it that it was made of.
//!
//! They are looked at a few times a second, by name: editors put a new file in the place of the old one, and what tells of
//! changes says nothing on network and container file systems.

use super::Settings;
use super::folder::{self, Beside, Version, Versions};
use super::load::{self, Failure};
use crate::scenario::{Problem, Source};
use crate::story::Story;
use crate::tui::reload::{Broken, Reload};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long until it is looked at again.
const PAUSE: Duration = Duration::from_millis(100);

/// A file that was read, and the version of it that is known.
pub struct Watched {
    name: String,
    settings: Settings,
    beside: Beside,
    known: Known,
}

/// The version of the file, and those of the files beside it.
#[derive(Clone, PartialEq)]
struct Known(Version, Versions);

impl Watched {
    /// Reads a file, and notes which version that is of it and of the files beside it.
    pub fn read(name: &str, settings: &Settings) -> (Self, Result<Story, Failure>) {
        // Before it is read, so that no later version is taken for this one.
        let file = version(name);
        let beside = Beside::of(name);
        let source = load::source(name, settings);
        let story = source.and_then(|source| load::read(Source { folder: beside.folder(), ..source }));
        let known = Known(file, beside.asked());
        (Self { name: name.to_owned(), settings: settings.clone(), beside, known }, story)
    }

    /// Reads the file whenever it has changed, on a thread of its own, until nobody listens.
    pub fn follow(mut self) -> Receiver<Reload> {
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            let mut before = self.known.clone();
            loop {
                std::thread::sleep(PAUSE);
                let now = self.now();
                // A file that is gone may be about to be replaced, and one that still changes is being written.
                let settled = now.0.is_some() && now == before;
                before = now;
                if settled && before != self.known {
                    let (again, story) = Self::read(&self.name, &self.settings);
                    self = again;
                    before = self.known.clone();
                    if sender.send(reload(&self.name, story)).is_err() {
                        return;
                    }
                }
            }
        });
        receiver
    }

    fn now(&self) -> Known {
        Known(version(&self.name), self.beside.versions(self.known.1.keys()))
    }
}

/// What came of reading a file.
fn reload(name: &str, story: Result<Story, Failure>) -> Reload {
    let (source, problems) = match story {
        Ok(story) => return Reload::Good(Box::new(story)),
        Err(Failure::Scenario(source, problems)) => (*source, problems),
        Err(failure) => {
            let messages = failure.located(name);
            let what = messages.first().map(|located| located.message().to_owned()).unwrap_or_default();
            (Source::new(name, ""), vec![Problem::whole(what)])
        }
    };
    Reload::Broken(Broken { source, problems })
}

fn version(name: &str) -> Version {
    // A pipe in the place of the file could make its reader wait for ever.
    let metadata = std::fs::metadata(name).ok().filter(|metadata| metadata.is_file());
    metadata.and_then(|metadata| folder::version(&metadata))
}
