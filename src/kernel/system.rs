//! The whole state: a machine and what the kernel knows about it.

use super::counters::{Costs, Counters};
use super::file::{File, FileId, Page};
use super::frames::{Frame, Usage};
use super::optimal::Future;
use super::policy::Policies;
use super::process::{ByName, Pid, Process};
use super::program::Program;
use super::replace::Replacement;
use super::swap::{Slot, Swapped};
use super::{PAGE, area::AreaKind};
use crate::hw::{self, Geometry, HartId, Machine, Ppn, VirtAddr};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most frames that the kernel runs with: 128 MiB, as much as xv6 expects.
pub const MOST_FRAMES: usize = 1 << 15;

/// What a system is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Setup {
    /// The machine.
    pub machine: hw::Config,
    /// What events cost on it.
    pub costs: Costs,
    /// The kernel's policies; `None` for a bare machine.
    pub kernel: Option<Policies>,
    /// The programs on its disk.
    pub programs: BTreeMap<String, Program>,
    /// The other files on its disk, by name.
    pub files: BTreeMap<String, File>,
}

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
    pub(super) frames: Vec<Frame>,
    /// How many of them are free.
    pub(super) free: usize,
    pub(super) free_head: Option<Ppn>,
    pub(super) kernel_root: Option<Ppn>,
    pub(super) processes: BTreeMap<Pid, Arc<Process>>,
    pub(super) by_name: ByName,
    pub(super) files: Vec<File>,
    /// The first file of each name; memory that is shared has none.
    pub(super) file_ids: Arc<BTreeMap<String, FileId>>,
    pub(super) cache: BTreeMap<(FileId, u64), Ppn>,
    pub(super) programs: Arc<BTreeMap<String, Program>>,
    pub(super) swap: Vec<Option<Swapped>>,
    /// The pages of shared memory that are in swap.
    pub(super) swapped_shared: BTreeMap<(FileId, u64), Slot>,
    pub(super) replacement: Replacement,
    pub(super) future: Arc<Future>,
}

/// One change of the state. [`System::swap`] applies it and gives back the one that undoes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The machine's.
    Hardware(hw::Change),
    /// What is known of a frame.
    Frame {
        /// Which.
        ppn: Ppn,
        /// What.
        frame: Frame,
    },
    /// The first frame of the free list.
    FreeHead(Option<Ppn>),
    /// A process, whole; `None` where there is none.
    Process {
        /// Which.
        pid: Pid,
        /// What.
        process: Option<Arc<Process>>,
    },
    /// The last of all files: one more, or one less.
    LastFile(Option<Box<File>>),
    /// A page of a file.
    FilePage {
        /// Which file.
        file: FileId,
        /// Which page.
        page: u64,
        /// What.
        bytes: Arc<Page>,
    },
    /// What the page cache holds of a page of a file.
    Cache {
        /// Which page of which file.
        key: (FileId, u64),
        /// In which frame.
        frame: Option<Ppn>,
    },
    /// What a slot of swap holds; `None` for nothing.
    Swap {
        /// Which slot.
        slot: Slot,
        /// What.
        held: Option<Swapped>,
    },
    /// The slot of a page of shared memory that is in swap.
    SwappedShared {
        /// Which page of which file.
        key: (FileId, u64),
        /// In which slot.
        slot: Option<Slot>,
    },
    /// What the policies of page replacement remember.
    Replacement(Replacement),
    /// The process that the hart runs.
    Running(Option<Pid>),
    /// The process of the last operation.
    Current(Option<Pid>),
    /// The hart that operations are carried out on.
    Hart(HartId),
}

