//! One table of keys: what they are called, what they do, and what that is in words. The footer, the help and the
//! README's list are made from it.

use super::message::{Go, Message};
use super::model::{Model, Player, Screen};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Where a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Everywhere.
    Everywhere,
    /// In the gallery.
    Gallery,
    /// While a story is shown.
    Story,
    /// While a story is shown, and a question with answers is open.
    Question,
    /// While the keys are shown.
    Help,
}

/// A line of the table.
#[derive(Debug)]
pub struct Binding {
    /// The keys that do it.
    pub keys: &'static [KeyCode],
    /// What they are called, as people read it.
    pub label: &'static str,
    /// Where it works.
    pub place: Place,
    /// What it does.
    pub message: Message,
    /// What that is, in a few words.
    pub words: &'static str,
    /// For the footer: what it is in one word, and how important it is; 0 for not at all.
    pub footer: (&'static str, u8),
}

const fn key(
    keys: &'static [KeyCode],
    label: &'static str,
    place: Place,
    message: Message,
    words: &'static str,
    footer: (&'static str, u8),
) -> Binding {
    Binding { keys, label, place, message, words, footer }
}

use KeyCode::{BackTab, Char, Down, End, Enter, Esc, Home, Left, PageDown, PageUp, Right, Tab, Up};
use Message::Go as Travel;
use Place::{Everywhere, Gallery, Help, Question, Story};

/// All keys, in the order in which they are told.
pub const TABLE: &[Binding] = &[
    key(&[Right, Char('l')], "→ l", Story, Travel(Go::NextEvent), "next event", ("event", 9)),
    key(&[Left, Char('h')], "← h", Story, Travel(Go::PreviousEvent), "previous event", ("back", 8)),
    key(&[Down, Char('j'), PageDown], "↓ j PgDn", Story, Travel(Go::NextStep), "next step", ("step", 7)),
    key(&[Up, Char('k'), PageUp], "↑ k PgUp", Story, Travel(Go::PreviousStep), "previous step", ("", 0)),
    key(&[Char(']')], "]", Story, Travel(Go::NextStop), "next trap (but for system calls)", ("trap", 6)),
    key(&[Char('[')], "[", Story, Travel(Go::PreviousStop), "previous trap (but for system calls)", ("", 0)),
    key(&[Char('}')], "}", Story, Travel(Go::NextChapter), "next chapter", ("chapter", 3)),
    key(&[Char('{')], "{", Story, Travel(Go::PreviousChapter), "previous chapter", ("", 0)),
    key(&[Home, Char('g')], "Home g", Story, Travel(Go::First), "to the beginning", ("", 0)),
    key(&[End, Char('G')], "End G", Story, Travel(Go::Last), "to the end", ("", 0)),
    key(
        &[Char(':')],
        ":",
        Story,
        Message::Prompt,
        "go to step 7 (type 7) or to its event 3 (7.3)",
        ("go to", 2),
    ),
    key(&[Char(' ')], "Space", Story, Message::Autoplay, "play by itself, or pause", ("play", 4)),
    key(&[Char('+'), Char('=')], "+", Story, Message::Faster, "play faster", ("", 0)),
    key(&[Char('-')], "-", Story, Message::Slower, "play slower", ("", 0)),
    key(&[Tab], "Tab", Story, Message::NextPanel, "next panel", ("panel", 5)),
    key(&[BackTab], "Shift-Tab", Story, Message::PreviousPanel, "previous panel", ("", 0)),
    key(&[Char('1')], "1", Story, Message::Panel(0), "walk: translation and page table", ("", 0)),
    key(&[Char('2')], "2", Story, Message::Panel(1), "script", ("", 0)),
    key(&[Char('3')], "3", Story, Message::Panel(2), "frames", ("", 0)),
    key(&[Char('4')], "4", Story, Message::Panel(3), "TLB", ("", 0)),
    key(&[Char('5')], "5", Story, Message::Panel(4), "address space", ("", 0)),
    key(&[Char('6')], "6", Story, Message::Panel(5), "registers", ("", 0)),
    key(&[Char('7')], "7", Story, Message::Panel(6), "costs", ("", 0)),
    key(&[Char('8')], "8", Story, Message::Panel(7), "what happens, in full", ("", 0)),
    key(&[Char('J')], "J", Story, Message::Scroll(1), "scroll the panel down", ("", 0)),
    key(&[Char('K')], "K", Story, Message::Scroll(-1), "scroll the panel up", ("", 0)),
    key(&[Esc], "Esc", Story, Message::Back, "back to the gallery", ("", 0)),
    key(
        &[Char('a'), Char('b'), Char('c'), Char('d'), Char('e'), Char('f')],
        "a…f",
        Question,
        Message::Answer(0),
        "choose an answer, while a question has some",
        ("answer", 10),
    ),
    key(&[Down, Char('j')], "↓ j", Gallery, Message::NextScenario, "next scenario", ("next", 7)),
    key(&[Up, Char('k')], "↑ k", Gallery, Message::PreviousScenario, "previous scenario", ("previous", 6)),
    key(&[Enter, Right, Char(' ')], "Enter", Gallery, Message::Choose, "play the scenario", ("play", 9)),
    key(&[Esc], "Esc", Gallery, Message::Quit, "quit", ("", 0)),
    key(&[Down, Char('j'), Right, PageDown], "↓ j", Help, Message::Scroll(1), "scroll down", ("down", 5)),
    key(&[Up, Char('k'), Left, PageUp], "↑ k", Help, Message::Scroll(-1), "scroll up", ("up", 4)),
    key(&[Esc, Enter], "Esc", Help, Message::Back, "close the help", ("close", 6)),
    key(&[Char('?')], "?", Everywhere, Message::Help, "all keys", ("keys", 10)),
    key(&[Char('q')], "q Ctrl-C", Everywhere, Message::Quit, "quit", ("quit", 9)),
];

/// The places in which the next key works.
fn places(model: &Model) -> &'static [Place] {
    match (&model.screen, model.help) {
        (_, Some(_)) => &[Help, Everywhere],
        (Screen::Gallery, None) => &[Gallery, Everywhere],
        (Screen::Play(player), None) => playing(player),
    }
}

/// The places of a story.
pub fn playing(player: &Player) -> &'static [Place] {
    match player.story.question() {
        Some(ask) if !ask.answers.is_empty() => &[Story, Question, Everywhere],
        _ => &[Story, Everywhere],
    }
}

