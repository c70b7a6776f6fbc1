//! The stage: what the screen can show, by the names that scenarios, the command line and the configuration use.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PanelName {
    /// The steps, and the chapters.
    Script,
    /// The address cut up, and what the hardware found with each part.
    Translate,
    /// A page table as a tree.
    Tables,
    /// Its tables slot by slot: where each is used.
    Maps,
    /// Physical memory, frame by frame.
    Frames,
    /// Who holds which frames together, and the free list in its order.
    Holders,
    /// The TLB.
    Tlb,
    /// The areas of the address space as a table.
    Areas,
    /// The areas drawn to scale, and what is really there.
    Scale,
    /// Slots of swap, and the pages that go next.
    Swap,
    /// Files, and the pages of them that are in memory.
    Cache,
    /// The registers.
    Registers,
    /// The registers of the trap, field by field.
    Fields,
    /// All processes.
    Processes,
    /// The counters.
    Costs,
    /// The counters over time.
    Charts,
    /// The events of the step, one after the other.
    Events,
    /// What happens, in words.
    Event,
}

impl PanelName {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Script,
        Self::Translate,
        Self::Tables,
        Self::Maps,
        Self::Frames,
        Self::Holders,
        Self::Tlb,
        Self::Areas,
        Self::Scale,
        Self::Swap,
        Self::Cache,
        Self::Registers,
        Self::Fields,
        Self::Processes,
        Self::Costs,
        Self::Charts,
        Self::Events,
        Self::Event,
    ];

    /// Its name, as it is written: `tables`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Script => "script",
            Self::Translate => "translate",
            Self::Tables => "tables",
            Self::Maps => "maps",
            Self::Frames => "frames",
            Self::Holders => "holders",
            Self::Tlb => "tlb",
            Self::Areas => "areas",
            Self::Scale => "scale",
            Self::Swap => "swap",
            Self::Cache => "cache",
            Self::Registers => "registers",
            Self::Fields => "fields",
            Self::Processes => "processes",
            Self::Costs => "costs",
            Self::Charts => "charts",
            Self::Events => "events",
            Self::Event => "event",
        }
    }
}

/// An arrangement of panels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// The walk from the operation to the frame, and what it costs.
    #[default]
    Overview,
    /// Page tables, large.
    Tables,
    /// Physical memory: every frame, its holders, the free list.
    Memory,
    /// The address space, drawn to scale.
    Space,
    /// The TLB and what it saves.
    Tlb,
    /// Swap, the page cache and the files.
    Disk,
    /// The script and its words.
    Script,
    /// The trap registers, bit by bit.
    Trap,
    /// All processes.
    Processes,
}

impl Layout {
    /// All of them, in the order of their keys.
    pub const ALL: [Self; 9] = [
        Self::Overview,
        Self::Tables,
        Self::Memory,
        Self::Space,
        Self::Tlb,
        Self::Disk,
        Self::Script,
        Self::Trap,
        Self::Processes,
    ];

    /// Its name, as it is written: `overview`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Tables => "tables",
            Self::Memory => "memory",
            Self::Space => "space",
            Self::Tlb => "tlb",
            Self::Disk => "disk",
            Self::Script => "script",
            Self::Trap => "trap",
            Self::Processes => "processes",
        }
    }

    /// The panels that it has, on screens of any width: what a chapter can put into focus.
    pub fn panels(self) -> &'static [PanelName] {
        use PanelName as P;
        match self {
            Self::Overview => &[
                P::Script,
                P::Frames,
                P::Translate,
                P::Tables,
                P::Areas,
                P::Scale,
                P::Holders,
                P::Registers,
                P::Tlb,
                P::Costs,
                P::Event,
            ],
            Self::Tables => &[P::Translate, P::Tables, P::Maps, P::Tlb, P::Event],
            Self::Memory => &[P::Frames, P::Holders, P::Event],
            Self::Space => &[P::Scale, P::Areas, P::Tables, P::Event],
            Self::Tlb => &[P::Translate, P::Tlb, P::Charts, P::Costs, P::Event],
            Self::Disk => &[P::Swap, P::Frames, P::Cache, P::Costs, P::Event],
            Self::Script => &[P::Script, P::Events, P::Event],
            Self::Trap => &[P::Fields, P::Translate, P::Registers, P::Events, P::Event],
            Self::Processes => &[P::Processes, P::Tables, P::Areas, P::Event],
        }
    }

    /// What it is called: `Overview`.
    pub fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Tables => "Tables",
            Self::Memory => "Memory",
            Self::Space => "Space",
            Self::Tlb => "TLB",
            Self::Disk => "Disk",
            Self::Script => "Script",
            Self::Trap => "Trap",
            Self::Processes => "Processes",
        }
    }
}

/// The colours of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ThemeName {
    /// What fits the terminal.
    #[default]
    Auto,
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// For a room: the strongest contrast.
    Projector,
    /// The colours of Okabe and Ito, which people can tell apart who see colours differently.
    OkabeIto,
    /// The sixteen colours that the terminal has been given.
    Terminal,
    /// None: weight and signs alone.
    None,
}

impl ThemeName {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 7] =
        [Self::Auto, Self::Dark, Self::Light, Self::Projector, Self::OkabeIto, Self::Terminal, Self::None];

    /// Its name, as it is written: `okabe-ito`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Projector => "projector",
            Self::OkabeIto => "okabe-ito",
            Self::Terminal => "terminal",
            Self::None => "none",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_called_what_is_written() {
        for name in PanelName::ALL {
            assert_eq!(serde_json::json!(name), name.name());
        }
        for layout in Layout::ALL {
            assert_eq!(serde_json::json!(layout), layout.name());
        }
        for theme in ThemeName::ALL {
            assert_eq!(serde_json::json!(theme), theme.name());
        }
        let mut all = PanelName::ALL.to_vec();
        all.sort();
        all.dedup();
        assert_eq!(all.last().map(|last| *last as usize + 1), Some(all.len()), "one is missing");
    }
}
