//! What is done, by the kernel and by the model: every answer, every value and every death is the model's.

use super::model::{Object, PAGE, Process, Prot, Region, Want};
use super::moves::Move;
use super::pair::Pair;
use super::world::{FILES, PROGRAMS};
use pagewalk::hw::{Flags, VirtAddr};
use pagewalk::kernel::op::{Rights, Width};
use pagewalk::kernel::{Action, Expr, Outcome};

impl Pair {
    pub fn apply(&mut self, step: &Move) {
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

    pub fn spawn(&mut self, program: usize) {
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
    pub fn end(&mut self) {
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
