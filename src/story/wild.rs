//! Warnings of accesses that hit nothing, where the author does not seem to know it.

use super::Story;
use crate::kernel::event::FaultCase;
use crate::kernel::{Event, KernelEvent, Outcome};
use crate::scenario::diagnostic::MAX_PROBLEMS;
use crate::scenario::{Expect, Problem, Step};

/// The accesses at addresses in no area that kill their process, and are not expected to.
pub fn warnings(story: &Story) -> Vec<Problem> {
    let steps = story.scenario.steps.iter().zip(story.timeline.steps()).enumerate();
    let mut problems: Vec<Problem> = vec![];
    for (index, (step, done)) in steps {
        if problems.len() > MAX_PROBLEMS {
            break;
        }
        let killed = matches!(done.outcome, Outcome::Trapped { killed: true, .. });
        if !killed || step.expect.as_deref().is_some_and(expects_a_trap) {
            continue;
        }
        let problem = story.timeline.events(index).find_map(|event| wild(step, event));
        problems.extend(problem.filter(|problem| problems.iter().all(|told| told.place != problem.place)));
    }
    problems
}

fn expects_a_trap(expect: &Expect) -> bool {
    expect.ok == Some(false)
        || expect.killed == Some(true)
        || expect.scause.is_some()
        || expect.stval.is_some()
}

fn wild(step: &Step, event: &Event) -> Option<Problem> {
    let Event::Kernel(KernelEvent::Fault { va, case: FaultCase::NoArea, .. }) = event else { return None };
    let what = format!("{va} lies in no area of the process, which is killed for it");
    let help = "mend the address, or say that it is meant: \"expect\": { \"killed\": true }";
    let key = if step.node.get("at").is_some() { "at" } else { "op" };
    Some(Problem::advice(step.node.place_of(&[key]), what, help).warning())
}
