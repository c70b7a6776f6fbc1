//! The screen of a story.

use super::super::footer;
use super::super::ink::{Ground, ink, text};
use super::super::keys;
use super::super::model::Player;
use super::super::panels;
use super::super::select::SELECTED;
use super::super::track::Track;
use super::panel::{self, Lit};
use super::present;
use crate::scenario::printable::printable;
use crate::scenario::stage::{self, PanelName};
use crate::story::Story;
use crate::view::place::{place, set, settings};
use crate::view::{Line, Mark, Role};
use ratatui::{buffer::Buffer, layout::Rect};
use unicode_width::UnicodeWidthStr;

/// Draws a story.
pub fn draw(player: &Player, area: Rect, buffer: &mut Buffer) {
    if player.stage.presenting {
        return present::draw(player, area, buffer);
    }
    let frame = panels::frame(player, area);
    header(&player.story, frame.header, buffer);
    bar(player, frame.bar, buffer);
    let lit = Lit::of(player);
    let shown = panels::shown(player, area);
    for shown in &shown {
        let in_focus = shown.name == player.focus;
        let scroll = if in_focus { player.scroll } else { 0 };
        panel::draw(shown, in_focus, scroll, &lit, buffer);
    }
    if let Some(focus) = shown.iter().find(|shown| shown.name == player.focus) {
        let hidden = panels::hidden(player, area, &shown);
        panel::aside(&hidden.iter().map(|name| name.name()).collect::<Vec<_>>(), focus.area, buffer);
    }
    if player.stage.spotlight {
        let focus = shown.iter().filter(|shown| [player.focus, PanelName::Event].contains(&shown.name));
        let lit: Vec<Rect> = focus.map(|shown| shown.area).chain([frame.footer]).collect();
        present::spotlight(&lit, area, buffer);
    }
    if !frame.selected.is_empty() {
        let sign = Line::of(Role::Strong, format!("{} ", SELECTED));
        panel::line_on(&sign, Ground::Page, frame.selected, buffer);
        let rest = Rect { x: frame.selected.x + 2, width: frame.selected.width - 2, ..frame.selected };
        panel::line(&lit.ties.label, rest, buffer);
    }
    timeline(player, frame.timeline, buffer);
    footer(player, frame.footer, buffer);
}

fn header(story: &Story, area: Rect, buffer: &mut Buffer) {
    let (chapter, title) = story.chapter();
    let chapters = story.scenario.chapters.len();
    let left = format!(" {}", story.scenario.title);
    let middle = match (story.step_index(), title) {
        (_, "") | (None, _) => String::new(),
        _ => format!(" › {chapter}/{chapters} {title}"),
    };
    let settings = settings(story);
    let set = set(story).map(|set| panel::cut(&set, usize::from(area.width) / 3) + "  ").unwrap_or_default();
    let wanted = left.width() + middle.width() + set.width() + place(story).width() + settings.width() + 4;
    // The settings give way first: they do not change.
    let right = match wanted <= usize::from(area.width) {
        true => format!("{}  {settings} ", place(story)),
        false => format!("{} ", place(story)),
    };
    let room = usize::from(area.width).saturating_sub(set.width() + right.width() + 1);
    let line = Line::of(Role::Strong, left).with(Role::Path, middle);
    panel::line(&line, Rect { width: room as u16, ..area }, buffer);
    let start = area.width.saturating_sub((set.width() + right.width()) as u16);
    let right = Line::of(Role::Fault, set).with(Role::Dim, right);
    panel::line(&right, Rect { x: area.x + start, width: area.width - start, ..area }, buffer);
}

/// The names of the layouts, each after its key. Where there is no room for all of them, the keys alone, and the name of
/// the one that is shown. At the right end stands what makes the screen another one than the layout's.
fn bar(player: &Player, area: Rect, buffer: &mut Buffer) {
    let mut end = area.x;
    for (layout, label, x) in tabs(player, area) {
        let ground = if layout == player.layout { Ground::Chosen } else { Ground::Page };
        let role = if layout == player.layout { Role::Strong } else { Role::Dim };
        let room = area.right().saturating_sub(x);
        (end, _) = buffer.set_stringn(x, area.y, &label, room.into(), ink(role, ground));
    }
    let room = usize::from(area.right().saturating_sub(end + 2));
    let state = panel::cut(&state(player), room);
    let x = area.right().saturating_sub(state.width() as u16 + 1);
    buffer.set_string(x, area.y, state, text(Role::Strong));
}

/// Whose memory is shown, if that was chosen, and that there are other panels behind the one that is zoomed.
fn state(player: &Player) -> String {
    let whose = player.process.and_then(|pid| player.story.system().process(pid));
    let whose = whose.map(|process| format!("memory of {}", printable(&process.name)));
    let zoomed = player.zoomed.then(|| "zoomed: z goes back".to_owned());
    whose.into_iter().chain(zoomed).collect::<Vec<_>>().join(" · ")
}

/// The layouts with their labels, and where these begin. What else the bar says comes before names of layouts.
pub fn tabs(player: &Player, area: Rect) -> Vec<(stage::Layout, String, u16)> {
    let chosen = player.layout;
    let all = stage::Layout::ALL;
    let full: Vec<String> =
        all.iter().enumerate().map(|(at, layout)| format!("{} {}", at + 1, layout.title())).collect();
    let state = match state(player).width() {
        0 => 0,
        columns => columns + 2,
    };
    let room = usize::from(area.width).saturating_sub(state);
    let needed = |gap: usize| full.iter().map(|label| label.width() + gap).sum::<usize>() + 1;
    let gap = [3, 2, 1].into_iter().find(|gap| needed(*gap) <= room);
    let mut x = area.x;
    let tab = |(layout, full): (stage::Layout, String)| {
        let label = match gap {
            Some(gap) => format!(" {full}{}", if gap > 1 { " " } else { "" }),
            None if layout == chosen => format!(" {full} "),
            None => format!(" {} ", layout as usize + 1),
        };
        let start = x;
        x += label.width() as u16 + u16::from(gap == Some(3));
        (layout, label, start)
    };
    all.into_iter().zip(full).map(tab).collect()
}

/// The run from left to right: where we are, chapters, traps.
pub fn timeline(player: &Player, area: Rect, buffer: &mut Buffer) {
    let timeline = &player.story.timeline;
    let track = Track::new(area, timeline.end());
    let columns = track.columns();
    if columns == 0 {
        return;
    }
    let column = |moment: usize| track.column(moment);
    let now = column(timeline.moment());
    let mut cells: Vec<(char, Role)> =
        (0..columns).map(|at| if at <= now { ('━', Role::Plain) } else { ('─', Role::Dim) }).collect();
    for chapter in player.story.chapters().skip(1) {
        cells[column(player.story.chapter_start(chapter))].0 = '┼';
    }
    for stop in timeline.stops() {
        cells[column(*stop)] = ('▲', Role::Fault);
    }
    for breach in player.story.breaches() {
        cells[column(breach.moment)] = (Mark::Fault.glyph(), Role::Fault);
    }
    cells[now] = ('●', Role::Changed);
    let mut line = Line::of(Role::Dim, " ├");
    for run in cells.chunk_by(|a, b| a.1 == b.1) {
        line = line.with(run[0].1, run.iter().map(|cell| cell.0).collect::<String>());
    }
    panel::line(&line.with(Role::Dim, "┤"), area, buffer);
}

fn footer(player: &Player, area: Rect, buffer: &mut Buffer) {
    super::footer(keys::playing(player), footer::message(player).as_deref(), area, buffer);
}
