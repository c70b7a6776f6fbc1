//! Screens of odd sizes, and screens with something over them: nothing panics, what is too small says what it needs, and
//! everything that a panel shows can be selected and is seen then.

use crate::journey::{Journey, gallery, journey};
use crate::whole::{held, player};
use pagewalk::scenario::stage::{Layout, PanelName};
use pagewalk::tui::ink::{self, Ground};
use pagewalk::tui::message::Message;
use pagewalk::tui::{drawn, panels, render, select, update};
use ratatui::layout::Rect;

/// Beyond the size classes on every side.
const SIZES: [(u16, u16); 14] = [
    (300, 100),
    (61, 16),
    (60, 14),
    (59, 15),
    (59, 14),
    (40, 10),
    (20, 5),
    (1, 1),
    (0, 0),
    (0, 24),
    (80, 0),
    (500, 8),
    (30, 200),
    (500, 200),
];

/// What can be open over a screen, as the keys that open it.
const OVER: [&str; 8] = ["", "?", "Enter", ":set", ": Tab Tab", "/heap", "P s", "F2"];

/// Four stories at moments with much on the screen: sharing, a trap, files, and a bare machine.
const MOMENTS: [(&str, &str); 4] = [
    ("fork-exec", ":12.12 Enter"),
    ("stack-overflow", "]"),
    ("mmap-file", ":9.8 Enter"),
    ("stale-tlb", ":9.1 Enter"),
];

fn resized(mut journey: Journey, (columns, rows): (u16, u16)) -> Journey {
    update::update(&mut journey.model, Message::Resize(columns, rows));
    journey
}

/// Every size, and for each another layout than before: all of them in turn.
fn turns() -> impl Iterator<Item = ((u16, u16), Layout)> {
    SIZES.into_iter().zip(Layout::ALL.into_iter().cycle())
}

#[test]
fn no_size_is_too_odd_for_any_layout() {
    for (name, keys) in MOMENTS {
        let mut journey = journey(name, keys);
        for (size, layout) in SIZES.into_iter().flat_map(|size| Layout::ALL.map(|layout| (size, layout))) {
            journey = resized(journey, size);
            update::update(&mut journey.model, Message::Layout(layout));
            render(&journey.model, size.0, size.1);
        }
    }
}

#[test]
fn no_size_is_too_odd_for_what_keys_do() {
    for (name, keys) in MOMENTS {
        let mut journey = journey(name, keys);
        for (over, (size, layout)) in OVER.into_iter().flat_map(|over| turns().map(move |turn| (over, turn)))
        {
            journey = resized(journey, size);
            update::update(&mut journey.model, Message::Layout(layout));
            // Moving, scrolling and zooming look at the size as well.
            for keys in [over, "Down", "z", over] {
                journey = journey.then(keys);
                render(&journey.model, size.0, size.1);
            }
            (journey.model.sheet, journey.model.line) = (None, None);
            for keys in ["J*3 K", "Tab", "z", "0", "p"] {
                journey = journey.then(keys);
                render(&journey.model, size.0, size.1);
            }
        }
    }
}

#[test]
fn the_gallery_at_all_sizes() {
    for size in SIZES {
        for keys in ["", "Down*99", "?", ":", "/heap"] {
            let journey = resized(gallery(""), size).then(keys);
            render(&journey.model, size.0, size.1);
        }
    }
}

#[test]
fn what_is_too_small_says_what_it_needs() {
    let small = SIZES.into_iter().filter(|(columns, rows)| *columns < 60 || *rows < 15);
    for (columns, rows) in small.filter(|(columns, rows)| *columns > 0 && *rows > 0) {
        let told = journey("fork-exec", "Right").text(columns, rows).split_whitespace().collect::<String>();
        let needs = format!("pagewalkneeds60x15andhas{columns}x{rows}.");
        let room = usize::from(columns) * usize::from(rows);
        // A single cell has room for the ellipsis alone.
        assert!(told.contains(&needs) || room < 80 && told.ends_with('…'), "{columns}x{rows}: {told}");
    }
}

#[test]
fn everything_that_a_panel_shows_can_be_selected_and_is_seen_then() {
    let (mut selected, mut lost) = (0, 0);
    for (name, keys) in MOMENTS {
        let mut model = journey(name, keys).model;
        for (columns, rows) in [(60, 15), (80, 24), (120, 40)] {
            let area = Rect::new(0, 0, columns, rows);
            for panel in PanelName::ALL {
                for layout in Layout::ALL {
                    let player = player(&mut model);
                    player.selection = None;
                    player.arrange(layout);
                    player.focus_on(panel);
                    let Some(shown) =
                        panels::shown(player, area).into_iter().find(|shown| shown.name == panel)
                    else {
                        continue;
                    };
                    let items = select::items(&shown.rows);
                    // A table has some hundred; one in a few of them is enough.
                    let some = items.len() / 20 + 1;
                    for item in items.iter().step_by(some) {
                        self::player(&mut model).selection = Some(item.thing);
                        let buffer = drawn(&model, columns, rows);
                        let place =
                            || format!("{name} {columns}x{rows} {layout:?} {panel:?} {:?}", item.thing);
                        assert_eq!(held::complaint(model.player().unwrap(), &buffer), None, "{}", place());
                        // The row that tells what is selected is taken from the panels: one may say less in fewer rows.
                        let player = model.player().unwrap();
                        let told =
                            panels::shown(player, area).into_iter().filter(|shown| shown.name == panel);
                        let is_told = told
                            .flat_map(|shown| select::items(&shown.rows))
                            .any(|told| told.thing == item.thing);
                        let is_seen = buffer.content().iter().any(|cell| ink::of(cell).1 == Ground::Selected);
                        assert!(is_seen || !is_told, "{}", place());
                        lost += usize::from(!is_told);
                        selected += 1;
                    }
                }
            }
        }
    }
    assert!(selected > 1_000 && lost < selected / 100, "{lost} of {selected} are said no longer");
}
