//! The panels about page tables and processes: what they say, and that every piece names the thing that it shows.

use crate::journey::{Journey, bare_with, of, story};
use crate::panels::told;
use insta::assert_snapshot;
use pagewalk::hw::{PhysAddr, Pte};
use pagewalk::kernel::{Bug, Pid};
use pagewalk::scenario::library;
use pagewalk::scenario::stage::PanelName;
use pagewalk::story::Story;
use pagewalk::view::{self, Look, Panel, Span, Thing};
use std::collections::BTreeSet;

/// A built-in at an event of a step; step and event from 1, as `show` has them.
fn at(name: &str, step: usize, event: usize) -> Story {
    let mut story = story(name);
    story.timeline.seek(story.timeline.after_steps(step - 1) + event);
    story
}

fn panel(name: PanelName, story: &Story, columns: usize) -> Panel {
    view::panel(name, story, &Look { columns, ..Look::default() })
}

fn pieces(panel: &Panel) -> impl Iterator<Item = &Span> {
    panel.lines.iter().flat_map(|line| &line.spans)
}

/// All things of a panel's lines and pieces.
fn things(panel: &Panel) -> Vec<Thing> {
    let lines = panel.lines.iter().filter_map(|line| line.thing);
    lines.chain(pieces(panel).filter_map(|span| span.thing)).collect()
}

/// Where the PTEs lie that a panel names.
fn ptes(panel: &Panel) -> BTreeSet<PhysAddr> {
    let pte = |thing| if let Thing::Pte { pa, .. } = thing { Some(pa) } else { None };
    things(panel).into_iter().filter_map(pte).collect()
}

/// The words in memory at these places.
fn words(story: &Story, places: &BTreeSet<PhysAddr>) -> Vec<Option<Pte>> {
    let width = story.system().geometry().pte_bytes;
    places.iter().map(|pa| story.system().machine.memory().read(*pa, width).map(Pte)).collect()
}

#[test]
fn maps_of_a_process() {
    let story = at("fork-exec", 12, 12);
    assert_snapshot!("maps-fork-exec", told(&panel(PanelName::Maps, &story, 0)));
    assert_snapshot!("maps-fork-exec-40-columns", told(&panel(PanelName::Maps, &story, 40)));
    let low = Look { columns: 78, rows: 20, ..Look::default() };
    assert_snapshot!("maps-fork-exec-20-rows", told(&view::panel(PanelName::Maps, &story, &low)));
}

#[test]
fn processes_side_by_side() {
    // While fork shares, when one has written, and with more processes than columns.
    assert_snapshot!("processes-fork", told(&panel(PanelName::Processes, &at("fork-exec", 5, 40), 0)));
    assert_snapshot!("processes-cow-family", told(&panel(PanelName::Processes, &at("cow-family", 9, 3), 0)));
    assert_snapshot!("processes-narrow", told(&panel(PanelName::Processes, &at("cow-family", 9, 3), 60)));
    assert_snapshot!(
        "processes-megapage",
        told(&panel(PanelName::Processes, &at("heap-superpages", 6, 2), 0))
    );
    assert_snapshot!("processes-swap", told(&panel(PanelName::Processes, &at("swap", 7, 1), 0)));
}

#[test]
fn who_has_no_processes_says_so() {
    let bare = panel(PanelName::Processes, &at("stale-tlb", 1, 1), 0);
    assert!(bare.lines[0].to_string().starts_with("A bare machine has no processes"));
    let empty = panel(PanelName::Processes, &story("fork-exec"), 0);
    assert_eq!(empty.lines[0].to_string(), "No process is there yet.");
}

