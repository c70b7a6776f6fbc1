//! Wrong kernels: each breaks what it is said to break, where it is said to; no right one breaks anything; and none comes
//! to a panic, whatever its own mistakes make of its data.

use pagewalk::hw::{self, Ppn, Trap};
use pagewalk::kernel::check::Audit;
use pagewalk::kernel::check::Broken;
use pagewalk::kernel::{Action, Bug, Change, Event, Expr, Invariant, Op, PAGE, System, Unwatched, Usage};
use pagewalk::scenario::{Source, library, read};
use pagewalk::story::{Breach, Breaches, Story};
use pagewalk::timeline::Timeline;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

const BUGS: [Bug; 4] = [Bug::NoFence, Bug::NoReferenceCount, Bug::WritableFork, Bug::NeverAccessed];

fn story(source: Source) -> Story {
    let name = source.name.clone();
    let scenario = read::read(source).unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
    Story::new(scenario).unwrap_or_else(|problems| panic!("{name}: {problems:?}"))
}

/// The built-in scenarios of wrong kernels, with what their kernel gets wrong.
fn wrong() -> Vec<(library::Builtin, Bug)> {
    let of = |builtin: &library::Builtin| (*builtin, story(builtin.source()).system().bug());
    library::ALL.iter().map(of).filter(|(_, bug)| *bug != Bug::None).collect()
}

#[test]
fn each_bug_has_a_scenario_and_each_of_those_a_right_kernel_to_compare() {
    let wrong = wrong();
    for bug in BUGS {
        assert_eq!(wrong.iter().filter(|(_, known)| *known == bug).count(), 1, "{bug}");
    }
    for (builtin, bug) in wrong {
        let mut story = story(builtin.source());
        assert!(story.check().is_empty() && !story.breaches().is_empty(), "{}", builtin.name);
        let right = self::story(Source { variant: Some("right".into()), ..builtin.source() });
        assert_eq!((right.system().bug(), right.breaches()), (Bug::None, &[][..]), "{}", builtin.name);
        assert_ne!(right.timeline.end(), story.timeline.end(), "{bug} changes nothing in {}", builtin.name);
    }
}

#[test]
fn a_breach_that_is_not_expected_fails_and_so_does_one_that_does_not_come() {
    for (builtin, _) in wrong() {
        let mut json: serde_json::Value = serde_json::from_str(builtin.text).unwrap();
        let mut moved = 0;
        let steps = json["steps"].as_array_mut().unwrap();
        for at in 0..steps.len() {
            let Some(expect) = steps[at].get_mut("expect") else { continue };
            let Some(breaks) = expect.as_object_mut().unwrap().remove("breaks") else { continue };
            // The spawn at the beginning breaks nothing.
            steps[1]["expect"]["breaks"] = breaks;
            moved += 1;
            break;
        }
        assert_eq!(moved, 1, "{}", builtin.name);
        let mut story = story(Source { text: json.to_string(), ..builtin.source() });
        let problems: Vec<String> = story.check().iter().map(|problem| problem.title()).collect();
        assert!(
            problems.iter().any(|title| title.starts_with("this step breaks an invariant: ")),
            "{problems:?}"
        );
        assert!(problems.iter().any(|title| title.starts_with("expected breaks to be ")), "{problems:?}");
    }
}

/// The breaches of a run, found by looking at everything after every event.
fn slowly(timeline: &mut Timeline) -> Vec<Breach> {
    let mut found: Vec<Breach> = vec![];
    let (mut before, mut in_tables): (Vec<Invariant>, _) = (vec![], vec![]);
    let mut trap = None;
    timeline.seek(0);
    for moment in 1..=timeline.end() {
        timeline.seek(moment);
        let system = timeline.system();
        if timeline.changes().iter().any(|change| concerns_tables(system, change)) {
            in_tables = system.broken_tables();
        }
        let not_mended = match timeline.event(moment) {
            Some(Event::Hardware(hw::Event::Trap { cause, stval, sepc, why, .. })) => {
                trap = Some(Trap { cause: *cause, stval: *stval, sepc: *sepc, why: *why });
                None
            }
            Some(Event::Hardware(hw::Event::TrapReturn { .. })) => {
                trap.and_then(|trap| system.clone().check_mended(&trap).err())
            }
            _ => None,
        };
        let others = system.stale_grant().into_iter().chain(not_mended);
        let broken: Vec<Broken> = in_tables.iter().cloned().chain(others).collect();
        let now = broken.iter().map(Broken::invariant).collect();
        for broken in broken.into_iter().filter(|broken| !before.contains(&broken.invariant())) {
            let same_kind = |breach: &&Breach| breach.broken.invariant() == broken.invariant();
            if found.iter().rfind(same_kind).is_none_or(|breach| breach.broken != broken) {
                found.push(Breach { moment, broken });
            }
        }
        before = now;
    }
    found
}

