//! The bench that the tests work at: a machine, page tables built by hand, and accesses that tell what came of them.
//!
//! The tables are put together from the numbers in the specification, not with the crate's own geometry.

use pagewalk::hw::Request;
use pagewalk::hw::{
    Access, AdUpdate, Change, Config, Csr, Event, HartId, Machine, Observer, Paging, PhysAddr, Privilege,
    Sstatus, TlbConfig, TlbPolicy, Trap, VirtAddr, Why,
};

/// The bits of a PTE.
pub const V: u64 = 1 << 0;
pub const R: u64 = 1 << 1;
pub const W: u64 = 1 << 2;
pub const X: u64 = 1 << 3;
pub const U: u64 = 1 << 4;
pub const G: u64 = 1 << 5;
pub const A: u64 = 1 << 6;
pub const D: u64 = 1 << 7;

/// A supervisor page that allows everything and needs no update.
pub const ALL: u64 = V | R | W | X | A | D;

/// An address with three different indices: VPN[2] = 0x48, VPN[1] = 0x1a2, VPN[0] = 0x167.
pub const VA: u64 = 0x12_3456_7000;
/// An address in the upper half of Sv39.
pub const HIGH: u64 = 0xffff_ffc0_0000_0000;
/// Where memory begins, unless a test says otherwise: a multiple of 1 GiB.
pub const BASE: u64 = 0x8000_0000;
/// A multiple of 1 GiB where there is no memory.
pub const ABSENT: u64 = 0x4000_0000;

const PAGE: u64 = 4096;
/// Frames for data come after the pages that tables are taken from.
const TABLES: u64 = 64;

/// Every kind of access with the code of its page fault and that of its access fault.
pub const ACCESSES: [(Access, u64, u64); 3] =
    [(Access::Load, 13, 5), (Access::Store, 15, 7), (Access::Fetch, 12, 1)];

/// The value that was read or written, or the exception code and the reason.
pub type Outcome = Result<u64, (u64, Why)>;

/// A PTE that maps the frame at `pa`.
pub fn leaf(pa: u64, flags: u64) -> u64 {
    (pa / PAGE) << 10 | flags
}

/// A PTE that points to the table at `pa`.
pub fn pointer(pa: u64) -> u64 {
    leaf(pa, V)
}

/// The fully associative TLB of most tests.
pub fn tlb(entries: usize, ways: usize) -> TlbConfig {
    TlbConfig { entries, ways, replacement: TlbPolicy::Lru, asid: true, seed: 1 }
}

#[derive(Default)]
struct Notes {
    events: Vec<Event>,
}

impl Observer for Notes {
    fn changed(&mut self, _: Change) {}
    fn event(&mut self, event: Event) {
        self.events.push(event);
    }
}

pub struct Bench {
    pub machine: Machine,
    /// The hart that makes the accesses.
    pub hart: HartId,
    /// The trap that the last access ended in. Its handler returns at once.
    pub trap: Option<Trap>,
    root: u64,
    mode: Paging,
    next_table: u64,
    notes: Notes,
}

impl Bench {
    /// A machine with Sv39, in supervisor mode, ASID 1, an empty root table, and frames that hold their numbers.
    pub fn sv39() -> Self {
        Self::with(|_| {})
    }

    /// A machine of another widest mode, which is the one that is on.
    pub fn of(paging: Paging) -> Self {
        Self::with(|config| config.paging = paging)
    }

    /// The same, built differently.
    pub fn with(adjust: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config {
            paging: Paging::Sv39,
            memory_base: PhysAddr(BASE),
            memory_bytes: 4 << 20,
            ad_update: AdUpdate::Hardware,
            tlb: tlb(8, 8),
            harts: 2,
        };
        adjust(&mut config);
        let (root, mode) = (config.memory_base.0, config.paging);
        let machine = Machine::new(config).expect("the configuration is possible");
        let (hart, notes) = (HartId(0), Notes::default());
        let mut bench = Self { machine, hart, trap: None, root, mode, next_table: 1, notes };
        for n in 0..16 {
            bench.write(bench.frame(n), 4, n);
        }
        bench.satp(1, root);
        bench
    }

    /// An Sv39 machine whose kernel sets A and D.
    pub fn svade() -> Self {
        Self::with(|config| config.ad_update = AdUpdate::Fault)
    }

    /// An Sv39 machine with one PTE for `VA`, at `level`.
    pub fn with_pte(level: u32, pte: u64) -> Self {
        let mut bench = Self::sv39();
        bench.map(VA, level, pte);
        bench
    }

    fn numbers(&self) -> (u32, u32, u64, u64) {
        match self.mode {
            Paging::Bare => (0, 0, 8, 0),
            Paging::Sv32 => (2, 10, 4, 1),
            Paging::Sv39 => (3, 9, 8, 8),
            Paging::Sv48 => (4, 9, 8, 9),
            Paging::Sv57 => (5, 9, 8, 10),
            Paging::Described(geometry) => (geometry.levels, geometry.index_bits, geometry.pte_bytes, 15),
        }
    }

    /// The physical address of a frame for data, whose first four bytes hold `n`.
    pub fn frame(&self, n: u64) -> u64 {
        self.machine.config().memory_base.0 + (TABLES + n) * PAGE
    }

    /// The physical address of a page that nothing has used yet.
    pub fn new_table(&mut self) -> u64 {
        self.next_table += 1;
        self.machine.config().memory_base.0 + (self.next_table - 1) * PAGE
    }

    /// The physical address of the root table.
    pub fn root(&self) -> u64 {
        self.root
    }

    /// Where the PTE of `va` is in a table of `level` at `table`.
    pub fn slot(&self, table: u64, va: u64, level: u32) -> u64 {
        let (_, bits, pte_bytes, _) = self.numbers();
        table + (va >> (12 + bits * level) & ((1 << bits) - 1)) * pte_bytes
    }

