//! Programs: what `exec` loads. Their files lie on the simulated disk beside all others.

use crate::hw::{Flags, VirtAddr};
use crate::kernel::PAGE;
use crate::kernel::op::Size;
use crate::kernel::state::{AreaKind, File};

/// A program: where its parts lie in memory, and the pages that hold their bytes on the disk.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// Its parts, in the order of addresses, none overlapping another.
    pub parts: Vec<Part>,
    /// The program's file, which has no name yet: whole pages, those of the parts that have some.
    pub image: File,
    /// The address of its first instruction.
    pub entry: VirtAddr,
    /// Bytes of stack at the start.
    pub stack: Size,
    /// Bytes of heap at the start, as if the program's first instruction were an `sbrk`.
    pub heap: Size,
}

/// Pages of a program with the same rights and the same source.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What they are.
    pub kind: AreaKind,
    /// The first address, a multiple of the page size.
    pub start: VirtAddr,
    /// How many pages.
    pub pages: u64,
    /// Some of R, W and X.
    pub prot: Flags,
    /// The page of the program's file that comes first; `None` for zeros.
    pub first_page: Option<u64>,
}

impl Part {
    /// The first address past it.
    pub fn end(&self) -> u64 {
        self.start.0.saturating_add(self.pages.saturating_mul(PAGE))
    }
}

/// The sizes of a program's parts, in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizes {
    /// Instructions.
    pub text: Size,
    /// Initialized data.
    pub data: Size,
    /// Data that begin as zeros.
    pub bss: Size,
    /// Stack at the start.
    pub stack: Size,
    /// Heap at the start.
    pub heap: Size,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { text: Size(PAGE), data: Size(PAGE), bss: Size(0), stack: Size(PAGE), heap: Size(4 * PAGE) }
    }
}

impl Sizes {
    /// How many bytes the program's file has.
    pub fn image_bytes(&self) -> u64 {
        self.text.pages().saturating_add(self.data.pages()).saturating_mul(PAGE)
    }
}

impl Program {
    /// A program that is only told by the sizes of its parts. Text begins at address 0, as in xv6, and each part on a page
    /// of its own. Its instructions are all `nop` (`addi x0, x0, 0`), and each word of its data holds its own offset.
    pub fn of_sizes(sizes: &Sizes) -> Self {
        const NOP: u32 = 0x0000_0013;
        let (text, data, bss) = (sizes.text.pages(), sizes.data.pages(), sizes.bss.pages());
        let mut image = NOP.to_le_bytes().repeat((text * PAGE / 4) as usize);
        image.extend((0..data * PAGE).step_by(8).flat_map(u64::to_le_bytes));
        let (read, write, execute) = (Flags::R, Flags::W, Flags::X);
        let mut end = 0;
        let mut part = |kind, pages: u64, prot, first_page| {
            let start = VirtAddr(end);
            end += pages * PAGE;
            Part { kind, start, pages, prot, first_page }
        };
        let parts = [
            part(AreaKind::Text, text, read | execute, Some(0)),
            part(AreaKind::Data, data, read | write, Some(text)),
            part(AreaKind::Bss, bss, read | write, None),
        ];
        let parts = parts.into_iter().filter(|part| part.pages > 0).collect();
        Self { parts, image: File::program(&image), entry: VirtAddr(0), stack: sizes.stack, heap: sizes.heap }
    }

    /// The first address past its parts.
    pub fn end(&self) -> u64 {
        self.parts.last().map_or(0, Part::end)
    }
}
