//! Operations with numbers that go too far, carried out on the system itself: no invariant breaks, and undoing the events
//! of an operation leads back to the state before it.

use crate::dice::Dice;
use crate::hunt::Kind;
use crate::tally::Tally;
use pagewalk::hw::{AdUpdate, Config, Paging, PhysAddr, TlbConfig, TlbPolicy};
use pagewalk::kernel::op::Size;
use pagewalk::kernel::setup::Setup;
use pagewalk::kernel::setup::Sizes;
use pagewalk::kernel::setup::{
    EmptyTables, Exec, Fork, Guard, Heap, KernelMapping, Policies, Reclaim, Stack, TrapPath,
};
use pagewalk::kernel::{
    Action, AreaKind, Bug, Change, Costs, Event, Expr, File, Observer, Op, Outcome, Program, Record, System,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Operations on a system; the bytes that they are made of are the case, as most depend on the state that they meet.
#[derive(Default)]
pub struct Operations;

impl Kind for Operations {
    const NAME: &'static str = "operations";
    const WORDS: usize = 128;
    const CASES: u32 = 160;
    type Case = Vec<u8>;

    fn make(bytes: &[u8]) -> Vec<u8> {
        bytes.to_vec()
    }

    fn attempt(&mut self, bytes: &Vec<u8>, tally: &mut Tally) {
        let mut dice = Dice::new(bytes);
        let Ok(mut system) = System::boot(&setup(&mut dice)) else { return tally.add("not bootable", 1) };
        while !dice.is_empty() {
            let op = operation(&mut dice, &system);
            let ended = perform(&mut system, &op, dice.below(4));
            tally.add(ended.as_ref().map_or("that make no sense", came_to), 1);
        }
    }
}

/// Keeps what is needed to go back.
#[derive(Default)]
struct Recorder {
    records: Vec<Record>,
    pending: Vec<Change>,
}

impl Observer for Recorder {
    fn changed(&mut self, inverse: Change) {
        self.pending.push(inverse);
    }

    fn event(&mut self, event: Event) {
        self.records.push(Record { event, changes: std::mem::take(&mut self.pending).into() });
    }
}

/// What an operation came to, in words.
fn came_to(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Skipped => "of a process that has ended",
        Outcome::Trapped { killed: true, .. } => "that kill",
        Outcome::Trapped { .. } => "that trap",
        Outcome::Refused { .. } => "refused by the kernel",
        _ => "carried out",
    }
}

/// Carries out an operation, goes back and forth, and says how it ended; `None` if it made no sense. The invariants are
/// checked at `moments` events on the way.
fn perform(system: &mut System, op: &Op, moments: usize) -> Option<Outcome> {
    let before = system.clone();
    let mut recorder = Recorder::default();
    let done = system.perform(op, &mut recorder);
    let Recorder { mut records, pending } = recorder;
    if let Err(error) = done {
        assert!(!error.what.is_empty(), "{op:?} is refused without a word");
        pending.into_iter().rev().for_each(|change| drop(system.swap(change)));
        records.iter_mut().rev().for_each(|record| record.step_back(system));
        assert!(*system == before, "{op:?} was refused, and cannot be undone");
        return None;
    }
    assert!(!records.is_empty() && pending.is_empty(), "{op:?} has no event, or changes without one");
    let is_right = system.bug() == Bug::None;
    if let (true, Err(broken)) = (is_right, system.check_at_rest()) {
        panic!("{broken}: after {op:?}");
    }
    let after = system.clone();
    let stride = records.len() / (moments + 1) + 1;
    for (at, record) in records.iter_mut().enumerate().rev() {
        if is_right
            && at % stride == 1
            && let Err(broken) = system.check_always()
        {
            panic!("{broken}: after {:?} of {op:?}", record.event);
        }
        record.step_back(system);
    }
    assert!(*system == before, "{op:?} cannot be undone");
    records.iter_mut().for_each(|record| record.step_forward(system));
    assert!(*system == after, "{op:?} cannot be done again");
    done.ok()
}

fn setup(dice: &mut Dice<'_>) -> Setup {
    let bare = dice.one_in(4);
    let size = |dice: &mut Dice<'_>, most| Size(dice.within(0..=most) * 2048);
    let mut program = || {
        let [text, data, bss, stack, heap] = [4, 4, 4, 4, 16].map(|most| size(dice, most));
        Program::of_sizes(&Sizes { text, data, bss, stack, heap })
    };
    let programs = BTreeMap::from([("sh".to_owned(), program()), ("ls".to_owned(), program())]);
    let files = [("odd", vec![7; 9000]), ("empty", vec![])];
    let files = files.map(|(name, bytes)| (name.to_owned(), File::new(name, &bytes))).into();
    let entries = dice.pick(&[0, 1, 4, 8]);
    let ways = if entries == 8 { 2 } else { entries.max(1) };
    let tlb = TlbConfig {
        entries,
        ways,
        replacement: dice.pick(&[TlbPolicy::Lru, TlbPolicy::Fifo, TlbPolicy::Plru, TlbPolicy::Random]),
        asid: dice.one_in(2),
        seed: dice.number(),
    };
    let paging = dice.pick(&Paging::SPECIFIED[if bare { 0 } else { 1 }..]);
    let machine = Config {
        paging,
        memory_base: PhysAddr(dice.pick(&[0x8000_0000, 0, 1 << 20])),
        memory_bytes: dice.within(16..=70) * 4096,
        ad_update: dice.pick(&[AdUpdate::Hardware, AdUpdate::Fault]),
        tlb,
        harts: if bare { 2 } else { 1 },
    };
    let kernel = (!bare).then(|| policies(dice, paging));
    Setup { machine, costs: Costs::default(), kernel, programs, files }
}

