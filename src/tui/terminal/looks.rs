//! What the terminal can show, and how the screen looks on it.

use crate::scenario::stage::ThemeName;
use crate::tui::comfort::Comfort;
use crate::tui::model::Looks;
use crate::tui::theme::{self, Depth, Theme};
use supports_color::Stream;
use terminal_colorsaurus::{QueryOptions, ThemeMode, theme_mode};

/// How the screen looks for a user who wants it so, on this terminal. Which colour it has behind its text is asked only if
/// that matters; it must not be read by anybody else meanwhile.
pub fn of(comfort: &Comfort, colour: bool) -> Looks {
    let depth = depth();
    let theme = match (comfort.theme, colour) {
        (_, false) => &theme::NONE,
        (ThemeName::Auto, true) => usual(depth),
        (name, true) => theme::named(name).unwrap_or(&theme::TERMINAL),
    };
    Looks { theme, depth, ascii: comfort.ascii }
}

/// What fits the terminal: its own colours if it has few, and else what has its background. One that does not say is given
/// a dark page, which every theme brings along.
fn usual(depth: Depth) -> &'static Theme {
    if depth == Depth::Sixteen {
        return &theme::TERMINAL;
    }
    match theme_mode(QueryOptions::default()) {
        Ok(ThemeMode::Light) => &theme::LIGHT,
        Ok(ThemeMode::Dark) | Err(_) => &theme::DARK,
    }
}

fn depth() -> Depth {
    match supports_color::on(Stream::Stdout) {
        Some(level) if level.has_16m => Depth::True,
        Some(level) if level.has_256 => Depth::Indexed,
        _ => Depth::Sixteen,
    }
}
