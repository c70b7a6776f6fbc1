//! What the user has set for the screen. Where it is written and read is not known here.

use super::action;
use super::message::Message;
use super::pace::Speed;
use crate::scenario::stage::{Layout, ThemeName};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::fmt;

/// How the user likes the screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Comfort {
    /// The colours.
    pub theme: ThemeName,
    /// No sign that is not ASCII.
    pub ascii: bool,
    /// How fast a story plays by itself.
    pub speed: Speed,
    /// The layout that a story begins with.
    pub layout: Layout,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// Whether stories begin as the room shall see them.
    pub present: bool,
    /// Keys that do something else than usual, and what. Where that cannot be done, a key does what it does usually.
    pub keys: Vec<(Key, Message)>,
}

impl Default for Comfort {
    fn default() -> Self {
        Self {
            theme: ThemeName::default(),
            ascii: false,
            speed: Speed::default(),
            layout: Layout::default(),
            mouse: true,
            present: false,
            keys: vec![],
        }
    }
}

impl Comfort {
    /// What the user has bound a key to.
    pub fn bound(&self, event: KeyEvent) -> Option<Message> {
        let pressed = Key::of(event);
        self.keys.iter().find(|(key, _)| *key == pressed).map(|(_, message)| *message)
    }
}

/// A key as it is written: `n`, `N`, `ctrl-n`, `alt-left`, `f5`, `space`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    code: KeyCode,
    /// Only those that make a difference: a letter has Shift in itself.
    modifiers: KeyModifiers,
}

/// Keys that have names.
const NAMED: [(&str, KeyCode); 16] = [
    ("space", KeyCode::Char(' ')),
    ("enter", KeyCode::Enter),
    ("tab", KeyCode::Tab),
    ("shift-tab", KeyCode::BackTab),
    ("esc", KeyCode::Esc),
    ("backspace", KeyCode::Backspace),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pgup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("insert", KeyCode::Insert),
    ("delete", KeyCode::Delete),
];

impl Key {
    /// The key that was pressed.
    pub fn of(event: KeyEvent) -> Self {
        let counted = match event.code {
            KeyCode::Char(_) | KeyCode::BackTab => KeyModifiers::CONTROL | KeyModifiers::ALT,
            _ => KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT,
        };
        let modifiers = event.modifiers & counted;
        let code = match event.code {
            // A terminal tells Ctrl with a capital letter or with a small one, and means the same.
            KeyCode::Char(c) if modifiers.contains(KeyModifiers::CONTROL) => {
                KeyCode::Char(c.to_ascii_lowercase())
            }
            code => code,
        };
        Self { code, modifiers }
    }

    /// The key that is written so.
    ///
    /// # Errors
    ///
    /// Why no key can be bound that is written so.
    pub fn named(text: &str) -> Result<Self, String> {
        let mut rest = text;
        let mut modifiers = KeyModifiers::NONE;
        let known =
            [("ctrl-", KeyModifiers::CONTROL), ("alt-", KeyModifiers::ALT), ("shift-", KeyModifiers::SHIFT)];
        let code = loop {
            if let Some(code) = code(rest) {
                break code;
            }
            let prefix = known.iter().find_map(|(name, bit)| Some((rest.strip_prefix(name)?, *bit)));
            let Some((after, bit)) = prefix else { return Err(format!("there is no key \"{text}\"")) };
            (rest, modifiers) = (after, modifiers | bit);
        };
        if let (KeyCode::Char(_), true) = (code, modifiers.contains(KeyModifiers::SHIFT)) {
            return Err(format!("\"{text}\" is written as the character that Shift makes of it"));
        }
        match Self::of(KeyEvent::new(code, modifiers)) {
            Self { code: KeyCode::Char('c'), modifiers: KeyModifiers::CONTROL } => {
                Err("Ctrl-C always quits".into())
            }
            key => Ok(key),
        }
    }
}

fn code(text: &str) -> Option<KeyCode> {
    let mut letters = text.chars();
    if let (Some(only), None) = (letters.next(), letters.next()) {
        return (!only.is_control() && only != ' ').then_some(KeyCode::Char(only));
    }
    if let Some((_, code)) = NAMED.iter().find(|(name, _)| *name == text) {
        return Some(*code);
    }
    let number = text.strip_prefix('f')?.parse().ok().filter(|number| (1..=24).contains(number))?;
    Some(KeyCode::F(number))
}

