//! A drawn screen as a picture: the terminal's colours become real ones.

use crate::export::picture::{Cell, Picture, Rgb};
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

const FOREGROUND: Rgb = (0xd4, 0xd4, 0xd4);
const BACKGROUND: Rgb = (0x18, 0x18, 0x1b);

/// The picture of a screen, on a dark background.
pub fn of(buffer: &Buffer) -> Picture {
    let area = buffer.area;
    let rows = (area.top()..area.bottom()).map(|y| row((area.left()..area.right()).map(|x| &buffer[(x, y)])));
    Picture { rows: rows.collect(), foreground: FOREGROUND, background: BACKGROUND }
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

/// What the terminal's colours are, about, on most terminals. Only those that the theme uses.
fn rgb(color: Color) -> Option<Rgb> {
    Some(match color {
        Color::Yellow => (0xe5, 0xc0, 0x4b),
        Color::Cyan => (0x4f, 0xc1, 0xd9),
        Color::Green => (0x6a, 0xc4, 0x78),
        Color::LightRed => (0xf4, 0x71, 0x71),
        Color::LightMagenta => (0xd6, 0x8f, 0xe0),
        Color::Indexed(245) => (0x8a, 0x8a, 0x8a),
        Color::Rgb(r, g, b) => (r, g, b),
        _ => return None,
    })
}
