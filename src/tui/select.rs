//! The selection: which things a panel shows where, and which of them is the next in some direction.

use super::panels::Shown;
use super::rows::Rows;
use crate::view::{Line, Thing};
use ratatui::layout::Position;
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

/// The sign of a row in which the selected thing is shown.
pub const SELECTED: char = '»';
/// The sign of a row in which something is shown that is tied to it.
pub const TIED: char = '›';

/// Where in a panel a thing is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Which row of the panel, from 0; rows that are scrolled away count.
    pub row: usize,
    /// Which columns, the one of the signs not counted.
    pub columns: Range<usize>,
    /// What it is.
    pub thing: Thing,
}

/// A direction on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To a row above.
    Up,
    /// To a row below.
    Down,
    /// To what is before it in its row, or at the end of the row above.
    Left,
    /// To what is after it in its row, or at the beginning of the row below.
    Right,
}

/// All that a panel shows, in reading order. A thing that goes on, in the next piece or row, is one item; a row's own
/// thing comes before those of its pieces.
pub fn items(rows: &Rows) -> Vec<Item> {
    let mut items: Vec<Item> = vec![];
    for (row, line) in rows.rows.iter().enumerate() {
        let width: usize = line.spans.iter().map(|span| span.text.width()).sum();
        let above = row.checked_sub(1).map(|above| &rows.rows[above]);
        let goes_on = |thing| above.is_some_and(|above| above.thing == Some(thing));
        if let Some(thing) = line.thing.filter(|thing| !goes_on(*thing)) {
            items.push(Item { row, columns: 0..width, thing });
        }
        let mut x = 0;
        for span in &line.spans {
            let columns = x..x + span.text.width();
            x = columns.end;
            let Some(thing) = span.thing.filter(|thing| line.thing != Some(*thing)) else { continue };
            match items.last_mut() {
                Some(last) if last.thing == thing && last.row == row => last.columns.end = columns.end,
                Some(last) if last.thing == thing && begins(line, columns.start) && ends(above, thing) => {}
                _ => items.push(Item { row, columns, thing }),
            }
        }
    }
    items
}

/// Whether nothing but space stands in a row before a column.
fn begins(line: &Line, column: usize) -> bool {
    line.to_string().chars().take(column).all(|c| c == ' ')
}

/// Whether the last piece of a row shows a thing.
fn ends(line: Option<&Line>, thing: Thing) -> bool {
    line.and_then(|line| line.spans.last()).is_some_and(|span| span.thing == Some(thing))
}

/// The item that is next to the selected one; to the one in focus, if none is selected. `None` if there is none.
pub fn moved(rows: &Rows, selected: Option<Thing>, direction: Direction) -> Option<Thing> {
    let items = items(rows);
    let Some(at) = selected.and_then(|thing| items.iter().position(|item| item.thing == thing)) else {
        return entered(rows, &items);
    };
    let here = &items[at];
    let middle = |item: &Item| (item.columns.start + item.columns.end) / 2;
    // Pieces of a row are beside each other, and the row's own thing is where it begins.
    let far = |item: &&Item| (item.row.abs_diff(here.row), middle(item).abs_diff(middle(here)));
    let next = match direction {
        Direction::Left => at.checked_sub(1).map(|at| &items[at]),
        Direction::Right => items.get(at + 1),
        Direction::Up => items.iter().filter(|item| item.row < here.row).min_by_key(far),
        Direction::Down => items.iter().filter(|item| item.row > here.row).min_by_key(far),
    };
    Some(next.unwrap_or(here).thing)
}

/// Where the selection comes in: at the row in focus, or at the first one after it that shows something.
fn entered(rows: &Rows, items: &[Item]) -> Option<Thing> {
    let after = items.iter().find(|item| item.row >= rows.focus());
    after.or(items.last()).map(|item| item.thing)
}

/// What lies at a place of the screen: the narrowest item there.
pub fn at(shown: &Shown, scroll: i32, place: Position) -> Option<Thing> {
    if !shown.area.contains(place) || place.y == shown.area.y || place.x == shown.area.x {
        return None;
    }
    let row = shown.rows.first(shown.height(), scroll) + usize::from(place.y - shown.area.y - 1);
    let column = usize::from(place.x - shown.area.x - 1);
    let line = shown.rows.rows.get(row)?;
    let mut x = 0;
    for span in &line.spans {
        x += span.text.width();
        if column < x {
            return span.thing.or(line.thing);
        }
    }
    line.thing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hw::Ppn;
    use crate::view::{Panel, Role};

    /// Two rows of two frames each, and between them a row that shows nothing.
    fn rows() -> Rows {
        let cells =
            |first| {
                Line::of(Role::Dim, "row ")
                    .with_thing(Thing::Frame(Ppn(first)), Role::Plain, "a1 ")
                    .with_thing(Thing::Frame(Ppn(first + 1)), Role::Plain, "b1 ")
            };
        Rows::of(&Panel::new("", vec![cells(0), Line::of(Role::Plain, "-"), cells(2)]), 40)
    }

    #[test]
    fn the_selection_goes_through_the_cells_as_they_are_read() {
        let rows = rows();
        let frame = |number| Some(Thing::Frame(Ppn(number)));
        let go = |from, direction| moved(&rows, frame(from), direction);
        assert_eq!(moved(&rows, None, Direction::Down), frame(0));
        assert_eq!([go(0, Direction::Right), go(1, Direction::Right)], [frame(1), frame(2)]);
        assert_eq!([go(1, Direction::Down), go(3, Direction::Up)], [frame(3), frame(1)]);
        assert_eq!([go(0, Direction::Left), go(3, Direction::Down)], [frame(0), frame(3)], "the ends hold");
    }

    #[test]
    fn a_thing_that_goes_on_is_one_item() {
        let thing = Thing::Step(3);
        let line = Line::of(Role::Dim, "3 ").with(Role::Plain, "some words that are long").of_thing(thing);
        let rows = Rows::of(&Panel::new("", vec![line]), 12);
        assert!(rows.rows.len() > 1);
        assert_eq!(items(&rows).len(), 1);
    }
}
