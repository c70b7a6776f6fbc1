//! Expectations that can never hold, whatever happens.

use super::diagnostic::Problem;
use super::expect::{Amount, Expect, PageExpect, TlbExpect};
use super::node::Node;
use crate::hw::{Cause, Flags};

/// Counters of frames that come back.
const OF_FRAMES: [&str; 2] = ["frames_free", "frames_used"];
/// What the TLB reaches falls as well. All others only grow.
const OF_TLB: &str = "tlb_reach";

/// Tells what cannot hold of an expectation that is written in `node`.
pub fn check(expect: &Expect, node: &Node, bare: bool, problems: &mut Vec<Problem>) {
    let mut never = |path: &[&str], why: String, help: &str| {
        let what = format!("this can never hold: {why}");
        problems.push(Problem::advice(node.place_of(path), what, help));
    };
    if expect.ok == Some(true) && expect.killed == Some(true) {
        let why = "an operation that killed its process was not done";
        never(&["ok"], why.into(), "write false, or remove one of the two");
    }
    if expect.killed == Some(true) && bare {
        never(&["killed"], "a bare machine has no process to kill".into(), "use \"ok\": false");
    }
    if let Some(why) = expect.scause.and_then(no_exception) {
        never(&["scause"], why, &causes());
    }
    if bare && node.get("pages").is_some() {
        let help = "expect the PTE with a load, or its effect with an access";
        never(&["pages"], "a bare machine has no processes, and so no pages".into(), help);
    }
    if bare && node.get("free_list").is_some() {
        never(&["free_list"], "a bare machine has no free list".into(), "remove it");
    }
    if bare && node.get("breaks").is_some() {
        never(&["breaks"], "the invariants are a kernel's".into(), "remove it");
    }
    if bare && node.get("processes").is_some() {
        never(&["processes"], "a bare machine has no processes".into(), "remove it");
    }
    for (key, amount) in expect.counters() {
        let of_frames = OF_FRAMES.contains(&key);
        let falling = of_frames || key == OF_TLB;
        match amount {
            Some(Amount::Change(change)) if change < 0 && !falling => {
                never(
                    &[key],
                    format!("{key} only grows"),
                    "write a total, or what the step adds, like \"+1\"",
                );
            }
            Some(amount) if of_frames && bare && !matches!(amount, Amount::Total(0) | Amount::Change(0)) => {
                never(&[key], "nobody counts frames on a bare machine".into(), "remove it");
            }
            _ => {}
        }
    }
    for (page, node) in expect.pages.iter().zip(node.get("pages").map(Node::items).unwrap_or_default()) {
        self::page(page, node, problems);
    }
    let items = |key: &str| node.get(key).map(Node::items).unwrap_or_default();
    for node in [items("memory"), items("tlb")].into_iter().flatten().filter(|_| bare) {
        if let Some((key, _)) = node.field("process") {
            let what = "a bare machine has no processes";
            problems.push(Problem::advice(key.place.clone(), what, "remove \"process\""));
        }
    }
    for (entry, node) in expect.tlb.iter().zip(items("tlb")) {
        tlb(entry, node, problems);
    }
    if node.fields().is_empty() {
        let help = "say what must be so, like \"ok\": true, or remove it";
        problems.push(Problem::advice(node.place.clone(), "this expects nothing", help).warning());
    }
}

/// Why no step ever ends with such an `scause`.
fn no_exception(code: u64) -> Option<String> {
    match Cause::from_code(code) {
        Some(Cause::UserEcall) => Some("system calls do not count".into()),
        Some(_) => None,
        None => Some(format!("this machine raises no exception {code}")),
    }
}

/// The exceptions that can be expected, in a sentence.
fn causes() -> String {
    let counting = Cause::ALL.into_iter().filter(|cause| *cause != Cause::UserEcall);
    let named: Vec<String> = counting.map(|cause| format!("{} {cause}", cause.code())).collect();
    format!("known here: {}", named.join(", "))
}

fn tlb(entry: &TlbExpect, node: &Node, problems: &mut Vec<Problem>) {
    match (entry.present, entry.stale) {
        (Some(false), Some(_)) => {
            let what = "this can never hold: what is not in the TLB is not stale, and not up to date either";
            let help = "remove this, or \"present\": false";
            problems.push(Problem::advice(node.place_of(&["stale"]), what, help));
        }
        (None, None) => {
            let help = "say what must be so: \"present\" or \"stale\"";
            let place = node.place.first_byte();
            problems.push(Problem::advice(place, "this expects nothing of the TLB", help).warning());
        }
        _ => {}
    }
}

fn page(page: &PageExpect, node: &Node, problems: &mut Vec<Problem>) {
    let mut never = |key: &str, why: &str, help: &str| {
        let what = format!("this can never hold: {why}");
        problems.push(Problem::advice(node.place_of(&[key]), what, help));
    };
    if page.mapped == Some(false) {
        let said = [
            ("flags", page.flags.is_some()),
            ("level", page.level.is_some()),
            ("cow", page.cow.is_some()),
            ("refs", page.refs.is_some()),
        ];
        for (key, said) in said {
            if said {
                never(key, "the page is expected not to be mapped", "remove this, or \"mapped\": false");
            }
        }
    } else if page.refs == Some(0) {
        let help = "write at least 1, or \"mapped\": false";
        never("refs", "a page that is mapped has an owner at least", help);
    }
    if let Some(flags) = page.flags.map(|flags| flags.0).filter(|_| page.mapped != Some(false)) {
        if !flags.has(Flags::V) {
            never("flags", "what maps a page has V", "write V first, or \"mapped\": false");
        } else if flags.has(Flags::W) && !flags.has(Flags::R) {
            never("flags", "W without R is reserved", "write \"VRW…\"");
        } else if !(flags.has(Flags::R) || flags.has(Flags::X)) {
            never("flags", "what maps a page has R or X", "write \"VR…\"");
        }
    }
    if page.swapped == Some(true) && page.mapped == Some(true) {
        never("swapped", "a page that is mapped is not in swap", "remove this, or \"mapped\": true");
    }
    let PageExpect { at: _, process: _, mapped, swapped, flags, level, cow, refs } = page;
    let says = [
        mapped.is_some(),
        swapped.is_some(),
        flags.is_some(),
        level.is_some(),
        cow.is_some(),
        refs.is_some(),
    ];
    if says.iter().all(|said| !said) {
        let help = "say what must be so: \"mapped\", \"swapped\", \"flags\", \"level\", \"cow\" or \"refs\"";
        problems.push(
            Problem::advice(node.place.first_byte(), "this expects nothing of its page", help).warning(),
        );
    }
}
