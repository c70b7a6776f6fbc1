//! What is allocated: nothing for a translation that nobody watches, whether it hits, misses, walks, sets A and D or
//! faults; little for memory that is free; and no more for a run than it may take.

use allocation_counter::measure;
use pagewalk::hw::{
    Access, AdUpdate, Change, Config, Csr, HartId, Machine, Paging, PhysAddr, TlbConfig, TlbPolicy,
    Unwatched, VirtAddr,
};
use pagewalk::kernel::System;
use pagewalk::scenario::{Source, read};
use pagewalk::timeline::{Excess, Refusal, Refused, Timeline};

const BASE: u64 = 0x8000_0000;
const HART: HartId = HartId(0);
/// Pages that are mapped, from address 0 on.
const PAGES: u64 = 64;

/// An Sv39 machine on which every mapped page has yet to be accessed.
fn machine(entries: usize, replacement: TlbPolicy) -> Machine {
    let mut machine = Machine::new(Config {
        paging: Paging::Sv39,
        memory_base: PhysAddr(BASE),
        memory_bytes: 1 << 20,
        ad_update: AdUpdate::Hardware,
        tlb: TlbConfig { entries, ways: entries.max(1), replacement, asid: true, seed: 1 },
        harts: 1,
    })
    .expect("the configuration is possible");
    let mut poke = |pa, value| drop(machine.swap(Change::Memory { pa: PhysAddr(pa), width: 8, value }));
    poke(BASE, ((BASE + 0x1000) >> 12) << 10 | 1);
    poke(BASE + 0x1000, ((BASE + 0x2000) >> 12) << 10 | 1);
    for page in 0..PAGES {
        poke(BASE + 0x2000 + 8 * page, ((BASE + 0x1_0000 + 0x1000 * page) >> 12) << 10 | 0x0f);
    }
    machine.write_csr(HART, Csr::Satp, 8 << 60 | BASE >> 12, &mut Unwatched);
    machine
}

/// Loads from and stores to every page three times, and past the last page, which faults.
fn translate_everything(machine: &mut Machine) -> (u64, u64) {
    let (mut reached, mut faults) = (0, 0);
    for _ in 0..3 {
        for page in 0..PAGES + 8 {
            for access in [Access::Load, Access::Store] {
                match machine.translate(HART, VirtAddr(page << 12 | 8), access, &mut Unwatched) {
                    Ok(_) => reached += 1,
                    Err(_) => faults += 1,
                }
            }
        }
    }
    (reached, faults)
}

#[test]
fn a_translation_that_nobody_watches_allocates_nothing() {
    let policies = [TlbPolicy::Lru, TlbPolicy::Fifo, TlbPolicy::Plru, TlbPolicy::Random];
    for (entries, replacement) in [0, 4, 64].into_iter().flat_map(|n| policies.map(|policy| (n, policy))) {
        let mut machine = machine(entries, replacement);
        let mut done = (0, 0);
        let allocations = measure(|| done = translate_everything(&mut machine));
        assert_eq!(done, (3 * 2 * PAGES, 3 * 2 * 8), "{entries} entries, {replacement:?}");
        assert_eq!(allocations.count_total, 0, "{entries} entries, {replacement:?}");
    }
}

/// Free frames are full of junk and of pointers to one another, and take no room for it.
#[test]
fn a_machine_of_128_mib_takes_little_before_it_is_used() {
    let text = r#"{ "format": 1, "title": "", "machine": { "frames": 32768 }, "programs": { "sh": {} }, "steps": [] }"#;
    let scenario = read::read(Source::new("test", text)).expect("it can be read");
    let mut written = usize::MAX;
    let boot = || written = System::boot(&scenario.setup).expect("it boots").machine.memory().written_bytes();
    let allocations = measure(boot);
    assert_eq!(written, 0);
    assert!(allocations.bytes_max < 8 << 20, "{} bytes", allocations.bytes_max);
}

/// The run ends with the operation in which it takes too much, and what comes after that is not kept.
#[test]
fn one_operation_that_does_very_much_is_not_kept_whole() {
    let pages: Vec<u64> = (0..400_000).map(|at| at % 20_000).collect();
    let scenario = serde_json::json!({
        "format": 1, "title": "", "machine": { "frames": 32768 }, "programs": { "sh": {} },
        "steps": [{ "op": "spawn", "program": "sh" }, { "op": "sbrk", "bytes": "100M" },
                  { "op": "touch", "pages": pages, "store": true }],
    });
    let scenario = read::read(Source::new("test", scenario.to_string())).expect("it can be read");
    let mut refused = None;
    let allocations = measure(|| {
        let system = System::boot(&scenario.setup).expect("it boots");
        refused = Timeline::record(system, scenario.ops()).err();
    });
    let refused = refused.expect("it is too long");
    assert!(matches!(refused[..], [Refused { step: 2, why: Refusal::TooMuch(Excess::Record { .. }) }]));
    assert!(allocations.bytes_max < 130 << 20, "{} bytes", allocations.bytes_max);
}

#[test]
fn an_allocation_would_be_noticed() {
    assert_eq!(measure(|| drop(std::hint::black_box(vec![0; 100]))).count_total, 1);
}
