//! Which panels a screen shows of a story, and where: a pure function of player and area. Drawing uses it, and scrolling,
//! which ends where a panel does.

use super::layout::{self, Body, Frame, Overview, Tabs, Want};
use super::model::{Player, Tab};
use super::rows::Rows;
use crate::story::Story;
use crate::view::{self, Line, Mark, Panel, Role};
use ratatui::layout::Rect;

/// A panel on the screen.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What chooses it; `None` if nothing does.
    pub tab: Option<Tab>,
    /// What it says.
    pub rows: Rows,
    /// Where.
    pub area: Rect,
}

impl Shown {
    fn new(tab: Tab, rows: Rows, area: Rect) -> Self {
        Self { tab: Some(tab), rows, area }
    }

    /// How many rows of it can be seen.
    pub fn height(&self) -> usize {
        self.area.height.saturating_sub(1).into()
    }

    /// How far it is scrolled after so many more rows: not past its ends.
    pub fn scrolled(&self, scroll: i32, rows: i32) -> i32 {
        let range = self.rows.scrolls(self.height());
        let within = |scroll: i32| scroll.clamp(*range.start(), *range.end());
        within(within(scroll).saturating_add(rows))
    }
}

/// The rows of a screen of this size. What happens gets more of them where there are answers to be read.
pub fn frame(player: &Player, area: Rect) -> Frame {
    let story = &player.story;
    let asked = [story.question(), story.step().and_then(|step| step.ask.as_deref())];
    let answers = asked.into_iter().flatten().any(|ask| !ask.answers.is_empty());
    layout::frame(area, if answers { happens(player, area.width).height() } else { 0 })
}

/// What happens. Its text is broken a column before the edge of the screen.
fn happens(player: &Player, width: u16) -> Rows {
    let panel = view::happens::answered(&player.story, player.chosen());
    Rows::of(&panel, width.saturating_sub(2))
}

/// All panels of a screen of this size.
pub fn shown(player: &Player, area: Rect) -> Vec<Shown> {
    let frame = frame(player, area);
    let happens = |area: Rect| Shown::new(Tab::Event, happens(player, area.width), area);
    let mut panels = match layout::body(frame.body) {
        Body::Overview(columns) => overview(player, &columns),
        // All of what happens, where one panel has the whole screen.
        Body::Tabs(tabs) if player.tab == Tab::Event => {
            return vec![happens(Rect { width: area.width, ..tabs.panel }.union(frame.happens))];
        }
        Body::Tabs(tabs) => self::tabs(player, &tabs),
    };
    panels.push(happens(frame.happens));
    panels.retain(|panel| !panel.area.is_empty());
    panels
}

/// The names of the panels, where not all are shown.
pub fn bar(player: &Player, area: Rect) -> Option<Rect> {
    match layout::body(frame(player, area).body) {
        Body::Overview(_) => None,
        Body::Tabs(tabs) => Some(tabs.bar),
    }
}

/// A tab's panel for a width. The first column is the signs'.
fn rows(story: &Story, tab: Tab, width: u16) -> Rows {
    let panel = match tab {
        Tab::Walk => view::tree::panel(story, &view::Look::default()),
        Tab::Script => view::script::panel(story),
        Tab::Frames => view::frames::panel(story, &view::Look::default()),
        Tab::Tlb => view::tlb::panel(story),
        Tab::Space => view::areas::panel(story, &view::Look::default()),
        Tab::Registers => view::trap::panel(story),
        Tab::Costs => view::costs::panel(story, &view::Look::default()),
        Tab::Event => view::happens::panel(story),
    };
    Rows::of(&panel, width.saturating_sub(1))
}

fn translate(story: &Story, width: u16) -> Rows {
    Rows::of(&view::translate::panel(story), width.saturating_sub(1))
}

