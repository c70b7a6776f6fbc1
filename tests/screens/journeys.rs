//! Journeys through the screens: keys are pressed, and a sentence says what must have come of it.

use crate::journey::{Journey, bare, gallery, journey, story};
use pagewalk::scenario::printable::is_obeyed;
use pagewalk::scenario::stage::{Layout, PanelName};
use pagewalk::scenario::{Source, library, read};
use pagewalk::story::Story;
use pagewalk::tui::message::Message;
use pagewalk::tui::model::Model;
use pagewalk::tui::update;

#[test]
fn events_and_steps_go_forward_and_back() {
    assert_eq!(journey("fork-exec", "Right").place(), (1, 1), "→ is the first event");
    assert_eq!(journey("fork-exec", "Right*3 Left").place(), (1, 2), "← takes one back");
    assert_eq!(journey("fork-exec", "Left").place(), (0, 0), "nothing lies before the beginning");
    assert_eq!(journey("fork-exec", "Down").place(), (1, 35), "↓ is the end of the first step");
    assert_eq!(journey("fork-exec", "Right Down").place(), (1, 35), "in a step, ↓ ends it");
    assert_eq!(journey("fork-exec", "Down*2 Up").place(), (1, 35), "↑ is the end of the step before");
    assert_eq!(journey("fork-exec", "Down*2 Left Up").place(), (1, 35), "also from within a step");
    assert_eq!(journey("fork-exec", "Right Up").place(), (0, 0), "before the first step is the beginning");
    assert_eq!(journey("fork-exec", "l*3 h j k PgDn PgUp").place(), (0, 0), "letters and pages do the same");
    assert_eq!(journey("fork-exec", "End").place(), (14, 15), "End is the end");
    assert_eq!(journey("fork-exec", "End Right Down").place(), (14, 15), "nothing lies after it");
    assert_eq!(journey("fork-exec", "End Home").place(), (0, 0), "Home is the beginning");
    assert_eq!(journey("fork-exec", "G g").place(), (0, 0), "and so are their letters");
}

#[test]
fn traps_and_chapters_are_found() {
    assert_eq!(journey("fork-exec", "]").place(), (4, 6), "the first fault is the heap's");
    assert_eq!(journey("fork-exec", "]*2").place(), (9, 9), "system calls are passed over");
    assert_eq!(journey("fork-exec", "]*2 [").place(), (4, 6), "[ goes back to the one before");
    let last = journey("fork-exec", "]*9");
    assert_eq!(last.place(), (14, 3), "after the last fault it stays there");
    assert!(last.text(80, 24).contains("no trap comes after this"), "and says why");
    assert!(!last.then("Left").text(80, 24).contains("no trap comes"), "until the next key");
}

#[test]
fn chapters_are_gone_to_where_their_title_is_shown() {
    let poke = r#"{ "op": "poke", "pa": "0x80000000", "value": 1 }"#;
    let chapter = |title: &str| format!(r#"{{ "chapter": "{title}" }}, {poke}, {poke}"#);
    let steps = [chapter("One"), chapter("Two"), chapter("Three")].join(",");
    let journey = |keys: &str| bare(&steps, keys);
    for (keys, place, header) in [
        ("}", (1, 1), "1/3 One"),
        ("}*2", (3, 1), "2/3 Two"),
        ("}*3", (5, 1), "3/3 Three"),
        ("}*2 Right {", (3, 1), "2/3 Two"),
        ("}*3 {", (3, 1), "2/3 Two"),
    ] {
        let journey = journey(keys);
        assert_eq!(journey.place(), place, "{keys}");
        let first = journey.text(80, 24).lines().next().unwrap().to_owned();
        assert!(first.contains(header), "{keys}: {first}");
    }
    let said = |keys: &str, text: &str| journey(keys).text(80, 24).contains(text);
    assert!(said("}*4", "no chapter comes after this"), "past the last");
    assert!(!said("}*3", "no chapter"), "but the last is reached");
    assert!(said("} {", "no chapter comes before this"), "before the first");
    let untitled = bare(&[poke, poke].join(","), "}");
    assert!(untitled.text(80, 24).contains("no chapter comes after this"), "where there is none");
}

#[test]
fn a_run_of_any_length_is_drawn_at_once() {
    // Each step is a chapter, and every other one a word that is written, or a trap.
    let steps = r#"{ "repeat": 20000, "var": "i", "steps": [
        { "chapter": "One" }, { "op": "poke", "pa": "0x80000000 + 8*i", "value": "i + 1" },
        { "chapter": "Two" }, { "op": "load", "at": "8*i" } ] }"#;
    let mut journey = bare(steps, "End");
    for keys in ["1", "2", "3", "{", "}", "Up", "[", "]", "Home", "}"] {
        let start = std::time::Instant::now();
        journey = journey.then(keys);
        journey.text(80, 24);
        journey.text(120, 40);
        // A frame takes a few milliseconds, and less than 50 in a release build; it once took seconds.
        assert!(start.elapsed().as_secs_f64() < 2.0, "{keys} takes {:?}", start.elapsed());
    }
    assert_eq!(journey.place(), (1, 1));
    assert!(journey.then("End 3").text(80, 24).contains("20,000 words written"), "nothing is forgotten");
}

