//! Physical memory: every frame as a cell, what it is used for and how many hold it.

use super::{Line, Mark, Panel, Role, count, grouped, names, touched::Touched};
use crate::hw::{PhysAddr, Ppn};
use crate::kernel::frames::{Frame, Usage};
use crate::kernel::{AreaKind, Event, KernelEvent, System};
use crate::story::Story;

/// How many frames stand in a line.
const IN_A_LINE: usize = 8;

/// The panel.
pub fn panel(story: &Story) -> Panel {
    let system = story.system();
    let touched = Touched::of(story);
    let frames: Vec<(Ppn, &Frame)> = system.frames().collect();
    if frames.is_empty() {
        return memory(story, &touched);
    }
    let copied = match story.timeline.event(story.timeline.moment()) {
        Some(Event::Kernel(KernelEvent::FrameCopy { from, .. })) => Some(*from),
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
    if let Some(ppn) = copied {
        let line = Line::of(Role::Path, format!("{} ", names::frame(system, ppn)));
        lines.push(line.with(Role::Plain, "is copied to").marked(Mark::Here));
    }
    for (ppn, frame) in frames.iter().filter(|(ppn, _)| touched.frame(*ppn)) {
        lines.push(told(system, *ppn, frame));
    }
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

/// A frame that changed, in words.
fn told(system: &System, ppn: Ppn, frame: &Frame) -> Line {
    let line = Line::of(Role::Changed, format!("{} ", names::frame(system, ppn)));
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
    line.marked(Mark::Changed)
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
