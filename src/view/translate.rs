//! The translation: the address cut up, and under each part what the hardware found there.

use super::{Line, Mark, Panel, Role, Thing, names};
use crate::hw::Read;
use crate::hw::Why;
use crate::hw::{Event as Hw, Geometry, PhysAddr, Pte, VirtAddr};
use crate::kernel::{Event, KernelEvent, System};
use crate::story::Story;

/// What the TLB said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lookup {
    /// It was not asked: translation is off, or the address is none.
    #[default]
    None,
    /// It had the translation, in this slot.
    Hit(usize),
    /// It had none.
    Miss,
}

/// How far the translation of one access has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// The address.
    pub va: VirtAddr,
    /// What the TLB said.
    pub lookup: Lookup,
    /// The PTEs that the walker read, with their levels.
    pub ptes: Vec<(u32, Read)>,
    /// The physical address that was reached.
    pub reached: Option<PhysAddr>,
    /// Why it ended in a trap.
    pub failed: Option<Why>,
    /// The page was written since: the trap is being handled.
    pub handled: bool,
}

impl Progress {
    /// The slot of the TLB that had it.
    pub fn hit(&self) -> Option<usize> {
        match self.lookup {
            Lookup::Hit(slot) => Some(slot),
            _ => None,
        }
    }

    /// An event of the hardware goes on with this access, or begins the next. `kernel` says that one is there, which
    /// handles traps.
    fn follow(progress: &mut Option<Self>, event: &Hw, geometry: &Geometry, kernel: bool) {
        let began = |va, lookup| Some(Self { va, lookup, ..Self::default() });
        match (event, progress.as_mut()) {
            (Hw::TlbHit { va, slot, .. }, _) => *progress = began(*va, Lookup::Hit(*slot)),
            (Hw::TlbMiss { va, .. }, _) => *progress = began(*va, Lookup::Miss),
            (Hw::MemRead { pa, .. } | Hw::MemWrite { pa, .. } | Hw::MemFetch { pa, .. }, now) => match now {
                Some(now) if now.lookup != Lookup::None => {
                    // An access to two pages has translated both before it reads the first.
                    if (now.va.0 ^ pa.0) % geometry.page_bytes() == 0 {
                        now.reached.get_or_insert(*pa);
                    }
                }
                // Without translation every address is physical.
                _ => {
                    *progress = began(VirtAddr(pa.0), Lookup::None);
                    progress.iter_mut().for_each(|progress| progress.reached = Some(*pa));
                }
            },
            (Hw::Trap { stval, why: Some(why), .. }, now) => {
                if now.is_none_or(|now| now.va != *stval) {
                    *progress = began(*stval, Lookup::None);
                }
                progress.iter_mut().for_each(|progress| progress.failed = Some(*why));
            }
            (Hw::PteRead { level, pa, pte }, Some(now)) => {
                now.ptes.push((*level, Read { pa: *pa, pte: *pte }));
            }
            // The walker has set A or D; a kernel mends after the trap.
            (Hw::PteWrite { pa, pte, .. }, Some(now)) => {
                match now.ptes.iter_mut().find(|(_, step)| step.pa == *pa) {
                    Some((_, step)) if now.failed.is_none() => step.pte = *pte,
                    _ => now.handled = kernel,
                }
            }
            (Hw::TrapReturn { .. }, Some(now)) => now.handled = kernel,
            _ => {}
        }
    }
}

/// The last access that this step has tried so far.
pub fn progress(story: &Story) -> Option<Progress> {
    let step = story.step_index()?;
    let system = story.system();
    let geometry = system.machine.geometry(system.hart).unwrap_or(system.geometry());
    // On a bare machine the handler repairs nothing, and nothing is tried again.
    let kernel = system.policies.is_some();
    let mut progress = None;
    for moment in story.timeline.moments(step).start..=story.timeline.moment() {
        match story.timeline.event(moment)? {
            Event::Hardware(event) => Progress::follow(&mut progress, event, &geometry, kernel),
            // What follows takes the process apart: nothing is mended.
            Event::Kernel(KernelEvent::ProcessKill { .. }) => break,
            Event::Kernel(_) => {}
        }
    }
    progress
}

