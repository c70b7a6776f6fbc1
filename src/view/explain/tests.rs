//! Every thing can be explained at every moment, there or not, and where it changed last is told.

use super::*;
use crate::hw::{Csr, PhysAddr, Ppn, VirtAddr};
use crate::kernel::state::SwapSlot;
use crate::kernel::{FileId, Pid};
use crate::scenario::library::{self, Builtin};
use crate::scenario::{read, stage::PanelName};
use crate::view::{self, Look};

fn story(name: &str) -> Story {
    let builtin = Builtin::find(name).expect("a built-in");
    Story::new(read::read(builtin.source()).expect("a good scenario")).expect("a scenario that runs")
}

fn at(name: &str, step: usize, event: usize) -> Story {
    let mut story = story(name);
    story.timeline.seek(story.timeline.after_steps(step - 1) + event);
    story
}

fn told(story: &Story, thing: Thing) -> String {
    let panel = explain(story, thing);
    let lines: Vec<String> = panel.lines.iter().map(|line| line.to_string().trim_end().to_owned()).collect();
    format!("== {}\n{}\n", panel.title, lines.join("\n"))
}

/// Things that need not be there.
fn strange() -> Vec<Thing> {
    let far = u64::MAX;
    let mut things = vec![
        Thing::Pte { pa: PhysAddr(0x8000_0000), level: 0 },
        Thing::Pte { pa: PhysAddr(far), level: 9 },
        Thing::Pte { pa: PhysAddr(0x8000_0003), level: 2 },
        Thing::Word(PhysAddr(far)),
        Thing::Word(PhysAddr(0x8000_1ff8)),
        Thing::Frame(Ppn(far)),
        Thing::Frame(Ppn(0x80001)),
        Thing::Slot(0),
        Thing::Slot(usize::MAX),
        Thing::Process(Pid(1)),
        Thing::Process(Pid(u32::MAX)),
        Thing::Area { pid: Pid(1), start: VirtAddr(0) },
        Thing::Area { pid: Pid(2), start: VirtAddr(far) },
        Thing::Page { pid: Pid(1), va: VirtAddr(far) },
        Thing::Page { pid: Pid(1), va: VirtAddr(1 << 38) },
        Thing::Page { pid: Pid(7), va: VirtAddr(0) },
        Thing::Address(VirtAddr(far)),
        Thing::Address(VirtAddr(0x5008)),
        Thing::Swap(SwapSlot(0)),
        Thing::Swap(SwapSlot(u32::MAX)),
        Thing::FilePage { file: FileId(0), page: 0 },
        Thing::FilePage { file: FileId(0), page: far },
        Thing::FilePage { file: FileId(usize::MAX), page: 0 },
        Thing::Step(0),
        Thing::Step(usize::MAX),
        Thing::Pc,
        Thing::Sp,
    ];
    things.extend(Csr::ALL.map(Thing::Register));
    things
}

#[test]
fn everything_can_be_explained_at_every_moment() {
    for builtin in library::ALL {
        let mut story = story(builtin.name);
        let end = story.timeline.end();
        for moment in (0..=end).step_by(end / 6 + 1) {
            story.timeline.seek(moment);
            let mut things = strange();
            for name in [PanelName::Tlb, PanelName::Registers, PanelName::Fields, PanelName::Tables] {
                let lines = view::panel(name, &story, &Look::default()).lines;
                things.extend(lines.iter().filter_map(|line| line.thing));
                things.extend(lines.iter().flat_map(|line| &line.spans).filter_map(|span| span.thing));
            }
            for thing in things {
                let panel = explain(&story, thing);
                assert!(!panel.title.is_empty() && !panel.lines.is_empty(), "{thing:?}");
            }
        }
    }
}

