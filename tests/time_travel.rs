//! Time travel is exact: whatever way leads to a moment, forward, back or across, by the timeline or by the keys of the
//! screen, the state there is the one that a run from the start has, and the kernel's invariants hold at each of them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and its helpers with it")]

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pagewalk::kernel::{Bug, Event, System, Unwatched};
use pagewalk::scenario::{library, read};
use pagewalk::story::Story;
use pagewalk::tui::model::Model;
use pagewalk::tui::{keys, update};
use pagewalk::view::state;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Settings under which every story with a kernel is run, first as it is written: one at a time, and some together.
const SETTINGS: [&[&str]; 12] = [
    &[],
    &["kernel.fork=copy"],
    &["kernel.exec=demand"],
    &["kernel.heap=eager"],
    &["kernel.guard=unmapped"],
    &["kernel.stack=grow", "kernel.stack_limit=12K"],
    &["machine.ad_update=fault"],
    &["machine.tlb.asid=false"],
    &["machine.tlb.entries=2", "machine.tlb.replacement=random"],
    &["machine.tlb.entries=0", "kernel.exec=demand"],
    &["machine.paging=sv48", "kernel.exec=demand", "kernel.fork=copy"],
    &["machine.paging=sv57", "machine.ad_update=fault", "machine.tlb.asid=false", "kernel.exec=demand"],
];

/// The same for a bare machine: its tables are written for one paging mode.
const BARE: [&[&str]; 4] = [
    &[],
    &["machine.ad_update=fault", "machine.tlb.entries=0"],
    &["machine.tlb.asid=false"],
    &["machine.tlb.entries=2", "machine.tlb.replacement=random"],
];

fn story(name: &str, sets: &[&str]) -> Story {
    let mut source = library::Builtin::find(name).unwrap().source();
    source.sets = sets.iter().map(|set| (*set).to_owned()).collect();
    let scenario = read::read(source.clone())
        .unwrap_or_else(|problems| panic!("{name} {sets:?}: {}", problems[0].render(&source, false)));
    Story::new(scenario)
        .unwrap_or_else(|problems| panic!("{name} {sets:?}: {}", problems[0].render(&source, false)))
}

/// Every story under every group of settings.
static STORIES: LazyLock<Vec<(String, Story)>> = LazyLock::new(|| {
    let mut stories = vec![];
    for builtin in library::ALL {
        let setup = story(builtin.name, &[]).scenario.setup;
        let (bare, frames) = (setup.kernel.is_none(), (setup.machine.memory_bytes >> 12) as usize);
        for sets in if bare { &BARE[..] } else { &SETTINGS } {
            // Where memory is just enough for the story, other settings need more of it.
            let small = frames < 30 && sets.iter().any(|set| set.contains("paging") || set.contains("eager"));
            let sets = if small { [sets, &["machine.frames=128"][..]].concat() } else { sets.to_vec() };
            stories.push((format!("{} {sets:?}", builtin.name), story(builtin.name, &sets)));
        }
    }
    stories
});

/// The state after the first steps of a story, from a run that nobody watches: element 0 is the start.
fn run_from_the_start(story: &Story) -> Vec<System> {
    let mut system = System::boot(&story.scenario.setup).unwrap();
    let mut states = vec![system.clone()];
    for op in story.scenario.ops() {
        system.perform(&op, &mut Unwatched).unwrap();
        states.push(system.clone());
    }
    states
}

/// The state at every moment, going forward by events.
fn states(story: &Story) -> Vec<System> {
    let mut timeline = story.timeline.clone();
    let moments = 0..=timeline.end();
    moments
        .map(|moment| {
            timeline.seek(moment);
            assert_eq!(timeline.moment(), moment);
            timeline.system().clone()
        })
        .collect()
}