/// The panel.
pub fn panel(story: &Story) -> Panel {
    let system = story.system();
    let subject = system.current.and_then(|pid| system.process(pid));
    let Some(progress) = progress(story) else {
        let nothing = match story.step_index() {
            None => "Nothing has happened yet.",
            Some(_) => "This step translates no address so far.",
        };
        return Panel::new("Translate", vec![Line::of(Role::Dim, nothing)]);
    };
    let place =
        names::address(system, subject, progress.va).map(|name| format!(" = {name}")).unwrap_or_default();
    let title = format!("Translate {}{place}", progress.va);
    let asked = progress.lookup != Lookup::None || progress.failed == Some(Why::NonCanonical);
    let Some(geometry) = system.machine.geometry(system.hart).filter(|_| asked) else {
        return Panel::new(title, vec![off(&progress, place_of(system, progress.va))]);
    };
    let mut lines = cut(&geometry, progress.va, &progress);
    let stale = progress.hit().is_some_and(|slot| system.machine.stale_slots(system.hart).contains(&slot));
    let none = system.machine.config().tlb.entries == 0;
    lines.push(verdict(&geometry, &progress, stale, none));
    Panel { title, lines, focus: 0 }
}

/// Translation is off.
fn off(progress: &Progress, there: Thing) -> Line {
    let line = Line::of(Role::Plain, "Translation is off: ");
    match progress.failed {
        Some(why) => line.with(Role::Fault, reason(why)),
        None => line
            .with(Role::Plain, "the physical address is ")
            .with_thing(there, Role::Plain, progress.va.to_string())
            .with(Role::Plain, "."),
    }
}

/// What an address is in without translation: a frame, or on a machine without frames a word as wide as a PTE.
fn place_of(system: &System, va: VirtAddr) -> Thing {
    let pte_bytes = system.geometry().pte_bytes;
    match system.policies {
        Some(_) => Thing::Frame(system.geometry().ppn(PhysAddr(va.0))),
        None => Thing::Word(PhysAddr(va.0 / pte_bytes * pte_bytes)),
    }
}

/// How wide a column is.
const COLUMN: usize = 12;

/// How many levels stand beside each other, with the offset, on a screen of 80 columns.
const BESIDE: u32 = 3;

/// Three lines: the parts' names, their values, and what the walker found with each. With more levels than fit beside
/// each other, three for the upper ones and three for the lower ones.
fn cut(geometry: &Geometry, va: VirtAddr, progress: &Progress) -> Vec<Line> {
    let levels: Vec<u32> = (0..geometry.levels).rev().collect();
    let groups = geometry.levels.div_ceil(BESIDE).max(1) as usize;
    let mut lines = vec![];
    for group in levels.chunks(levels.len().div_ceil(groups).max(1)) {
        let (mut heads, mut parts, mut found) = (Line::default(), Line::default(), Line::default());
        for level in group {
            heads = heads.with(Role::Dim, format!("{:COLUMN$}", format!("VPN[{level}]")));
            let digits = geometry.index_bits_at(*level).div_ceil(4) as usize;
            let index = format!("{:0digits$x}", geometry.index(va, *level));
            let (role, cell) = cell(geometry, *level, progress);
            parts = parts.with_thing(Thing::Address(va), Role::Strong, format!("{index:COLUMN$}"));
            let read = progress.ptes.iter().find(|(at, _)| at == level);
            let text = format!("{cell:COLUMN$}");
            found = match read {
                Some((level, step)) => {
                    found.with_thing(Thing::Pte { pa: step.pa, level: *level }, role, text)
                }
                None => found.with(role, text),
            };
        }
        if group.contains(&0) {
            let digits = geometry.page_bits.div_ceil(4) as usize;
            heads = heads.with(Role::Dim, "offset");
            let offset = format!("{:0digits$x}", geometry.offset(va));
            parts = parts.with_thing(Thing::Address(va), Role::Strong, offset);
        }
        lines.extend([heads, parts, found]);
    }
    lines
}

/// What the walker found at a level.
fn cell(geometry: &Geometry, level: u32, progress: &Progress) -> (Role, String) {
    let Some((_, step)) = progress.ptes.iter().find(|(at, _)| *at == level) else {
        let absent = matches!(progress.failed, Some(Why::PteAbsent { level: at, .. }) if at == level);
        return if absent { (Role::Fault, "✗ no memory".into()) } else { (Role::Dim, "·".into()) };
    };
    let last = progress.ptes.last().is_some_and(|(at, _)| *at == level);
    match progress.failed {
        Some(why) if last => (Role::Fault, format!("✗ {}", short(why, step.pte))),
        _ if !step.pte.is_valid() => (Role::Fault, "✗ V=0".into()),
        _ => {
            let target = geometry.frame_address(step.pte.ppn(geometry)).0;
            (if step.pte.is_leaf() { Role::Good } else { Role::Path }, format!("✓ {target:x}"))
        }
    }
}