/// As it is written.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (bit, name) in
            [(KeyModifiers::CONTROL, "ctrl-"), (KeyModifiers::ALT, "alt-"), (KeyModifiers::SHIFT, "shift-")]
        {
            f.write_str(if self.modifiers.contains(bit) { name } else { "" })?;
        }
        match (NAMED.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, KeyCode::Char(c)) => write!(f, "{c}"),
            (None, KeyCode::F(number)) => write!(f, "f{number}"),
            (None, other) => write!(f, "{other}"),
        }
    }
}

/// Keys that are bound, as they are written: the key, and the name of what it does.
pub fn written(keys: &[(Key, Message)]) -> impl Iterator<Item = (String, &'static str)> {
    keys.iter().filter_map(|(key, message)| Some((key.to_string(), action::name(*message)?)))
}

#[cfg(test)]
mod tests {
    use super::super::keys;
    use super::super::message::Go;
    use super::super::model::Model;
    use super::super::remembered::Remembered;
    use super::*;
    use crate::scenario::library::Builtin;
    use crate::story::Story;

    fn event(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
        KeyEvent::new(code, modifiers)
    }

    #[test]
    fn a_key_is_read_as_it_is_written() {
        for text in ["n", "N", "-", "ä", "ctrl-n", "alt-left", "ctrl-alt-x", "shift-right", "f12", "space"] {
            assert_eq!(Key::named(text).map(|key| key.to_string()), Ok(text.to_owned()));
        }
        for (name, _) in NAMED {
            assert_eq!(Key::named(name).map(|key| key.to_string()), Ok(name.to_owned()));
        }
        for text in ["", " ", "nn", "f0", "f25", "hyper-x", "ctrl-", "\u{1b}", "shift-n", "ctrl-c", "ctrl-C"]
        {
            assert!(Key::named(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_key_that_is_pressed_is_the_one_that_is_written() {
        let pressed = |code, modifiers| Key::of(event(code, modifiers)).to_string();
        assert_eq!(pressed(KeyCode::Char('N'), KeyModifiers::SHIFT), "N");
        assert_eq!(pressed(KeyCode::Char('N'), KeyModifiers::CONTROL | KeyModifiers::SHIFT), "ctrl-n");
        assert_eq!(pressed(KeyCode::BackTab, KeyModifiers::SHIFT), "shift-tab");
        assert_eq!(pressed(KeyCode::Left, KeyModifiers::SHIFT), "shift-left");
    }

    #[test]
    fn a_bound_key_does_what_the_user_wants_where_that_can_be_done() {
        let story = Story::read(Builtin::find("fork-exec").unwrap().source()).unwrap();
        let bound = |text: &str, message| (Key::named(text).unwrap(), message);
        let (on, choose) = (Message::Go(Go::NextEvent), Message::Choose);
        let comfort = Comfort {
            keys: vec![bound("j", on), bound("ctrl-n", on), bound("right", choose)],
            ..Comfort::default()
        };
        let playing = Model::new(Some(story)).for_user(comfort.clone(), Default::default());
        let press = |model: &Model, code, modifiers| keys::message(model, event(code, modifiers));
        let none = KeyModifiers::NONE;
        assert_eq!(press(&playing, KeyCode::Char('j'), none), Some(on));
        assert_eq!(press(&playing, KeyCode::Char('n'), KeyModifiers::CONTROL), Some(on));
        assert_eq!(press(&playing, KeyCode::Char('n'), none), Some(Message::Find(true)));
        assert_eq!(press(&playing, KeyCode::Char('j'), KeyModifiers::CONTROL), None);
        assert_eq!(press(&playing, KeyCode::Right, none), Some(on), "no scenario can be chosen here");
        let gallery = Model::new(None).for_user(comfort, Remembered::of_nobody());
        assert_eq!(press(&gallery, KeyCode::Char('j'), none), Some(Message::Scenarios(1)));
        assert_eq!(press(&gallery, KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Message::Quit));
    }
}