fn concerns_tables(system: &System, change: &Change) -> bool {
    match change {
        Change::Hardware(hw::Change::Memory { pa, .. }) => {
            let frame = system.frame(Ppn(pa.0 / PAGE));
            frame.is_none_or(|frame| matches!(frame.usage, Usage::Table { .. } | Usage::Free))
        }
        Change::Hardware(hw::Change::Chunk { .. }) => true,
        Change::Hardware(_) | Change::Running(_) | Change::Current(_) | Change::Hart(_) => false,
        _ => true,
    }
}

/// A fork of many pages on a machine of many frames: no event has all of them looked at.
#[test]
fn what_is_looked_at_for_an_event_does_not_depend_on_what_there_is() {
    let scenario = serde_json::json!({
        "format": 1, "title": "", "machine": { "frames": 8000 }, "kernel": { "bug": "no_reference_count" },
        "programs": { "sh": { "heap": "8M" } },
        "steps": [
            { "op": "spawn", "program": "sh" },
            { "op": "touch", "pages": (0..2000).collect::<Vec<u64>>() },
            { "op": "fork", "as": "c" },
        ],
    });
    let mut timeline = story(Source::new("test", scenario.to_string())).timeline;
    timeline.seek(0);
    let mut audit = Audit::of(timeline.system());
    for moment in 1..=timeline.end() {
        timeline.seek(moment);
        audit.follow(timeline.system(), timeline.changes());
    }
    // The books are written anew for each new table and process, some dozens of times.
    let each = audit.work() / timeline.end() as u64;
    assert!(timeline.end() > 20_000 && each < 50, "{each} looked at for each of {} events", timeline.end());
}

/// The run of as many operations as can be carried out.
fn run(system: &System, mut ops: Vec<Op>) -> Timeline {
    loop {
        match Timeline::record(system.clone(), ops.clone()) {
            Ok(timeline) => return timeline,
            Err(refused) => {
                refused.iter().rev().for_each(|refused| drop(ops.remove(refused.step)));
            }
        }
    }
}

/// The invariants that a wrong kernel breaks in the built-in scenarios, played with its mistake.
#[test]
fn the_bugs_are_caught_wherever_they_do_harm() {
    let mut caught = BTreeSet::new();
    for bug in BUGS {
        let mut harmed = 0;
        for builtin in library::ALL {
            let sets = vec![format!("kernel.bug={bug}"), "machine.ad_update=fault".into()];
            let bare = builtin.text.contains("\"kernel\": \"none\"");
            if bare {
                continue;
            }
            let mut story = story(Source { sets, ..builtin.source() });
            harmed += usize::from(!story.breaches().is_empty());
            assert_eq!(story.breaches(), slowly(&mut story.timeline.clone()), "{bug}, {}", builtin.name);
            for moment in (0..=story.timeline.end()).step_by(7) {
                story.timeline.seek(moment);
                let all = story.system().broken();
                assert_eq!(story.broken()[..all.len()], all, "{bug}, {}", builtin.name);
            }
            for breach in story.breaches().to_vec() {
                story.timeline.seek(breach.moment);
                let now: Vec<Invariant> = story.broken().iter().map(|broken| broken.invariant()).collect();
                let kind = breach.broken.invariant();
                assert!(
                    now.contains(&kind) && story.breaks_here(kind),
                    "{bug}, {}: {breach:?}",
                    builtin.name
                );
                story.timeline.seek(breach.moment - 1);
                let before = story.broken().iter().any(|broken| broken.invariant() == kind);
                assert!(!before, "{bug}, {}: {breach:?} is told too late", builtin.name);
                caught.insert(kind);
            }
            // Back again, as if nothing had happened.
            story.timeline.seek(0);
            let boot = System::boot(&story.scenario.setup).unwrap();
            assert!(*story.system() == boot, "{bug}, {}: the way back leads elsewhere", builtin.name);
        }
        assert!(harmed > 2, "{bug} does harm in {harmed} scenarios only");
    }
    let missing = [Invariant::References, Invariant::FreeInUse, Invariant::FreeList, Invariant::WritableCow];
    let missing =
        missing.into_iter().chain([Invariant::SharedWritable, Invariant::StaleTlb, Invariant::Mended]);
    let missing: Vec<Invariant> = missing.filter(|invariant| !caught.contains(invariant)).collect();
    assert!(missing.is_empty(), "nothing breaks {missing:?}");
}

/// A process writes through pages that were freed under it, into what are page tables of others by now: PTEs that look as
/// if their pages were in swap, and a trapframe that nobody finds any more.
#[test]
fn tables_in_ruins_are_gone_through_without_a_panic() {
    let pages: Vec<u64> = (0..16).collect();
    // In the third case the page that tells the process its number leads to a frame that does not exist.
    for (offset, word) in [(40, 0x200), (4080, 0), (4072, 0xff_ffff << 10 | 0x53)] {
        for last in ["getpid", "exit", "tick"] {
            let scenario = serde_json::json!({
                "format": 1, "title": "", "machine": { "frames": 128 },
                "kernel": { "bug": "no_reference_count", "mapping": "own", "trap_path": "full",
                            "vdso": true },
                "programs": { "sh": { "heap": "64K" } },
                "steps": [
                    { "op": "spawn", "program": "sh", "as": "p" },
                    { "op": "touch", "pages": pages, "store": true },
                    { "op": "fork", "as": "c" },
                    { "op": "exit", "process": "c" },
                    { "op": "spawn", "program": "sh", "as": "x" },
                    { "op": "spawn", "program": "sh", "as": "q" },
                    { "repeat": 16, "var": "i", "steps": [
                        { "op": "store", "process": "p", "at": format!("heap + i * page + {offset}"), "value": word } ] },
                    { "op": "touch", "process": "q", "pages": [1] },
                    { "op": "getpid", "process": "x" },
                    { "op": last },
                ],
            });
            let ruined = story(Source::new("ruins", scenario.to_string()));
            assert!(!ruined.breaches().is_empty(), "nothing is in ruins");
        }
    }
}

