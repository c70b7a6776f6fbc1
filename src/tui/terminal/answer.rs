//! The terminal's answer to the question which colour is behind its text: `ESC ] 11 ; rgb:ffff/ffff/ffff`, and `BEL` or
//! `ESC \` at the end.
//!
//! crossterm takes it for keys: Alt-], the characters one by one, then Ctrl-G or Alt-\. Where a read ends behind an `ESC`,
//! that is the Esc key. So keys that may belong to an answer are held back until one is complete, or cannot be one.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use xterm_color::Color;

/// What comes before the colour.
const HEAD: &str = "11;";

/// The most characters of an answer: `11;rgba:ffff/ffff/ffff/ffff` has 27.
const MOST_CHARACTERS: usize = 40;

/// The keys that are held back.
#[derive(Debug, Default, PartialEq)]
pub struct Answer {
    held: Vec<KeyEvent>,
}

/// What a key turned out to be.
#[derive(Debug, PartialEq)]
pub enum Heard {
    /// Keys that belong to no answer, the oldest first. None, if it is not known yet.
    Keys(Vec<KeyEvent>),
    /// The end of an answer; `None` if it tells no colour.
    Colour(Option<Color>),
}

/// What a row of keys is.
#[derive(Debug, PartialEq)]
enum Row {
    Beginning,
    Whole(String),
    Other,
}

impl Answer {
    /// Takes a key that was pressed, or came with an answer.
    pub fn hear(&mut self, key: KeyEvent) -> Heard {
        self.held.push(key);
        match row(&self.held) {
            Row::Beginning => Heard::Keys(vec![]),
            Row::Whole(colour) => {
                self.held.clear();
                Heard::Colour(Color::parse(colour.as_bytes()).ok())
            }
            Row::Other => {
                let all = self.held.len();
                let begins = |from: &usize| row(&self.held[*from..]) == Row::Beginning;
                let from = (1..all).find(begins).unwrap_or(all);
                Heard::Keys(self.held.drain(..from).collect())
            }
        }
    }

    /// Whether Esc alone is held back: a key that people press. The rest of an answer follows it at once.
    pub fn is_esc(&self) -> bool {
        matches!(&self.held[..], [esc] if is(esc, KeyCode::Esc, KeyModifiers::NONE))
    }

    /// Lets go of the keys that are held back: nothing more comes.
    pub fn let_go(&mut self) -> Vec<KeyEvent> {
        std::mem::take(&mut self.held)
    }
}

fn row(keys: &[KeyEvent]) -> Row {
    let letter = |key: &KeyEvent, letter, modifiers| is(key, KeyCode::Char(letter), modifiers);
    let esc = |key: &KeyEvent| is(key, KeyCode::Esc, KeyModifiers::NONE);
    let rest = match keys {
        [first] if esc(first) => return Row::Beginning,
        [first, rest @ ..] if letter(first, ']', KeyModifiers::ALT) => rest,
        [first, second, rest @ ..] if esc(first) && letter(second, ']', KeyModifiers::NONE) => rest,
        _ => return Row::Other,
    };
    let mut text = String::new();
    for (at, key) in rest.iter().enumerate() {
        match (key.code, &rest[at + 1..]) {
            (KeyCode::Char(c), _)
                if c.is_ascii_graphic() && (key.modifiers - KeyModifiers::SHIFT).is_empty() =>
            {
                text.push(c);
            }
            (_, []) if letter(key, 'g', KeyModifiers::CONTROL) || letter(key, '\\', KeyModifiers::ALT) => {
                return whole(&text);
            }
            (_, [last]) if esc(key) && letter(last, '\\', KeyModifiers::NONE) => return whole(&text),
            (_, []) if esc(key) && text.starts_with(HEAD) => {}
            _ => return Row::Other,
        }
    }
    let fits = text.starts_with(HEAD) || HEAD.starts_with(&text);
    if fits && text.len() <= MOST_CHARACTERS { Row::Beginning } else { Row::Other }
}

fn whole(text: &str) -> Row {
    text.strip_prefix(HEAD).map_or(Row::Other, |colour| Row::Whole(colour.to_owned()))
}

