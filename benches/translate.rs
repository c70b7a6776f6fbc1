//! How fast the machine translates when nobody watches: hits and misses a second, as throughput.
//!
//! Three loads of the same number of accesses: a working set inside the TLB, one outside it (every access misses, as LRU
//! and a cyclic order have it), and a machine without a TLB, where every access walks.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pagewalk::hw::{
    Access, AdUpdate, Change, Config, Csr, HartId, Machine, Paging, PhysAddr, Replacement, TlbConfig,
    Unwatched, VirtAddr,
};
use std::hint::black_box;

const BASE: u64 = 0x8000_0000;
const HART: HartId = HartId(0);
/// Translations of one measured round.
const ACCESSES: u64 = 4096;
const TLB_ENTRIES: usize = 16;

/// An Sv39 machine that maps 512 pages from address 0 on, with A and D set.
fn machine(tlb_entries: usize) -> Machine {
    let mut machine = Machine::new(Config {
        paging: Paging::Sv39,
        memory_base: PhysAddr(BASE),
        memory_bytes: 4 << 20,
        ad_update: AdUpdate::Hardware,
        tlb: TlbConfig {
            entries: tlb_entries,
            ways: tlb_entries.max(1),
            replacement: Replacement::Lru,
            asid: true,
            seed: 1,
        },
        harts: 1,
    })
    .expect("the configuration is possible");
    let mut poke = |pa, value| drop(machine.swap(Change::Memory { pa: PhysAddr(pa), width: 8, value }));
    poke(BASE, (BASE + 0x1000) >> 12 << 10 | 1);
    poke(BASE + 0x1000, (BASE + 0x2000) >> 12 << 10 | 1);
    for page in 0..512 {
        poke(BASE + 0x2000 + 8 * page, (BASE + 0x1_0000 + 0x1000 * page) >> 12 << 10 | 0xcf);
    }
    machine.write_csr(HART, Csr::Satp, 8 << 60 | BASE >> 12, &mut Unwatched);
    machine
}

fn translate(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("translate");
    group.throughput(Throughput::Elements(ACCESSES));
    for (name, entries, pages) in [
        ("hits: a working set inside the TLB", TLB_ENTRIES, TLB_ENTRIES as u64),
        ("misses: a working set outside the TLB", TLB_ENTRIES, 4 * TLB_ENTRIES as u64),
        ("walks: no TLB at all", 0, TLB_ENTRIES as u64),
    ] {
        let mut machine = machine(entries);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                for n in 0..ACCESSES {
                    let va = VirtAddr(((n % pages) << 12) | 8);
                    let pa = machine.translate(HART, black_box(va), Access::Load, &mut Unwatched);
                    black_box(pa.expect("every page is mapped"));
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, translate);
criterion_main!(benches);
