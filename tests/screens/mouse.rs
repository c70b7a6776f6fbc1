//! Journeys with the mouse: what a click, a drag and the wheel do, seen where the screen shows it.

use crate::journey::{Journey, gallery, journey, text};
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use pagewalk::scenario::stage::{Layout, PanelName};
use pagewalk::tui::message::Message;
use pagewalk::tui::model::{Screen, Sheet};
use pagewalk::tui::panels::{self, Shown};
use pagewalk::tui::{drawn, mouse, select, update};
use ratatui::layout::Position;

const CLICK: MouseEventKind = MouseEventKind::Down(MouseButton::Left);
const DRAG: MouseEventKind = MouseEventKind::Drag(MouseButton::Left);

/// The same on a screen of some size.
fn sized(mut journey: Journey, columns: u16, rows: u16) -> Journey {
    update::update(&mut journey.model, Message::Resize(columns, rows));
    journey
}

/// Does what the mouse means at a place.
fn at(mut journey: Journey, kind: MouseEventKind, x: u16, y: u16) -> Journey {
    let event = MouseEvent { kind, column: x, row: y, modifiers: KeyModifiers::NONE };
    if let Some(message) = mouse::message(&journey.model, event) {
        update::update(&mut journey.model, message);
    }
    journey
}

fn rows(journey: &Journey) -> Vec<String> {
    let (columns, rows) = journey.model.size;
    text(&drawn(&journey.model, columns, rows)).lines().map(str::to_owned).collect()
}

/// Where a word stands in a row.
#[track_caller]
fn find(journey: &Journey, row: u16, what: &str) -> u16 {
    let row = &rows(journey)[usize::from(row)];
    let at = row.find(what).unwrap_or_else(|| panic!("no {what:?} in {row:?}"));
    row[..at].chars().count() as u16
}

fn shown(journey: &Journey) -> Vec<Shown> {
    panels::on_stage(journey.player(), journey.model.area())
}

/// The first thing of a panel that can be seen, and where it is.
fn first(shown: &Shown, scroll: i32) -> Option<(pagewalk::view::Thing, Position)> {
    let top = shown.rows.first(shown.height(), scroll);
    let item = select::items(&shown.rows)
        .into_iter()
        .find(|item| (top..top + shown.height()).contains(&item.row) && !item.columns.is_empty())?;
    let x = shown.area.x + 1 + item.columns.start as u16;
    let place = Position::new(x, shown.area.y + 1 + (item.row - top) as u16);
    // In a row's own thing there may be a piece with another.
    select::at(shown, scroll, place).map(|thing| (thing, place))
}

#[test]
fn a_click_selects_in_each_panel_and_a_second_one_explains() {
    let mut clicked = vec![];
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
        for layout in Layout::ALL {
            let arranged = || {
                let mut journey = sized(journey("fork-exec", ":12.12 Enter"), columns, rows);
                update::update(&mut journey.model, Message::Layout(layout));
                journey
            };
            for panel in shown(&arranged()) {
                let Some((thing, place)) = first(&panel, 0) else { continue };
                let once = at(arranged(), CLICK, place.x, place.y);
                assert_eq!(once.player().selection, Some(thing), "{layout:?} {:?}", panel.name);
                assert_eq!(once.player().focus, panel.name);
                // The panels may have moved to make room for what the selection is tied to.
                let moved =
                    shown(&once).into_iter().find(|shown| shown.name == panel.name).expect("the panel");
                let again = select::items(&moved.rows)
                    .into_iter()
                    .find(|item| item.thing == thing)
                    .expect("the thing");
                let top = moved.rows.first(moved.height(), once.player().scroll);
                let (x, y) = (
                    moved.area.x + 1 + again.columns.start as u16,
                    moved.area.y + 1 + (again.row - top) as u16,
                );
                let twice = at(once, CLICK, x, y);
                let explains =
                    matches!(twice.model.sheet, Some(Sheet::Explain { thing: told, .. }) if told == thing);
                assert!(explains, "{layout:?} {:?} {thing:?}", panel.name);
                clicked.push(panel.name);
            }
        }
    }
    clicked.sort();
    clicked.dedup();
    assert!(clicked.len() > 12, "{clicked:?}");
}

