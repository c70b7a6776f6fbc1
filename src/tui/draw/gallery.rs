//! The screen on which a scenario is chosen.

use super::super::gallery::Gallery;
use super::super::keys::Place;
use super::super::theme;
use super::panel;
use crate::scenario::Source;
use crate::scenario::diagnostic::printable;
use crate::scenario::library::Builtin;
use crate::view::{Line, Role, count};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};

/// Draws the gallery: the titles, and what the chosen scenario is about.
pub fn draw(gallery: &Gallery, area: Rect, buffer: &mut Buffer) {
    let [header, _, body, footer] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1),
    ])
    .areas(area);
    let line = Line::of(Role::Strong, " pagewalk").with(Role::Dim, "  see virtual memory happen");
    panel::line(&line, header, buffer);
    let [list, about] =
        Layout::horizontal([Constraint::Percentage(45), Constraint::Fill(1)]).spacing(2).areas(body);
    self::list(gallery, list, buffer);
    self::about(gallery, about, buffer);
    super::footer(&[Place::Gallery, Place::Everywhere], None, footer, buffer);
}

fn list(gallery: &Gallery, area: Rect, buffer: &mut Buffer) {
    super::rule("Scenarios", false, area, buffer);
    let rows = usize::from(area.height.saturating_sub(1));
    let first = (gallery.chosen + 1).saturating_sub(rows);
    for (row, (index, scenario)) in gallery.scenarios().enumerate().skip(first).take(rows).enumerate() {
        let area = Rect { y: area.y + 1 + row as u16, height: 1, ..area };
        let chosen = index == gallery.chosen;
        let mark = if chosen { "▶" } else { " " };
        let text = panel::cut(&format!("{mark} {}", printable(&scenario.title)), area.width.into());
        let style = if chosen { theme::chosen() } else { theme::style(Role::Plain) };
        buffer.set_string(area.x, area.y, text, style);
    }
}

fn about(gallery: &Gallery, area: Rect, buffer: &mut Buffer) {
    let Some(scenario) = gallery.scenarios().nth(gallery.chosen) else { return };
    super::rule("About", false, area, buffer);
    let mut lines = vec![
        Line::of(Role::Strong, &scenario.title),
        Line::of(Role::Plain, &scenario.summary),
        Line::default(),
        Line::of(Role::Dim, format!("{}. From the shell:", count(scenario.steps.len() as u64, "step"))),
        Line::of(Role::Plain, command(&scenario.source)),
        Line::default(),
    ];
    let chapters = scenario.chapters.iter().enumerate().filter(|(_, chapter)| !chapter.title.is_empty());
    let chapters = chapters.take(area.height.into());
    lines.extend(chapters.map(|(at, chapter)| Line::of(Role::Dim, format!("{}. {}", at + 1, chapter.title))));
    let inside = Rect {
        y: area.y + 1,
        width: area.width.saturating_sub(1),
        height: area.height.saturating_sub(1),
        ..area
    };
    panel::paragraphs(&lines, inside, buffer);
}

/// What opens a scenario: a built-in has no `.json` there.
fn command(source: &Source) -> String {
    let name = source.name.as_str();
    let builtin = name.strip_suffix(".json").filter(|name| Builtin::find(name).is_some());
    let sets: String = source.sets.iter().map(|set| format!(" --set {set}")).collect();
    format!("pagewalk {}{sets}", builtin.unwrap_or(name))
}
