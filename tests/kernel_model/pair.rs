//! The kernel and the model beside each other: an operation is carried out by the kernel, and moments of it are checked:
//! every one, or two where there is much memory.

use super::model::{Model, Object, PAGE, Program, Region, Space, Want};
use super::moves::Place;
use super::world::{FILES, PROGRAMS, World};
use pagewalk::hw::{Config, Paging, PhysAddr, TlbConfig, TlbPolicy};
use pagewalk::kernel::op::Size;
use pagewalk::kernel::setup::Setup;
use pagewalk::kernel::setup::Sizes;
use pagewalk::kernel::setup::{Exec, Reclaim, Stack};
use pagewalk::kernel::state::File;
use pagewalk::kernel::{Action, Change, Event, KernelEvent, Observer, Op, Outcome, Record, System};
use std::collections::BTreeMap;

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

/// The two of them.
pub struct Pair {
    pub world: World,
    pub system: System,
    pub model: Model,
    /// Frames in use before the first process.
    pub kernels: u64,
    names: usize,
    /// Whether the last operation found no frame.
    pub out_of_memory: bool,
    /// How many bytes it has carried between files and memory.
    pub carried: u64,
}

impl Pair {
    pub fn new(world: World) -> Self {
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
        let files = FILES.map(|(name, size)| (name.to_owned(), File::new(name, &pattern(size))));
        let setup = Setup {
            machine: Config {
                paging: world.paging,
                memory_base: PhysAddr(0x8000_0000),
                memory_bytes: world.frames() * PAGE,
                ad_update: world.ad_update,
                tlb: TlbConfig {
                    entries: world.tlb,
                    ways: world.tlb.max(1),
                    replacement: TlbPolicy::Lru,
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
            let pages = (0..).map_while(|page| program.image.page(page));
            let bytes = pages.flat_map(|page| page.to_vec()).collect();
            objects.push(Object { bytes });
        }
        let system = System::boot(&setup).expect("the setup is possible");
        let model = Model { objects, stack_grows: world.policies.stack == Stack::Grow, ..Model::default() };
        let kernels = system.frames_used();
        Self { world, system, model, kernels, names: 0, out_of_memory: false, carried: 0 }
    }

    /// What a program gives to the process at `who`, which may be still to come.
    pub fn space_of(&self, who: usize, program: usize) -> (Space, u64) {
        let [text, data, bss, heap] = self.world.parts(program);
        let vdso = self.world.policies.vdso.then_some(who as u64 + 1);
        let program = Program { file: FILES.len() + program, text, data, bss, heap, vdso };
        let reserve = if self.model.stack_grows { self.world.policies.stack_limit.pages() - 1 } else { 0 };
        let eager = self.world.policies.exec == Exec::Eager;
        let top = self.system.geometry().user_end().0;
        Space::of(&program, reserve, top, &self.model.objects, eager)
    }

    pub fn living(&self) -> Vec<usize> {
        let processes = self.model.processes.iter().enumerate();
        processes.filter(|(_, process)| process.alive && !process.lent).map(|(at, _)| at).collect()
    }

    pub fn new_name(&mut self) -> String {
        self.names += 1;
        format!("p{}", self.names)
    }

    /// Carries out one operation, and checks every moment of it.
    pub fn perform(&mut self, process: Option<usize>, action: Action) -> Outcome {
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
                let mappers = moment.mappers();
                assert!(
                    moment.residents(&mappers).count() <= 1,
                    "{op:?} finds no frame, and could have taken one"
                );
            }
            record.step_back(&mut moment);
        }
        assert!(moment == before, "{op:?} cannot be undone");
        outcome
    }

    /// An address as wide as the registers are.
    pub fn wide(&self, va: u64) -> u64 {
        if self.world.paging == Paging::Sv32 { va & 0xffff_ffff } else { va }
    }

    /// The address that a place means for a process.
    pub fn address(&self, who: usize, place: Place, want: Want, width: u64) -> u64 {
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
}
