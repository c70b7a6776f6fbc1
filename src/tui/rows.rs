//! Lines of a panel as rows of the screen: what is too long for a row goes on in the next one, so that nothing is cut.

use crate::scenario::printable::printable;
use crate::view::{Line, Mark, Panel, Role, Span, Thing};
use std::ops::RangeInclusive;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A panel for a width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    /// The panel's title.
    pub title: String,
    /// Its rows, all of them.
    pub rows: Vec<Line>,
    /// The row that must be visible.
    focus: usize,
}

impl Rows {
    /// A panel in rows of at most so many columns, the one of the signs not counted.
    pub fn of(panel: &Panel, columns: u16) -> Self {
        let mut rows = vec![];
        let mut focus = 0;
        for (at, line) in panel.lines.iter().enumerate() {
            rows.extend(broken(line, columns.into()));
            if at == panel.focus {
                focus = rows.len() - 1;
            }
        }
        Self { title: printable(&panel.title), rows, focus }
    }

    /// The same, but it is the first row that shows a thing that must be visible, if one does.
    pub fn with_in_sight(self, thing: Thing) -> Self {
        let shows = |line: &Line| {
            line.thing == Some(thing) || line.spans.iter().any(|span| span.thing == Some(thing))
        };
        match self.rows.iter().position(shows) {
            Some(focus) => Self { focus, ..self },
            None => self,
        }
    }

    /// The row that must be visible.
    pub fn focus(&self) -> usize {
        self.focus
    }

    /// The columns of its longest row.
    pub fn width(&self) -> usize {
        let width = |row: &Line| row.spans.iter().map(|span| span.text.width()).sum();
        self.rows.iter().map(width).max().unwrap_or_default()
    }

    /// How many rows of the screen show all of it, with its title.
    pub fn height(&self) -> u16 {
        u16::try_from(self.rows.len() + 1).unwrap_or(u16::MAX)
    }

    /// The first row that is shown of so many: the focus is in sight, and what is scrolled stays within the panel.
    pub fn first(&self, shown: usize, scroll: i32) -> usize {
        let last = self.rows.len().saturating_sub(shown);
        self.resting(shown).saturating_add_signed(scroll as isize).min(last)
    }

    /// How far it can be scrolled up and down if so many rows are shown.
    fn scrolls(&self, shown: usize) -> RangeInclusive<i32> {
        let (rest, last) = (self.resting(shown), self.rows.len().saturating_sub(shown));
        -(rest as i32)..=(last - rest) as i32
    }

    /// How far it is scrolled after so many more rows if so many are shown: not past its ends.
    pub fn scrolled(&self, shown: usize, scroll: i32, rows: i32) -> i32 {
        let range = self.scrolls(shown);
        let within = |scroll: i32| scroll.clamp(*range.start(), *range.end());
        within(within(scroll).saturating_add(rows))
    }

    /// The first row that is shown if nothing is scrolled.
    fn resting(&self, shown: usize) -> usize {
        let last = self.rows.len().saturating_sub(shown);
        match self.focus < shown {
            true => 0,
            false => (self.focus + 1).saturating_sub(shown.div_ceil(2)).min(last),
        }
    }
}

/// A line in rows of at most so many columns. A row that goes on begins under the line's second piece, as the first is
/// its label; in a line of one piece, at the edge.
pub fn broken(line: &Line, columns: usize) -> Vec<Line> {
    let spans: Vec<Span> =
        line.spans.iter().map(|span| Span { text: printable(&span.text), ..*span }).collect();
    let line = Line { spans, ..*line };
    if line.spans.iter().map(|span| span.text.width()).sum::<usize>() <= columns {
        return vec![line];
    }
    let columns = columns.max(1);
    let hang = match line.spans.as_slice() {
        _ if line.hang.is_some_and(|hang| hang <= columns * 3 / 5) => line.hang.unwrap_or_default(),
        [] | [_] => 0,
        [label, ..] => Some(label.text.width()).filter(|width| *width <= columns / 3).unwrap_or(2),
    };
    let hang = hang.min(columns - 1);
    let mut rows = vec![Line::default().marked(line.mark).of_thing(line.thing)];
    let mut used = 0;
    for (at, span) in line.spans.iter().enumerate() {
        for (offset, word) in words(&span.text) {
            let room = columns - used;
            let begun = used > if rows.len() > 1 { hang } else { 0 };
            if rows.len() > 1 && !begun && word == " " {
                continue;
            }
            // A word may be of several pieces; one that would need more than a row is broken between them.
            let whole = word_width(&line.spans[at..], offset);
            let width = if whole <= columns - hang { whole } else { word.trim_end().width() };
            if begun && width > room {
                (rows, used) = next_row(rows, hang);
            }
            for c in word.chars() {
                let width = c.width().unwrap_or_default();
                if used + width > columns {
                    // A space at the end of a row is not missed; a word that is longer than a row is broken.
                    if c == ' ' {
                        continue;
                    }
                    (rows, used) = next_row(rows, hang);
                }
                push(&mut rows, span.role, span.thing, c);
                used += width;
            }
        }
    }
    rows
}

