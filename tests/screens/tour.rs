//! The guided tour: it is offered once, plays by itself, and what it says of the keys is so.

use super::journey::{Journey, journey, story};
use pagewalk::scenario::library::Builtin;
use pagewalk::scenario::stage::{Layout, PanelName};
use pagewalk::tui::comfort::Comfort;
use pagewalk::tui::message::Message;
use pagewalk::tui::model::Model;
use pagewalk::tui::remembered::Remembered;
use pagewalk::tui::{tour, update};

/// The gallery for a user who remembers this.
fn gallery(remembered: Remembered) -> Journey {
    Journey { model: Model::new(None).for_user(Comfort::default(), remembered) }
}

fn title(journey: &Journey) -> &str {
    &journey.player().story.scenario.title
}

#[test]
fn the_first_time_the_tour_is_offered_and_enter_plays_it() {
    for (columns, rows) in [(60, 15), (80, 24), (120, 40)] {
        let text = gallery(Remembered::default()).text(columns, rows);
        assert!(text.contains(tour::OFFER) && text.contains("▶ A tour of the screen"), "{text}");
    }
    let playing = gallery(Remembered::default()).then("Enter");
    assert_eq!(title(&playing), "A tour of the screen");
    assert!(playing.player().playing);
    assert!(playing.model.remembered.tour_seen);
    let back = playing.then("Esc");
    assert!(!back.text(80, 24).contains(tour::OFFER), "it is offered once");
    assert!(back.model.into_remembered().tour_seen);
}

#[test]
fn who_goes_on_without_the_tour_is_not_asked_again() {
    let on = gallery(Remembered::default()).then("Down");
    assert!(on.model.remembered.tour_seen && !on.text(80, 24).contains(tour::OFFER));
    let found = gallery(Remembered::default()).then("/swap Enter");
    assert!(found.model.remembered.tour_seen && !found.text(80, 24).contains(tour::OFFER));
    let back = on.then("Up Enter");
    assert!(!back.player().playing, "who comes back to it opens it as any other");
    assert!(gallery(Remembered::default()).then(":open Space fork-exec Enter").model.remembered.tour_seen);
    assert!(
        !gallery(Remembered::default()).then("q").model.into_remembered().tour_seen,
        "who leaves at once is"
    );
}

#[test]
fn all_others_find_what_follows_it() {
    for remembered in
        [gallery(Remembered::default()).then("Down").model.into_remembered(), Remembered::of_nobody()]
    {
        let known = gallery(remembered);
        assert!(!known.text(80, 24).contains(tour::OFFER));
        assert_eq!(title(&known.then("Enter")), "Build a page table by hand");
    }
    let own = Model::new(Some(story("fork-exec"))).for_user(Comfort::default(), Remembered::default());
    let own = Journey { model: own }.then("Esc");
    assert!(!own.text(80, 24).contains(tour::OFFER), "who names a scenario knows what to do");
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
