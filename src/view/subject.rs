//! Which page table an event is about, and whose it is: that of the process that acts, unless the event touches another,
//! as fork and exec do while they build one and exec and exit while they take one apart.

use super::Look;
use crate::hw::{Event as Hw, PhysAddr, Ppn, Pte, VirtAddr, Vpn};
use crate::kernel::state::Usage;
use crate::kernel::{Action, Event, KernelEvent, Process, System};
use crate::story::Story;

/// A page table.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject<'a> {
    /// Its root; `None` where there is no table.
    pub root: Option<Ppn>,
    /// Whose it is, in words.
    pub whose: String,
    /// The process whose areas its pages belong to.
    pub process: Option<&'a Process>,
    /// It is some process's, whole, and what its areas promise is still to come.
    pub whole: bool,
}

/// The page table that is looked at: that of the process that was chosen, or else the one that the moment is about.
pub fn looked_at<'a>(story: &'a Story, look: &Look) -> Subject<'a> {
    let Some(pid) = look.process else { return of(story) };
    let process = story.system().process(pid);
    Subject {
        root: process.filter(|process| process.is_alive()).map(|process| process.root),
        whose: process.map_or_else(|| format!("process {pid}"), |process| process.name.clone()),
        process,
        whole: process.is_some(),
    }
}

/// The page table that a story's moment is about.
pub fn of(story: &Story) -> Subject<'_> {
    let system = story.system();
    let process = system.current.and_then(|pid| system.process(pid));
    let acting = process.filter(|process| process.is_alive()).map(|process| process.root);
    let kernels = system.kernel_root().filter(|_| system.is_in_kernel_table());
    match touched(story).or(kernels).filter(|root| Some(*root) != acting) {
        Some(root) => other(story, root),
        None => {
            let root = if process.is_some() { acting } else { hart_root(system) };
            let whose = process.map_or("the hart", |process| &process.name).to_owned();
            Subject { root, whose, process, whole: true }
        }
    }
}

/// A table that is not the acting process's.
fn other(story: &Story, root: Ppn) -> Subject<'_> {
    let system = story.system();
    if let Some(owner) = system.processes().find(|process| process.is_alive() && process.root == root) {
        return Subject { root: Some(root), whose: owner.name.clone(), process: Some(owner), whole: true };
    }
    if system.kernel_root() == Some(root) {
        return Subject { root: Some(root), whose: "the kernel".into(), process: None, whole: false };
    }
    let Ownerless { name, fate, process, .. } = ownerless(story, root);
    Subject { root: Some(root), whose: format!("{name}, {fate}"), process, whole: false }
}

/// A page table that is no process's: fork, spawn and exec build one before somebody has it, exec and exit take one apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Ownerless<'a> {
    /// Its root.
    pub root: Ppn,
    /// Who will have it, or had it.
    pub name: String,
    /// `being built` or `taken apart`.
    pub fate: &'static str,
    /// The process whose areas its pages belong to.
    process: Option<&'a Process>,
}

fn ownerless(story: &Story, root: Ppn) -> Ownerless<'_> {
    let system = story.system();
    let acting = system.current.and_then(|pid| system.process(pid));
    let action = story.step().map(|step| &*step.op.action);
    let (name, process) = match action {
        // The child's areas are its parent's.
        Some(Action::Fork { name }) => (name.to_string(), acting),
        Some(Action::Spawn { program, name }) => (name.as_ref().unwrap_or(program).to_string(), None),
        _ => (acting.map(|process| process.name.clone()).unwrap_or_default(), None),
    };
    let fate = if is_new(story, root) { "being built" } else { "taken apart" };
    Ownerless { root, name, fate, process }
}

/// The page tables without a process that this step builds or takes apart.
pub fn in_the_making(story: &Story) -> Vec<Ownerless<'_>> {
    let system = story.system();
    let Some(step) = story.step_index() else { return vec![] };
    let top = Usage::Table { level: system.geometry().levels - 1 };
    let owned = |root| system.spaces().any(|process| process.root == root);
    let roots = system.frames().filter(|(_, frame)| frame.usage == top).map(|(ppn, _)| ppn);
    let free = roots.filter(|root| system.kernel_root() != Some(*root) && !owned(*root));
    let concerned = |root: &Ppn| {
        story.timeline.events(step).any(|event| match event {
            Event::Kernel(KernelEvent::FrameAlloc { ppn, .. } | KernelEvent::FrameFree { ppn }) => {
                ppn == root
            }
            _ => false,
        })
    };
    free.filter(concerned).map(|root| ownerless(story, root)).collect()
}

