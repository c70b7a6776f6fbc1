//! Physical memory: every frame as a cell, what it is used for and how many hold it.

use super::{Line, Look, Mark, Panel, Role, count, grouped, names, touched::Touched};
use crate::hw::{PhysAddr, Ppn};
use crate::kernel::frames::{Frame, Usage};
use crate::kernel::policy::Reclaim;
use crate::kernel::{AreaKind, Event, KernelEvent, System};
use crate::story::Story;

/// How many frames stand in a line.
const IN_A_LINE: usize = 8;
/// More lines than this that are alike are told as one, so that runs of megapages do not push all else away.
const MOST_ALIKE: usize = 16;
/// How many frames of the free list are shown.
const MOST_LISTED: usize = 3;

/// The panel.
pub fn panel(story: &Story, _look: &Look) -> Panel {
    let system = story.system();
    let touched = Touched::of(story);
    let frames: Vec<(Ppn, &Frame)> = system.frames().collect();
    if frames.is_empty() {
        return memory(story, &touched);
    }
    let copied = match story.timeline.event(story.timeline.moment()) {
        Some(Event::Kernel(KernelEvent::FrameCopy { from, .. } | KernelEvent::RunCopy { from, .. })) => {
            Some(*from)
        }
        _ => None,
    };
    let mut lines = vec![];
    for row in frames.chunks(IN_A_LINE) {
        let mut line = Line::of(Role::Dim, format!("{:x} ", row[0].0.0));
        for (ppn, frame) in row {
            let changed = touched.frame(*ppn);
            let role = match frame {
                _ if changed => Role::Changed,
                Frame { usage: Usage::Free, .. } => Role::Dim,
                Frame { refs, .. } if *refs > 1 => Role::Shared,
                _ => Role::Plain,
            };
            let copied = copied == Some(*ppn);
            let (role, mark) = match changed {
                true => (role, Mark::Changed),
                false if copied => (Role::Path, Mark::Here),
                false => (role, Mark::None),
            };
            line = line.with(role, format!("{}{}", mark.glyph(), cell(frame)));
            if changed {
                line.mark = Mark::Changed;
            }
        }
        lines.push(line);
    }
    let mut lines = folded(lines);
    if let Some(ppn) = copied {
        let line = Line::of(Role::Path, format!("{} ", names::frame(system, ppn)));
        lines.push(line.with(Role::Plain, "is copied to").marked(Mark::Here));
    }
    let changed: Vec<(Ppn, &Frame)> = frames.iter().copied().filter(|(ppn, _)| touched.frame(*ppn)).collect();
    let alike = |one: &(Ppn, &Frame), next: &(Ppn, &Frame)| {
        let [one_is, next_is] = [one.1, next.1].map(|frame| (frame.usage, frame.refs));
        one.0.0 + 1 == next.0.0 && one_is == next_is
    };
    lines.extend(changed.chunk_by(alike).map(|frames| told(system, frames, &touched)));
    lines.push(free_list(system, &touched));
    lines.extend(next_to_go(system));
    lines.push(legend(&frames));
    let title =
        format!("Frames · {} free of {}", grouped(system.frames_free()), grouped(frames.len() as u64));
    // What changed is told under the cells: that is the line to see, if not all fit.
    let focus = lines.iter().rposition(|line| line.mark == Mark::Changed).unwrap_or_default();
    Panel { title, lines, focus }
}

/// `h2`: a letter for the use, a digit for the owners.
fn cell(frame: &Frame) -> String {
    match (letter(frame.usage), frame.refs) {
        ('·', _) => "··".into(),
        (letter, refs @ 0..=9) => format!("{letter}{refs}"),
        (letter, _) => format!("{letter}+"),
    }
}

/// One letter for each use: capitals are the kernel's, small ones the programs'.
fn letter(usage: Usage) -> char {
    match usage {
        Usage::Free => '·',
        Usage::Kernel => 'K',
        Usage::Zero => 'Z',
        Usage::Table { .. } => 'T',
        Usage::Trapframe => 'F',
        Usage::Vdso => 'V',
        Usage::KernelStack => 'S',
        Usage::Cache { .. } => 'P',
        Usage::Private(kind) => match kind {
            AreaKind::Text => 'x',
            AreaKind::Rodata => 'r',
            AreaKind::Data => 'd',
            AreaKind::Bss => 'b',
            AreaKind::Guard => 'g',
            AreaKind::Stack => 's',
            AreaKind::Heap => 'h',
            AreaKind::Mapping => 'm',
            AreaKind::Vdso
            | AreaKind::Trapframe
            | AreaKind::Trampoline
            | AreaKind::DirectMap
            | AreaKind::KernelStack => 'K',
        },
    }
}

/// The letters that are there, with their words. It is broken between words only.
fn legend(frames: &[(Ppn, &Frame)]) -> Line {
    let words = [
        ('K', "kernel"),
        ('Z', "zeros"),
        ('T', "table"),
        ('F', "trapframe"),
        ('V', "vdso"),
        ('S', "kernel-stack"),
        ('P', "page-cache"),
        ('x', "text"),
        ('r', "rodata"),
        ('d', "data"),
        ('b', "bss"),
        ('g', "guard"),
        ('s', "stack"),
        ('h', "heap"),
        ('m', "mapping"),
    ];
    let there = words.iter().filter(|(c, _)| frames.iter().any(|(_, frame)| letter(frame.usage) == *c));
    let words = there.map(|(letter, word)| format!("{letter}={word}"));
    let words: Vec<String> = words.chain(["·=free".into(), "digit=owners".into()]).collect();
    Line::of(Role::Dim, words.join("  "))
}

