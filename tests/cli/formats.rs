//! What other programs read: `run --format jsonl` and `show --format json` have exactly the shape that is promised, and
//! their numbers agree with each other: counters with the events they count, a state with the timeline's.

use crate::binary::run;
use pagewalk::kernel::Bug;
use pagewalk::scenario::{library, read};
use pagewalk::story::Story;
use pagewalk::view::state;
use serde_json::Value;
use std::collections::BTreeSet;

const COUNTERS: [&str; 17] = [
    "accesses",
    "cycles",
    "evictions",
    "frames_copied",
    "frames_free",
    "frames_used",
    "frames_zeroed",
    "page_faults",
    "page_ins",
    "page_outs",
    "pte_reads",
    "swap_used",
    "tlb_hits",
    "tlb_misses",
    "tlb_reach",
    "traps",
    "walks",
];

/// The kinds of events that are promised, each with its fields. (A page is read from a file or from swap, and written to
/// either: `file` and `page`, or `slot`.)
const KINDS: [(&str, &[&str]); 22] = [
    ("tlb_hit", &["va", "vpn", "slot", "pte"]),
    ("tlb_miss", &["va", "vpn"]),
    ("tlb_fill", &["slot", "vpn", "level", "pte"]),
    ("tlb_flush", &["dropped"]),
    ("pte_read", &["level", "pa", "pte"]),
    ("pte_write", &["level", "pa", "pte", "was"]),
    ("mem_read", &["pa", "width", "value"]),
    ("mem_write", &["pa", "width", "value"]),
    ("trap", &["scause", "stval", "sepc"]),
    ("trap_return", &["pc"]),
    ("frame_alloc", &["ppn"]),
    ("frame_free", &["ppn"]),
    ("frame_ref", &["ppn", "refs"]),
    ("frame_copy", &["from", "to"]),
    ("frame_zero", &["ppn"]),
    ("page_in", &["ppn"]),
    ("page_out", &["ppn"]),
    ("evict", &["ppn"]),
    ("context_switch", &["from", "to"]),
    ("process_new", &["pid", "name"]),
    ("process_kill", &["pid"]),
    ("process_exit", &["pid"]),
];

/// A run as its first line and the others.
fn lines(arguments: &[&str]) -> (Value, Vec<Value>) {
    let ran = run([&["run", "--format", "jsonl"], arguments].concat());
    assert_eq!(ran.status, 0, "{}", ran.err);
    let mut lines =
        ran.out.lines().map(|line| serde_json::from_str::<Value>(line).expect("each line is JSON"));
    (lines.next().unwrap(), lines.collect())
}

/// All built-ins as lines, with their names.
fn runs() -> impl Iterator<Item = (&'static str, Value, Vec<Value>)> {
    library::ALL.iter().map(|builtin| {
        let (head, steps) = lines(&[builtin.name]);
        (builtin.name, head, steps)
    })
}

#[track_caller]
fn has_keys(value: &Value, wanted: &[&str], allowed: &[&str]) {
    let keys: BTreeSet<&str> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    let wanted: BTreeSet<&str> = wanted.iter().copied().collect();
    let missing: Vec<_> = wanted.difference(&keys).collect();
    let extra: Vec<_> = keys.difference(&wanted).filter(|key| !allowed.contains(key)).collect();
    assert!(missing.is_empty() && extra.is_empty(), "missing {missing:?}, extra {extra:?} in {value}");
}

/// `0x` and lower-case hex, without zeros in front.
#[track_caller]
fn is_hex(value: &Value) {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no string"));
    let number = text.strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok());
    assert_eq!(number.map(|number| format!("{number:#x}")).as_deref(), Some(text));
}

fn events(step: &Value) -> &Vec<Value> {
    step["events"].as_array().unwrap()
}

fn count(steps: &[Value], fits: impl Fn(&Value) -> bool) -> usize {
    steps.iter().flat_map(events).filter(|event| fits(event)).count()
}

/// How many frames the events of a kind are about.
fn frames(steps: &[Value], kind: &str) -> usize {
    let events = steps.iter().flat_map(events).filter(|event| event["kind"] == kind);
    events.map(|event| event["frames"].as_u64().unwrap() as usize).sum()
}

