//! The fault handler: which case is it, and what follows.

use crate::hw::{Access, AdUpdate, Flags, Trap, VirtAddr};
use crate::kernel::PAGE;
use crate::kernel::event::{FaultCase, FaultCaseOrMemory, KernelEvent, Prot};
use crate::kernel::setup::{Bug, Stack};
use crate::kernel::state::{Area, AreaKind, COW, FileId, Pid, Place, Process, Usage};
use crate::kernel::system::{Observer, System, Work};

/// How far below `sp` a growing stack may be touched, in bytes: a function may use a little before it moves `sp`.
const BELOW_SP: u64 = 256;

impl System {
    /// Which case a fault is: policy only, nothing is changed. An access that the area allows is mended, whatever the
    /// page table says now; one that it does not allow is not.
    pub fn diagnose(&self, process: &Process, va: VirtAddr, access: Access) -> FaultCase {
        let Some(area) = self.area_at(process, va) else { return self.outside(process, va) };
        if area.kind == AreaKind::Guard {
            return FaultCase::GuardPage;
        }
        if area.kind.is_kernel() {
            return FaultCase::KernelPage;
        }
        if !area.prot.has(needed(access)) {
            return FaultCase::Forbidden;
        }
        match self.leaf_for(process.root, va) {
            Some(place) => self.present(place, access),
            None if self.is_swapped(process, va) => FaultCase::SwapIn,
            // The heap ends with the break, also inside of a page.
            None if area.kind == AreaKind::Heap && va >= process.brk => FaultCase::NoArea,
            None if self.is_for_superpage(process, &area, va) => FaultCase::SuperpageFill,
            None => self.absent(&area, va, access),
        }
    }

    fn outside(&self, process: &Process, va: VirtAddr) -> FaultCase {
        let grows = self.policies.as_ref().is_some_and(|policies| policies.stack == Stack::Grow);
        let Some(stack) = process.area(AreaKind::Stack).filter(|_| grows) else { return FaultCase::NoArea };
        let (_, sp) = self.registers(process);
        if !(process.stack_limit..stack.start).contains(&va) {
            FaultCase::NoArea
        } else if va.0 < sp.0.saturating_sub(BELOW_SP) {
            FaultCase::WildStack
        } else {
            FaultCase::StackGrowth
        }
    }

    /// Whether the page of an address is in swap.
    pub fn is_swapped(&self, process: &Process, va: VirtAddr) -> bool {
        self.pte_for(process.root, va).is_some_and(|place| self.slot_in(place.pte).is_some())
    }

    fn present(&self, place: Place, access: Access) -> FaultCase {
        let flags = place.pte.flags();
        let owners = self.owners(&place);
        let by_kernel = self.machine.config().ad_update == AdUpdate::Fault;
        match access {
            Access::Store if flags.has(COW) && owners == 1 => FaultCase::CowLastOwner,
            Access::Store if flags.has(COW) && place.level > 0 => self.superpage_copy_case(),
            Access::Store if flags.has(COW) => FaultCase::CowCopy,
            _ if by_kernel && !flags.has(Flags::A) => FaultCase::SetAccessed,
            Access::Store if by_kernel && !flags.has(Flags::D) => FaultCase::SetDirty,
            _ => FaultCase::Spurious,
        }
    }

    fn absent(&self, area: &Area, va: VirtAddr, access: Access) -> FaultCase {
        let exists = |(file, page): (FileId, u64)| self.files()[file.0].has_page(page);
        match area.file_page(va) {
            Some(at) if exists(at) && access == Access::Store && !area.shared => FaultCase::FileCopy,
            Some(at) if exists(at) => FaultCase::FilePage,
            // Past the end of the file there are zeros.
            _ if access == Access::Load && !area.shared && self.zero_frame().is_some() => FaultCase::ZeroPage,
            _ => FaultCase::ZeroFill,
        }
    }
}

