//! Drawing: the model on a screen. Nothing is changed by it.

mod broken;
mod gallery;
mod line;
mod panel;
mod play;
mod present;
mod sheet;

use super::ink::{Ground, ink};
use super::keys::{self, Binding, Place};
use super::model::{Model, Screen};
use super::reload::Live;
use super::{layout, panels};
use crate::scenario::diagnostic::printable;
use crate::view::{Line, Role};
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
        line::draw(line, Rect { y: area.bottom() - 1, height: 1, ..area }, buffer);
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
    panel::paragraphs(&lines, area, buffer);
}

/// The most important keys of some places, as many as fit, the most important first to stay.
fn footer(places: &[Place], message: Option<&str>, area: Rect, buffer: &mut Buffer) {
    let here = |binding: &&Binding| places.contains(&binding.place) && binding.footer.1 > 0;
    let mut shown: Vec<&Binding> = keys::TABLE.iter().filter(here).collect();
    let item = |binding: &Binding| {
        let key = binding.label.split(' ').next().unwrap_or_default();
        format!("{key} {}", binding.footer.0)
    };
    let room = usize::from(area.width).saturating_sub(message.map_or(0, |text| text.chars().count() + 5));
    let width =
        |shown: &[&Binding]| shown.iter().map(|binding| item(binding).chars().count() + 3).sum::<usize>();
    while width(&shown) > room {
        let least = shown.iter().enumerate().min_by_key(|(_, binding)| binding.footer.1);
        match least.map(|(at, _)| at) {
            Some(at) => shown.remove(at),
            None => break,
        };
    }
    let mut line = Line::default();
    if let Some(message) = message {
        line = line.with(Role::Changed, format!(" {message}   "));
    }
    for binding in shown {
        let text = item(binding);
        let (key, words) = text.split_once(' ').unwrap_or((&text, ""));
        line = line.with(Role::Strong, format!(" {key}")).with(Role::Dim, format!(" {words} "));
    }
    panel::line(&line, area, buffer);
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
