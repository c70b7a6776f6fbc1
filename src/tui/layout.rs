//! Where everything is: a pure function of the area and of how many rows the panels need.
//!
//! A large screen shows all panels beside each other; a small one shows one at a time, chosen by tabs, with others
//! beside it while there is room.

use ratatui::layout::{Constraint, Layout, Rect};

/// The smallest screen that shows more than a sentence.
pub const SMALLEST: (u16, u16) = (60, 15);

/// A panel with fewer rows than this, its title counted, says nothing.
const LEAST: u16 = 4;

/// The rows of every screen with a story.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Title, place, settings.
    pub header: Rect,
    /// The panels.
    pub body: Rect,
    /// What happens.
    pub happens: Rect,
    /// The timeline.
    pub timeline: Rect,
    /// The most important keys.
    pub footer: Rect,
}

/// The columns that the panels stand in.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// All panels.
    Overview(Overview),
    /// One at a time.
    Tabs(Tabs),
}

/// The columns of all panels.
#[derive(Clone, Copy, Debug)]
pub struct Overview {
    /// Script and frames.
    pub left: Rect,
    /// Translation and page table.
    pub middle: Rect,
    /// The address space, where there is room for a column of its own.
    pub space: Option<Rect>,
    /// Registers, TLB, costs.
    pub right: Rect,
}

/// One panel.
#[derive(Clone, Copy, Debug)]
pub struct Tabs {
    /// The names of the panels.
    pub bar: Rect,
    /// The panel.
    pub panel: Rect,
    /// Others beside it, where there is room.
    pub beside: Option<Rect>,
}

/// The rows of a screen. What happens gets as many as are asked for, up to half of the screen, and some in any case.
pub fn frame(area: Rect, happens: u16) -> Frame {
    let least = match (area.width, area.height) {
        (_, ..20) => 5,
        (..114, _) => 7,
        _ => 6,
    };
    let happens = happens.min(area.height / 2).max(least);
    let [header, body, happens, timeline, footer] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(happens),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(area);
    Frame { header, body, happens, timeline, footer }
}

/// The columns of a screen.
pub fn body(area: Rect) -> Body {
    if area.width < 114 || area.height < 28 {
        return Body::Tabs(tabs(area));
    }
    let side = Constraint::Length(if area.width >= 160 { 42 } else { 34 });
    let fill = Constraint::Fill(1);
    if area.width >= 190 {
        let [left, middle, space, right] =
            Layout::horizontal([side, fill, fill, side]).spacing(1).areas(area);
        return Body::Overview(Overview { left, middle, space: Some(space), right });
    }
    let [left, middle, right] = Layout::horizontal([side, fill, side]).spacing(1).areas(area);
    Body::Overview(Overview { left, middle, space: None, right })
}

fn tabs(area: Rect) -> Tabs {
    let [bar, rest] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
    if area.width < 78 {
        return Tabs { bar, panel: rest, beside: None };
    }
    let [panel, beside] =
        Layout::horizontal([Constraint::Fill(1), Constraint::Length(29)]).spacing(1).areas(rest);
    Tabs { bar, panel, beside: Some(beside) }
}

/// How many rows a panel would like to have, title included, and how urgent that is.
#[derive(Clone, Copy, Debug)]
pub struct Want {
    /// All of it.
    pub rows: u16,
    /// What it gets before others get more than theirs.
    pub least: u16,
    /// Who is served first beyond that: 0 before 1.
    pub rank: u8,
}

impl Want {
    /// The same for a panel that is not wanted here.
    pub fn none(self) -> Self {
        Self { rows: 0, least: 0, ..self }
    }
}

/// Panels under each other, a free row between two. What nobody needs is left free below; a panel for which too little
/// is left gets nothing.
pub fn stack<const N: usize>(area: Rect, wants: [Want; N]) -> [Rect; N] {
    let mut heights = wants.map(|want| want.least.min(want.rows));
    let used = |heights: &[u16; N]| {
        let there = heights.iter().filter(|height| **height > 0).count() as u16;
        heights.iter().sum::<u16>() + there.saturating_sub(1)
    };
    let mut order: [usize; N] = std::array::from_fn(|at| at);
    order.sort_by_key(|at| wants[*at].rank);
    for at in order {
        let gap = u16::from(heights[at] == 0 && heights.iter().any(|height| *height > 0));
        let free = area.height.saturating_sub(used(&heights) + gap);
        let height = wants[at].rows.min(heights[at] + free);
        heights[at] = if height < LEAST.min(wants[at].rows) { 0 } else { height };
    }
    let mut y = area.y;
    heights.map(|height| {
        let panel = Rect { y, height, ..area }.intersection(area);
        y += if height > 0 { height + 1 } else { 0 };
        panel
    })
}

/// The translation above, with the rows that it needs, the table below; nothing, if they do not fit.
pub fn walk(area: Rect, translate: u16) -> Option<(Rect, Rect)> {
    let table = area.height.checked_sub(translate).filter(|rows| *rows >= LEAST)?;
    let [translate, table] =
        Layout::vertical([Constraint::Length(translate), Constraint::Length(table)]).areas(area);
    Some((translate, table))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heights<const N: usize>(height: u16, wants: [(u16, u16, u8); N]) -> [u16; N] {
        let wants = wants.map(|(rows, least, rank)| Want { rows, least, rank });
        stack(Rect::new(0, 0, 10, height), wants).map(|panel| panel.height)
    }

    #[test]
    fn each_panel_gets_what_it_needs_while_there_is_room() {
        assert_eq!(heights(31, [(10, 10, 0), (8, 5, 2), (9, 4, 1)]), [10, 8, 9]);
        assert_eq!(heights(31, [(10, 10, 0), (20, 5, 2), (9, 4, 1)]), [10, 10, 9], "the TLB gives way first");
        assert_eq!(heights(20, [(10, 10, 0), (20, 5, 2), (9, 4, 1)]), [10, 5, 3], "then the costs");
    }

    #[test]
    fn what_is_too_small_to_say_anything_is_left_out() {
        assert_eq!(heights(14, [(10, 10, 0), (20, 0, 1)]), [10, 0]);
        assert_eq!(heights(15, [(10, 10, 0), (20, 0, 1)]), [10, 4]);
    }
}
