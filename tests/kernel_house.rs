//! The kernel's own house: its page tables, its stacks, the way in and out, and the page that it lets processes read. What a
//! scenario cannot expect of them, and what becomes of them when memory runs out in the middle.

use pagewalk::hw::{Flags, VirtAddr};
use pagewalk::kernel::{AreaKind, Event, FaultCase, KernelEvent, Outcome, Usage};
use pagewalk::scenario::{Source, read};
use pagewalk::story::Story;
use pagewalk::timeline::Step;
use serde_json::{Value, json};

/// The story of some steps on a machine with so many frames; `None` if a step makes no sense, as a process is not there.
fn story(frames: u64, kernel: &Value, steps: &Value) -> Option<Story> {
    let scenario = json!({
        "format": 1, "title": "", "machine": { "frames": frames }, "kernel": kernel, "programs": { "sh": {} },
        "steps": steps,
    });
    let source = Source::new("test", scenario.to_string());
    Story::new(read::read(source).ok()?).ok()
}

const MAPPINGS: [&str; 3] = ["own", "copied", "shared"];

fn frames_of(story: &Story, usage: impl Fn(Usage) -> bool) -> usize {
    story.system().frames().filter(|(_, frame)| usage(frame.usage)).count()
}

#[test]
fn no_frame_is_lost_wherever_memory_runs_out() {
    let steps = [
        json!([
            { "op": "spawn", "program": "sh" }, { "op": "fork", "as": "a" }, { "op": "fork", "as": "b" },
            { "op": "exec", "program": "sh" }, { "op": "store", "at": "heap", "value": 1 }, { "op": "getpid" },
        ]),
        json!([
            { "op": "spawn", "program": "sh" }, { "op": "vfork", "as": "a" }, { "op": "vfork", "process": "a", "as": "b" },
            { "op": "exec", "process": "b", "program": "sh" }, { "op": "getpid" }, { "op": "exit" },
            { "op": "exit", "process": "a" }, { "op": "store", "process": "sh", "at": "heap", "value": 1 },
        ]),
    ];
    for mapping in MAPPINGS {
        for steps in &steps {
            let kernel = json!({ "mapping": mapping, "trap_path": "full", "vdso": true, "fork": "copy" });
            let mut refused = 0;
            for mut story in (8..70).filter_map(|frames| story(frames, &kernel, steps)) {
                let is_refused = |step: &Step| matches!(step.outcome, Outcome::Refused { .. });
                let Some(step) = story.timeline.steps().iter().position(is_refused) else { continue };
                for moment in story.timeline.moments(step) {
                    story.timeline.seek(moment);
                    story.system().check_always().unwrap_or_else(|broken| panic!("{mapping}: {broken}"));
                }
                story.timeline.seek(usize::MAX);
                story.system().check_at_rest().unwrap_or_else(|broken| panic!("{mapping}: {broken}"));
                let alive = story.system().processes().filter(|process| process.is_alive()).count();
                assert_eq!(frames_of(&story, |usage| usage == Usage::KernelStack), alive, "{mapping}");
                assert_eq!(frames_of(&story, |usage| usage == Usage::Trapframe), alive, "{mapping}");
                refused += 1;
            }
            assert!(refused > 0, "{mapping}: memory never runs out");
        }
    }
}

#[test]
fn every_table_has_the_same_kernel_and_a_page_without_a_frame_under_each_stack() {
    let steps = json!([
        { "op": "spawn", "program": "sh" }, { "op": "fork", "as": "a" }, { "op": "fork", "as": "b" },
        { "op": "exit", "process": "a" }, { "op": "fork", "process": "b", "as": "c" },
    ]);
    for mapping in MAPPINGS {
        let mut story = story(96, &json!({ "mapping": mapping }), &steps).expect("there is room");
        story.timeline.seek(usize::MAX);
        let system = story.system();
        let kernel = system.kernel_root().expect("the kernel is mapped");
        let areas = system.kernel_areas();
        let stacks: Vec<VirtAddr> =
            areas.iter().filter(|area| area.kind == AreaKind::KernelStack).map(|area| area.start).collect();
        assert_eq!(stacks.len(), 3);
        let upper = system.kernel_is_in_every_table();
        let roots = system.spaces().map(|process| process.root).filter(|_| upper).chain([kernel]);
        for root in roots {
            for stack in &stacks {
                let flags = system.leaf_for(root, *stack).expect("a stack is mapped").pte.flags();
                assert!(flags.has(Flags::R | Flags::W | Flags::A | Flags::D) && !flags.has(Flags::U));
                assert_eq!(flags.has(Flags::G), upper);
                assert_eq!(system.leaf_for(root, VirtAddr(stack.0 - 4096)), None, "{mapping}");
            }
        }
    }
}

#[test]
fn a_table_of_its_own_costs_once_and_copies_cost_each_process() {
    let tables = |mapping: &str, forks: u64| {
        let steps = json!([
            { "op": "spawn", "program": "sh" },
            { "repeat": forks, "steps": [ { "op": "fork", "process": "sh", "as": "a" } ] },
        ]);
        let mut story = story(128, &json!({ "mapping": mapping }), &steps).expect("there is room");
        story.timeline.seek(usize::MAX);
        frames_of(&story, |usage| matches!(usage, Usage::Table { .. }))
    };
    // Root, two for memory, two for stacks; in a process five, and where they are copied those four again.
    for (mapping, kernels, each) in [("own", 5, 5), ("shared", 5, 5), ("copied", 5, 9)] {
        assert_eq!(
            [1, 3].map(|forks| tables(mapping, forks)),
            [kernels + 2 * each, kernels + 4 * each],
            "{mapping}"
        );
    }
}

#[test]
fn the_kernel_s_half_is_a_page_of_the_kernel_s_only_where_it_is_mapped() {
    for (mapping, expected) in
        [("none", FaultCase::NoArea), ("own", FaultCase::NoArea), ("copied", FaultCase::KernelPage)]
    {
        let steps = json!([ { "op": "spawn", "program": "sh" }, { "op": "load", "at": "-0x2000" } ]);
        let story = story(64, &json!({ "mapping": mapping }), &steps).expect("there is room");
        let events = (1..=story.timeline.end()).filter_map(|moment| story.timeline.event(moment));
        let found = events.into_iter().find_map(|event| match event {
            Event::Kernel(KernelEvent::Fault { case, .. }) => Some(*case),
            _ => None,
        });
        assert_eq!(found, Some(expected), "{mapping}");
    }
}