#[test]
fn the_prompt_goes_to_steps_and_events() {
    assert_eq!(journey("fork-exec", ":7 Enter").place(), (7, 10), "a number is the end of that step");
    assert_eq!(journey("fork-exec", ":7.3 Enter").place(), (7, 3), "a second one is the event in it");
    assert_eq!(journey("fork-exec", ":7.0 Enter").place(), (6, 42), "event 0 is before the first");
    assert_eq!(journey("fork-exec", "End :0 Enter").place(), (0, 0), "0 is the beginning");
    assert_eq!(journey("fork-exec", ":12 Backspace Enter").place(), (1, 35), "a digit can be taken back");
    assert_eq!(journey("fork-exec", ":7 Esc Right").place(), (1, 1), "Esc stays");
    assert_eq!(journey("fork-exec", ": Backspace Right").place(), (1, 1), "nothing to take back closes it");
    for (typed, why) in [
        (":15", "there is no step 15: the last is 14"),
        (":7.11", "step 7 has events 1 to 10"),
        (":0.1", "before step 1 is no event"),
        (":99999999999999999999", "type a step, like 7"),
        (":7.x", "type a step, like 7, or an event of it, like 7.3"),
        (":x", "x is unknown"),
    ] {
        let refused = journey("fork-exec", &format!("Right {typed} Enter"));
        assert_eq!(refused.place(), (1, 1), "{typed} goes nowhere");
        assert!(
            refused.text(100, 24).contains(why),
            "{typed}: {}",
            refused.text(100, 24).lines().last().unwrap()
        );
    }
}

#[test]
fn help_covers_the_story_and_leaves_it_alone() {
    let before = journey("fork-exec", "]").screen(80, 24);
    let open = journey("fork-exec", "] ?");
    assert!(open.text(80, 24).contains("Keys and signs"), "? shows the keys");
    assert_eq!(open.then("?").screen(80, 24), before, "? again hides them");
    assert_eq!(journey("fork-exec", "] ? Right Down*50 Esc").screen(80, 24), before, "arrows only scroll");
    let quitting = journey("fork-exec", "? q");
    assert!(!quitting.model.quit, "letters filter what is shown");
    assert!(quitting.text(80, 24).contains("q Ctrl-C"), "and q leaves the line that has it");
    assert!(journey("fork-exec", "? Ctrl-C").model.quit, "Ctrl-C quits from everywhere");
}

#[test]
fn help_is_filtered_by_typing() {
    let filtered = journey("fork-exec", "? chapter").text(80, 24);
    assert!(filtered.contains("next chapter") && !filtered.contains("next event"), "{filtered}");
    assert!(journey("fork-exec", "? xyzzy").text(80, 24).contains("No key and no sign"));
    let back = journey("fork-exec", "? xyzzy Backspace*5").screen(80, 24);
    assert_eq!(back, journey("fork-exec", "?").screen(80, 24), "letters can be taken back");
}

