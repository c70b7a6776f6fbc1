//! Floor 4, what is said: each panel as plain data, computed from the state, and each event in words.
//!
//! A [`Panel`] is lines of [`Span`]s with a [`Role`]; how a role looks is the theme's to say, in `tui`. Pictures, plain
//! text and the screen use the same data, so that there is one description of everything.

pub mod access_time;
pub mod areas;
pub mod bare_space;
pub mod bounded;
pub mod cache;
pub mod charts;
pub mod compare;
pub mod costs;
pub mod decode;
pub mod events;
pub mod explain;
pub mod fields;
pub mod frames;
pub mod happens;
pub mod holders;
pub mod in_use;
pub mod look;
pub mod maps;
pub mod memory;
pub mod named;
pub mod names;
pub mod outcome;
pub mod owners;
pub mod place;
pub mod processes;
pub mod replaced;
pub mod runs;
pub mod scale;
pub mod script;
pub mod spaces;
pub mod state;
pub mod strip;
pub mod subject;
pub mod swap;
pub mod table;
pub mod thing;
pub mod ties;
pub mod tlb;
pub mod touched;
pub mod translate;
pub mod trap;
pub mod tree;
pub mod value;
pub mod words;

pub use look::Look;
pub use thing::Thing;
pub use ties::Ties;

use crate::scenario::stage::PanelName;
use crate::story::Story;
use std::fmt;
use unicode_width::UnicodeWidthStr;

/// What a piece of text is, which decides how it looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// Ordinary text.
    #[default]
    Plain,
    /// Less important: labels, units, what has not changed.
    Dim,
    /// More important: what the eye looks for first.
    Strong,
    /// It changed in this event.
    Changed,
    /// It is on the way of the walk.
    Path,
    /// It failed, or kills.
    Fault,
    /// It succeeded.
    Good,
    /// Copy-on-write, shared.
    Shared,
    /// Promised but not there.
    Absent,
    /// The author's words.
    Note,
}

impl Role {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 10] = [
        Self::Plain,
        Self::Dim,
        Self::Strong,
        Self::Changed,
        Self::Path,
        Self::Fault,
        Self::Good,
        Self::Shared,
        Self::Absent,
        Self::Note,
    ];
}

/// A sign in front of a line, so that colour is never alone; the weaker ones first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// Nothing particular.
    #[default]
    None,
    /// The walk, or the script, is here.
    Here,
    /// It changed in this event.
    Changed,
    /// It failed here.
    Fault,
    /// A cached translation that the tables no longer hold.
    Stale,
}

impl Mark {
    /// All but [`Mark::None`], with what they mean: the legend.
    pub const LEGEND: [(Self, &'static str); 4] = [
        (Self::Here, "here, or on the way of the walk"),
        (Self::Changed, "changed in this event"),
        (Self::Fault, "the fault is here"),
        (Self::Stale, "stale: the tables say otherwise"),
    ];

    /// One column wide.
    pub fn glyph(self) -> char {
        match self {
            Self::None => ' ',
            Self::Here => '▶',
            Self::Changed => '◆',
            Self::Fault => '✗',
            Self::Stale => '≠',
        }
    }

    /// The role of the glyph.
    pub fn role(self) -> Role {
        match self {
            Self::None => Role::Plain,
            Self::Here => Role::Path,
            Self::Changed => Role::Changed,
            Self::Fault | Self::Stale => Role::Fault,
        }
    }
}

/// A piece of text with one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The text, without line breaks.
    pub text: String,
    /// What it is.
    pub role: Role,
    /// What it shows, if that is not what its line shows.
    pub thing: Option<Thing>,
}

/// A line of a panel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Its sign.
    pub mark: Mark,
    /// Its pieces.
    pub spans: Vec<Span>,
    /// What it shows, which can be selected.
    pub thing: Option<Thing>,
    /// The column under which it goes on where it is too long for a row; by itself that is the end of its first piece.
    pub hang: Option<usize>,
}

impl Line {
    /// A line of one role.
    pub fn of(role: Role, text: impl Into<String>) -> Self {
        Self::default().with(role, text)
    }

    /// The same with another piece at its end.
    pub fn with(mut self, role: Role, text: impl Into<String>) -> Self {
        self.spans.push(Span { text: text.into(), role, thing: None });
        self
    }

