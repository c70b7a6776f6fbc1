//! The whole state: a machine and what the kernel knows about it.

use crate::hw::{Geometry, HartId, Machine, Ppn, VirtAddr};
use crate::kernel::PAGE;
use crate::kernel::event::{Change, Counters};
use crate::kernel::setup::{Bug, Costs, Policies, Program};
use crate::kernel::state::{
    ByName, File, FileId, Frame, Future, Hands, Pid, Process, SwapSlot, Swapped, Usage,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A machine and a kernel. It is deterministic: the same operations give the same events.
#[derive(Clone, Debug, PartialEq)]
pub struct System {
    /// The machine.
    pub machine: Machine,
    /// The kernel's policies; `None` for a bare machine.
    pub policies: Option<Policies>,
    /// What events cost.
    pub costs: Costs,
    /// What the run has cost so far.
    pub counters: Counters,
    /// The hart that operations are carried out on.
    pub hart: HartId,
    /// The process that the hart runs; `None` while it is the kernel's.
    pub running: Option<Pid>,
    /// The process of the last operation: whom an operation means that names nobody.
    pub current: Option<Pid>,
    pub(in crate::kernel) frames: Vec<Frame>,
    /// How many of them are free.
    pub(in crate::kernel) free: usize,
    pub(in crate::kernel) free_head: Option<Ppn>,
    pub(in crate::kernel) kernel_root: Option<Ppn>,
    pub(in crate::kernel) processes: BTreeMap<Pid, Arc<Process>>,
    pub(in crate::kernel) by_name: ByName,
    pub(in crate::kernel) files: Vec<File>,
    /// The first file of each name; memory that is shared has none.
    pub(in crate::kernel) file_ids: Arc<BTreeMap<String, FileId>>,
    pub(in crate::kernel) cache: BTreeMap<(FileId, u64), Ppn>,
    pub(in crate::kernel) programs: Arc<BTreeMap<String, Program>>,
    pub(in crate::kernel) swap: Vec<Option<Swapped>>,
    /// The pages of shared memory that are in swap.
    pub(in crate::kernel) swapped_shared: BTreeMap<(FileId, u64), SwapSlot>,
    pub(in crate::kernel) replacement: Hands,
    pub(in crate::kernel) future: Arc<Future>,
}

impl System {
    /// How the kernel's page tables are laid out: the widest mode of the machine.
    pub fn geometry(&self) -> Geometry {
        self.machine.config().paging.geometry().unwrap_or(Geometry::SV39)
    }

    /// A number as an address: as wide as the registers are.
    pub fn address(&self, value: u64) -> VirtAddr {
        let is_32_bit = self.machine.config().paging.is_32_bit();
        VirtAddr(if is_32_bit { value & 0xffff_ffff } else { value })
    }

    /// The programs on the disk.
    pub fn programs(&self) -> &BTreeMap<String, Program> {
        &self.programs
    }

    /// The files on the disk, programs first.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The frame with the code of trap entry and return: the lowest.
    pub fn trampoline_frame(&self) -> Ppn {
        Ppn(self.machine.memory().base().0 / PAGE)
    }

    /// The frame of zeros that all may read, the next; `None` if the kernel has none.
    pub fn zero_frame(&self) -> Option<Ppn> {
        let has_one = self.policies.as_ref()?.zero_page;
        has_one.then(|| Ppn(self.trampoline_frame().0 + 1))
    }

    /// Where every process has the trampoline: the last page of the user half.
    pub fn trampoline(&self) -> VirtAddr {
        VirtAddr(self.geometry().user_end().0 - PAGE)
    }

    /// Where every process has its trapframe: the page below.
    pub fn trapframe(&self) -> VirtAddr {
        VirtAddr(self.trampoline().0 - PAGE)
    }

    /// Applies a change and gives back its inverse: the one door through which state changes.
    pub fn swap(&mut self, change: Change) -> Change {
        use std::mem::replace;
        match change {
            Change::Hardware(change) => Change::Hardware(self.machine.swap(change)),
            Change::Frame { ppn, frame } => {
                let index = self.frame_index(ppn).expect("a frame that exists");
                let old = replace(&mut self.frames[index], frame);
                self.free += usize::from(frame.usage == Usage::Free);
                self.free -= usize::from(old.usage == Usage::Free);
                Change::Frame { ppn, frame: old }
            }
            Change::FreeHead(head) => Change::FreeHead(replace(&mut self.free_head, head)),
            Change::Process { pid, process } => {
                process.iter().for_each(|process| self.by_name.add(process));
                let old = match process {
                    Some(process) => self.processes.insert(pid, process),
                    None => self.processes.remove(&pid),
                };
                // A process that only changes may be called and be alive as before.
                let now = self.processes.get(&pid).map(|process| &**process);
                old.iter().for_each(|old| self.by_name.remove(old, now));
                Change::Process { pid, process: old }
            }
            Change::LastFile(Some(file)) => {
                self.files.push(*file);
                Change::LastFile(None)
            }
            Change::LastFile(None) => Change::LastFile(self.files.pop().map(Box::new)),
            Change::FilePage { file, page, bytes } => {
                let old = replace(&mut self.files[file.0].pages[page as usize], bytes);
                Change::FilePage { file, page, bytes: old }
            }
            Change::Cache { key, frame: Some(frame) } => {
                Change::Cache { key, frame: self.cache.insert(key, frame) }
            }
            Change::Cache { key, frame: None } => Change::Cache { key, frame: self.cache.remove(&key) },
            Change::Swap { slot, held } => {
                Change::Swap { slot, held: replace(&mut self.swap[slot.0 as usize], held) }
            }
            Change::SwappedShared { key, slot: Some(slot) } => {
                Change::SwappedShared { key, slot: self.swapped_shared.insert(key, slot) }
            }
            Change::SwappedShared { key, slot: None } => {
                Change::SwappedShared { key, slot: self.swapped_shared.remove(&key) }
            }
            Change::Replacement(new) => Change::Replacement(replace(&mut self.replacement, new)),
            Change::Running(pid) => Change::Running(replace(&mut self.running, pid)),
            Change::Current(pid) => Change::Current(replace(&mut self.current, pid)),
            Change::Hart(hart) => Change::Hart(replace(&mut self.hart, hart)),
        }
    }

    /// Applies a change and leaves its inverse in its place.
    pub fn swap_in_place(&mut self, change: &mut Change) {
        let applied = std::mem::replace(change, Change::FreeHead(None));
        *change = self.swap(applied);
    }

    /// What the kernel gets wrong.
    pub fn bug(&self) -> Bug {
        self.policies.as_ref().map(|policies| policies.bug).unwrap_or_default()
    }
}
