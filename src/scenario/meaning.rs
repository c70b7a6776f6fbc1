//! What a document says must make sense as well: what can be found out without running it.

use super::ask::{ANSWERS, Ask};
use super::diagnostic::{Problem, one_of, owned};
use super::document::{Chapter, Document, FORMAT, Include, Item, Operation, Repeat};
use super::impossible;
use super::node::{Node, Value};
use super::source::Place;
use super::stage::Layout;
use crate::hw::{AdUpdate, Paging, TlbPolicy};
use crate::kernel::disk::MOST_SLOTS;
use crate::kernel::perform::NAMES;
use crate::kernel::setup::{Fork, KernelMapping, Policies, Reclaim, Stack};
use crate::kernel::{Action, Bug, PAGE};

/// The most bytes that a name may have: of a process, a program, a file, a mapping or a variable.
pub const MAX_NAME_BYTES: usize = 100;

/// The keys whose values are names.
const NAME_KEYS: [&str; 6] = ["as", "file", "name", "process", "program", "var"];

/// What cannot be, or has no effect, but for what is said at the places of `broken`, which could not be read.
pub fn check(document: &Document, root: &Node, broken: &[Place], problems: &mut Vec<Problem>) {
    format(document.format, root, broken, problems);
    long_names(root, problems);
    if let Some(course) = &document.course {
        course.check(root, broken, problems);
    }
    match document.kernel.policies() {
        Some(policies) => with_kernel(document, policies, root, problems),
        None => without_kernel(root, problems),
    }
    tlb_without_effect(document, root, problems);
    let bare = document.kernel.policies().is_none();
    if let Some(steps) = root.get("steps") {
        items(&document.steps, steps, bare, broken, problems);
    }
}

fn format(format: u64, root: &Node, broken: &[Place], problems: &mut Vec<Problem>) {
    let place = root.place_of(&["format"]);
    if format != FORMAT && !place.is_among(broken) {
        let what = format!("format {format} is not known");
        problems.push(Problem::advice(place, what, format!("write {FORMAT}")));
    }
}

/// A name is told again and again, so it may not be a book.
fn long_names(node: &Node, problems: &mut Vec<Problem>) {
    let mut check = |place: &Place, length| {
        if length > MAX_NAME_BYTES {
            let what = format!("a name of {length} bytes: it can have {MAX_NAME_BYTES}");
            problems.push(Problem::other(place.first_byte(), what));
        }
    };
    for (key, value) in node.fields() {
        check(&key.place, key.name.len());
        if NAME_KEYS.contains(&key.name.as_str()) {
            check(&value.place, value.as_str().unwrap_or_default().len());
        }
    }
    node.children().for_each(|child| long_names(child, problems));
}

/// Warns that the setting at a path says nothing, because of another one.
fn no_effect(root: &Node, path: &[&str], why: &str, help: &str, problems: &mut Vec<Problem>) {
    let Some((key, above)) = path.split_last() else { return };
    let object = above.iter().try_fold(root, |node, key| node.get(key));
    if let Some((name, _)) = object.and_then(|object| object.field(key)) {
        let what = format!("\"{key}\" has no effect: {why}");
        problems.push(Problem::advice(name.place.clone(), what, help).warning());
    }
}

/// Whether the kernel can run on a machine with such paging.
pub fn has_kernel_pages(paging: Paging) -> bool {
    !matches!(paging, Paging::Bare | Paging::Described(_))
}

/// Whether a machine with such paging has a half of the addresses for the kernel, if the kernel wants it.
pub fn has_kernel_half(paging: Paging, policies: &Policies) -> bool {
    paging != Paging::Sv32 || !matches!(policies.mapping, KernelMapping::Copied | KernelMapping::Shared)
}

fn with_kernel(document: &Document, policies: &Policies, root: &Node, problems: &mut Vec<Problem>) {
    if !has_kernel_pages(document.machine.paging.0) {
        let what = "the kernel needs page tables with pages of 4 KiB";
        let help = "use \"sv39\", \"sv48\", \"sv57\" or \"sv32\", or a bare machine: \"kernel\": \"none\"";
        problems.push(Problem::advice(root.place_of(&["machine", "paging"]), what, help));
    }
    if policies.stack == Stack::Fixed {
        let why = "the stack is fixed";
        no_effect(root, &["kernel", "stack_limit"], why, "add \"stack\": \"grow\", or remove it", problems);
    }
    pressure(root, policies, problems);
    if let Some((why, help)) = harmless(document, policies) {
        no_effect(root, &["kernel", "bug"], why, help, problems);
    }
    if !has_kernel_half(document.machine.paging.0, policies) {
        let what = "sv32 has no upper half for the kernel";
        let help = "use \"own\" or \"none\", or another \"paging\"";
        problems.push(Problem::advice(root.place_of(&["kernel", "mapping"]), what, help));
    }
    if policies.mapping == KernelMapping::None {
        let help = "add \"mapping\": \"own\", or remove it";
        no_effect(root, &["kernel", "trap_path"], "the kernel is not mapped", help, problems);
    }
    if (2..=8).contains(&document.machine.harts) {
        let help = "remove it; other harts are for a bare machine";
        no_effect(root, &["machine", "harts"], "the kernel runs on the first hart", help, problems);
    }
}

