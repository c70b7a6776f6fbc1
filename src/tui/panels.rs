//! Which panels a screen shows of a story, and where: a pure function of player and area. Drawing uses it, scrolling,
//! which ends where a panel does, and everything that asks what lies at a place: the selection and the mouse.

use super::arrange::{self, Column};
use super::layout::{self, Frame};
use super::model::Player;
use super::present;
use super::rows::Rows;
use crate::scenario::stage::{Layout, PanelName};
use crate::view::{self, Line, Mark, Panel, Role};
use ratatui::layout::Rect;

/// In fewer columns than this, a line that goes on in the next row makes a panel hard to read.
const NARROW: u16 = 40;

/// A panel on the screen.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Which panel.
    pub name: PanelName,
    /// What it says.
    pub rows: Rows,
    /// Where.
    pub area: Rect,
}

impl Shown {
    /// How many rows of it can be seen.
    pub fn height(&self) -> usize {
        self.area.height.saturating_sub(1).into()
    }
}

/// The rows of a screen of this size. What happens gets more of them where there are answers to be read.
pub fn frame(player: &Player, area: Rect) -> Frame {
    let story = &player.story;
    let asked = [story.question(), story.step().and_then(|step| step.ask.as_deref())];
    let answers = asked.into_iter().flatten().any(|ask| !ask.answers.is_empty());
    let happens = if answers { happens(player, area.width).height() } else { 0 };
    layout::frame(area, happens, player.selection.is_some().into())
}

/// What happens. Its text is broken a column before the edge of the screen.
fn happens(player: &Player, width: u16) -> Rows {
    let panel = view::panel(PanelName::Event, &player.story, &player.look(0, 0));
    Rows::of(&panel, width.saturating_sub(2))
}

/// All panels of a screen of this size.
pub fn shown(player: &Player, area: Rect) -> Vec<Shown> {
    let frame = frame(player, area);
    let happens = |area: Rect| Shown { name: PanelName::Event, rows: happens(player, area.width), area };
    let whole = frame.body.union(frame.happens);
    let wide = layout::is_wide(frame.body);
    let mut panels = match player.focus {
        // All of what happens, where one panel has the whole screen.
        PanelName::Event if player.zoomed || !wide => return vec![happens(whole)],
        name if player.zoomed => return vec![panel(player, name, whole)],
        name if wide && arrange::ring(player.layout, area.width).contains(&name) => {
            columns(player, frame.body)
        }
        _ => narrow(player, frame.body),
    };
    panels.push(happens(frame.happens));
    panels.retain(|panel| !panel.area.is_empty());
    panels
}

/// The panels that can be seen now, presenting or not.
pub fn on_stage(player: &Player, area: Rect) -> Vec<Shown> {
    match player.stage.presenting {
        true => presented(player, present::frame(player, area).body),
        false => shown(player, area),
    }
}

/// The row of the timeline.
pub fn timeline(player: &Player, area: Rect) -> Rect {
    match player.stage.presenting {
        true => present::frame(player, area).timeline,
        false => frame(player, area).timeline,
    }
}

/// A panel for an area. The first column is the signs'.
fn panel(player: &Player, name: PanelName, area: Rect) -> Shown {
    Shown { name, rows: rows(player, name, area.width, area.height), area }
}

/// A panel's rows for a width; and a height, if it is known.
fn rows(player: &Player, name: PanelName, width: u16, height: u16) -> Rows {
    let columns = width.saturating_sub(1);
    let panel = view::panel(name, &player.story, &player.look(columns, height.saturating_sub(1)));
    let rows = Rows::of(&panel, columns);
    match player.selection.filter(|_| name == player.focus) {
        Some(thing) => rows.with_in_sight(thing),
        None => rows,
    }
}

/// The columns of a layout beside each other.
fn columns(player: &Player, area: Rect) -> Vec<Shown> {
    let columns = arrange::columns(player.layout, area.width);
    let widths = columns.iter().map(|column| column.width.constraint(area.width));
    let areas = ratatui::layout::Layout::horizontal(widths).spacing(1).split(area);
    columns.iter().zip(areas.iter()).flat_map(|(column, area)| self::column(player, column, *area)).collect()
}

