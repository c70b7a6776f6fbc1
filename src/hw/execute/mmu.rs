//! Translation and access: TLB, walk, permissions, A and D, and then the memory that was asked for.

use super::permission;
use crate::hw::format::geometry::mask;
use crate::hw::{
    Access, AdUpdate, Change, Event, Fault, Flags, Geometry, HartId, Hit, Machine, Observer, PhysAddr,
    Selected, TlbSlot, Translation, Trap, VirtAddr, Walked, Why, Word, walk,
};

/// Bytes of an instruction; the pc goes on by as many, but for a fetch of 2 bytes, which is a compressed one.
pub const INSTRUCTION_BYTES: u64 = 4;

/// An access that an instruction makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Load, store or fetch.
    pub access: Access,
    /// The address of its first byte.
    pub va: VirtAddr,
    /// 1, 2, 4 or 8 bytes.
    pub width: u64,
    /// What a store writes.
    pub value: u64,
}

/// An access that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The physical address of its first byte.
    pub pa: PhysAddr,
    /// What was read or written, zero-extended.
    pub value: u64,
}

impl Machine {
    /// The instruction at the pc makes an access. A fetch is a jump: it sets the pc first. Afterwards the pc is at the
    /// next instruction, or at `stvec` if the access trapped.
    ///
    /// # Errors
    ///
    /// The trap that was entered.
    #[inline]
    pub fn execute<O: Observer>(
        &mut self,
        hart: HartId,
        request: Request,
        watch: &mut O,
    ) -> Result<Reached, Trap> {
        if request.access == Access::Fetch {
            self.change(Change::Pc { hart, pc: request.va }, watch);
        }
        match self.access(hart, request, watch) {
            Ok(reached) => Ok(reached),
            Err(fault) => Err(self.enter_trap(hart, fault.cause(), fault.va, Some(fault.why), watch)),
        }
    }

    /// An access, each page that it touches translated on its own before anything is read or written.
    #[inline]
    fn access<O: Observer>(
        &mut self,
        hart: HartId,
        request: Request,
        watch: &mut O,
    ) -> Result<Reached, Fault> {
        let Request { access, va, width, value } = request;
        let in_first = match self.geometry(hart) {
            Some(geometry) => width.min(geometry.page_bytes() - geometry.offset(va)),
            None => width,
        };
        let pa = self.reach(hart, va, in_first, access, watch)?;
        let rest_pa = if in_first < width {
            let va = self.address_after(va, in_first);
            Some(self.reach_next_page(hart, va, width - in_first, access, watch)?)
        } else {
            None
        };

        let compressed = access == Access::Fetch && width == 2;
        let length = if compressed { 2 } else { INSTRUCTION_BYTES };
        let next = self.address_after(self.hart(hart).pc, length);
        self.change(Change::Pc { hart, pc: next }, watch);
        let mut done = self.transfer(access, pa, in_first, value, watch);
        if let Some(pa) = rest_pa {
            done |=
                self.transfer(access, pa, width - in_first, value >> (8 * in_first), watch) << (8 * in_first);
        }
        Ok(Reached { pa, value: done })
    }

    /// The address `bytes` further on. The adder is as wide as the registers: 32 bits on a machine with Sv32.
    #[inline]
    fn address_after(&self, va: VirtAddr, bytes: u64) -> VirtAddr {
        let sum = va.wrapping_add(bytes);
        if self.config().paging.is_32_bit() { VirtAddr(sum.0 & mask(32)) } else { sum }
    }

    /// The same for the part of an access that lies on the next page: few accesses have one.
    #[cold]
    fn reach_next_page<O: Observer>(
        &mut self,
        hart: HartId,
        va: VirtAddr,
        width: u64,
        access: Access,
        watch: &mut O,
    ) -> Result<PhysAddr, Fault> {
        self.reach(hart, va, width, access, watch)
    }

    /// Translates, and checks that there is memory: the last thing that is looked at.
    #[inline(always)]
    fn reach<O: Observer>(
        &mut self,
        hart: HartId,
        va: VirtAddr,
        width: u64,
        access: Access,
        watch: &mut O,
    ) -> Result<PhysAddr, Fault> {
        let pa = self.translate(hart, va, access, watch)?;
        // `stval` is the first byte that cannot be reached: memory may end inside of the access.
        if self.memory().contains(pa, width) {
            return Ok(pa);
        }
        let is_there = |i: &u64| self.memory().contains(PhysAddr(pa.0 + i), 1);
        let present = (0..width).take_while(is_there).count() as u64;
        let (va, pa) = (self.address_after(va, present), PhysAddr(pa.0 + present));
        Err(Fault { access, va, why: Why::MemoryAbsent { pa } })
    }

    #[inline]
    fn transfer<O: Observer>(
        &mut self,
        access: Access,
        pa: PhysAddr,
        width: u64,
        value: u64,
        watch: &mut O,
    ) -> u64 {
        let was = self.memory().read(pa, width).unwrap_or_default();
        match access {
            Access::Load => watch.event(Event::MemRead { pa, width, value: Word(was) }),
            Access::Fetch => watch.event(Event::MemFetch { pa, width, value: Word(was) }),
            Access::Store => {
                let value = value & (!0 >> (64 - 8 * width));
                self.change(Change::Memory { pa, width, value }, watch);
                watch.event(Event::MemWrite { pa, width, value: Word(value), was: Word(was) });
                return value;
            }
        }
        was
    }