impl System {
    /// A system after booting: memory is free, no process is there, the files lie on the disk.
    ///
    /// # Errors
    ///
    /// A sentence, if the machine cannot be built, or the kernel cannot run on it.
    pub fn boot(setup: &Setup) -> Result<Self, String> {
        let machine = Machine::new(setup.machine.clone())?;
        let mut system = Self {
            machine,
            policies: setup.kernel.clone(),
            costs: setup.costs,
            counters: Counters::default(),
            hart: HartId(0),
            running: None,
            current: None,
            frames: vec![],
            free: 0,
            free_head: None,
            kernel_root: None,
            processes: BTreeMap::new(),
            by_name: ByName::default(),
            files: vec![],
            file_ids: Arc::default(),
            cache: BTreeMap::new(),
            programs: Arc::new(setup.programs.clone()),
            swap: vec![],
            swapped_shared: BTreeMap::new(),
            replacement: Replacement::default(),
            future: Arc::default(),
        };
        if setup.kernel.is_some() {
            if setup.machine.paging.geometry().is_none() {
                return Err(
                    "the kernel needs page tables: set machine.paging to sv39, sv48, sv57 or sv32".into()
                );
            }
            let count = (setup.machine.memory_bytes / PAGE) as usize;
            if count > MOST_FRAMES {
                return Err(format!(
                    "the kernel runs with at most {MOST_FRAMES} frames, and here are {count}"
                ));
            }
            system.check_layouts(setup)?;
            // Traps enter at the first instruction of the trampoline.
            let (hart, value) = (HartId(0), system.trampoline().0);
            system.swap(Change::Hardware(hw::Change::Csr { hart, csr: hw::Csr::Stvec, value }));
            system.frames = vec![Frame::new(0, Usage::Free); count];
            let own = system.own_frames();
            system.free = count.saturating_sub(own.len());
            for (frame, usage) in system.frames.iter_mut().zip(&own) {
                *frame = Frame::new(1, *usage);
            }
            system.fill_free_list(own.len());
            system.make_swap()?;
            system.map_kernel(setup)?;
        }
        for (name, program) in &setup.programs {
            system.files.push(File { name: name.clone(), ..program.image.clone() });
        }
        system.files.extend(setup.files.values().cloned());
        let ids = system.files.iter().enumerate().rev().map(|(at, file)| (file.name.clone(), FileId(at)));
        system.file_ids = Arc::new(ids.collect());
        Ok(system)
    }

    /// Whether page tables can point to all of memory, and every program fits under the kernel's pages.
    fn check_layouts(&self, setup: &Setup) -> Result<(), String> {
        let geometry = self.geometry();
        if geometry.page_bytes() != PAGE {
            return Err(format!("the kernel needs page tables with pages of {PAGE} bytes"));
        }
        let end = setup.machine.memory_base.0.saturating_add(setup.machine.memory_bytes);
        let reach = 1 << (geometry.ppn_bits + geometry.page_bits);
        if end > reach {
            return Err(format!("page tables cannot point to memory from {reach:#x} on, and there is some"));
        }
        let stack = setup.kernel.as_ref().map_or(0, |policies| policies.stack_limit.pages());
        let room = self.user_top().0 / PAGE;
        let fits = |program: &Program| {
            let parts = program.end() / PAGE;
            let [stack_pages, heap] = [program.stack, program.heap].map(|size| size.pages());
            // The guard page, and a stack of one page at least.
            let rest = [stack.max(stack_pages), heap, 2];
            rest.into_iter().fold(parts, u64::saturating_add) <= room
        };
        match setup.programs.iter().find(|(_, program)| !fits(program)) {
            Some((name, _)) => Err(format!("\"{name}\" with its stack does not fit below the trapframe")),
            None => Ok(()),
        }
    }

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

    /// What the kernel keeps the lowest frames for.
    fn own_frames(&self) -> Vec<Usage> {
        let zero = self.policies.as_ref().is_some_and(|policies| policies.zero_page);
        std::iter::once(Usage::Kernel).chain(zero.then_some(Usage::Zero)).collect()
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

    /// What a name means in an expression, for a process: the start of an area, the break, a register.
    pub fn lookup(&self, process: Option<&Process>, name: &str) -> Option<u64> {
        match name {
            "page" => return Some(PAGE),
            "trampoline" => return Some(self.trampoline().0),
            "trapframe" => return Some(self.trapframe().0),
            "vdso" => return self.vdso().map(|vdso| vdso.0),
            _ => {}
        }
        let process = process?;
        let start = |kind| process.area(kind).map(|area| area.start.0);
        match name {
            "text" => start(AreaKind::Text),
            "rodata" => start(AreaKind::Rodata),
            "data" => start(AreaKind::Data),
            "bss" => start(AreaKind::Bss),
            "heap" => start(AreaKind::Heap),
            "guard" => start(AreaKind::Guard),
            "stack" => start(AreaKind::Stack),
            "stack_top" => process.area(AreaKind::Stack).map(|area| area.end.0),
            "brk" => Some(process.brk.0),
            "sp" | "pc" if !process.is_alive() => None,
            "sp" => Some(self.registers(process).1.0),
            "pc" => Some(self.registers(process).0.0),
            _ => {
                let named = |area: &&super::Area| area.name.as_deref() == Some(name);
                process.areas.iter().find(named).map(|area| area.start.0)
            }
        }
    }
}

/// The names that [`System::lookup`] knows in every process, for suggestions.
pub const NAMES: [&str; 15] = [
    "text",
    "rodata",
    "data",
    "bss",
    "heap",
    "brk",
    "stack",
    "stack_top",
    "sp",
    "pc",
    "guard",
    "trampoline",
    "trapframe",
    "vdso",
    "page",
];