/// The root of the table in which the last PTE was written, if since then only frames were taken, given and filled.
fn touched(story: &Story) -> Option<Ppn> {
    let start = story.timeline.moments(story.step_index()?).start;
    for moment in (start..=story.timeline.moment()).rev() {
        match story.timeline.event(moment)? {
            Event::Hardware(Hw::PteWrite { pa, .. }) => return root_above(story.system(), *pa),
            Event::Kernel(
                KernelEvent::FrameAlloc { .. }
                | KernelEvent::FrameFree { .. }
                | KernelEvent::FrameRef { .. }
                | KernelEvent::FrameCopy { .. }
                | KernelEvent::FrameZero { .. }
                | KernelEvent::RunAlloc { .. }
                | KernelEvent::RunFree { .. }
                | KernelEvent::RunRef { .. }
                | KernelEvent::RunCopy { .. }
                | KernelEvent::RunZero { .. }
                | KernelEvent::VdsoPid { .. }
                | KernelEvent::PageIn { .. }
                | KernelEvent::PageOut { .. },
            ) => {}
            _ => return None,
        }
    }
    None
}

/// The page that a PTE of a table of `level` is for, and the process whose page table that is; `None` for the process while
/// its table is being built.
pub fn page_of(system: &System, level: u32, pa: PhysAddr) -> Option<(VirtAddr, Option<&Process>)> {
    let (root, vpn) = above(system, pa)?;
    let geometry = system.geometry();
    let owner = system.processes().find(|process| process.is_alive() && process.root == root);
    Some((geometry.page_address(Vpn(vpn << (geometry.index_bits * level))), owner))
}

/// The root from which a PTE is reached.
fn root_above(system: &System, pa: PhysAddr) -> Option<Ppn> {
    above(system, pa).map(|(root, _)| root)
}

/// The root from which a PTE is reached, found by going up from table to table, and the indices on the way, the root's
/// highest.
fn above(system: &System, pa: PhysAddr) -> Option<(Ppn, u64)> {
    let geometry = system.geometry();
    let mut table = Ppn(pa.0 >> geometry.page_bits);
    let mut indices = (pa.0 % geometry.page_bytes()) / geometry.pte_bytes;
    let Usage::Table { level: first } = system.frame(table)?.usage else { return None };
    for level in first + 1..geometry.levels {
        let tables = system.frames().filter(|(_, frame)| frame.usage == Usage::Table { level });
        let (above, index) =
            tables.map(|(ppn, _)| ppn).find_map(|above| Some((above, index_of(system, above, table)?)))?;
        indices |= index << (geometry.index_bits * (level - first));
        table = above;
    }
    Some((table, indices))
}

/// The index of the pointer that a table has to another, if it has one.
fn index_of(system: &System, table: Ppn, next: Ppn) -> Option<u64> {
    let geometry = system.geometry();
    let first = geometry.frame_address(table).0;
    (0..geometry.page_bytes() / geometry.pte_bytes).find(|index| {
        let pa = PhysAddr(first + index * geometry.pte_bytes);
        let pte = system.machine.memory().read(pa, geometry.pte_bytes).map(Pte);
        pte.is_some_and(|pte| pte.is_pointer() && pte.ppn(&geometry) == next)
    })
}

/// Whether a frame was taken in this step.
fn is_new(story: &Story, root: Ppn) -> bool {
    let start = story.step_index().map_or(1, |step| story.timeline.moments(step).start);
    (start..=story.timeline.moment()).any(|moment| {
        matches!(story.timeline.event(moment), Some(Event::Kernel(KernelEvent::FrameAlloc { ppn, .. })) if *ppn == root)
    })
}

/// The root that a bare machine's hart walks.
fn hart_root(system: &System) -> Option<Ppn> {
    system.machine.geometry(system.hart)?;
    Some(system.machine.hart(system.hart).csrs.satp.root(system.machine.config().paging))
}
