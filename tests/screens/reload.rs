//! Journeys with a file that is written meanwhile: the place is kept, and what is wrong is told without taking the story
//! away.

use crate::journey::Journey;
use insta::assert_snapshot;
use pagewalk::scenario::stage::{Layout, PanelName};
use pagewalk::scenario::{Source, library::Builtin, read};
use pagewalk::story::Story;
use pagewalk::tui::message::Message;
use pagewalk::tui::model::Model;
use pagewalk::tui::reload::{Broken, Reload, update};

/// The text of fork-exec, with some of it replaced.
fn text(replaced: &[(&str, &str)]) -> String {
    let mut text = Builtin::find("fork-exec").unwrap().text.to_owned();
    for (from, to) in replaced {
        assert!(text.contains(from), "{from} is not in there");
        text = text.replacen(from, to, 1);
    }
    text
}

fn read(text: &str) -> Reload {
    let source = Source::new("lecture.json", text);
    let story = read::read(source.clone()).and_then(Story::new);
    match story {
        Ok(story) => Reload::Good(Box::new(story)),
        Err(problems) => Reload::Broken(Broken { source, problems }),
    }
}

/// Opens the file and presses keys.
fn opened(keys: &str) -> Journey {
    let Reload::Good(story) = read(&text(&[])) else { panic!("a built-in is good") };
    Journey { model: Model::following(*story) }.then(keys)
}

impl Journey {
    /// The file is saved with another text.
    fn saved(mut self, text: &str) -> Self {
        update(&mut self.model, read(text));
        self
    }
}

const BROKEN: [(&str, &str); 2] =
    [("\"op\": \"fork\"", "\"op\": \"frok\""), ("\"value\": \"0x41\",", "\"value\": 0.5,")];

#[test]
fn a_good_text_is_shown_at_the_same_place() {
    let other = text(&[("The child reads what", "Reading never needs a copy of what")]);
    let journey = opened(":7.10 Enter 3 Tab").saved(&other);
    assert_eq!(journey.place(), (7, 10));
    let shown = journey.text(80, 24);
    assert!(shown.contains("Reading never needs"), "{shown}");
    assert!(shown.contains("the file was read again"), "{shown}");
    let player = journey.player();
    assert_eq!((player.layout, player.focus), (Layout::Memory, PanelName::Holders), "so does the panel");
    assert!(!journey.then("K").text(80, 24).contains("was read again"), "a key takes the message away");
    assert_eq!(opened("").saved(&other).place(), (0, 0), "the beginning is the beginning");
    assert_eq!(opened("End").saved(&other).place(), (14, 15), "the end the end");
    assert!(opened("Space").saved(&other).player().playing, "what plays goes on");
}

const STEP: &str = "{ \"op\": \"load\", \"at\": \"data\" },\n    ";

#[test]
fn the_place_is_counted_from_its_chapter() {
    let before = text(&[("{ \"op\": \"fetch\"", &format!("{STEP}{{ \"op\": \"fetch\""))]);
    assert_eq!(opened(":7.3 Enter").saved(&before).place(), (8, 3), "a step more in an earlier chapter");
    assert_eq!(opened(":4 Enter").saved(&before).text(80, 24).matches("step 4/15").count(), 1, "in this one");
    let chapter = format!("{{ \"chapter\": \"New\" }}, {STEP}{{ \"chapter\": \"fork shares everything\"");
    let chapter = text(&[("{ \"chapter\": \"fork shares everything\"", &chapter)]);
    assert_eq!(opened(":7.3 Enter").saved(&chapter).place(), (8, 3), "a chapter more");
    let renamed = text(&[("\"fork shares everything\"", "\"fork copies nothing\"")]);
    assert_eq!(opened(":7.3 Enter").saved(&renamed).place(), (7, 3), "another title, the same number");
}