#[test]
fn layouts_are_chosen_by_number_and_panels_by_tab() {
    let place = |keys: &str| {
        let journey = journey("fork-exec", keys);
        (journey.player().layout, journey.player().focus)
    };
    assert_eq!(place(""), (Layout::Overview, PanelName::Tables), "the overview comes first");
    assert_eq!(place("3"), (Layout::Memory, PanelName::Frames), "3 is memory, for its frames");
    assert_eq!(place("3 Tab"), (Layout::Memory, PanelName::Holders), "Tab goes on in the layout");
    assert_eq!(place("3 Tab*3"), (Layout::Memory, PanelName::Frames), "and around");
    assert_eq!(place("3 BackTab"), (Layout::Memory, PanelName::Event), "before the first is what happens");
    assert_eq!(place("0").1, PanelName::Event, "which has a key of its own");
}

#[test]
fn a_focus_that_the_layout_of_the_reader_lacks_brings_the_overview_back() {
    let text = r#"{ "format": 1, "title": "Focus", "programs": { "sh": {} }, "steps": [
        { "op": "spawn", "program": "sh" },
        { "chapter": "One", "focus": "registers" }, { "op": "load", "at": "text" },
        { "chapter": "Two", "layout": "memory", "focus": "holders" }, { "op": "load", "at": "text" },
        { "chapter": "Three", "focus": "frames" }, { "op": "load", "at": "text" } ] }"#;
    let place = |keys: &str| {
        let journey = crate::journey::of(text, keys);
        (journey.player().layout, journey.player().focus)
    };
    assert_eq!(place(":2 Enter"), (Layout::Overview, PanelName::Registers));
    assert_eq!(place("8 :2 Enter"), (Layout::Trap, PanelName::Registers), "it has them as well");
    assert_eq!(place("6 :2 Enter"), (Layout::Overview, PanelName::Registers), "this one has not");
    assert_eq!(place("6 :3 Enter"), (Layout::Memory, PanelName::Holders));
    assert_eq!(place(":3 Enter :4 Enter"), (Layout::Memory, PanelName::Frames), "what is there stays");
}

#[test]
fn a_panel_can_have_the_whole_screen() {
    let zoomed = journey("fork-exec", ":12.14 Enter z");
    let text = zoomed.text(120, 40);
    assert!(text.contains("Page table") && !text.contains("Registers"), "{text}");
    let usual = journey("fork-exec", ":12.14 Enter").screen(120, 40);
    assert_eq!(zoomed.then("z").screen(120, 40), usual, "z goes back");
    assert_eq!(journey("fork-exec", ":12.14 Enter z Esc").screen(120, 40), usual, "and so does Esc");
}

#[test]
fn a_text_scrolls_within_its_lines() {
    let near = |keys: &str| journey("fork-exec", keys).text(80, 24);
    assert_ne!(near("? Down"), near("?"), "there is something to scroll");
    assert_eq!(near("? Down*999 Up"), near("? Down*998 Up"), "past the end is forgotten");
    assert_ne!(near("? Down*99 Up"), near("? Down*99"));
    assert_eq!(near("? Down Up"), near("?"));
}

#[test]
fn what_is_too_long_for_its_panel_can_be_read_in_a_panel_of_its_own() {
    let all = |screen: String| screen.split_whitespace().collect::<Vec<_>>().join(" ");
    let here = journey("stale-tlb", ":9.1 Enter");
    let note = here.player().story.step().unwrap().note.clone().unwrap();
    assert!(!all(here.text(60, 15)).contains(&*note), "the note is long");
    assert!(all(here.then("0").text(60, 15)).contains(&*note), "0 shows all of it");
}

#[test]
fn a_small_walk_shows_what_the_event_is_about() {
    let shown = |keys: &str, text: &str| journey("fork-exec", keys).text(60, 15).contains(text);
    assert!(shown(":4.6 Enter", "✗ V=0"), "at a trap, the translation");
    assert!(shown(":4.10 Enter", "◆│   ├─[005]"), "at a PTE that changes, the page table");
}

