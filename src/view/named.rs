//! Things by the names that people type.

use super::Thing;
use crate::hw::{Csr, Ppn, VirtAddr};
use crate::kernel::{PAGE, Pid, op::parse_number, state::SwapSlot};
use crate::story::Story;

/// The registers that have names here.
pub const REGISTERS: [Csr; 6] = [Csr::Satp, Csr::Scause, Csr::Stval, Csr::Sepc, Csr::Sstatus, Csr::Stvec];

/// What is meant by `0x4008` (a page of this process, or of the one that acts), `frame 80034`, `slot 2`, `swap 1`, `process
/// sh` or `satp`.
///
/// # Errors
///
/// Why nothing is meant.
pub fn thing(story: &Story, process: Option<Pid>, text: &str) -> Result<Thing, String> {
    let system = story.system();
    let number = |text: &str| text.trim().parse::<usize>().map_err(|_| format!("{text} is no number"));
    let (kind, rest) = text.split_once(' ').unwrap_or((text, ""));
    match kind {
        "frame" => {
            let digits = rest.trim().trim_start_matches("0x");
            let ppn = u64::from_str_radix(digits, 16)
                .map_err(|_| format!("{rest} is no page number, like 80034"))?;
            Ok(Thing::Frame(Ppn(ppn)))
        }
        "slot" => Ok(Thing::Slot(number(rest)?)),
        "swap" => {
            Ok(Thing::Swap(SwapSlot(u32::try_from(number(rest)?).map_err(|_| format!("{rest} is no slot"))?)))
        }
        "process" => {
            let found = system.processes().find(|process| process.name == rest.trim());
            found.map(|process| Thing::Process(process.pid)).ok_or(format!("{rest} is no process"))
        }
        _ if kind.starts_with(|c: char| c.is_ascii_digit()) => {
            let va = parse_number(kind).map_err(|why| format!("{kind}: {why}"))?;
            let pid = process.or(system.current);
            Ok(match pid {
                Some(pid) => Thing::Page { pid, va: VirtAddr(va / PAGE * PAGE) },
                None => Thing::Address(VirtAddr(va)),
            })
        }
        name => {
            let found = REGISTERS.into_iter().find(|csr| csr.name() == name).map(Thing::Register);
            found.ok_or(format!(
                "{name} cannot be selected: an address, frame, slot, swap, process or register can"
            ))
        }
    }
}
