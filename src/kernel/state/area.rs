//! Areas: what a process may use of its address space, and what for. (Linux calls one a VMA.)
//!
//! ```text
//! 0x3ffffff000  trampoline   R-X, no U    the code that traps go through
//! 0x3fffffe000  trapframe    RW-, no U    where a process's registers are kept
//! 0x3fffffd000  vdso         R--          what the kernel tells without being asked, if that is the policy
//!               mappings     downwards
//!                 ⋮
//!               heap         up to the break
//!               stack        down from the heap
//!               guard        a page that no program may use
//!               bss, data, text
//! 0x0
//! ```

use super::file::FileId;
use crate::hw::{Flags, VirtAddr};
use crate::kernel::PAGE;
use serde::Serialize;
use std::fmt;

/// What an area is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AreaKind {
    /// The program's instructions.
    Text,
    /// Its data that are never written.
    Rodata,
    /// Its initialized data.
    Data,
    /// Its data that begin as zeros.
    Bss,
    /// The page under the stack.
    Guard,
    /// The stack.
    Stack,
    /// What `sbrk` gives.
    Heap,
    /// What `mmap` gives.
    Mapping,
    /// The kernel's page that the process may read.
    Vdso,
    /// The kernel's page for the process's registers.
    Trapframe,
    /// The kernel's page with the code of trap entry and return.
    Trampoline,
    /// All of memory, as the kernel sees it.
    #[serde(rename = "direct_map")]
    DirectMap,
    /// The stack that the kernel has for a process.
    #[serde(rename = "kernel_stack")]
    KernelStack,
}

impl AreaKind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Rodata => "rodata",
            Self::Data => "data",
            Self::Bss => "bss",
            Self::Guard => "guard",
            Self::Stack => "stack",
            Self::Heap => "heap",
            Self::Mapping => "mapping",
            Self::Vdso => "vdso",
            Self::Trapframe => "trapframe",
            Self::Trampoline => "trampoline",
            Self::DirectMap => "direct map",
            Self::KernelStack => "kernel stack",
        }
    }

    /// Pages of the kernel's, which user mode may not use.
    pub fn is_kernel(self) -> bool {
        matches!(self, Self::Trapframe | Self::Trampoline | Self::DirectMap | Self::KernelStack)
    }
}

impl fmt::Display for AreaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The part of a file that an area shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backing {
    /// Which file.
    pub file: FileId,
    /// The page of the file that the area's first page shows.
    pub first_page: u64,
}

/// A range of pages with the same rights and the same source.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    /// The first address, a multiple of the page size.
    pub start: VirtAddr,
    /// The first address past it, a multiple of the page size.
    pub end: VirtAddr,
    /// Some of R, W and X.
    pub prot: Flags,
    /// What it is for.
    pub kind: AreaKind,
    /// Stores are seen by every process that maps the file.
    pub shared: bool,
    /// Where its pages come from; `None` for zeros.
    pub backing: Option<Backing>,
    /// The name that a scenario gave it.
    pub name: Option<String>,
}

impl Area {
    /// An area of zeros of one's own.
    pub fn anonymous(kind: AreaKind, start: u64, end: u64, prot: Flags) -> Self {
        Self {
            start: VirtAddr(start),
            end: VirtAddr(end),
            prot,
            kind,
            shared: false,
            backing: None,
            name: None,
        }
    }

    /// Whether an address lies in it.
    pub fn contains(&self, va: VirtAddr) -> bool {
        (self.start..self.end).contains(&va)
    }

    /// Whether it has a page in common with a range.
    pub fn overlaps(&self, start: VirtAddr, end: VirtAddr) -> bool {
        self.start < end && start < self.end
    }

    /// The addresses of its pages.
    pub fn pages(&self) -> impl Iterator<Item = VirtAddr> + use<> {
        (self.start.0..self.end.0).step_by(PAGE as usize).map(VirtAddr)
    }

    /// The page of its file that an address shows.
    pub fn file_page(&self, va: VirtAddr) -> Option<(FileId, u64)> {
        let backing = self.backing?;
        Some((backing.file, backing.first_page + (va.0 - self.start.0) / PAGE))
    }

    /// The part of it from `start` to `end`, which must lie in it.
    pub fn part(&self, start: VirtAddr, end: VirtAddr) -> Self {
        let backing = self.backing.map(|backing| Backing {
            first_page: backing.first_page + (start.0 - self.start.0) / PAGE,
            ..backing
        });
        Self { start, end, backing, ..self.clone() }
    }

    /// The name a scenario gave it, or its kind's.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(self.kind.name())
    }
}
