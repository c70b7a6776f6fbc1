//! The kernel against a flat model, on random operations of several processes under every combination of policies: every
//! value that is loaded, every death and every refusal is the model's; the invariants hold after every event; and undoing
//! the events of an operation leads back to the state before it.

mod model;
mod moves;
mod world;

use model::{Model, Object, PAGE, Process, Program, Prot, Region, Space, Want};
use moves::{Move, Place, moves, moves_of_a_large_heap};
use pagewalk::hw::{Config, Flags, Paging, PhysAddr, Replacement, TlbConfig, VirtAddr};
use pagewalk::kernel::expr::Size;
use pagewalk::kernel::operand::{Rights, Width};
use pagewalk::kernel::policy::{Exec, Reclaim, Stack};
use pagewalk::kernel::program::Sizes;
use pagewalk::kernel::system::Setup;
use pagewalk::kernel::{Action, Change, Event, Expr, KernelEvent, Observer, Op, Outcome, Record, System};
use proptest::prelude::*;
use std::collections::BTreeMap;
use world::{FILES, PROGRAMS, World, worlds};

/// Where there is so much to check, so many moments of an operation are.
const MOST_CHECKS_LARGE: usize = 2;

/// Tells everything apart, so that a byte at a wrong place shows.
fn pattern(size: u64) -> Vec<u8> {
    (0..size).map(|at| (at * 7 + at / 251) as u8).collect()
}

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

/// The bytes that an event carries between a file and memory.
fn carried(event: &Event) -> Option<u64> {
    match event {
        Event::Kernel(KernelEvent::CopyIn { bytes, .. } | KernelEvent::CopyOut { bytes, .. }) => Some(*bytes),
        _ => None,
    }
}

struct Pair {
    world: World,
    system: System,
    model: Model,
    /// Frames in use before the first process.
    kernels: u64,
    names: usize,
    /// Whether the last operation found no frame.
    out_of_memory: bool,
    /// How many bytes it has carried between files and memory.
    carried: u64,
}

impl Pair {
    fn new(world: World) -> Self {
        let programs = [0, 1].map(|program| {
            let (name, [text, data, bss, heap]) = (PROGRAMS[program].0, world.parts(program));
            let size = |pages| Size(pages * PAGE);
            let sizes = Sizes {
                text: size(text),
                data: size(data),
                bss: size(bss),
                stack: size(1),
                heap: size(heap),
            };
            (name.to_owned(), pagewalk::kernel::Program::of_sizes(&sizes))
        });
        let files = FILES.map(|(name, size)| (name.to_owned(), pattern(size)));
        let setup = Setup {
            machine: Config {
                paging: world.paging,
                memory_base: PhysAddr(0x8000_0000),
                memory_bytes: world.frames() * PAGE,
                ad_update: world.ad_update,
                tlb: TlbConfig {
                    entries: world.tlb,
                    ways: world.tlb.max(1),
                    replacement: Replacement::Lru,
                    asid: world.asid,
                    seed: 1,
                },
                harts: 1,
            },
            costs: pagewalk::kernel::Costs::default(),
            kernel: Some(world.policies.clone()),
            programs: programs.iter().cloned().collect(),
            files: files.iter().cloned().collect::<BTreeMap<_, _>>(),
        };
        let mut objects: Vec<Object> =
            FILES.iter().map(|(_, size)| Object { bytes: pattern(*size) }).collect();
        for (_, program) in &programs {
            let bytes = program.image.to_vec();
            objects.push(Object { bytes });
        }
        let system = System::boot(&setup).expect("the setup is possible");
        let model = Model { objects, stack_grows: world.policies.stack == Stack::Grow, ..Model::default() };
        let kernels = system.frames_used();
        Self { world, system, model, kernels, names: 0, out_of_memory: false, carried: 0 }
    }

