//! The visual language, and how it looks in each theme.
//!
//! # One page on how the screen speaks
//!
//! **Roles, not colours.** A panel says what a piece of text is ([`Role`]); drawing writes that as [ink](mod@super::ink); a
//! [`Theme`] alone knows colours, and paints last of all. Every role has one meaning wherever it stands:
//!
//! | role | is used for | never for |
//! |---|---|---|
//! | `Strong` | what the eye should find first: titles, values, flags | decoration |
//! | `Plain` | text | |
//! | `Dim` | labels, units, rules, what is not the point | warnings |
//! | `Changed` | what this event changed, and the moment itself | anything older than the event |
//! | `Path` | the way of the walk: from the operation over the tables to the frame | other links |
//! | `Fault` | what failed, is stale, kills or breaks an invariant | what is merely absent |
//! | `Good` | what was reached: the end of the way | |
//! | `Shared` | two or more hold it: copy-on-write, reference counts over 1 | |
//! | `Absent` | promised and not there: lazy pages, swapped pages | what does not exist |
//! | `Note` | the author's words | the program's words |
//!
//! **Signs, so that no colour is alone.** The first column of a panel holds one [`Mark`](crate::view::Mark) a row. Other
//! states have one glyph each. All are one column wide, and every one has its own ASCII form:
//!
//! | state | sign | ASCII | state | sign | ASCII |
//! |---|---|---|---|---|---|
//! | here, on the walk | `▶` | `>` | copy-on-write | `C` | `C` |
//! | changed in this event | `◆` | `*` | dirty | `D` among the flags | `D` |
//! | the fault is here | `✗` | `!` | shared | a count over 1 | |
//! | stale | `≠` | `#` | guard | `g`, and no `U` among the flags | |
//! | selected | `»` | `}` | text goes on | `…` | `~` |
//! | tied to what is selected | `›` | `]` | | | |
//!
//! **Rules, not boxes.** A panel has one rule, above it, with its title in it; its end is where the next begins. Between
//! columns there is one column of space. Only what lies *over* the screen for a while has a rule below as well, on a ground
//! of its own. The title of the panel that the keys act on lies on the ground `Chosen`.
//!
//! **From the operation to its effect.** The eye goes from left to right: script → translation, tables → registers, TLB.
//! Under all of it stands one sentence that says what happened and why, in plain text; what it is about is marked in every
//! panel. Everything that did not change stays where it was.
//!
//! **Numbers.** Addresses have `0x` and lower-case digits without leading zeros; page numbers and indices have neither
//! `0x` nor grouping and a fixed width in a column. Decimal counts have their thousands apart (`1,048,576`) and are aligned
//! at the right where they stand in a column. Flags keep their places: `V R W X U G A D`, a dash where clear.

mod contrast;
mod themes;

pub use contrast::{contrast, rgb};
pub use themes::{ALL, DARK, LIGHT, NONE, OKABE_ITO, PROJECTOR, TERMINAL, after, named};

use super::ink::{self, Ground};
use crate::view::Role;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

/// How many colours a terminal can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// The sixteen that it was configured with.
    Sixteen,
    /// The 256 of xterm.
    Indexed,
    /// All: red, green and blue have 8 bits each.
    #[default]
    True,
}

/// A colour of text, and what else tells it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pen {
    /// The colour; the terminal's own for [`Color::Reset`].
    pub color: Color,
    /// Bold, slanted and the like.
    pub weight: Modifier,
}

/// What lies under text, and what that does to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The colour under the text; the terminal's own for [`Color::Reset`].
    pub color: Color,
    /// The pen for all text on it; each role keeps its own for `None`.
    pub pen: Option<Pen>,
}

/// How everything looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// What it is called.
    pub name: &'static str,
    /// A pen for each role, in the order of [`Role::ALL`].
    pub pens: [Pen; Role::ALL.len()],
    /// A sheet for each ground, in the order of [`Ground::ALL`].
    pub sheets: [Sheet; Ground::ALL.len()],
}

impl Theme {
    /// How a role looks on a ground: the colour of the text, the one under it, and the weight.
    pub fn look(&self, role: Role, ground: Ground) -> (Color, Color, Modifier) {
        let sheet = self.sheets[ground as usize];
        let own = self.pens[role as usize];
        match sheet.pen {
            None => (own.color, sheet.color, own.weight),
            // Slanted letters stay slanted: the author's words are the author's on every ground.
            Some(pen) => (pen.color, sheet.color, pen.weight | own.weight & Modifier::ITALIC),
        }
    }

    /// Paints a screen that was drawn with ink.
    pub fn paint(&self, depth: Depth, buffer: &mut Buffer) {
        let theme = shown(self, depth).within(depth);
        for cell in &mut buffer.content {
            let (role, ground) = ink::of(cell);
            (cell.fg, cell.bg, cell.modifier) = theme.look(role, ground);
        }
    }

    /// The theme in the colours that a terminal has. To find the nearest one takes too long to do it for every cell.
    fn within(&self, depth: Depth) -> Self {
        let mut theme = self.clone();
        let pens =
            theme.pens.iter_mut().chain(theme.sheets.iter_mut().filter_map(|sheet| sheet.pen.as_mut()));
        pens.for_each(|pen| pen.color = within(pen.color, depth));
        theme.sheets.iter_mut().for_each(|sheet| sheet.color = within(sheet.color, depth));
        theme
    }
}

/// What a terminal shows of a theme: one with sixteen colours its own, whatever else was chosen, unless that is none.
fn shown(theme: &Theme, depth: Depth) -> &Theme {
    match depth {
        Depth::Sixteen if *theme != NONE => &TERMINAL,
        _ => theme,
    }
}

/// A screen on which nothing is to be seen.
pub fn black(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        cell.reset();
        cell.bg = Color::Black;
    }
}

/// The nearest colour that a terminal has.
fn within(color: Color, depth: Depth) -> Color {
    match color {
        Color::Rgb(r, g, b) if depth < Depth::True => {
            Color::Indexed(anstyle_lossy::rgb_to_xterm((r, g, b).into()).0)
        }
        color => color,
    }
}
