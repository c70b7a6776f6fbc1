//! The screen's door: no cell that goes to the terminal holds a character that the terminal obeys.
//!
//! Panels replace such characters when they break texts into rows, because the replacement takes room. The door is for
//! what does not come from a panel. A cell keeps its width, so that nothing moves.

use crate::scenario::printable::is_obeyed;
use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

/// Makes every cell of a screen harmless.
pub fn harmless(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if cell.symbol().contains(is_obeyed) {
            let width = cell.symbol().width();
            let shown = cell.symbol().replace(is_obeyed, "");
            let is_as_wide = !shown.is_empty() && shown.width() == width;
            cell.set_symbol(if is_as_wide { &shown } else { ["?", "??"][usize::from(width > 1)] });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::buffer::Cell;
    use ratatui::layout::Rect;

    #[test]
    fn a_cell_loses_what_is_obeyed_and_keeps_its_width() {
        for (before, after) in [
            ("a", "a"),
            ("e\u{301}\u{200d}", "e\u{301}"),
            ("\u{1b}", "?"),
            ("\u{200b}", "?"),
            ("\u{202e}x", "x"),
            ("\u{65e5}\u{e0041}", "\u{65e5}"),
            ("\u{115f}", "??"),
        ] {
            let mut buffer = Buffer::filled(Rect::new(0, 0, 1, 1), Cell::EMPTY);
            buffer.content[0].set_symbol(before);
            harmless(&mut buffer);
            assert_eq!(buffer.content[0].symbol(), after, "{before:?}");
        }
    }
}