    /// What a program gives to the process at `who`, which may be still to come.
    fn space_of(&self, who: usize, program: usize) -> (Space, u64) {
        let [text, data, bss, heap] = self.world.parts(program);
        let vdso = self.world.policies.vdso.then_some(who as u64 + 1);
        let program = Program { file: FILES.len() + program, text, data, bss, heap, vdso };
        let reserve = if self.model.stack_grows { self.world.policies.stack_limit.pages() - 1 } else { 0 };
        let eager = self.world.policies.exec == Exec::Eager;
        let top = self.system.geometry().user_end().0;
        Space::of(&program, reserve, top, &self.model.objects, eager)
    }

    fn living(&self) -> Vec<usize> {
        let processes = self.model.processes.iter().enumerate();
        processes.filter(|(_, process)| process.alive && !process.lent).map(|(at, _)| at).collect()
    }

    fn new_name(&mut self) -> String {
        self.names += 1;
        format!("p{}", self.names)
    }

    /// Carries out one operation, and checks every moment of it.
    fn perform(&mut self, process: Option<usize>, action: Action) -> Outcome {
        let process = process.map(|at| self.model.processes[at].name.clone());
        let op = Op { process, pc: None, vars: vec![].into(), action: action.into() };
        let before = self.system.clone();
        let mut recorder = Recorder::default();
        let outcome = match self.system.perform(&op, &mut recorder) {
            Ok(outcome) => outcome,
            // A program does not fit: a scenario's mistake, after which nobody goes on.
            Err(error) if self.world.is_short() && matches!(*op.action, Action::Spawn { .. }) => {
                self.system = before;
                return Outcome::Refused { why: error.to_string() };
            }
            Err(error) => panic!("{op:?}: {error}"),
        };
        let events = || recorder.records.iter().map(|record| &record.event);
        let empty = |event: &Event| matches!(event, Event::Kernel(KernelEvent::OutOfMemory { .. }));
        self.out_of_memory = events().any(empty);
        assert!(!self.out_of_memory || self.world.is_short(), "{op:?} finds no frame");
        self.carried = events().filter_map(carried).sum();
        assert!(!recorder.records.is_empty() && recorder.pending.is_empty(), "{op:?}");
        if let Err(broken) = self.system.check_at_rest() {
            panic!("after {op:?}: {broken}");
        }
        let listed = self.system.free_list().len() as u64;
        assert_eq!(listed, self.system.frames_free(), "{op:?} has lost free frames");
        let mut moment = self.system.clone();
        let large = recorder.records.len() / MOST_CHECKS_LARGE + 1;
        let stride = if self.world.policies.superpages { large } else { 1 };
        for (at, record) in recorder.records.iter_mut().enumerate().rev() {
            // An event without changes leaves the state of the event before, which is looked at next.
            let is_checked = at % stride == 0 && !record.changes.is_empty();
            if let (true, Err(broken)) = (is_checked, moment.check_always()) {
                panic!("after {:?} of {op:?}: {broken}", record.event);
            }
            if empty(&record.event) && self.world.policies.reclaim != Reclaim::None {
                // What an operation works on may not be taken from it.
                assert!(moment.residents().len() <= 1, "{op:?} finds no frame, and could have taken one");
            }
            record.step_back(&mut moment);
        }
        assert!(moment == before, "{op:?} cannot be undone");
        outcome
    }

    /// An address as wide as the registers are.
    fn wide(&self, va: u64) -> u64 {
        if self.world.paging == Paging::Sv32 { va & 0xffff_ffff } else { va }
    }

    /// The address that a place means for a process.
    fn address(&self, who: usize, place: Place, want: Want, width: u64) -> u64 {
        let process = &self.model.processes[who];
        let space = &self.model.spaces[process.space];
        self.wide(match place {
            Place::In { region, at } | Place::Any { region, at } => {
                let any = matches!(place, Place::Any { .. });
                let fits = |region: &&Region| region.start < region.end && (any || region.prot.allows(want));
                let some: Vec<&Region> = space.regions.iter().filter(fits).collect();
                let region = some[region % some.len()];
                // Past the break inside of a page it matters whether the page was touched: no access goes there.
                let end = if region.kind == "heap" { space.brk - width.min(space.brk) } else { region.end };
                let bytes = end.saturating_sub(region.start).max(1);
                region.start + at * bytes / 65536
            }
            Place::Heap { at } => {
                let heap = space.regions.iter().find(|region| region.kind == "heap");
                let start = heap.map_or(0, |region| region.start);
                let end = space.brk - width.min(space.brk);
                start + at * end.saturating_sub(start).max(1) / 65536
            }
            Place::Wild { which } => {
                let end = self.system.geometry().user_end().0;
                [end - PAGE, end - 2 * PAGE, end - 3 * PAGE - 8, end, !PAGE, 1 << 45, !7, !0, 0][which]
            }
            Place::Stack { below } => process.sp.wrapping_sub(below),
        })
    }

