//! Where everything is: a pure function of the area and of how many rows the panels need.
//!
//! A large screen shows the columns of a [layout](super::arrange) beside each other; a small one shows the panel in focus,
//! and others while there is room.

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
    /// The names of the layouts.
    pub bar: Rect,
    /// The panels.
    pub body: Rect,
    /// What happens.
    pub happens: Rect,
    /// What is selected, and what it is tied to; without rows if nothing is.
    pub selected: Rect,
    /// The timeline.
    pub timeline: Rect,
    /// The most important keys.
    pub footer: Rect,
}

/// The rows of a screen. What happens gets as many as are asked for, up to half of the screen, and some in any case; what
/// is selected gets `selected` rows.
pub fn frame(area: Rect, happens: u16, selected: u16) -> Frame {
    let least = match (area.width, area.height) {
        (_, ..20) => 5,
        (..114, _) => 7,
        _ => 6,
    };
    let happens = happens.min(area.height / 2).max(least);
    let [header, bar, body, happens, selected, timeline, footer] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(happens),
        Constraint::Length(selected),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(area);
    Frame { header, bar, body, happens, selected, timeline, footer }
}

/// Whether there is room for a layout's columns beside each other.
pub fn is_wide(body: Rect) -> bool {
    body.width >= 114 && body.height >= 27
}

/// A panel, and a narrow column beside it, where there is room for one.
pub fn beside(area: Rect) -> (Rect, Option<Rect>) {
    if area.width < 78 {
        return (area, None);
    }
    let [panel, beside] =
        Layout::horizontal([Constraint::Fill(1), Constraint::Length(29)]).spacing(1).areas(area);
    (panel, Some(beside))
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

/// Panels under each other, a free row between two. What nobody needs is left free below; a panel for which too little
/// is left gets nothing.
pub fn stack(area: Rect, wants: &[Want]) -> Vec<Rect> {
    let mut heights: Vec<u16> = wants.iter().map(|want| want.least.min(want.rows)).collect();
    let used = |heights: &[u16]| {
        let there = heights.iter().filter(|height| **height > 0).count() as u16;
        heights.iter().sum::<u16>() + there.saturating_sub(1)
    };
    let mut order: Vec<usize> = (0..wants.len()).collect();
    order.sort_by_key(|at| wants[*at].rank);
    for at in order {
        let gap = u16::from(heights[at] == 0 && heights.iter().any(|height| *height > 0));
        let free = area.height.saturating_sub(used(&heights) + gap);
        let height = wants[at].rows.min(heights[at] + free);
        heights[at] = if height < LEAST.min(wants[at].rows) { 0 } else { height };
    }
    let mut y = area.y;
    let place = |height: &u16| {
        let panel = Rect { y, height: *height, ..area }.intersection(area);
        y += if *height > 0 { height + 1 } else { 0 };
        panel
    };
    heights.iter().map(place).collect()
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

    fn heights<const N: usize>(height: u16, wants: [(u16, u16, u8); N]) -> Vec<u16> {
        let wants = wants.map(|(rows, least, rank)| Want { rows, least, rank });
        stack(Rect::new(0, 0, 10, height), &wants).iter().map(|panel| panel.height).collect()
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
