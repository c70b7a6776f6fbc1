//! Operations that could not be carried out, as problems of the scenario: each place once, and without those that are
//! only the consequence of another one.

use super::verdict::given;
use crate::kernel::perform::NAMES;
use crate::kernel::reclaim::MAX_LOOKED_AT;
use crate::kernel::{About, Action, Op, OpError, Within};
use crate::scenario::diagnostic::{Kind, MAX_PROBLEMS};
use crate::scenario::read::Doubts;
use crate::scenario::{Problem, Scenario, Step};
use crate::timeline::{Excess, MAX_RECORD_MIB, MAX_REHEARSED_EVENTS, Refusal, Refused};
use std::collections::BTreeSet;

/// The problems that refused operations are. `doubts` is what cannot be relied on from the beginning.
pub fn problems(scenario: &Scenario, refused: Vec<Refused>, doubts: Doubts) -> Vec<Problem> {
    let names = given(scenario);
    let mut told = Told { doubts, names, astray_from: None, problems: vec![] };
    for Refused { step: index, why } in refused {
        let step = &scenario.steps[index];
        match why {
            Refusal::TooMuch(excess) => {
                let (what, help) = too_much(excess);
                told.add(Problem::advice(step.node.place_of(&["op"]), what, help));
            }
            Refusal::Operation(error) => {
                if !told.follows(scenario, index, &error) {
                    told.add(problem(step, &error));
                }
                told.doubt(&step.op, index, &error);
            }
        }
        if told.problems.len() > MAX_PROBLEMS {
            break;
        }
    }
    told.problems
}

/// What a run takes too much of, and what to do about it.
fn too_much(excess: Excess) -> (String, &'static str) {
    let shorter = "repeat less often, or do less in each step";
    match excess {
        Excess::Record { events, written_bytes } if written_bytes > (MAX_RECORD_MIB << 20) / 2 => {
            let what = format!(
                "the run writes too much memory: {} MiB after {events} events. Memory and events together may take \
                 {MAX_RECORD_MIB} MiB",
                written_bytes >> 20
            );
            (what, "write to fewer pages")
        }
        Excess::Record { events, .. } => {
            let what = format!(
                "the run is too long: after {events} events it takes {MAX_RECORD_MIB} MiB, with the memory \
                 that it has written"
            );
            (what, shorter)
        }
        Excess::Rehearsal => {
            let what = format!(
                "the run is too long for \"reclaim\": \"optimal\": its rehearsal has more than \
                 {MAX_REHEARSED_EVENTS} events, or looks at more than {MAX_LOOKED_AT} frames and PTEs"
            );
            (what, shorter)
        }
        Excess::Frames => {
            let what = format!(
                "page replacement and ticks read more than {MAX_LOOKED_AT} frames and PTEs in this run"
            );
            (
                what,
                "repeat less often, or give the machine fewer \"frames\": each search and each tick reads all of them",
            )
        }
    }
}

/// What has been told so far, and what follows from it.
struct Told {
    doubts: Doubts,
    /// What means something in an expression of some process.
    names: BTreeSet<String>,
    /// The step from which on it is not known whose the steps are that name no process, as the one that they mean could
    /// not be made.
    astray_from: Option<usize>,
    problems: Vec<Problem>,
}

impl Told {
    /// The rounds of a repetition have one place.
    fn add(&mut self, problem: Problem) {
        if self.problems.iter().all(|told| told.place != problem.place) {
            self.problems.push(problem);
        }
    }

    /// Whether an error is only the consequence of another one.
    fn follows(&mut self, scenario: &Scenario, index: usize, error: &OpError) -> bool {
        let chooses =
            |step: &Step| step.op.process.is_some() || matches!(*step.op.action, Action::Spawn { .. });
        let between = |from: usize| &scenario.steps[from..=index];
        self.astray_from =
            self.astray_from.filter(|from| !between(*from).iter().any(chooses)).map(|_| index + 1);
        let astray = self.astray_from.is_some();
        match &error.about {
            About::Name(name) if self.doubts.names.contains(name) => true,
            About::Name(name) => astray && error.key != "process" && self.names.contains(name),
            About::NoProcess => astray || self.doubts.past,
            About::Memory => self.doubts.machine,
            About::Operation => false,
        }
    }

    /// Takes down what an operation would have made.
    fn doubt(&mut self, op: &Op, index: usize, error: &OpError) {
        let names = &mut self.doubts.names;
        names.extend(op.action.makes().map(str::to_owned));
        match &*op.action {
            Action::Spawn { .. } => self.astray_from = Some(index + 1),
            // The program that is not there would have had other areas.
            Action::Exec { .. } => names.extend(NAMES.map(str::to_owned)),
            _ => {}
        }
        if error.key == "process" {
            self.astray_from = Some(index + 1);
        }
    }
}

fn problem(step: &Step, error: &OpError) -> Problem {
    let place = match (step.node.get(error.key), &error.within) {
        (None, _) => step.node.place.first_byte(),
        (Some(value), Within::Value) => value.place.clone(),
        (Some(value), Within::Part(part)) => value.inside(part.clone()),
        (Some(value), Within::Item(at, part)) => {
            value.items().get(*at).map_or_else(|| value.place.clone(), |item| item.inside(part.clone()))
        }
        (Some(value), Within::Field(name)) => match error.about == About::Name(name.clone()) {
            true => value.place_of_key(name),
            false => value.place_of(&[name]),
        },
    };
    let rounds: Vec<String> = step.op.vars.iter().map(|(var, value)| format!("{var} = {value}")).collect();
    let what = match rounds.is_empty() {
        true => error.what.clone(),
        false => format!("{} ({})", error.what, rounds.join(", ")),
    };
    let does_not_fit = error.about == About::Memory && error.key == "program";
    match does_not_fit {
        true => Problem::advice(place, what, "give the machine more memory: \"machine\": { \"frames\": … }"),
        false => Problem::at(place, Kind::Other { what, known: error.allowed.clone() }),
    }
}