/// What a key means now.
pub fn message(model: &Model, key: KeyEvent) -> Option<Message> {
    if key.modifiers.contains(KeyModifiers::CONTROL) && key.code == Char('c') {
        return Some(Message::Quit);
    }
    if model.help.is_none() && model.player().is_some_and(|player| player.prompt.is_some()) {
        return match key.code {
            Enter => Some(Message::Enter),
            Esc => Some(Message::Back),
            KeyCode::Backspace => Some(Message::Erase),
            Char(c) if !key.modifiers.contains(KeyModifiers::CONTROL) => Some(Message::Type(c)),
            _ => None,
        };
    }
    let places = places(model);
    let mut here = TABLE.iter().filter(|binding| places.contains(&binding.place));
    if let Some(message) = model.comfort.bound(key).filter(|message| is_possible(*message, places)) {
        return Some(message);
    }
    if key.modifiers.intersects(KeyModifiers::CONTROL) {
        return None;
    }
    here.find_map(|binding| {
        let at = binding.keys.iter().position(|known| *known == key.code)?;
        Some(match binding.message {
            // Each of these keys is an answer.
            Message::Answer(_) => Message::Answer(at),
            message => message,
        })
    })
}

/// Whether what the user has bound a key to can be done in these places.
fn is_possible(message: Message, places: &[Place]) -> bool {
    TABLE.iter().any(|binding| places.contains(&binding.place) && binding.message == message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_has_two_meanings_in_one_place() {
        for places in [&[Gallery, Everywhere][..], &[Story, Question, Everywhere], &[Help, Everywhere]] {
            let mut seen = vec![];
            for binding in TABLE.iter().filter(|binding| places.contains(&binding.place)) {
                for key in binding.keys {
                    assert!(!seen.contains(key), "{key:?} twice in {places:?}");
                    seen.push(*key);
                }
            }
        }
    }

    #[test]
    fn the_readme_lists_every_key() {
        let readme = include_str!("../../README.md");
        for binding in TABLE {
            let row = format!("| `{}` | {} |", binding.label, binding.words);
            assert!(readme.contains(&row), "the README lacks this row:\n{row}");
        }
    }
}