/// Panels under each other. The panel in focus is served first, after what is never cut.
fn column(player: &Player, column: &Column, area: Rect) -> Vec<Shown> {
    let bare = player.story.system().policies.is_none();
    // A bare machine has no areas: there is nothing to be seen before somebody asks.
    let wanted = |name| !(bare && name == PanelName::Areas && player.focus != name);
    let places: Vec<_> = column.places.iter().filter(|place| wanted(place.name)).collect();
    let all: Vec<Rows> = places.iter().map(|place| rows(player, place.name, area.width, 0)).collect();
    let wants: Vec<_> = places
        .iter()
        .zip(&all)
        .map(|(place, rows)| match place.want(rows.height()) {
            want if place.name == player.focus && place.rank > 0 => {
                layout::Want { rank: 1, least: want.least.max(6), ..want }
            }
            want => want,
        })
        .collect();
    let mut panels = under_each_other(player, places.iter().map(|place| place.name).zip(all), wants, area);
    if let (Some(last), true) = (panels.last_mut(), player.layout == Layout::Overview && places.len() > 2) {
        // The last panel stays at the edge below while others grow.
        last.area.y = area.bottom() - last.area.height;
    }
    panels
}

/// Panels in their areas. What one of them leaves, as it can say the same in fewer rows than it was given, the others get.
fn under_each_other(
    player: &Player,
    panels: impl Iterator<Item = (PanelName, Rows)>,
    mut wants: Vec<layout::Want>,
    area: Rect,
) -> Vec<Shown> {
    let (names, all): (Vec<PanelName>, Vec<Rows>) = panels.unzip();
    let fitted = |at: usize, area: Rect| fitted(player, names[at], all[at].clone(), area);
    let areas = layout::stack(area, &wants);
    let mut shown: Vec<Shown> = areas.iter().enumerate().map(|(at, area)| fitted(at, *area)).collect();
    let leaves = |shown: &Shown| shown.rows.height() < shown.area.height;
    if !shown.iter().any(leaves) {
        return shown;
    }
    for (want, shown) in wants.iter_mut().zip(&shown).filter(|(_, shown)| leaves(shown)) {
        want.rows = shown.rows.height();
    }
    for (at, area) in layout::stack(area, &wants).into_iter().enumerate() {
        shown[at] = match shown[at].rows.height() == area.height {
            true => Shown { area, ..shown[at].clone() },
            false => fitted(at, area),
        };
    }
    shown
}

/// A panel in its area: told anew if it is less than all of it takes, as some panels can say the same in fewer rows.
fn fitted(player: &Player, name: PanelName, all: Rows, area: Rect) -> Shown {
    let rows = if all.height() > area.height { rows(player, name, area.width, area.height) } else { all };
    Shown { name, rows, area }
}

/// The panels that Tab brings and that cannot be seen beside these, the next one first.
pub fn hidden(player: &Player, area: Rect, shown: &[Shown]) -> Vec<PanelName> {
    let ring = arrange::ring(player.layout, area.width);
    let next = ring.iter().position(|name| *name == player.focus).map_or(0, |at| at + 1);
    let names = ring[next..].iter().chain(&ring[..next]).copied();
    names.filter(|name| shown.iter().all(|shown| shown.name != *name)).collect()
}

/// One panel, and what else fits.
fn narrow(player: &Player, area: Rect) -> Vec<Shown> {
    if player.layout != Layout::Overview {
        return stacked(player, area);
    }
    let (main, side) = layout::beside(area);
    let mut panels = match player.focus {
        PanelName::Tables | PanelName::Translate => walk(player, main),
        name => vec![panel(player, name, main)],
    };
    if let Some(area) = side {
        let others = match player.focus {
            PanelName::Registers => [PanelName::Costs, PanelName::Tlb],
            PanelName::Tlb => [PanelName::Registers, PanelName::Costs],
            _ => [PanelName::Registers, PanelName::Tlb],
        };
        let all = others.map(|name| rows(player, name, area.width, 0));
        let want = |at: usize| layout::Want { rows: all[at].height(), least: 0, rank: at as u8 };
        let wants = vec![want(0), want(1)];
        panels.extend(under_each_other(player, others.into_iter().zip(all), wants, area));
    }
    panels
}

