//! Files on a simulated disk.

use crate::hw;
use crate::kernel::PAGE;
use serde::Serialize;
use std::sync::Arc;

/// The number of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct FileId(pub usize);

/// A page's bytes.
pub type Page = hw::memory::Chunk;

/// A file: a name and its pages, which clones share. The bytes of the last page past the end of the file are zeros, and stay so.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// How many bytes it has.
    pub size_bytes: u64,
    pub(in crate::kernel) pages: Vec<Arc<Page>>,
    /// What it is for.
    pub kind: FileKind,
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Data.
    Data,
    /// What `exec` loads.
    Program,
    /// Memory that processes share, without a name and without a disk: its pages are zeros at first, lie in the page
    /// cache only, and are gone with the last mapping. (Linux has a file in its shmem for it.)
    Memory,
}

impl File {
    /// A file with these bytes.
    pub fn new(name: &str, bytes: &[u8]) -> Self {
        let pages = bytes.chunks(PAGE as usize).map(|chunk| {
            let mut page = [0; PAGE as usize];
            page[..chunk.len()].copy_from_slice(chunk);
            Arc::new(page)
        });
        Self {
            name: name.to_owned(),
            size_bytes: bytes.len() as u64,
            pages: pages.collect(),
            kind: FileKind::Data,
        }
    }

    /// The file of a program, without a name.
    pub fn program(bytes: &[u8]) -> Self {
        Self { kind: FileKind::Program, ..Self::new("", bytes) }
    }

    /// So many bytes of memory to share.
    pub(in crate::kernel) fn memory(size_bytes: u64) -> Self {
        Self { name: "shared memory".into(), size_bytes, pages: vec![], kind: FileKind::Memory }
    }

    /// What the disk holds of a page; `None` past the end, and for memory.
    pub fn page(&self, page: u64) -> Option<&Arc<Page>> {
        self.pages.get(page as usize)
    }

    /// Whether it has such a page.
    pub fn has_page(&self, page: u64) -> bool {
        page < self.size_bytes.div_ceil(PAGE)
    }
}
