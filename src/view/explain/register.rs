//! Registers field by field, and addresses cut into their parts.

use super::{Known, bits, row};
use crate::hw::{Cause, Csr, Geometry, VirtAddr};
use crate::story::Story;
use crate::view::decode::{self, Decoded};
use crate::view::spaces::Spaces;
use crate::view::{Line, Role};

/// A register with its word taken apart.
pub(super) fn csr(story: &Story, csr: Csr) -> Known {
    let system = story.system();
    let csrs = &system.machine.hart(system.hart).csrs;
    let word = csrs.read(csr).0;
    let title = format!("{csr} {word:#x}");
    match csr {
        Csr::Stval | Csr::Sepc => {
            let mut known = address(story, csr.name(), VirtAddr(word));
            let nothing = match (Cause::from_code(csrs.scause), csr) {
                _ if csrs.scause == 0 => Some("The hart has not trapped so far: nothing was put here."),
                (Some(cause), Csr::Stval) if cause.is_fault() => None,
                (_, Csr::Stval) => Some("The last trap was about no address: stval is 0 then."),
                _ => None,
            };
            if let Some(nothing) = nothing {
                known.lines.insert(0, Line::of(Role::Dim, nothing));
            }
            known
        }
        Csr::Sscratch => Known::new(title, vec![row("word", format!("{word:#x}")), row("fields", "none")]),
        _ => {
            let decoded = fields(story, csr, word);
            let mut lines = vec![row("word", format!("{word:#x}"))];
            lines.extend(decoded.iter().flat_map(|decoded| bits::lines(decoded, None)));
            lines.extend(decoded.map(|decoded| Line::of(Role::Strong, decoded.summary)));
            Known::new(title, lines)
        }
    }
}

/// The fields of a word as a register has them; `None` for one that has none.
pub(in crate::view) fn fields(story: &Story, csr: Csr, word: u64) -> Option<Decoded> {
    let paging = story.system().machine.config().paging;
    Some(match csr {
        Csr::Satp => decode::satp(word, paging),
        Csr::Sstatus => decode::sstatus(word, paging),
        Csr::Stvec => decode::stvec(word, paging),
        Csr::Scause => decode::scause(word, paging),
        Csr::Stval | Csr::Sepc => decode::va(word, paging, &geometry(story, VirtAddr(word))?),
        Csr::Sscratch => return None,
    })
}

/// How an address of a register is translated; `None` while translation is off.
fn geometry(story: &Story, va: VirtAddr) -> Option<Geometry> {
    let spaces = Spaces::of(story);
    spaces.acting(va).map(|space| spaces.all[space].geometry)
}

/// An address cut into its parts.
pub(super) fn address(story: &Story, name: &str, va: VirtAddr) -> Known {
    let name = if name == "address" { "Address" } else { name };
    let title = format!("{name} {va}");
    let Some(geometry) = geometry(story, va) else {
        let what = "Translation is off: this is the physical address, and is not cut up.";
        return Known::nothing(title, what);
    };
    let paging = story.system().machine.config().paging;
    let decoded = decode::va(va.0, paging, &geometry);
    let mut lines = bits::lines(&decoded, None);
    lines.push(Line::of(Role::Strong, decoded.summary));
    Known::new(title, lines)
}
