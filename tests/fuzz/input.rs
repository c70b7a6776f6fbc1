//! Everything that reaches a screen: keys, the mouse, pasted text, sizes, time, and files that are saved meanwhile. Nothing
//! panics, and nothing that a terminal obeys is drawn.

use crate::dice::Dice;
use crate::hunt::Kind;
use crate::stories::{HOSTILE, STORIES, source};
use crate::tally::Tally;
use crate::told;
use crossterm::event::KeyCode::{
    self, BackTab, Backspace, Char, Down, End, Enter, Esc, Home, Left, Right, Tab, Up,
};
use crossterm::event::{KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use pagewalk::scenario::Problem;
use pagewalk::story::Story;
use pagewalk::tui::comfort::Comfort;
use pagewalk::tui::message::Message;
use pagewalk::tui::model::Model;
use pagewalk::tui::reload::{self, Broken, Reload};
use pagewalk::tui::remembered::Remembered;
use pagewalk::tui::theme::{self, Depth};
use pagewalk::tui::{keys, mouse, render, speaker, update};

/// What somebody does at a terminal; the bytes that decide it are the case.
#[derive(Default)]
pub struct Input;

impl Kind for Input {
    const NAME: &'static str = "input";
    const WORDS: usize = 1024;
    const CASES: u32 = 25;
    type Case = Vec<u8>;

    fn make(bytes: &[u8]) -> Vec<u8> {
        bytes.to_vec()
    }

    fn attempt(&mut self, bytes: &Vec<u8>, tally: &mut Tally) {
        let mut dice = Dice::new(bytes);
        let mut model = opened(&mut dice);
        // Most of a session goes by on one screen, and is seen from time to time.
        let patience = dice.pick(&[60, 20, 200]);
        while !dice.is_empty() {
            happens(&mut dice, &mut model, tally);
            // Who quits, or goes back to the shell, is kept here.
            (model.quit, model.suspend) = (false, false);
            drop(model.copied.take());
            if dice.one_in(patience) {
                let size = model.size;
                draw(&model, size, tally);
            }
        }
        draw(&model, (80, 24), tally);
        drop(model.into_remembered());
    }
}

/// A story, or the gallery, as somebody likes it.
fn opened(dice: &mut Dice<'_>) -> Model {
    let mut model = match dice.below(8) {
        0 => Model::new(None),
        1..=3 => Model::following(dice.pick(&STORIES)),
        _ => Model::new(Some(dice.pick(&STORIES))),
    };
    if dice.one_in(3) {
        let comfort = Comfort { ascii: dice.one_in(2), present: dice.one_in(3), ..Comfort::default() };
        let remembered = if dice.one_in(2) { Remembered::default() } else { Remembered::of_nobody() };
        model = model.for_user(comfort, remembered);
    }
    model.looks.theme = dice.pick(&theme::ALL.map(|theme| theme));
    model.looks.depth = dice.pick(&[Depth::True, Depth::Indexed, Depth::Sixteen]);
    model
}

fn happens(dice: &mut Dice<'_>, model: &mut Model, tally: &mut Tally) {
    match dice.below(32) {
        0..=1 => click(dice, model, tally),
        2 => {
            tally.add("pastes", 1);
            paste(dice.pick(&PASTES), model, tally);
        }
        3 => {
            update::update(model, Message::Tick);
            tally.add("ticks", 1);
        }
        4 if dice.one_in(4) => {
            let (columns, rows) = size(dice);
            update::update(model, Message::Resize(columns, rows));
            tally.add("sizes", 1);
        }
        5 if dice.one_in(16) => {
            reload::update(model, reloaded(dice));
            tally.add("reloads", 1);
        }
        6 => command(dice, model, tally),
        _ => press(key(dice), model, tally),
    }
}

fn press(key: KeyEvent, model: &mut Model, tally: &mut Tally) {
    tally.add("keys", 1);
    if let Some(message) = keys::message(model, key) {
        update::update(model, message);
    }
}

/// A key: mostly one that means something in a story.
fn key(dice: &mut Dice<'_>) -> KeyEvent {
    const STORY: &[KeyCode] = &[
        Right,
        Left,
        Down,
        Up,
        Char(']'),
        Char('['),
        Char('}'),
        Char('{'),
        Home,
        End,
        Char(' '),
        Tab,
        BackTab,
        Enter,
        Esc,
        Char('J'),
        Char('K'),
        Char('L'),
        Char('H'),
        Char('o'),
        Char('p'),
        Char('P'),
        Char('z'),
        Char('y'),
        Char('/'),
        Char(':'),
        Char('?'),
        Char('n'),
        Char('N'),
        Char('s'),
        Char('.'),
        Char('t'),
        Char('a'),
        Char('b'),
        Char('0'),
        Char('1'),
        Char('2'),
        Char('3'),
        Char('4'),
        Char('5'),
        Char('6'),
        Char('7'),
        Char('8'),
        Char('9'),
        Char('+'),
        Char('q'),
        KeyCode::F(2),
        KeyCode::PageDown,
        KeyCode::PageUp,
        Backspace,
        KeyCode::Delete,
        KeyCode::Insert,
    ];
    const ANY: &[char] = &[
        'x',
        '0',
        '.',
        ' ',
        '\u{e4}',
        '\u{1f600}',
        '\u{301}',
        '\u{ff2a}',
        '\u{202e}',
        '\u{0}',
        '\u{1b}',
        '\u{7f}',
        '"',
    ];
    let code = match dice.below(24) {
        0 => Char(dice.pick(ANY)),
        1 => Char(char::from(dice.within(32..=126) as u8)),
        // The story is left often enough by others.
        2..=5 => dice.pick(&[Right, Down, Char(']'), Char('J')]),
        _ => dice.pick(STORY),
    };
    let modifiers = match dice.below(24) {
        0 => KeyModifiers::CONTROL,
        1 => KeyModifiers::SHIFT,
        2 => KeyModifiers::ALT,
        _ => KeyModifiers::NONE,
    };
    KeyEvent::new(code, modifiers)
}

/// Text that a terminal without bracketed paste types, as fast as it can.
const PASTES: [&str; 7] = [
    "next event, please",
    "\u{1b}[200~0x4008\u{1b}[201~\n",
    "/frame\nnnnN",
    ":7.3\n:99\n:select 0x4008\n",
    "\u{202e}\u{0}\u{9b}31m\u{301}\u{301}\u{ff2a}\t\r\n",
    "??????",
    "a line that is longer than the two hundred characters that may be typed, and that goes on and on, until it is \
     hard to tell how it began or what it was about, while the line that it is typed into is full of it, and then some",
];

fn paste(text: &str, model: &mut Model, tally: &mut Tally) {
    for c in text.chars() {
        let code = if c == '\n' { Enter } else { Char(c) };
        press(KeyEvent::new(code, KeyModifiers::NONE), model, tally);
    }
}

/// A command or a search, typed and often completed.
fn command(dice: &mut Dice<'_>, model: &mut Model, tally: &mut Tally) {
    const WORDS: [&str; 18] = [
        ":layout ",
        ":select ",
        ":theme ",
        ":explain ",
        ":process ",
        ":mouse ",
        ":",
        "/",
        "/0x4",
        "/frame",
        "0x4008",
        "memory",
        "satp",
        "sh",
        "7.3",
        "0.0",
        "18446744073709551616",
        "-1",
    ];
    paste(dice.pick(&WORDS), model, tally);
    paste(dice.pick(&WORDS), model, tally);
    let ends = [&[Enter][..], &[Tab, Tab, Enter], &[Up, Enter], &[Left, Backspace, Enter], &[Esc]];
    for code in dice.pick(&ends) {
        press(KeyEvent::new(*code, KeyModifiers::NONE), model, tally);
    }
}

fn click(dice: &mut Dice<'_>, model: &mut Model, tally: &mut Tally) {
    let kinds = [
        MouseEventKind::Down(MouseButton::Left),
        MouseEventKind::Drag(MouseButton::Left),
        MouseEventKind::ScrollDown,
        MouseEventKind::ScrollUp,
        MouseEventKind::Up(MouseButton::Right),
    ];
    let kind = dice.pick(&kinds);
    let (columns, rows) = model.size;
    // A terminal that was made smaller may report a place outside of its new size.
    let [column, row] = [columns, rows].map(|most| dice.below(usize::from(most) + 3) as u16);
    let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
    let message = mouse::message(model, event);
    tally.add("mouse", 1);
    if let Some(message) = message {
        update::update(model, message);
        // A second click explains.
        if let Some(message) = mouse::message(model, event) {
            update::update(model, message);
        }
    }
}

fn size(dice: &mut Dice<'_>) -> (u16, u16) {
    const SIZES: [(u16, u16); 12] = [
        (80, 24),
        (120, 40),
        (200, 60),
        (60, 15),
        (114, 30),
        (113, 16),
        (0, 0),
        (1, 1),
        (59, 15),
        (1000, 3),
        (3, 500),
        (400, 120),
    ];
    match dice.below(3) {
        0 => [140, 50].map(|most| dice.below(most + 1) as u16).into(),
        _ => dice.pick(&SIZES),
    }
}

/// A file that was saved: good, or not.
fn reloaded(dice: &mut Dice<'_>) -> Reload {
    let source = source(HOSTILE);
    match dice.below(4) {
        0 => Reload::Good(Box::new(dice.pick(&STORIES))),
        1 => Reload::Broken(Broken { problems: vec![Problem::whole("it is no \u{1b}[31mtext")], source }),
        _ => {
            let text = HOSTILE.replace(
                dice.pick(&["\"op\"", "steps", "1,", "[", "load", "p\""]),
                dice.pick(&["", "\u{7}x"]),
            );
            let source = crate::stories::source(&text);
            match Story::read(source.clone()) {
                Ok(story) => Reload::Good(Box::new(story)),
                Err(problems) => {
                    told::problems(&problems, &source);
                    Reload::Broken(Broken { source, problems })
                }
            }
        }
    }
}

fn draw(model: &Model, (columns, rows): (u16, u16), tally: &mut Tally) {
    told::drawn(&render(model, columns, rows), (columns, rows));
    drop(speaker::Speaker::of(model));
    tally.add("draws", 1);
}
