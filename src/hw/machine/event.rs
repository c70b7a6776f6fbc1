//! What the hardware does, told as it happens.

use crate::hw::{Access, Cause, Change, Csr, Flags, PhysAddr, Privilege, Pte, VirtAddr, Vpn, Why, Word};
use serde::Serialize;

/// Something that the hardware did. Other programs read these by `kind`; see [`crate::export::jsonl`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// The TLB has a translation of the page.
    TlbHit {
        /// The address that is translated.
        va: VirtAddr,
        /// The slot it is in.
        slot: usize,
        /// The page that was looked up.
        vpn: Vpn,
        /// The PTE as it was when the slot was filled.
        pte: Pte,
    },
    /// The TLB has none: the page table must be walked.
    TlbMiss {
        /// The address that is translated.
        va: VirtAddr,
        /// The page that was looked up.
        vpn: Vpn,
        /// The address space it was looked up in.
        asid: u16,
    },
    /// A walk begins at the root table that `satp` names (step 1).
    Walk {
        /// The root table.
        root: PhysAddr,
        /// The address that is translated.
        va: VirtAddr,
    },
    /// The walker reads a PTE (step 2).
    PteRead {
        /// Level of the table: 2 is the root of Sv39.
        level: u32,
        /// Where the PTE is.
        pa: PhysAddr,
        /// What is there.
        pte: Pte,
    },
    /// The flags of the leaf are held against the access (steps 6 to 8).
    PermissionCheck {
        /// What is wanted.
        access: Access,
        /// At which privilege.
        privilege: Privilege,
        /// Of a page with these flags.
        flags: Flags,
        /// Why it is refused; absent when it is allowed.
        #[serde(skip_serializing_if = "Option::is_none")]
        refused: Option<Why>,
    },
    /// A PTE is written: by the walker, which sets A and D (step 9), or by a kernel.
    PteWrite {
        /// Level of the table.
        level: u32,
        /// Where the PTE is.
        pa: PhysAddr,
        /// What is there now.
        pte: Pte,
        /// What was there.
        was: Pte,
    },
    /// The translation is put into the TLB.
    TlbFill {
        /// The slot that takes it.
        slot: usize,
        /// The page, the first one of a superpage.
        vpn: Vpn,
        /// The leaf PTE.
        pte: Pte,
        /// The level of the leaf: 0 for a page.
        level: u32,
        /// The address space.
        asid: u16,
        /// The page that lost its slot to this one.
        #[serde(skip_serializing_if = "Option::is_none")]
        evicted: Option<Vpn>,
    },
    /// `sfence.vma`: cached translations are dropped.
    TlbFlush {
        /// Only those of this address.
        #[serde(skip_serializing_if = "Option::is_none")]
        va: Option<VirtAddr>,
        /// Only those of this address space.
        #[serde(skip_serializing_if = "Option::is_none")]
        asid: Option<u16>,
        /// How many were dropped.
        dropped: usize,
    },
    /// Data is read.
    MemRead {
        /// From where.
        pa: PhysAddr,
        /// How many bytes.
        width: u64,
        /// What.
        value: Word,
    },
    /// Data is written.
    MemWrite {
        /// Where.
        pa: PhysAddr,
        /// How many bytes.
        width: u64,
        /// What.
        value: Word,
        /// What was there.
        was: Word,
    },
    /// A word of memory is set from outside, as a debugger would do it.
    Poke {
        /// Where.
        pa: PhysAddr,
        /// How many bytes.
        width: u64,
        /// What.
        value: Word,
        /// What was there.
        was: Word,
    },
    /// An instruction is read.
    MemFetch {
        /// From where.
        pa: PhysAddr,
        /// How many bytes.
        width: u64,
        /// What.
        value: Word,
    },
    /// The hart traps into supervisor mode.
    Trap {
        /// The exception code.
        scause: u64,
        /// The address at fault.
        stval: VirtAddr,
        /// The instruction at fault.
        sepc: VirtAddr,
        /// The exception's name.
        cause: Cause,
        /// Why the access failed.
        #[serde(skip_serializing_if = "Option::is_none")]
        why: Option<Why>,
    },
    /// `sret`: the hart goes back to where it was.
    TrapReturn {
        /// The instruction that is next.
        pc: VirtAddr,
        /// The privilege from here on.
        privilege: Privilege,
    },
    /// A register is written.
    CsrWrite {
        /// Which.
        csr: Csr,
        /// What is in it now.
        value: Word,
        /// What the instruction wanted to write.
        wanted: Word,
    },
    /// The privilege is set (by a scenario of the bare machine).
    PrivilegeSet {
        /// From here on.
        privilege: Privilege,
    },
}

/// Who watches a machine. Every change is told before the event that it belongs to.
pub trait Observer {
    /// The state changed; applying `inverse` undoes it.
    fn changed(&mut self, inverse: Change);
    /// What happened, after all its changes.
    fn event(&mut self, event: Event);
}

/// Nobody watches: nothing is recorded, and the compiler removes what would have been told.
pub struct Unwatched;

impl Observer for Unwatched {
    #[inline(always)]
    fn changed(&mut self, _: Change) {}
    #[inline(always)]
    fn event(&mut self, _: Event) {}
}