#[test]
fn what_is_gone_leaves_the_reader_at_the_nearest_place() {
    let short = |steps: &str| {
        format!(
            "{{ \"format\": 1, \"title\": \"Short\", \"programs\": {{ \"sh\": {{ }} }}, \"steps\": [ \
             {{ \"chapter\": \"A shell is running\" }}, {{ \"op\": \"spawn\", \"program\": \"sh\" }}{steps} ] }}"
        )
    };
    assert_eq!(opened(":5 Enter").saved(&short("")).place().0, 1, "the last step of the chapter");
    assert_eq!(opened(":9 Enter").saved(&short("")).place().0, 1, "the end, where the chapter is gone");
    let empty = short(", { \"chapter\": \"fork shares everything\" }");
    assert_eq!(opened(":6.2 Enter").saved(&empty).place().0, 1, "the beginning of an empty chapter");
    let fewer = short(", { \"op\": \"switch\" }");
    assert_eq!(opened(":2.5 Enter").saved(&fewer).place(), (2, 3), "the last event of a shorter step");
    let nothing = "{ \"format\": 1, \"title\": \"Empty\", \"steps\": [] }";
    assert_eq!(opened("End").saved(nothing).place(), (0, 0), "the beginning of nothing");
    let longer = text(&[("\"bytes\": 32", "\"bytes\": 32, \"times\": 3")]);
    let done = opened(":5 Enter").saved(&longer);
    let story = &done.player().story;
    assert_eq!(story.timeline.moment(), story.timeline.after_steps(5), "a step that was done is done");
}

#[test]
fn a_broken_text_is_told_over_the_story_which_goes_on() {
    let broken = text(&BROKEN);
    assert_snapshot!("broken-80x24", opened(":6.23 Enter").saved(&broken).screen(80, 24));
    assert_snapshot!("broken-120x40", opened(":6.23 Enter").saved(&broken).screen(120, 40));
    assert_snapshot!("broken-60x15", opened(":6.23 Enter").saved(&broken).screen(60, 15));
    assert_snapshot!("broken-40x10", opened(":6.23 Enter").saved(&broken).screen(40, 10));
    let journey = opened(":6.23 Enter").saved(&broken).then("Right ]");
    assert_eq!(journey.place(), (9, 9), "keys do what they do");
    assert!(journey.text(80, 24).contains("lecture.json has 2 problems"));
}

#[test]
fn the_problems_go_when_the_text_is_good_again_or_with_esc() {
    let (broken, good) = (text(&BROKEN), text(&[]));
    let mended = opened(":6.23 Enter").saved(&broken).saved(&good);
    assert!(!mended.text(80, 24).contains("problem"), "{}", mended.text(80, 24));
    assert_eq!(mended.place(), (6, 23));
    let before = opened(":6.23 Enter").screen(80, 24);
    let hidden = opened(":6.23 Enter").saved(&broken).then("Esc");
    assert_eq!(hidden.screen(80, 24), before, "Esc hides them, and does not leave the story");
    let again = hidden.saved(&text(&BROKEN[..1]));
    assert!(again.text(80, 24).contains("lecture.json has 1 problem:"), "the next ones are told");
    assert!(again.then("Esc*2").text(80, 24).contains("Scenarios"), "then Esc leaves");
}

#[test]
fn what_cannot_even_be_read_is_told_in_a_sentence() {
    let what =
        "the file is not UTF-8 at byte 7, which is what a scenario must be, so nobody can tell what it says";
    let problems = vec![pagewalk::scenario::Problem::whole(what)];
    let mut journey = opened("");
    let broken = Broken { source: Source::new("lecture.json", ""), problems };
    update(&mut journey.model, Reload::Broken(broken));
    let shown = journey.text(80, 24).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains(&format!("error: {what}")), "{shown}");
}

#[test]
fn who_has_left_the_story_is_left_alone() {
    let gallery = opened("Esc").saved(&text(&BROKEN));
    assert!(!gallery.text(80, 24).contains("problem"));
    let other = opened("Esc Down*2 Enter Right").saved(&text(&[])).saved(&text(&BROKEN));
    assert_eq!(other.player().story.scenario.title, "Build a page table by hand");
    assert!(!other.text(80, 24).contains("problem"));
    let back = other.then("Esc Up*2 Enter");
    assert!(back.text(80, 24).contains("lecture.json has 2 problems"), "until the story is opened again");
}

#[test]
fn the_gallery_previews_the_newest_text() {
    let mut left = opened("Esc");
    let tick = |journey: &mut Journey| pagewalk::tui::update::update(&mut journey.model, Message::Tick);
    let previewed =
        |journey: &Journey| journey.model.gallery().preview().map(|story| story.scenario.title.clone());
    tick(&mut left);
    assert_eq!(previewed(&left).as_deref(), Some("fork, then exec"));
    let mut saved = left.saved(&text(&[("fork, then exec", "fork and exec")]));
    tick(&mut saved);
    assert_eq!(
        previewed(&saved).as_deref(),
        Some("fork and exec"),
        "it is saved while the gallery is looked at"
    );
    let mut saved = saved.then("Enter").saved(&text(&[("fork, then exec", "exec")])).then("Esc");
    tick(&mut saved);
    assert_eq!(previewed(&saved).as_deref(), Some("exec"), "and while the story is");
}
