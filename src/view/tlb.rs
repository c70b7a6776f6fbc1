//! The TLB: its entries, which one was used, and which are stale.

use super::{Line, Mark, Panel, Role, Thing, bytes, bytes_short, touched::Touched, translate};
use crate::hw::{Geometry, Tlb, Translation};
use crate::story::Story;

/// The panel, for the hart that acts.
pub fn panel(story: &Story) -> Panel {
    let system = story.system();
    let tlb = &system.machine.hart(system.hart).tlb;
    let touched = Touched::of(story);
    let stale = system.machine.stale_slots(system.hart);
    let used = translate::progress(story).and_then(|progress| progress.hit());
    let valid = tlb.entries().count();
    let columns = Columns::of(tlb, system.machine.geometry(system.hart).unwrap_or(system.geometry()));
    let mut lines = vec![];
    for (at, slot) in tlb.slots().iter().enumerate() {
        let mark = match at {
            at if touched.slot(at) => Mark::Changed,
            at if stale.contains(&at) => Mark::Stale,
            at if used == Some(at) => Mark::Here,
            _ => Mark::None,
        };
        let role = match mark {
            Mark::Changed => Role::Changed,
            Mark::Stale => Role::Fault,
            Mark::Here => Role::Path,
            _ => Role::Plain,
        };
        let line = Line::of(Role::Dim, format!("{at:>width$} ", width = columns.slot));
        let line = match &slot.entry {
            None => line.with(if mark == Mark::Changed { role } else { Role::Dim }, "·"),
            Some(entry) => columns.entry(line, entry, role),
        };
        lines.push(line.marked(mark).of_thing(Thing::Slot(at)));
    }
    match lines.is_empty() {
        true => lines.push(Line::of(Role::Dim, "This machine has no TLB: every access walks.")),
        false => lines.insert(0, columns.heading()),
    }
    let more = match (stale.len(), valid) {
        (0, 0) => "used".to_owned(),
        (0, 1) => format!("reaches {}", bytes(system.machine.tlb_reach(system.hart))),
        (0, _) => format!("reach {}", bytes(system.machine.tlb_reach(system.hart))),
        (many, _) => format!("· {many} stale"),
    };
    Panel::new(format!("TLB · {valid} of {} {more}", tlb.slots().len()), lines)
}

/// How wide the columns are, so that the headings stand over them.
struct Columns {
    geometry: Geometry,
    slot: usize,
    page: usize,
    frame: usize,
    /// The size of superpages and the address space, or one of them; 0 for neither.
    rest: usize,
    asid: bool,
}

impl Columns {
    /// As wide as the widest entry needs.
    fn of(tlb: &Tlb, geometry: Geometry) -> Self {
        let asid = tlb.config().asid;
        let digits = |number: u64| format!("{number:x}").len();
        let widest = |width: &dyn Fn(&Translation) -> usize| {
            tlb.entries().map(|(_, entry)| width(entry)).max().unwrap_or_default().max(5)
        };
        let superpages = tlb.entries().any(|(_, entry)| entry.level > 0);
        Self {
            geometry,
            slot: tlb.slots().len().saturating_sub(1).to_string().len(),
            page: widest(&|entry| digits(entry.vpn.0)),
            frame: widest(&|entry| digits(entry.pte().ppn(&geometry).0)),
            rest: match (asid, superpages) {
                (true, true) => 6,
                (true, false) => 5,
                (false, true) => 3,
                (false, false) => 0,
            },
            asid,
        }
    }

    fn heading(&self) -> Line {
        let Self { slot, page, frame, rest, asid, .. } = *self;
        let asid = if asid { "asid" } else { "" };
        let text = format!("{:>slot$} {:page$} {:frame$} {:8}{asid:>rest$}", "#", "page", "frame", "flags");
        Line::of(Role::Dim, text.trim_end())
    }

    fn entry(&self, line: Line, entry: &Translation, role: Role) -> Line {
        let Self { geometry, page, frame, rest, .. } = *self;
        let pte = entry.pte();
        let size = match entry.level {
            0 => String::new(),
            level => bytes_short(geometry.leaf_bytes(level)),
        };
        let space = match (entry.global, self.asid) {
            (true, _) => "G".to_owned(),
            (false, true) => entry.asid.to_string(),
            (false, false) => String::new(),
        };
        let rest = rest.saturating_sub(size.len() + 1);
        let ppn = pte.ppn(&geometry);
        line.with(role, format!("{:0page$x}→", entry.vpn.0))
            .with_thing(Thing::Frame(ppn), role, format!("{:0frame$x} ", ppn.0))
            .with(role, pte.flags().to_string())
            .with(Role::Dim, format!(" {size}{space:>rest$}").trim_end().to_owned())
    }
}
