//! One moment as data: `pagewalk-state/1`, which other programs read.

use crate::hw::Word;
use crate::hw::{Csr, Flags, PhysAddr, Ppn, VirtAddr, Vpn};
use crate::kernel::event::Prot;
use crate::kernel::state::FileKind;
use crate::kernel::state::SwapSlot;
use crate::kernel::{AreaKind, Condition, Counters, Pid, Process, System, Usage, state::COW};
use crate::story::Story;
use serde::Serialize;
use std::collections::BTreeMap;

/// A state.
#[derive(Debug, PartialEq, Serialize)]
pub struct State {
    format: &'static str,
    step: usize,
    event: usize,
    hart: usize,
    privilege: String,
    pc: VirtAddr,
    sp: VirtAddr,
    csrs: BTreeMap<&'static str, Word>,
    processes: Vec<ProcessOut>,
    frames: Vec<FrameOut>,
    free_list: Vec<Ppn>,
    tlb: Vec<EntryOut>,
    counters: CountersOut,
}

#[derive(Debug, PartialEq, Serialize)]
struct ProcessOut {
    pid: Pid,
    name: String,
    program: String,
    state: Condition,
    satp: Word,
    areas: Vec<AreaOut>,
    pages: Vec<PageOut>,
    /// Pages that are in swap; absent if the machine has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    swapped: Vec<SwappedOut>,
}

#[derive(Debug, PartialEq, Serialize)]
struct SwappedOut {
    va: VirtAddr,
    slot: SwapSlot,
}

#[derive(Debug, PartialEq, Serialize)]
struct AreaOut {
    start: VirtAddr,
    end: VirtAddr,
    prot: Prot,
    kind: AreaKind,
    shared: bool,
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

#[derive(Debug, PartialEq, Serialize)]
struct PageOut {
    va: VirtAddr,
    pa: PhysAddr,
    level: u32,
    flags: Flags,
    cow: bool,
}

#[derive(Debug, PartialEq, Serialize)]
struct FrameOut {
    ppn: Ppn,
    refs: u32,
    #[serde(rename = "use")]
    usage: Usage,
}

#[derive(Debug, PartialEq, Serialize)]
struct EntryOut {
    slot: usize,
    vpn: Vpn,
    ppn: Ppn,
    asid: u16,
    level: u32,
    flags: Flags,
    global: bool,
    stale: bool,
}

/// Counters with those that are read off the state.
#[derive(Debug, PartialEq, Serialize)]
pub struct CountersOut {
    #[serde(flatten)]
    totals: Counters,
    frames_free: u64,
    frames_used: u64,
    tlb_reach: u64,
    swap_used: u64,
}

impl CountersOut {
    /// Those of a state.
    pub fn of(system: &System) -> Self {
        Self {
            totals: system.counters.clone(),
            frames_free: system.frames_free(),
            frames_used: system.frames_used(),
            tlb_reach: system.machine.tlb_reach(system.hart),
            swap_used: system.swap_used(),
        }
    }
}

/// The state at a story's moment. `step` is the number of steps that are done or begun, `event` counts from the start
/// of the run.
pub fn of(story: &Story) -> State {
    let system = story.system();
    let hart = system.machine.hart(system.hart);
    let geometry = system.machine.geometry(system.hart).unwrap_or(system.geometry());
    let stale = system.machine.stale_slots(system.hart);
    State {
        format: "pagewalk-state/1",
        step: story.step_index().map_or(0, |step| step + 1),
        event: story.timeline.moment(),
        hart: system.hart.0,
        privilege: hart.privilege.to_string(),
        pc: hart.pc,
        sp: hart.sp,
        csrs: Csr::ALL.into_iter().map(|csr| (csr.name(), hart.csrs.read(csr))).collect(),
        processes: system.processes().map(|process| process_out(system, process)).collect(),
        frames: system
            .frames()
            .map(|(ppn, frame)| FrameOut { ppn, refs: frame.refs, usage: frame.usage })
            .collect(),
        free_list: system.free_list(),
        tlb: hart
            .tlb
            .entries()
            .map(|(slot, entry)| EntryOut {
                slot,
                vpn: entry.vpn,
                ppn: entry.pte().ppn(&geometry),
                asid: entry.asid,
                level: entry.level,
                flags: entry.pte().flags(),
                global: entry.global,
                stale: stale.contains(&slot),
            })
            .collect(),
        counters: CountersOut::of(system),
    }
}

fn process_out(system: &System, process: &Process) -> ProcessOut {
    let geometry = system.geometry();
    let alive = process.is_alive();
    let mappings = if alive { system.mappings(process.root) } else { vec![] };
    let end = geometry.user_end();
    let swapped = if alive { system.swapped_between(process.root, VirtAddr(0), end) } else { vec![] };
    let satp = crate::hw::Satp::new(&geometry, process.asid, process.root).0;
    ProcessOut {
        pid: process.pid,
        name: process.name.clone(),
        program: process.program.clone(),
        state: system.condition(process),
        satp: Word(if alive { satp } else { 0 }),
        areas: system
            .areas_of(process)
            .iter()
            .map(|area| AreaOut {
                start: area.start,
                end: area.end,
                prot: Prot(area.prot),
                kind: area.kind,
                shared: area.shared,
                file: area.backing.and_then(|backing| {
                    let file = &system.files()[backing.file.0];
                    (file.kind != FileKind::Memory).then(|| file.name.clone())
                }),
                name: area.name.clone(),
            })
            .collect(),
        pages: mappings
            .into_iter()
            .map(|mapping| PageOut {
                va: mapping.va,
                pa: geometry.frame_address(mapping.place.pte.ppn(&geometry)),
                level: mapping.place.level,
                flags: mapping.place.pte.flags(),
                cow: mapping.place.pte.flags().has(COW),
            })
            .collect(),
        swapped: swapped.into_iter().map(|(va, _, slot)| SwappedOut { va, slot }).collect(),
    }
}
