//! The screen of a story.

use super::super::keys;
use super::super::model::{Player, Tab};
use super::super::panels;
use super::super::theme;
use super::panel;
use crate::story::Story;
use crate::view::place::{place, set, settings};
use crate::view::{Line, Mark, Role};
use ratatui::{buffer::Buffer, layout::Rect};
use unicode_width::UnicodeWidthStr;

/// Draws a story.
pub fn draw(player: &Player, area: Rect, buffer: &mut Buffer) {
    let frame = panels::frame(player, area);
    header(&player.story, frame.header, buffer);
    let bar = panels::bar(player, area);
    if let Some(bar) = bar {
        self::bar(player.tab, bar, buffer);
    }
    for shown in panels::shown(player, area) {
        let chosen = shown.tab == Some(player.tab);
        let scroll = if chosen { player.scroll } else { 0 };
        panel::draw(&shown, chosen && bar.is_none(), scroll, buffer);
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
        _ => format!("  {chapter}/{chapters} {title}"),
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
    let line = Line::of(Role::Strong, panel::cut(&left, room));
    let line = line.with(Role::Path, panel::cut(&middle, room.saturating_sub(left.width())));
    panel::line(&line, area, buffer);
    let start = area.width.saturating_sub((set.width() + right.width()) as u16);
    let right = Line::of(Role::Fault, set).with(Role::Dim, right);
    panel::line(&right, Rect { x: area.x + start, width: area.width - start, ..area }, buffer);
}

/// The names of the panels. Where there is no room for all of them, only their numbers, and the name of the chosen one.
fn bar(chosen: Tab, area: Rect, buffer: &mut Buffer) {
    let full: Vec<String> = Tab::ALL.iter().map(|tab| format!(" {} {} ", tab.number(), tab.name())).collect();
    let fits = full.iter().map(|label| label.width()).sum::<usize>() <= usize::from(area.width);
    let mut x = area.x;
    for (tab, full) in Tab::ALL.into_iter().zip(full) {
        let label = if fits || tab == chosen { full } else { format!(" {} ", tab.number()) };
        let style = if tab == chosen { theme::chosen() } else { theme::style(Role::Dim) };
        buffer.set_stringn(x, area.y, &label, area.right().saturating_sub(x).into(), style);
        x += label.width() as u16;
    }
}

/// The run from left to right: where we are, chapters, traps.
fn timeline(player: &Player, area: Rect, buffer: &mut Buffer) {
    let timeline = &player.story.timeline;
    let columns = usize::from(area.width).saturating_sub(4);
    if columns == 0 {
        return;
    }
    let column = |moment: usize| moment * (columns - 1) / timeline.end().max(1);
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
    if let Some(prompt) = &player.prompt {
        let line = Line::of(Role::Strong, format!(" go to step: {prompt}▏  "));
        let line = match &player.message {
            Some(refused) => line.with(Role::Changed, refused),
            None => line.with(Role::Dim, "7 or 7.3 · Enter to go, Esc to stay"),
        };
        return panel::line(&line, area, buffer);
    }
    let playing = player.playing.then(|| format!("playing, {}", player.speed.words()));
    super::footer(keys::playing(player), player.message.as_deref().or(playing.as_deref()), area, buffer);
}