/// The words of a text, each with the space after it, and where they begin.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive(' ').scan(0, |end, word| {
        let start = *end;
        *end += word.len();
        Some((start, word))
    })
}

/// The columns of the word that begins at an offset of the first of some pieces, up to the next space.
fn word_width(spans: &[Span], offset: usize) -> usize {
    let mut width = 0;
    for (at, span) in spans.iter().enumerate() {
        let text = if at == 0 { &span.text[offset..] } else { &span.text };
        match text.split_once(' ') {
            Some((end, _)) => return width + end.width(),
            None => width += text.width(),
        }
    }
    width
}

fn next_row(mut rows: Vec<Line>, hang: usize) -> (Vec<Line>, usize) {
    let indent = if hang > 0 { Line::of(Role::Plain, " ".repeat(hang)) } else { Line::default() };
    let thing = rows.last().and_then(|row| row.thing);
    rows.push(indent.marked(Mark::None).of_thing(thing));
    (rows, hang)
}

fn push(rows: &mut [Line], role: Role, thing: Option<Thing>, c: char) {
    let Some(row) = rows.last_mut() else { return };
    match row.spans.last_mut() {
        Some(span) if (span.role, span.thing) == (role, thing) => span.text.push(c),
        _ => row.spans.push(Span { text: c.into(), role, thing }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &Line, columns: usize) -> Vec<String> {
        broken(line, columns).iter().map(Line::to_string).collect()
    }

    #[test]
    fn a_long_line_goes_on_under_its_second_piece() {
        let line = Line::of(Role::Dim, "sp ").with(Role::Plain, "0x4fe0 stack + 0xfe0");
        assert_eq!(told(&line, 30), ["sp 0x4fe0 stack + 0xfe0"]);
        assert_eq!(told(&line, 12), ["sp 0x4fe0 ", "   stack + ", "   0xfe0"]);
    }

    #[test]
    fn a_paragraph_goes_on_at_the_edge_and_a_long_word_is_broken() {
        assert_eq!(told(&Line::of(Role::Plain, "one two three"), 7), ["one two", "three"]);
        assert_eq!(told(&Line::of(Role::Plain, "a 0123456789"), 4), ["a ", "0123", "4567", "89"]);
        assert_eq!(told(&Line::default(), 4), [""]);
    }

    #[test]
    fn a_word_of_several_pieces_stays_together_and_a_row_does_not_begin_with_a_space() {
        let line = Line::of(Role::Plain, "·=empty").with(Role::Fault, "  ✗").with(Role::Dim, "=fault");
        assert_eq!(told(&line, 12), ["·=empty  ", "  ✗=fault"]);
        let line = Line::of(Role::Plain, "one  ✗").with(Role::Dim, "=fault");
        assert_eq!(told(&line, 8), ["one  ✗", "  =fault"], "too long for a row");
    }

    #[test]
    fn scrolling_ends_where_the_panel_does() {
        let lines = (0..10).map(|at| Line::of(Role::Plain, at.to_string())).collect();
        let rows = Rows::of(&Panel { title: String::new(), lines, focus: 6 }, 20);
        let range = rows.scrolls(4);
        assert_eq!((rows.first(4, 0), rows.first(4, *range.start()), rows.first(4, *range.end())), (5, 0, 6));
        assert_eq!(rows.scrolls(10), 0..=0);
    }
}