#[test]
fn a_click_on_nothing_takes_the_selection_away() {
    let journey = sized(journey("fork-exec", ":12.12 Enter L"), 120, 40);
    let panels = shown(&journey);
    let panel = panels.iter().find(|shown| first(shown, 0).is_some()).expect("a panel with things");
    let (_, place) = first(panel, 0).expect("a thing");
    let selected = at(journey, CLICK, place.x, place.y);
    assert!(selected.player().selection.is_some());
    let title = panel.area;
    assert_eq!(at(selected, CLICK, title.x, title.y).player().selection, None);
}

#[test]
fn a_click_on_the_bar_chooses_the_layout() {
    for (columns, rows) in [(60, 15), (80, 24), (120, 40)] {
        let mut journey = sized(journey("fork-exec", ":12.12 Enter z"), columns, rows);
        for layout in Layout::ALL {
            let x = find(&journey, 1, &format!(" {}", layout as usize + 1)) + 1;
            journey = at(journey, CLICK, x, 1);
            assert_eq!(journey.player().layout, layout, "{columns}x{rows}");
        }
    }
}

#[test]
fn a_click_on_what_the_bar_says_beside_the_names_chooses_nothing() {
    let zoomed = sized(journey("fork-exec", ":12.12 Enter 3 z"), 120, 40);
    let x = find(&zoomed, 1, "zoomed");
    let after = at(zoomed, CLICK, x + 3, 1);
    assert_eq!((after.player().layout, after.player().zoomed), (Layout::Memory, true));
}

#[test]
fn the_timeline_leads_to_every_moment_that_it_shows() {
    for keys in ["", "P"] {
        let mut journey = sized(journey("fork-exec", keys), 80, 24);
        let row = panels::timeline(journey.player(), journey.model.area()).y;
        let end = journey.player().story.timeline.end();
        journey = at(journey, CLICK, 77, row);
        assert_eq!(journey.player().story.timeline.moment(), end, "{keys}");
        journey = at(journey, CLICK, 40, row);
        assert_eq!(find(&journey, row, "●"), 40);
        // A drag follows the mouse, also past the ends; beside the row it leads nowhere.
        journey = at(journey, DRAG, 30, row);
        assert_eq!(find(&journey, row, "●"), 30);
        let here = journey.player().story.timeline.moment();
        journey = at(journey, DRAG, 50, row - 2);
        assert_eq!(journey.player().story.timeline.moment(), here);
        journey = at(journey, DRAG, 0, row);
        assert_eq!(journey.player().story.timeline.moment(), 0);
    }
}

#[test]
fn the_wheel_scrolls_the_panel_under_it_and_ends_where_that_does() {
    let mut journey = sized(journey("fork-exec", ":12.12 Enter 7"), 80, 24);
    let script =
        shown(&journey).into_iter().find(|shown| shown.name == PanelName::Script).expect("the script");
    let (x, y) = (script.area.x + 3, script.area.y + 3);
    let first = |journey: &Journey| {
        let shown =
            shown(journey).into_iter().find(|shown| shown.name == PanelName::Script).expect("the script");
        shown.rows.first(shown.height(), journey.player().scroll)
    };
    let before = first(&journey);
    journey = at(journey, MouseEventKind::ScrollUp, x, y);
    assert_eq!(first(&journey), before.saturating_sub(3));
    for _ in 0..100 {
        journey = at(journey, MouseEventKind::ScrollUp, x, y);
    }
    assert_eq!(first(&journey), 0);
    journey = at(journey, MouseEventKind::ScrollDown, x, y);
    assert_eq!(first(&journey), 3, "what was turned past the end does not have to be turned back");
}

#[test]
fn the_wheel_moves_the_focus_to_the_panel_under_it() {
    let journey = sized(journey("fork-exec", ":12.12 Enter"), 120, 40);
    let script =
        shown(&journey).into_iter().find(|shown| shown.name == PanelName::Script).expect("the script");
    let journey = at(journey, MouseEventKind::ScrollDown, script.area.x + 2, script.area.y + 2);
    assert_eq!(journey.player().focus, PanelName::Script);
}