#[test]
fn the_table_that_an_event_touches_is_shown() {
    let titled = |step: usize, event: usize, title: &str| {
        let screen = journey("fork-exec", &format!(":{step}.{event} Enter")).text(120, 40);
        assert!(screen.contains(&format!("─ Page table · {title} ─")), "{step}.{event}: {title}\n{screen}");
    };
    titled(1, 20, "shell, being built");
    titled(6, 12, "child, being built");
    titled(6, 24, "shell");
    titled(8, 20, "child, being built");
    titled(8, 46, "child, taken apart");
    titled(12, 14, "worker");
}

#[test]
fn a_hit_on_a_stale_entry_says_so() {
    assert!(journey("stale-tlb", ":9.1 Enter").text(80, 24).contains("TLB hit, slot 0, ≠ stale"));
    assert!(!journey("stale-tlb", ":13.1 Enter").text(80, 24).contains("≠"), "after the fence there is none");
}

#[test]
fn the_gallery_leads_to_stories_and_back() {
    let chosen = |keys| gallery(keys).model.gallery().chosen;
    assert_eq!(chosen("Down*5 Up"), 4, "up and down choose");
    assert_eq!(chosen("Up"), 0, "nothing lies above the first");
    assert_eq!(chosen("Down*99 k"), chosen("Down*99") - 1, "nor below the last");
    let last = gallery("Down*99 Enter").player().story.scenario.source.text.clone();
    assert!(
        library::ALL.last().is_some_and(|builtin| builtin.text == last),
        "the last is the last of the library"
    );
    assert!(gallery("Down*99 Enter Right Esc").model.player().is_none(), "Esc goes back to it");
    let again = gallery("Down*99 Enter Right Esc").text(80, 24);
    assert_eq!(again, gallery("Down*99").text(80, 24), "where the same one is chosen still");
    assert_eq!(gallery("Enter").place(), (0, 0), "a story begins at its beginning");
}

#[test]
fn quitting_works_from_everywhere() {
    for keys in ["q", "Ctrl-C", "? Ctrl-C", ":12 Ctrl-C", "Space Ctrl-C"] {
        assert!(journey("fork-exec", keys).model.quit, "{keys}");
    }
    assert!(gallery("Esc").model.quit, "in the gallery, Esc quits as well");
    assert!(!gallery("? Esc").model.quit, "but not from the help");
    let prompt = journey("fork-exec", ":q");
    assert!(!prompt.model.quit, "in the prompt, q does not quit");
    assert_eq!(prompt.typed(), Some("q"), "but is a letter");
}

#[test]
fn no_character_of_a_scenario_is_obeyed() {
    let turned = "a\u{202e}b\u{2066}c\u{200f}d\u{61c}e\u{200b}f\u{e0041}g\u{2028}h";
    let text = format!(
        r#"{{ "format": 1, "title": "{turned}", "summary": "{turned}", "kernel": {{}},
            "programs": {{ "sh": {{}} }},
            "steps": [{{ "chapter": "{turned}" }},
                      {{ "op": "spawn", "program": "sh", "as": "{turned}", "note": "{turned}", "ask": "{turned}" }}] }}"#
    );
    let scenario = read::read(Source::new("turned", text)).unwrap();
    let story = Story::new(scenario).unwrap();
    let turns = |text: &str| text.contains(|c| is_obeyed(c) && c != '\n');
    for keys in ["Home", "End", "End 2", "End 3", "End 5", "End 8"] {
        let journey = Journey { model: Model::new(Some(story.clone())) }.then(keys);
        for (columns, rows) in [(60, 15), (80, 24), (120, 40), (40, 10)] {
            assert!(!turns(&journey.text(columns, rows)), "{keys} at {columns}x{rows}");
        }
    }
}

