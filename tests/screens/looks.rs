//! Panels as they are looked at: with so much room, at another process. All of every built-in's can be drawn, and what they
//! show can be pointed at.

use crate::journey::{bare, bare_with, story};
use insta::assert_snapshot;
use pagewalk::hw::Ppn;
use pagewalk::kernel::{Pid, Usage};
use pagewalk::scenario::library;
use pagewalk::scenario::stage::PanelName;
use pagewalk::story::Story;
use pagewalk::view::{self, Look, Panel, Thing};
use std::collections::BTreeSet;
use unicode_width::UnicodeWidthChar;

/// The panels that are drawn for the room that there is.
const PANELS: [PanelName; 7] = [
    PanelName::Frames,
    PanelName::Holders,
    PanelName::Areas,
    PanelName::Scale,
    PanelName::Swap,
    PanelName::Cache,
    PanelName::Charts,
];

fn room(columns: usize, rows: usize) -> Look {
    Look { columns, rows, ..Look::default() }
}

/// Panels, each with its title and the signs of its lines.
fn told(story: &Story, look: &Look, panels: &[PanelName]) -> String {
    let told = panels.iter().map(|name| {
        let panel = view::panel(*name, story, look);
        let lines = panel.lines.iter().map(|line| format!("{} {line}\n", line.mark.glyph()));
        let lines: String = lines.map(|line| format!("{}\n", line.trim_end())).collect();
        format!("== {} (focus {})\n{lines}", panel.title, panel.focus)
    });
    told.collect::<Vec<_>>().join("\n")
}

/// A story at an event of a step.
fn at(name: &str, step: usize, event: usize) -> Story {
    let mut story = story(name);
    story.timeline.seek(story.timeline.after_steps(step - 1) + event);
    story
}

/// The things of a panel, of its lines and of their pieces.
fn things(panel: &Panel) -> Vec<Thing> {
    let pieces = panel.lines.iter().flat_map(|line| &line.spans).filter_map(|span| span.thing);
    panel.lines.iter().filter_map(|line| line.thing).chain(pieces).collect()
}

#[test]
fn memory_and_who_shares_it() {
    let panels = [PanelName::Frames, PanelName::Holders];
    assert_snapshot!("look-memory-narrow", told(&at("fork-exec", 12, 12), &room(38, 20), &panels));
    assert_snapshot!("look-memory-wide", told(&at("fork-exec", 12, 12), &room(118, 36), &panels));
    // Tables that every process has from the kernel; 512 frames that are held alike.
    assert_snapshot!("look-memory-kernel", told(&at("kernel-mapping", 6, 10), &room(80, 20), &panels));
    assert_snapshot!("look-memory-megapage", told(&at("heap-superpages", 6, 10), &room(118, 20), &panels));
    // What the policy looks at.
    assert_snapshot!("look-memory-clock", told(&at("clock", 6, 2), &room(60, 20), &panels));
}

#[test]
fn address_spaces_to_scale() {
    let panels = [PanelName::Areas, PanelName::Scale];
    assert_snapshot!("look-space-lazy", told(&at("lazy-heap", 6, 2), &room(38, 30), &panels));
    assert_snapshot!("look-space-cow", told(&at("fork-exec", 12, 12), &room(80, 30), &panels));
    assert_snapshot!("look-space-swap", told(&at("swap", 6, 3), &room(38, 30), &panels));
    assert_snapshot!("look-space-megapage", told(&at("heap-superpages", 8, 10), &room(80, 30), &panels));
    assert_snapshot!("look-space-kernel", told(&at("kernel-mapping", 6, 10), &room(80, 30), &panels));
    assert_snapshot!("look-space-bare", told(&at("superpages", 8, 4), &room(60, 30), &panels));
}

#[test]
fn disks() {
    let panels = [PanelName::Swap, PanelName::Cache];
    assert_snapshot!("look-disk-swap", told(&at("thrashing", 9, 4), &room(60, 30), &panels));
    assert_snapshot!("look-disk-shared-file", told(&at("mmap-file", 9, 8), &room(60, 30), &panels));
}

#[test]
fn charts() {
    let panels = [PanelName::Charts];
    assert_snapshot!("look-charts-narrow", told(&at("belady", 9, 3), &room(38, 0), &panels));
    let story = at("effective-access-time", 30, 3);
    assert_snapshot!("look-charts-high", told(&story, &room(60, 20), &panels));
}

#[test]
fn another_process_can_be_looked_at() {
    let story = at("fork-exec", 12, 12);
    let shell = story.system().process_named("shell").unwrap().pid;
    assert_ne!(story.system().current, Some(shell));
    let look = Look { process: Some(shell), ..Look::default() };
    for panel in [PanelName::Areas, PanelName::Scale] {
        let panel = view::panel(panel, &story, &look);
        assert!(panel.title.ends_with("shell"), "{}", panel.title);
        let whose = |thing: Thing| match thing {
            Thing::Area { pid, .. } | Thing::Page { pid, .. } => Some(pid),
            _ => None,
        };
        let whose: BTreeSet<Pid> = things(&panel).into_iter().filter_map(whose).collect();
        assert_eq!(whose, BTreeSet::from([shell]));
    }
    // A number that no process has is as good as none.
    let nobody = Look { process: Some(Pid(99)), ..Look::default() };
    assert_eq!(
        view::panel(PanelName::Areas, &story, &nobody),
        view::panel(PanelName::Areas, &story, &Look::default())
    );
}

