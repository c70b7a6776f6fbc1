//! Ink: what drawing writes into the cells of a screen. A cell says what its text is ([`Role`]) and what lies under it
//! ([`Ground`]); a [theme](super::theme) paints it afterwards. So no panel names a colour, a screen is laid out once for
//! all themes, and what is shown cannot depend on how it looks.
//!
//! Until a screen is painted the numbers of role and ground stand where colours will: ratatui's buffer has no other
//! place for them.

use crate::view::Role;
use ratatui::buffer::Cell;
use ratatui::style::{Color, Style};

/// What lies under a piece of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ground {
    /// The page itself.
    #[default]
    Page,
    /// What the keys act on: the panel in focus, the chosen row of a list.
    Chosen,
    /// The thing that is selected.
    Selected,
    /// What is tied to it: the same page in another panel.
    Tied,
    /// What lies over the screen for a while: help, explanations, the palette.
    Sheet,
    /// What the spotlight leaves in the dark.
    Faded,
}

impl Ground {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::Page, Self::Chosen, Self::Selected, Self::Tied, Self::Sheet, Self::Faded];
}

/// The style that stands for a role on a ground until it is painted.
pub fn ink(role: Role, ground: Ground) -> Style {
    Style::new().fg(Color::Indexed(role as u8)).bg(Color::Indexed(ground as u8))
}

/// A role on the page.
pub fn text(role: Role) -> Style {
    ink(role, Ground::Page)
}

/// What a cell was drawn with. A cell that nobody has drawn in is plain.
pub fn of(cell: &Cell) -> (Role, Ground) {
    let number = |color| match color {
        Color::Indexed(number) => usize::from(number),
        _ => 0,
    };
    let role = Role::ALL.get(number(cell.fg)).copied().unwrap_or_default();
    let ground = Ground::ALL.get(number(cell.bg)).copied().unwrap_or_default();
    (role, ground)
}

/// Puts another ground under a cell.
pub fn lay(cell: &mut Cell, ground: Ground) {
    cell.bg = Color::Indexed(ground as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_drawn_is_read_back() {
        for role in Role::ALL {
            for ground in Ground::ALL {
                let mut cell = Cell::EMPTY;
                cell.set_style(ink(role, Ground::Page));
                lay(&mut cell, ground);
                assert_eq!(of(&cell), (role, ground));
            }
        }
        assert_eq!(of(&Cell::EMPTY), (Role::Plain, Ground::Page));
    }
}