    /// The physical address behind a virtual one, for one access at the hart's privilege.
    ///
    /// # Errors
    ///
    /// Why there is none.
    #[inline(always)]
    pub fn translate<O: Observer>(
        &mut self,
        hart: HartId,
        va: VirtAddr,
        access: Access,
        watch: &mut O,
    ) -> Result<PhysAddr, Fault> {
        let state = self.hart(hart);
        let Selected { geometry: Some(geometry), asid, .. } = state.selected() else {
            let absent = Why::MemoryAbsent { pa: PhysAddr(va.0) };
            return PhysAddr::new(va.0).ok_or(Fault { access, va, why: absent });
        };
        let fail = |why| Fault { access, va, why };
        if !geometry.is_canonical(va) {
            return Err(fail(Why::NonCanonical));
        }
        let (vpn, asid) = (geometry.vpn(va), *asid);
        let Some(Hit { slot, flags, pa }) = state.tlb.find(geometry, va, asid) else {
            watch.event(Event::TlbMiss { va, vpn, asid });
            return self.walk_and_fill(hart, va, access, None, watch).map_err(fail);
        };
        if let Some(remember) = state.tlb.on_hit(slot) {
            self.change(Change::TlbOrder { hart, remember }, watch);
        }
        watch.event(Event::TlbHit { va, slot, vpn, pte: self.hart(hart).tlb.pte(slot) });
        self.check(hart, flags, access, watch).map_err(fail)?;
        if access == Access::Store && !flags.has(Flags::D) {
            if self.config().ad_update == AdUpdate::Fault {
                return Err(fail(Why::DirtyClear));
            }
            // Step 9 never uses a cached PTE: D is set in memory, so the walk is done again.
            return self.walk_and_fill(hart, va, access, Some(slot), watch).map_err(fail);
        }
        Ok(pa)
    }

    /// `hit` is the slot whose entry was not enough, as its D is clear. It stands apart, so that a hit is short.
    #[inline(never)]
    fn walk_and_fill<O: Observer>(
        &mut self,
        hart: HartId,
        va: VirtAddr,
        access: Access,
        hit: Option<usize>,
        watch: &mut O,
    ) -> Result<PhysAddr, Why> {
        let Selected { geometry: Some(geometry), asid, root } = *self.hart(hart).selected() else {
            unreachable!("a walk is only asked for where there are tables");
        };
        let geometry = &geometry;
        // Steps 1 to 5.
        let mut leaf = walk(self.memory(), geometry, root, va, watch)?;
        // Steps 6 to 8.
        self.check(hart, leaf.pte().flags(), access, watch)?;
        self.step_9_accessed_and_dirty(geometry, &mut leaf, access, watch)?;
        // Step 10.
        let entry = Translation::new(geometry, va, asid, root, &leaf);
        self.fill(hart, geometry, entry, hit, watch);
        Ok(entry.translate(va))
    }

    #[inline]
    fn check<O: Observer>(
        &self,
        hart: HartId,
        flags: Flags,
        access: Access,
        watch: &mut O,
    ) -> Result<(), Why> {
        let state = self.hart(hart);
        let verdict = permission::check(flags, access, state.privilege, state.csrs.sstatus);
        watch.event(Event::PermissionCheck {
            access,
            privilege: state.privilege,
            flags,
            refused: verdict.err(),
        });
        verdict
    }

    #[inline]
    fn step_9_accessed_and_dirty<O: Observer>(
        &mut self,
        geometry: &Geometry,
        leaf: &mut Walked,
        access: Access,
        watch: &mut O,
    ) -> Result<(), Why> {
        let step = leaf.step();
        let flags = step.pte.flags();
        let needed = if access == Access::Store { Flags::A | Flags::D } else { Flags::A };
        if flags.has(needed) {
            return Ok(());
        }
        if self.config().ad_update == AdUpdate::Fault {
            return Err(if flags.has(Flags::A) { Why::DirtyClear } else { Why::AccessedClear });
        }
        let pte = step.pte.with_flags(flags | needed);
        self.write_pte(leaf.level, step.pa, pte, geometry.pte_bytes, watch);
        leaf.path[leaf.depth - 1].pte = pte;
        Ok(())
    }

    #[inline]
    fn fill<O: Observer>(
        &mut self,
        hart: HartId,
        geometry: &Geometry,
        entry: Translation,
        hit: Option<usize>,
        watch: &mut O,
    ) {
        // What a look-up did not find has no entry.
        let same = hit.and_then(|_| self.hart(hart).tlb.same_page(geometry, &entry));
        // A walk after a hit (to set D) takes the place of the entry that was hit, unless its own page has a slot already.
        if let Some(slot) = hit.filter(|_| same.is_none()) {
            let content = TlbSlot { entry: None, ..self.hart(hart).tlb.slots()[slot] };
            self.change(Change::TlbSlot { hart, slot, content }, watch);
        }
        let tlb = &self.hart(hart).tlb;
        let Some(slot) = same.or_else(|| tlb.victim(geometry, &entry)) else { return };
        let TlbSlot { entry: ref old, used } = tlb.slots()[slot];
        let evicted = old.as_ref().filter(|_| same.is_none()).map(|old| old.vpn);
        let remember = if same.is_some() { tlb.on_hit(slot) } else { tlb.on_fill(slot) };
        self.change(Change::TlbSlot { hart, slot, content: TlbSlot { entry: Some(entry), used } }, watch);
        if let Some(remember) = remember {
            self.change(Change::TlbOrder { hart, remember }, watch);
        }
        watch.event(Event::TlbFill {
            slot,
            vpn: entry.vpn,
            pte: entry.pte(),
            level: entry.level,
            asid: entry.asid,
            evicted,
        });
    }
}
