//! The speaker's screen: what to say, and what comes next, on screens of several sizes.

use super::journey::{Journey, journey, styled};
use insta::assert_snapshot;
use pagewalk::tui::draw;
use pagewalk::tui::notes::{Notes, Wish};
use pagewalk::tui::speaker::{Published, Speaker};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The notes to a screen, 65 seconds after it was opened and 7 after its chapter began.
fn notes(journey: &Journey) -> Notes {
    let mut notes = Notes::default();
    let speaker = Speaker::of(&journey.model);
    let published =
        speaker.map(|speaker| Published { started: 0, entered: 58_000, changed: 60_000, speaker });
    notes.follow(published, 65_000);
    notes
}

fn screen(notes: &Notes, columns: u16, rows: u16) -> String {
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    draw::notes(notes, area, &mut buffer);
    styled(&buffer)
}

#[test]
fn the_notes_of_a_moment_in_all_sizes() {
    let fork = notes(&journey("fork-exec", "}*2"));
    assert_snapshot!("notes-80x24", screen(&fork, 80, 24));
    assert_snapshot!("notes-60x15", screen(&fork, 60, 15));
    // What is not said at a step is said in large letters, where there is room.
    assert_snapshot!("notes-beginning-120x40", screen(&notes(&journey("fork-exec", "")), 120, 40));
    assert_snapshot!("notes-of-nothing-80x24", screen(&Notes::default(), 80, 24));
}

#[test]
fn what_does_not_fit_can_be_scrolled_to() {
    let mut notes = notes(&journey("fork-exec", "}*2 Left"));
    notes.size = (60, 10);
    assert!(notes.published.as_ref().is_some_and(|it| !it.speaker.right.is_empty()), "a question is open");
    let above = screen(&notes, 60, 10);
    assert!(above.contains("Say ↓"), "{above}");
    assert!(!above.contains("Chapter after"), "{above}");
    (0..20).for_each(|_| notes.obey(Wish::Down));
    let below = screen(&notes, 60, 10);
    assert!(below.contains("Say ↑") && below.contains("Chapter after"), "{below}");
    // Nothing is scrolled past the end.
    notes.obey(Wish::Up);
    assert_ne!(screen(&notes, 60, 10), below);
}

#[test]
fn no_size_is_too_small_to_draw_on() {
    for name in ["fork-exec", "stack-overflow"] {
        let notes = notes(&journey(name, "}*2 ] Right*3"));
        for (columns, rows) in (1..90).step_by(7).flat_map(|columns| (0..30).map(move |rows| (columns, rows)))
        {
            screen(&notes, columns, rows);
        }
    }
}
