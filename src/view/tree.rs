//! The page table as a tree, read from the bytes in memory.

use super::subject::{self, Subject};
use super::{Line, Look, Mark, Panel, Role, names, touched::Touched, translate};
use crate::hw::{Geometry, PhysAddr, Ppn, Pte, VirtAddr, Vpn, Why, walk};
use crate::kernel::swap::{Slot, slot_of};
use crate::kernel::{Area, AreaKind, Process, System};
use crate::story::Story;

/// More lines than this are not drawn: hostile tables can have millions of leaves.
const MOST_LINES: usize = 400;

struct Tree<'a> {
    system: &'a System,
    geometry: Geometry,
    /// Whose areas the pages belong to.
    process: Option<&'a Process>,
    /// The areas of the kernel, where the table has them.
    kernel: Vec<Area>,
    /// What these areas promise is told as well.
    whole: bool,
    touched: Touched,
    /// PTEs that the current walk read, and the one that failed.
    path: Vec<PhysAddr>,
    failed: Option<PhysAddr>,
    lines: Vec<Line>,
}

/// The panel: the table that the event is about.
pub fn panel(story: &Story, _look: &Look) -> Panel {
    let system = story.system();
    let Subject { root, whose, process, whole } = subject::of(story);
    let title = format!("Page table · {whose}");
    let Some(root) = root else {
        return match process {
            Some(_) => Panel::new(title, vec![Line::of(Role::Dim, "It has ended, and its tables are free.")]),
            None => Panel::new("Page table", vec![Line::of(Role::Dim, "There is none: translation is off.")]),
        };
    };
    let bare = system.policies.is_none();
    let geometry = system.machine.geometry(system.hart).filter(|_| bare).unwrap_or(system.geometry());
    let progress = translate::progress(story).unwrap_or_default();
    let path: Vec<PhysAddr> = progress.ptes.iter().map(|(_, step)| step.pa).collect();
    let failed = path.last().copied().filter(|_| progress.failed.is_some() && !progress.handled);
    let touched = Touched::of(story);
    let has_kernel = system.kernel_root() == Some(root) || system.kernel_is_in_every_table();
    let kernel = if has_kernel { system.kernel_areas() } else { vec![] };
    let mut tree = Tree { system, geometry, process, kernel, whole, touched, path, failed, lines: vec![] };
    let address = geometry.frame_address(root);
    tree.lines.push(Line::of(Role::Dim, "root ").with(Role::Plain, address.to_string()));
    tree.table(root, geometry.levels - 1, 0, "");
    Panel::new(title, tree.lines)
}

/// What stands in a table: a valid PTE, or pages that an area promises without one.
enum Row<'a> {
    Pte(u64, PhysAddr, Pte),
    Promised(u64, u64, &'a Area),
    /// Leaves of the direct map, each to the frame after the one before: the first and the last index.
    Run(u64, u64, PhysAddr, Pte),
}

impl Row<'_> {
    fn index(&self) -> u64 {
        match self {
            Self::Pte(index, ..) | Self::Promised(index, ..) | Self::Run(index, ..) => *index,
        }
    }
}