#[test]
fn every_frame_and_every_page_that_is_there_can_be_pointed_at() {
    let story = at("fork-exec", 12, 12);
    let system = story.system();
    for columns in [38, 60, 118] {
        let panel = view::panel(PanelName::Frames, &story, &room(columns, 0));
        let cells = panel
            .lines
            .iter()
            .take_while(|line| line.thing.is_none() && !line.to_string().contains("free list"));
        let cells = cells.flat_map(|line| &line.spans).filter_map(|span| span.thing);
        let frames: Vec<Thing> = system.frames().map(|(ppn, _)| Thing::Frame(ppn)).collect();
        assert_eq!(cells.collect::<Vec<_>>(), frames, "at {columns} columns");
    }
    let process = system.process(system.current.unwrap()).unwrap();
    let pages = system
        .mappings(process.root)
        .into_iter()
        .map(|mapping| Thing::Page { pid: process.pid, va: mapping.va });
    let shown: Vec<Thing> = things(&view::panel(PanelName::Scale, &story, &Look::default()))
        .into_iter()
        .filter(|thing| matches!(thing, Thing::Page { .. }))
        .collect();
    assert_eq!(shown, pages.collect::<Vec<_>>());
    let shared =
        system.frames().filter(|(_, frame)| frame.refs > 1 || matches!(frame.usage, Usage::Cache { .. }));
    let shared: Vec<Ppn> = shared.map(|(ppn, _)| ppn).collect();
    let holders = things(&view::panel(PanelName::Holders, &story, &Look::default()));
    assert!(shared.len() > 3 && shared.iter().all(|ppn| holders.contains(&Thing::Frame(*ppn))));
}

/// What is wrong with a panel in so many columns, if anything is: characters that take none or two, and charts and cells
/// that do not fit.
fn complaint(name: PanelName, panel: &Panel, columns: usize) -> Option<String> {
    let lines: Vec<String> = panel.lines.iter().map(ToString::to_string).collect();
    let wide = lines.iter().flat_map(|line| line.chars()).find(|c| c.width() != Some(1));
    if let Some(c) = wide {
        return Some(format!("{c:?} is not one column wide"));
    }
    // Sentences and lists are broken by whoever shows them.
    let is_drawn = |line: &&String| line.contains(['░', '█', '▲']) && !line.contains('=');
    let drawn = matches!(name, PanelName::Scale | PanelName::Charts | PanelName::Swap | PanelName::Cache);
    let long = lines.iter().filter(is_drawn).find(|line| drawn && line.chars().count() > columns)?;
    Some(format!("too long for {columns} columns: {long}"))
}

#[test]
fn every_panel_of_every_story_can_be_drawn_in_any_room() {
    let mut found = vec![];
    for builtin in library::ALL {
        let mut story = story(builtin.name);
        let end = story.timeline.end();
        for moment in (0..=end).step_by(end / 60 + 1) {
            story.timeline.seek(moment);
            for columns in [38, 60, 118] {
                for name in PANELS {
                    let panel = view::panel(name, &story, &room(columns, 24));
                    assert!(!panel.lines.is_empty() && panel.focus < panel.lines.len());
                    let what = complaint(name, &panel, columns);
                    found.extend(what.map(|what| format!("{} at {moment}, {name:?}: {what}", builtin.name)));
                }
            }
        }
    }
    assert!(found.is_empty(), "{} panels:\n{}", found.len(), found.join("\n"));
}

#[test]
fn bare_machines_of_all_kinds_can_be_drawn() {
    // A root that leads to itself: the scale stops looking, and tells what it has found.
    let circle = r#"{ "op": "poke", "pa": "0x80001000", "value": "(0x80001 * 1024) + 1" },
        { "op": "poke", "pa": "0x80001008", "value": "(0x80001 * 1024) + 1" },
        { "op": "poke", "pa": "0x80001010", "value": "(0x80000 * 1024) + 0xcf" },
        { "op": "csr", "satp": "0x8000000000080001" }"#;
    let sv32 = r#"{ "op": "poke", "pa": "0x80001800", "value": "(0x80000 * 1024) + 0xcf", "width": 4 },
        { "op": "csr", "satp": "0x80080001" }"#;
    let drawn = |journey: &crate::journey::Journey| {
        let story = &journey.player().story;
        let panels = PANELS.map(|name| told(story, &room(60, 24), &[name]));
        panels[3].clone()
    };
    // The gigapage of the root, and the same PTE read as one of lower levels, for smaller pages.
    let circle = drawn(&bare(circle, "End"));
    assert!(circle.contains("RWX 262,144 ██") && circle.contains("RWX       1 █"), "{circle}");
    let sv32 = drawn(&bare_with(r#""paging": "sv32""#, sv32, "End"));
    assert!(sv32.contains("0x80000000 RWX 1,024 ██"), "{sv32}");
    let off = drawn(&bare(r#"{ "op": "load", "at": "0x80000008" }"#, "End"));
    assert!(off.contains("Translation is off"), "{off}");
}