/// What an area must allow for an access.
fn needed(access: Access) -> Flags {
    match access {
        Access::Load => Flags::R,
        Access::Store => Flags::W,
        Access::Fetch => Flags::X,
    }
}

/// The flags of a page that is not the process's own yet: what may be written is copy-on-write.
fn read_only(prot: Flags) -> Flags {
    let flags = prot | Flags::U;
    if flags.has(Flags::W) { flags.without(Flags::W) | COW } else { flags }
}

impl<O: Observer> Work<'_, O> {
    /// Mends a fault, so that the instruction can be tried again, or says why it cannot be mended.
    pub(in crate::kernel) fn handle_fault(
        &mut self,
        pid: Pid,
        trap: &Trap,
        access: Access,
    ) -> Result<(), FaultCaseOrMemory> {
        let va = trap.stval;
        let case = match trap.cause.is_page_fault() {
            true => self.system.diagnose(self.process(pid), va, access),
            false => FaultCase::Unrepairable,
        };
        self.tell_fault(pid, va, access, case, false);
        self.mend(pid, va, access, case)
    }

    /// Says which case it is; `in_kernel` if it was found by the kernel itself, on the process's behalf.
    pub(in crate::kernel) fn tell_fault(
        &mut self,
        pid: Pid,
        va: VirtAddr,
        access: Access,
        case: FaultCase,
        in_kernel: bool,
    ) {
        let area = self.system.area_at(self.process(pid), va);
        let (kind, prot) = (area.as_ref().map(|area| area.kind), area.map(|area| Prot(area.prot)));
        self.event(KernelEvent::Fault { pid, va, access, case, area: kind, prot, in_kernel });
    }

    /// Does what a case asks for.
    ///
    /// # Errors
    ///
    /// The case, if it is one that kills; or that no frame is left.
    pub(in crate::kernel) fn mend(
        &mut self,
        pid: Pid,
        va: VirtAddr,
        access: Access,
        case: FaultCase,
    ) -> Result<(), FaultCaseOrMemory> {
        let process = self.process(pid).clone();
        let page = va.round_down(PAGE);
        match case {
            case if case.kills() => return Err(FaultCaseOrMemory::Fault(case)),
            FaultCase::StackGrowth => self.grow_stack(&process, page, access)?,
            FaultCase::ZeroFill => self.zero_fill(&process, page)?,
            FaultCase::ZeroPage => self.map_zero_page(&process, page)?,
            FaultCase::SwapIn => Self::or_out_of_memory(self.swap_in(&process, page))?,
            FaultCase::FilePage => self.map_file_page(&process, page)?,
            FaultCase::FileCopy => self.copy_file_page(&process, page)?,
            FaultCase::CowCopy => self.copy_on_write(&process, page)?,
            FaultCase::SuperpageFill | FaultCase::SuperpageCopy | FaultCase::SuperpageSplit => {
                self.mend_superpage(pid, va, access, case)?;
            }
            FaultCase::CowLastOwner => {
                self.reflag(&process, page, |flags| flags.without(COW) | Flags::W);
            }
            FaultCase::SetAccessed if self.has(Bug::NeverAccessed) => {}
            FaultCase::SetAccessed => {
                let dirty = if access == Access::Store { Flags::D } else { Flags::default() };
                self.reflag(&process, page, |flags| flags | Flags::A | dirty);
            }
            FaultCase::SetDirty => self.reflag(&process, page, |flags| flags | Flags::D),
            _ => self.fence_page(page, process.asid),
        }
        Ok(())
    }

    fn grow_stack(
        &mut self,
        process: &Process,
        page: VirtAddr,
        access: Access,
    ) -> Result<(), FaultCaseOrMemory> {
        let mut grown = process.clone();
        for stack in grown.areas.iter_mut().filter(|area| area.kind == AreaKind::Stack) {
            stack.start = page;
        }
        let (pid, end) = (process.pid, grown.area(AreaKind::Stack).map_or(page, |stack| stack.end));
        self.set_process(pid, grown.clone());
        self.event(KernelEvent::AreaResize { pid, area: AreaKind::Stack, start: page, end });
        match access == Access::Load && self.system.zero_frame().is_some() {
            true => self.map_zero_page(&grown, page),
            false => self.zero_fill(&grown, page),
        }
    }

    fn zero_fill(&mut self, process: &Process, page: VirtAddr) -> Result<(), FaultCaseOrMemory> {
        let area = process.area_at(page).expect("the case was diagnosed in an area");
        let frame = Self::or_out_of_memory(self.alloc_zeroed(Usage::Private(area.kind)))?;
        Self::or_out_of_memory(self.map_or_put(process.root, page, frame, area.prot | Flags::U))
    }

    /// The kernel's zeros, marked copy-on-write where the process may write: the kernel is an owner that keeps them.
    fn map_zero_page(&mut self, process: &Process, page: VirtAddr) -> Result<(), FaultCaseOrMemory> {
        let area = process.area_at(page).expect("the case was diagnosed in an area");
        let frame = self.system.zero_frame().expect("and the kernel has the zeros");
        self.get_frame(frame);
        Self::or_out_of_memory(self.map_or_put(process.root, page, frame, read_only(area.prot)))
    }

    /// A page of a file as the page cache has it. A private page that may be written is marked copy-on-write: the cache
    /// is an owner that keeps its bytes.
    fn map_file_page(&mut self, process: &Process, page: VirtAddr) -> Result<(), FaultCaseOrMemory> {
        let area = process.area_at(page).expect("the case was diagnosed in an area");
        let (file, at) = area.file_page(page).expect("and the area shows a file");
        let frame = Self::or_out_of_memory(self.cache_page(file, at))?;
        let flags = if area.shared { area.prot | Flags::U } else { read_only(area.prot) };
        self.get_frame(frame);
        Self::or_out_of_memory(self.map_or_put(process.root, page, frame, flags))
    }

    fn copy_file_page(&mut self, process: &Process, page: VirtAddr) -> Result<(), FaultCaseOrMemory> {
        let area = process.area_at(page).expect("the case was diagnosed in an area");
        let (file, at) = area.file_page(page).expect("and the area shows a file");
        let cached = Self::or_out_of_memory(self.cache_page(file, at))?;
        let copy = Self::or_out_of_memory(self.alloc_copy(cached, Usage::Private(area.kind)))?;
        Self::or_out_of_memory(self.map_or_put(process.root, page, copy, area.prot | Flags::U))
    }

    fn copy_on_write(&mut self, process: &Process, page: VirtAddr) -> Result<(), FaultCaseOrMemory> {
        let area = process.area_at(page).expect("the case was diagnosed in an area");
        let Some(place) = self.system.leaf_for(process.root, page) else { return Ok(()) };
        let shared = place.pte.ppn(&self.system.geometry());
        let copy = Self::or_out_of_memory(self.alloc_copy(shared, Usage::Private(area.kind)))?;
        let flags = place.pte.flags().without(COW) | Flags::W;
        self.write_pte(place.level, place.pa, crate::hw::Pte::new(copy, flags));
        // Nobody else may get the frame while the TLB still leads to it.
        self.fence_page(page, process.asid);
        self.put_frame(shared);
        Ok(())
    }

    /// Changes the flags of a page, and fences it.
    pub(in crate::kernel) fn reflag(
        &mut self,
        process: &Process,
        page: VirtAddr,
        change: impl FnOnce(Flags) -> Flags,
    ) {
        let Some(place) = self.system.leaf_for(process.root, page) else { return };
        let flags = change(place.pte.flags());
        self.write_pte(place.level, place.pa, place.pte.with_flags(flags));
        self.fence_page(page, process.asid);
    }
}
