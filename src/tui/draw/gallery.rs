//! The screen on which a scenario is chosen.

use super::super::gallery::Gallery;
use super::super::ink::{Ground, ink, text};
use super::super::keys::Place;

use super::panel;
use crate::scenario::diagnostic::printable;
use crate::scenario::library::Builtin;
use crate::scenario::{Scenario, Source};
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
    let scenarios: Vec<&Scenario> = gallery.scenarios().collect();
    let rows = rows(&scenarios);
    let shown = shown(&rows, gallery.chosen, area.height.saturating_sub(1).into());
    let listed = |row: &&Row| matches!(row, Row::Scenario(_));
    let below = scenarios.len().saturating_sub(match shown.iter().rfind(listed) {
        Some(Row::Scenario(last)) => last + 1,
        _ => scenarios.len(),
    });
    let above = scenarios.len() - below - shown.iter().filter(listed).count();
    super::rule(
        &format!("Scenarios{}", panel::more(above, below)),
        (Ground::Page, Ground::Page),
        area,
        buffer,
    );
    for (row, y) in shown.iter().zip(area.y + 1..) {
        let (title, style) = match row {
            Row::Part(part) => (printable(part), text(Role::Absent)),
            Row::Scenario(index) => {
                let chosen = *index == gallery.chosen;
                let mark = if chosen { "▶" } else { " " };
                let style = ink(Role::Plain, if chosen { Ground::Chosen } else { Ground::Page });
                (format!("{mark} {}", printable(&scenarios[*index].title)), style)
            }
        };
        buffer.set_string(area.x, y, panel::cut(&title, area.width.into()), style);
    }
}

/// A row of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Row<'a> {
    /// The heading of the scenarios that follow. It cannot be chosen.
    Part(&'a str),
    /// A scenario, by its number.
    Scenario(usize),
}

/// The list: each part of the course has its heading.
fn rows<'a>(scenarios: &[&'a Scenario]) -> Vec<Row<'a>> {
    let mut rows = vec![];
    let mut here = None;
    for (index, scenario) in scenarios.iter().enumerate() {
        let part = scenario.course.as_ref().map(|course| &*course.part);
        if let Some(part) = part.filter(|_| part != here) {
            rows.push(Row::Part(part));
        }
        here = part;
        rows.push(Row::Scenario(index));
    }
    rows
}

/// So many of the rows that the chosen scenario is among them, and the one after it. The first says which part the list
/// is in, whatever has gone past the upper edge.
fn shown<'a>(rows: &[Row<'a>], chosen: usize, room: usize) -> Vec<Row<'a>> {
    let at = rows.iter().position(|row| *row == Row::Scenario(chosen)).unwrap_or_default();
    let first = (at + 2).min(rows.len()).saturating_sub(room);
    // A heading that replaced the last scenario of its part would stand there for nothing.
    let first = first + usize::from(first > 0 && matches!(rows.get(first + 1), Some(Row::Part(_))));
    let mut shown: Vec<Row<'_>> = rows.iter().skip(first).take(room).copied().collect();
    let heading = rows[..first].iter().rfind(|row| matches!(row, Row::Part(_)));
    if let (Some(heading), Some(top @ Row::Scenario(_))) = (heading, shown.first_mut()) {
        *top = *heading;
    }
    shown
}

fn about(gallery: &Gallery, area: Rect, buffer: &mut Buffer) {
    let Some(scenario) = gallery.scenarios().nth(gallery.chosen) else { return };
    super::rule("About", (Ground::Page, Ground::Page), area, buffer);
    let mut lines = vec![Line::of(Role::Strong, &scenario.title)];
    lines.extend(scenario.course.as_ref().map(|course| Line::of(Role::Note, &course.question)));
    let steps = count(scenario.steps.len() as u64, "step");
    lines.push(Line::of(
        Role::Dim,
        match &scenario.course {
            Some(course) => format!("{}, {steps}", count(course.minutes, "minute")),
            None => steps,
        },
    ));
    lines.extend(before(gallery, scenario));
    lines.extend([
        Line::default(),
        Line::of(Role::Plain, &scenario.summary),
        Line::default(),
        Line::of(Role::Dim, "From the shell:"),
        Line::of(Role::Plain, command(&scenario.source)),
        Line::default(),
    ]);
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

/// What to know before a scenario: the titles of those that the gallery has, and the names of others.
fn before(gallery: &Gallery, scenario: &Scenario) -> Option<Line> {
    let title = |name: &String| {
        let is_it = |other: &&Scenario| other.source.name.strip_suffix(".json") == Some(name);
        gallery.scenarios().find(is_it).map_or_else(|| name.clone(), |other| other.title.clone())
    };
    let titles: Vec<String> = scenario.course.as_ref()?.after.iter().map(title).collect();
    let line = Line::of(Role::Dim, "Know before: ");
    (!titles.is_empty()).then(|| line.with(Role::Plain, titles.join(" · ")))
}

/// What opens a scenario: a built-in has no `.json` there.
fn command(source: &Source) -> String {
    let name = source.name.as_str();
    let builtin = name.strip_suffix(".json").filter(|name| Builtin::find(name).is_some());
    let sets: String = source.sets.iter().map(|set| format!(" --set {set}")).collect();
    format!("pagewalk {}{sets}", builtin.unwrap_or(name))
}