/// Why a walk failed, in at most nine columns.
fn short(why: Why, pte: Pte) -> String {
    match why {
        Why::NonCanonical => "address".into(),
        Why::PteAbsent { .. } | Why::MemoryAbsent { .. } => "no memory".into(),
        Why::Invalid { .. } => "V=0".into(),
        Why::WriteWithoutRead { .. } => "W, no R".into(),
        Why::ReservedBits { .. } => "reserved".into(),
        Why::PointerBits { .. } => "D/A/U set".into(),
        Why::NoLeaf => "no leaf".into(),
        Why::MisalignedSuperpage { .. } => "alignment".into(),
        Why::UserPage => "U=1".into(),
        Why::SupervisorPage => "U=0".into(),
        Why::NotReadable => "R=0".into(),
        Why::NotWritable if pte.flags().has(crate::kernel::state::COW) => "W=0, COW".into(),
        Why::NotWritable => "W=0".into(),
        Why::NotExecutable => "X=0".into(),
        Why::AccessedClear => "A=0".into(),
        Why::DirtyClear => "D=0".into(),
    }
}

/// The last line: where the translation came from and where it led.
fn verdict(geometry: &Geometry, progress: &Progress, stale: bool, no_tlb: bool) -> Line {
    let line = match progress.lookup {
        Lookup::None => Line::of(Role::Plain, "The TLB is not asked"),
        Lookup::Hit(slot) if stale => {
            let line = hit(slot, Role::Good).with(Role::Dim, ", ");
            line.with(Role::Fault, format!("{} stale", Mark::Stale.glyph()))
        }
        Lookup::Hit(slot) if progress.ptes.is_empty() => hit(slot, Role::Good),
        Lookup::Hit(slot) => hit(slot, Role::Plain).with(Role::Plain, ", D=0: walk again"),
        Lookup::Miss if no_tlb => Line::of(Role::Plain, "No TLB"),
        Lookup::Miss => Line::of(Role::Plain, "TLB miss"),
    };
    let line = line.with(Role::Dim, " → ");
    match (progress.reached, progress.failed) {
        (_, Some(why)) if progress.handled => {
            let pte = progress.ptes.last().map_or(Pte(0), |(_, step)| step.pte);
            line.with(Role::Fault, short(why, pte)).with(Role::Dim, ": the kernel mends it")
        }
        (_, Some(why)) => line.with(Role::Fault, reason(why)),
        (Some(pa), None) => {
            let line = line.with_thing(Thing::Frame(geometry.ppn(pa)), Role::Good, pa.to_string());
            if progress.hit().is_some() {
                return line;
            }
            line.with(Role::Dim, format!(" (low {} bits stay)", geometry.page_bits))
        }
        (None, None) => line.with(Role::Dim, "…"),
    }
}

/// The slot of the TLB that had the translation.
fn hit(slot: usize, role: Role) -> Line {
    Line::default().with_thing(Thing::Slot(slot), role, format!("TLB hit, slot {slot}"))
}

/// Why a translation failed, in a few words.
pub fn reason(why: Why) -> &'static str {
    match why {
        Why::NonCanonical => "the high bits are no sign extension",
        Why::PteAbsent { .. } => "the PTE would lie outside memory",
        Why::Invalid { .. } => "the PTE is not valid",
        Why::WriteWithoutRead { .. } => "W without R is reserved",
        Why::ReservedBits { .. } => "reserved bits are set",
        Why::PointerBits { .. } => "D, A or U is set in a pointer",
        Why::NoLeaf => "the last level points on",
        Why::MisalignedSuperpage { .. } => "the superpage is misaligned",
        Why::UserPage => "supervisor may not use a user page",
        Why::SupervisorPage => "user mode may not use this page",
        Why::NotReadable => "the page may not be read",
        Why::NotWritable => "the page may not be written",
        Why::NotExecutable => "the page may not be executed",
        Why::AccessedClear => "A must be set first",
        Why::DirtyClear => "D must be set first",
        Why::MemoryAbsent { .. } => "there is no memory at that address",
    }
}
