//! The screen on which a scenario is chosen.

use super::super::gallery::Gallery;
use super::super::ink::{Ground, ink, text};
use super::super::keys::Place;
use super::super::model::Model;
use super::super::rows::{Rows, broken};

use super::panel::{self, Lit};
use crate::scenario::library::Builtin;
use crate::scenario::printable::printable;
use crate::scenario::stage::PanelName;
use crate::scenario::{Chapter, Scenario, Source};
use crate::story::Story;
use crate::view::{self, Line, Look, Role, count, script};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Position, Rect};

/// Where everything is.
struct Frame {
    header: Rect,
    list: Rect,
    about: Rect,
    footer: Rect,
}

fn frame(area: Rect) -> Frame {
    let [header, _, body, footer] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1),
    ])
    .areas(area);
    let [list, about] =
        Layout::horizontal([Constraint::Percentage(45), Constraint::Fill(1)]).spacing(2).areas(body);
    Frame { header, list, about, footer }
}

/// Draws the gallery: the titles, and what the chosen scenario is about.
pub fn draw(gallery: &Gallery, area: Rect, buffer: &mut Buffer) {
    let frame = frame(area);
    let line = Line::of(Role::Strong, " pagewalk").with(Role::Dim, "  see virtual memory happen");
    panel::line(&line, frame.header, buffer);
    list(gallery, frame.list, buffer);
    about(gallery, frame.about, buffer);
    super::footer(&[Place::Gallery, Place::Everywhere], None, frame.footer, buffer);
}

/// The number of the scenario that stands at a place of the list.
pub fn row_at(model: &Model, area: Rect, place: Position) -> Option<usize> {
    let list = frame(area).list;
    if !list.contains(place) || place.y == list.y {
        return None;
    }
    let scenarios: Vec<&Scenario> = model.gallery().scenarios().collect();
    let rows = rows(&scenarios);
    let shown = shown(&rows, model.gallery().chosen, list.height.saturating_sub(1).into());
    match shown.get(usize::from(place.y - list.y - 1)) {
        Some(Row::Scenario(at)) => Some(*at),
        _ => None,
    }
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
    lines.extend([Line::default(), Line::of(Role::Plain, &scenario.summary)]);
    let columns = area.width.saturating_sub(1);
    let rows =
        |lines: &[Line]| lines.iter().map(|line| broken(line, columns.into()).len()).sum::<usize>() as u16;
    let shell = [
        Line::default(),
        Line::of(Role::Dim, "From the shell:"),
        Line::of(Role::Plain, command(&scenario.source)),
    ];
    // What follows is told where it leaves room to see the scenario play.
    for more in [shell.to_vec(), chapters(scenario, area.height)] {
        if rows(&lines) + rows(&more) + PREVIEW < area.height {
            lines.extend(more);
        }
    }
    let needed = (rows(&lines) + 1).min(area.height);
    let [about, below] = Layout::vertical([Constraint::Length(needed), Constraint::Fill(1)]).areas(area);
    let inside = Rect { y: about.y + 1, width: columns, height: about.height.saturating_sub(1), ..about };
    panel::paragraphs(&lines, inside, buffer);
    if let (Some(story), true) = (gallery.preview(), below.height >= PREVIEW) {
        let below = Rect { y: below.y + 1, height: below.height - 1, ..below };
        preview(story, below, buffer);
    }
}

/// The chapters, as far as they can matter on a screen of so many rows.
fn chapters(scenario: &Scenario, most: u16) -> Vec<Line> {
    let titled = scenario.chapters.iter().enumerate().filter(|(_, chapter)| !chapter.title.is_empty());
    let line =
        |(at, chapter): (usize, &Chapter)| Line::of(Role::Dim, format!("{}. {}", at + 1, chapter.title));
    [Line::default()].into_iter().chain(titled.take(most.into()).map(line)).collect()
}

/// The rows in which a preview says something.
const PREVIEW: u16 = 8;

/// The chosen scenario as it plays: the sentence, and the table that it is about.
fn preview(story: &Story, area: Rect, buffer: &mut Buffer) {
    let steps = story.scenario.steps.len();
    let step = story.step_index().map_or(0, |step| step + 1);
    let grounds = (Ground::Page, Ground::Page);
    super::rule(&format!("Preview · step {step}/{steps}"), grounds, area, buffer);
    let columns = area.width.saturating_sub(1);
    let words = story.step().map(script::words);
    let said = words.map(|words| Line::of(Role::Strong, words));
    let note = story.step().and_then(|step| step.note.as_deref()).map(|note| Line::of(Role::Note, note));
    let lines: Vec<Line> = said.into_iter().chain(note).collect();
    let rows = lines.iter().flat_map(|line| broken(line, columns.into())).count() as u16;
    // The table keeps a third at least.
    let height = rows.min(area.height * 2 / 3);
    let inside = Rect { y: area.y + 1, width: columns, height, ..area };
    panel::paragraphs(&lines, inside, buffer);
    let rest = Rect { y: area.y + 1 + height, height: area.height.saturating_sub(height + 1), ..area };
    if rest.height >= 3 {
        let panel = view::panel(PanelName::Tables, story, &Look::default());
        let rows = Rows::of(&panel, columns);
        panel::rows(&rows, rest, grounds, 0, &Lit::default(), buffer);
    }
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