    fn apply(&mut self, step: &Move) {
        let living = self.living();
        let someone = |who: usize| living.get(who % living.len().max(1)).copied();
        match step {
            Move::Spawn { program } => {
                if living.len() < self.world.most_processes() {
                    self.spawn(*program);
                }
            }
            Move::Fork { who } | Move::Vfork { who } => {
                if let Some(who) = someone(*who).filter(|_| living.len() < self.world.most_processes()) {
                    self.fork(who, matches!(step, Move::Vfork { .. }));
                }
            }
            Move::Exec { who, program } => {
                if let Some(who) = someone(*who) {
                    self.exec(who, *program);
                }
            }
            Move::Exit { who } => {
                if let Some(who) = someone(*who) {
                    assert_eq!(self.perform(Some(who), Action::Exit { status: 0 }), Outcome::Ended);
                    self.model.end(who);
                }
            }
            Move::Sbrk { who, bytes } => {
                if let Some(who) = someone(*who) {
                    self.sbrk(who, *bytes);
                }
            }
            Move::Mmap { who, file, shared, prot, first, pages } => {
                if let Some(who) = someone(*who) {
                    self.mmap(who, *file, *shared, *prot, *first, *pages);
                }
            }
            Move::Munmap { who, mapping, from, pages } => {
                if let Some(who) = someone(*who) {
                    self.munmap(who, *mapping, *from, *pages);
                }
            }
            Move::Msync { who, mapping } => {
                if let Some((who, region)) =
                    someone(*who).and_then(|who| Some((who, self.mapping(who, *mapping)?)))
                {
                    let at = Expr::number(region.start);
                    let outcome = self.perform(Some(who), Action::Msync { at, length: None });
                    assert_eq!(outcome, Outcome::Answer { value: 0 });
                }
            }
            Move::Access { who, want, place, width, value } => {
                if let Some(who) = someone(*who) {
                    let width = 1 << width;
                    let va = self.address(who, *place, *want, width);
                    if !self.model.is_past_the_end(who, va, width) {
                        self.access(who, *want, va, width, *value);
                    }
                }
            }
            Move::Push { who, bytes, value } => {
                if let Some(who) = someone(*who) {
                    self.push(who, *bytes, *value);
                }
            }
            Move::Tick => {
                assert_eq!(self.perform(None, Action::Tick {}), Outcome::Done);
            }
            Move::Read { who, file, offset, place, bytes } => {
                if let Some(who) = someone(*who) {
                    let buffer = self.address(who, *place, Want::Store, *bytes);
                    if !self.model.is_past_the_end(who, buffer, *bytes) {
                        self.transfer(who, *file, *offset, buffer, *bytes, Want::Store);
                    }
                }
            }
            Move::Write { who, file, offset, place, bytes } => {
                if let Some(who) = someone(*who) {
                    let buffer = self.address(who, *place, Want::Load, *bytes);
                    if !self.model.is_past_the_end(who, buffer, *bytes) {
                        self.transfer(who, *file, *offset, buffer, *bytes, Want::Load);
                    }
                }
            }
        }
    }

    fn spawn(&mut self, program: usize) {
        let name = self.new_name();
        let action = Action::Spawn { program: PROGRAMS[program].0.into(), name: Some(name.clone()) };
        let outcome = self.perform(None, action);
        if !matches!(outcome, Outcome::Answer { .. }) {
            return;
        }
        let (space, stack_top) = self.space_of(self.model.processes.len(), program);
        self.model.spaces.push(space);
        let space = self.model.spaces.len() - 1;
        let process = Process { name, space, sp: stack_top, alive: true, lent: false, borrowed_from: None };
        self.model.processes.push(process);
    }

