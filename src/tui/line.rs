//! The line that is typed at the edge below: a command after `:`, or what is searched for after `/`.

use super::message::Message;
use super::model::Model;
use super::{command, search};
use tui_input::{Input, InputRequest};

/// The most characters that can be typed.
const MOST: usize = 200;

/// What a line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A command, or a place in time.
    Command,
    /// Something to be found.
    Search,
}

/// The line.
#[derive(Clone, Debug)]
pub struct Line {
    /// What it is for.
    pub kind: Kind,
    /// What is typed, and where the cursor is.
    pub input: Input,
    /// Why it was refused, until something is typed.
    pub refused: Option<String>,
    /// What Tab goes through, and which of it is taken.
    pub offers: Offers,
    /// How many lines back in what was typed before; 0 for this line.
    older: usize,
    /// This line, while an older one is shown.
    newest: String,
}

/// What a line can be completed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    /// Whole lines.
    pub lines: Vec<String>,
    /// Which is taken.
    pub taken: Option<usize>,
}

/// What was typed before in lines of a kind, the newest last.
fn older(model: &Model, kind: Kind) -> &[String] {
    match kind {
        Kind::Command => model.remembered.commands(),
        Kind::Search => &model.searches,
    }
}

/// Remembers a line that was obeyed.
fn remember(model: &mut Model, kind: Kind, text: &str) {
    match kind {
        Kind::Command => model.remembered.keep_command(text),
        Kind::Search => {
            model.searches.retain(|line| line != text);
            model.searches.push(text.to_owned());
        }
    }
}

impl Line {
    /// An empty line.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            input: Input::default(),
            refused: None,
            offers: Offers::default(),
            older: 0,
            newest: String::new(),
        }
    }

    fn put(&mut self, text: &str) {
        self.input = Input::new(text.to_owned());
        self.refused = None;
    }

    /// Takes the next of what the line can be completed to, or the one before.
    fn complete(&mut self, model: &Model, forward: bool) {
        if self.offers.lines.is_empty() {
            self.offers.lines = command::completions(model, self.input.value());
        }
        let count = self.offers.lines.len();
        if count == 0 {
            return;
        }
        let next = match (self.offers.taken, forward) {
            (None, true) => 0,
            (None, false) => count - 1,
            (Some(at), true) => (at + 1) % count,
            (Some(at), false) => (at + count - 1) % count,
        };
        self.offers.taken = Some(next);
        let text = self.offers.lines[next].clone();
        self.put(&text);
        if count == 1 {
            // There is nothing to choose: what follows is completed next.
            self.offers = Offers::default();
        }
    }

    /// Shows a line that was typed before this one, or after it.
    fn recall(&mut self, history: &[String], back: bool) {
        if self.older == 0 {
            self.newest = self.input.value().to_owned();
        }
        self.older = if back { (self.older + 1).min(history.len()) } else { self.older.saturating_sub(1) };
        let text = match self.older {
            0 => self.newest.clone(),
            back => history[history.len() - back].clone(),
        };
        self.put(&text);
    }
}

/// Does what a message says to the line that is being typed.
pub fn update(model: &mut Model, message: Message) {
    let Some(mut line) = model.line.take() else { return };
    let edited = matches!(message, Message::Type(_) | Message::Erase | Message::Edit(_));
    if edited {
        line.offers = Offers::default();
    }
    match message {
        Message::Back => return,
        Message::Erase if line.input.value().is_empty() => return,
        // After a line that was refused, the key that opened it begins it anew.
        Message::Type(':') if line.refused.is_some() => line.put(""),
        Message::Type(c) if line.input.value().chars().count() < MOST => {
            line.input.handle(InputRequest::InsertChar(c));
        }
        Message::Erase => drop(line.input.handle(InputRequest::DeletePrevChar)),
        Message::Edit(request) => drop(line.input.handle(request)),
        Message::Complete(forward) if line.kind == Kind::Command => line.complete(model, forward),
        Message::Older => line.recall(older(model, line.kind), true),
        Message::Newer => line.recall(older(model, line.kind), false),
        Message::Enter => return enter(model, line),
        _ => {}
    }
    if edited {
        line.refused = None;
    }
    model.line = Some(line);
}

/// The line is done: what it says is done too, or it stays, to be mended.
fn enter(model: &mut Model, mut line: Line) {
    let text = line.input.value().trim().to_owned();
    if text.is_empty() {
        return;
    }
    let done = match line.kind {
        Kind::Command => command::run(model, &text),
        Kind::Search => search::begin(model, &text),
    };
    match done {
        Ok(()) => remember(model, line.kind, &text),
        Err(why) => {
            line.refused = Some(why);
            model.line = Some(line);
        }
    }
}