impl<'a> Tree<'a> {
    fn table(&mut self, table: Ppn, level: u32, base: u64, indent: &str) {
        let rows = self.rows(table, level, base);
        let last = rows.len().saturating_sub(1);
        for (at, row) in rows.into_iter().enumerate() {
            if self.lines.len() >= MOST_LINES {
                self.lines.push(Line::of(Role::Dim, "… and more"));
                return;
            }
            let branch = if at == last { "└─" } else { "├─" };
            let below = if at == last { "  " } else { "│ " };
            match row {
                Row::Pte(index, pa, pte) if pte.is_pointer() && self.refusal(pte, level).is_none() => {
                    let next = pte.ppn(&self.geometry);
                    let target = self.geometry.frame_address(next);
                    let line = self.start(indent, branch, index, level, pa, pte);
                    let line =
                        line.with(Role::Dim, "→ ").with(self.role(pa, Role::Plain), target.to_string());
                    self.lines.push(line);
                    let vpn = base | index << (self.geometry.index_bits * level);
                    self.table(next, level - 1, vpn, &format!("{indent}{below}"));
                }
                Row::Pte(index, pa, pte) => {
                    let vpn = base | index << (self.geometry.index_bits * level);
                    let line = self.start(indent, branch, index, level, pa, pte);
                    let line = self.leaf(line, self.geometry.page_address(Vpn(vpn)), level, pa, pte);
                    self.lines.push(line);
                }
                Row::Run(first, last, pa, pte) => {
                    let digits = self.geometry.index_bits_at(level).div_ceil(4) as usize;
                    let range = format!("{indent}{branch}[{first:0digits$x}–{last:0digits$x}] ");
                    let target = self.geometry.frame_address(pte.ppn(&self.geometry));
                    let line =
                        Line::of(Role::Dim, range).with(self.role(pa, Role::Plain), format!("{target} … "));
                    let line = line.with(self.role(pa, Role::Strong), pte.flags().to_string());
                    self.lines.push(line.with(Role::Plain, " direct map"));
                }
                Row::Promised(first, last, area) => {
                    let digits = self.geometry.index_bits_at(level).div_ceil(4) as usize;
                    let range = match first == last {
                        true => format!("[{first:0digits$x}] "),
                        false => format!("[{first:0digits$x}–{last:0digits$x}] "),
                    };
                    let line = Line::of(Role::Dim, format!("{indent}{branch}{range}"));
                    let text = format!("no PTE: {}, not touched yet", area.label());
                    self.lines.push(line.with(Role::Absent, text));
                }
            }
        }
    }