fn is(kind: &str) -> impl Fn(&Value) -> bool + '_ {
    move |event| event["kind"] == kind
}

#[test]
fn the_first_line_names_format_title_and_settings() {
    for (name, head, _) in runs() {
        has_keys(&head, &["format", "scenario", "title", "summary", "machine", "kernel"], &[]);
        assert_eq!(head["format"], "pagewalk-run/1");
        let scenario = read::read(library::Builtin::find(name).unwrap().source()).unwrap();
        assert_eq!(
            (head["title"].as_str(), head["summary"].as_str()),
            (Some(scenario.title.as_str()), Some(scenario.summary.as_str()))
        );
    }
    let (head, _) = lines(&["fork-exec", "--set", "kernel.fork=copy", "--set", "machine.tlb.entries=4"]);
    assert_eq!((&head["kernel"]["fork"], &head["machine"]["tlb"]["entries"]), (&"copy".into(), &4.into()));
}

#[test]
fn every_other_line_is_a_step() {
    for (name, _, steps) in runs() {
        let scenario = read::read(library::Builtin::find(name).unwrap().source()).unwrap();
        assert_eq!(steps.len(), scenario.steps.len());
        for (at, step) in steps.iter().enumerate() {
            let keys = ["step", "chapter", "process", "op", "outcome", "events", "counters"];
            has_keys(step, &keys, &["ask", "broken", "chapter_say", "say", "vars"]);
            let wrong = scenario.setup.kernel.as_ref().is_some_and(|policies| policies.bug != Bug::None);
            assert!(wrong || step["broken"].is_null(), "a right kernel breaks nothing: {step}");
            for broken in step["broken"].as_array().into_iter().flatten() {
                has_keys(broken, &["invariant", "what"], &["event"]);
                let events = events(step).len() as u64;
                assert!(broken["event"].as_u64().is_none_or(|event| (1..=events).contains(&event)));
            }
            assert_eq!(step["ask"].is_object(), scenario.steps[at].ask.is_some());
            assert_eq!(step["step"], at + 1);
            assert_eq!(step["chapter"], *scenario.chapters[scenario.steps[at].chapter].title);
            assert_eq!(
                step["process"].is_u64(),
                scenario.setup.kernel.is_some(),
                "{name}: {}",
                step["process"]
            );
            assert_eq!(step["op"]["op"], scenario.steps[at].op.action.name());
            assert!(!events(step).is_empty());
            has_keys(&step["counters"], &COUNTERS, &[]);
            for (key, value) in step["op"].as_object().unwrap() {
                assert!(!["note", "say", "ask", "expect"].contains(&key.as_str()), "{key}: {value}");
            }
        }
    }
}

#[test]
fn an_outcome_says_how_the_operation_ended() {
    let mut seen = BTreeSet::new();
    for (name, _, steps) in runs() {
        for step in &steps {
            let outcome = &step["outcome"];
            let access =
                ["load", "store", "fetch", "push", "touch"].contains(&step["op"]["op"].as_str().unwrap());
            match (outcome["ok"].as_bool().expect("ok is true or false"), access) {
                (true, true) => {
                    has_keys(outcome, &["ok", "pa", "value"], &[]);
                    is_hex(&outcome["pa"]);
                    is_hex(&outcome["value"]);
                    seen.insert("reached");
                }
                (false, _) if outcome["skipped"] == true => {
                    has_keys(outcome, &["ok", "skipped"], &[]);
                    seen.insert("skipped");
                }
                (false, true) => {
                    has_keys(outcome, &["ok", "scause", "stval", "sepc", "cause", "killed"], &[]);
                    is_hex(&outcome["stval"]);
                    is_hex(&outcome["sepc"]);
                    let trap = events(step).iter().rfind(|event| event["kind"] == "trap").unwrap();
                    for key in ["scause", "stval", "sepc", "cause"] {
                        assert_eq!(outcome[key], trap[key], "{name}");
                    }
                    let killed = events(step).iter().any(is("process_kill"));
                    assert_eq!(outcome["killed"], killed, "{name}");
                    seen.insert(if killed { "killed" } else { "trapped" });
                }
                (true, false) => has_keys(outcome, &["ok"], &["value"]),
                (false, false) => has_keys(outcome, &["ok", "error"], &[]),
            }
        }
    }
    assert_eq!(seen, BTreeSet::from(["killed", "reached", "skipped", "trapped"]));
    let (_, steps) = lines(&["stack-overflow"]);
    let expected = serde_json::json!({
        "ok": false, "scause": 15, "stval": "0x2c00", "sepc": "0x24", "cause": "store/AMO page fault", "killed": true,
    });
    assert_eq!(steps[4]["outcome"], expected);
    assert_eq!(steps[5]["outcome"], serde_json::json!({ "ok": true, "pa": "0x8003a010", "value": "0x10" }));
}