fn is(key: &KeyEvent, code: KeyCode, modifiers: KeyModifiers) -> bool {
    key.code == code && key.modifiers == modifiers
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys that crossterm makes of a terminal's bytes; `|` is where a read ends.
    fn keys(bytes: &str) -> Vec<KeyEvent> {
        let mut keys = vec![];
        let mut rest = bytes.chars().peekable();
        while let Some(c) = rest.next() {
            let (code, modifiers) = match (c, rest.peek()) {
                ('|', _) => continue,
                ('\x1b', None | Some('|' | '\x1b')) => (KeyCode::Esc, KeyModifiers::NONE),
                ('\x1b', Some(letter)) => {
                    let code = KeyCode::Char(*letter);
                    rest.next();
                    (code, KeyModifiers::ALT)
                }
                ('\x07', _) => (KeyCode::Char('g'), KeyModifiers::CONTROL),
                (letter, _) if letter.is_uppercase() => (KeyCode::Char(letter), KeyModifiers::SHIFT),
                (letter, _) => (KeyCode::Char(letter), KeyModifiers::NONE),
            };
            keys.push(KeyEvent::new(code, modifiers));
        }
        keys
    }

    /// What is heard of bytes: the keys that are handed on, and the colours.
    fn heard(bytes: &str) -> (Vec<KeyEvent>, Vec<Option<Color>>, Answer) {
        let (mut on, mut colours, mut answer) = (vec![], vec![], Answer::default());
        for key in keys(bytes) {
            match answer.hear(key) {
                Heard::Keys(keys) => on.extend(keys),
                Heard::Colour(colour) => colours.push(colour),
            }
        }
        (on, colours, answer)
    }

    #[test]
    fn an_answer_gives_a_colour_and_no_key_wherever_a_read_ends() {
        for end in ["\x07", "\x1b\\", "\x1b|\\"] {
            for start in ["\x1b]", "\x1b|]", "\x1b]|"] {
                for colour in ["rgb:ffff/FFFF/ffff", "#ffffff", "rgba:ff/ff/ff/00"] {
                    let bytes = format!("{start}11;{colour}{end}");
                    let (on, colours, answer) = heard(&format!("q{bytes}j"));
                    assert_eq!(on, keys("qj"), "{bytes:?}");
                    let [Some(colour)] = &colours[..] else { panic!("{bytes:?}: {colours:?}") };
                    assert!(colour.perceived_lightness() > 0.9, "{bytes:?}");
                    assert!(answer.held.is_empty());
                }
            }
        }
        assert_eq!(heard("\x1b]11;what?\x07").1, [None], "an answer that tells no colour is no key either");
    }

    #[test]
    fn keys_that_are_no_answer_are_handed_on_in_their_order() {
        for bytes in [
            "q",
            "\x1bq",
            "\x1b|q",
            "\x1b|]q",
            "\x1b]q",
            "\x1b]1q",
            "\x1b]10;rgb:0/0/0\x07",
            "\x1b]11;rgb:|\x1b|q",
            "\x1b]11;rgb:\x01",
            "\x1b]11\x07",
            "]11;rgb:0/0/0\x07",
        ] {
            let (on, colours, answer) = heard(bytes);
            assert_eq!((on, colours), (keys(bytes), vec![]), "{bytes:?}");
            assert!(answer.held.is_empty(), "{bytes:?}");
        }
        let long = format!("\x1b]11;{}", "f".repeat(MOST_CHARACTERS));
        assert_eq!(heard(&long).0, keys(&long), "what has no end is no answer");
    }

    #[test]
    fn an_answer_behind_keys_that_looked_like_one_is_heard() {
        let (on, colours, _) = heard("\x1b|\x1b|\x1b]1\x1b]11;#000\x07");
        assert_eq!((on, colours.len()), (keys("\x1b|\x1b|\x1b]1"), 1));
    }

    #[test]
    fn esc_alone_is_let_go_when_nothing_follows() {
        let (on, _, mut answer) = heard("q\x1b");
        assert_eq!(on, keys("q"));
        assert!(answer.is_esc());
        assert_eq!(answer.let_go(), keys("\x1b"));
        assert!(!answer.is_esc() && answer.let_go().is_empty());
        assert!(!heard("\x1b]").2.is_esc());
    }
}