#[test]
fn where_a_thing_was_set_is_a_moment_that_changed_it() {
    let mut story = story("fork-exec");
    story.timeline.seek(story.timeline.end());
    let shell = story.system().process_named("shell").unwrap().clone();
    let is_root = |change: &crate::kernel::Change| history::is_use(change, shell.root);
    let moment = story.timeline.last_change(is_root).unwrap();
    assert!(story.timeline.changes_of(moment).iter().any(is_root));
    assert!((moment + 1..=story.timeline.end()).all(|m| !story.timeline.changes_of(m).iter().any(is_root)));
    // Nothing of it had happened before.
    let now = story.system().clone();
    let earlier = story.timeline.earlier(moment - 1);
    assert_ne!(earlier.frame(shell.root), now.frame(shell.root));
    story.timeline.seek(moment - 1);
    assert_eq!(*story.system(), earlier);
    assert_eq!(story.timeline.changes_of(moment), []);
}

#[test]
fn a_pte_a_frame_and_a_page_after_fork() {
    let story = at("fork-exec", 7, 0);
    let shell = story.system().process_named("shell").unwrap();
    let stack = shell.area(crate::kernel::AreaKind::Stack).unwrap().start;
    let place = story.system().leaf_for(shell.root, stack).unwrap();
    let ppn = place.pte.ppn(&story.system().geometry());
    let all = [
        Thing::Pte { pa: place.pa, level: place.level },
        Thing::Frame(ppn),
        Thing::Page { pid: shell.pid, va: stack },
        Thing::Area { pid: shell.pid, start: stack },
        Thing::Process(shell.pid),
        Thing::Step(4),
        Thing::Step(30),
    ];
    insta::assert_snapshot!("explain-after-fork", all.map(|thing| told(&story, thing)).join("\n"));
}

#[test]
fn the_registers_of_a_trap() {
    let story = at("fork-exec", 9, 9);
    let all = [
        Thing::Register(Csr::Scause),
        Thing::Register(Csr::Stval),
        Thing::Register(Csr::Sstatus),
        Thing::Register(Csr::Satp),
        Thing::Register(Csr::Stvec),
        Thing::Register(Csr::Sscratch),
        Thing::Pc,
        Thing::Slot(0),
    ];
    insta::assert_snapshot!("explain-registers", all.map(|thing| told(&story, thing)).join("\n"));
    let panel = view::panel(PanelName::Fields, &story, &Look::default());
    let lines: Vec<String> = panel
        .lines
        .iter()
        .map(|line| format!("{} {line}", line.mark.glyph()).trim_end().to_owned())
        .collect();
    insta::assert_snapshot!("fields-of-a-trap", format!("== {}\n{}", panel.title, lines.join("\n")));
}

#[test]
fn what_is_not_there_is_told_in_words() {
    let story = at("lazy-heap", 1, 1);
    let first = |thing| explain(&story, thing).lines[0].to_string();
    assert_eq!(first(Thing::Slot(99)), "The TLB of this machine has no such slot.");
    assert_eq!(first(Thing::Swap(SwapSlot(0))), "This machine has no swap.");
    assert_eq!(first(Thing::Process(Pid(9))), "There is no process 9 at this moment.");
    assert_eq!(first(Thing::Frame(Ppn(1))), "The machine has no memory there.");
    let free = explain(&story, Thing::Frame(Ppn(0x80001)));
    assert_eq!(free.lines[1].to_string(), "This frame was not in use yet. It is on the free list.");
}

#[test]
fn a_stale_entry_and_a_slot_of_swap() {
    let stale = at("stale-tlb", 9, 1);
    let system = stale.system();
    let slot = system.machine.stale_slots(system.hart)[0];
    let mut swap = story("swap");
    let moments = 0..=swap.timeline.end();
    let named = moments.into_iter().find_map(|moment| {
        swap.timeline.seek(moment);
        let slots = swap.system().swap_slots().map(|(slot, _)| Thing::Swap(slot));
        slots.into_iter().find(|slot| ties(&swap, *slot).label.to_string().contains("PTE 0x"))
    });
    let named = named.unwrap();
    let told = [told(&stale, Thing::Slot(slot)), told(&swap, named)];
    insta::assert_snapshot!("explain-stale-and-swap", told.join("\n"));
}
