//! Memory under pressure: the textbook's counts, every policy against a plain simulation, and what must not get lost.

mod plain;

use pagewalk::hw;
use pagewalk::kernel::{Event, FaultCase, KernelEvent, Outcome, System};
use pagewalk::scenario::{Source, read};
use pagewalk::story::Story;
use plain::Policy;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Frames that a process of one page of stack, and nothing else yet, leaves over on the machine of [`story`]: the
/// trampoline, the trapframe, and five tables are the kernel's.
const TAKEN: usize = 7;

/// A story in which pages have so many frames. The stack's page has the first of them, and nobody uses it.
fn story(frames: usize, kernel: &Value, steps: &Value) -> Story {
    let mut policies = json!({ "exec": "demand", "guard": "unmapped", "swap": "256K" });
    for (name, value) in kernel.as_object().into_iter().flatten() {
        policies[name] = value.clone();
    }
    let scenario = json!({
        "format": 1, "title": "", "machine": { "frames": TAKEN + frames }, "kernel": policies,
        "programs": { "app": { "text": "4K", "data": 0, "heap": "256K" } },
        "files": { "notes": { "size": "8K" } },
        "steps": steps,
    });
    let scenario = read::read(Source::new("test", scenario.to_string())).expect("it can be read");
    Story::new(scenario).expect("and carried out")
}

/// For each reference whether it is a page fault.
fn faults(policy: &str, frames: usize, references: &[u64]) -> Vec<bool> {
    let mut steps = vec![json!({ "op": "spawn", "program": "app" })];
    steps.extend(references.iter().map(|page| json!({ "op": "touch", "pages": [page] })));
    let story = story(frames, &json!({ "reclaim": policy }), &json!(steps));
    let trap = |event: &Event| matches!(event, Event::Hardware(hw::Event::Trap { .. }));
    (1..steps.len()).map(|step| story.timeline.events(step).any(trap)).collect()
}

fn count(policy: &str, frames: usize) -> usize {
    let references = [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5];
    faults(policy, frames, &references).into_iter().filter(|fault| *fault).count()
}

#[test]
fn the_counts_are_the_textbooks() {
    let counts = |policy| [count(policy, 3), count(policy, 4)];
    assert_eq!(counts("fifo"), [9, 10], "Belady's anomaly: more frames, more faults");
    assert_eq!(counts("lru"), [10, 8]);
    assert_eq!(counts("optimal"), [7, 6]);
    assert_eq!(counts("clock"), [9, 10], "every page is used when the hand comes, so it is FIFO here");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn each_policy_faults_where_the_plain_simulation_does(
        references in prop::collection::vec(0..9u64, 1..60),
        frames in 2..7usize,
    ) {
        for (name, policy) in plain::POLICIES {
            let expected = plain::faults(policy, frames, &references);
            prop_assert_eq!(faults(name, frames, &references), expected, "{} in {} frames", name, frames);
        }
        let optimal = |frames| plain::faults(Policy::Optimal, frames, &references);
        let few = |faults: Vec<bool>| faults.into_iter().filter(|fault| *fault).count();
        prop_assert!(few(optimal(frames)) <= few(faults("random", frames, &references)));
    }
}

fn last(story: &Story) -> &Outcome {
    &story.timeline.steps().last().expect("there are some").outcome
}

#[track_caller]
fn holds(story: &mut Story) {
    assert_eq!(story.check(), []);
    for moment in 0..=story.timeline.end() {
        story.timeline.seek(moment);
        if let Err(broken) = story.system().check_always() {
            panic!("at {moment}: {broken}");
        }
    }
    story.system().check_at_rest().expect("at the end, too");
}

#[test]
fn who_takes_a_shared_page_back_alone_does_not_write_for_the_one_still_in_swap() {
    let mut story = story(
        14,
        &json!({ "reclaim": "fifo" }),
        &json!([
            { "op": "spawn", "program": "app", "as": "parent" },
            { "op": "store", "at": "heap", "value": 1 },
            { "op": "fork", "as": "child" },
            { "op": "touch", "process": "child", "pages": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14] },
            { "op": "load", "process": "parent", "at": "heap", "expect": { "value": 1, "page_ins": "+1" } },
            { "op": "store", "at": "heap", "value": 2 },
            { "op": "load", "process": "child", "at": "heap", "expect": { "value": 1 } },
            { "op": "load", "process": "parent", "at": "heap", "expect": { "value": 2 } },
        ]),
    );
    holds(&mut story);
}

#[test]
fn what_a_process_that_is_gone_has_written_to_shared_memory_is_written_to_swap() {
    let mut story = story(
        14,
        &json!({ "reclaim": "fifo" }),
        &json!([
            { "op": "spawn", "program": "app", "as": "parent" },
            { "op": "mmap", "length": "4K", "prot": "rw", "shared": true, "as": "view" },
            { "op": "store", "at": "view", "value": 1 },
            { "op": "fork", "as": "child" },
            { "op": "touch", "process": "parent", "pages": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14] },
            { "op": "load", "process": "parent", "at": "view", "expect": { "value": 1, "page_ins": "+1" } },
            { "op": "store", "process": "child", "at": "view", "value": 2 },
            { "op": "exit" },
            { "op": "touch", "process": "parent", "store": true,
              "pages": [20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39] },
            { "op": "load", "at": "view", "expect": { "value": 2, "page_ins": "+1" } },
        ]),
    );
    holds(&mut story);
}

