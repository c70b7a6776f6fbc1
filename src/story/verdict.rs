//! Does what a step expects hold?

mod state;

use super::Story;
use super::ends::Ends;
use crate::hw::{self, Trap};
use crate::kernel::check::Broken;
use crate::kernel::perform::NAMES;
use crate::kernel::state::COW;
use crate::kernel::{Action, Event, Expr, Invariant, Op, Outcome, Process, System};
use crate::scenario::diagnostic::Kind;
use crate::scenario::expect::{Amount, COUNTERS, FileExpect, PageExpect};
use crate::scenario::node::Node;
use crate::scenario::{Expect, Place, Problem, Scenario, Step};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

/// What is held against each other: what was before a step, the state after it, and how it went.
struct Case<'a> {
    before: Before,
    after: &'a System,
    op: &'a Op,
    outcome: &'a Outcome,
    trap: Option<Trap>,
    node: &'a Node,
    /// Why it was not done at all, if it was not.
    passed_over: Option<String>,
    names: &'a BTreeSet<String>,
    room: Room,
    verdict: Verdict,
}

/// How many problems of a step may be kept.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// Of expectations that do not hold.
    pub(super) failures: usize,
    /// Of expectations that have no meaning.
    pub(super) nonsense: usize,
}

/// What became of the expectations of a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// The step, from 0.
    pub step: usize,
    /// How many of them do not hold.
    pub failed: usize,
    /// The first of these, as many as are kept, and what makes no sense.
    pub problems: Vec<Problem>,
}

/// What has to be known of the whole run to hold its expectations against it.
pub(super) struct Run {
    /// The names that steps give, and those that every process has.
    names: BTreeSet<String>,
    ends: Ends,
    /// The first breach of each invariant, and its step.
    breaches: Vec<(usize, Broken)>,
}

impl Run {
    pub(super) fn of(story: &Story) -> Self {
        let breaches = story.first_breaches();
        let breaches = breaches.into_iter().map(|(step, breach)| (step, breach.broken.clone())).collect();
        Self { names: given(&story.scenario), ends: Ends::of(&story.timeline), breaches }
    }

    /// The invariants that a step breaks and does not expect to.
    pub(super) fn unexpected(&self, index: usize, step: &Step) -> Vec<Problem> {
        let expected = step.expect.as_ref().map(|expect| expect.breaks.0.as_slice()).unwrap_or_default();
        let here = self.breaches.iter().filter(|(step, _)| *step == index).map(|(_, broken)| broken);
        let unexpected = here.filter(|broken| !expected.contains(&broken.invariant()));
        unexpected
            .map(|broken| {
                let what = format!("this step breaks an invariant: {broken}");
                let help = format!("if that is meant, expect it: \"breaks\": \"{}\"", broken.invariant());
                Problem::advice(step.node.place_of_key("op"), what, help)
            })
            .collect()
    }

    /// What became of an invariant that a step was to break, as a clause; `None` if that step was the first to break it.
    fn not_broken_by(&self, index: usize, invariant: Invariant) -> Option<String> {
        let broken = self.breaches.iter().find(|(_, broken)| broken.invariant() == invariant);
        match broken.map(|(step, _)| *step) {
            Some(step) if step == index => None,
            Some(step) if step < index => Some(format!("it was broken in step {} already", step + 1)),
            Some(step) => Some(format!("it holds until step {}", step + 1)),
            None => Some("it holds to the end".into()),
        }
    }
}

/// What has to be known of the state before a step. A copy of all of it would be megabytes for each step.
struct Before {
    counters: [u64; COUNTERS],
    /// What the expressions of an expectation were then, where they meant something: found by where they lie, as one
    /// that is written twice may mean two things.
    values: BTreeMap<*const Expr, u64>,
}

impl Before {
    fn of(system: &System, op: &Op, expect: &Expect) -> Self {
        let value = |(expr, whose): (&Expr, Option<&String>)| {
            // What a process means by its names that was not there before the step is found out after it.
            let is_new = whose.is_none() && matches!(*op.action, Action::Spawn { .. });
            let value = if is_new { None } else { system.evaluate(&for_process(op, whose), expr).ok() };
            Some((std::ptr::from_ref(expr), value?))
        };
        Self { counters: counters(system), values: expect.expressions().filter_map(value).collect() }
    }

    fn value(&self, expr: &Expr) -> Option<u64> {
        self.values.get(&std::ptr::from_ref(expr)).copied()
    }
}