    /// The same with another piece at its end, which shows a thing of its own.
    pub fn with_thing(mut self, thing: Thing, role: Role, text: impl Into<String>) -> Self {
        self.spans.push(Span { text: text.into(), role, thing: Some(thing) });
        self
    }

    /// The same with the pieces of another line at its end.
    pub fn followed_by(mut self, line: Self) -> Self {
        self.spans.extend(line.spans);
        self
    }

    /// The same as the line of a thing.
    pub fn of_thing(mut self, thing: impl Into<Option<Thing>>) -> Self {
        self.thing = thing.into();
        self
    }

    /// The same, but where it is too long for a row it goes on under what follows here.
    pub fn hanging(mut self) -> Self {
        self.hang = Some(self.spans.iter().map(|span| span.text.width()).sum());
        self
    }

    /// The same with a sign.
    pub fn marked(mut self, mark: Mark) -> Self {
        self.mark = mark;
        self
    }
}

/// The text without signs and roles. A space that no row ends at is a space like others there.
impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.spans.iter().try_for_each(|span| f.write_str(&span.text.replace('\u{a0}', " ")))
    }
}

/// What one panel says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Panel {
    /// Its title.
    pub title: String,
    /// Its lines, all of them: the screen shows as many as fit.
    pub lines: Vec<Line>,
    /// The line that must be visible.
    pub focus: usize,
}

impl Panel {
    /// A panel in which the first line that changed or failed is the one to see; without such a line the last marked one,
    /// which is where a walk has come to.
    pub fn new(title: impl Into<String>, lines: Vec<Line>) -> Self {
        let focus = lines
            .iter()
            .position(|line| matches!(line.mark, Mark::Changed | Mark::Fault))
            .or_else(|| lines.iter().rposition(|line| line.mark != Mark::None))
            .unwrap_or_default();
        Self { title: title.into(), lines, focus }
    }
}

/// What a panel says of a story's moment.
pub fn panel(name: PanelName, story: &Story, look: &Look) -> Panel {
    match name {
        PanelName::Script => script::panel(story),
        PanelName::Translate => translate::panel(story),
        PanelName::Tables => tree::panel(story, look),
        PanelName::Frames => frames::panel(story, look),
        PanelName::Tlb => tlb::panel(story),
        PanelName::Areas => areas::panel(story, look),
        PanelName::Registers => trap::panel(story),
        PanelName::Costs => costs::panel(story, look),
        PanelName::Maps => maps::panel(story, look),
        PanelName::Holders => holders::panel(story, look),
        PanelName::Scale => scale::panel(story, look),
        PanelName::Swap => swap::panel(story, look),
        PanelName::Cache => cache::panel(story, look),
        PanelName::Fields => fields::panel(story, look),
        PanelName::Processes => processes::panel(story, look),
        PanelName::Charts => charts::panel(story, look),
        PanelName::Events => events::panel(story),
        PanelName::Event => happens::answered(story, look.answer),
    }
}

/// A number with its thousands apart: `1,048,576`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 frame`, `2 frames`.
pub fn count(number: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// `4 KiB`, `1 GiB`, `100 bytes`.
pub fn bytes(number: u64) -> String {
    let (size, unit) = size(number);
    format!("{} {}", grouped(size), ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"][unit])
}

/// The same for narrow columns: `4K`, `1G`, `100B`.
pub fn bytes_short(number: u64) -> String {
    let (size, unit) = size(number);
    format!("{size}{}", ["B", "K", "M", "G", "T", "P", "E"][unit])
}

/// A number of bytes in the largest unit that it is a whole number of, and which that is.
fn size(number: u64) -> (u64, usize) {
    let unit = if number == 0 { 0 } else { number.trailing_zeros() as usize / 10 };
    (number >> (10 * unit), unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_kept_apart() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(12_345_678), "12,345,678");
        assert_eq!(count(1, "frame"), "1 frame");
        assert_eq!(count(0, "frame"), "0 frames");
    }

    #[test]
    fn sizes_have_the_largest_unit_that_is_whole() {
        assert_eq!([bytes(4 << 10), bytes(1 << 30), bytes(1536)], ["4 KiB", "1 GiB", "1,536 bytes"]);
        assert_eq!([bytes(2 << 20), bytes(100), bytes(0)], ["2 MiB", "100 bytes", "0 bytes"]);
        assert_eq!([bytes_short(4 << 20), bytes_short(64), bytes_short(512 << 30)], ["4M", "64B", "512G"]);
    }
}
