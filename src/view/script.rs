//! The script: chapters and steps, and where in them this moment is.

use super::{Line, Mark, Panel, Role, Thing, count};
use crate::hw::Csr;
use crate::kernel::op::RegisterValue;
use crate::kernel::{Action, Expr, Outcome};
use crate::scenario::Step;
use crate::story::Story;

/// More steps than this before the one that is shown, or after it, are not told: a run has up to a hundred thousand.
const MOST_STEPS: usize = 300;

/// The panel.
pub fn panel(story: &Story) -> Panel {
    let steps = &story.scenario.steps;
    let here = story.step_index();
    let now = here.unwrap_or_default();
    let (first, end) = (now.saturating_sub(MOST_STEPS), (now + MOST_STEPS).min(steps.len()));
    let mut lines = vec![];
    if first > 0 {
        lines.push(Line::of(Role::Dim, format!("… {} before", count(first as u64, "step"))));
    }
    let mut focus = 0;
    let mut chapter = None;
    for (index, step) in steps.iter().enumerate().take(end).skip(first) {
        let title = &story.scenario.chapters[step.chapter].title;
        if chapter != Some(step.chapter) && !title.is_empty() {
            lines.push(Line::of(Role::Strong, format!("{} {title}", step.chapter + 1)));
        }
        chapter = Some(step.chapter);
        let (role, mark) = match here {
            Some(now) if index == now => (Role::Strong, Mark::Here),
            Some(now) if index < now => (Role::Plain, Mark::None),
            _ => (Role::Dim, Mark::None),
        };
        if mark == Mark::Here {
            focus = lines.len();
        }
        let done = here.is_some_and(|now| index <= now);
        lines.push(line(story, index, step, role, done).marked(mark).of_thing(Thing::Step(index)));
    }
    if end < steps.len() {
        lines.push(Line::of(Role::Dim, format!("… {} after", count((steps.len() - end) as u64, "step"))));
    }
    Panel { title: "Script".into(), lines, focus }
}

fn line(story: &Story, index: usize, step: &Step, role: Role, done: bool) -> Line {
    let mut line = Line::of(Role::Dim, format!("{:>3} ", index + 1)).with(role, words(step));
    if let Some(process) = &step.op.process {
        line = line.with(Role::Dim, format!(" · {process}"));
    }
    if done && story.breaches_of(index).next().is_some() {
        line = line.with(Role::Fault, " ✗ breaks");
    }
    match &story.timeline.steps()[index].outcome {
        Outcome::Trapped { .. } if done => line.with(Role::Fault, " ✗"),
        Outcome::Refused { .. } if done => line.with(Role::Fault, " = -1"),
        Outcome::Skipped if done => line.with(Role::Dim, " (ended)"),
        _ => line,
    }
}

/// A step in a few words: `store heap + 8 ← 0x41`.
pub fn words(step: &Step) -> String {
    let vars: Vec<String> = step.op.vars.iter().map(|(var, value)| format!("{var}={value}")).collect();
    let vars = if vars.is_empty() { String::new() } else { format!("  {}", vars.join(" ")) };
    format!("{}{vars}", action(&step.op.action))
}

/// An operation in a few words.
pub fn action(action: &Action) -> String {
    match action {
        Action::Spawn { program, name: None } => format!("spawn {program}"),
        Action::Spawn { program, name: Some(name) } => format!("spawn {program} → {name}"),
        Action::Load { at, .. } => format!("load {at}"),
        Action::Store { at, value, .. } => format!("store {at} ← {value}"),
        Action::Fetch { at, .. } => format!("fetch {at}"),
        Action::Touch { pages, store, .. } => {
            let pages: Vec<String> = pages.list().iter().map(number).collect();
            format!("{} {}", if *store { "write pages" } else { "touch pages" }, pages.join(" "))
        }
        Action::Push { bytes, times, .. } if times.0 == 1 => format!("push {bytes} bytes"),
        Action::Push { bytes, times, .. } => format!("push {bytes} bytes, {} times", times.0),
        Action::Fork { name } => format!("fork → {name}"),
        Action::Vfork { name } => format!("vfork → {name}"),
        Action::Exec { program } => format!("exec {program}"),
        Action::Exit { status } => format!("exit {status}"),
        Action::Sbrk { bytes } => format!("sbrk {bytes}"),
        Action::Mmap { file, shared, name, .. } => {
            let what = file.as_deref().unwrap_or("zeros");
            let how = if *shared { "shared" } else { "private" };
            match name {
                Some(name) => format!("mmap {what} {how} → {name}"),
                None => format!("mmap {what} {how}"),
            }
        }
        Action::Munmap { at, .. } => format!("munmap {at}"),
        Action::Msync { at, .. } => format!("msync {at}"),
        Action::Accessed { at, length } => format!("accessed {length} from {at}"),
        Action::Read { file, offset, at, length } => {
            format!("read {length} of {file}{} → {at}", from(offset))
        }
        Action::Write { file, offset, at, length } => {
            format!("write {length} from {at} → {file}{}", from(offset))
        }
        Action::Getpid {} => "getpid".into(),
        Action::Switch {} => "switch".into(),
        Action::Tick {} => "tick".into(),
        Action::Poke { pa, value, .. } => format!("poke {pa} ← {value}"),
        Action::Csr(setting) => {
            let written: Vec<String> = setting.named().map(|(csr, word)| register(csr, word)).collect();
            format!("csr {}", written.join(", "))
        }
        Action::Privilege { level } => format!("privilege {level}"),
        Action::Sfence { va, asid } => {
            let va = va.as_ref().map(|va| format!(" {va}")).unwrap_or_default();
            let asid = asid.map(|asid| format!(" asid {asid}")).unwrap_or_default();
            format!("sfence.vma{va}{asid}")
        }
        Action::Hart { hart } => format!("hart {hart}"),
    }
}

/// `satp ← 0x8000000000080001`, `sstatus MXR=1`.
fn register(csr: Csr, word: &RegisterValue) -> String {
    match word {
        RegisterValue::Whole(value) => format!("{csr} ← {value}"),
        RegisterValue::Fields(fields) => {
            // One bit is 1 or 0, not 0x1.
            let bit = |value: &Expr| [0, 1].into_iter().find(|bit| *value == Expr::number(*bit));
            let told = |value: &Expr| bit(value).map_or_else(|| value.to_string(), |bit| bit.to_string());
            let fields: String =
                fields.iter().map(|(name, value)| format!(" {name}={}", told(&value.0))).collect();
            format!("{csr}{fields}")
        }
    }
}

/// A number as people write it, or an expression.
fn number(expr: &Expr) -> String {
    expr.as_number().map_or_else(|| expr.to_string(), |number| number.to_string())
}

/// `@4096` where a file is not read from its beginning.
fn from(offset: &Expr) -> String {
    if *offset == Expr::number(0) { String::new() } else { format!("@{offset}") }
}