/// The operation as another process would have it. Without one, it is the step's: after a spawn, the new one.
fn for_process(op: &Op, whose: Option<&String>) -> Op {
    let own = op.process.as_ref().filter(|_| !matches!(*op.action, Action::Spawn { .. }));
    Op { process: whose.or(own).cloned(), ..op.clone() }
}

impl Story {
    /// Holds the expectations of a step against what happened. Everything is counted, and problems are kept as far as
    /// there is room.
    pub(super) fn check_step(&mut self, index: usize, run: &Run, room: Room) -> Verdict {
        let Self { scenario, timeline, .. } = self;
        let step = &scenario.steps[index];
        let verdict = Verdict { step: index, ..Verdict::default() };
        let Some(expect) = &step.expect else { return verdict };
        timeline.seek(timeline.after_steps(index));
        let before = Before::of(timeline.system(), &step.op, expect);
        timeline.seek(timeline.after_steps(index + 1));
        let (after, outcome) = (timeline.system(), &timeline.steps()[index].outcome);
        let is_passed_over = *outcome == Outcome::Skipped;
        let mut case = Case {
            before,
            after,
            op: &step.op,
            outcome,
            passed_over: is_passed_over.then(|| run.ends.passed_over(after, &step.op)),
            trap: timeline.events(index).filter_map(exception).last(),
            node: step.node.get("expect").unwrap_or(&step.node),
            names: &run.names,
            room,
            verdict,
        };
        for invariant in &expect.breaks.0 {
            if let Some(found) = run.not_broken_by(index, *invariant) {
                case.differs(case.node, "breaks", invariant, found);
            }
        }
        case.outcome(expect);
        case.counters(expect);
        for (page, node) in expect.pages.iter().zip(case.items("pages")) {
            case.page(page, node);
        }
        for (process, node) in expect.processes.iter().zip(case.items("processes")) {
            case.process(process, node);
        }
        for (memory, node) in expect.memory.iter().zip(case.items("memory")) {
            case.memory(memory, node);
        }
        for (entry, node) in expect.tlb.iter().zip(case.items("tlb")) {
            case.tlb(entry, node);
        }
        case.free_list(&expect.free_list);
        for (file, node) in expect.files.iter().zip(case.items("files")) {
            case.file(file, node);
        }
        case.verdict
    }
}

/// The exception that an event is, unless the program asked for it.
fn exception(event: &Event) -> Option<Trap> {
    match event {
        Event::Hardware(hw::Event::Trap { cause, stval, sepc, why, .. }) if cause.is_fault() => {
            Some(Trap { cause: *cause, stval: *stval, sepc: *sepc, why: *why })
        }
        _ => None,
    }
}

/// The names that steps of a scenario give, and those that every process has.
pub(super) fn given(scenario: &Scenario) -> BTreeSet<String> {
    let given = scenario.steps.iter().filter_map(|step| step.op.action.makes());
    given.map(str::to_owned).chain(NAMES.map(str::to_owned)).collect()
}

/// The counters, in the order of [`Expect::counters`].
fn counters(system: &System) -> [u64; COUNTERS] {
    let c = &system.counters;
    [
        system.machine.tlb_reach(system.hart),
        system.frames_free(),
        system.frames_used(),
        c.accesses,
        c.tlb_hits,
        c.tlb_misses,
        c.walks,
        c.pte_reads,
        c.traps,
        c.page_faults,
        c.frames_copied,
        c.frames_zeroed,
        c.page_ins,
        c.page_outs,
        c.evictions,
        system.swap_used(),
        c.cycles,
    ]
}

impl<'a> Case<'a> {
    fn outcome(&mut self, expect: &Expect) {
        let (reached, value, done, killed) = match self.outcome {
            Outcome::Reached { pa, value } => (Some(pa.0), Some(*value), true, false),
            Outcome::Answer { value } => (None, Some(*value), true, false),
            Outcome::Trapped { killed, .. } => (None, None, false, *killed),
            Outcome::Refused { .. } => (None, Some(u64::MAX), false, false),
            Outcome::Skipped => (None, None, false, false),
            Outcome::Ended | Outcome::Done => (None, None, true, false),
        };
        let trap = self.trap;
        let without = |what: &str| self.passed_over.clone().unwrap_or_else(|| what.to_owned());
        let [fault, access, answer] =
            ["there was no exception", "nothing was reached", "nothing was read"].map(without);
        self.truth("ok", expect.ok, done);
        self.truth("killed", expect.killed, killed);
        self.same_or("scause", expect.scause, trap.map(|trap| trap.cause.code()), &fault);
        self.address("stval", expect.stval.as_ref(), trap.map(|trap| trap.stval.0), &fault);
        self.address("sepc", expect.sepc.as_ref(), trap.map(|trap| trap.sepc.0), &fault);
        self.address("pa", expect.pa.as_ref(), reached, &access);
        self.address("value", expect.value.as_ref(), value, &answer);
    }

