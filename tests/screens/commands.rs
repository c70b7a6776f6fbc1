//! What can be typed: commands with their completion and history, searches, the palette.

use crate::journey::{gallery, journey};
use insta::assert_snapshot;
use pagewalk::scenario::stage::{Layout, PanelName};
use pagewalk::view::Thing;

#[test]
fn commands_do_what_they_say() {
    let player = |keys: &str| {
        let journey = journey("fork-exec", keys);
        assert_eq!(journey.typed(), None, "{keys} is accepted");
        journey
    };
    assert_eq!(player(":layout Space m Enter").player().layout, Layout::Memory, "a beginning is enough");
    assert_eq!(player(":panel Space tlb Enter").player().focus, PanelName::Tlb);
    assert_eq!(player(":theme Space light Enter").model.looks.theme.name, "light");
    assert!(player(":ascii Space on Enter").text(80, 24).is_ascii());
    assert_eq!(player(":go Space 7.3 Enter").place(), (7, 3));
    assert_eq!(player(":chapter Space exec Enter").place().0, 8);
    assert_eq!(player(":speed Space 8 Enter").player().speed.words(), "8 events a second");
    let sh = player("Down :process Space sh Enter").player().process;
    assert!(sh.is_some(), "the memory of a process");
    assert_eq!(player("Down :select Space 0x1234 Enter").player().selection, page(0x1000));
    assert!(player(":zoom Enter").player().zoomed);
    assert!(player(":q Enter").model.quit, "q is quit alone");
    assert!(player(":gallery Enter").model.player().is_none());
    let other = player(":open Space lazy-heap Enter");
    assert_eq!(other.player().story.scenario.source.name, "lazy-heap.json");
}

fn page(va: u64) -> Option<Thing> {
    let first = journey("fork-exec", "Down");
    let pid = first.player().story.system().current.unwrap();
    Some(Thing::Page { pid, va: pagewalk::hw::VirtAddr(va) })
}

#[test]
fn a_command_that_means_nothing_stays_to_be_mended() {
    for (typed, why) in [
        (":teme Space light", "teme is unknown: is it theme?"),
        (":theme Space drak", "drak is unknown: is it dark?"),
        (":p", "p may be panel or process"),
        (":speed Space 3", "a speed is one of 0.25, 0.5, 1, 2, 4, 8, 20"),
        (":select Space foo", "foo cannot be selected"),
        (":select Space frame Space xyz", "xyz is no page number"),
        (":process Space nobody", "nobody is unknown"),
    ] {
        let refused = journey("fork-exec", &format!("Down {typed} Enter"));
        assert!(refused.typed().is_some(), "{typed} stays");
        let text = refused.text(120, 40);
        assert!(text.contains(why), "{typed}: {}", text.lines().last().unwrap());
    }
    let refused = gallery(":zoom Enter");
    assert_eq!(refused.typed(), None, "in the gallery nothing can be zoomed, and nothing happens");
    assert!(gallery(":go Space 3 Enter").text(80, 24).contains("open a scenario first"));
}

#[test]
fn tab_completes_and_goes_through_what_there_is() {
    let typed = |keys: &str| journey("fork-exec", keys).typed().unwrap().to_owned();
    assert_eq!(typed(":th Tab"), "theme ", "the only one is taken whole");
    assert_eq!(typed(":th Tab Tab"), "theme dark", "and what it can be given comes next");
    assert_eq!(typed(":th Tab Tab*2"), "theme light");
    assert_eq!(typed(":th Tab Tab*2 BackTab"), "theme dark");
    assert_eq!(typed(":theme Space pro Tab"), "theme projector");
    assert_eq!(typed(":xyzzy Tab"), "xyzzy", "nothing is made up");
    assert!(
        journey("fork-exec", ":th Tab Tab").text(80, 24).contains("light  projector"),
        "the others are shown"
    );
}

#[test]
fn what_was_typed_comes_back() {
    let typed = |keys: &str| journey("fork-exec", keys).typed().unwrap().to_owned();
    assert_eq!(typed(":7 Enter :9 Enter : Up"), "9");
    assert_eq!(typed(":7 Enter :9 Enter : Up*2"), "7");
    assert_eq!(typed(":7 Enter :9 Enter : Up*9 Down"), "9");
    assert_eq!(typed(":7 Enter :1 Up Down"), "1", "what was begun is kept");
    assert_eq!(typed(":7 Enter / Up"), "", "searches have their own");
}

#[test]
fn the_line_is_edited_as_in_a_shell() {
    let typed = |keys: &str| journey("fork-exec", keys).typed().unwrap().to_owned();
    assert_eq!(typed(":73 Left ."), "7.3");
    assert_eq!(typed(":73 Home 1 End 0"), "1730");
}

#[test]
fn a_search_goes_through_what_is_shown_and_then_through_the_moments() {
    let found = journey("fork-exec", ":12.14 Enter /heap Enter");
    assert!(found.player().selection.is_some(), "a row of a panel is selected");
    assert_eq!(found.place(), (12, 14), "time stays");
    let message = found.text(120, 40).lines().last().unwrap().to_owned();
    assert!(message.contains("1 of ") && message.contains("shown here"), "{message}");
    let told = journey("fork-exec", "/throws Enter");
    assert_eq!(told.place().0, 8, "a chapter's title is found where it begins");
    let back = told.then("N").place();
    assert_eq!(
        back,
        journey("fork-exec", "/throws Enter").then("n").place(),
        "the list goes round: it has two ends"
    );
    let nowhere = journey("fork-exec", "/xyzzy Enter");
    assert!(nowhere.text(80, 24).contains("nowhere"), "{}", nowhere.text(80, 24));
    assert!(journey("fork-exec", "n").text(80, 24).contains("nothing was searched for"));
}

#[test]
fn a_search_in_the_gallery_chooses_a_scenario() {
    let chosen = |keys: &str| {
        let found = gallery(keys);
        let at = found.model.gallery().chosen;
        found.model.gallery().scenarios().nth(at).unwrap().source.name.clone()
    };
    assert_eq!(chosen("/vdso Enter"), "vdso.json");
    assert_ne!(chosen("/fork Enter n"), chosen("/fork Enter"), "n goes on");
    assert_eq!(chosen("/fork Enter n N"), chosen("/fork Enter"), "and N back");
}

#[test]
fn the_palette_has_everything_and_does_it() {
    assert_snapshot!("palette-80x24", journey("fork-exec", "F2 them").screen(80, 24));
    let light = journey("fork-exec", "F2 theme Space light Enter");
    assert_eq!(light.model.looks.theme.name, "light", "a command");
    assert_eq!(journey("fork-exec", "F2 next Space chapter Enter").place().0, 1, "a key");
    let begun = journey("fork-exec", "F2 search, Space as Enter");
    assert_eq!(begun.typed(), Some("find "), "what needs more is begun");
    assert_eq!(gallery("F2 open Space vdso Enter").player().story.scenario.source.name, "vdso.json");
    assert_eq!(journey("fork-exec", "F2 Esc").screen(80, 24), journey("fork-exec", "").screen(80, 24));
}