/// In every built-in, at moments all over it: a frame that is told as the same in two columns is mapped by two page tables, and
/// what is shared and what is private is all that there is.
#[test]
fn what_processes_share_is_mapped_by_both() {
    let mut shared = 0;
    for builtin in library::ALL {
        let mut story = story(builtin.name);
        let end = story.timeline.end();
        for moment in (0..=end).step_by((end / 40).max(1)) {
            story.timeline.seek(moment);
            let processes = panel(PanelName::Processes, &story, 0);
            for span in pieces(&processes).filter(|span| span.text.starts_with('=')) {
                let Some(Thing::Frame(ppn)) = span.thing else { continue };
                let refs = story.system().frame(ppn).unwrap().refs;
                // A right kernel counts every page table that holds it.
                let wrong =
                    story.system().policies.as_ref().is_some_and(|policies| policies.bug != Bug::None);
                assert!(wrong || refs > 1, "{} at {moment}: {ppn} has {refs} owners", builtin.name);
                shared += 1;
            }
            for line in processes.lines.iter().filter(|line| matches!(line.thing, Some(Thing::Process(_)))) {
                let text = line.to_string();
                let counts: Vec<u64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
                if let [.., pages, shared, private, _, _] = counts[..]
                    && counts.len() > 6
                {
                    assert_eq!(pages, shared + private, "{} at {moment}: {text}", builtin.name);
                }
            }
        }
    }
    assert!(shared > 1_000, "only {shared} shared pages were shown");
}

/// In every built-in, at moments all over it: the tree and the maps name the same PTEs, but for those that the tree does not
/// show one by one, and all of them are in memory.
#[test]
fn the_tree_and_the_maps_show_the_same_ptes() {
    let mut seen = 0;
    for builtin in library::ALL {
        let mut story = story(builtin.name);
        let end = story.timeline.end();
        for moment in (0..=end).step_by((end / 40).max(1)) {
            story.timeline.seek(moment);
            let [tree, maps] = [PanelName::Tables, PanelName::Maps].map(|name| panel(name, &story, 0));
            // Runs of the direct map, and what is only counted.
            let runs = tree.lines.iter().any(|line| {
                let text = line.to_string();
                text.contains(" … ") || text.ends_with(" more rows")
            });
            let (in_tree, in_maps) = (ptes(&tree), ptes(&maps));
            assert!(in_tree.is_subset(&in_maps), "{} at {moment}", builtin.name);
            assert!(runs || in_tree == in_maps, "{} at {moment}", builtin.name);
            assert!(words(&story, &in_maps).iter().all(Option::is_some), "{} at {moment}", builtin.name);
            seen += in_tree.len();
        }
    }
    assert!(seen > 1_000, "only {seen} PTEs were shown");
}

