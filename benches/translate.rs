//! How fast a load is when nobody watches: hits, misses, walks and fences beside a plain read of the same words, for
//! small and large TLBs of 2, 4 and all ways.
//!
//! All kinds of one shape take turns, round by round, so that whatever else the computer does falls on all of them.
//! A cell has the nanoseconds of a load, the median of the rounds, and how many plain reads it takes.

use pagewalk::hw::{
    Access, AdUpdate, Change, Config, Csr, HartId, Machine, Paging, PhysAddr, Request, TlbConfig, TlbPolicy,
    Unwatched, VirtAddr,
};
use std::hint::black_box;
use std::time::Instant;

const BASE: u64 = 0x8000_0000;
const HART: HartId = HartId(0);
/// Pages that are mapped, from address 0 on: four times what the largest TLB holds.
const PAGES: u64 = 4096;
/// The frames behind them, which take turns.
const FRAMES: u64 = 256;
const FIRST_FRAME: u64 = BASE + 0x1_0000;
/// Loads of a round.
const LOADS: u64 = 1 << 14;

/// What each load does.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Nothing but a read of memory at the physical address.
    Read,
    /// Finds its page in the TLB.
    Hit,
    /// Looks in a full TLB in vain, walks, and takes the place of another.
    Miss,
    /// Walks, on a machine without a TLB.
    Walk,
    /// Walks after a fence that drops everything.
    Fence,
}
const KINDS: [Kind; 5] = [Kind::Read, Kind::Hit, Kind::Miss, Kind::Walk, Kind::Fence];

/// An Sv39 machine with all pages mapped, A and D set.
fn machine(entries: usize, ways: usize) -> Machine {
    let mut machine = Machine::new(Config {
        paging: Paging::Sv39,
        memory_base: PhysAddr(BASE),
        memory_bytes: 4 << 20,
        ad_update: AdUpdate::Hardware,
        tlb: TlbConfig { entries, ways, replacement: TlbPolicy::Lru, asid: true, seed: 1 },
        harts: 1,
    })
    .expect("the configuration is possible");
    let mut poke = |pa, value| drop(machine.swap(Change::Memory { pa: PhysAddr(pa), width: 8, value }));
    poke(BASE, (BASE + 0x1000) >> 12 << 10 | 1);
    for table in 0..PAGES / 512 {
        poke(BASE + 0x1000 + 8 * table, (BASE + 0x2000 + 0x1000 * table) >> 12 << 10 | 1);
    }
    for page in 0..PAGES {
        poke(BASE + 0x2000 + 8 * page, frame(page) >> 12 << 10 | 0xcf);
        poke(frame(page) | 8, page);
    }
    machine.write_csr(HART, Csr::Satp, 8 << 60 | BASE >> 12, &mut Unwatched);
    machine
}

fn frame(page: u64) -> u64 {
    FIRST_FRAME + page % FRAMES * 0x1000
}

impl Kind {
    fn machine(self, entries: usize, ways: usize) -> Machine {
        if self == Self::Walk { machine(0, 1) } else { machine(entries, ways) }
    }

    /// Loads `LOADS` words; in nanoseconds, how long one took.
    fn round(self, machine: &mut Machine, entries: u64) -> f64 {
        let pages = if self == Self::Miss { 4 * entries } else { entries };
        let began = Instant::now();
        for n in 0..LOADS {
            let page = n & (pages - 1);
            let va = VirtAddr(page << 12 | 8);
            if self == Self::Fence {
                machine.sfence(HART, None, None, &mut Unwatched);
            }
            if self == Self::Read {
                black_box(machine.memory().read(black_box(PhysAddr(frame(page) | 8)), 8));
                continue;
            }
            let request = Request { access: Access::Load, va: black_box(va), width: 8, value: 0 };
            black_box(machine.execute(HART, request, &mut Unwatched).expect("every page is mapped"));
        }
        began.elapsed().as_nanos() as f64 / LOADS as f64
    }
}

fn main() {
    // `cargo test` runs this, too: once is enough to see that it works.
    let rounds = if std::env::args().any(|argument| argument == "--bench") { 101 } else { 1 };
    println!("nanoseconds a load (× a plain read)");
    println!("entries  ways    read             hit            miss            walk           fence");
    for (entries, ways) in
        [16, 64, 1024].into_iter().flat_map(|entries| [2, 4, entries].map(|ways| (entries, ways)))
    {
        let mut machines = KINDS.map(|kind| kind.machine(entries, ways));
        let mut times: [Vec<f64>; KINDS.len()] = Default::default();
        for _ in 0..rounds {
            for ((kind, machine), times) in KINDS.into_iter().zip(&mut machines).zip(&mut times) {
                times.push(kind.round(machine, entries as u64));
            }
        }
        let [read, others @ ..] = times.map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        });
        let cells = others.map(|time| format!("{time:8.1} ({:5.1})", time / read));
        println!("{entries:7}  {ways:4}  {read:6.2}  {}", cells.join("  "));
    }
}
