//! Journeys: a screen is driven by keys, as a reader of the test would press them, and shown as text with its styles.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pagewalk::scenario::{Source, library, read};
use pagewalk::story::Story;
use pagewalk::tui::ink::{self, Ground};
use pagewalk::tui::model::{Model, Player};
use pagewalk::tui::{keys, update};
use pagewalk::view::Role;
use ratatui::buffer::{Buffer, Cell};
use std::fmt::Write;

/// A built-in as a story at its beginning.
pub fn story(name: &str) -> Story {
    let builtin = library::Builtin::find(name).expect("a built-in");
    Story::new(read::read(builtin.source()).expect("a good scenario")).expect("a scenario that runs")
}

/// A screen that keys have been pressed at.
pub struct Journey {
    /// What the screen shows.
    pub model: Model,
}

/// Opens a built-in and presses keys. A key is a name like `Right` or `Esc`, `Right*3` is pressed three times, and any
/// other word is typed: `":7 Enter ] ?"`.
pub fn journey(name: &str, keys: &str) -> Journey {
    Journey { model: Model::new(Some(story(name))) }.then(keys)
}

/// Opens the scenario of a text and presses keys.
pub fn of(text: &str, keys: &str) -> Journey {
    let scenario = read::read(Source::new("test.json", text)).expect("a good scenario");
    Journey { model: Model::new(Some(Story::new(scenario).expect("a scenario that runs"))) }.then(keys)
}

/// Opens a scenario of a bare machine with Sv39 and these steps, and presses keys.
pub fn bare(steps: &str, keys: &str) -> Journey {
    bare_with(r#""paging": "sv39""#, steps, keys)
}

/// The same for a machine with these settings.
pub fn bare_with(machine: &str, steps: &str, keys: &str) -> Journey {
    let text = format!(
        r#"{{ "format": 1, "title": "Bare", "kernel": "none",
            "machine": {{ {machine}, "memory": {{ "base": "0x80000000", "size": "16M" }} }},
            "steps": [{steps}] }}"#
    );
    let story = Story::new(read::read(Source::new("bare", text)).unwrap()).unwrap();
    Journey { model: Model::new(Some(story)) }.then(keys)
}

/// Opens the gallery and presses keys.
pub fn gallery(keys: &str) -> Journey {
    Journey { model: Model::new(None) }.then(keys)
}

fn named(word: &str) -> Option<KeyCode> {
    Some(match word {
        "Right" => KeyCode::Right,
        "Left" => KeyCode::Left,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "BackTab" => KeyCode::BackTab,
        "Backspace" => KeyCode::Backspace,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "PgUp" => KeyCode::PageUp,
        "PgDn" => KeyCode::PageDown,
        "Space" => KeyCode::Char(' '),
        "F2" => KeyCode::F(2),
        _ => return None,
    })
}

impl Journey {
    /// Presses more keys.
    pub fn then(mut self, keys: &str) -> Self {
        for word in keys.split_whitespace() {
            let (key, times) = match word.split_once('*') {
                Some((key, times)) => (key, times.parse().expect("a number of times")),
                None => (word, 1),
            };
            for _ in 0..times {
                match named(key) {
                    Some(code) => self.press(KeyEvent::new(code, KeyModifiers::NONE)),
                    None if key == "Ctrl-C" => {
                        self.press(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL))
                    }
                    None => {
                        for c in key.chars() {
                            self.press(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
                        }
                    }
                }
            }
        }
        self
    }

    /// A key that means nothing does nothing.
    fn press(&mut self, key: KeyEvent) {
        if let Some(message) = keys::message(&self.model, key) {
            update::update(&mut self.model, message);
        }
    }

    /// The story that is shown.
    #[track_caller]
    pub fn player(&self) -> &Player {
        self.model.player().expect("a story fills the screen")
    }

    /// What is typed in the line at the edge below, if one is open.
    pub fn typed(&self) -> Option<&str> {
        self.model.line.as_ref().map(|line| line.input.value())
    }

    /// Where it is: the steps that are done or begun, and which event of the last one; (0, 0) at the beginning.
    #[track_caller]
    pub fn place(&self) -> (usize, usize) {
        let story = &self.player().story;
        match story.step_index() {
            None => (0, 0),
            Some(step) => (step + 1, story.timeline.moment() + 1 - story.timeline.moments(step).start),
        }
    }

    /// The screen as text with its styles.
    pub fn screen(&self, columns: u16, rows: u16) -> String {
        styled(&pagewalk::tui::drawn(&self.model, columns, rows))
    }

    /// A screen of 80x24 shows this, each word of it in this order.
    #[track_caller]
    pub fn shows(&self, what: &str) {
        assert!(self.has(what), "{what}\n{}", self.text(80, 24));
    }

    /// A screen of 80x24 does not show this.
    #[track_caller]
    pub fn shows_no(&self, what: &str) {
        assert!(!self.has(what), "{what}\n{}", self.text(80, 24));
    }

    fn has(&self, what: &str) -> bool {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        words(&self.text(80, 24)).contains(&words(what))
    }

    /// The screen as text alone.
    pub fn text(&self, columns: u16, rows: u16) -> String {
        text(&pagewalk::tui::render(&self.model, columns, rows))
    }
}

/// The rows of a screen.
pub fn text(buffer: &Buffer) -> String {
    rows(buffer)
        .map(|row| row.iter().map(|cell| cell.symbol()).collect::<String>().trim_end().to_owned() + "\n")
        .collect()
}

fn rows(buffer: &Buffer) -> impl Iterator<Item = &[Cell]> {
    buffer.content().chunks(usize::from(buffer.area.width))
}

/// The rows of a screen, and under them for each row the columns, from 0, that are not plain text on the page:
/// `3: 1-9 strong, 12-20 changed on selected`.
pub fn styled(buffer: &Buffer) -> String {
    let mut told = text(buffer) + "\n";
    for (y, row) in rows(buffer).enumerate() {
        let mut runs = vec![];
        let mut x = 0;
        for run in row.chunk_by(|a, b| style(a) == style(b)) {
            let style = style(&run[0]);
            if !style.is_empty() {
                runs.push(format!("{x}-{} {style}", x + run.len() - 1));
            }
            x += run.len();
        }
        if !runs.is_empty() {
            writeln!(told, "{y:>2}: {}", runs.join(", ")).expect("a string takes all");
        }
    }
    told
}

/// What a cell was drawn with, in words; nothing for plain text on the page.
fn style(cell: &Cell) -> String {
    let (role, ground) = ink::of(cell);
    let role = Some(role).filter(|role| *role != Role::Plain).map(|role| format!("{role:?}"));
    let ground = Some(ground).filter(|ground| *ground != Ground::Page).map(|ground| format!("on {ground:?}"));
    let words: Vec<String> = role.into_iter().chain(ground).collect();
    words.join(" ").to_lowercase()
}
