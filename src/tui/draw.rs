//! Drawing: the model on a screen. Nothing is changed by it.

mod broken;
mod gallery;
mod line;
mod notes;
mod panel;
mod play;
mod present;
mod sheet;

use super::footer;
use super::ink::{Ground, ink};
use super::keys::Place;
use super::model::{Model, Screen};
use super::reload::Live;
use super::{layout, panels};
use crate::scenario::printable::printable;
use crate::view::{Line, Role};
pub use gallery::row_at as gallery_row;
pub use notes::{draw as notes, furthest as furthest_note};
pub use play::tabs;
use ratatui::{buffer::Buffer, layout::Rect};

/// The whole screen.
pub fn screen(model: &Model, area: Rect, buffer: &mut Buffer) {
    if model.player().is_some_and(|player| player.stage.black) {
        return;
    }
    if area.width < layout::SMALLEST.0 || area.height < layout::SMALLEST.1 {
        return too_small(model, area, buffer);
    }
    match &model.screen {
        Screen::Gallery => gallery::draw(model.gallery(), area, buffer),
        Screen::Play(player) => {
            play::draw(player, area, buffer);
            if let Live::Broken(broken) = &player.live {
                broken::draw(broken, panels::frame(player, area).body, buffer);
            }
        }
    }
    sheet::draw(model, area, buffer);
    if let Some(line) = &model.line {
        line::draw(line, model.player().is_none(), Rect { y: area.bottom() - 1, height: 1, ..area }, buffer);
    }
}

/// Too small a screen says what it needs, and what happens all the same.
fn too_small(model: &Model, area: Rect, buffer: &mut Buffer) {
    let (columns, rows) = layout::SMALLEST;
    let need = format!("pagewalk needs {columns}x{rows} and has {}x{}.", area.width, area.height);
    let mut lines = vec![Line::of(Role::Dim, need)];
    if let Some(player) = model.player() {
        let story = &player.story;
        let step = story.step_index().map_or(0, |step| step + 1);
        lines.push(Line::of(Role::Strong, format!("step {step} of {}", story.scenario.steps.len())));
        lines.extend(crate::view::happens::panel(story).lines.into_iter().take(1));
        if let Live::Broken(broken) = &player.live {
            lines.extend(broken.problems.first().map(|problem| Line::of(Role::Fault, problem.title())));
        }
    }
    lines.push(Line::of(Role::Dim, "Ctrl-C quits"));
    panel::paragraphs(&lines, area, buffer);
}

/// The most important keys of some places, as many as fit, after a message.
fn footer(places: &[Place], message: Option<&str>, area: Rect, buffer: &mut Buffer) {
    let message = message.map(printable);
    let message = message.as_deref();
    if let Some(message) = message {
        panel::line(&Line::of(Role::Changed, format!(" {message}")), area, buffer);
    }
    for item in footer::items(places, message, area) {
        let line = Line::of(Role::Strong, format!(" {}", item.key()));
        let line = line.with(Role::Dim, format!(" {} ", item.word()));
        panel::line(&line, Rect { x: item.x, width: item.width(), ..area }, buffer);
    }
}

/// A rule with a title in it, on two grounds: that of the title, and that of the rule.
fn rule(title: &str, (ground, under): (Ground, Ground), area: Rect, buffer: &mut Buffer) {
    let area = Rect { height: 1, ..area }.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    buffer.set_string(area.x, area.y, "─".repeat(area.width.into()), ink(Role::Dim, under));
    let title = panel::cut(&format!(" {} ", printable(title)), usize::from(area.width).saturating_sub(2));
    let ground = if ground == Ground::Page { under } else { ground };
    buffer.set_string(area.x + 1, area.y, title, ink(Role::Strong, ground));
}
