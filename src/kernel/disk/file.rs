//! Files on a simulated disk, and the page cache: the frames that hold their pages, shared by all who map them.

use crate::hw::Ppn;
use crate::hw::memory::Contents;
use crate::kernel::PAGE;
use crate::kernel::event::{Change, DiskPage, KernelEvent};
use crate::kernel::state::{File, FileId, FileKind, Usage};
use crate::kernel::system::{Observer, System, Work};
use std::collections::BTreeSet;
use std::sync::Arc;

impl System {
    /// The files that have names, programs first.
    pub fn named_files(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.kind != FileKind::Memory)
    }

    /// The file of this name.
    pub fn file_named(&self, name: &str) -> Option<(FileId, &File)> {
        let id = *self.file_ids.get(name)?;
        Some((id, &self.files[id.0]))
    }

    /// The frame that holds a page of a file, if the page cache has it.
    pub fn cached(&self, file: FileId, page: u64) -> Option<Ppn> {
        self.cache.get(&(file, page)).copied()
    }

    /// What the page cache holds: pages of files, in the order of files and pages, and their frames.
    pub fn page_cache(&self) -> impl Iterator<Item = ((FileId, u64), Ppn)> {
        self.cache.iter().map(|(key, ppn)| (*key, *ppn))
    }
}

impl<O: Observer> Work<'_, O> {
    /// The cached frame of a page of a file, read from the disk if it is not there. The cache is one of the frame's
    /// owners. `None` if there is no such page, or no free frame.
    pub(in crate::kernel) fn cache_page(&mut self, file: FileId, page: u64) -> Option<Ppn> {
        if let Some(ppn) = self.system.cached(file, page) {
            return Some(ppn);
        }
        let found = &self.system.files[file.0];
        if !found.has_page(page) {
            return None;
        }
        let (usage, key) = (Usage::Cache { file, page }, (file, page));
        if let Some(slot) = self.system.swapped_shared.get(&key).copied() {
            return self.swap_in_shared(key, slot, usage);
        }
        if found.kind == FileKind::Memory {
            let ppn = self.alloc_zeroed(usage)?;
            self.change(Change::Cache { key, frame: Some(ppn) });
            self.event(KernelEvent::CacheAdd { ppn });
            return Some(ppn);
        }
        let ppn = self.alloc_frame(usage)?;
        self.change(Change::Cache { key, frame: Some(ppn) });
        self.read_page(file, page, ppn);
        Some(ppn)
    }

    /// The frames of shared memory that nobody maps any more come back, and its slots in swap.
    pub(in crate::kernel) fn drop_unused_memory(&mut self) {
        let system = &self.system;
        let backings = system.spaces().flat_map(|process| &process.areas).filter_map(|area| area.backing);
        let mapped: BTreeSet<FileId> = backings.map(|backing| backing.file).collect();
        let unused = |(file, _): &(FileId, u64)| {
            system.files[file.0].kind == FileKind::Memory && !mapped.contains(file)
        };
        let cached: Vec<_> =
            system.cache.iter().filter(|(key, _)| unused(key)).map(|(k, v)| (*k, *v)).collect();
        let swapped = system.swapped_shared.iter().filter(|(key, _)| unused(key));
        let swapped: Vec<_> = swapped.map(|(key, slot)| (*key, *slot)).collect();
        for (key, ppn) in cached {
            self.change(Change::Cache { key, frame: None });
            self.put_frame(ppn);
        }
        for (key, slot) in swapped {
            self.change(Change::SwappedShared { key, slot: None });
            self.put_slot(slot);
        }
    }

    /// A page of a file in a frame of one's own: copied from the page cache if it is there, where it may be newer than on
    /// the disk, and read otherwise.
    pub(in crate::kernel) fn read_privately(&mut self, file: FileId, page: u64, usage: Usage) -> Option<Ppn> {
        if let Some(cached) = self.system.cached(file, page) {
            return self.alloc_copy(cached, usage);
        }
        let ppn = self.alloc_frame(usage)?;
        self.read_page(file, page, ppn);
        Some(ppn)
    }

    /// Reads a page of a file into a frame.
    pub(in crate::kernel) fn read_page(&mut self, file: FileId, page: u64, ppn: Ppn) {
        let File { name, pages, .. } = &self.system.files[file.0];
        let (name, bytes) = (name.clone(), pages[page as usize].clone());
        self.fill_frame(ppn, Contents::Bytes(bytes));
        self.event(KernelEvent::PageIn { place: DiskPage::File { file: name, page }, ppn });
    }

    /// Writes a frame of the page cache to the disk at once: the kernel itself has changed it, and no D bit says so.
    pub(in crate::kernel) fn write_through(&mut self, ppn: Ppn) {
        if let Some(Usage::Cache { file, page }) = self.system.frame(ppn).map(|frame| frame.usage)
            && self.system.files[file.0].kind != FileKind::Memory
        {
            self.write_page(file, page, ppn);
        }
    }

    /// Writes a frame to its page of a file. The file keeps its size: bytes past its end are not written.
    pub(in crate::kernel) fn write_page(&mut self, file: FileId, page: u64, ppn: Ppn) {
        let File { name, size_bytes, .. } = &self.system.files[file.0];
        let (name, inside) = (name.clone(), size_bytes.saturating_sub(page * PAGE).min(PAGE) as usize);
        let mut bytes = *self.frame_contents(ppn).bytes();
        bytes[inside..].fill(0);
        self.change(Change::FilePage { file, page, bytes: Arc::new(bytes) });
        self.event(KernelEvent::PageOut { place: DiskPage::File { file: name, page }, ppn });
    }
}