#[test]
fn every_promised_kind_of_event_is_there_with_its_fields() {
    let mut seen = BTreeSet::new();
    for (_, _, steps) in runs() {
        for event in steps.iter().flat_map(events) {
            let kind = event["kind"].as_str().expect("an event has a kind");
            assert!(kind.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{kind} is not snake_case");
            if let Some((kind, fields)) = KINDS.iter().find(|(known, _)| *known == kind) {
                let there = |field: &&&str| event.get(**field).is_none();
                assert_eq!(fields.iter().find(there), None, "{event}");
                seen.insert(*kind);
            }
            if ["page_in", "page_out"].contains(&kind) {
                let file = event["file"].is_string() && event["page"].is_u64();
                assert_ne!(file, event["slot"].is_u64(), "{event}");
            }
            for key in
                ["pa", "va", "ppn", "vpn", "pte", "stval", "sepc", "value", "was", "root", "start", "end"]
            {
                // The answer of a call is a signed number.
                if let Some(value) = event.get(key).filter(|_| kind != "syscall_return") {
                    is_hex(value);
                }
            }
        }
    }
    let missing: Vec<_> = KINDS.iter().filter(|(kind, _)| !seen.contains(kind)).collect();
    assert!(missing.is_empty(), "no built-in has {missing:?}");
}

#[test]
fn counters_are_the_running_totals_of_the_events() {
    for (name, _, steps) in runs() {
        // After every step of a short run; long ones would take for ever.
        let stride = steps.len() / 50 + 1;
        for done in (1..=steps.len()).filter(|done| done % stride == 0 || *done == steps.len()) {
            let steps = &steps[..done];
            let counters = &steps[done - 1]["counters"];
            let access = |event: &Value| event["kind"].as_str().unwrap().starts_with("mem_");
            let fault = |event: &Value| {
                event["kind"] == "trap" && [12, 13, 15].contains(&event["scause"].as_u64().unwrap())
            };
            for (counter, counted) in [
                ("accesses", count(steps, access)),
                ("page_faults", count(steps, fault)),
                ("traps", count(steps, is("trap"))),
                ("tlb_hits", count(steps, is("tlb_hit"))),
                ("tlb_misses", count(steps, is("tlb_miss"))),
                ("walks", count(steps, is("walk"))),
                ("pte_reads", count(steps, is("pte_read"))),
                ("frames_copied", count(steps, is("frame_copy")) + frames(steps, "run_copy")),
                ("frames_zeroed", count(steps, is("frame_zero")) + frames(steps, "run_zero")),
                ("page_ins", count(steps, is("page_in"))),
                ("page_outs", count(steps, is("page_out"))),
                ("evictions", count(steps, is("evict"))),
            ] {
                assert_eq!(counters[counter], counted, "{name}: {counter} after step {done}");
            }
            let runs = frames(steps, "run_alloc") as i64 - frames(steps, "run_free") as i64;
            let taken = count(steps, is("frame_alloc")) as i64 - count(steps, is("frame_free")) as i64 + runs;
            let kernel = steps[0]["counters"]["frames_used"].as_u64().unwrap()
                - (count(&steps[..1], is("frame_alloc")) - count(&steps[..1], is("frame_free"))) as u64;
            assert_eq!(counters["frames_used"], kernel.wrapping_add_signed(taken), "{name}, step {done}");
        }
    }
}

#[test]
fn fork_copies_nothing_until_exec_unless_it_is_told_to() {
    let before_exec = |arguments: &[&str]| {
        let (_, mut steps) = lines(arguments);
        let exec = steps.iter().position(|step| step["op"]["op"] == "exec").expect("the child calls exec");
        steps.truncate(exec + 1);
        assert!(steps.iter().any(|step| step["op"]["op"] == "fork"));
        count(&steps, is("frame_copy"))
    };
    assert_eq!(before_exec(&["fork-exec"]), 0);
    assert!(before_exec(&["fork-exec", "--set", "kernel.fork=copy"]) >= 1);
}

#[test]
fn a_state_has_exactly_the_shape_that_is_promised() {
    let mut seen = BTreeSet::new();
    for builtin in library::ALL {
        let shown = run(["show", builtin.name, "--format", "json"]);
        let state: Value = serde_json::from_str(&shown.out).unwrap();
        let keys = ["format", "step", "event", "csrs", "processes", "frames", "tlb", "counters"];
        has_keys(&state, &keys, &["hart", "privilege", "pc", "sp", "free_list"]);
        assert_eq!(state["format"], "pagewalk-state/1");
        let csrs = ["satp", "sstatus", "scause", "stval", "sepc", "stvec", "sscratch"];
        has_keys(&state["csrs"], &csrs, &[]);
        state["csrs"].as_object().unwrap().values().for_each(is_hex);
        has_keys(&state["counters"], &COUNTERS, &[]);
        let list = |value: &'_ Value| value.as_array().unwrap().clone();
        for process in list(&state["processes"]) {
            has_keys(&process, &["pid", "name", "state", "satp", "areas", "pages"], &["program", "swapped"]);
            for area in list(&process["areas"]) {
                has_keys(&area, &["start", "end", "prot", "kind", "shared", "file"], &["name"]);
                seen.insert(if area["file"].is_string() { "a file's area" } else { "an area" });
            }
            for page in list(&process["pages"]) {
                has_keys(&page, &["va", "pa", "level", "flags", "cow"], &[]);
                is_hex(&page["va"]);
                is_hex(&page["pa"]);
                assert_eq!(page["flags"].as_str().unwrap().len(), 8);
                seen.insert(if page["cow"] == true { "a copy-on-write page" } else { "a page" });
            }
        }
        for frame in list(&state["frames"]) {
            has_keys(&frame, &["ppn", "refs", "use"], &[]);
            seen.insert("a frame");
        }
        for entry in list(&state["tlb"]) {
            has_keys(&entry, &["slot", "vpn", "ppn", "asid", "level", "flags", "stale"], &["global"]);
            seen.insert(if entry["stale"] == true { "a stale entry" } else { "an entry" });
        }
    }
    let all = ["a copy-on-write page", "a file's area", "a frame", "a page", "an area", "an entry"];
    assert!(all.iter().all(|what| seen.contains(what)), "only {seen:?}");
}

#[test]
fn the_state_that_show_prints_is_the_storys() {
    for name in ["fork-exec", "stale-tlb"] {
        let scenario = read::read(library::Builtin::find(name).unwrap().source()).unwrap();
        let mut story = Story::new(scenario).unwrap();
        for moment in (0..=story.timeline.end()).step_by(9) {
            story.timeline.seek(moment);
            let step = story.step_index().unwrap_or_default();
            let reached = story.step_index().map_or(0, |step| step + 1);
            let event = moment - story.timeline.after_steps(step);
            let by_event = run(["show", name, "--format", "json", "--event", &moment.to_string()]);
            let by_step = ["--step", &step.to_string(), "--event", &event.to_string()];
            let by_step = run([&["show", name, "--format", "json"], &by_step[..]].concat());
            let printed: Value = serde_json::from_str(&by_event.out).unwrap();
            assert_eq!(printed, serde_json::json!(state::of(&story)), "{name}, moment {moment}");
            assert_eq!((&printed["step"], &printed["event"]), (&reached.into(), &moment.into()), "{name}");
            assert_eq!(by_event.out, by_step.out);
        }
    }
}
