//! Ties hold in both directions, at every moment of every story, and say what is so.

use super::*;
use crate::scenario::library::{self, Builtin};
use crate::scenario::{Source, read, stage::PanelName};
use crate::view::{self, Look};

/// Of a story, so many moments are looked at, more or less.
const MOMENTS: usize = 12;

const PANELS: [PanelName; 8] = [
    PanelName::Tables,
    PanelName::Frames,
    PanelName::Tlb,
    PanelName::Areas,
    PanelName::Registers,
    PanelName::Fields,
    PanelName::Script,
    PanelName::Translate,
];

fn story(name: &str) -> Story {
    let builtin = Builtin::find(name).expect("a built-in");
    Story::new(read::read(builtin.source()).expect("a good scenario")).expect("a scenario that runs")
}

/// What panels name, and what a state holds besides.
fn named(story: &Story) -> HashSet<Thing> {
    let mut things = HashSet::new();
    for name in PANELS {
        for line in view::panel(name, story, &Look::default()).lines {
            things.extend(line.thing);
            things.extend(line.spans.into_iter().filter_map(|span| span.thing));
        }
    }
    let system = story.system();
    things.extend(system.frames().map(|(ppn, _)| Thing::Frame(ppn)).step_by(5));
    things.extend(system.swap_slots().map(|(slot, _)| Thing::Swap(slot)).take(4));
    for process in system.processes() {
        things.insert(Thing::Process(process.pid));
        for area in system.areas_of(process) {
            things.insert(Thing::Area { pid: process.pid, start: area.start });
            things.insert(Thing::Page { pid: process.pid, va: area.start });
        }
    }
    for space in 0..Spaces::of(story).all.len() {
        let spaces = Spaces::of(story);
        let found = spaces.find(|spot| spot.space == space);
        things.extend(found.spots.iter().map(|spot| Thing::Pte { pa: spot.pa, level: spot.level }));
    }
    things
}

/// Whether the one is tied to the other if, and only if, the other is to it.
fn mutual(one: &Thing, other: &Thing) -> bool {
    use Thing::{Area, FilePage, Frame, Page, Process, Pte, Slot, Swap};
    matches!(
        (one, other),
        (Pte { .. }, Frame(_) | Slot(_) | Swap(_))
            | (Page { .. }, Pte { .. } | Frame(_))
            | (Slot(_), Frame(_) | Process(_))
            | (Area { .. }, Process(_))
            | (FilePage { .. }, Frame(_))
            | (Thing::Register(Csr::Satp), Frame(_) | Process(_))
    )
}

#[test]
fn ties_hold_in_both_directions_at_every_moment_of_every_story() {
    let mut complaints = vec![];
    let mut pairs = 0;
    for builtin in library::ALL {
        let mut story = story(builtin.name);
        let end = story.timeline.end();
        for moment in (0..=end).step_by(end / MOMENTS + 1) {
            story.timeline.seek(moment);
            for thing in named(&story) {
                let tied = ties(&story, thing);
                assert!(!tied.label.to_string().is_empty(), "{thing:?} has no label");
                let found = tied.things.iter().filter(|other| mutual(&thing, other)).take(4);
                for other in found {
                    pairs += 1;
                    if !ties(&story, *other).things.contains(&thing) {
                        complaints.push(format!("{} {moment}: {thing:?} → {other:?}", builtin.name));
                    }
                }
            }
        }
    }
    complaints.truncate(20);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert!(pairs > 10_000, "only {pairs} pairs were looked at");
}

fn at(name: &str, step: usize, event: usize) -> Story {
    let mut story = story(name);
    story.timeline.seek(story.timeline.after_steps(step - 1) + event);
    story
}

/// The label of a thing, and what it is tied to, in a fixed order.
fn told(story: &Story, thing: Thing) -> String {
    let Ties { things, label } = ties(story, thing);
    let mut things: Vec<String> = things.iter().map(|thing| format!("{thing:?}")).collect();
    things.sort();
    format!("{label}\n  {}", things.join("\n  "))
}

#[test]
fn a_page_that_two_share_after_fork() {
    let story = at("fork-exec", 7, 0);
    let shell = story.system().process_named("shell").unwrap();
    let page = Thing::Page { pid: shell.pid, va: shell.area(crate::kernel::AreaKind::Stack).unwrap().start };
    insta::assert_snapshot!("ties-page-after-fork", told(&story, page));
    let frame = ties(&story, page).things.into_iter().find(|thing| matches!(thing, Thing::Frame(_)));
    insta::assert_snapshot!("ties-frame-after-fork", told(&story, frame.unwrap()));
}

#[test]
fn registers_processes_areas_and_slots() {
    let story = at("fork-exec", 9, 9);
    let shell = story.system().process_named("shell").unwrap();
    let area = Thing::Area { pid: shell.pid, start: shell.areas[0].start };
    let all = [
        Thing::Register(Csr::Satp),
        Thing::Register(Csr::Stval),
        Thing::Register(Csr::Scause),
        Thing::Process(shell.pid),
        area,
        Thing::Slot(0),
        Thing::Slot(99),
        Thing::Step(8),
        Thing::Frame(Ppn(0)),
    ];
    let told: Vec<String> = all.into_iter().map(|thing| told(&story, thing)).collect();
    insta::assert_snapshot!("ties-of-all-kinds", told.join("\n"));
}

#[test]
fn a_stale_entry_leads_elsewhere_than_its_page() {
    let story = at("stale-tlb", 9, 1);
    let system = story.system();
    let stale = system.machine.stale_slots(system.hart);
    let told: Vec<String> = stale.into_iter().map(|slot| told(&story, Thing::Slot(slot))).collect();
    assert!(!told.is_empty());
    insta::assert_snapshot!("ties-of-a-stale-entry", told.join("\n"));
}

#[test]
fn tables_that_lead_in_circles_are_not_followed_for_long() {
    // Every PTE of the root points to the root.
    let mut steps = vec![];
    for index in 0..512 {
        steps.push(format!(
            r#"{{ "op": "poke", "pa": {}, "value": "0x20000001" }}"#,
            0x8000_0000u64 + 8 * index
        ));
    }
    steps.push(r#"{ "op": "csr", "satp": "0xa000000000080000" }"#.into());
    let text = format!(
        r#"{{ "format": 1, "title": "Circles", "kernel": "none", "machine": {{ "paging": "sv57" }}, "steps": [{}] }}"#,
        steps.join(",")
    );
    let mut story = Story::new(read::read(Source::new("test.json", text)).unwrap()).unwrap();
    story.timeline.seek(story.timeline.end());
    let begun = std::time::Instant::now();
    let tied = ties(&story, Thing::Frame(Ppn(0x80000)));
    assert!(tied.label.to_string().contains("too many tables"), "{}", tied.label);
    assert!(begun.elapsed().as_secs() < 10);
}
