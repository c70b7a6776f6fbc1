//! ASCII: every character of a finished screen replaced by one that every terminal, font and printer has.
//!
//! One character becomes one, so that nothing moves.

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

/// Spells a screen in ASCII.
pub fn spell(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !cell.symbol().is_ascii() {
            let spelt = spelt(cell.symbol());
            cell.set_symbol(spelt);
        }
    }
}

/// What stands for a character; as wide as it.
fn spelt(symbol: &str) -> &'static str {
    match symbol {
        "\u{a0}" => " ",
        "─" | "━" | "–" | "—" | "‐" | "−" => "-",
        "│" | "┃" | "║" => "|",
        "├" | "└" | "┌" | "┐" | "┘" | "┤" | "┼" | "┬" | "┴" => "+",
        "▶" | "→" => ">",
        "←" | "◀" => "<",
        "↑" | "▲" => "^",
        "↓" | "▼" => "v",
        "◆" | "×" | "•" => "*",
        "✗" => "!",
        "≠" => "#",
        "✓" => "y",
        "·" => ".",
        "…" => "~",
        "⋮" | "┆" => ":",
        "●" | "○" => "o",
        "»" => "}",
        "›" => "]",
        "▏" => "|",
        "‘" | "’" => "'",
        "“" | "”" => "\"",
        "▁" => "_",
        "░" => ".",
        "▂" => ",",
        "▃" | "▒" => ":",
        "▄" => "-",
        "▅" => "=",
        "▆" | "▓" => "+",
        "▇" => "*",
        "█" | "■" => "#",
        "□" => "o",
        "╳" => "X",
        // Quarters of a cell, which large letters are made of: what has ink where they have.
        "▀" => "\"",
        "▌" => "[",
        "▐" => "]",
        "▖" | "▗" => ",",
        "▘" | "▝" => "'",
        "▙" => "L",
        "▟" => "J",
        "▛" => "F",
        "▜" => "7",
        "▞" => "/",
        "▚" => "\\",
        wide if wide.width() == 2 => "??",
        _ => "?",
    }
}