/// The panels while presenting, under each other.
pub fn presented(player: &Player, area: Rect) -> Vec<Shown> {
    let names = present::panels(player, area.width);
    let all: Vec<Rows> = names.iter().map(|name| rows(player, *name, area.width, 0)).collect();
    let wants: Vec<_> =
        names.iter().zip(&all).map(|(name, rows)| present::want(player, *name, rows.height())).collect();
    let mut panels = under_each_other(player, names.into_iter().zip(all), wants, area);
    panels.retain(|shown| !shown.area.is_empty());
    panels
}

/// The panel in focus above, and under it the other panels of the layout that fit whole. Where its rows are short, panels
/// with short rows stand beside it.
fn stacked(player: &Player, area: Rect) -> Vec<Shown> {
    let all = rows(player, player.focus, area.width, area.height);
    let (main, side) = match layout::beside(area) {
        (main, Some(side)) if all.width() < main.width.into() => (main, side),
        _ => (area, Rect { width: 0, ..area }),
    };
    let height = all.height().min(area.height);
    let mut panels = vec![Shown { name: player.focus, rows: all, area: Rect { height, ..main } }];
    // Where the next panel under it can begin, and the next one beside it.
    let (mut under, mut beside) = (area.y + height + 1, side.y);
    for name in arrange::ring(player.layout, area.width) {
        if name == player.focus || name == PanelName::Event {
            continue;
        }
        if let Some(shown) = whole(player, name, below(side, beside)).filter(|_| side.width > 0) {
            beside = shown.area.bottom() + 1;
            panels.push(shown);
        } else if let Some(shown) = whole(player, name, below(main, under)) {
            under = shown.area.bottom() + 1;
            panels.push(shown);
        }
    }
    panels
}

/// The part of an area from some row on.
fn below(area: Rect, y: u16) -> Rect {
    let y = y.min(area.bottom());
    Rect { y, height: area.bottom() - y, ..area }
}

/// A panel at the top of an area, if it fits whole; in a narrow one, if none of its lines needs more than a row.
fn whole(player: &Player, name: PanelName, area: Rect) -> Option<Shown> {
    if area.height < 2 {
        return None;
    }
    let look = player.look(area.width.saturating_sub(1), area.height - 1);
    let panel = view::panel(name, &player.story, &look);
    let rows = Rows::of(&panel, area.width.saturating_sub(1));
    let unbroken = area.width >= NARROW || rows.rows.len() == panel.lines.len();
    let height = rows.height();
    (unbroken && height <= area.height).then_some(Shown { name, rows, area: Rect { height, ..area } })
}

/// The translation over the table. Where there is no room for both they are one panel, which begins with what the event
/// is about.
fn walk(player: &Player, area: Rect) -> Vec<Shown> {
    let upper = rows(player, PanelName::Translate, area.width, 0);
    if let Some((above, below)) = layout::walk(area, upper.height()) {
        return vec![
            Shown { name: PanelName::Translate, rows: upper, area: above },
            panel(player, PanelName::Tables, below),
        ];
    }
    let look = player.look(area.width.saturating_sub(1), 0);
    let [translate, table] =
        [PanelName::Translate, PanelName::Tables].map(|name| view::panel(name, &player.story, &look));
    let changes = table.lines.iter().any(|line| line.mark == Mark::Changed);
    let (first, second) = if changes { (table, translate) } else { (translate, table) };
    let mut heading = Line::of(Role::Strong, second.title);
    let mut below = second.lines;
    if !changes && !below.is_empty() {
        // The heading may be the last row that is seen: the root of the table stands in it.
        heading = heading.with(Role::Dim, " · ");
        heading.spans.extend(below.remove(0).spans);
    }
    // A translation is told from above, as far as it has come.
    let focus = if changes { first.focus } else { first.lines.len() - 1 };
    let lines = [first.lines, vec![heading], below].concat();
    let rows = Rows::of(&Panel { title: first.title, lines, focus }, area.width.saturating_sub(1));
    let rows = player.selection.map_or(rows.clone(), |thing| rows.with_in_sight(thing));
    vec![Shown { name: player.focus, rows, area }]
}