    /// Writes a PTE for `va` into the table of `level`, with new tables on the way to it; gives back where it is.
    pub fn map(&mut self, va: u64, level: u32, pte: u64) -> u64 {
        let mut table = self.root;
        for above in (level + 1..self.numbers().0).rev() {
            let slot = self.slot(table, va, above);
            if self.peek(slot) & V == 0 {
                let below = self.new_table();
                self.poke(slot, pointer(below));
            }
            table = (self.peek(slot) & ((1 << 54) - 1)) >> 10 << 12;
        }
        let slot = self.slot(table, va, level);
        self.poke(slot, pte);
        slot
    }

    /// Maps frame `n` by a leaf of Sv39 at `level` that covers `VA` too; gives back the address that reaches it.
    pub fn map_frame(&mut self, level: u32, n: u64, flags: u64) -> u64 {
        let within = (1 << (12 + 9 * level)) - 1;
        let frame = self.frame(n);
        self.map(VA, level, leaf(frame & !within, flags));
        VA & !within | frame & within
    }

    /// Writes a PTE, as a store of the kernel would: nothing else notices.
    pub fn poke(&mut self, pa: u64, pte: u64) {
        self.write(pa, self.numbers().2, pte);
    }

    /// The PTE at `pa`.
    pub fn peek(&self, pa: u64) -> u64 {
        self.machine.memory().read(PhysAddr(pa), self.numbers().2).expect("tables are in memory")
    }

    pub fn write(&mut self, pa: u64, width: u64, value: u64) {
        self.machine.swap(Change::Memory { pa: PhysAddr(pa), width, value });
    }

    pub fn read(&self, pa: u64, width: u64) -> u64 {
        self.machine.memory().read(PhysAddr(pa), width).expect("there is memory")
    }

    /// Writes `satp`: another address space, without a fence.
    pub fn satp(&mut self, asid: u64, root: u64) {
        self.root = root;
        let number = self.numbers().3;
        let mode = if self.mode == Paging::Sv32 { number << 31 } else { number << 60 };
        let asid = if self.mode == Paging::Sv32 { asid << 22 } else { asid << 44 };
        self.csrw(Csr::Satp, mode | asid | (root / PAGE));
    }

    /// Turns to another mode of this machine: the same ASID, another table, no fence.
    pub fn switch_mode(&mut self, mode: Paging, root: u64) {
        self.mode = mode;
        self.satp(1, root);
    }

    pub fn csrw(&mut self, csr: Csr, value: u64) {
        self.machine.write_csr(self.hart, csr, value, &mut self.notes);
    }

    pub fn csr(&self, csr: Csr) -> u64 {
        self.machine.hart(self.hart).csrs.read(csr).0
    }

    /// Sets or clears a field of `sstatus`.
    pub fn sstatus(&mut self, field: u64, on: bool) {
        let old = Sstatus(self.csr(Csr::Sstatus));
        self.csrw(Csr::Sstatus, old.with(field, on).0);
    }

    pub fn privilege(&mut self, privilege: Privilege) {
        self.machine.swap(Change::Privilege { hart: self.hart, privilege });
    }

    pub fn fence(&mut self, va: Option<u64>, asid: Option<u16>) {
        self.machine.sfence(self.hart, va.map(VirtAddr), asid, &mut self.notes);
    }

    /// An access; if it traps, the handler returns at once.
    pub fn access_bytes(&mut self, access: Access, va: u64, width: u64, value: u64) -> Outcome {
        self.notes.events.clear();
        let request = Request { access, va: VirtAddr(va), width, value };
        match self.machine.execute(self.hart, request, &mut self.notes) {
            Ok(reached) => {
                self.trap = None;
                Ok(reached.value)
            }
            Err(trap) => {
                self.trap = Some(trap);
                assert_eq!(self.csr(Csr::Scause), trap.cause.code());
                assert_eq!(self.csr(Csr::Stval), trap.stval.0);
                self.machine.sret(self.hart, &mut Notes::default());
                Err((trap.cause.code(), trap.why.expect("an access has a reason to fail")))
            }
        }
    }

    /// An access of four bytes; a store writes 0x5707e.
    pub fn access(&mut self, access: Access, va: u64) -> Outcome {
        self.access_bytes(access, va, 4, 0x5_707e)
    }

    pub fn load(&mut self, va: u64) -> Outcome {
        self.access(Access::Load, va)
    }

    pub fn store(&mut self, va: u64) -> Outcome {
        self.access(Access::Store, va)
    }

    pub fn fetch(&mut self, va: u64) -> Outcome {
        self.access(Access::Fetch, va)
    }

    /// The physical address that a load would reach, whether there is memory or not.
    pub fn translate(&mut self, va: u64) -> Result<u64, Why> {
        self.notes.events.clear();
        let reached = self.machine.translate(self.hart, VirtAddr(va), Access::Load, &mut self.notes);
        reached.map(|pa| pa.0).map_err(|fault| fault.why)
    }

    /// Where the last access read PTEs.
    pub fn ptes_read(&self) -> Vec<u64> {
        let read = |event: &Event| match event {
            Event::PteRead { pa, .. } => Some(pa.0),
            _ => None,
        };
        self.notes.events.iter().filter_map(read).collect()
    }

    /// Whether the last access wrote a PTE.
    pub fn pte_written(&self) -> bool {
        self.notes.events.iter().any(|event| matches!(event, Event::PteWrite { .. }))
    }

    /// Loads from `va` and tells whether the tables were read for it.
    pub fn walks(&mut self, va: u64) -> bool {
        self.load(va).expect("the page is mapped");
        !self.ptes_read().is_empty()
    }
}
