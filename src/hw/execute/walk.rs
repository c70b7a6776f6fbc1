//! The page-table walk: steps 1 to 5 of the address-translation algorithm in the RISC-V privileged specification
//! (supervisor chapter, "Virtual Address Translation Process"). The comments carry its step numbers and its letters:
//! *a* is the address of a table, *i* a level.
//!
//! What a leaf allows is [`super::permission`] (steps 6 to 8); setting A and D is [`super::mmu`] (step 9).

use crate::hw::{
    Event, Flags, Geometry, MAX_LEVELS, Memory, Observer, PhysAddr, Ppn, Pte, Read, VirtAddr, Walked, Why,
};

/// Where an access to `va` ends in the table at `root`: a leaf, whatever it allows.
///
/// # Errors
///
/// Why there is no valid leaf.
#[inline]
pub fn walk<O: Observer>(
    memory: &Memory,
    geometry: &Geometry,
    root: Ppn,
    va: VirtAddr,
    watch: &mut O,
) -> Result<Walked, Why> {
    let mut path = [Read::default(); MAX_LEVELS];
    let mut global = false;
    // Step 1: a is the root's address, i is LEVELS - 1.
    let mut a = geometry.frame_address(root);
    watch.event(Event::Walk { root: a, va });
    for (depth, i) in (0..geometry.levels).rev().enumerate() {
        // Step 2: read the PTE at a + va.vpn[i] × PTESIZE.
        let pa = PhysAddr(a.0 + geometry.index(va, i) * geometry.pte_bytes);
        let pte = memory.read(pa, geometry.pte_bytes).ok_or(Why::PteAbsent { level: i, pa })?;
        let pte = Pte(pte);
        watch.event(Event::PteRead { level: i, pa, pte });
        path[depth] = Read { pa, pte };
        step_3_valid(pte, geometry, i)?;
        global |= pte.flags().has(Flags::G);
        // Step 4: a pointer leads on to the next level.
        if !pte.is_leaf() {
            a = geometry.frame_address(pte.ppn(geometry));
            continue;
        }
        step_5_aligned(pte, geometry, i)?;
        return Ok(Walked { level: i, path, depth: depth + 1, global });
    }
    // Step 4: i < 0.
    Err(Why::NoLeaf)
}

/// Why a walk that reads a PTE at a level ends there without a leaf: steps 3 to 5 for it alone. `None` where it is a leaf, or
/// leads on.
pub fn refusal(pte: Pte, geometry: &Geometry, level: u32) -> Option<Why> {
    match step_3_valid(pte, geometry, level) {
        Err(why) => Some(why),
        Ok(()) if pte.is_leaf() => step_5_aligned(pte, geometry, level).err(),
        Ok(()) => (level == 0).then_some(Why::NoLeaf),
    }
}

#[inline]
fn step_3_valid(pte: Pte, geometry: &Geometry, level: u32) -> Result<(), Why> {
    let flags = pte.flags();
    if !flags.has(Flags::V) {
        Err(Why::Invalid { level })
    } else if flags.has(Flags::W) && !flags.has(Flags::R) {
        Err(Why::WriteWithoutRead { level })
    } else if pte.reserved(geometry) != 0 {
        Err(Why::ReservedBits { level })
    } else if pte.is_pointer() && flags.any(Flags::D | Flags::A | Flags::U) {
        Err(Why::PointerBits { level })
    } else {
        Ok(())
    }
}

/// A superpage lies at a multiple of its size.
#[inline]
fn step_5_aligned(pte: Pte, geometry: &Geometry, level: u32) -> Result<(), Why> {
    let below = geometry.index_bits * level;
    if pte.ppn(geometry).0 & ((1 << below) - 1) != 0 {
        return Err(Why::MisalignedSuperpage { level });
    }
    Ok(())
}
