//! The palette: everything that can be done now, in one list that typing narrows.

use super::keys::{self, Place};
use super::message::Message;
use super::model::{Model, Screen};
use super::update::update;
use super::{action, command, search};

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is, in words.
    pub words: String,
    /// The key or the command that does it, too.
    pub label: String,
    deed: Deed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Deed {
    Message(Message),
    Command(String),
    /// The line is opened with this in it, as something must be typed still.
    Begin(String),
}

/// What can be done and has all typed words in it, the best first: what begins with them before the rest.
pub fn entries(model: &Model, query: &str) -> Vec<Entry> {
    let fits = |entry: &Entry| search::has_all_words(&format!("{} {}", entry.words, entry.label), query);
    let mut found: Vec<Entry> = all(model).into_iter().filter(fits).collect();
    let whole = query.trim().to_lowercase();
    let begins = |entry: &Entry| {
        let label = entry.label.trim_start_matches(':');
        [label, &entry.words].iter().any(|text| text.to_lowercase().starts_with(&whole))
    };
    found.sort_by_key(|entry| !begins(entry));
    found
}

/// Does the chosen one.
pub fn choose(model: &mut Model, query: &str, chosen: usize) {
    model.sheet = None;
    let Some(entry) = entries(model, query).into_iter().nth(chosen) else { return };
    match entry.deed {
        Deed::Message(message) => update(model, message),
        Deed::Command(text) => {
            if let Err(why) = command::run(model, &text)
                && let Screen::Play(player) = &mut model.screen
            {
                player.message = Some(why);
            }
        }
        Deed::Begin(text) => {
            update(model, Message::Prompt(super::line::Kind::Command));
            text.chars().for_each(|c| update(model, Message::Type(c)));
        }
    }
}

fn all(model: &Model) -> Vec<Entry> {
    let places: &[Place] = match &model.screen {
        Screen::Gallery => &[Place::Gallery, Place::Everywhere],
        Screen::Play(player) => keys::playing(player),
    };
    let bound = keys::TABLE.iter().filter(|binding| {
        places.contains(&binding.place) && !matches!(binding.message, Message::Palette | Message::Answer(_))
    });
    let keys = bound.map(|binding| Entry {
        words: binding.words.to_owned(),
        label: binding.label.to_owned(),
        deed: Deed::Message(binding.message),
    });
    let playing = model.player().is_some();
    let commands = command::TABLE.iter().filter(|command| playing || command.is_of_gallery());
    let lines = commands.flat_map(|command| {
        let whole = command::completions(model, &format!("{} ", command.name));
        let begin = Entry {
            words: command.words.to_owned(),
            label: format!(":{} {}", command.name, command.argument),
            deed: Deed::Begin(format!("{} ", command.name)),
        };
        let entry = |line: String| {
            let given = line.strip_prefix(command.name).unwrap_or_default().trim();
            let words = match command.argument {
                "" => command.words.to_owned(),
                _ => format!("{}: {given}", command.words),
            };
            let label = format!(":{line}");
            let deed = if line.ends_with(' ') { Deed::Begin(line) } else { Deed::Command(line) };
            Entry { words, label, deed }
        };
        let begin = match command.argument {
            // What has a key as well is told once.
            "" if action::all().iter().any(|(name, _)| *name == command.name) => None,
            "" => Some(Entry {
                deed: Deed::Command(command.name.into()),
                label: format!(":{}", command.name),
                ..begin
            }),
            _ => Some(begin),
        };
        begin.into_iter().chain(whole.into_iter().map(entry)).collect::<Vec<_>>()
    });
    keys.chain(lines).collect()
}