/// Who does it, what, and with which numbers.
type Move = (usize, usize, u64, u64);

fn op(&(who, what, one, two): &Move) -> Op {
    let names = ["a", "b", "c", "d"];
    let process = Some(names[who % 4].to_owned());
    let number = Expr::number;
    let page = 0x1000 * (one % 12);
    // Words that lead somewhere, should they come to lie in a table or on the free list.
    let word = match two % 7 {
        0 => (0x80000 + two / 7 % 48) << 10 | 0xdf,
        1 => (0x80000 + two / 7 % 48) << 10 | 1,
        2 => (0x80000 + two / 7 % 48) << 12,
        // The PTE of a page that is in swap, or no PTE at all.
        3 => (two / 7 % 20) << 10 | 0x21e,
        4 => 0,
        _ => two,
    };
    // Some lie where the PTEs of the heap and of the trapframe would.
    let at = number(page + [0, 8, 40, 4080][(two / 11 % 4) as usize]);
    let name = names[(one % 4) as usize].to_owned();
    let action = match what {
        0..=5 => return Op { vars: Arc::default(), pc: None, process, action: store(at, word).into() },
        6..=7 => load(at),
        8 => Action::Sbrk { bytes: number(0x1000) },
        9..=10 => Action::Sbrk { bytes: number(0x1000_u64.wrapping_neg()) },
        11..=13 => Action::Fork { name },
        14 => Action::Vfork { name },
        15 => Action::Exit { status: 0 },
        16 => Action::Exec { program: "sh".into() },
        17 => Action::Spawn { program: "sh".into(), name: Some(name) },
        18 => Action::Accessed { at, length: number(0x8000) },
        19 => Action::Tick {},
        20 => Action::Getpid {},
        21 => Action::Read { file: "notes".into(), offset: number(0), at, length: number(64) },
        _ => Action::Write { file: "notes".into(), offset: number(0), at, length: number(64) },
    };
    let process = process.filter(|_| !matches!(action, Action::Spawn { .. }));
    Op { vars: Arc::default(), pc: None, process, action: action.into() }
}

fn store(at: Expr, word: u64) -> Action {
    Action::Store { at, width: Default::default(), value: Expr::number(word) }
}

fn load(at: Expr) -> Action {
    Action::Load { at, width: Default::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_wrong_kernel_panics_whatever_becomes_of_its_data(
        bug in 0..4usize,
        eager in any::<bool>(),
        zero_page in any::<bool>(),
        fault in any::<bool>(),
        reclaim in prop::sample::select(vec!["none", "fifo", "lru", "clock", "aging"]),
        mapping in prop::sample::select(vec!["none", "own", "copied", "shared"]),
        full in any::<bool>(),
        moves in prop::collection::vec((0..4usize, 0..23usize, any::<u64>(), any::<u64>()), 1..120),
    ) {
        let scenario = serde_json::json!({
            "format": 1, "title": "", "machine": { "frames": 48, "ad_update": if fault { "fault" } else { "hardware" } },
            "kernel": { "bug": BUGS[bug], "heap": if eager { "eager" } else { "lazy" }, "zero_page": zero_page,
                        "reclaim": reclaim, "swap": "48K", "mapping": mapping,
                        "trap_path": if full { "full" } else { "short" }, "vdso": full },
            "programs": { "sh": { "heap": "16K" } }, "files": { "notes": { "size": "8K" } }, "steps": [],
        });
        let scenario = read::read(Source::new("test", scenario.to_string())).unwrap();
        let mut system = System::boot(&scenario.setup).unwrap();
        let first = Op {
            vars: Arc::default(), pc: None, process: None,
            action: Action::Spawn { program: "sh".into(), name: Some("a".into()) }.into(),
        };
        prop_assert!(system.perform(&first, &mut Unwatched).is_ok());
        let ops = std::iter::once(first.clone()).chain(moves.iter().map(op)).collect();
        let mut timeline = run(&System::boot(&scenario.setup).unwrap(), ops);
        let breaches = Breaches::of(&mut timeline).expect("the run is short");
        prop_assert_eq!(breaches.found, slowly(&mut timeline));
        for one in &moves {
            // An operation that makes no sense is refused, and the others go on.
            let _ = system.perform(&op(one), &mut Unwatched);
            let _ = (system.broken(), system.check_at_rest().is_ok());
        }
    }
}