/// Whether the swap has no more slots than there can be.
pub fn is_swap_possible(policies: &Policies) -> bool {
    policies.swap.0 / PAGE <= MOST_SLOTS
}

/// What is said of memory under pressure, and says nothing.
fn pressure(root: &Node, policies: &Policies, problems: &mut Vec<Problem>) {
    if !is_swap_possible(policies) {
        let what = "no swap is so large";
        let help = format!("use at most {MOST_SLOTS} slots of 4 KiB: \"128M\"");
        problems.push(Problem::advice(root.place_of(&["kernel", "swap"]), what, help));
    }
    if policies.reclaim == Reclaim::None {
        for key in ["swap", "clean_first"] {
            let help = "add \"reclaim\": \"clock\", or remove it";
            no_effect(root, &["kernel", key], "no page loses its frame", help, problems);
        }
    }
    if policies.reclaim != Reclaim::Random {
        let help = "add \"reclaim\": \"random\", or remove it";
        no_effect(root, &["kernel", "seed"], "nothing is left to chance", help, problems);
    }
}

/// Why a wrong kernel does no harm on this machine or under its other policies, and what to write instead.
fn harmless(document: &Document, policies: &Policies) -> Option<(&'static str, &'static str)> {
    match policies.bug {
        Bug::NoFence if document.machine.tlb.entries == 0 => {
            Some(("the TLB has no entries that could be stale", "give it \"entries\", or remove this"))
        }
        Bug::NoReferenceCount | Bug::WritableFork if policies.fork == Fork::Copy => {
            Some(("a copying fork shares no private page", "use \"fork\": \"cow\", or remove this"))
        }
        Bug::NeverAccessed if document.machine.ad_update == AdUpdate::Hardware => {
            Some(("the hardware sets A itself", "use \"ad_update\": \"fault\", or remove this"))
        }
        _ => None,
    }
}

fn without_kernel(root: &Node, problems: &mut Vec<Problem>) {
    for (key, what) in [("programs", "runs no programs"), ("files", "reads no files")] {
        no_effect(root, &[key], &format!("a bare machine {what}"), "remove it", problems);
    }
}

fn tlb_without_effect(document: &Document, root: &Node, problems: &mut Vec<Problem>) {
    let tlb = &document.machine.tlb;
    let mut warn = |key, why, help| no_effect(root, &["machine", "tlb", key], why, help, problems);
    if tlb.entries == 0 {
        for key in ["ways", "replacement", "seed"] {
            warn(key, "the TLB has no entries", "give it \"entries\", or remove this");
        }
    } else {
        if tlb.ways == Some(1) {
            warn(
                "replacement",
                "a set of one slot leaves no choice",
                "remove it, or give a set more \"ways\"",
            );
        }
        if tlb.replacement != TlbPolicy::Random {
            let help = "add \"replacement\": \"random\", or remove it";
            warn("seed", "nothing is chosen at random", help);
        }
    }
}

/// What is wrong in a list of items, written in `list`.
fn items(items: &[Item], list: &Node, bare: bool, broken: &[Place], problems: &mut Vec<Problem>) {
    for (item, node) in items.iter().zip(list.items()) {
        match item {
            Item::Chapter(_) | Item::Operation(_) if node.place.is_among(broken) => {}
            Item::Chapter(chapter) => self::chapter(chapter, node, problems),
            Item::Operation(operation) => self::operation(operation, node, bare, problems),
            Item::Repeat(repeat) => repetition(repeat, node, bare, broken, problems),
            Item::Include(Include { include }) => {
                let Some(file) = node.get("include") else { continue };
                format(include.format, file, broken, problems);
                if let Some(steps) = file.get("steps") {
                    self::items(&include.steps, steps, bare, broken, problems);
                }
            }
        }
    }
}

