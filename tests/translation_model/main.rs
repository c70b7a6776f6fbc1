//! The machine's translation against a reference that is slow and obvious, on random page tables – valid, invalid and
//! hostile – and random sequences of accesses, PTE writes, fences, `satp` writes and changes of privilege.
//!
//! With a fence after everything that changes a table, each result is exactly the reference's, and so is all of
//! memory, A and D included. Without, each result is the reference's on the tables as they are, or comes from a
//! translation that a walk has found since the last fence that would have dropped it. And every change can be undone.

mod reference;
mod script;
mod slots;

use pagewalk::hw::Request;
use pagewalk::hw::memory::Contents;
use pagewalk::hw::{
    Access, AdUpdate, Change, Config, Csr, Event, HartId, Machine, Observer, Paging, PhysAddr, Privilege,
    Sstatus, TlbConfig, TlbPolicy, Unwatched, VirtAddr,
};
use proptest::prelude::*;
use reference::{Hart, Outcome, Reference};
use script::{Kind, Op, PAGES, Script, TABLES};

/// The machine and the reference, side by side.
struct Pair {
    machine: Machine,
    reference: Reference,
}

impl Pair {
    fn new(script: &Script) -> Self {
        let world = script.world;
        let paging = match world.bits {
            32 => Paging::Sv32,
            39 => Paging::Sv39,
            48 => Paging::Sv48,
            _ => Paging::Sv57,
        };
        let policies = [TlbPolicy::Lru, TlbPolicy::Fifo, TlbPolicy::Plru, TlbPolicy::Random];
        let config = Config {
            paging,
            memory_base: PhysAddr(world.base),
            memory_bytes: PAGES * 4096,
            ad_update: if world.hardware_ad { AdUpdate::Hardware } else { AdUpdate::Fault },
            tlb: TlbConfig {
                entries: world.entries,
                ways: world.ways,
                replacement: policies[usize::from(world.policy)],
                asid: world.asids,
                seed: 1,
            },
            harts: 2,
        };
        let mut pair = Self {
            machine: Machine::new(config).expect("the configuration is possible"),
            reference: Reference {
                world,
                memory: vec![0; (PAGES * 4096) as usize],
                harts: vec![Hart::default(); 2],
            },
        };
        for (i, value) in (0..).zip(&script.tables) {
            let slot = script::Slot { table: i / 4, index: i % 4 };
            pair.apply(script, &Op::Poke { slot, value: value.clone() }, &mut Unwatched);
        }
        for hart in 0..2 {
            pair.apply(script, &Op::Satp { hart, mode: 0, asid: 1, root: TABLES }, &mut Unwatched);
        }
        pair
    }

    /// Does `op` on both. An access gives what came of it, and all that might have.
    fn apply<O: Observer>(
        &mut self,
        script: &Script,
        op: &Op,
        watch: &mut O,
    ) -> Option<(Outcome, Vec<Outcome>)> {
        let (machine, reference) = (&mut self.machine, &mut self.reference);
        match op {
            Op::Access { hart, kind, place, width_log2, value } => {
                let (va, width) = (script.address(place), 1 << width_log2);
                let expected = reference.access(*hart, *kind, va, width, *value);
                let (id, access) = (HartId(*hart), access(*kind));
                let request = Request { access, va: VirtAddr(va), width, value: *value };
                let before = machine.hart(id).privilege;
                let pc = if *kind == Kind::Fetch { va } else { machine.hart(id).pc.0 };
                let end = match machine.execute(id, request, watch) {
                    Ok(reached) => Ok((reached.pa.0, reached.value)),
                    Err(trap) => {
                        let csrs = &machine.hart(id).csrs;
                        let reported = (csrs.scause, csrs.stval.0);
                        assert_eq!(reported, (trap.cause.code(), trap.stval.0));
                        // sepc has no bit 0: every instruction lies at an even address.
                        assert_eq!(csrs.sepc.0, pc & !1);
                        machine.sret(id, watch);
                        assert_eq!(machine.hart(id).privilege, before);
                        Err(reported)
                    }
                };
                return Some((Outcome { end, memory: self.memory(), learnt: vec![] }, expected));
            }
            Op::Translate { hart, kind, place } => {
                let va = script.address(place);
                let expected = reference.translate(*hart, *kind, va);
                let end = match machine.translate(HartId(*hart), VirtAddr(va), access(*kind), watch) {
                    Ok(pa) => Ok((pa.0, 0)),
                    Err(fault) => Err((fault.cause().code(), fault.va.0)),
                };
                return Some((Outcome { end, memory: self.memory(), learnt: vec![] }, expected));
            }
            Op::Poke { slot, value } => {
                let (pa, width) = (script.world.slot(slot), script.world.pte_bytes());
                let now = machine.memory().read(PhysAddr(pa), width).expect("tables are in memory");
                let value = script.world.pte(slot.table, value, now);
                machine.change(Change::Memory { pa: PhysAddr(pa), width, value }, watch);
                let mut memory = std::mem::take(&mut reference.memory);
                reference.write(&mut memory, pa, width as usize, value);
                reference.memory = memory;
            }
            Op::Fence { hart, place, asid } => {
                let va = place.as_ref().map(|place| script.address(place));
                machine.sfence(HartId(*hart), va.map(VirtAddr), *asid, watch);
                reference.fence(*hart, va, asid.map(u64::from));
            }
            Op::Satp { hart, mode, asid, root } => {
                let satp = script.world.satp(*mode, *asid, *root);
                machine.write_csr(HartId(*hart), Csr::Satp, satp, watch);
                reference.write_satp(*hart, satp);
            }
            Op::Status { hart, user, sum, mxr } => {
                let id = HartId(*hart);
                let privilege = if *user { Privilege::User } else { Privilege::Supervisor };
                machine.change(Change::Privilege { hart: id, privilege }, watch);
                let sstatus = Sstatus::default().with(Sstatus::SUM, *sum).with(Sstatus::MXR, *mxr);
                machine.write_csr(id, Csr::Sstatus, sstatus.0, watch);
                let state = &mut reference.harts[*hart];
                (state.user, state.sum, state.mxr) = (*user, *sum, *mxr);
            }
        }
        None
    }