#[test]
fn the_gallery_is_clicked_through() {
    let mut journey = sized(gallery(""), 80, 24);
    let titles: Vec<String> =
        journey.model.gallery().scenarios().map(|scenario| scenario.title.clone()).collect();
    let row =
        rows(&journey).iter().position(|row| row.contains(&titles[1])).expect("the second title") as u16;
    journey = at(journey, CLICK, 4, row);
    assert_eq!(journey.model.gallery().chosen, 1);
    assert!(matches!(journey.model.screen, Screen::Gallery));
    journey = at(journey, CLICK, 4, row);
    assert_eq!(journey.player().story.scenario.title, titles[1], "a second click opens it");

    let mut journey = sized(gallery(""), 80, 24);
    journey = at(journey, MouseEventKind::ScrollDown, 4, 5);
    assert_eq!(journey.model.gallery().chosen, 1);
    // A heading is no scenario.
    let journey = at(journey, CLICK, 4, 3);
    assert_eq!(journey.model.gallery().chosen, 1, "{:#?}", rows(&journey));
}

#[test]
fn a_click_beside_a_sheet_closes_it_and_one_on_it_does_not() {
    for keys in ["?", "Enter"] {
        let open = || sized(journey("fork-exec", ":12.12 Enter"), 120, 40).then(keys);
        assert!(at(open(), CLICK, 60, 3).model.sheet.is_some(), "{keys}");
        let closed = at(open(), CLICK, 2, 38);
        assert!(closed.model.sheet.is_none(), "{keys}");
        assert_eq!(closed.player().layout, Layout::Overview, "the click does nothing else");
    }
}

#[test]
fn the_wheel_scrolls_what_lies_over_the_screen() {
    let journey = sized(journey("fork-exec", "?"), 80, 24);
    let journey = at(journey, MouseEventKind::ScrollDown, 40, 10);
    assert_eq!(journey.model.sheet, Some(Sheet::Help { filter: String::new(), scroll: 3 }));
}

/// Clicks on a word of the last row.
#[track_caller]
fn footer(journey: Journey, what: &str) -> Journey {
    let row = journey.model.size.1 - 1;
    let x = find(&journey, row, what);
    at(journey, CLICK, x + 1, row)
}

#[test]
fn keys_of_the_last_row_can_be_clicked() {
    let screen = || sized(journey("fork-exec", ""), 120, 40);
    assert_eq!(footer(screen(), "→ event").place(), (1, 1));
    assert!(footer(screen(), "? keys").model.sheet.is_some());
    assert!(footer(screen(), "q quit").model.quit);
    // While it plays, the keys stand after what says so.
    let playing = screen().then("Space");
    assert!(playing.player().playing);
    assert_eq!(footer(playing, "→ event").place(), (1, 2));
    let told = screen().then("t");
    assert!(footer(told, "? keys").model.sheet.is_some());
    let explained = footer(screen().then(":12.12 Enter Enter"), "Esc");
    assert!(explained.model.sheet.is_none());
    let opened = footer(sized(gallery(""), 80, 24), "Enter play");
    assert_eq!(opened.place(), (0, 0));
}

#[test]
fn no_key_is_clicked_that_is_not_shown() {
    let row = |journey: &Journey| journey.model.size.1 - 1;
    for (keys, columns, rows) in [("P", 120, 40), ("", 40, 10)] {
        for x in 0..columns {
            let journey = sized(journey("fork-exec", keys), columns, rows);
            let y = row(&journey);
            let after = at(journey, CLICK, x, y);
            assert!(!after.model.quit && after.model.sheet.is_none(), "{keys} {columns}x{rows} at {x}");
            assert_eq!(after.place(), (0, 0), "{keys} {columns}x{rows} at {x}");
        }
    }
}

#[test]
fn the_mouse_means_something_or_nothing_everywhere() {
    for (columns, rows) in [(120, 40), (60, 15), (40, 10), (1, 1)] {
        for keys in ["", "P", "z", "?", "Enter", ":", "s", "0"] {
            let journey = sized(journey("fork-exec", ":12.12 Enter"), columns, rows).then(keys);
            for (x, y) in (0..columns + 2).step_by(3).flat_map(|x| (0..rows + 2).map(move |y| (x, y))) {
                for kind in
                    [CLICK, DRAG, MouseEventKind::ScrollUp, MouseEventKind::ScrollDown, MouseEventKind::Moved]
                {
                    let event = MouseEvent { kind, column: x, row: y, modifiers: KeyModifiers::NONE };
                    let message = mouse::message(&journey.model, event);
                    assert!(kind != MouseEventKind::Moved || message.is_none());
                }
            }
        }
    }
}