/// The focus is a panel of the layout; of the overview, if the chapter leaves it to the reader.
fn chapter(chapter: &Chapter, node: &Node, problems: &mut Vec<Problem>) {
    let layout = chapter.layout.unwrap_or_default();
    let Some(focus) = chapter.focus.filter(|focus| !layout.panels().contains(focus)) else { return };
    let what = match chapter.layout {
        Some(layout) => format!("the layout \"{}\" has no panel \"{}\"", layout.name(), focus.name()),
        None => {
            format!("the overview has no panel \"{}\", and the chapter chooses no other layout", focus.name())
        }
    };
    let named = |names: Vec<&str>| one_of(&owned(&names));
    let here = named(layout.panels().iter().map(|panel| panel.name()).collect());
    let others = Layout::ALL.into_iter().filter(|layout| layout.panels().contains(&focus));
    let others = named(others.map(Layout::name).collect());
    let help = format!("write {here}; or choose the layout {others}");
    problems.push(Problem::advice(node.place_of(&["focus"]), what, help));
}

fn repetition(repeat: &Repeat, node: &Node, bare: bool, broken: &[Place], problems: &mut Vec<Problem>) {
    let number = node.place_of(&["repeat"]);
    if repeat.repeat == 0 && !number.is_among(broken) {
        let what = "0 rounds: these steps are never carried out";
        problems.push(Problem::advice(number, what, "repeat at least once, or remove it").warning());
    }
    let drawn = node.place_of(&["random"]);
    if let Some(random) = repeat.random.as_ref().filter(|_| !drawn.is_among(broken)) {
        random.check(node, problems);
    }
    if let (Some(var), Some(value)) = (&repeat.var, node.get("var")) {
        name_in_expressions(var, value, problems);
        if NAMES.contains(&var.as_str()) {
            let what = format!("\"{var}\" is the variable of the rounds here, and nothing else");
            let help = "choose a name that has no meaning yet, like \"i\"";
            problems.push(Problem::advice(value.place.clone(), what, help).warning());
        }
    }
    if let Some(steps) = node.get("steps") {
        items(&repeat.steps, steps, bare, broken, problems);
    }
}

fn operation(operation: &Operation, node: &Node, bare: bool, problems: &mut Vec<Problem>) {
    match &*operation.action {
        Action::Spawn { .. } => {
            for key in ["process", "pc"] {
                let help = "remove it; a new process has the name that \"as\" says, and begins at 0";
                no_effect(node, &[key], "spawn makes a process of its own", help, problems);
            }
        }
        Action::Tick {} => {
            for key in ["process", "pc"] {
                no_effect(node, &[key], "the timer interrupts whoever runs", "remove it", problems);
            }
        }
        Action::Mmap { name: Some(name), .. } => {
            if let Some(value) = node.get("as") {
                name_in_expressions(name, value, problems);
            }
        }
        _ => {}
    }
    if let (true, Some((key, _))) = (bare, node.field("process")) {
        let what = "a bare machine has no processes";
        problems.push(Problem::advice(key.place.clone(), what, "remove \"process\""));
    }
    if let (Some(ask), Some(node)) = (&operation.ask, node.get("ask").and_then(|ask| ask.get("answers"))) {
        answers(ask, node, problems);
    }
    if let (Some(expect), Some(node)) = (&operation.expect, node.get("expect")) {
        impossible::check(expect, node, bare, problems);
    }
}

/// What is chosen among must be a choice, and one that can be made well.
fn answers(ask: &Ask, node: &Node, problems: &mut Vec<Problem>) {
    let (least, most) = ANSWERS;
    let count = ask.answers.len();
    if !(least..=most).contains(&count) {
        let what = format!("{count} answers: a question has {least} to {most}");
        let help = "a question without answers to choose from is a string: \"ask\": \"…\"";
        problems.push(Problem::advice(node.place.first_byte(), what, help));
    } else if ask.answers.iter().all(|answer| !answer.right) {
        let help = "add \"right\": true to the one that is";
        problems.push(Problem::advice(node.place.first_byte(), "none of these answers is right", help));
    }
}

/// A name that expressions use must be one that they can hold.
fn name_in_expressions(name: &str, node: &Node, problems: &mut Vec<Problem>) {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let begins = |c: char| c.is_ascii_alphabetic() || c == '_';
    if !(name.starts_with(begins) && name.chars().all(inside)) && node.value != Value::Lost {
        let what = format!("expressions cannot hold the name \"{name}\"");
        let help = "use letters, digits, _ and ., and a letter or _ first";
        problems.push(Problem::advice(node.place.clone(), what, help));
    }
}