#[test]
fn a_refused_place_can_be_mended() {
    let refused = journey("lazy-heap", ":99 Enter");
    assert_eq!(refused.typed(), Some("99"), "what was typed stays");
    assert!(refused.text(80, 24).contains("99   there is no step 99"), "with what is wrong with it");
    let mended = refused.then("Backspace Backspace 2 Enter");
    assert_eq!((mended.place().0, mended.typed().is_none()), (2, true));
}

#[test]
fn playing_by_itself_waits_for_answers_and_ends_at_the_end() {
    let steps = r#"{ "op": "sfence" }, { "op": "sfence", "ask": "What now?" }, { "op": "sfence" }"#;
    let ticked = |mut journey: Journey, times: usize| {
        for _ in 0..times {
            update::update(&mut journey.model, Message::Tick);
        }
        journey
    };
    let asked = ticked(bare(steps, "Space"), 9);
    assert_eq!((asked.place(), asked.player().playing), ((1, 1), false), "a question is a pause");
    assert!(asked.text(80, 24).contains("a question: Space plays on"));
    let ended = ticked(asked.then("Space"), 9);
    assert_eq!((ended.place(), ended.player().playing), ((3, 1), false), "the end is the end");
    assert!(ended.text(80, 24).contains("this is the end"), "and is said to be");
    let again = ended.then("Left Right Space");
    assert_eq!((again.place(), again.player().playing), ((3, 1), false), "Space does not begin again");
    assert!(again.text(80, 24).contains("this is the end"));
}

#[test]
fn the_gallery_knows_what_was_open() {
    let left = journey("asids", ":2 Enter 4 Esc");
    let title = left.text(120, 40).lines().find(|line| line.starts_with('▶')).unwrap().to_owned();
    assert!(title.contains(&story("asids").scenario.title), "the scenario that was named is chosen: {title}");
    let back = left.then("Enter");
    assert_eq!((back.place().0, back.player().layout), (2, Layout::Space), "and goes on where it was");
    let other = back.then("Esc Down Enter Right Esc Up Enter");
    assert_eq!(other.place().0, 2, "also after another one");
    let own = bare(r#"{ "op": "sfence" }, { "op": "sfence" }"#, "Right Esc");
    assert!(own.text(80, 24).contains("▶ Bare"), "one's own is there as well: {}", own.text(80, 24));
    assert_eq!(own.then("Down*2 Enter Esc Up*2 Enter").place(), (1, 1));
}

#[test]
fn settings_of_the_command_line_are_marked() {
    let mut source = library::Builtin::find("cow-family").unwrap().source();
    source.sets = vec!["kernel.fork=copy".into(), "machine.tlb.entries=2".into()];
    let story = Story::new(read::read(source).unwrap()).unwrap();
    let journey = Journey { model: Model::new(Some(story)) }.then("Right");
    for (columns, rows) in [(80, 24), (120, 40)] {
        let header = journey.text(columns, rows).lines().next().unwrap().to_owned();
        assert!(header.contains("--set kernel.fork=copy +1  step 1/"), "{header}");
    }
    let gallery = journey.then("Esc").text(160, 40);
    assert!(
        gallery.contains("pagewalk cow-family --set kernel.fork=copy --set machine.tlb.entries=2"),
        "{gallery}"
    );
}

#[test]
fn the_gallery_says_which_part_of_the_course_the_chosen_scenario_is_in() {
    let parts: Vec<String> = gallery("")
        .model
        .gallery()
        .scenarios()
        .map(|scenario| scenario.course.as_ref().expect("built-ins are a course").part.clone())
        .collect();
    for size in [(60, 15), (80, 24), (120, 40)] {
        for (at, part) in parts.iter().enumerate() {
            let text = gallery(&format!("Down*{at}")).text(size.0, size.1);
            let above: Vec<&str> = text.lines().take_while(|line| !line.starts_with('▶')).collect();
            assert!(above.len() < text.lines().count(), "{at} is not in sight at {size:?}:\n{text}");
            let heading = above.iter().rfind(|line| !line.starts_with(' ') && !line.is_empty());
            assert!(heading.is_some_and(|line| line.starts_with(part.as_str())), "{at} at {size:?}:\n{text}");
        }
    }
}