    fn counters(&mut self, expect: &Expect) {
        let (before, after) = (self.before.counters, counters(self.after));
        for ((key, expected), (was, is)) in expect.counters().into_iter().zip(before.into_iter().zip(after)) {
            match expected {
                Some(Amount::Total(total)) => self.same(key, Some(total), is),
                Some(Amount::Change(change)) => {
                    let changed = is.wrapping_sub(was) as i64;
                    if change != changed {
                        self.differ(self.node, key, Amount::Change(change), Amount::Change(changed));
                    }
                }
                None => {}
            }
        }
    }

    /// Where the items of a list are written.
    fn items(&self, key: &str) -> &'a [Node] {
        self.node.get(key).map(Node::items).unwrap_or_default()
    }

    fn page(&mut self, page: &PageExpect, node: &Node) {
        let Some((op, process)) = self.living(page.process.as_ref(), &page.at, node) else { return };
        let Some(va) = self.evaluate(&op, &page.at, node, "at") else { return };
        let place = self.after.leaf_for(process.root, hw::VirtAddr(va));
        let flags = place.map(|place| place.pte.flags());
        let frame = place
            .and_then(|place| self.after.frame(place.frame_of(&self.after.geometry(), hw::VirtAddr(va))));
        if let Some(mapped) = page.mapped.filter(|mapped| *mapped != place.is_some()) {
            self.differ(node, "mapped", mapped, place.is_some());
        }
        let swapped = self.after.is_swapped(process, hw::VirtAddr(va));
        if let Some(expected) = page.swapped.filter(|expected| *expected != swapped) {
            self.differ(node, "swapped", expected, swapped);
        }
        let unmapped = "not mapped".to_owned();
        let shown = |flags: hw::Flags| hw::Flags(flags.0 & 0xff);
        if let Some(expected) = page.flags.filter(|expected| flags.map(shown) != Some(expected.0)) {
            let actual = flags.map_or(unmapped.clone(), |flags| flags.to_string());
            self.differ(node, "flags", expected.0, actual);
        }
        if let Some(level) = page.level.filter(|level| place.map(|place| place.level) != Some(*level)) {
            let actual = place.map_or(unmapped.clone(), |place| place.level.to_string());
            self.differ(node, "level", level, actual);
        }
        if let Some(cow) = page.cow.filter(|cow| flags.map(|flags| flags.has(COW)) != Some(*cow)) {
            let actual = flags.map_or(unmapped.clone(), |flags| flags.has(COW).to_string());
            self.differ(node, "cow", cow, actual);
        }
        if let Some(refs) = page.refs.filter(|refs| frame.map(|frame| u64::from(frame.refs)) != Some(*refs)) {
            let actual = frame.map_or(unmapped, |frame| frame.refs.to_string());
            self.differ(node, "refs", refs, actual);
        }
    }

    /// The process that is named, or else the step's, and an operation of it, for its names to mean something. That it does
    /// not live, or never was, is told.
    fn living(&mut self, name: Option<&String>, at: &Expr, node: &Node) -> Option<(Op, &'a Process)> {
        let op = for_process(self.op, name);
        let process = match &op.process {
            Some(name) => self.after.process_named(name),
            None => self.after.current.and_then(|pid| self.after.process(pid)),
        };
        match (process, name) {
            (Some(process), _) if process.is_alive() => return Some((op, process)),
            (None, Some(name)) if !self.names.contains(name) => self.unknown_process(name, "process", node),
            _ => self.differ(node, "at", at, "the page of no living process"),
        }
        None
    }

    fn unknown_process(&mut self, name: &str, key: &str, node: &Node) {
        let known = |system: &System| system.processes().map(|process| process.name.clone()).collect();
        self.nonsense(node.place_of(&[key]), format!("there is no process \"{name}\""), known);
    }

    fn file(&mut self, expected: &FileExpect, node: &Node) {
        let Some((_, file)) = self.after.file_named(&expected.name) else {
            let known = |system: &System| system.files().iter().map(|file| file.name.clone()).collect();
            let what = format!("there is no file \"{}\"", expected.name);
            return self.nonsense(node.place_of(&["name"]), what, known);
        };
        let op = for_process(self.op, None);
        let Some(offset) = self.evaluate(&op, &expected.at, node, "at") else { return };
        let Some(value) = self.evaluate(&op, &expected.value, node, "value") else { return };
        // A word that begins in the file has zeros where it reaches past its end.
        let byte = |offset: u64| match file.page(offset / crate::kernel::PAGE) {
            Some(page) if offset < file.size_bytes => page[(offset % crate::kernel::PAGE) as usize],
            _ => 0,
        };
        let bytes = (0..8).rev().map(|i| byte(offset.saturating_add(i)));
        let word = bytes.fold(0, |word: u64, byte| word << 8 | u64::from(byte));
        let word = (offset < file.size_bytes).then_some(word);
        if word != Some(value) {
            let actual = word.map_or("past the end of the file".into(), |word| format!("{word:#x}"));
            self.differ(node, "value", format!("{value:#x}"), actual);
        }
    }

    /// The value of an expression that is written in an object: before the step, or if it means nothing then, after it.
    /// That it means nothing at all is told.
    fn evaluate(&mut self, op: &Op, expr: &Expr, node: &Node, key: &str) -> Option<u64> {
        let unknown = match self.before.value(expr).map_or_else(|| self.after.evaluate(op, expr), Ok) {
            Ok(value) => return Some(value),
            Err(unknown) => unknown,
        };
        // A name that means something somewhere would have meant it here, had the run gone another way.
        if self.names.contains(&unknown.name) {
            self.differ(node, key, expr, "a name that means nothing here");
        } else {
            let place = node.get(key).map_or(node.place.clone(), |value| value.inside(unknown.range));
            let what = format!("\"{}\" means nothing here", unknown.name);
            self.nonsense(place, what, |system| system.names(op));
        }
        None
    }

    fn truth(&mut self, key: &str, expected: Option<bool>, is: bool) {
        if let Some(expected) = expected.filter(|expected| *expected != is) {
            let found = self.passed_over.clone().unwrap_or_else(|| format!("it is {is}"));
            self.differs(self.node, key, expected, found);
        }
    }

    fn same<T: PartialEq + Display>(&mut self, key: &str, expected: Option<T>, actual: T) {
        if let Some(expected) = expected.filter(|expected| *expected != actual) {
            self.differ(self.node, key, expected, actual);
        }
    }

    /// The same for what may not be there at all: then `none` says so.
    fn same_or<T: PartialEq + Display>(
        &mut self,
        key: &str,
        expected: Option<T>,
        actual: Option<T>,
        none: &str,
    ) {
        match (expected, actual) {
            (Some(expected), Some(actual)) => self.same(key, Some(expected), actual),
            (Some(expected), None) => self.differs(self.node, key, expected, none.to_owned()),
            (None, _) => {}
        }
    }

    fn address(&mut self, key: &str, expected: Option<&Expr>, actual: Option<u64>, none: &str) {
        let hex = |value: u64| format!("{value:#x}");
        let op = for_process(self.op, None);
        if let Some(expected) = expected.and_then(|expr| self.evaluate(&op, expr, self.node, key)) {
            self.same_or(key, Some(hex(expected)), actual.map(hex), none);
        }
    }

    fn differ(&mut self, node: &Node, key: &str, expected: impl Display, actual: impl Display) {
        self.differs(node, key, expected, format!("it is {actual}"));
    }

    /// `found` is a clause: `it is 3`, `there was no exception`.
    fn differs(&mut self, node: &Node, key: &str, expected: impl Display, found: String) {
        self.verdict.failed += 1;
        if self.verdict.failed <= self.room.failures {
            let (key, expected, vars) = (key.to_owned(), expected.to_string(), self.op.vars.clone());
            let place = node.place_of(&[&key]);
            self.verdict.problems.push(Problem::at(place, Kind::Expectation { key, expected, found, vars }));
        }
    }

    /// What no run could hold, as it means nothing.
    fn nonsense(&mut self, place: Place, what: String, known: impl FnOnce(&System) -> Vec<String>) {
        self.verdict.failed += 1;
        if self.verdict.problems.len() < self.room.nonsense {
            let known = known(self.after);
            self.verdict.problems.push(Problem::at(place, Kind::Other { what, known }));
        }
    }
}
