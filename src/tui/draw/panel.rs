//! A panel on the screen: a rule with its title, and as many of its rows as fit.

use super::super::panels::Shown;
use super::super::rows::{Rows, broken};
use super::super::theme;
use crate::scenario::diagnostic::printable;
use crate::view::{Line, Mark};
use ratatui::{buffer::Buffer, layout::Rect};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Draws a panel, which is chosen among others or not, scrolled by so many rows from where its focus is visible.
pub fn draw(shown: &Shown, chosen: bool, scroll: i32, buffer: &mut Buffer) {
    let Shown { rows: Rows { title, rows, .. }, area, .. } = shown;
    let first = shown.rows.first(shown.height(), scroll);
    let more = more(first, rows.len().saturating_sub(first + shown.height()));
    let room = usize::from(area.width).saturating_sub(4 + more.width());
    super::rule(&format!("{}{more}", cut(title, room)), chosen, *area, buffer);
    for (row, line) in rows.iter().skip(first).take(shown.height()).enumerate() {
        let area = Rect { y: area.y + 1 + row as u16, height: 1, ..*area };
        marked(line, area, buffer);
    }
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

/// A row with its sign in the first column.
fn marked(line: &Line, area: Rect, buffer: &mut Buffer) {
    if line.mark != Mark::None {
        let glyph = line.mark.glyph().to_string();
        buffer.set_string(area.x, area.y, glyph, theme::style(line.mark.role()));
    }
    let rest = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
    self::line(line, rest, buffer);
}

/// A line without its sign, in one row. Where it does not fit it ends in `…`.
pub fn line(line: &Line, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let room = usize::from(area.width);
    let total: usize = line.spans.iter().map(|span| span.text.width()).sum();
    let mut used = 0;
    for span in &line.spans {
        let left = room - used;
        let text = printable(&span.text);
        // The ellipsis takes the last column that this line has.
        let text = if total > room && used + text.width() >= room { cut_hard(&text, left) } else { text };
        buffer.set_string(area.x + used as u16, area.y, &text, theme::style(span.role));
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
    if rows.next().is_some() && area.height > 0 {
        buffer.set_string(area.right() - 1, area.bottom() - 1, "…", theme::rule());
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
