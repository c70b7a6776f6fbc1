//! The rule that a thing stands under, in a sentence, with the section of the RISC-V privileged specification, chapter on the
//! supervisor level, that has it. Sections are named by their titles: their numbers differ from edition to edition.

use super::row;
use crate::hw::{Csr, Ppn, Pte, VirtAddr};
use crate::kernel::{System, Usage};
use crate::story::Story;
use crate::view::spaces::Spaces;
use crate::view::{Line, Role, Thing};

const SATP: &str = "Supervisor Address Translation and Protection (satp) Register";
const FENCE: &str = "Supervisor Memory-Management Fence Instruction";
const PROTECTION: &str = "Addressing and Memory Protection";
const PROCESS: &str = "Virtual Address Translation Process";

/// The rule; `None` where the specification has none.
pub(super) fn of(story: &Story, thing: Thing) -> Option<Line> {
    let system = story.system();
    let (rule, section) = match thing {
        Thing::Pte { pa, .. } => {
            let word = system.machine.memory().read(pa, system.geometry().pte_bytes)?;
            of_pte(Pte(word))
        }
        Thing::Page { pid, va } => {
            let spaces = Spaces::of(story);
            let process = system.process(pid).filter(|process| process.is_alive())?;
            let spot = spaces.at_root(process.root).and_then(|space| spaces.spot(space, va))?;
            of_pte(spot.pte)
        }
        Thing::Word(_) => {
            ("a PTE is an ordinary word of memory: whoever can write it can change the mapping", PROCESS)
        }
        Thing::Frame(ppn) if is_table(system, ppn) => (
            "a table fills a page and begins at a multiple of its size, so a page number is enough to point to it",
            PROTECTION,
        ),
        Thing::Frame(_) => {
            ("the PPN of the leaf and the page offset of the address are the physical address", PROCESS)
        }
        Thing::Slot(_) => (
            "a write to a PTE need not be seen by translations until sfence.vma: the hart may go on with what it has cached",
            FENCE,
        ),
        Thing::Process(_) => (
            "MODE, ASID and root stand in one register, so that one write changes the whole address space",
            SATP,
        ),
        Thing::Swap(_) => (
            "while V is clear, the hardware ignores all other bits of a PTE: they are the kernel's",
            PROTECTION,
        ),
        Thing::Address(va) => of_address(&Spaces::of(story), va)?,
        Thing::Pc => ("X must be set in the leaf of a page from which an instruction is fetched", PROTECTION),
        Thing::Register(csr) => of_register(csr),
        Thing::Area { .. } => {
            let what = "The specification knows no areas: the hardware sees only PTEs, and asks the kernel by a trap.";
            return Some(Line::of(Role::Dim, what));
        }
        Thing::Sp | Thing::FilePage { .. } | Thing::Step(_) => return None,
    };
    Some(
        row("rule", format!("{}.", sentence(rule)))
            .with(Role::Dim, format!(" (privileged specification, “{section}”)")),
    )
}

fn is_table(system: &System, ppn: Ppn) -> bool {
    system.frame(ppn).is_some_and(|frame| matches!(frame.usage, Usage::Table { .. }))
}

/// With a capital, unless it begins with a name that has none.
fn sentence(rule: &str) -> String {
    if Csr::ALL.iter().any(|csr| rule.starts_with(csr.name())) {
        return rule.to_owned();
    }
    let mut letters = rule.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn of_pte(pte: Pte) -> (&'static str, &'static str) {
    match pte {
        _ if !pte.is_valid() => (
            "a walk that reads a PTE with V clear ends in a page fault, whatever the other bits are: they are free for software",
            PROCESS,
        ),
        _ if pte.is_pointer() => (
            "a valid PTE with R, W and X all clear points to the table of the next level; D, A and U must be clear in it",
            PROTECTION,
        ),
        _ if pte.is_leaf() => (
            "a valid PTE with R or X set is a leaf; R, W, X and U say what is allowed, and an access that is not is a page fault",
            PROCESS,
        ),
        _ => (
            "W without R is a reserved encoding, and reading such a PTE ends the walk in a page fault",
            PROCESS,
        ),
    }
}

fn of_address(spaces: &Spaces, va: VirtAddr) -> Option<(&'static str, &'static str)> {
    let geometry = spaces.all[spaces.acting(va)?].geometry;
    Some(match geometry.sign_extended {
        true => (
            "bits above the translated ones must be copies of the highest of these; the page offset is not translated",
            PROTECTION,
        ),
        false => (
            "each VPN part is the index into the table of its level; the page offset is not translated",
            PROCESS,
        ),
    })
}

fn of_register(csr: Csr) -> (&'static str, &'static str) {
    match csr {
        Csr::Satp => (
            "a write with a MODE that the hart does not have changes nothing of satp, and no write to it fences anything",
            SATP,
        ),
        Csr::Sstatus => (
            "a trap puts the privilege into SPP and SIE into SPIE, and clears SIE; sret takes both back, sets SPIE and clears SPP",
            "Supervisor Status (sstatus) Register",
        ),
        Csr::Stvec => (
            "in direct mode every trap goes to BASE; in vectored mode an interrupt goes to BASE and four times its code",
            "Supervisor Trap Vector Base Address (stvec) Register",
        ),
        Csr::Sscratch => (
            "sscratch only keeps a word for the kernel, whose trap handler swaps it with a register to have one to begin with",
            "Supervisor Scratch (sscratch) Register",
        ),
        Csr::Sepc => (
            "a trap puts the address of the instruction that it interrupted, or that could not be carried out, into sepc",
            "Supervisor Exception Program Counter (sepc) Register",
        ),
        Csr::Scause => (
            "a trap writes its cause: the highest bit is set for an interrupt, and the rest is a code",
            "Supervisor Cause (scause) Register",
        ),
        Csr::Stval => (
            "a page fault or an access fault puts the address that could not be reached into stval",
            "Supervisor Trap Value (stval) Register",
        ),
    }
}