#[test]
fn a_page_that_was_not_written_since_it_came_back_is_not_written_again() {
    let mut story = story(
        2,
        &json!({ "reclaim": "fifo" }),
        &json!([
            { "op": "spawn", "program": "app" },
            { "op": "touch", "pages": [1, 2, 3], "store": true, "expect": { "evictions": "+2", "page_outs": "+2" } },
            { "op": "touch", "pages": [1, 2, 3, 1, 2, 3],
              "expect": { "page_ins": "+6", "evictions": "+6", "page_outs": "+2" } },
            { "op": "load", "at": "heap + 2 * page", "expect": { "value": 2 } },
        ]),
    );
    holds(&mut story);
}

#[test]
fn pages_of_files_need_no_swap() {
    let mut story = story(
        2,
        &json!({ "reclaim": "lru", "swap": 0 }),
        &json!([
            { "op": "spawn", "program": "app" },
            { "op": "mmap", "file": "notes", "prot": "rw", "shared": true, "as": "view" },
            { "op": "store", "at": "view", "value": 7, "expect": { "page_ins": "+1" } },
            { "op": "load", "at": "view + page", "expect": { "evictions": "+1", "page_outs": "+1" } },
            { "op": "load", "at": "view", "expect": { "value": 7, "evictions": "+1", "page_outs": "+0" } },
        ]),
    );
    holds(&mut story);
}

#[test]
fn without_swap_the_one_who_asks_is_killed_and_the_others_live() {
    let mut story = story(
        9,
        &json!({ "reclaim": "clock", "swap": 0 }),
        &json!([
            { "op": "spawn", "program": "app", "as": "a" },
            { "op": "store", "at": "heap", "value": 5 },
            { "op": "fork", "as": "b" },
            { "op": "touch", "process": "b", "pages": [1, 2, 3, 4], "store": true, "expect": { "killed": true } },
            { "op": "load", "process": "a", "at": "heap", "expect": { "value": 5 } },
        ]),
    );
    holds(&mut story);
}

#[test]
fn an_instruction_whose_pages_do_not_fit_at_one_time_kills() {
    let mut story = story(
        1,
        &json!({ "reclaim": "fifo" }),
        &json!([
            { "op": "spawn", "program": "app" },
            { "op": "store", "at": "heap + page", "value": 1 },
            { "op": "store", "at": "heap + 2 * page - 4", "value": 1 },
        ]),
    );
    holds(&mut story);
    assert!(matches!(last(&story), Outcome::Trapped { killed: true, .. }), "{:?}", last(&story));
}

#[test]
fn the_timer_interrupts_and_clears_the_accessed_bits() {
    let mut story = story(
        8,
        &json!({ "reclaim": "aging" }),
        &json!([
            { "op": "spawn", "program": "app" },
            { "op": "touch", "pages": [1, 2] },
            { "op": "tick", "expect": { "pages": [ { "at": "heap + page", "flags": "VRW-U---" } ] } },
            { "op": "touch", "pages": [2] },
            { "op": "tick" },
        ]),
    );
    holds(&mut story);
    assert_eq!(story.system().machine.hart(hw::HartId(0)).csrs.scause, 1 << 63 | 5);
    let ages: Vec<u64> =
        story.system().frames().map(|(_, frame)| frame.used).filter(|age| *age > 0).collect();
    assert_eq!(ages, [0b1100_0000, 0b0100_0000], "page 2 has the lower frame");
    let cases = (1..5).flat_map(|step| story.timeline.events(step)).filter_map(|event| match event {
        Event::Kernel(KernelEvent::Fault { case, .. }) => Some(*case),
        _ => None,
    });
    assert_eq!(cases.collect::<Vec<_>>(), [FaultCase::ZeroFill; 2], "a page without A is still there");
}

/// A page that was just brought in for an instruction is not the one that makes room for its other page.
#[test]
fn an_instruction_finds_both_of_its_pages_under_every_policy() {
    for policy in ["fifo", "lru", "clock", "second_chance", "aging", "random", "optimal"] {
        let mut story = story(
            8,
            &json!({ "reclaim": policy }),
            &json!([
                { "op": "spawn", "program": "app" },
                { "op": "touch", "pages": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], "store": true },
                { "op": "store", "at": "heap + page - 4", "value": "0x1122334455667788" },
                { "op": "load", "at": "heap + page - 4", "expect": { "ok": true, "value": "0x1122334455667788" } },
            ]),
        );
        holds(&mut story);
    }
}

#[test]
fn a_rehearsal_ends_where_it_has_too_many_events() {
    let loads = json!([{ "op": "spawn", "program": "app" },
                       { "repeat": 99, "steps": [{ "op": "load", "at": "heap" }] }]);
    let scenario = story(8, &json!({ "reclaim": "optimal" }), &loads).scenario;
    let (ops, mut system) = (scenario.ops(), System::boot(&scenario.setup).expect("it boots"));
    assert!(system.foresee(&ops, 400).is_err_and(|step| (1..99).contains(&step)));
    assert!(system.foresee(&ops, 10_000).is_ok());
}
