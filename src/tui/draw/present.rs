//! The screen while somebody speaks.

use super::super::ink::{self, Ground, text};
use super::super::model::Player;
use super::super::present::{self, Letters};
use super::super::{panels, present as stage};
use super::panel::{self, Lit};
use super::play;
use crate::scenario::printable::printable;
use crate::view::place::place;
use crate::view::{Line, Role};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use tui_big_text::BigText;
use unicode_width::UnicodeWidthStr;

/// Draws a story as the room sees it.
pub fn draw(player: &Player, area: Rect, buffer: &mut Buffer) {
    let frame = present::frame(player, area);
    header(player, frame.header, buffer);
    let lit = Lit::of(player);
    let shown = panels::presented(player, frame.body);
    for shown in &shown {
        let scroll = if shown.name == player.focus { player.scroll } else { 0 };
        panel::draw(shown, false, scroll, &lit, buffer);
    }
    sentence(player, area, frame.sentence, buffer);
    play::timeline(player, frame.timeline, buffer);
    if let Some(message) = &player.message {
        panel::line(&Line::of(Role::Dim, format!(" {message}")), frame.footer, buffer);
    }
    if player.stage.spotlight {
        let focus = shown.iter().filter(|shown| shown.name == player.focus).map(|shown| shown.area);
        let bright: Vec<Rect> = focus.chain([frame.sentence, frame.footer]).collect();
        spotlight(&bright, area, buffer);
    }
}

/// The chapter, large enough by its weight, and how far the story has come.
fn header(player: &Player, area: Rect, buffer: &mut Buffer) {
    let (number, title) = player.story.chapter();
    let place = place(&player.story);
    let title = match title {
        "" => player.story.scenario.title.clone(),
        title => format!("{number}. {title}"),
    };
    let room = usize::from(area.width).saturating_sub(place.width() + 3);
    panel::line(&Line::of(Role::Strong, format!(" {}", panel::cut(&printable(&title), room))), area, buffer);
    let x = area.right().saturating_sub(place.width() as u16 + 1);
    buffer.set_string(x, area.y, place, text(Role::Dim));
}

/// The sentence, in letters as large as there is room for; with usual ones the author's words stand under it.
fn sentence(player: &Player, whole: Rect, area: Rect, buffer: &mut Buffer) {
    let words = stage::sentence(player);
    let inside = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    match present::letters(&words, whole) {
        (Letters::Large(size, _), lines) => {
            let lines: Vec<_> = lines.into_iter().map(ratatui::text::Line::from).collect();
            let big = BigText::builder().pixel_size(size).lines(lines).style(text(Role::Strong)).build();
            big.render(inside, buffer);
        }
        (Letters::Usual, lines) => {
            let said = lines.into_iter().map(|line| Line::of(Role::Strong, line));
            let note = present::note(player, whole).into_iter().map(|line| Line::of(Role::Note, line));
            let lines: Vec<Line> = said.chain(note).collect();
            panel::paragraphs(&lines, inside, buffer);
        }
    }
}

/// Dims all but some areas.
pub fn spotlight(lit: &[Rect], area: Rect, buffer: &mut Buffer) {
    for position in area.positions() {
        if !lit.iter().any(|lit| lit.contains(position)) {
            ink::lay(&mut buffer[position], Ground::Faded);
        }
    }
}
