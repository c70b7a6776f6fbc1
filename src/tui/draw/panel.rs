//! A panel on the screen: a rule with its title, and as many of its rows as fit.

use super::super::ink::{Ground, ink, text};
use super::super::model::Player;
use super::super::panels::Shown;
use super::super::rows::{Rows, broken};
use super::super::select::{SELECTED, TIED};
use crate::scenario::printable::printable;
use crate::view::ties::{self, Ties};
use crate::view::{Line, Mark, Role, Thing};
use ratatui::{buffer::Buffer, layout::Rect};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What lights up: what is selected, and what is tied to it.
#[derive(Clone, Debug, Default)]
pub struct Lit {
    /// What is selected.
    pub selected: Option<Thing>,
    /// What is tied to it, and how.
    pub ties: Ties,
}

impl Lit {
    /// What lights up in a story.
    pub fn of(player: &Player) -> Self {
        let ties = player.selection.map(|thing| ties::ties(&player.story, thing)).unwrap_or_default();
        Self { selected: player.selection, ties }
    }

    /// What lies under a thing.
    fn ground(&self, thing: Option<Thing>) -> Option<Ground> {
        let thing = thing?;
        match self.selected {
            Some(selected) if selected == thing => Some(Ground::Selected),
            _ => self.ties.things.contains(&thing).then_some(Ground::Tied),
        }
    }
}

/// Draws a panel, which is in focus or not, scrolled by so many rows from where its focus is visible.
pub fn draw(shown: &Shown, in_focus: bool, scroll: i32, lit: &Lit, buffer: &mut Buffer) {
    let title = if in_focus { Ground::Chosen } else { Ground::Page };
    rows(&shown.rows, shown.area, (title, Ground::Page), scroll, lit, buffer);
}

/// Draws rows under a rule with their title, on two grounds: that of the title, and that of the rest.
pub fn rows(
    rows: &Rows,
    area: Rect,
    (title, ground): (Ground, Ground),
    scroll: i32,
    lit: &Lit,
    buffer: &mut Buffer,
) {
    let height = usize::from(area.height.saturating_sub(1));
    let first = rows.first(height, scroll);
    let more = more(first, rows.rows.len().saturating_sub(first + height));
    let room = usize::from(area.width).saturating_sub(4 + more.width());
    super::rule(&format!("{}{more}", cut(&rows.title, room)), (title, ground), area, buffer);
    for (row, line) in rows.rows.iter().skip(first).take(height).enumerate() {
        let area = Rect { y: area.y + 1 + row as u16, height: 1, ..area };
        marked(line, area, ground, lit, buffer);
    }
}

/// At the right end of a panel's rule, which panels Tab brings: as many as there is room for.
pub fn aside(names: &[&str], area: Rect, buffer: &mut Buffer) {
    let free = (area.left()..area.right()).rev();
    let free =
        free.take_while(|x| buffer.cell((*x, area.y)).is_some_and(|cell| cell.symbol() == "─")).count();
    // The title comes first: what stands at the right is at most half of the rule, and whole names.
    let room = free.saturating_sub(2).min(usize::from(area.width) / 2);
    let told = |many: usize| {
        let rest = if many < names.len() { ", …" } else { "" };
        format!(" Tab {}{rest} ", names[..many].join(", "))
    };
    let Some(text) = (1..=names.len()).rev().map(told).find(|text| text.width() <= room) else { return };
    let x = area.right() - 1 - text.width() as u16;
    buffer.set_string(x, area.y, text, ink(Role::Dim, Ground::Page));
}

/// How much there is above and below what is shown, for the end of a title.
pub fn more(above: usize, below: usize) -> String {
    match (above, below) {
        (0, 0) => String::new(),
        (above, 0) => format!(" ↑{above}"),
        (0, below) => format!(" ↓{below}"),
        (above, below) => format!(" ↑{above} ↓{below}"),
    }
}

/// A row with its sign in the first column. What is lit and has no other sign has that of the selection.
fn marked(line: &Line, area: Rect, ground: Ground, lit: &Lit, buffer: &mut Buffer) {
    let things = line.spans.iter().map(|span| span.thing).chain([line.thing]);
    let grounds: Vec<Ground> = things.filter_map(|thing| lit.ground(thing)).collect();
    let lit_most =
        grounds.iter().copied().find(|ground| *ground == Ground::Selected).or(grounds.first().copied());
    let sign = match (line.mark, lit_most) {
        (Mark::None, Some(Ground::Selected)) => Some((SELECTED, Role::Strong)),
        (Mark::None, Some(_)) => Some((TIED, Role::Strong)),
        (Mark::None, None) => None,
        (mark, _) => Some((mark.glyph(), mark.role())),
    };
    if let Some((glyph, role)) = sign {
        buffer.set_string(area.x, area.y, glyph.to_string(), ink(role, ground));
    }
    let rest = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
    spans(line, rest, ground, lit, buffer);
}

/// A line without its sign, in one row. Where it does not fit it ends in `…`.
pub fn line(line: &Line, area: Rect, buffer: &mut Buffer) {
    spans(line, area, Ground::Page, &Lit::default(), buffer);
}

/// The same on some ground.
pub fn line_on(line: &Line, ground: Ground, area: Rect, buffer: &mut Buffer) {
    spans(line, area, ground, &Lit::default(), buffer);
}

fn spans(line: &Line, area: Rect, ground: Ground, lit: &Lit, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let room = usize::from(area.width);
    // A space at which no line is broken has done its part.
    let texts: Vec<String> =
        line.spans.iter().map(|span| printable(&span.text).replace('\u{a0}', " ")).collect();
    let total: usize = texts.iter().map(|text| text.width()).sum();
    let mut used = 0;
    for (span, text) in line.spans.iter().zip(texts) {
        let left = room - used;
        // The ellipsis takes the last column that this line has.
        let text = if total > room && used + text.width() >= room { cut_hard(&text, left) } else { text };
        let ground = lit.ground(span.thing).or(lit.ground(line.thing)).unwrap_or(ground);
        buffer.set_string(area.x + used as u16, area.y, &text, ink(span.role, ground));
        used += text.width();
        if used >= room {
            return;
        }
    }
}

/// Lines in as many rows as they need. Where they do not fit, the last row that does ends in `…`.
pub fn paragraphs(lines: &[Line], area: Rect, buffer: &mut Buffer) {
    let mut rows = lines.iter().flat_map(|line| broken(line, area.width.into()));
    for y in 0..area.height {
        let Some(row) = rows.next() else { return };
        line(&row, Rect { y: area.y + y, height: 1, ..area }, buffer);
    }
    if rows.next().is_some() && !area.is_empty() {
        buffer.set_string(area.right() - 1, area.bottom() - 1, "…", text(Role::Dim));
    }
}

/// Text in at most so many columns, with `…` at its end if something is missing.
pub fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns { text.to_owned() } else { cut_hard(text, columns) }
}

fn cut_hard(text: &str, columns: usize) -> String {
    let mut kept = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or_default();
        if used > columns {
            break;
        }
        kept.push(c);
    }
    if columns > 0 {
        kept.push('…');
    }
    kept
}