#[test]
fn every_group_of_settings_changes_what_happens_in_some_story() {
    let events = |story: &Story| -> Vec<Event> {
        let steps = 0..story.timeline.steps().len();
        steps.flat_map(|step| story.timeline.events(step).cloned().collect::<Vec<_>>()).collect()
    };
    let mut different = BTreeSet::new();
    let mut as_written = vec![];
    for (name, story) in &*STORIES {
        let (_, sets) = name.split_once(' ').unwrap();
        match sets {
            "[]" => as_written = events(story),
            _ if events(story) != as_written => drop(different.insert(sets)),
            _ => {}
        }
    }
    let groups: BTreeSet<String> = SETTINGS.iter().chain(&BARE).map(|sets| format!("{sets:?}")).collect();
    let same: Vec<_> =
        groups.iter().filter(|sets| *sets != "[]" && !different.contains(sets.as_str())).collect();
    assert!(same.is_empty(), "these make no difference, so they prove nothing here: {same:?}");
}

#[test]
fn going_back_by_events_passes_the_states_that_going_forward_passed() {
    for (name, story) in &*STORIES {
        let forward = states(story);
        let mut timeline = story.timeline.clone();
        timeline.seek(timeline.end());
        for moment in (0..timeline.end()).rev() {
            timeline.seek(moment);
            assert!(*timeline.system() == forward[moment], "{name}: going back, moment {moment} is another");
        }
        for (moment, state) in forward.iter().enumerate() {
            timeline.seek(moment);
            assert!(timeline.system() == state, "{name}: after that, moment {moment} is another");
        }
    }
}

#[test]
fn most_events_change_the_state() {
    // A timeline that went nowhere would pass the other tests.
    for (name, story) in &*STORIES {
        let states = states(story);
        let different = states.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(different * 2 > states.len(), "{name}: only {different} of {} events differ", states.len());
    }
}

#[test]
fn at_the_end_of_each_step_the_state_is_that_of_a_run_nobody_watched() {
    for (name, story) in &*STORIES {
        let mut timeline = story.timeline.clone();
        for (step, state) in run_from_the_start(story).iter().enumerate() {
            timeline.seek(timeline.after_steps(step));
            assert!(timeline.system() == state, "{name}: after step {step} the state is another");
        }
        assert_eq!(timeline.moment(), timeline.end());
    }
}

#[test]
fn the_invariants_hold_at_every_moment_and_all_of_them_between_steps() {
    // A kernel that is wrong on purpose breaks them: `tests/wrong_kernels.rs` sees to that.
    let right = STORIES.iter().filter(|(_, story)| story.system().bug() == Bug::None);
    for (name, story) in right {
        let mut timeline = story.timeline.clone();
        for moment in 0..=timeline.end() {
            timeline.seek(moment);
            let system = timeline.system();
            let event = timeline.event(moment);
            system
                .check_always()
                .unwrap_or_else(|broken| panic!("{name}, moment {moment}, {event:?}: {broken}"));
        }
        for step in 0..=timeline.steps().len() {
            timeline.seek(timeline.after_steps(step));
            let system = timeline.system();
            system.check_at_rest().unwrap_or_else(|broken| panic!("{name}, after step {step}: {broken}"));
        }
    }
}

/// What the random seeks are held against.
struct Reference {
    name: String,
    story: Story,
    by_step: Vec<System>,
    by_moment: Vec<System>,
}

static REFERENCES: LazyLock<Vec<Reference>> = LazyLock::new(|| {
    let of = |(name, story): &(String, Story)| Reference {
        name: name.clone(),
        story: story.clone(),
        by_step: run_from_the_start(story),
        by_moment: states(story),
    };
    STORIES.iter().map(of).collect()
});

/// One jump: to the end of a step, to any moment, or so many events on or back. Numbers are taken by what there is.
#[derive(Clone, Debug)]
enum Jump {
    Step(prop::sample::Index),
    Moment(prop::sample::Index),
    By(isize),
}

