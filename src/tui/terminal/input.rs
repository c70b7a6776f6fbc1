//! What comes from the terminal: keys, the mouse, its size, and the colour behind its text, which it is asked for.
//!
//! The first picture does not wait for the answer, as some terminals give none.

use super::answer::{Answer, Heard};
use super::tty;
use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind};
use crossterm::{execute, style::Print};
use std::collections::VecDeque;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The question. `BEL` ends it because older versions of urxvt leave an answer unfinished that ends in `ESC \`.
const QUESTION: &str = "\x1b]11;?\x07";

/// When the question was asked, if no answer has come. It is one for the program, as the terminal is.
static ASKED: Mutex<Option<Instant>> = Mutex::new(None);

/// After this time the terminal is taken for one that gives no answer: nothing waits for it. A late answer is recognised
/// if it comes in one piece.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long an answer is waited for before the terminal is given back: the shell would take it for typed text.
const UNDER_WAY: Duration = Duration::from_millis(100);

/// How long an Esc is held back that may be the first byte of an answer.
const REST: Duration = Duration::from_millis(100);

/// What came from the terminal.
#[derive(Debug)]
pub enum Came {
    /// A key, the mouse, another size.
    Event(Event),
    /// There is a light page behind the text, or a dark one.
    Light(bool),
}

/// The terminal as it is read.
#[derive(Debug)]
pub struct Input {
    /// The question is still to be asked.
    asks: bool,
    answer: Answer,
    /// The last key that was held back came then.
    heard: Instant,
    /// Keys that turned out to be no answer.
    keys: VecDeque<KeyEvent>,
}

impl Input {
    /// A terminal, of which the colour behind its text matters or does not.
    pub fn new(asks: bool) -> Self {
        Self { asks, answer: Answer::default(), heard: Instant::now(), keys: VecDeque::new() }
    }

    /// Asks for the colour, once, and only while no other program has the terminal: that would get the answer.
    pub fn ask(&mut self) -> io::Result<()> {
        if !self.asks || tty::is_in_background() {
            return Ok(());
        }
        self.asks = false;
        *asked() = Some(Instant::now());
        execute!(io::stdout(), Print(QUESTION))
    }

    /// What comes next, if something comes in time.
    pub fn next(&mut self, patience: Duration) -> io::Result<Option<Came>> {
        let patience = match self.answer.is_esc() {
            // crossterm does not read if the timeout is 0.
            true => patience.min(REST.saturating_sub(self.heard.elapsed())).max(Duration::from_millis(1)),
            false => patience,
        };
        if self.keys.is_empty() {
            if event::poll(patience)? {
                match event::read()? {
                    Event::Key(key) if self.may_be_answer(key) => {
                        self.heard = Instant::now();
                        match self.answer.hear(key) {
                            Heard::Keys(keys) => self.keys.extend(keys),
                            Heard::Colour(colour) => {
                                *asked() = None;
                                return Ok(
                                    colour.map(|colour| Came::Light(colour.perceived_lightness() > 0.5))
                                );
                            }
                        }
                    }
                    event => return Ok(Some(Came::Event(event))),
                }
            } else if self.answer.is_esc() && self.heard.elapsed() >= REST {
                self.keys.extend(self.answer.let_go());
            }
        }
        Ok(self.keys.pop_front().map(|key| Came::Event(Event::Key(key))))
    }

    /// Whether a key may belong to an answer. A lone Esc is held back for it only while the answer is awaited.
    fn may_be_answer(&self, key: KeyEvent) -> bool {
        let is_begun = self.answer != Answer::default();
        let may_begin = is_awaited() || asked().is_some() && key.code != KeyCode::Esc;
        key.kind != KeyEventKind::Release && (is_begun || may_begin)
    }

    /// The terminal was another program's for a while. The rest of half an answer went there.
    pub fn resume(&mut self) {
        self.answer.let_go();
    }

    /// Before the terminal is given back for good: waits for an answer that is under way, and forgets it.
    pub fn settle(&mut self) {
        let end = Instant::now() + UNDER_WAY;
        while is_awaited() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || self.next(left).is_err() {
                break;
            }
        }
    }
}

fn asked() -> MutexGuard<'static, Option<Instant>> {
    ASKED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_awaited() -> bool {
    asked().is_some_and(|asked| asked.elapsed() < PATIENCE)
}

/// Before the terminal is given back for a while: waits for the thread that reads it to take an answer that is under way.
pub fn wait_for_answer() {
    let end = Instant::now() + UNDER_WAY;
    while is_awaited() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(5));
    }
}