#[test]
fn every_row_of_the_tree_names_its_thing() {
    for (name, step, event) in [("fork-exec", 12, 12), ("swap", 7, 1), ("heap-superpages", 6, 2)] {
        let story = at(name, step, event);
        let tree = panel(PanelName::Tables, &story, 0);
        for line in &tree.lines {
            let thing = line.thing.unwrap_or_else(|| panic!("{name}: {line}"));
            let text = line.to_string();
            match thing {
                Thing::Frame(ppn) => assert_eq!(text, format!("root {}", story.system().frame_address(ppn))),
                Thing::Page { .. } => assert!(text.contains("no PTE"), "{text}"),
                Thing::Pte { pa, .. } => {
                    let pte = words(&story, &[pa].into())[0].unwrap();
                    let leads = line.spans.iter().find_map(|span| span.thing).unwrap();
                    match leads {
                        Thing::Frame(ppn) => assert_eq!(ppn, pte.ppn(&story.system().geometry())),
                        Thing::Swap(slot) => assert_eq!(story.system().slot_in(pte), Some(slot)),
                        other => panic!("{text}: {other:?}"),
                    }
                }
                other => panic!("{text}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_folded_table_is_one_line_that_says_what_lies_below() {
    let story = at("fork-exec", 12, 12);
    let open = panel(PanelName::Tables, &story, 0);
    let folded = view::panel(PanelName::Tables, &story, &first_folded(&story));
    assert_eq!(folded.lines[1].to_string(), "├─[000] → 0x8002a000 +6 pages, the fault is below");
    // One pointer, six leaves and a promised page are gone.
    assert_eq!(folded.lines.len(), open.lines.len() - 8);
    assert_eq!(folded.focus, 1);
    // At a PTE write the line says that, and is the one to see.
    let story = at("fork-exec", 5, 40);
    let folded = view::panel(PanelName::Tables, &story, &first_folded(&story));
    assert!(folded.lines[1].to_string().ends_with("+6 pages, changed below"), "{}", folded.lines[1]);
    // Pages in swap are told as well.
    let story = at("swap", 7, 1);
    let folded = view::panel(PanelName::Tables, &story, &first_folded(&story));
    assert!(folded.lines[1].to_string().contains(" in swap"), "{}", folded.lines[1]);
}

/// The first table below the root folded away.
fn first_folded(story: &Story) -> Look {
    let tree = panel(PanelName::Tables, story, 0);
    let Some(Thing::Pte { pa, .. }) = tree.lines[1].thing else { panic!("no PTE: {}", tree.lines[1]) };
    Look { folded: [pa].into(), ..Look::default() }
}

#[test]
fn another_process_can_be_looked_at() {
    let story = at("fork-exec", 12, 12);
    let look = |pid| Look { process: Some(Pid(pid)), ..Look::default() };
    let shell = view::panel(PanelName::Tables, &story, &look(1));
    let root = story.system().process(Pid(1)).unwrap().root;
    assert_eq!((&*shell.title, shell.lines[0].thing), ("Page table · shell", Some(Thing::Frame(root))));
    let ended = view::panel(PanelName::Maps, &story, &look(2));
    assert_eq!(ended.lines[0].to_string(), "It has ended, and its tables are free.");
    let none = view::panel(PanelName::Tables, &story, &look(77));
    assert_eq!(
        (&*none.title, none.lines[0].to_string().as_str()),
        ("Page table · process 77", "It is not there at this moment.")
    );
}

#[test]
fn what_has_too_many_rows_says_how_many_more_there_are_and_loses_no_sign() {
    let text = r#"{ "format": 1, "title": "Many pages", "machine": { "memory": { "size": "8M" } },
        "kernel": { "heap": "eager" }, "programs": { "app": { "text": "4K", "heap": "4M" } },
        "steps": [{ "op": "spawn", "program": "app" }, { "op": "store", "at": "heap + 3M", "value": 1 }] }"#;
    let journey = of(text, "End");
    let tree = panel(PanelName::Tables, &journey.player().story, 0);
    let told: Vec<String> = tree.lines.iter().map(ToString::to_string).collect();
    // The root's line and the tables are lines as well. Those on the walk's path are marked.
    let expected = [
        "… 115 more rows",
        "│ ├─[001] → 0x805fa000",
        "… 260 more rows",
        "│ │ ├─[104] 0x804f6000 VRW-U-AD heap",
        "… and 260 more rows",
    ];
    assert_eq!(told[400..], expected);
    assert_eq!(told[tree.focus], expected[3]);
}

/// A line of slots for each table, of those that hold something.
fn used(journey: &Journey, columns: usize) -> Vec<String> {
    let maps = panel(PanelName::Maps, &journey.player().story, columns);
    let lines = maps.lines.iter().map(|line| format!("{} {line}", line.mark.glyph()));
    lines.filter(|line| !line.ends_with(&"·".repeat(8)) || line.contains('▶')).collect()
}

#[test]
fn maps_have_as_many_slots_as_the_geometry() {
    let gigapage = r#"{ "op": "poke", "pa": "0x80001800", "value": "(0x80000 * 1024) + 0xcf", "width": 4 },
        { "op": "csr", "satp": "0x80080001" }, { "op": "load", "at": "0x80000010" }"#;
    let sv32 = bare_with(r#""paging": "sv32""#, gigapage, "End");
    let slots = |at, cells: usize| format!("▶ {at} ▶{}", "·".repeat(cells - 1));
    let title = "  level 1 · root 0x80001000 · 1 of 1,024 used";
    let legend = "  ·=empty  ▶=on the walk's path";
    assert_eq!(used(&sv32, 0), [title, &slots("200", 64), legend]);
    assert_eq!(used(&sv32, 40), [title, &slots("200", 32), legend], "8 slots a cell");
    let described = r#"{ "op": "csr", "satp": { "MODE": 15, "PPN": "0x200004" } },
        { "op": "poke", "pa": "0x80001004", "value": "0x200005 * 1024 + 1", "width": 4 },
        { "op": "poke", "pa": "0x8000140c", "value": "0x200006 * 1024 + 0xdf", "width": 4 },
        { "op": "poke", "pa": "0x80001408", "value": "0x200006 * 1024 + 0x4f", "width": 4 }"#;
    let described = bare_with(r#""paging": { "va_bits": 22, "page": "1K", "pte": 4 }"#, described, "End");
    let maps = panel(PanelName::Maps, &described.player().story, 0);
    let told: Vec<String> = maps.lines.iter().map(ToString::to_string).collect();
    // The root's index has the four bits that are left.
    assert_eq!(told[..2], ["level 1 · root 0x80001000 · 1 of 16 used", "0 ·↓··············"]);
    assert_eq!(told[2], "level 0 · 0x80001400 · 2 of 256 used · from 0x40000");
    assert!(told[3].starts_with("00 ··◆D···"), "{}", told[3]);
    assert_eq!((told.len(), maps.focus), (3 + 4 + 1, 3));
    let [page, changed] = [0x8000_140c, 0x8000_1408].map(|pa| Thing::Pte { pa: PhysAddr(pa), level: 0 });
    let line = &maps.lines[3];
    assert_eq!(line.spans.iter().filter_map(|span| span.thing).collect::<Vec<_>>(), [changed, page]);
}

/// A root whose every PTE points to the root itself: a walk ends after three levels, and there are 2²⁷ ways to go.
#[test]
fn tables_that_lead_in_circles_are_counted_to_an_end() {
    let circle = r#"{ "op": "csr", "satp": "0x8000000000080001" },
        { "repeat": 512, "var": "i", "steps": [
            { "op": "poke", "pa": "0x80001000 + 8 * i", "value": "(0x80001 * 1024) + 1" }] }"#;
    let journey = bare_with(r#""paging": "sv39""#, circle, "End");
    let story = &journey.player().story;
    let last = |panel: &Panel, from_end: usize| panel.lines[panel.lines.len() - from_end].to_string();
    let tree = panel(PanelName::Tables, story, 0);
    assert!(last(&tree, 1).starts_with("… and at least "), "{}", last(&tree, 1));
    let maps = panel(PanelName::Maps, story, 0);
    assert!(last(&maps, 2).starts_with("… and at least "), "{}", last(&maps, 2));
    let folded = view::panel(PanelName::Tables, story, &first_folded(story));
    assert!(folded.lines[1].to_string().ends_with("+0 pages or more, changed below"), "{}", folded.lines[1]);
}

#[test]
fn a_translation_names_what_it_shows() {
    let story = at("fork-exec", 12, 12);
    let translate = panel(PanelName::Translate, &story, 0);
    let found: Vec<Thing> = things(&translate);
    assert_eq!(found.iter().filter(|thing| matches!(thing, Thing::Address(_))).count(), 4);
    assert_eq!(ptes(&translate).len(), 3);
    assert!(ptes(&translate).is_subset(&ptes(&panel(PanelName::Tables, &story, 0))));
    let mut hits = 0;
    let mut story = at("cow-family", 9, 1);
    for moment in 0..=story.timeline.end() {
        story.timeline.seek(moment);
        let shown = panel(PanelName::Translate, &story, 0);
        for span in pieces(&shown) {
            match span.thing {
                Some(Thing::Slot(slot)) => {
                    assert_eq!(span.text, format!("TLB hit, slot {slot}"));
                    hits += 1;
                }
                Some(Thing::Frame(ppn)) => {
                    let pa = u64::from_str_radix(span.text.trim_start_matches("0x"), 16).unwrap();
                    assert_eq!(ppn, story.system().geometry().ppn(PhysAddr(pa)));
                }
                _ => {}
            }
        }
    }
    assert!(hits > 0);
}

#[test]
fn the_lines_of_the_script_are_its_steps() {
    let story = at("fork-exec", 3, 1);
    let script = panel(PanelName::Script, &story, 0);
    let steps: Vec<Thing> = script.lines.iter().filter_map(|line| line.thing).collect();
    let all: Vec<Thing> = (0..story.scenario.steps.len()).map(Thing::Step).collect();
    assert_eq!(steps, all);
}
