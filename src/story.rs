//! Floor 4, a story: a scenario and its run, told together.
//!
//! A scenario knows the words and the expectations, a timeline knows what happened; a [`Story`] joins the two, so that
//! every moment has its chapter, its note and its step as the author wrote it.

mod breach;
mod ends;
mod guard;
mod refusal;
mod travel;
mod verdict;
mod wild;

pub use breach::{Breach, Breaches, MAX_AUDITED};
pub use guard::{guarded, is_guarded};
pub use travel::Go;
pub use verdict::Verdict;

use crate::kernel::System;
use crate::scenario::diagnostic::MAX_PROBLEMS;
use crate::scenario::limits::MAX_VALUES;
use crate::scenario::read::{self, Doubts, Draft};
use crate::scenario::{Ask, Place, Problem, Scenario, Source, Step};
use crate::timeline::{self, Timeline};
use std::collections::HashSet;
use std::sync::Arc;

/// The most failed expectations of which the problem is kept. The first of each written step is always kept.
pub const MAX_KEPT: usize = 5_000;

/// A scenario that was run, at some moment of its run.
#[derive(Clone, Debug)]
pub struct Story {
    /// What was written.
    pub scenario: Scenario,
    /// What happened.
    pub timeline: Timeline,
    /// What a wrong kernel breaks in it.
    breaches: Breaches,
}

impl Story {
    /// Reads a scenario, runs it and goes to its beginning.
    ///
    /// # Errors
    ///
    /// All problems, of reading and of running, if one of them is an error; that pagewalk itself [failed](guarded) is one.
    pub fn read(source: Source) -> Result<Self, Vec<Problem>> {
        guarded(|| Self::read_unguarded(source)).unwrap_or_else(|failed| Err(vec![failed]))
    }

    fn read_unguarded(source: Source) -> Result<Self, Vec<Problem>> {
        let Draft { scenario, mut problems, doubts } = read::draft(source);
        // A scenario with errors is not audited: its run only finds more errors.
        let is_good = !problems.iter().any(Problem::is_error);
        let story = scenario.map(|scenario| Self::run(scenario, doubts, is_good));
        match story {
            Some(Ok(story)) if is_good => {
                let warnings = [problems, wild::warnings(&story)].concat();
                return Ok(Self { scenario: story.scenario.warned(warnings), ..story });
            }
            Some(Err(found)) => problems.extend(found),
            _ => {}
        }
        Problem::sort(&mut problems);
        Problem::limit(&mut problems);
        Err(problems)
    }

    /// Runs a scenario and goes to its beginning.
    ///
    /// # Errors
    ///
    /// The operations that cannot be carried out, at their places in the file; or that pagewalk itself [failed](guarded).
    pub fn new(scenario: Scenario) -> Result<Self, Vec<Problem>> {
        guarded(|| Self::run(scenario, Doubts::default(), true)).unwrap_or_else(|failed| Err(vec![failed]))
    }

    fn run(scenario: Scenario, doubts: Doubts, is_good: bool) -> Result<Self, Vec<Problem>> {
        let system = match System::boot(&scenario.setup) {
            Ok(system) => system,
            Err(what) => return Err(vec![Problem::other(Place::Text(0..0), what)]),
        };
        match Timeline::record(system, scenario.ops()) {
            Ok(mut timeline) => {
                let found = if is_good { Breaches::of(&mut timeline) } else { Ok(Breaches::default()) };
                let breaches = found.map_err(|moment| {
                    let step = timeline.step_at(moment);
                    vec![too_much_to_audit(&scenario, step)]
                })?;
                Self { scenario, timeline, breaches }.with_sense()
            }
            Err(refused) => Err(refusal::problems(&scenario, refused, doubts)),
        }
    }

    /// How much of what a scenario and its run may take this one takes, in thousandths of each limit together.
    pub fn share(&self) -> u64 {
        let values = timeline::share(self.scenario.values as u64, MAX_VALUES as u64);
        values + self.timeline.share() + timeline::share(self.breaches.looked_at, MAX_AUDITED)
    }

    /// The state at this moment.
    pub fn system(&self) -> &System {
        self.timeline.system()
    }

    /// The step that this moment lies in, from 0; `None` before the first event.
    pub fn step_index(&self) -> Option<usize> {
        self.timeline.step_at(self.timeline.moment())
    }

    /// The step that this moment lies in, as it was written.
    pub fn step(&self) -> Option<&Step> {
        self.scenario.steps.get(self.step_index()?)
    }

