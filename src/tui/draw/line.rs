//! The line that is being typed, in place of the footer.

use super::super::command;
use super::super::ink::{Ground, ink};
use super::super::line::{Kind, Line as Typed};
use super::panel;
use crate::scenario::printable::printable;
use crate::view::{Line, Role};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// Draws the line: its sign, what was typed with the cursor in it, and what can be said about it.
pub fn draw(typed: &Typed, in_gallery: bool, area: Rect, buffer: &mut Buffer) {
    buffer.set_string(area.x, area.y, " ".repeat(area.width.into()), ink(Role::Plain, Ground::Page));
    let sign = match typed.kind {
        Kind::Command => " :",
        Kind::Search => " /",
    };
    // What is typed has half of the row at least; its end is seen while it is typed.
    let room = usize::from(area.width / 2).max(20);
    let text: Vec<char> = printable(typed.input.value()).chars().collect();
    let cursor = typed.input.cursor().min(text.len());
    let under: String = text.get(cursor).map_or(" ".to_owned(), char::to_string);
    let columns = |text: &[char]| text.iter().collect::<String>().width() + under.width();
    let first = (0..cursor).find(|first| columns(&text[*first..cursor]) <= room).unwrap_or(cursor);
    let before: String = text[first..cursor].iter().collect();
    let after: String = text.iter().skip(cursor + 1).take(room).collect();
    let (role, hint) = hint(typed, in_gallery);
    let line = Line::of(Role::Strong, format!("{sign}{before}"));
    panel::line(&line, area, buffer);
    let x = area.x + (sign.len() + before.width()) as u16;
    let (x, _) = buffer.set_stringn(x, area.y, &under, 2, ink(Role::Strong, Ground::Chosen));
    let rest = Rect { x, width: area.right().saturating_sub(x), ..area };
    panel::line(&Line::of(Role::Strong, format!("{after}  ")).with(role, hint), rest, buffer);
}

/// What is said about the line: why it was refused, what Tab offers, or what can be typed.
fn hint(typed: &Typed, in_gallery: bool) -> (Role, String) {
    if let Some(refused) = &typed.refused {
        return (Role::Changed, refused.clone());
    }
    let offers = &typed.offers;
    if let Some(taken) = offers.taken {
        let last =
            |line: &String| line.rsplit(' ').find(|word| !word.is_empty()).unwrap_or_default().to_owned();
        let others = offers.lines[taken + 1..].iter().chain(&offers.lines[..taken]);
        return (Role::Dim, others.map(last).collect::<Vec<_>>().join("  "));
    }
    let text = typed.input.value();
    let command = command::TABLE.iter().find(|command| text.split(' ').next() == Some(command.name));
    let what = match (typed.kind, text, command) {
        (Kind::Search, ..) if in_gallery => "Enter chooses the next scenario that has it · n next".to_owned(),
        (Kind::Search, ..) => "Enter finds it here and at other moments · n next · Esc stays".to_owned(),
        (Kind::Command, "", _) if in_gallery => "open fork-exec plays that · Tab for commands".to_owned(),
        (Kind::Command, "", _) => "7 or 7.3 goes there · Tab for commands · ↑ for older ones".to_owned(),
        (Kind::Command, _, Some(command)) => {
            format!("{} {}: {}", command.name, command.argument, command.words)
        }
        (Kind::Command, ..) => "Enter does it · Tab completes · Esc stays".to_owned(),
    };
    (Role::Dim, what)
}