fn jumps() -> impl Strategy<Value = Vec<Jump>> {
    let any = any::<prop::sample::Index>;
    let jump = prop_oneof![
        3 => any().prop_map(Jump::Step),
        2 => any().prop_map(Jump::Moment),
        2 => (-5isize..=5).prop_map(Jump::By),
    ];
    prop::collection::vec(jump, 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_walk_of_seeks_ends_in_the_state_of_a_fresh_run(
        which in any::<prop::sample::Index>(),
        jumps in jumps(),
    ) {
        let Reference { name, story, by_step, by_moment } = which.get(&REFERENCES);
        let mut timeline = story.timeline.clone();
        for jump in &jumps {
            match jump {
                Jump::Step(step) => {
                    let step = step.index(by_step.len());
                    timeline.seek(timeline.after_steps(step));
                    prop_assert!(*timeline.system() == by_step[step], "{}: step {} after {:?}", name, step, jumps);
                }
                Jump::Moment(moment) => timeline.seek(moment.index(by_moment.len())),
                Jump::By(events) => timeline.seek(timeline.moment().saturating_add_signed(*events)),
            }
            let moment = timeline.moment();
            prop_assert!(*timeline.system() == by_moment[moment], "{}: moment {} after {:?}", name, moment, jumps);
        }
    }
}

fn press(model: &mut Model, key: KeyCode) {
    let message =
        keys::message(model, KeyEvent::new(key, KeyModifiers::NONE)).expect("the key means something");
    update::update(model, message);
}

/// The state that a model shows, as other programs read it.
fn shown(model: &Model) -> serde_json::Value {
    serde_json::json!(state::of(&model.player().expect("a story is shown").story))
}

/// What `show --step STEP --event EVENT` prints for every moment of a story: step by step, and of each step, event by
/// event. The first is the start.
fn printed(story: &Story) -> Vec<serde_json::Value> {
    let mut story = story.clone();
    let mut states = vec![];
    for step in 0..=story.timeline.steps().len() {
        let start = story.timeline.after_steps(step);
        let end = story.timeline.after_steps(step + 1);
        for event in 0..(end - start).max(1) {
            story.timeline.seek(start + event);
            states.push(serde_json::json!(state::of(&story)));
        }
    }
    states
}

#[test]
fn the_keys_right_and_left_visit_what_show_prints() {
    for builtin in library::ALL {
        let story = story(builtin.name, &[]);
        let printed = printed(&story);
        let mut model = Model::new(Some(story));
        for (moment, state) in printed.iter().enumerate() {
            assert_eq!(state["event"], moment);
            assert_eq!(shown(&model), *state, "{}: going right, moment {moment}", builtin.name);
            press(&mut model, KeyCode::Right);
        }
        for (moment, state) in printed.iter().enumerate().rev() {
            assert_eq!(shown(&model), *state, "{}: going left, moment {moment}", builtin.name);
            press(&mut model, KeyCode::Left);
        }
        assert_eq!(shown(&model), printed[0], "{}: left of the beginning is nothing", builtin.name);
    }
}

#[test]
fn the_keys_down_and_up_stop_where_steps_end() {
    for builtin in library::ALL {
        let story = story(builtin.name, &[]);
        let ends: Vec<usize> =
            (0..=story.timeline.steps().len()).map(|step| story.timeline.after_steps(step)).collect();
        let mut model = Model::new(Some(story));
        let mut keys = |key| {
            let mut visited = vec![];
            for _ in &ends {
                visited.push(model.player().unwrap().story.timeline.moment());
                press(&mut model, key);
            }
            visited
        };
        assert_eq!(keys(KeyCode::Down), ends);
        assert!(keys(KeyCode::Up).iter().rev().eq(&ends));
    }
}

#[test]
fn the_totals_that_are_kept_are_those_of_the_state() {
    for (name, story) in STORIES.iter() {
        let mut timeline = story.timeline.clone();
        for steps in 0..=timeline.steps().len() {
            let moment = timeline.after_steps(steps);
            timeline.seek(moment);
            let kept = timeline.sample(steps);
            assert_eq!(kept.counters, timeline.system().counters, "{name}, after {steps} steps");
            assert_eq!(kept.frames_used, timeline.system().frames_used(), "{name}, after {steps} steps");
            assert_eq!(*kept, timeline.sample_now(), "{name}, after {steps} steps");
        }
    }
}
