//! Physical memory: every frame as a cell, what it is used for and how many hold it.

use super::{
    Line, Look, Mark, Panel, Role, Thing, count, grouped, in_use, memory, names, replaced, touched::Touched,
};
use crate::hw::Ppn;
use crate::kernel::setup::Reclaim;
use crate::kernel::state::{Frame, Usage};
use crate::kernel::{AreaKind, Event, KernelEvent, System};
use crate::story::Story;

/// How many frames stand in a line where there is no more room. A line begins at a multiple of it.
const IN_A_LINE: usize = 8;
/// How many stand in a line where there is.
const IN_A_WIDE_LINE: [usize; 2] = [32, 16];
/// Lines are made longer only while at least so many of them are left: a block is easier to read than a ribbon.
const FEWEST_LINES: usize = 4;
/// More lines than this that are alike are told as one, so that runs of megapages do not push all else away.
const MOST_ALIKE: usize = 16;
/// The same where they do not fit otherwise.
const FEWEST_ALIKE: usize = 3;
/// How many frames of a list are shown where there is no more room.
const MOST_LISTED: usize = 3;
/// From so many columns on there is a list of what is in use.
const WITH_A_LIST: usize = 48;

/// The panel.
pub fn panel(story: &Story, look: &Look) -> Panel {
    let system = story.system();
    let touched = Touched::of(story);
    let frames: Vec<(Ppn, &Frame)> = system.frames().collect();
    if frames.is_empty() {
        return memory::panel(story, &touched);
    }
    let copied = match story.timeline.event(story.timeline.moment()) {
        Some(Event::Kernel(KernelEvent::FrameCopy { from, .. } | KernelEvent::RunCopy { from, .. })) => {
            Some(*from)
        }
        _ => None,
    };
    let grid = Grid::of(&frames, look);
    let mut lines: Vec<Line> = grid.heading().into_iter().collect();
    lines.extend(grid.lines(&frames, &touched, copied));
    if let Some(ppn) = copied {
        let line = Line::of(Role::Path, format!("{} ", names::frame(system, ppn)));
        let line = line.with(Role::Plain, "is copied to").of_thing(Thing::Frame(ppn));
        lines.push(line.marked(Mark::Here));
    }
    let changed: Vec<(Ppn, &Frame)> = frames.iter().copied().filter(|(ppn, _)| touched.frame(*ppn)).collect();
    let alike = |one: &(Ppn, &Frame), next: &(Ppn, &Frame)| {
        let [one_is, next_is] = [one.1, next.1].map(|frame| (frame.usage, frame.refs));
        one.0.0 + 1 == next.0.0 && one_is == next_is
    };
    lines.extend(changed.chunk_by(alike).map(|frames| told(system, frames, &touched)));
    lines.push(free_list(system, &touched, look));
    lines.extend(next_to_go(system, look));
    lines.push(legend(&frames));
    let title =
        format!("Frames · {} free of {}", grouped(system.frames_free()), grouped(frames.len() as u64));
    // What changed is told under the cells: that is the line to see, if not all fit.
    let focus = lines.iter().rposition(|line| line.mark == Mark::Changed).unwrap_or_default();
    if look.columns >= WITH_A_LIST {
        lines.extend(in_use(system, &touched, &lines, look));
    }
    Panel { title, lines, focus }
}

/// The list of what is in use, in the rows that these lines leave free.
fn in_use(system: &System, touched: &Touched, lines: &[Line], look: &Look) -> Vec<Line> {
    let rows = |line: &Line| line.to_string().chars().count().div_ceil(look.columns).max(1);
    match look.rows.checked_sub(lines.iter().map(rows).sum()) {
        _ if look.rows == 0 => in_use::lines(system, touched, 0),
        Some(room) if room > 0 => in_use::lines(system, touched, room),
        _ => vec![],
    }
}

