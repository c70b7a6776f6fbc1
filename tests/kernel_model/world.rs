//! Machines and kernels, drawn at random: every policy, and how much memory there is.

use super::model::PAGE;
use pagewalk::hw::{AdUpdate, Paging};
use pagewalk::kernel::op::Size;
use pagewalk::kernel::setup::{
    EmptyTables, Exec, Fork, Guard, Heap, KernelMapping, Policies, Reclaim, Stack, TrapPath,
};
use proptest::prelude::*;

/// The most processes that live at one time.
pub const MOST_PROCESSES: usize = 5;
/// Frames of the machine: enough for all that can be asked for here.
pub const ENOUGH: u64 = 900;
/// The most processes where superpages make their heaps large.
pub const MOST_LARGE: usize = 3;
/// Every policy, one way or the other.
#[derive(Clone, Debug)]
pub struct World {
    pub policies: Policies,
    pub paging: Paging,
    pub ad_update: AdUpdate,
    pub asid: bool,
    pub tlb: usize,
    /// Fewer than enough, and processes may be killed for want of memory. Superpages have frames of their own.
    pub frames: u64,
}

pub fn worlds(superpages: bool) -> impl Strategy<Value = World> {
    let flag = any::<bool>;
    let policies = (flag(), flag(), flag(), flag(), flag(), flag(), flag(), flag(), (0..4usize, flag()));
    let machine = (0..3usize, flag(), flag(), prop::sample::select(vec![0, 2, 8, 32]));
    let frames = prop_oneof![1 => Just(ENOUGH), 2 => 18..70u64];
    let reclaims = [
        Reclaim::None,
        Reclaim::Fifo,
        Reclaim::Lru,
        Reclaim::Clock,
        Reclaim::SecondChance,
        Reclaim::Aging,
        Reclaim::Random,
        Reclaim::Optimal,
    ];
    let swap = prop::sample::select(vec![0, 3, 12, 200]);
    let pressure = (frames, prop::sample::select(reclaims.to_vec()), swap, flag(), any::<u64>());
    (policies, machine, pressure).prop_map(
        move |(
            (copy, eager, demand, grow, unmapped, free, zero, vdso, (mapping, full)),
            (paging, fault, asid, tlb),
            (frames, reclaim, swap, clean_first, seed),
        )| {
            World {
                frames,
                policies: Policies {
                    fork: if copy { Fork::Copy } else { Fork::Cow },
                    // An eager heap of megapages takes much memory, and much time.
                    heap: if eager && !(superpages && seed % 5 > 0) { Heap::Eager } else { Heap::Lazy },
                    exec: if demand { Exec::Demand } else { Exec::Eager },
                    stack: if grow { Stack::Grow } else { Stack::Fixed },
                    guard: if unmapped { Guard::Unmapped } else { Guard::Mapped },
                    empty_tables: if free { EmptyTables::Free } else { EmptyTables::Keep },
                    zero_page: zero,
                    superpages,
                    vdso,
                    // Where there is room, nothing is to be taken back.
                    reclaim: if superpages { Reclaim::None } else { reclaim },
                    swap: Size(swap * PAGE),
                    clean_first,
                    seed,
                    // Sv32 has no upper half for a kernel.
                    mapping: match (mapping, paging) {
                        (0, _) => KernelMapping::None,
                        (1, _) | (_, 1) => KernelMapping::Own,
                        (2, _) => KernelMapping::Copied,
                        _ => KernelMapping::Shared,
                    },
                    trap_path: if full { TrapPath::Full } else { TrapPath::Short },
                    ..Policies::default()
                },
                paging: [Paging::Sv39, Paging::Sv32, Paging::Sv48][paging],
                ad_update: if fault { AdUpdate::Fault } else { AdUpdate::Hardware },
                asid,
                tlb,
            }
        },
    )
}

/// Sizes of the two files that are read, written and mapped, in bytes: pages and a half, and whole pages.
pub const FILES: [(&str, u64); 2] = [("odd", 2 * PAGE + 1000), ("even", 3 * PAGE)];
/// The programs: pages of text, data, bss and heap.
pub const PROGRAMS: [(&str, [u64; 4]); 2] = [("sh", [2, 1, 0, 2]), ("ls", [1, 2, 3, 0])];

impl World {
    /// Bytes of a megapage.
    pub fn block(&self) -> u64 {
        if self.paging == Paging::Sv32 { 4 << 20 } else { 2 << 20 }
    }

    /// How far a heap may reach: past its first block, and into the second.
    pub fn heap_end(&self) -> u64 {
        self.block() * 5 / 2
    }

    /// How much memory there is. Where superpages are wanted, a heap that is lazy and shared finds two runs at most, and
    /// takes small pages for the rest; others have room for all, and for a program beside the one that it replaces.
    pub fn frames(&self) -> u64 {
        let policies = &self.policies;
        let run = self.block() / PAGE;
        match policies.superpages {
            false => self.frames,
            true if policies.heap == Heap::Lazy && policies.fork == Fork::Cow => 4 * run,
            true => (MOST_LARGE as u64 + 1) * self.heap_end() / PAGE + 2 * run,
        }
    }

    /// Whether there may be less memory than is asked for.
    pub fn is_short(&self) -> bool {
        self.frames() < ENOUGH
    }

    /// Pages of text, data, bss and heap of a program. Where superpages are wanted, its heap has room for one at least.
    pub fn parts(&self, program: usize) -> [u64; 4] {
        let [text, data, bss, heap] = PROGRAMS[program].1;
        let large = self.block() * 2 / PAGE + 20;
        [text, data, bss, if self.policies.superpages { large } else { heap }]
    }

    pub fn most_processes(&self) -> usize {
        if self.policies.superpages { MOST_LARGE } else { MOST_PROCESSES }
    }
}