/// Lines of cells, with long stretches of equal ones folded.
fn folded(lines: Vec<Line>) -> Vec<Line> {
    // The first span of a line is its frame's number.
    let alike = |one: &Line, next: &Line| one.spans[1..] == next.spans[1..];
    let mut rest = vec![];
    for stretch in lines.chunk_by(alike) {
        match stretch {
            [first, .., last] if stretch.len() > MOST_ALIKE => {
                let between = count(((stretch.len() - 2) * IN_A_LINE) as u64, "frame");
                let more = Line::of(Role::Dim, format!("    … {between} alike"));
                rest.extend([first.clone(), more, last.clone()]);
            }
            _ => rest.extend_from_slice(stretch),
        }
    }
    rest
}

/// The head of the free list, as it is read from the free frames themselves.
fn free_list(system: &System, touched: &Touched) -> Line {
    let list = system.free_list();
    let shown = if list.is_empty() { "empty".to_owned() } else { listed(&list) };
    let role = if touched.free_list { Role::Changed } else { Role::Plain };
    Line::of(Role::Dim, "free list ").with(role, shown)
}

/// The frames that will be taken from their pages when none is free, in the order in which the policy comes to them.
fn next_to_go(system: &System) -> Option<Line> {
    let order = system.replacement_order();
    let bits = matches!(system.policies.as_ref()?.reclaim, Reclaim::Clock | Reclaim::SecondChance);
    let what = if bits { "next to go, if A is clear " } else { "next to go " };
    (!order.is_empty()).then(|| Line::of(Role::Dim, what).with(Role::Plain, listed(&order)))
}

/// The first of a list of frames.
fn listed(list: &[Ppn]) -> String {
    let mut shown: Vec<String> = list.iter().take(MOST_LISTED).map(|ppn| format!("{:x}", ppn.0)).collect();
    if list.len() > shown.len() {
        shown.push("…".into());
    }
    shown.join("→")
}

/// Frames side by side that changed alike, in words.
fn told(system: &System, frames: &[(Ppn, &Frame)], touched: &Touched) -> Line {
    let (ppn, frame) = frames[0];
    let line = Line::of(Role::Changed, format!("{} ", names::frame(system, ppn)));
    let line = match frames.len() {
        1 => line,
        many => line.with(Role::Plain, format!("and {}: ", count(many as u64 - 1, "more frame"))),
    };
    let line = line.with(Role::Plain, names::usage(system, frame.usage));
    let line = match names::holders(system, ppn) {
        holders if holders.is_empty() && frame.refs > 0 => line.with(Role::Dim, ", held by no process"),
        holders if holders.is_empty() => line,
        holders if holders.len() == 1 && frame.refs == 1 && !matches!(frame.usage, Usage::Cache { .. }) => {
            line.with(Role::Dim, format!(" of {}", holders[0]))
        }
        holders => {
            line.with(Role::Dim, format!(", {}: {}", count(frame.refs.into(), "owner"), holders.join(", ")))
        }
    };
    let line = match junk(system, ppn).filter(|_| touched.contents(ppn)) {
        Some(byte) => line.with(Role::Dim, format!(", full of {byte:#04x}")),
        None => line,
    };
    line.marked(Mark::Changed)
}

/// The byte that a frame is full of, but for its first word, which may be the free list's.
fn junk(system: &System, ppn: Ppn) -> Option<u8> {
    let contents = system.machine.memory().chunk(system.frame_address(ppn));
    let rest = contents.as_ref().map_or(&[0][..], |chunk| &chunk[8..]);
    rest.iter().all(|byte| *byte == rest[0]).then_some(rest[0])
}

/// More words than this before the one that changed, or after it, are not shown.
const MOST_WORDS: usize = 200;

/// A bare machine has no frames: the words that were written are shown instead, as wide as a PTE.
fn memory(story: &Story, touched: &Touched) -> Panel {
    let memory = story.system().machine.memory();
    let width = story.system().geometry().pte_bytes;
    let written: Vec<PhysAddr> = story.timeline.words().collect();
    if written.is_empty() {
        return Panel::new("Memory", vec![Line::of(Role::Dim, "All zeros so far.")]);
    }
    let now = written.iter().position(|pa| touched.bytes(*pa, width)).unwrap_or_default();
    let (first, end) = (now.saturating_sub(MOST_WORDS), (now + MOST_WORDS).min(written.len()));
    let more = |words: usize, place: &str| {
        (words > 0).then(|| Line::of(Role::Dim, format!("… {} {place}", count(words as u64, "word"))))
    };
    let words = written[first..end].iter().map(|pa| {
        let value = memory.read(*pa, width).unwrap_or_default();
        let changed = touched.bytes(*pa, width);
        let role = if changed { Role::Changed } else { Role::Plain };
        let mark = if changed { Mark::Changed } else { Mark::None };
        Line::of(Role::Dim, format!("{pa} ")).with(role, format!("{value:#x}")).marked(mark)
    });
    let lines = more(first, "below").into_iter().chain(words).chain(more(written.len() - end, "above"));
    Panel::new(format!("Memory · {} written", count(written.len() as u64, "word")), lines.collect())
}
