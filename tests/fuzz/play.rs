//! A scenario that is played, and what must be so of every run: it is the same forward and back, no invariant breaks, and
//! everything about it can be told.

use crate::dice::Dice;
use crate::tally::Tally;
use crate::told;
use pagewalk::export::{jsonl, transcript};
use pagewalk::kernel::{Action, Bug, System};
use pagewalk::scenario::stage::PanelName;
use pagewalk::scenario::{Scenario, Source};
use pagewalk::story::Story;
use pagewalk::timeline::Timeline;
use pagewalk::view::{self, Look, state};
use std::collections::BTreeMap;

/// Whether a scenario takes a moment only: no chance finds out how long the longest may take.
pub fn is_small(scenario: &Scenario) -> bool {
    let times: u64 = scenario
        .steps
        .iter()
        .map(|step| match &*step.op.action {
            Action::Push { times, .. } => times.0,
            Action::Touch { pages, .. } => pages.list().len() as u64,
            _ => 1,
        })
        .sum();
    let disk: u64 = scenario.setup.files.values().map(|file| file.size_bytes).sum();
    times <= 200 && scenario.setup.machine.memory_bytes <= 2 << 20 && disk <= 1 << 20
}

/// Plays a scenario to its end, if it can be played, and tells what is wrong with it.
pub fn briefly(source: Source, tally: &mut Tally) {
    match Story::read(source.clone()) {
        Err(problems) => told::problems(&problems, &source),
        Ok(mut story) => {
            tally.add("stories played to their end", 1);
            told::problems(&story.scenario.warnings, &source);
            told::problems(&story.check(), &source);
        }
    }
}

/// Plays a scenario and looks at it from all sides; whether it could be played.
pub fn thoroughly(source: Source, dice: &mut Dice<'_>) -> Option<Story> {
    let mut story = match Story::read(source.clone()) {
        Ok(story) => story,
        Err(problems) => {
            told::problems(&problems, &source);
            return None;
        }
    };
    told::problems(&story.scenario.warnings, &source);
    at_rest(&mut story.timeline);
    back_and_forth(&mut story, dice);
    let verdicts = story.verdicts();
    assert_eq!(verdicts, story.verdicts(), "verdicts are not deterministic");
    verdicts.iter().for_each(|verdict| told::problems(&verdict.problems, &source));
    exported(&mut story);
    for _ in 0..3 {
        story.timeline.seek(dice.below(story.timeline.end() + 1));
        panels(&story, dice);
    }
    Some(story)
}

/// After every step all invariants hold, unless the kernel is wrong on purpose.
fn at_rest(timeline: &mut Timeline) {
    for steps in 0..=timeline.steps().len() {
        timeline.seek(timeline.after_steps(steps));
        if timeline.system().bug() == Bug::None
            && let Err(broken) = timeline.system().check_at_rest()
        {
            panic!("after step {steps}: {broken}");
        }
    }
}

/// Each moment is the same whenever it is visited, and so are both ends; inside of steps, no invariant breaks either.
fn back_and_forth(story: &mut Story, dice: &mut Dice<'_>) {
    let timeline = &mut story.timeline;
    let end = timeline.end();
    timeline.seek(0);
    let mut start = System::boot(&story.scenario.setup).expect("it was booted before");
    start.foresee(&story.scenario.ops(), usize::MAX).expect("there is room for any rehearsal");
    assert!(*timeline.system() == start, "the beginning is not the state after booting");
    let mut seen = BTreeMap::from([(0, start)]);
    timeline.seek(end);
    seen.insert(end, timeline.system().clone());
    for _ in 0..6 {
        let moment = dice.below(end + 1);
        timeline.seek(moment);
        let state = timeline.system();
        if state.bug() == Bug::None
            && let Err(broken) = state.check_always()
        {
            panic!("at moment {moment}, {:?}: {broken}", timeline.event(moment));
        }
        seen.insert(moment, state.clone());
    }
    for (moment, state) in seen.iter().rev().chain(&seen) {
        timeline.seek(*moment);
        assert!(timeline.system() == state, "moment {moment} of {end} is another when it is visited again");
    }
}

/// Every form in which a run is written.
fn exported(story: &mut Story) {
    let mut out = vec![];
    transcript::write(story, true, &mut out).unwrap();
    out.clear();
    jsonl::write(story, &mut out).unwrap();
    out.split_inclusive(|byte| *byte == b'\n').for_each(told::line_of_json);
    told::json(&state::of(story));
}

/// A few panels, with the eyes of any process.
fn panels(story: &Story, dice: &mut Dice<'_>) {
    let pids: Vec<_> = story.system().processes().map(|process| process.pid).collect();
    for _ in 0..4 {
        let process = if pids.is_empty() || dice.one_in(2) { None } else { Some(dice.pick(&pids)) };
        let [columns, rows] = [200, 60].map(|most| dice.below(most + 1));
        let look = Look { columns, rows, process, ..Look::default() };
        drop(view::panel(dice.pick(&PanelName::ALL), story, &look));
    }
}
