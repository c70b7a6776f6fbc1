//! mmap and munmap: an area that shows a file, and its end, when what was written to a shared one goes to the file.

use crate::hw::{Flags, Ppn, VirtAddr};
use crate::kernel::PAGE;
use crate::kernel::event::{Change, Failure, KernelEvent};
use crate::kernel::state::{Area, AreaKind, Backing, File, FileId, FileKind, Mapping, Pid, Process};
use crate::kernel::system::{Observer, System, Work};

/// What a process asks of mmap.
pub(in crate::kernel) struct MapRequest<'a> {
    pub file: Option<&'a str>,
    pub length: Option<u64>,
    pub offset: u64,
    pub prot: Flags,
    pub shared: bool,
    pub name: Option<&'a str>,
}

impl System {
    /// The highest gap below the kernel's pages that is large enough, as Linux and the labs of xv6 choose it.
    fn gap_for(&self, process: &Process, bytes: u64) -> Option<VirtAddr> {
        let mut end = self.user_top().0;
        for area in process.areas.iter().rev().filter(|area| !area.kind.is_kernel()) {
            if end.saturating_sub(area.end.0) >= bytes {
                break;
            }
            // What a growing stack may still take is not free.
            let stack = area.kind == AreaKind::Stack;
            end = if stack { process.stack_limit.0 } else { area.start.0 };
        }
        let start = end.checked_sub(bytes)?;
        let taken = |area: &Area| area.overlaps(VirtAddr(start), VirtAddr(end));
        (!process.areas.iter().any(taken)).then_some(VirtAddr(start))
    }
}

impl<O: Observer> Work<'_, O> {
    /// Makes an area. No frame is taken and nothing is read: the first touch of each page does that.
    pub(in crate::kernel) fn mmap(&mut self, pid: Pid, request: &MapRequest<'_>) -> Result<u64, Failure> {
        let backing = match request.file {
            None if request.shared => Some(Backing { file: FileId(self.system.files.len()), first_page: 0 }),
            None => None,
            Some(name) => {
                let (file, _) = self.system.file_named(name).ok_or(Failure::NoFile)?;
                Some(Backing { file, first_page: request.offset / PAGE })
            }
        };
        let file = backing.and_then(|backing| self.system.files().get(backing.file.0));
        let rest = file.map(|file| file.size_bytes.saturating_sub(request.offset));
        let bytes = request.length.or(rest).unwrap_or(PAGE).div_ceil(PAGE).saturating_mul(PAGE);
        if bytes == 0 || !request.offset.is_multiple_of(PAGE) {
            return Err(Failure::OutOfRange);
        }
        let mut process = self.process(pid).clone();
        let start = self.system.gap_for(&process, bytes).ok_or(Failure::OutOfRange)?;
        let end = VirtAddr(start.0 + bytes);
        if request.file.is_none() && request.shared {
            self.change(Change::LastFile(Some(File::memory(bytes).into())));
        }
        process.insert_area(Area {
            start,
            end,
            prot: request.prot,
            kind: AreaKind::Mapping,
            shared: request.shared,
            backing,
            name: request.name.map(str::to_owned),
        });
        self.set_process(pid, process);
        self.event(KernelEvent::AreaNew { pid, area: AreaKind::Mapping, start, end });
        Ok(start.0)
    }

    /// Ends the mappings of a range: dirty pages of shared ones are written to their file, then all its pages go. An
    /// area that is only partly in the range keeps the rest.
    pub(in crate::kernel) fn munmap(
        &mut self,
        pid: Pid,
        start: VirtAddr,
        bytes: Option<u64>,
    ) -> Result<(), Failure> {
        let mut process = self.process(pid).clone();
        for gone in self.mappings_in(&process, start, bytes)? {
            for mapping in self.system.mappings_between(process.root, gone.start, gone.end) {
                self.write_back(&gone, &mapping);
                self.unmap_live(&process, mapping.va);
            }
            self.drop_swapped(&process, gone.start, gone.end);
            process.cut(&gone);
            self.set_process(pid, process.clone());
            let (start, end) = (gone.start, gone.end);
            self.event(KernelEvent::AreaGone { pid, area: AreaKind::Mapping, start, end });
        }
        self.drop_unused_memory();
        Ok(())
    }

    /// Writes the dirty pages of shared mappings in a range to their files. The pages stay, clean.
    pub(in crate::kernel) fn msync(
        &mut self,
        pid: Pid,
        start: VirtAddr,
        bytes: Option<u64>,
    ) -> Result<(), Failure> {
        let process = self.process(pid).clone();
        for area in self.mappings_in(&process, start, bytes)? {
            for mapping in self.system.mappings_between(process.root, area.start, area.end) {
                if self.write_back(&area, &mapping) {
                    self.reflag(&process, mapping.va, |flags| flags.without(Flags::D));
                }
            }
        }
        Ok(())
    }

    /// The parts of a process's mappings that lie in a range. The range must begin with a page, hold a mapping, and hold
    /// nothing else; without a length it ends with the mapping.
    fn mappings_in(
        &self,
        process: &Process,
        start: VirtAddr,
        bytes: Option<u64>,
    ) -> Result<Vec<Area>, Failure> {
        let whole = |area: &Area| area.end.0 - start.0;
        let bytes = match bytes {
            Some(bytes) => bytes.div_ceil(PAGE).saturating_mul(PAGE),
            None => process.area_at(start).map(whole).ok_or(Failure::OutOfRange)?,
        };
        if bytes == 0 {
            return Err(Failure::OutOfRange);
        }
        let end = VirtAddr(start.0.checked_add(bytes).ok_or(Failure::OutOfRange)?);
        let hit: Vec<&Area> = process.areas.iter().filter(|area| area.overlaps(start, end)).collect();
        let mappings_only = hit.iter().all(|area| area.kind == AreaKind::Mapping);
        if hit.is_empty() || !mappings_only || !start.0.is_multiple_of(PAGE) {
            return Err(Failure::OutOfRange);
        }
        Ok(hit.into_iter().map(|area| area.part(area.start.max(start), area.end.min(end))).collect())
    }

    /// Unmaps the pages of an area of a process that ends, or of one that never began, writing back what must not be
    /// lost. The caller fences.
    pub(in crate::kernel) fn unmap_area(&mut self, root: Ppn, area: &Area) {
        for mapping in self.system.mappings_between(root, area.start, area.end) {
            self.write_back(area, &mapping);
            self.unmap(root, mapping.va);
        }
        for (_, place, slot) in self.system.swapped_between(root, area.start, area.end) {
            self.drop_entry(place, slot);
        }
    }

    /// Writes a page to its file if its mapping is shared and has written it; says whether it did.
    fn write_back(&mut self, area: &Area, mapping: &Mapping) -> bool {
        let ppn = mapping.place.pte.ppn(&self.system.geometry());
        let Some((file, page)) = area.file_page(mapping.va) else { return false };
        let dirty = area.shared && mapping.place.pte.flags().has(Flags::D);
        let on_disk = self.system.files()[file.0].kind != FileKind::Memory;
        if !dirty || !on_disk || self.system.cached(file, page) != Some(ppn) {
            return false;
        }
        self.write_page(file, page, ppn);
        true
    }
}
