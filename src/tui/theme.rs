//! How roles look. No panel names a colour.
//!
//! The terminal's own colours are used, so that the screen fits a dark and a light background alike; grey is the one
//! exception, as terminals' own is often too dark to read. A role is never told by colour alone: what changed, what
//! failed and where the walk is have signs ([`Mark`](crate::view::Mark)) and weight as well.

use crate::view::Role;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

/// A grey that can be read on black and on white.
const GREY: Color = Color::Indexed(245);

/// How a role looks.
pub fn style(role: Role) -> Style {
    let style = Style::new();
    match role {
        Role::Plain => style,
        Role::Dim => style.fg(GREY),
        Role::Strong => style.add_modifier(Modifier::BOLD),
        Role::Changed => style.fg(Color::Yellow).add_modifier(Modifier::BOLD),
        Role::Path => style.fg(Color::Cyan),
        Role::Fault => style.fg(Color::LightRed).add_modifier(Modifier::BOLD),
        Role::Good => style.fg(Color::Green),
        Role::Shared => style.fg(Color::LightMagenta),
        Role::Absent => style.fg(GREY).add_modifier(Modifier::ITALIC),
        Role::Note => style.add_modifier(Modifier::ITALIC),
    }
}

/// Takes all colours out of a screen, for terminals that are to have none. Weight and signs stay.
pub fn without_colours(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        (cell.fg, cell.bg) = (Color::Reset, Color::Reset);
    }
}

/// The rule over a panel.
pub fn rule() -> Style {
    style(Role::Dim)
}

/// The title in that rule.
pub fn title() -> Style {
    style(Role::Strong)
}

/// What is chosen among others.
pub fn chosen() -> Style {
    Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD)
}