    fn fork(&mut self, who: usize, borrow: bool) {
        let name = self.new_name();
        let action =
            if borrow { Action::Vfork { name: name.clone() } } else { Action::Fork { name: name.clone() } };
        let outcome = self.perform(Some(who), action);
        if self.out_of_memory && matches!(outcome, Outcome::Refused { .. }) {
            return;
        }
        assert!(matches!(outcome, Outcome::Answer { .. }), "{outcome:?}");
        if borrow { self.model.vfork(who, name) } else { self.model.fork(who, name) }
    }

    fn exec(&mut self, who: usize, program: usize) {
        let action = Action::Exec { program: PROGRAMS[program].0.into() };
        let outcome = self.perform(Some(who), action);
        if self.out_of_memory && matches!(outcome, Outcome::Refused { .. }) {
            return;
        }
        assert_eq!(outcome, Outcome::Answer { value: 0 });
        let (space, stack_top) = self.space_of(who, program);
        self.model.leave(who);
        self.model.spaces.push(space);
        self.model.processes[who].space = self.model.spaces.len() - 1;
        self.model.processes[who].sp = stack_top;
    }

    fn sbrk(&mut self, who: usize, bytes: i64) {
        let space = self.model.processes[who].space;
        if self.model.spaces[space].brk.saturating_add_signed(bytes) > self.world.heap_end() {
            return;
        }
        let outcome = self.perform(Some(who), Action::Sbrk { bytes: Expr::number(bytes as u64) });
        let space = &mut self.model.spaces[space];
        let (old, new) = (space.brk, space.brk.saturating_add_signed(bytes));
        let (start, end) = (space.heap().start, new.next_multiple_of(PAGE));
        let hits = space.mappings().any(|mapping| mapping.start < end && start < mapping.end);
        if new < start || hits {
            assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
            return;
        }
        if self.out_of_memory && matches!(outcome, Outcome::Refused { .. }) {
            return;
        }
        assert_eq!(outcome, Outcome::Answer { value: old });
        space.brk = new;
        space.heap().end = end;
        space.own.retain(|page, _| !(end..old.next_multiple_of(PAGE)).contains(&(page * PAGE)));
    }

    fn mmap(&mut self, who: usize, file: Option<usize>, shared: bool, prot: usize, first: u64, pages: u64) {
        let R(flags, prot) = RIGHTS[prot];
        // What a private mapping shows of a file that others write is nobody's promise: it shows a file of programs.
        let shown = file.map(|file| if shared { file } else { FILES.len() + file });
        let name = shown.map(|file| match file.checked_sub(FILES.len()) {
            Some(program) => PROGRAMS[program].0,
            None => FILES[file].0,
        });
        let first = if file.is_some() { first } else { 0 };
        let action = Action::Mmap {
            file: name.map(str::to_owned),
            length: Some(Expr::number(pages * PAGE)),
            offset: Expr::number(first * PAGE),
            prot: Rights(flags),
            shared,
            name: None,
        };
        let outcome = self.perform(Some(who), action);
        let Outcome::Answer { value: start } = outcome else { panic!("there is room: {outcome:?}") };
        let end = start + pages * PAGE;
        let space = self.model.processes[who].space;
        assert!(!self.model.spaces[space].is_taken(start, end));
        let shows = match shown {
            None if shared => {
                let bytes = vec![0; (pages * PAGE) as usize];
                self.model.objects.push(Object { bytes });
                Some((self.model.objects.len() - 1, 0))
            }
            shown => shown.map(|file| (file, first)),
        };
        self.model.spaces[space].regions.push(Region { kind: "mapping", start, end, prot, shows, shared });
    }

    fn mapping(&self, who: usize, which: usize) -> Option<Region> {
        let space = &self.model.spaces[self.model.processes[who].space];
        let count = space.mappings().count();
        space.mappings().nth(which % count.max(1)).cloned()
    }

