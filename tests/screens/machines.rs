//! What the panels say of bare machines: translation that is off or fails before the TLB, tables that the walker refuses,
//! words of memory, registers that were written, sizes of superpages.

use crate::journey::{Journey, bare, bare_with, story};
use pagewalk::scenario::stage::PanelName;
use pagewalk::story::Story;
use pagewalk::view::{self, Look};

/// The panel at this moment, its title first.
#[track_caller]
fn told(journey: &Journey, panel: PanelName) -> String {
    let panel = view::panel(panel, &journey.player().story, &Look::default());
    let lines = panel.lines.iter().map(|line| format!("{} {line}", line.mark.glyph()).trim_end().to_owned());
    [vec![panel.title], lines.collect()].concat().join("\n")
}

/// A gigapage over the memory, and translation on.
const GIGAPAGE: &str = r#"{ "op": "poke", "pa": "0x80001010", "value": "(0x80000 * 1024) + 0xcf" },
    { "op": "csr", "satp": "0x8000000000080001" }"#;

#[test]
fn without_translation_the_address_is_told_and_nothing_is_made_up() {
    let load = bare(r#"{ "op": "load", "at": "0x80000008" }"#, "Down");
    assert_eq!(
        told(&load, PanelName::Translate),
        "Translate 0x80000008\n  Translation is off: the physical address is 0x80000008."
    );
    let absent = bare(r#"{ "op": "load", "at": "0x10" }"#, "Down");
    assert_eq!(
        told(&absent, PanelName::Translate),
        "Translate 0x10\n  Translation is off: there is no memory at that address"
    );
}

#[test]
fn an_address_that_is_none_does_not_reach_the_tlb() {
    let steps = format!(r#"{GIGAPAGE}, {{ "op": "load", "at": "0x8000000000000000" }}"#);
    let told = told(&bare(&steps, "End"), PanelName::Translate);
    assert!(told.ends_with("The TLB is not asked → the high bits are no sign extension"), "{told}");
    assert!(!told.contains("miss"), "{told}");
}

#[test]
fn an_access_to_two_pages_is_told_as_two_translations() {
    let steps = format!(
        r#"{GIGAPAGE},
        {{ "op": "poke", "pa": "0x80001000", "value": "(0x80002 * 1024) + 1" }},
        {{ "op": "poke", "pa": "0x80002000", "value": "(0x80003 * 1024) + 1" }},
        {{ "op": "poke", "pa": "0x80003000", "value": "(0x80010 * 1024) + 0xcf" }},
        {{ "op": "poke", "pa": "0x80003008", "value": "(0x80020 * 1024) + 0xcf" }},
        {{ "op": "load", "at": "0xffc" }}"#
    );
    let told = told(&bare(&steps, "End"), PanelName::Translate);
    assert!(told.starts_with("Translate 0x1000\n"), "the second page's: {told}");
    assert!(told.contains("TLB miss → 0x80020000"), "leads to its own frame: {told}");
}

#[test]
fn the_tree_draws_what_the_walker_refuses_as_refused() {
    let root = |index: u64, flags: u64| {
        let (pa, value) = (0x8000_1000 + 8 * index, (0x80002 << 10) + flags);
        format!(r#"{{ "op": "poke", "pa": {pa}, "value": {value} }}, "#)
    };
    let ptes = [root(0, 0x11), root(1, 0xcf), root(2, 0x05), root(3, 0x01)].concat();
    let steps = format!(
        r#"{ptes} {{ "op": "poke", "pa": "0x80001020", "value": "0x40000000200008cf" }},
        {{ "op": "poke", "pa": "0x80002000", "value": "(0x80003 * 1024) + 1" }},
        {{ "op": "poke", "pa": "0x80003000", "value": "(0x80010 * 1024) + 1" }},
        {{ "op": "csr", "satp": "0x8000000000080001" }}"#
    );
    let tree = told(&bare(&steps, "End"), PanelName::Tables);
    for (index, what) in [
        ("[000] 0x80002000", "refused: D, A or U is set in a pointer"),
        ("[001] 0x80002000", "misaligned"),
        ("[002] 0x80002000", "reserved: W without R"),
        ("[004] ", "reserved bits are set"),
        ("[000] 0x80010000", "refused: the last level points on"),
    ] {
        let found = tree.lines().any(|line| line.contains(index) && line.ends_with(what));
        assert!(found, "{index} {what}:\n{tree}");
    }
    assert_eq!(tree.matches("0x80003000").count(), 1, "nothing lies below what is refused:\n{tree}");
}

#[test]
fn the_space_draws_no_page_below_a_pointer_that_the_walker_refuses() {
    // A pointer with A set is reserved; the leaves below it map nothing.
    let tables = |pointer: &str| {
        let poke = |pa: &str, value: &str| format!(r#"{{ "op": "poke", "pa": "{pa}", "value": "{value}" }}"#);
        let steps = [
            poke("0x80000000", "0x80001 * 1024 + 1"),
            poke("0x80001000", pointer),
            poke("0x80002000", "0x80003 * 1024 + 0xcf"),
            r#"{ "op": "csr", "satp": "0x8000000000080000" }"#.to_owned(),
        ];
        told(&bare(&steps.join(", "), "End"), PanelName::Scale)
    };
    assert!(tables("0x80002 * 1024 + 0x41").contains("They map nothing yet."));
    assert!(!tables("0x80002 * 1024 + 1").contains("They map nothing yet."));
}

#[test]
fn memory_is_shown_in_words_as_it_holds_them() {
    let steps = r#"{ "op": "poke", "pa": "0x80000000", "value": "0x1122334455667788" },
        { "op": "poke", "pa": "0x80000002", "value": 1, "width": 1 },
        { "op": "poke", "pa": "0x8000000e", "value": "0xabcd0000", "width": 4 }"#;
    let at = |keys| told(&bare(steps, keys), PanelName::Frames);
    assert_eq!(at("Right*2"), "Memory · 1 word written\n◆ 0x80000000 0x1122334455017788");
    let across = "Memory · 3 words written\n  0x80000000 0x1122334455017788\n\
                  ◆ 0x80000008 0x0\n◆ 0x80000010 0xabcd";
    assert_eq!(at("End"), across, "a poke across two words is in both");
}

#[test]
fn registers_that_were_written_are_told_as_they_are() {
    let registers =
        |setting: &str| told(&bare(&format!(r#"{{ "op": "csr", {setting} }}"#), "End"), PanelName::Registers);
    let interrupt = registers(r#""scause": "0x8000000000000005""#);
    assert!(interrupt.contains("scause  0x8000000000000005\n    supervisor timer interrupt"), "{interrupt}");
    assert!(registers(r#""scause": 3"#).contains("scause  3\n    breakpoint"));
    let off = registers(r#""satp": "0x123""#);
    assert!(off.contains("satp    0x123  no translation"), "{off}");
    let status = registers(r#""sstatus": { "SUM": true, "MXR": true, "SPIE": true }"#);
    assert!(status.contains("sstatus SPP=U SPIE SUM MXR"), "in 28 columns: {status}");
}

#[test]
fn superpages_have_the_sizes_of_their_geometry() {
    let sv32 = r#"{ "op": "poke", "pa": "0x80001800", "value": "(0x80000 * 1024) + 0xcf", "width": 4 },
        { "op": "csr", "satp": "0x80080001" }, { "op": "load", "at": "0x80000010" }"#;
    let sv32 = bare_with(r#""paging": "sv32""#, sv32, "End");
    assert!(told(&sv32, PanelName::Tables).ends_with("VRWX--AD 4 MiB"), "{}", told(&sv32, PanelName::Tables));
    let tlb = told(&sv32, PanelName::Tlb);
    assert!(tlb.contains("80000→80000 VRWX--AD 4M"), "{tlb}");
    let steps = format!(
        r#"{GIGAPAGE}, {{ "op": "load", "at": "0xffffffffc0000000" }}, {{ "op": "load", "at": "0x80000000" }}"#
    );
    let sv39 = bare(&steps, "End");
    let tlb = told(&sv39, PanelName::Tlb);
    assert!(tlb.contains("VRWX--AD 1G"), "{tlb}");
    let tree = told(&sv39, PanelName::Tables);
    assert!(tree.ends_with("VRWX--AD 1 GiB"), "{tree}");
}

#[test]
fn the_headings_of_the_tlb_stand_over_its_columns() {
    let story = {
        let mut story = story("asids");
        story.timeline.seek(story.timeline.end());
        story
    };
    let panel = view::tlb::panel(&story);
    let lines: Vec<String> = panel.lines.iter().map(ToString::to_string).collect();
    let entry = lines.iter().find(|line| line.contains('→')).expect("an entry");
    let column = |line: &str, what: &str| line[..line.find(what).unwrap()].chars().count();
    assert_eq!(column(&lines[0], "frame"), column(entry, "→") + 1, "{lines:#?}");
    assert_eq!(column(&lines[0], "flags"), column(entry, "V"), "{lines:#?}");
    assert_eq!(lines[0].chars().count(), entry.chars().count(), "asid ends where the numbers do: {lines:#?}");
}

#[test]
fn the_access_time_agrees_with_the_notes() {
    let at = |step: usize| {
        let mut story = story("effective-access-time");
        story.timeline.seek(story.timeline.after_steps(step));
        let note = story.step().and_then(|step| step.note.clone()).unwrap();
        let panel = view::costs::panel(&story, &view::Look::default());
        let lines = panel.lines.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        (note, lines)
    };
    let steps = story("effective-access-time").timeline.steps().len();
    let first = (1..steps).find(|step| at(*step).0.contains("126")).expect("a note of the first chapter");
    for (step, time) in [(first, "126"), (steps, "176")] {
        let (note, lines) = at(step);
        assert!(note.contains(&format!("= {time} cycles by the formula")), "{note}");
        assert!(lines.contains(&format!("access time   {time}.0 in this chapter")), "{lines}");
        assert!(lines.contains("1 + 100 + miss ratio × levels × 100"), "{lines}");
    }
    let faults =
        format!(r#"{GIGAPAGE}, {{ "op": "load", "at": "0x80000000" }}, {{ "op": "load", "at": "0" }}"#);
    let told = told(&bare(&faults, "End"), PanelName::Costs);
    assert!(told.contains("access time   201.0 in"), "an access that traps does not count: {told}");
}

/// The sentence of this moment.
#[track_caller]
fn said(journey: &Journey) -> String {
    view::words::sentence(&journey.player().story).expect("something has happened")
}

#[test]
fn writes_to_registers_say_what_changed_and_why_nothing_did() {
    let csr = |setting: &str| bare(&format!(r#"{{ "op": "csr", {setting} }}"#), "End");
    assert_eq!(
        said(&csr(r#""sstatus": { "MXR": true, "SUM": true }"#)),
        "sstatus is set to 0x2000c0000; now set: SUM, MXR."
    );
    assert_eq!(said(&csr(r#""sstatus": { "MXR": false }"#)), "sstatus is set to 0x200000000, as it was.");
    assert_eq!(
        said(&csr(r#""satp": "0x9000000000080001""#)),
        "satp stays 0x0: this machine has no Sv48 (MODE 9), and such a write has no effect at all."
    );
    let script = told(&csr(r#""sstatus": { "MXR": true }, "satp": "0x8000000000080001""#), PanelName::Script);
    assert!(script.ends_with("csr satp ← 0x8000000000080001, sstatus MXR=1"), "{script}");
}

#[test]
fn a_walk_after_a_hit_says_why() {
    let clean = GIGAPAGE.replace("0xcf", "0x4f");
    let steps = format!(
        r#"{clean}, {{ "op": "load", "at": "0x80000000" }}, {{ "op": "store", "at": "0x80000000", "value": 1 }}"#
    );
    let walk = bare(&steps, ":4.3 Enter");
    assert!(said(&walk).starts_with("D is clear in the TLB's entry"), "{}", said(&walk));
    let first = bare(&steps, ":3.2 Enter");
    assert!(said(&first).starts_with("Step 1: the walk starts"), "{}", said(&first));
}

#[test]
fn the_smallest_handler_skips_the_instruction() {
    let trap = bare(r#"{ "op": "load", "at": "0" }"#, "End");
    assert!(said(&trap).ends_with("it skips the instruction. The hart goes on at 0x4."), "{}", said(&trap));
    assert_eq!(
        said(&trap.then("Left")),
        "sret: back to supervisor mode, to the instruction that trapped, at 0x0."
    );
}

#[test]
fn sentences_of_the_kernel_name_what_they_are_about() {
    let all = |name: &str, sets: &[&str]| {
        let mut source = pagewalk::scenario::library::Builtin::find(name).unwrap().source();
        source.sets = sets.iter().map(ToString::to_string).collect();
        let mut story = Story::new(pagewalk::scenario::read::read(source).unwrap()).unwrap();
        let mut all = String::new();
        for moment in 1..=story.timeline.end() {
            story.timeline.seek(moment);
            all += &(view::words::sentence(&story).unwrap() + "\n");
        }
        all
    };
    let lazy = all("lazy-heap", &[]);
    for part in [
        "is filled with zeros: the walker would take its junk for PTEs.",
        "is filled with zeros: nobody may see what was in it.",
        "Frame 0x80000000 (the trampoline) has 2 owners now.",
        "(trampoline) is mapped: the PTE at ",
        "(heap) is mapped: the PTE at ",
        "No PTE is written for that.",
    ] {
        assert!(lazy.contains(part), "{part}\n{lazy}");
    }
    assert!(all("lazy-heap", &["kernel.heap=eager"]).contains("Its new pages get frames at once."));
    assert!(all("cow-family", &[]).contains("In a real kernel, fork answers 0 here."));
    let files = all("mapped-files", &[]);
    assert!(files.contains("The kernel clears D in the PTE at "), "{files}");
    assert!(!files.contains("nothing new"), "{files}");
}
