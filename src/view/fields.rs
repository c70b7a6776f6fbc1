//! The registers of the trap, field by field: the word, its bits, and what they mean at this moment.

use super::decode::Decoded;
use super::explain::bits::{self, Widths};
use super::explain::fields;
use super::{Line, Look, Mark, Panel, Role, Thing, names, touched::Touched};
use crate::hw::{self, Cause, Csr, Privilege, Sstatus, VirtAddr};
use crate::kernel::Change;
use crate::story::Story;

/// The registers, in the order in which a trap is read.
const SHOWN: [Csr; 6] = [Csr::Scause, Csr::Stval, Csr::Sepc, Csr::Stvec, Csr::Sstatus, Csr::Satp];

/// The panel, for the hart that acts.
pub fn panel(story: &Story, _look: &Look) -> Panel {
    let system = story.system();
    let hart = system.machine.hart(system.hart);
    let now = SHOWN.map(|csr| decoded(story, csr, word(story, csr)));
    // One look down a column compares all registers.
    let widths = Widths::of(now.iter().flatten());
    let registers = SHOWN.into_iter().zip(&now);
    let lines = registers.flat_map(|(csr, now)| register(story, csr, now.as_ref(), widths)).collect();
    let privilege = match hart.privilege {
        Privilege::User => "user",
        Privilege::Supervisor => "supervisor",
    };
    let many = system.machine.harts().len() > 1;
    let which = if many { format!(" · hart {}", system.hart.0) } else { String::new() };
    Panel::new(format!("Trap registers{which} · {privilege} mode"), lines)
}

/// A register: its word, and a line for each of its fields.
fn register(story: &Story, csr: Csr, now: Option<&Decoded>, widths: Widths) -> Vec<Line> {
    let word = word(story, csr);
    let changed = Touched::of(story).csr(csr);
    let (mark, role) = if changed { (Mark::Changed, Role::Changed) } else { (Mark::None, Role::Strong) };
    let head = Line::of(Role::Plain, format!("{:8} ", csr.name())).with(role, format!("{word:#x}"));
    let head = head.with(Role::Dim, "  ").hanging().with(Role::Dim, meaning(story, csr)).marked(mark);
    let before = before(story, csr).and_then(|word| decoded(story, csr, word));
    let rest = now.map(|now| bits::lines_in(widths, now, before.as_ref())).unwrap_or_default();
    let lines = std::iter::once(head).chain(rest);
    lines.map(|line| line.of_thing(Thing::Register(csr))).collect()
}

/// What is in a register of the hart that acts.
fn word(story: &Story, csr: Csr) -> u64 {
    let system = story.system();
    system.machine.hart(system.hart).csrs.read(csr).0
}

/// The fields of a word; of `sstatus` those that this machine has a use for.
fn decoded(story: &Story, csr: Csr, word: u64) -> Option<Decoded> {
    let mut decoded = fields(story, csr, word)?;
    if csr == Csr::Sstatus {
        decoded.fields.retain(|field| Sstatus::FIELDS.iter().any(|(name, _)| *name == field.name));
    }
    Some(decoded)
}

/// What was in a register before the event, if the event wrote it.
fn before(story: &Story, csr: Csr) -> Option<u64> {
    let here = story.system().hart;
    story.timeline.changes().iter().find_map(|change| match change {
        Change::Hardware(hw::Change::Csr { hart, csr: which, value }) if (*hart, *which) == (here, csr) => {
            Some(*value)
        }
        _ => None,
    })
}

/// What a register says at this moment, in a few words.
fn meaning(story: &Story, csr: Csr) -> String {
    let system = story.system();
    let csrs = &system.machine.hart(system.hart).csrs;
    let trapped = csrs.scause != 0;
    let process = system.current.and_then(|pid| system.process(pid));
    let named = |va| names::address(system, process, va).unwrap_or_default();
    match csr {
        Csr::Scause if !trapped => "no trap so far".into(),
        Csr::Scause => "why the hart trapped last".into(),
        Csr::Stval if Cause::from_code(csrs.scause).is_some_and(Cause::is_fault) => {
            spaced("the address not reached", &named(csrs.stval))
        }
        Csr::Stval => "no address".into(),
        Csr::Sepc if !trapped => "no instruction".into(),
        Csr::Sepc => spaced("where sret goes on", &named(csrs.sepc)),
        Csr::Stvec => spaced("where traps go", &named(VirtAddr(csrs.stvec & !0b11))),
        Csr::Sstatus => match csrs.sstatus.spp() {
            Privilege::User => "sret goes to user mode".into(),
            Privilege::Supervisor => "sret stays in supervisor mode".into(),
        },
        Csr::Satp if system.machine.geometry(system.hart).is_none() => "translation is off".into(),
        Csr::Satp if system.is_in_kernel_table() => "the kernel's own table is in use".into(),
        Csr::Satp => "the table in use".into(),
        Csr::Sscratch => String::new(),
    }
}

/// `where traps go: trampoline`.
fn spaced(what: &str, name: &str) -> String {
    if name.is_empty() { what.to_owned() } else { format!("{what}: {name}") }
}
