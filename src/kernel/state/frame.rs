//! What the kernel knows of a frame.

use super::area::AreaKind;
use super::file::FileId;
use super::slot::SwapSlot;
use serde::{Serialize, Serializer};
use std::fmt;

/// What a frame is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Usage {
    /// On the free list.
    Free,
    /// The kernel's own: the trampoline.
    Kernel,
    /// The kernel's frame of zeros, which all processes may read.
    Zero,
    /// A page table of this level.
    Table {
        /// 0 holds PTEs of pages.
        level: u32,
    },
    /// A process's trapframe.
    Trapframe,
    /// A process's vDSO page.
    Vdso,
    /// The stack that the kernel has for a process.
    KernelStack,
    /// A page of a process's own; the kind of the area it was taken for.
    Private(AreaKind),
    /// A page of a file, in the page cache.
    Cache {
        /// Which file.
        file: FileId,
        /// Which page of it.
        page: u64,
    },
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Free => f.write_str("free"),
            Self::Kernel => f.write_str("kernel"),
            Self::Zero => f.write_str("zero page"),
            Self::Table { level } => write!(f, "table L{level}"),
            Self::Trapframe => f.write_str("trapframe"),
            Self::Vdso => f.write_str("vdso"),
            Self::KernelStack => f.write_str("kernel stack"),
            Self::Private(kind) => kind.fmt(f),
            Self::Cache { page, .. } => write!(f, "file page {page}"),
        }
    }
}

impl Serialize for Usage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Table { .. } => serializer.serialize_str("table"),
            Self::Cache { .. } => serializer.serialize_str("cache"),
            Self::Zero => serializer.serialize_str("zero"),
            Self::KernelStack => serializer.serialize_str("kernel_stack"),
            other => serializer.collect_str(other),
        }
    }
}

/// What the kernel knows of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// How many page tables and caches hold it; 0 when it is free.
    pub refs: u32,
    /// What it is used for.
    pub usage: Usage,
    /// When its page came into memory: a number that rises from page to page. 0 while no policy asks for it.
    pub arrived: u64,
    /// For LRU when it was used last, a number that rises from use to use; for aging a byte with a bit for each of the
    /// last ticks, the newest highest.
    pub used: u64,
    /// The slot of swap that holds the same bytes, or holds its page's place.
    pub slot: Option<SwapSlot>,
}

impl Frame {
    /// One that so many hold, and of which nothing else is known.
    pub fn new(refs: u32, usage: Usage) -> Self {
        Self { refs, usage, arrived: 0, used: 0, slot: None }
    }
}