    fn munmap(&mut self, who: usize, mapping: usize, from: u64, pages: u64) {
        let Some(region) = self.mapping(who, mapping) else { return };
        let start = (region.start + from * PAGE).min(region.end - PAGE);
        let end = start + pages * PAGE;
        let space = self.model.processes[who].space;
        let (at, length) = (Expr::number(start), Some(Expr::number(end - start)));
        let outcome = self.perform(Some(who), Action::Munmap { at, length });
        let space = &mut self.model.spaces[space];
        let others = |region: &Region| region.kind != "mapping" && region.start < end && start < region.end;
        if space.regions.iter().any(others) {
            assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
            return;
        }
        assert_eq!(outcome, Outcome::Answer { value: 0 });
        space.cut(start, end);
    }

    fn access(&mut self, who: usize, want: Want, va: u64, width: u64, value: u64) {
        let (at, size) = (Expr::number(va), Width(width));
        // Bit 0 of an instruction's address is always clear.
        let va = if want == Want::Fetch { va & !1 } else { va };
        let action = match want {
            Want::Load => Action::Load { at, width: size },
            Want::Store => Action::Store { at, width: size, value: Expr::number(value) },
            Want::Fetch => Action::Fetch { at, width: size },
        };
        let outcome = self.perform(Some(who), action);
        if self.died_of_want(who, &outcome) {
            return;
        }
        self.read_clock(who);
        let expected = self.model.access(who, va, width, want, value);
        self.compare(who, &outcome, expected, want, width);
    }

    /// The clock in the page that the kernel lets a process read is whatever it is.
    fn read_clock(&mut self, who: usize) {
        let space = &self.model.spaces[self.model.processes[who].space];
        let process = self.system.process_named(&self.model.processes[who].name);
        let Some((start, process)) = space.vdso().zip(process.filter(|process| process.is_alive())) else {
            return;
        };
        let place = self.system.leaf_for(process.root, VirtAddr(start)).expect("every process has the page");
        let pa = self.system.frame_address(place.pte.ppn(&self.system.geometry()));
        let clock = self.system.machine.memory().read(pa, 8).expect("it lies in memory");
        for (at, byte) in (start..).zip(clock.to_le_bytes()) {
            self.model.set_byte(who, at, byte);
        }
    }

    fn push(&mut self, who: usize, bytes: u64, value: u64) {
        let action = Action::Push {
            bytes: Expr::number(bytes),
            value: Some(Expr::number(value)),
            times: Default::default(),
        };
        let outcome = self.perform(Some(who), action);
        if self.died_of_want(who, &outcome) {
            return;
        }
        let sp = self.wide(self.model.processes[who].sp.wrapping_sub(bytes));
        self.model.processes[who].sp = sp;
        let expected = self.model.access(who, sp, 8, Want::Store, value);
        self.compare(who, &outcome, expected, Want::Store, 8);
    }

    /// Whether a process was killed as there was no frame for it.
    fn died_of_want(&mut self, who: usize, outcome: &Outcome) -> bool {
        let died = self.out_of_memory && matches!(outcome, Outcome::Trapped { killed: true, .. });
        if died {
            self.model.end(who);
        }
        died
    }

    fn compare(&mut self, who: usize, outcome: &Outcome, expected: Option<u64>, want: Want, width: u64) {
        match (outcome, expected) {
            (Outcome::Reached { value, .. }, Some(expected)) => {
                let mask = !0 >> (64 - 8 * width);
                assert_eq!(value & mask, expected, "{want:?} by {}", self.model.processes[who].name);
            }
            (Outcome::Trapped { killed: true, .. }, None) => self.model.end(who),
            _ => {
                panic!("{want:?} by {}: {outcome:?}, expected {expected:x?}", self.model.processes[who].name)
            }
        }
    }

