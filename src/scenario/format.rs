//! One layout for every scenario: what `pagewalk fmt` writes.
//!
//! A step is a line if it fits into [`COLUMNS`]. One that does not is broken: what is done first, then its note, what is
//! said, its question and what it expects, each on lines of their own. The parts of a scenario stand in the order of the reference,
//! and an empty line stands before each chapter. Between the values only spaces, line breaks and that order change: every
//! string, number and word is copied as it was written. In a string, only a character that a terminal obeys becomes an escape.

use super::document::KEYS;
use super::node::{Key, Node, Value};
use super::printable::escaped;
use super::{Place, Problem, Source, syntax};
use unicode_width::UnicodeWidthStr;

/// How many columns a line may have. Only what cannot be broken, like a long note, has more.
pub const COLUMNS: usize = 120;

/// By how much what is inside moves right.
const INDENT: usize = 2;

/// What stands on lines of its own in a step that is broken.
const WORDS: [&str; 4] = ["note", "say", "ask", "expect"];

/// A JSON text in the one layout. It ends in one line break; formatting it again changes nothing.
///
/// # Errors
///
/// Why the text is not JSON, or which keys are there twice.
pub fn format(source: &Source) -> Result<String, Vec<Problem>> {
    let mut problems = vec![];
    let root = syntax::read(&source.text, &Place::Text, &mut problems);
    Problem::sort(&mut problems);
    let Some(root) = root.filter(|_| problems.is_empty()) else { return Err(problems) };
    let mut layout = Layout { source, out: String::with_capacity(source.text.len()) };
    layout.value(&root, Part::Scenario, 0, 0);
    layout.out.push('\n');
    Ok(layout.out)
}

/// What a value is of a scenario, which decides how it is broken.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    /// The whole: each key on a line of its own.
    Scenario,
    /// What a key of the scenario holds: one line, or each key on a line of its own.
    Section,
    /// A list of steps: each on a line of its own.
    Steps,
    /// A step.
    Step,
    /// Anything deeper: brackets hug what they hold.
    Inner,
}

impl Part {
    fn of(self, key: Option<&Key>, node: &Node) -> Self {
        let steps = key.is_some_and(|key| key.name == "steps") && matches!(node.value, Value::List(_));
        match self {
            Self::Scenario | Self::Step if steps => Self::Steps,
            Self::Scenario => Self::Section,
            Self::Steps => Self::Step,
            Self::Section | Self::Step | Self::Inner => Self::Inner,
        }
    }
}

/// An item of a list, or a field of an object.
type Item<'a> = (Option<&'a Key>, &'a Node);

/// The text so far, and where its pieces come from.
struct Layout<'a> {
    source: &'a Source,
    out: String,
}

