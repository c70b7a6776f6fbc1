//! A drawn screen as a picture: the terminal's colours become real ones.

use super::ink::Ground;
use super::theme::{self, Theme};
use crate::export::picture::{Cell, Picture, Rgb};
use crate::view::Role;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// Where a theme leaves it to the terminal: light grey on a dark page.
const FOREGROUND: Rgb = (0xd4, 0xd4, 0xd4);
const BACKGROUND: Rgb = (0x18, 0x18, 0x1b);

/// The picture of a screen that was painted in a theme.
pub fn of(buffer: &Buffer, theme: &Theme) -> Picture {
    let area = buffer.area;
    let mut rows: Vec<Vec<Cell>> = (area.top()..area.bottom())
        .map(|y| row((area.left()..area.right()).map(|x| &buffer[(x, y)])))
        .collect();
    let (text, page, _) = theme.look(Role::Plain, Ground::Page);
    let (foreground, background) = (theme::rgb(text, FOREGROUND), theme::rgb(page, BACKGROUND));
    for cell in rows.iter_mut().flatten() {
        // What is usual need not be said of every cell.
        cell.foreground = cell.foreground.filter(|color| *color != foreground);
        cell.background = cell.background.filter(|color| *color != background);
    }
    Picture { rows, foreground, background }
}

/// The buffer has a space in the second column of a wide character.
fn row<'a>(cells: impl Iterator<Item = &'a ratatui::buffer::Cell>) -> Vec<Cell> {
    let mut row: Vec<Cell> = vec![];
    let mut covered = 0;
    for next in cells {
        match row.last() {
            Some(wide) if covered > 0 => {
                covered -= 1;
                row.push(Cell { text: String::new(), ..wide.clone() });
            }
            _ => {
                covered = next.symbol().width().saturating_sub(1);
                row.push(cell(next));
            }
        }
    }
    row
}

fn cell(cell: &ratatui::buffer::Cell) -> Cell {
    let has = |modifier| cell.modifier.contains(modifier);
    let (mut foreground, mut background) = (rgb(cell.fg), rgb(cell.bg));
    if has(Modifier::REVERSED) {
        (foreground, background) = (background.or(Some(BACKGROUND)), foreground.or(Some(FOREGROUND)));
    }
    Cell {
        text: cell.symbol().to_owned(),
        foreground,
        background,
        bold: has(Modifier::BOLD),
        underlined: has(Modifier::UNDERLINED),
        italic: has(Modifier::ITALIC),
    }
}

/// A colour, if it is not the terminal's own.
fn rgb(color: Color) -> Option<Rgb> {
    (color != Color::Reset).then(|| theme::rgb(color, FOREGROUND))
}