/// How the cells are laid out.
struct Grid {
    /// How many stand in a line.
    in_a_line: usize,
    /// How many digits the number of owners has; more owners are a `+`.
    digits: usize,
    /// How wide the number of a line's first frame is.
    label: usize,
    /// More lines than this that are alike are told as one.
    most_alike: usize,
}

impl Grid {
    /// The longest lines for which there is room.
    fn of(frames: &[(Ppn, &Frame)], look: &Look) -> Self {
        let label = frames.last().map_or(0, |(ppn, _)| format!("{:x}", ppn.0).len());
        let fits = |in_a_line: usize, digits: usize| {
            label + 1 + in_a_line * (2 + digits) + in_a_line / IN_A_LINE - 1 <= look.columns
        };
        let wide = |in_a_line: &usize| frames.len() >= in_a_line * FEWEST_LINES && fits(*in_a_line, 1);
        let in_a_line = IN_A_WIDE_LINE.into_iter().find(wide).unwrap_or(IN_A_LINE);
        let most = frames.iter().map(|(_, frame)| frame.refs).max().unwrap_or_default();
        let digits = Some(most.to_string().len()).filter(|digits| fits(in_a_line, *digits)).unwrap_or(1);
        let fits = look.rows == 0 || frames.len().div_ceil(in_a_line) <= look.rows;
        let most_alike = if fits { MOST_ALIKE } else { FEWEST_ALIKE };
        Self { in_a_line, digits, label, most_alike }
    }

    /// The last digits of the frames' numbers, over lines that are too long to count in.
    fn heading(&self) -> Option<Line> {
        let width = 2 + self.digits;
        let number = |at: usize| {
            let apart = if at > 0 && at.is_multiple_of(IN_A_LINE) { " " } else { "" };
            format!("{apart} {:<rest$}", format!("{at:x}"), rest = width - 1)
        };
        let numbers: String = (0..self.in_a_line).map(number).collect();
        let text = format!("{:label$} {numbers}", "", label = self.label);
        (self.in_a_line > IN_A_LINE).then(|| Line::of(Role::Dim, text.trim_end()))
    }

    /// The cells.
    fn lines(&self, frames: &[(Ppn, &Frame)], touched: &Touched, copied: Option<Ppn>) -> Vec<Line> {
        let row = |ppn: Ppn| ppn.0 / self.in_a_line as u64;
        let rows = frames.chunk_by(|(one, _), (next, _)| row(*one) == row(*next));
        folded(rows.map(|row| self.line(row, touched, copied)).collect(), self.in_a_line, self.most_alike)
    }

    /// A line of them. The first one of memory may begin further right.
    fn line(&self, row: &[(Ppn, &Frame)], touched: &Touched, copied: Option<Ppn>) -> Line {
        let first = row[0].0.0;
        let mut line = Line::of(Role::Dim, format!("{first:>label$x} ", label = self.label));
        let lead = first as usize % self.in_a_line;
        if lead > 0 {
            let width = lead * (2 + self.digits) + lead.saturating_sub(1) / IN_A_LINE;
            line = line.with(Role::Dim, " ".repeat(width));
        }
        for (ppn, frame) in row {
            let at = ppn.0 as usize % self.in_a_line;
            if at > 0 && at.is_multiple_of(IN_A_LINE) {
                line = line.with(Role::Dim, " ");
            }
            let (role, mark) = match frame {
                _ if touched.frame(*ppn) => (Role::Changed, Mark::Changed),
                _ if copied == Some(*ppn) => (Role::Path, Mark::Here),
                Frame { usage: Usage::Free, .. } => (Role::Dim, Mark::None),
                Frame { refs, .. } if *refs > 1 => (Role::Shared, Mark::None),
                _ => (Role::Plain, Mark::None),
            };
            let text = format!("{}{}", mark.glyph(), self.cell(frame));
            line = line.with_thing(Thing::Frame(*ppn), role, text);
            if mark == Mark::Changed {
                line.mark = mark;
            }
        }
        line
    }