fn overview(player: &Player, columns: &Overview) -> Vec<Shown> {
    let mut columns = *columns;
    if player.story.system().policies.is_none() && player.tab != Tab::Space {
        // A bare machine has no areas.
        columns.middle = columns.space.take().map_or(columns.middle, |space| columns.middle.union(space));
    }
    let mut panels = column(player, columns.left, [(Tab::Script, 8, 1), (Tab::Frames, 8, 0)]);
    panels.extend(middle(player, &columns));
    panels.extend(column(
        player,
        columns.right,
        [(Tab::Registers, u16::MAX, 0), (Tab::Tlb, 5, 2), (Tab::Costs, 4, 1)],
    ));
    panels
}

/// Panels under each other: each with the rows that it gets before the others, and its rank.
fn column<const N: usize>(player: &Player, area: Rect, tabs: [(Tab, u16, u8); N]) -> Vec<Shown> {
    let panels = tabs.map(|(tab, least, rank)| (tab, rows(&player.story, tab, area.width), least, rank));
    let wants = panels.each_ref().map(|(_, rows, least, rank)| Want {
        rows: rows.height(),
        least: *least,
        rank: *rank,
    });
    let areas = layout::stack(area, wants);
    panels.into_iter().zip(areas).map(|((tab, rows, ..), area)| Shown::new(tab, rows, area)).collect()
}

/// The translation, the page table, and what is left for the address space: at the edge below, so that it stays where it
/// is while the table grows.
fn middle(player: &Player, columns: &Overview) -> Vec<Shown> {
    let area = columns.middle;
    let translate = translate(&player.story, area.width);
    let table = rows(&player.story, Tab::Walk, area.width);
    let space_area = columns.space.unwrap_or(area);
    let space = rows(&player.story, Tab::Space, space_area.width);
    let want = |rows: &Rows, rank| Want { rows: rows.height(), least: 0, rank };
    let below = match columns.space {
        Some(_) => want(&space, 3).none(),
        None if player.tab == Tab::Space => want(&space, 1),
        None if player.story.system().policies.is_none() => want(&space, 3).none(),
        None => want(&space, 3),
    };
    let [above, beneath, rest] = layout::stack(area, [want(&translate, 0), want(&table, 2), below]);
    let rest = Rect { y: area.bottom() - rest.height, ..rest };
    vec![
        Shown { tab: None, rows: translate, area: above },
        Shown::new(Tab::Walk, table, beneath),
        Shown::new(Tab::Space, space, columns.space.unwrap_or(rest)),
    ]
}

fn tabs(player: &Player, tabs: &Tabs) -> Vec<Shown> {
    let (story, area) = (&player.story, tabs.panel);
    let mut panels = match player.tab {
        Tab::Walk => walk(story, area),
        tab => vec![Shown::new(tab, rows(story, tab, area.width), area)],
    };
    if let Some(area) = tabs.beside {
        let others = match player.tab {
            Tab::Registers => [(Tab::Costs, 0, 0), (Tab::Tlb, 0, 1)],
            Tab::Tlb => [(Tab::Registers, 0, 0), (Tab::Costs, 0, 1)],
            _ => [(Tab::Registers, 0, 0), (Tab::Tlb, 0, 1)],
        };
        panels.extend(column(player, area, others));
    }
    panels
}

/// The translation over the table. Where there is no room for both they are one panel, which begins with what the event
/// is about.
fn walk(story: &Story, area: Rect) -> Vec<Shown> {
    let upper = translate(story, area.width);
    if let Some((above, below)) = layout::walk(area, upper.height()) {
        return vec![
            Shown { tab: None, rows: upper, area: above },
            Shown::new(Tab::Walk, rows(story, Tab::Walk, area.width), below),
        ];
    }
    let (translate, table) =
        (view::translate::panel(story), view::tree::panel(story, &view::Look::default()));
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
    let panel = Panel { title: first.title, lines, focus };
    vec![Shown::new(Tab::Walk, Rows::of(&panel, area.width.saturating_sub(1)), area)]
}