fn policies(dice: &mut Dice<'_>, paging: Paging) -> Policies {
    let mappings = [KernelMapping::None, KernelMapping::Own, KernelMapping::Copied, KernelMapping::Shared];
    let bugs = [Bug::NoFence, Bug::NoReferenceCount, Bug::WritableFork, Bug::NeverAccessed];
    // The policy that knows the future is for runs whose future is known.
    let reclaims = [
        Reclaim::None,
        Reclaim::Fifo,
        Reclaim::Lru,
        Reclaim::Clock,
        Reclaim::SecondChance,
        Reclaim::Aging,
        Reclaim::Random,
    ];
    Policies {
        fork: dice.pick(&[Fork::Cow, Fork::Copy]),
        heap: dice.pick(&[Heap::Lazy, Heap::Eager]),
        exec: dice.pick(&[Exec::Eager, Exec::Demand]),
        stack: dice.pick(&[Stack::Fixed, Stack::Grow]),
        stack_limit: Size(dice.within(0..=40) * 1024),
        guard: dice.pick(&[Guard::Mapped, Guard::Unmapped]),
        empty_tables: dice.pick(&[EmptyTables::Keep, EmptyTables::Free]),
        zero_page: dice.one_in(2),
        superpages: dice.one_in(4),
        reclaim: dice.pick(&reclaims),
        swap: Size(dice.pick(&[0, 4096, 65536])),
        clean_first: dice.one_in(2),
        seed: dice.number(),
        bug: if dice.one_in(16) { dice.pick(&bugs) } else { Bug::None },
        vdso: dice.one_in(2),
        mapping: dice.pick(if paging == Paging::Sv32 { &mappings[..2] } else { &mappings }),
        trap_path: dice.pick(&[TrapPath::Short, TrapPath::Full]),
    }
}

/// An operation of somebody who is there, mostly, on addresses near those that mean something.
fn operation(dice: &mut Dice<'_>, system: &System) -> Op {
    let anyone = dice.one_in(20);
    let actors =
        system.processes().filter(|process| anyone || process.is_alive() && process.lent_to.is_none());
    let names: Vec<String> = actors.map(|process| process.name.clone()).collect();
    let spawns = system.policies.is_some() && (names.is_empty() || dice.one_in(20));
    let name =
        if spawns { "spawn" } else { dice.pick(if system.policies.is_some() { &KERNELS } else { &BARE }) };
    let process = if names.is_empty() || dice.one_in(8) { None } else { Some(dice.pick(&names)) };
    let (_, needed, optional) =
        KEYS.iter().find(|(known, ..)| *known == name).expect("every operation is in the table");
    let mut keys: Vec<&str> = needed.to_vec();
    keys.extend(optional.iter().filter(|_| dice.one_in(2)));
    let keys: Value = keys.into_iter().map(|key| (key.to_owned(), argument(dice, system, key))).collect();
    let action: Action =
        serde_json::from_value(json!({ name: keys })).expect("an operation that can be read");
    let pc = dice.one_in(16).then(|| Expr::number(value(dice, system)));
    Op { process, pc, vars: vec![].into(), action: action.into() }
}

/// A value for a key.
fn argument(dice: &mut Dice<'_>, system: &System, key: &str) -> Value {
    let number = |dice: &mut Dice<'_>| format!("{:#x}", value(dice, system)).into();
    match key {
        "at" if !dice.one_in(8) => format!("{:#x}", usable(dice, system)).into(),
        "value" if system.policies.is_some() => format!("{:#x}", dice.extreme()).into(),
        "bytes" | "length" if !dice.one_in(4) => {
            dice.pick(&[1, 8, 4095, 4096, 8192, 12289, -4096, -1]).into()
        }
        "offset" if dice.one_in(2) => (dice.within(0..=3) * 4096).into(),
        "pages" if !dice.one_in(8) => (0..=dice.below(6)).map(|_| dice.below(8)).collect(),
        "pages" => (0..=dice.below(4)).map(|_| number(dice)).collect(),
        "program" => dice.pick(&["sh", "ls"]).into(),
        "file" => dice.pick(&["odd", "empty", "sh"]).into(),
        "as" => format!("p{}", dice.below(4)).into(),
        "prot" => dice.pick(&["r", "rw", "rx", "rwx"]).into(),
        "level" => dice.pick(&["U", "S"]).into(),
        "width" => dice.pick(&[8, 1, 2, 4]).into(),
        "times" => dice.within(1..=3).into(),
        "hart" => dice.below(3).into(),
        "asid" => dice.below(4).into(),
        "status" => dice.extreme().into(),
        "store" | "shared" => dice.one_in(2).into(),
        _ => number(dice),
    }
}