    /// The valid PTEs of a table, and in a table of the last level the promised pages between them.
    fn rows(&self, table: Ppn, level: u32, base: u64) -> Vec<Row<'a>> {
        let geometry = self.geometry;
        let first = geometry.frame_address(table).0;
        let mut rows = vec![];
        let mut invalid = vec![];
        for index in 0..1u64 << geometry.index_bits_at(level) {
            let pa = PhysAddr(first + index * geometry.pte_bytes);
            let Some(word) = self.system.machine.memory().read(pa, geometry.pte_bytes) else { break };
            // An invalid PTE that the walk has just stumbled over is shown as well.
            if Pte(word).is_valid() || self.slot(Pte(word)).is_some() || self.failed == Some(pa) {
                rows.push(Row::Pte(index, pa, Pte(word)));
            } else if level == 0 && self.whole {
                invalid.push(index);
            }
        }
        for index in invalid {
            let va = geometry.page_address(Vpn(base | index));
            let Some(area) = self.process.and_then(|process| process.area_at(va)) else { continue };
            match rows.last_mut() {
                Some(Row::Promised(_, last, same)) if *last + 1 == index && same.start == area.start => {
                    *last = index;
                }
                _ => rows.push(Row::Promised(index, index, area)),
            }
        }
        rows.sort_by_key(Row::index);
        self.runs(rows, level, base)
    }

    /// Puts neighbours in the direct map into one row, but for those that the event is about.
    fn runs(&self, rows: Vec<Row<'a>>, level: u32, base: u64) -> Vec<Row<'a>> {
        let shift = self.geometry.index_bits * level;
        let mut found: Vec<Row<'a>> = vec![];
        for row in rows {
            let Row::Pte(index, pa, pte) = row else {
                found.push(row);
                continue;
            };
            let va = self.geometry.page_address(Vpn(base | index << shift));
            let direct = self.kernel_area(va).is_some_and(|area| area.kind == AreaKind::DirectMap);
            if !direct || !pte.is_leaf() || self.mark(pa) != Mark::None {
                found.push(row);
                continue;
            }
            match found.last_mut() {
                Some(Row::Run(first, last, _, start))
                    if *last + 1 == index && self.follows(*start, pte, (index - *first) << shift) =>
                {
                    *last = index;
                }
                _ => found.push(Row::Run(index, index, pa, pte)),
            }
        }
        let single = |row| match row {
            Row::Run(first, last, pa, pte) if first == last => Row::Pte(first, pa, pte),
            row => row,
        };
        found.into_iter().map(single).collect()
    }

    /// Whether a leaf maps the frame so many pages further on than another one, in the same way.
    fn follows(&self, first: Pte, pte: Pte, pages: u64) -> bool {
        let ppn = |pte: Pte| pte.ppn(&self.geometry).0;
        first.flags() == pte.flags() && ppn(first) + pages == ppn(pte)
    }

    fn kernel_area(&self, va: VirtAddr) -> Option<&Area> {
        self.kernel.iter().find(|area| area.contains(va))
    }

    fn start(&self, indent: &str, branch: &str, index: u64, level: u32, pa: PhysAddr, pte: Pte) -> Line {
        let digits = self.geometry.index_bits_at(level).div_ceil(4) as usize;
        let line = Line::of(Role::Dim, format!("{indent}{branch}"));
        let role = match pte.is_valid() {
            true => Role::Plain,
            false if self.slot(pte).is_some() => Role::Absent,
            false => Role::Fault,
        };
        line.with(self.role(pa, role), format!("[{index:0digits$x}] ")).marked(self.mark(pa))
    }

    fn leaf(&self, line: Line, va: VirtAddr, level: u32, pa: PhysAddr, pte: Pte) -> Line {
        let area = self.process.and_then(|process| process.area_at(va)).or_else(|| self.kernel_area(va));
        let direct = area.is_some_and(|area| area.kind == AreaKind::DirectMap);
        let label = area.map(|area| format!(" {}", area.label())).unwrap_or_default();
        if let Some(slot) = self.slot(pte) {
            let flags = names::flags(pte.flags());
            let line = line.with(self.role(pa, Role::Absent), format!("swap slot {slot} "));
            return line.with(self.role(pa, Role::Strong), flags).with(Role::Plain, label);
        }
        if !pte.is_valid() {
            return line.with(Role::Fault, "not valid").with(Role::Dim, label);
        }
        let ppn = pte.ppn(&self.geometry);
        let target = self.geometry.frame_address(ppn);
        let flags = pte.flags();
        if let Some(why) = self.refusal(pte, level) {
            return line
                .with(self.role(pa, Role::Plain), format!("{target} "))
                .with(self.role(pa, Role::Strong), flags.to_string())
                .with(Role::Fault, format!(" {}", refused(why)));
        }
        let cow = flags.has(crate::kernel::table::COW);
        let mut line = line
            .with(self.role(pa, Role::Plain), format!("{target} "))
            .with(self.role(pa, Role::Strong), flags.to_string())
            .with(Role::Shared, if cow { " C" } else { "" })
            .with(Role::Plain, label);
        if level > 0 {
            line = line.with(Role::Dim, format!(" {}", super::bytes(self.geometry.leaf_bytes(level))));
        }
        let refs = self.system.frames_of(level, pte).map(|(_, frame)| frame.refs).max();
        match refs {
            // A frame is shown by the direct map, whoever has it.
            Some(refs) if refs > 1 && !direct => {
                let role = if self.touched.frame(ppn) { Role::Changed } else { Role::Shared };
                line.with(role, format!(" refs {refs}"))
            }
            _ => line,
        }
    }

    /// The slot of a page in swap.
    fn slot(&self, pte: Pte) -> Option<Slot> {
        let kernel = self.system.policies.is_some();
        slot_of(pte, &self.geometry).filter(|_| kernel)
    }

    /// Why the walker ends at a PTE without a leaf.
    fn refusal(&self, pte: Pte, level: u32) -> Option<Why> {
        walk::refusal(pte, &self.geometry, level)
    }

    fn mark(&self, pa: PhysAddr) -> Mark {
        if self.touched.word(pa) {
            Mark::Changed
        } else if self.failed == Some(pa) {
            Mark::Fault
        } else if self.path.contains(&pa) {
            Mark::Here
        } else {
            Mark::None
        }
    }

    fn role(&self, pa: PhysAddr, otherwise: Role) -> Role {
        match self.mark(pa) {
            Mark::Changed => Role::Changed,
            Mark::Fault => Role::Fault,
            Mark::Here => Role::Path,
            _ => otherwise,
        }
    }
}

/// What the walker says of a PTE that ends a walk without a leaf.
fn refused(why: Why) -> String {
    match why {
        Why::MisalignedSuperpage { .. } => "misaligned".into(),
        Why::WriteWithoutRead { .. } => "reserved: W without R".into(),
        Why::ReservedBits { .. } => "reserved bits are set".into(),
        why => format!("refused: {}", translate::reason(why)),
    }
}
