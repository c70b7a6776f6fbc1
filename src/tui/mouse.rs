//! The mouse: what lies under it, and what a click, the wheel or a drag there means.

use super::message::Message;
use super::model::{Model, Player, Screen};
use super::track::Track;
use super::{draw, footer, panels, select, sheet};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr;

/// How many rows one turn of the wheel scrolls.
const WHEEL: i32 = 3;

/// What the mouse means now.
pub fn message(model: &Model, event: MouseEvent) -> Option<Message> {
    let place = Position::new(event.column, event.row);
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => clicked(model, place),
        MouseEventKind::Drag(MouseButton::Left) => dragged(model, place),
        MouseEventKind::ScrollDown => wheel(model, place, WHEEL),
        MouseEventKind::ScrollUp => wheel(model, place, -WHEEL),
        _ => None,
    }
}

fn clicked(model: &Model, place: Position) -> Option<Message> {
    let area = model.area();
    if let Some(binding) = footer::at(model, area, place) {
        // Which answer is meant only a letter can say.
        return Some(binding.message).filter(|message| !matches!(message, Message::Answer(_)));
    }
    if let Some(laid) = sheet::laid(model, area) {
        return if laid.area.contains(place) { None } else { Some(Message::Back) };
    }
    match &model.screen {
        Screen::Gallery => draw::gallery_row(model, area, place).map(Message::Scenario),
        Screen::Play(player) => in_story(player, area, place),
    }
}

fn in_story(player: &Player, area: Rect, place: Position) -> Option<Message> {
    if let Some(moment) = on_timeline(player, area, place) {
        return Some(Message::Moment(moment));
    }
    let frame = panels::frame(player, area);
    if !player.stage.presenting && frame.bar.contains(place) {
        let tabs = draw::tabs(player, frame.bar);
        let under = |(_, label, x): &(_, String, u16)| (*x..*x + label.width() as u16).contains(&place.x);
        return tabs.into_iter().find(under).map(|(layout, ..)| Message::Layout(layout));
    }
    let shown = panels::on_stage(player, area).into_iter().find(|shown| shown.area.contains(place))?;
    let scroll = if shown.name == player.focus { player.scroll } else { 0 };
    match select::at(&shown, scroll, place) {
        Some(thing) if player.selection == Some(thing) => Some(Message::Explain),
        thing => Some(Message::Point(shown.name, thing)),
    }
}

/// The moment under the mouse, if that is on the timeline.
fn on_timeline(player: &Player, area: Rect, place: Position) -> Option<usize> {
    let row = panels::timeline(player, area);
    row.contains(place).then(|| Track::new(row, player.story.timeline.end()).moment(place.x))
}

fn dragged(model: &Model, place: Position) -> Option<Message> {
    let player = model.player().filter(|_| model.sheet.is_none())?;
    on_timeline(player, model.area(), place).map(Message::Moment)
}

fn wheel(model: &Model, place: Position, rows: i32) -> Option<Message> {
    if model.sheet.is_some() {
        return Some(Message::Scroll(rows));
    }
    match &model.screen {
        Screen::Gallery if rows > 0 => Some(Message::Scenarios(1)),
        Screen::Gallery => Some(Message::Scenarios(-1)),
        Screen::Play(player) => {
            let area = model.area();
            let shown =
                panels::on_stage(player, area).into_iter().find(|shown| shown.area.contains(place))?;
            Some(Message::Wheel(shown.name, rows))
        }
    }
}