    /// All of the machine's memory.
    fn memory(&self) -> Vec<u8> {
        let base = self.machine.config().memory_base.0;
        let mut memory = vec![0; (PAGES * 4096) as usize];
        for (page, bytes) in (0..).zip(memory.chunks_exact_mut(4096)) {
            bytes.copy_from_slice(&*self.machine.memory().chunk(PhysAddr(base + page * 4096)).bytes());
        }
        memory
    }

    /// Looks for what came of an access among what might have, and goes on from there.
    fn settle(&mut self, op: &Op, got: Outcome, expected: Vec<Outcome>) -> Result<(), TestCaseError> {
        let same = |outcome: &Outcome| outcome.end == got.end && outcome.memory == got.memory;
        let (right, wrong): (Vec<_>, Vec<_>) = expected.into_iter().partition(same);
        if right.is_empty() {
            let ends: Vec<_> =
                wrong.iter().map(|outcome| (outcome.end, outcome.memory == got.memory)).collect();
            return Err(TestCaseError::fail(format!(
                "{op:x?} ended in {:x?}; right would be (with memory as it is?) {ends:x?}",
                got.end
            )));
        }
        self.reference.memory = got.memory;
        if let (Op::Access { hart, .. } | Op::Translate { hart, .. }, true) =
            (op, self.reference.world.entries > 0)
        {
            let cached = &mut self.reference.harts[*hart].cached;
            for learnt in right.into_iter().flat_map(|outcome| outcome.learnt) {
                if !cached.contains(&learnt) {
                    cached.push(learnt);
                }
            }
        }
        Ok(())
    }
}

fn access(kind: Kind) -> Access {
    match kind {
        Kind::Load => Access::Load,
        Kind::Store => Access::Store,
        Kind::Fetch => Access::Fetch,
    }
}

/// Keeps how to undo everything.
#[derive(Default)]
struct Inverses(Vec<Change>);

impl Observer for Inverses {
    fn changed(&mut self, inverse: Change) {
        self.0.push(inverse);
    }
    fn event(&mut self, _: Event) {}
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn with_a_fence_after_each_change_of_a_table_the_result_is_the_reference(script in script::script()) {
        let mut pair = Pair::new(&script);
        for op in &script.ops {
            if let Some((got, expected)) = pair.apply(&script, op, &mut Unwatched) {
                let first = &expected[0];
                let same = |other: &Outcome| other.end == first.end && other.memory == first.memory;
                prop_assert!(expected.iter().all(same), "with nothing stale there is one outcome");
                pair.settle(op, got, expected)?;
            }
            for (id, hart) in (0..).zip(&mut pair.reference.harts) {
                hart.cached.clear();
                if matches!(op, Op::Poke { .. } | Op::Satp { .. } | Op::Access { kind: Kind::Store, .. }) {
                    pair.machine.sfence(HartId(id), None, None, &mut Unwatched);
                }
            }
        }
    }

    #[test]
    fn without_fences_the_result_is_the_reference_or_comes_from_an_older_walk(script in script::script()) {
        let mut pair = Pair::new(&script);
        for op in &script.ops {
            if let Some((got, expected)) = pair.apply(&script, op, &mut Unwatched) {
                pair.settle(op, got, expected)?;
            }
        }
    }

    #[test]
    fn every_change_can_be_undone_and_done_again(script in script::script()) {
        let mut pair = Pair::new(&script);
        let mut steps = vec![];
        for (i, op) in (0..).zip(&script.ops) {
            let (before, mut inverses) = (pair.machine.clone(), Inverses::default());
            pair.apply(&script, op, &mut inverses);
            let pa = PhysAddr(script.world.base + (PAGES - 1 - i % 4) * 4096);
            pair.machine.change(Change::Sp { hart: HartId(0), sp: VirtAddr(i) }, &mut inverses);
            pair.machine.change(Change::Chunk { pa, contents: Contents::ZEROS }, &mut inverses);
            steps.push((before, inverses.0));
        }
        let after = pair.machine.clone();
        let mut again = vec![];
        for (before, inverses) in steps.into_iter().rev() {
            again.extend(inverses.into_iter().rev().map(|inverse| pair.machine.swap(inverse)));
            prop_assert!(pair.machine == before, "undone");
        }
        for change in again.into_iter().rev() {
            pair.machine.swap(change);
        }
        prop_assert!(pair.machine == after, "done again");
    }
}
