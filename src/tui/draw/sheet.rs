//! What lies over the screen for a while, with a rule above and a rule below.

use super::super::ink::{Ground, ink};
use super::super::model::{Model, Sheet};
use super::super::{keys, sheet};
use super::panel::{self, Lit};
use crate::view::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the sheet that lies over the screen, if one does.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    let (Some(laid), Some(over)) = (sheet::laid(model, area), &model.sheet) else { return };
    let scroll = match over {
        Sheet::Help { scroll, .. } | Sheet::Explain { scroll, .. } => *scroll,
        Sheet::Palette { .. } => 0,
    };
    let whole = Rect { height: laid.area.height + 1, ..laid.area };
    // What it lies over is put away in whole rows: pieces of panels on both sides would only distract.
    let rows = match over {
        Sheet::Help { .. } => Rect { x: area.x, width: area.width, height: area.bottom() - whole.y, ..whole },
        Sheet::Explain { .. } | Sheet::Palette { .. } => whole,
    };
    blank(rows, Ground::Page, buffer);
    blank(whole, Ground::Sheet, buffer);
    panel::rows(&laid.rows, laid.area, (Ground::Sheet, Ground::Sheet), scroll, &Lit::default(), buffer);
    let edge = "─".repeat(whole.width.into());
    buffer.set_string(whole.x, whole.bottom() - 1, edge, ink(Role::Dim, Ground::Sheet));
    let footer = Rect { y: area.bottom() - 1, height: 1, ..area };
    blank(footer, Ground::Page, buffer);
    super::footer(keys::places(model), None, footer, buffer);
}

/// Takes away what stands in an area.
fn blank(area: Rect, ground: Ground, buffer: &mut Buffer) {
    let row = " ".repeat(area.width.into());
    for y in area.top()..area.bottom() {
        buffer.set_string(area.x, y, &row, ink(Role::Plain, ground));
    }
}
