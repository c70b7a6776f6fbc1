//! Arrangements: which panels a layout has, in which columns, and which of them comes first. Where not all fit, the panel
//! in focus is shown; Tab brings the others.

use super::layout::Want;
use crate::scenario::stage::{Layout, PanelName};
use ratatui::layout::Constraint;

/// How wide a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// As wide as short lines need: registers, the script.
    Narrow,
    /// A share of the rest.
    Share(u16),
}

impl Width {
    /// The same for a screen of so many columns.
    pub fn constraint(self, columns: u16) -> Constraint {
        match self {
            Self::Narrow => Constraint::Length(if columns >= 160 { 42 } else { 34 }),
            Self::Share(share) => Constraint::Fill(share),
        }
    }
}

/// A panel's place in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which panel.
    pub name: PanelName,
    /// The rows that it gets before others get more than theirs, its title counted.
    pub least: u16,
    /// Who is served first beyond that: 0 before 1.
    pub rank: u8,
}

impl Place {
    /// What it asks for, if all of it takes so many rows.
    pub fn want(&self, rows: u16) -> Want {
        Want { rows, least: self.least, rank: self.rank }
    }
}

/// Panels under each other.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// How wide it is.
    pub width: Width,
    /// From top to bottom.
    pub places: &'static [Place],
}

const fn place(name: PanelName, least: u16, rank: u8) -> Place {
    Place { name, least, rank }
}

const fn column(width: Width, places: &'static [Place]) -> Column {
    Column { width, places }
}

use PanelName as P;
use Width::{Narrow, Share};

/// All of a panel before the others get anything.
const WHOLE: u16 = u16::MAX;

const OVERVIEW: &[Column] = &[
    column(Narrow, &[place(P::Script, 8, 1), place(P::Frames, 8, 0)]),
    column(Share(1), &[place(P::Translate, WHOLE, 0), place(P::Tables, 0, 1), place(P::Areas, 0, 2)]),
    column(Narrow, &[place(P::Registers, WHOLE, 0), place(P::Tlb, 5, 2), place(P::Costs, 4, 1)]),
];

const WIDE_OVERVIEW: &[Column] = &[
    column(Narrow, &[place(P::Script, 8, 1), place(P::Frames, 8, 0)]),
    column(Share(1), &[place(P::Translate, WHOLE, 0), place(P::Tables, 0, 1)]),
    column(Share(1), &[place(P::Areas, WHOLE, 0), place(P::Scale, 8, 1), place(P::Holders, 0, 2)]),
    column(Narrow, &[place(P::Registers, WHOLE, 0), place(P::Tlb, 5, 2), place(P::Costs, 4, 1)]),
];

const TABLES: &[Column] = &[
    column(Share(5), &[place(P::Translate, WHOLE, 0), place(P::Tables, 0, 1)]),
    // A table's line has 64 cells: that is what the share is for.
    column(Share(7), &[place(P::Maps, 0, 0), place(P::Tlb, 0, 1)]),
];

const MEMORY: &[Column] =
    &[column(Share(1), &[place(P::Frames, 0, 0)]), column(Share(1), &[place(P::Holders, 0, 0)])];

const SPACE: &[Column] = &[
    column(Share(5), &[place(P::Scale, 0, 0)]),
    column(Share(4), &[place(P::Areas, WHOLE, 0), place(P::Tables, 6, 1)]),
];

const TLB: &[Column] = &[
    column(Share(1), &[place(P::Translate, WHOLE, 0), place(P::Tlb, 0, 1)]),
    // Charts can do with fewer rows, the costs cannot.
    column(Share(1), &[place(P::Charts, 0, 1), place(P::Costs, WHOLE, 0)]),
];

const DISK: &[Column] = &[
    column(Share(1), &[place(P::Swap, 0, 0), place(P::Frames, 8, 1)]),
    column(Share(1), &[place(P::Cache, 0, 0), place(P::Costs, 4, 1)]),
];

const SCRIPT: &[Column] =
    &[column(Share(2), &[place(P::Script, 0, 0)]), column(Share(3), &[place(P::Events, 0, 0)])];

const TRAP: &[Column] = &[
    column(Share(6), &[place(P::Fields, 0, 0)]),
    column(Share(5), &[place(P::Translate, WHOLE, 0), place(P::Registers, WHOLE, 1), place(P::Events, 5, 2)]),
];

const PROCESSES: &[Column] = &[
    column(Share(5), &[place(P::Processes, 0, 0)]),
    column(Share(4), &[place(P::Tables, 0, 0), place(P::Areas, 5, 1)]),
];

/// The columns of a layout on a screen of so many columns.
pub fn columns(layout: Layout, columns: u16) -> &'static [Column] {
    match layout {
        Layout::Overview if columns >= 190 => WIDE_OVERVIEW,
        Layout::Overview => OVERVIEW,
        Layout::Tables => TABLES,
        Layout::Memory => MEMORY,
        Layout::Space => SPACE,
        Layout::Tlb => TLB,
        Layout::Disk => DISK,
        Layout::Script => SCRIPT,
        Layout::Trap => TRAP,
        Layout::Processes => PROCESSES,
    }
}

/// The panel that a layout is for: the focus, as long as nobody moves it.
pub fn main(layout: Layout) -> PanelName {
    match layout {
        Layout::Overview | Layout::Tables => P::Tables,
        Layout::Memory => P::Frames,
        Layout::Space => P::Scale,
        Layout::Tlb => P::Tlb,
        Layout::Disk => P::Swap,
        Layout::Script => P::Script,
        Layout::Trap => P::Fields,
        Layout::Processes => P::Processes,
    }
}

/// The panels of a layout in the order in which Tab goes through them, what happens last.
pub fn ring(layout: Layout, columns: u16) -> Vec<PanelName> {
    let names = self::columns(layout, columns).iter().flat_map(|column| column.places);
    names.map(|place| place.name).chain([PanelName::Event]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_has_the_panels_that_a_scenario_can_name_in_it() {
        for layout in Layout::ALL {
            let mut shown: Vec<PanelName> =
                [60, 80, 120, 160, 200, 300].into_iter().flat_map(|columns| ring(layout, columns)).collect();
            let mut named = layout.panels().to_vec();
            shown.sort();
            shown.dedup();
            named.sort();
            assert_eq!(shown, named, "{layout:?}");
        }
    }

    #[test]
    fn every_layout_has_its_main_panel_and_each_panel_once() {
        for layout in Layout::ALL {
            for columns in [80, 120, 200] {
                let ring = ring(layout, columns);
                assert!(ring.contains(&main(layout)), "{layout:?}");
                let mut once = ring.clone();
                once.sort();
                once.dedup();
                assert_eq!(once.len(), ring.len(), "{layout:?}");
            }
        }
    }
}
