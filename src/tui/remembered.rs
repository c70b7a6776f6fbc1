//! What the screen knows from other times: where each scenario was left, what was typed, what was seen. Where it is kept
//! is not known here.

use crate::story::Story;
use serde::{Deserialize, Serialize};

/// The most places that are kept: those of the scenarios that were left last.
pub const MAX_PLACES: usize = 100;

/// The most lines that are kept, and the most bytes of one.
pub const MAX_COMMANDS: (usize, usize) = (100, 200);

/// What is known from other times.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// Where scenarios were left, the last one at the end.
    places: Vec<Place>,
    /// What was typed after `:`, the newest at the end.
    commands: Vec<String>,
    /// The guided tour was seen, or at least begun: it does not play by itself any more.
    pub tour_seen: bool,
}

/// Where a scenario was left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    /// What messages call it, and the options that it was played with.
    scenario: String,
    /// What tells this text from others: one that was edited begins at its beginning.
    fingerprint: String,
    /// How many steps were begun.
    step: usize,
    /// How many events of the last of these had happened.
    event: usize,
}

impl Remembered {
    /// What there is where nothing is to be remembered. The tour does not play by itself: nobody knows whether it was seen.
    pub fn of_nobody() -> Self {
        Self { tour_seen: true, ..Self::default() }
    }

    /// The same within its limits, as it must be after it came from elsewhere.
    pub fn within_limits(mut self) -> Self {
        let (lines, bytes) = MAX_COMMANDS;
        self.commands.retain(|command| command.len() <= bytes);
        self.commands.drain(..self.commands.len().saturating_sub(lines));
        self.places.drain(..self.places.len().saturating_sub(MAX_PLACES));
        self
    }

    /// Where a story was left, if it was, and is still the same.
    pub fn moment(&self, story: &Story) -> Option<usize> {
        let place = self.places.iter().rfind(|place| place.scenario == called(story))?;
        let named = || story.moment_named(&format!("{}.{}", place.step, place.event)).ok();
        (place.fingerprint == fingerprint(story)).then(named).flatten()
    }

    /// Keeps where a story is. One at its beginning or at its end begins anew.
    pub fn keep(&mut self, story: &Story) {
        let scenario = called(story);
        self.places.retain(|place| place.scenario != scenario);
        let moment = story.timeline.moment();
        if let Some(index) = story.step_index().filter(|_| moment < story.timeline.end()) {
            let event = moment + 1 - story.timeline.moments(index).start;
            self.places.push(Place { scenario, fingerprint: fingerprint(story), step: index + 1, event });
        }
        self.places.drain(..self.places.len().saturating_sub(MAX_PLACES));
    }

    /// What was typed after `:`, the newest at the end.
    pub fn commands(&self) -> &[String] {
        &self.commands
    }

    /// Keeps a line that was typed. One that was typed before is only moved to the end.
    pub fn keep_command(&mut self, command: &str) {
        let command = command.trim();
        if !command.is_empty() && command.len() <= MAX_COMMANDS.1 {
            self.commands.retain(|known| known != command);
            self.commands.push(command.to_owned());
        }
        self.commands.drain(..self.commands.len().saturating_sub(MAX_COMMANDS.0));
    }
}

/// `swap.json --set kernel.reclaim=lru`: one scenario under other settings is another story.
fn called(story: &Story) -> String {
    let source = &story.scenario.source;
    let variant = source.variant.iter().map(|variant| format!(" --variant {variant}"));
    let sets = source.sets.iter().map(|set| format!(" --set {set}"));
    source.name.clone() + &variant.chain(sets).collect::<String>()
}

/// What tells a text from another: its FNV-1a, and the length of its run, in which the files show that it includes.
fn fingerprint(story: &Story) -> String {
    let bytes = story.scenario.source.text.bytes();
    let (basis, prime) = (0xcbf2_9ce4_8422_2325, 0x100_0000_01b3);
    let hash = bytes.fold(basis, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(prime));
    format!("{hash:016x}-{}", story.timeline.end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::library::{ALL, Builtin};

    fn story(sets: &[&str]) -> Story {
        let mut source = Builtin::find("fork-exec").unwrap().source();
        source.sets = sets.iter().map(|set| (*set).to_owned()).collect();
        Story::read(source).unwrap()
    }

    #[test]
    fn a_story_goes_on_where_it_was_left_unless_it_has_changed() {
        let mut story = story(&[]);
        let mut remembered = Remembered::default();
        for moment in 1..story.timeline.end() {
            story.timeline.seek(moment);
            remembered.keep(&story);
            assert_eq!(remembered.moment(&story), Some(moment));
        }
        assert_eq!(remembered.places.len(), 1);
        let mut copying = self::story(&["kernel.fork=copy"]);
        assert_eq!(remembered.moment(&copying), None);
        copying.timeline.seek(7);
        remembered.keep(&copying);
        assert_eq!(remembered.moment(&copying), Some(7));
        assert_eq!(remembered.moment(&story), Some(story.timeline.moment()));
        let mut edited = Builtin::find("fork-exec").unwrap().source();
        edited.text.push('\n');
        assert_eq!(remembered.moment(&Story::read(edited).unwrap()), None);
    }

    #[test]
    fn what_was_seen_to_its_end_begins_anew() {
        let mut story = story(&[]);
        let mut remembered = Remembered::default();
        for moment in [0, story.timeline.end()] {
            story.timeline.seek(3);
            remembered.keep(&story);
            assert_eq!(remembered.moment(&story), Some(3));
            story.timeline.seek(moment);
            remembered.keep(&story);
            assert_eq!(remembered.moment(&story), None);
        }
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let mut remembered = Remembered::default();
        for number in 0..MAX_COMMANDS.0 + 5 {
            remembered.keep_command(&format!(" {number} "));
        }
        remembered.keep_command("7");
        remembered.keep_command(&"x".repeat(MAX_COMMANDS.1 + 1));
        remembered.keep_command("  ");
        assert_eq!(remembered.commands().len(), MAX_COMMANDS.0);
        assert_eq!(remembered.commands().last().unwrap(), "7");
        let place =
            |at: usize| Place { scenario: at.to_string(), fingerprint: String::new(), step: 1, event: 1 };
        remembered.places = (0..1000).map(place).collect();
        remembered.commands = vec!["x".repeat(500); 500];
        let within = remembered.clone().within_limits();
        assert_eq!((within.places.len(), within.commands.len()), (MAX_PLACES, 0));
        assert_eq!(within.places.last(), remembered.places.last());
        let mut story = story(&[]);
        story.timeline.seek(5);
        remembered.keep(&story);
        assert_eq!(remembered.places.len(), MAX_PLACES);
        assert!(ALL.len() <= MAX_PLACES, "all built-ins have their places");
    }
}