const KERNELS: [&str; 24] = [
    "load", "store", "store", "store", "fetch", "touch", "push", "fork", "fork", "vfork", "exec", "exit",
    "sbrk", "sbrk", "mmap", "mmap", "munmap", "msync", "accessed", "read", "write", "getpid", "switch",
    "tick",
];

const BARE: [&str; 9] = ["load", "store", "fetch", "poke", "poke", "csr", "privilege", "sfence", "hart"];

/// The operations: their keys that must be there, and those that can be.
const KEYS: [(&str, &[&str], &[&str]); 25] = [
    ("spawn", &["program"], &["as"]),
    ("load", &["at"], &["width"]),
    ("store", &["at", "value"], &["width"]),
    ("touch", &["pages"], &["at", "store"]),
    ("fetch", &["at"], &["width"]),
    ("push", &["bytes"], &["value", "times"]),
    ("fork", &["as"], &[]),
    ("vfork", &["as"], &[]),
    ("exec", &["program"], &[]),
    ("exit", &[], &["status"]),
    ("sbrk", &["bytes"], &[]),
    ("mmap", &[], &["file", "length", "offset", "prot", "shared", "as"]),
    ("munmap", &["at"], &["length"]),
    ("msync", &["at"], &["length"]),
    ("accessed", &["at", "length"], &[]),
    ("read", &["file", "at", "length"], &["offset"]),
    ("write", &["file", "at", "length"], &["offset"]),
    ("getpid", &[], &[]),
    ("switch", &[], &[]),
    ("tick", &[], &[]),
    ("poke", &["pa", "value"], &["width"]),
    ("csr", &[], &["satp", "sstatus", "stvec"]),
    ("privilege", &["level"], &[]),
    ("sfence", &[], &["va", "asid"]),
    ("hart", &["hart"], &[]),
];

/// An address in an area that programs use.
fn usable(dice: &mut Dice<'_>, system: &System) -> u64 {
    let kinds = [
        AreaKind::Heap,
        AreaKind::Heap,
        AreaKind::Mapping,
        AreaKind::Mapping,
        AreaKind::Data,
        AreaKind::Stack,
    ];
    let kind = dice.pick(&kinds);
    let areas = system.processes().filter(|process| process.is_alive()).flat_map(|process| &process.areas);
    let areas: Vec<_> = areas.filter(|area| area.kind == kind && area.start < area.end).collect();
    if areas.is_empty() {
        return value(dice, system);
    }
    let area = dice.pick(&areas);
    let last = (area.end.0 - area.start.0) / 4096 - 1;
    area.start.0 + dice.within(0..=last.min(20)) * 4096 + dice.pick(&[0, 0, 8, 2040, 4088, 4095])
}

/// A number: near an edge of an area or of memory, a small one, a PTE, a `satp`, or one that goes too far.
fn value(dice: &mut Dice<'_>, system: &System) -> u64 {
    let memory = system.machine.memory();
    let (base, size) = (memory.base().0, memory.size_bytes());
    let near = dice.pick(&[0, 0, 0, 1, 7, 8, 4095, 4096, 8192, u64::MAX, u64::MAX - 7, u64::MAX - 4095]);
    let edges = |dice: &mut Dice<'_>| {
        let areas: Vec<_> = system.processes().flat_map(|process| process.areas.clone()).collect();
        if areas.is_empty() {
            return 0;
        }
        let area = dice.pick(&areas);
        if dice.one_in(3) { area.end.0 } else { area.start.0 }
    };
    let page = |dice: &mut Dice<'_>| base / 4096 + dice.within(0..=size / 4096);
    match dice.below(8) {
        0..=3 => edges(dice).wrapping_add(near),
        4 => near,
        5 => base.wrapping_add(dice.within(0..=size)) & !7,
        6 if system.policies.is_none() => {
            let flags = dice.pick(&[0xcf, 0xdf, 1, 0x4b, 0x5f, 0, 0x17, 0x8000_0000_0000_00cf]);
            let mode = dice.pick(&[8 << 60, 9 << 60, 10 << 60, 1 << 31]);
            if dice.one_in(2) { page(dice) << 10 | flags } else { page(dice) | mode }
        }
        6 => dice.within(0..=16) * 4096,
        _ => dice.extreme(),
    }
}