impl Layout<'_> {
    /// Writes a value. `indent` is that of the line that it begins on; `tail` is how many columns the brackets and the
    /// comma need that must follow on its last line.
    fn value(&mut self, node: &Node, part: Part, indent: usize, tail: usize) {
        let Some((brackets, mut items)) = inside(node) else { return self.copy(&node.place) };
        if part == Part::Scenario {
            in_order(&mut items);
        }
        let block = matches!(
            (part, &node.value),
            (Part::Scenario, _) | (Part::Section, _) | (Part::Steps, Value::List(_))
        );
        let one_line = items.is_empty()
            || !matches!(part, Part::Scenario | Part::Steps) && self.fits((None, node), tail);
        match (one_line, block) {
            (true, _) => self.flat((None, node)),
            (false, true) => self.block(brackets, &items, part, indent),
            (false, false) => self.hug(brackets, &items, part, indent, tail),
        }
    }

    /// Each item on a line of its own, and so the brackets.
    fn block(&mut self, [open, close]: [char; 2], items: &[Item<'_>], part: Part, indent: usize) {
        self.out.push(open);
        for (at, item) in items.iter().enumerate() {
            if at > 0 && part == Part::Steps && item.1.get("chapter").is_some() {
                self.out.push('\n');
            }
            self.line(indent + INDENT);
            self.item(*item, part, indent + INDENT, 1);
            if at + 1 < items.len() {
                self.out.push(',');
            }
        }
        self.line(indent);
        self.out.push(close);
    }

    /// Fields are written side by side as long as they fit, items of a list one a line. The brackets stay close.
    fn hug(&mut self, [open, close]: [char; 2], items: &[Item<'_>], part: Part, indent: usize, tail: usize) {
        self.out.push(open);
        let mut own_indent = indent;
        let mut after_words = false;
        for (at, item) in items.iter().enumerate() {
            let last = at + 1 == items.len();
            let tail = if last { tail + 2 } else { 1 };
            let (key, node) = *item;
            let is_word = part == Part::Step && key.is_some_and(|key| WORDS.contains(&key.name.as_str()));
            let stays = match key {
                None => false,
                Some(_) if at == 0 => true,
                Some(_) if is_word || after_words => false,
                Some(_) => part.of(key, node) == Part::Steps || self.fits(*item, tail + 1),
            };
            if stays {
                self.out.push(' ');
            } else {
                own_indent = indent + INDENT;
                self.line(own_indent);
            }
            self.item(*item, part, own_indent, tail);
            if !last {
                self.out.push(',');
            }
            after_words = is_word;
        }
        self.out.push(' ');
        self.out.push(close);
    }

    fn item(&mut self, (key, node): Item<'_>, part: Part, indent: usize, tail: usize) {
        if let Some(key) = key {
            self.copy(&key.place);
            self.out.push_str(": ");
        }
        self.value(node, part.of(key, node), indent, tail);
    }

    /// Writes an item on one line.
    fn flat(&mut self, (key, node): Item<'_>) {
        if let Some(key) = key {
            self.copy(&key.place);
            self.out.push_str(": ");
        }
        let Some(([open, close], items)) = inside(node) else { return self.copy(&node.place) };
        self.out.push(open);
        for (at, item) in items.iter().enumerate() {
            self.out.push_str(if at == 0 { " " } else { ", " });
            self.flat(*item);
        }
        if !items.is_empty() {
            self.out.push(' ');
        }
        self.out.push(close);
    }

    /// Whether an item fits into what is left of the line, with so many columns after it.
    fn fits(&self, item: Item<'_>, tail: usize) -> bool {
        let line = &self.out[self.out.rfind('\n').map_or(0, |at| at + 1)..];
        let room = COLUMNS.checked_sub(line.width() + tail);
        room.and_then(|room| self.room_after(item, room)).is_some()
    }

    /// How much of the room an item on one line leaves; `None` if it does not fit. Looks no further than the room goes.
    fn room_after(&self, (key, node): Item<'_>, room: usize) -> Option<usize> {
        let room = match key {
            Some(key) => room.checked_sub(self.written(&key.place).width() + 2)?,
            None => room,
        };
        let Some((_, items)) = inside(node) else {
            return room.checked_sub(self.written(&node.place).width());
        };
        let mut room = room.checked_sub(if items.is_empty() { 2 } else { 4 })?;
        for (at, item) in items.iter().enumerate() {
            room = self.room_after(*item, room.checked_sub(if at == 0 { 0 } else { 2 })?)?;
        }
        Some(room)
    }

    fn line(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn copy(&mut self, place: &Place) {
        let written = self.written(place);
        self.out.push_str(&written);
    }

    /// A key or a value as it was written, with an escape for each character that no reader can see.
    fn written(&self, place: &Place) -> String {
        escaped(&self.source.text[place.range()])
    }
}

/// The brackets of a list or an object, and what is in them; `None` for what has none.
fn inside(node: &Node) -> Option<([char; 2], Vec<Item<'_>>)> {
    match &node.value {
        Value::List(items) => Some((['[', ']'], items.iter().map(|item| (None, item)).collect())),
        Value::Object(fields) => {
            Some((['{', '}'], fields.iter().map(|(key, value)| (Some(key), value)).collect()))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Lost => None,
    }
}

/// Puts the keys that a scenario knows into the order of the reference. Others stay where they are.
fn in_order(items: &mut [Item<'_>]) {
    let rank = |item: &Item<'_>| KEYS.iter().position(|known| item.0.is_some_and(|key| key.name == *known));
    let places: Vec<usize> = (0..items.len()).filter(|at| rank(&items[*at]).is_some()).collect();
    let mut known: Vec<Item<'_>> = places.iter().map(|at| items[*at]).collect();
    known.sort_by_key(rank);
    for (at, item) in places.into_iter().zip(known) {
        items[at] = item;
    }
}