    /// A read (which stores to the buffer) or a write (which loads from it).
    fn transfer(&mut self, who: usize, file: usize, offset: u64, buffer: u64, bytes: u64, want: Want) {
        let (name, size) = FILES[file];
        let clock = self.model.spaces[self.model.processes[who].space].vdso();
        if clock.is_some_and(|clock| {
            want == Want::Load && buffer < clock + 8 && clock < buffer.saturating_add(bytes)
        }) {
            return;
        }
        let (file_name, at) = (name.to_owned(), Expr::number(buffer));
        let (offset_expr, length) = (Expr::number(offset), Expr::number(bytes));
        let action = match want {
            Want::Store => Action::Read { file: file_name, offset: offset_expr, at, length },
            _ => Action::Write { file: file_name, offset: offset_expr, at, length },
        };
        let outcome = self.perform(Some(who), action);
        let mut done = 0;
        while done < bytes && offset + done < size {
            // Without a frame the call fails where it is.
            if self.out_of_memory && done == self.carried {
                assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
                return;
            }
            let (va, at) = (buffer.wrapping_add(done), offset + done);
            // The kernel goes page by page: what it cannot use makes the call fail, what was done before stays.
            if !self.model.allows(who, va, want) {
                assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
                return;
            }
            let piece = (bytes - done).min(size - at).min(PAGE - at % PAGE).min(PAGE - va % PAGE);
            let places: Vec<(u64, usize)> = (0..piece).map(|i| (va + i, (at + i) as usize)).collect();
            if want == Want::Store {
                let from: Vec<u8> =
                    places.iter().map(|(_, at)| self.model.objects[file].bytes[*at]).collect();
                places.iter().zip(from).for_each(|((va, _), byte)| self.model.set_byte(who, *va, byte));
            } else {
                let from: Vec<u8> = places.iter().map(|(va, _)| self.model.byte(who, *va)).collect();
                places
                    .iter()
                    .zip(from)
                    .for_each(|((_, at), byte)| self.model.objects[file].bytes[*at] = byte);
            }
            done += piece;
        }
        assert_eq!(outcome, Outcome::Answer { value: done });
    }

    /// Everybody ends: all frames come back but the kernel's own and the page cache's, and the disk has every byte.
    fn end(&mut self) {
        while let Some(who) = self.living().first().copied() {
            assert_eq!(self.perform(Some(who), Action::Exit { status: 0 }), Outcome::Ended);
            self.model.end(who);
        }
        assert_eq!(self.system.swap_used(), 0);
        let cached: u64 = self
            .system
            .frames()
            .filter(|(_, frame)| matches!(frame.usage, pagewalk::kernel::Usage::Cache { .. }))
            .count() as u64;
        assert_eq!(self.system.frames_used(), self.kernels + cached);
        for ((name, size), object) in FILES.iter().zip(&self.model.objects) {
            let (_, file) = self.system.file_named(name).expect("it is on the disk");
            let pages = (0..).map_while(|page| file.page(page));
            let bytes: Vec<u8> = pages.flat_map(|page| page.iter().copied()).take(*size as usize).collect();
            assert!(bytes == object.bytes, "{name} differs on the disk");
        }
    }
}

#[derive(Clone, Copy)]
struct R(Flags, Prot);

const RIGHTS: [R; 4] = [
    R(Flags::R, Prot(true, false, false)),
    R(Flags(Flags::R.0 | Flags::W.0), Prot(true, true, false)),
    R(Flags(Flags::R.0 | Flags::X.0), Prot(true, false, true)),
    R(Flags(Flags::R.0 | Flags::W.0 | Flags::X.0), Prot(true, true, true)),
];

fn play(world: World, steps: &[Move]) {
    let mut pair = Pair::new(world);
    pair.spawn(0);
    for step in steps {
        if pair.living().is_empty() {
            pair.spawn(1);
        }
        pair.apply(step);
    }
    pair.end();
}

proptest! {
    // Half of what PROPTEST_CASES says, or of 256.
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases / 2))]

    #[test]
    fn every_process_sees_its_own_bytes(world in worlds(false), steps in prop::collection::vec(moves(), 1..70)) {
        play(world, &steps);
    }
}

proptest! {
    // Fewer, as there is more memory.
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases / 64))]

    #[test]
    fn so_it_does_in_a_heap_of_megapages(
        world in worlds(true),
        steps in prop::collection::vec(moves_of_a_large_heap(), 1..50),
    ) {
        play(world, &steps);
    }
}