    /// `h2`: a letter for the use, a number for the owners.
    fn cell(&self, frame: &Frame) -> String {
        let width = 1 + self.digits;
        match (letter(frame.usage), frame.refs.to_string()) {
            ('·', _) => format!("{:width$}", "··"),
            (letter, refs) if refs.len() > self.digits => format!("{:width$}", format!("{letter}+")),
            (letter, refs) => format!("{:width$}", format!("{letter}{refs}")),
        }
    }
}

/// One letter for each use: capitals are the kernel's, small ones the programs'.
pub(super) fn letter(usage: Usage) -> char {
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
        ('S', "kernel\u{a0}stack"),
        ('P', "page\u{a0}cache"),
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
fn folded(lines: Vec<Line>, in_a_line: usize, most_alike: usize) -> Vec<Line> {
    // The first span of a line is its frame's number; each of the others is a cell, which shows a frame of its own.
    let cells = |line: &Line| line.spans[1..].iter().map(|span| (span.role, span.text.clone())).collect();
    let alike = |one: &Line, next: &Line| -> bool {
        let [one, next]: [Vec<_>; 2] = [cells(one), cells(next)];
        one == next
    };
    let mut rest = vec![];
    for stretch in lines.chunk_by(alike) {
        match stretch {
            [first, .., last] if stretch.len() > most_alike => {
                let between = count(((stretch.len() - 2) * in_a_line) as u64, "frame");
                let more = Line::of(Role::Dim, format!("    … {between} alike"));
                rest.extend([first.clone(), more, last.clone()]);
            }
            _ => rest.extend_from_slice(stretch),
        }
    }
    rest
}

/// The head of the free list, as it is read from the free frames themselves.
fn free_list(system: &System, touched: &Touched, look: &Look) -> Line {
    let role = if touched.free_list { Role::Changed } else { Role::Plain };
    let line = Line::of(Role::Dim, "free list ");
    match system.free_list() {
        list if list.is_empty() => line.with(role, "empty"),
        list => listed(line, role, &list, look),
    }
}

/// The frames that will be taken from their pages when none is free, in the order in which the policy comes to them.
fn next_to_go(system: &System, look: &Look) -> Option<Line> {
    // Chance has no order.
    let policy = system.policies.as_ref()?.reclaim;
    let order: Vec<Ppn> = match policy {
        Reclaim::Random => vec![],
        _ => replaced::order(system, &system.mappers()).iter().map(|page| page.ppn).collect(),
    };
    let bits = matches!(policy, Reclaim::Clock | Reclaim::SecondChance);
    let what = if bits { "next to go, if A is clear " } else { "next to go " };
    (!order.is_empty()).then(|| listed(Line::of(Role::Dim, what), Role::Plain, &order, look))
}

/// A line with the first of a list of frames, as many as there is room for.
fn listed(line: Line, role: Role, list: &[Ppn], look: &Look) -> Line {
    let taken = line.to_string().chars().count();
    let each = format!("{:x}→", list[0].0).chars().count();
    let room = look.columns.saturating_sub(taken + 1) / each;
    let shown = list.iter().take(room.max(MOST_LISTED)).enumerate();
    let mut line = shown.fold(line, |line, (at, ppn)| {
        let line = if at == 0 { line } else { line.with(role, "→") };
        line.with_thing(Thing::Frame(*ppn), role, format!("{:x}", ppn.0))
    });
    if list.len() > room.max(MOST_LISTED) {
        line = line.with(role, "→…");
    }
    line
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
        holders if holders.is_empty() && frame.refs > 0 => line.with(Role::Dim, ", in no page table yet"),
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
    line.of_thing(Thing::Frame(ppn)).marked(Mark::Changed)
}

/// The byte that a frame is full of, but for its first word, which may be the free list's.
fn junk(system: &System, ppn: Ppn) -> Option<u8> {
    let contents = system.machine.memory().chunk(system.frame_address(ppn)).bytes();
    let rest = &contents[8..];
    rest.iter().all(|byte| *byte == rest[0]).then_some(rest[0])
}