    /// The chapter that this moment lies in: its number, from 1, and its title.
    pub fn chapter(&self) -> (usize, &str) {
        let index = self.step().map_or(0, |step| step.chapter);
        (index + 1, self.scenario.chapters.get(index).map_or("", |chapter| &*chapter.title))
    }

    /// The moment at which a chapter begins, counted from 0: after its first event, where its title is shown. For a
    /// chapter without steps, that of the next one; the end, if there is none.
    pub fn chapter_start(&self, chapter: usize) -> usize {
        // Chapters never go back from a step to the next.
        let first = self.scenario.steps.partition_point(|step| step.chapter < chapter);
        match first < self.scenario.steps.len() {
            true => self.timeline.moments(first).start,
            false => self.timeline.end(),
        }
    }

    /// The chapters that can be gone to, from 0: those that have a title and steps.
    pub fn chapters(&self) -> impl DoubleEndedIterator<Item = usize> {
        let steps = &self.scenario.steps;
        let titled =
            (0..self.scenario.chapters.len()).filter(|at| !self.scenario.chapters[*at].title.is_empty());
        titled.filter(|chapter| {
            let first = steps.partition_point(|step| step.chapter < *chapter);
            steps.get(first).is_some_and(|step| step.chapter == *chapter)
        })
    }

    /// The question that is open at this moment: the next step's, while this one is done.
    pub fn question(&self) -> Option<&Ask> {
        let moment = self.timeline.moment();
        let next = match self.step_index() {
            None => 0,
            Some(step) if self.timeline.after_steps(step + 1) == moment => step + 1,
            Some(_) => return None,
        };
        self.scenario.steps.get(next)?.ask.as_deref()
    }

    /// The same, if all names in its expectations mean something.
    fn with_sense(mut self) -> Result<Self, Vec<Problem>> {
        let mut problems = vec![];
        let mut written = HashSet::new();
        let run = verdict::Run::of(&self);
        for index in 0..self.scenario.steps.len() {
            if problems.len() > MAX_PROBLEMS {
                break;
            }
            let step = &self.scenario.steps[index];
            // The rounds of a repetition have one text.
            if step.expect.is_some() && written.insert(Arc::as_ptr(&step.node)) {
                let room = verdict::Room { failures: 0, nonsense: MAX_PROBLEMS };
                problems.extend(self.check_step(index, &run, room).problems);
            }
        }
        self.timeline.seek(0);
        if problems.is_empty() { Ok(self) } else { Err(problems) }
    }

    /// Holds every expectation against what happened, and comes back to this moment: the first problems of what does not
    /// hold.
    pub fn check(&mut self) -> Vec<Problem> {
        self.verdicts().into_iter().flat_map(|verdict| verdict.problems).collect()
    }

    /// The same step by step, for each that expects something. A step that breaks an invariant without expecting it is among
    /// them. Everything is counted; problems are kept of the first [`MAX_KEPT`], and one of each step as it is written.
    pub fn verdicts(&mut self) -> Vec<Verdict> {
        let here = self.timeline.moment();
        let run = verdict::Run::of(self);
        let mut verdicts = vec![];
        let (mut kept, mut told) = (0, HashSet::new());
        for index in 0..self.scenario.steps.len() {
            let step = &self.scenario.steps[index];
            let unexpected = run.unexpected(index, step);
            if step.expect.is_none() && unexpected.is_empty() {
                continue;
            }
            let written = Arc::as_ptr(&step.node);
            let room = MAX_KEPT.saturating_sub(kept).max(usize::from(!told.contains(&written)));
            let room = verdict::Room { failures: room, nonsense: room };
            let mut verdict = self.check_step(index, &run, room);
            verdict.failed += unexpected.len();
            verdict.problems.extend(unexpected);
            if verdict.failed > 0 {
                told.insert(written);
            }
            kept += verdict.problems.len();
            verdicts.push(verdict);
        }
        self.timeline.seek(here);
        verdicts
    }
}

/// The problem that the audit of a wrong kernel exceeds its limit, at the step that does.
fn too_much_to_audit(scenario: &Scenario, step: Option<usize>) -> Problem {
    let what = format!(
        "with \"bug\" the invariants are checked after each event: by this step that has read more than {MAX_AUDITED} \
         frames, PTEs and changes"
    );
    let place = step.and_then(|step| scenario.steps.get(step)).map(|step| step.node.place_of(&["op"]));
    let help = "repeat less often, or give the machine fewer \"frames\"";
    Problem::advice(place.unwrap_or(Place::Text(0..0)), what, help)
}
