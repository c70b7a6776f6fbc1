//! ELF files: the segments that a program's headers ask to have loaded, as a program of the kernel's.
//!
//! ```text
//! p_vaddr ┌──────────────┐ page by page ┐
//!         │ p_filesz     │ from the file├ text (X), data (W) or rodata
//!         ├──────────────┤              ┘
//!         │ zeros        │ whole pages of them are bss
//!         └──────────────┘ p_vaddr + p_memsz
//! ```

use super::programs::MAX_PART_BYTES;
use crate::hw::{Flags, VirtAddr};
use crate::kernel::op::Size;
use crate::kernel::setup::{Part, Program};
use crate::kernel::state::File;
use crate::kernel::{AreaKind, PAGE};
use elf::ElfBytes;
use elf::abi::{EM_RISCV, ET_EXEC, PF_R, PF_W, PF_X, PT_INTERP, PT_LOAD};
use elf::endian::LittleEndian;
use elf::segment::ProgramHeader;

/// The program of an ELF file, with a stack and a heap of these sizes.
///
/// # Errors
///
/// Why the kernel cannot load it, as a sentence without a full stop.
pub fn program(bytes: &[u8], stack: Size, heap: Size) -> Result<Program, String> {
    let file = ElfBytes::<LittleEndian>::minimal_parse(bytes)
        .map_err(|error| format!("it is no ELF file of a little-endian machine: {error}"))?;
    if file.ehdr.e_machine != EM_RISCV || file.ehdr.class != elf::file::Class::ELF64 {
        return Err("it is for another machine: it must be for 64-bit RISC-V".into());
    }
    let headers: Vec<ProgramHeader> = file.segments().into_iter().flatten().collect();
    if file.ehdr.e_type != ET_EXEC || headers.iter().any(|header| header.p_type == PT_INTERP) {
        return Err("it has no fixed addresses: link it statically, and not as position-independent".into());
    }
    let mut loader = Loader { bytes, parts: vec![], image: vec![] };
    let mut segments: Vec<&ProgramHeader> =
        headers.iter().filter(|header| header.p_type == PT_LOAD && header.p_memsz > 0).collect();
    segments.sort_by_key(|segment| segment.p_vaddr);
    segments.into_iter().try_for_each(|segment| loader.segment(segment))?;
    if loader.parts.is_empty() {
        return Err("no part of it asks to be loaded".into());
    }
    let entry = VirtAddr(file.ehdr.e_entry);
    Ok(Program { parts: loader.parts, image: File::program(&loader.image), entry, stack, heap })
}

struct Loader<'a> {
    bytes: &'a [u8],
    parts: Vec<Part>,
    image: Vec<u8>,
}

impl Loader<'_> {
    fn segment(&mut self, segment: &ProgramHeader) -> Result<(), String> {
        let ProgramHeader { p_vaddr, p_memsz, p_filesz, p_offset, p_flags, .. } = *segment;
        let end = p_vaddr.checked_add(p_memsz).filter(|_| p_memsz <= MAX_PART_BYTES && p_filesz <= p_memsz);
        let end = end.ok_or(format!("the segment at {p_vaddr:#x} has a size that cannot be"))?;
        let contents = usize::try_from(p_offset).ok().zip(usize::try_from(p_filesz).ok());
        let contents = contents.and_then(|(at, size)| self.bytes.get(at..at.checked_add(size)?));
        let contents = contents.ok_or(format!("the file ends inside of the segment at {p_vaddr:#x}"))?;
        let start = p_vaddr / PAGE * PAGE;
        if start < self.parts.last().map_or(0, Part::end) {
            return Err(format!(
                "two segments share the page at {start:#x}: align them to pages when linking"
            ));
        }
        // A segment may begin inside of a page: zeros come before it then.
        let before = (p_vaddr - start) as usize;
        let from_file = if p_filesz == 0 { 0 } else { (before as u64 + p_filesz).div_ceil(PAGE) };
        let pages = (end - start).div_ceil(PAGE);
        let first_page = self.image.len() as u64 / PAGE;
        self.image.extend(std::iter::repeat_n(0, before * usize::from(from_file > 0)));
        self.image.extend_from_slice(contents);
        self.image.resize(((first_page + from_file) * PAGE) as usize, 0);
        let (kind, prot) = (kind(p_flags), prot(p_flags));
        let start = VirtAddr(start);
        if from_file > 0 {
            self.parts.push(Part { kind, start, pages: from_file, prot, first_page: Some(first_page) });
        }
        if pages > from_file {
            let start = VirtAddr(start.0 + from_file * PAGE);
            let kind = AreaKind::Bss;
            self.parts.push(Part { kind, start, pages: pages - from_file, prot, first_page: None });
        }
        Ok(())
    }
}

fn kind(flags: u32) -> AreaKind {
    match () {
        () if flags & PF_X != 0 => AreaKind::Text,
        () if flags & PF_W != 0 => AreaKind::Data,
        () => AreaKind::Rodata,
    }
}

/// R is always given, as in xv6: a PTE with W or X alone is of no use to a program.
fn prot(flags: u32) -> Flags {
    let of = |bit, flag| if flags & bit != 0 { flag } else { Flags::default() };
    of(PF_R, Flags::R) | Flags::R | of(PF_W, Flags::W) | of(PF_X, Flags::X)
}
