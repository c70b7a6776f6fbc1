//! The guided tour: it plays by itself, at the first start too, and what it says of the keys is so.

use super::journey::{Journey, journey, story};
use pagewalk::scenario::library::Builtin;
use pagewalk::scenario::stage::{Layout, PanelName};
use pagewalk::tui::comfort::Comfort;
use pagewalk::tui::message::Message;
use pagewalk::tui::model::Model;
use pagewalk::tui::remembered::Remembered;
use pagewalk::tui::{tour, update};
use std::time::Duration;

/// The screen of a user who remembers this, and names no scenario.
fn user(remembered: Remembered) -> Journey {
    Journey { model: Model::new(None).for_user(Comfort::default(), remembered) }
}

fn title(journey: &Journey) -> &str {
    &journey.player().story.scenario.title
}

#[test]
fn the_first_time_it_plays_by_itself() {
    let first = user(Remembered::default());
    assert_eq!((title(&first), first.place()), ("A tour of the screen", (0, 0)));
    assert!(first.player().playing && first.model.remembered.tour_seen);
    for (columns, rows) in [(60, 15), (80, 24), (120, 40)] {
        let text = first.text(columns, rows);
        assert!(text.contains(tour::WELCOME), "{text}");
    }
    let on = first.then("Right");
    assert!(!on.player().playing && !on.text(80, 24).contains(tour::WELCOME), "a key is an answer");
    assert!(on.model.into_remembered().tour_seen, "it is seen once");
}

#[test]
fn who_skips_it_and_who_has_seen_it_find_what_follows_it() {
    let skipped = user(Remembered::default()).then("Esc");
    assert!(skipped.text(80, 24).contains("▶ Build a page table by hand"), "{}", skipped.text(80, 24));
    for remembered in [skipped.model.into_remembered(), Remembered::of_nobody()] {
        let known = user(remembered);
        assert_eq!(title(&known.then("Enter")), "Build a page table by hand");
    }
    let own = Model::new(Some(story("fork-exec"))).for_user(Comfort::default(), Remembered::default());
    assert_eq!(title(&Journey { model: own }), "fork, then exec", "who names a scenario knows what to do");
}

#[test]
fn whoever_asks_for_it_sees_it_from_its_beginning() {
    let playing = user(Remembered::of_nobody()).then("Up Enter");
    assert_eq!(
        (title(&playing), playing.place(), playing.player().playing),
        ("A tour of the screen", (0, 0), true)
    );
    let again = playing.then(":3 Enter Esc Up Enter");
    assert_eq!((again.place(), again.player().playing), ((0, 0), true));
    let named = Model::new(Some(story("tour"))).for_user(Comfort::default(), Remembered::default());
    assert!(Journey { model: named }.player().playing);
}

#[test]
fn it_takes_two_minutes() {
    let mut tour = journey("fork-exec", ":tour Enter");
    let mut time = Duration::ZERO;
    while tour.player().story.timeline.moment() < tour.player().story.timeline.end() {
        if !tour.player().playing {
            tour = tour.then("Space");
        }
        time += tour.model.patience().unwrap();
        update::update(&mut tour.model, Message::Tick);
    }
    assert!((100..=130).contains(&time.as_secs()), "{time:?}");
    assert_eq!(tour.player().story.scenario.course.as_ref().unwrap().minutes, 2);
}

#[test]
fn the_tour_can_be_taken_again_from_everywhere() {
    for keys in
        [":tour Enter", "F2 tour Enter", ":7 Enter Esc :tour Enter", ":tour Enter :5 Enter :tour Enter"]
    {
        let playing = journey("fork-exec", keys);
        let is = (title(&playing), playing.place(), playing.player().playing);
        assert_eq!(is, ("A tour of the screen", (0, 0), true), "{keys}");
    }
}

#[test]
fn it_plays_to_its_end_and_waits_at_questions_alone() {
    let mut tour = journey("fork-exec", ":tour Enter");
    let mut stops = 0;
    for _ in 0..1_000 {
        update::update(&mut tour.model, Message::Tick);
        let player = tour.player();
        if !player.playing {
            stops += 1;
            let ended = player.story.timeline.moment() == player.story.timeline.end();
            assert_eq!(player.story.question().is_none(), ended);
            if ended {
                assert_eq!(stops, 4, "three questions, and the end");
                return;
            }
            tour = tour.then("Space");
        }
    }
    panic!("it does not end");
}

#[test]
fn each_chapter_shows_what_its_words_are_about() {
    let tour = story("tour");
    let mut named = vec![];
    for step in &tour.scenario.steps {
        let chapter = &tour.scenario.chapters[step.chapter];
        let (layout, focus) = (chapter.layout.unwrap(), chapter.focus.unwrap());
        let note = step.note.as_deref().unwrap();
        // "Key 5 is the TLB": the chapter is in that layout.
        for (at, is_it) in Layout::ALL.into_iter().enumerate() {
            if [format!("Key {} ", at + 1), format!("Key {}:", at + 1), format!("key {}.", at + 1)]
                .iter()
                .any(|words| note.contains(words))
            {
                assert_eq!(is_it, layout, "{note}");
                named.push(layout);
            }
        }
        assert!(layout.panels().contains(&focus) && focus != PanelName::Event, "{note}");
    }
    assert_eq!(named.len(), 7, "6 and 9 are told together: {named:?}");
    assert!(Builtin::find(tour::NAME).is_some_and(|tour| tour.text.contains("Keys 6 and 9")));
    assert_eq!((Layout::ALL[5], Layout::ALL[8]), (Layout::Disk, Layout::Processes));
}
