//! The settings of a machine, as a scenario writes them.

use super::diagnostic::Problem;
use super::node::Node;
use crate::hw::{self, AdUpdate, Geometry, Paging, PhysAddr, TlbPolicy};
use crate::kernel::Costs;
use crate::kernel::op::Size;
use crate::kernel::setup::MOST_FRAMES;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// Settings of the hardware.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MachineSettings {
    /// The address translation: `bare`, `sv32`, `sv39`, `sv48` or `sv57`; or a geometry for an exercise, like
    /// `{ "va_bits": 16, "page": "1K", "pte": 4 }`.
    #[schemars(example = &"sv39")]
    #[schemars(example = serde_json::json!({ "va_bits": 16, "page": "1K", "pte": 4 }))]
    pub paging: PagingSetting,
    /// How many frames of 4 KiB memory has, from 0x80000000 on. Or say `memory`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = 128)]
    #[schemars(range(min = 1, max = 1_048_576))]
    pub frames: Option<u64>,
    /// Where memory is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<MemorySettings>,
    /// The TLB of each hart.
    pub tlb: TlbSettings,
    /// Who sets A and D: `hardware` or `fault`.
    #[schemars(example = &"fault")]
    pub ad_update: AdUpdate,
    /// How many harts there are, 1 to 8.
    #[schemars(example = 2)]
    #[schemars(range(min = 1, max = 8))]
    pub harts: usize,
    /// What events cost, in cycles.
    pub costs: Costs,
}

impl Default for MachineSettings {
    fn default() -> Self {
        Self {
            paging: PagingSetting::default(),
            frames: None,
            memory: None,
            tlb: TlbSettings::default(),
            ad_update: AdUpdate::default(),
            harts: 1,
            costs: Costs::default(),
        }
    }
}

/// A name, or a described geometry.
#[derive(Clone, Copy, Debug, Default)]
pub struct PagingSetting(pub Paging);

/// A geometry for an exercise.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Described {
    /// Bits of a virtual address.
    #[schemars(example = 16)]
    va_bits: u32,
    /// Bytes of a page.
    #[schemars(example = &"1K")]
    page: Size,
    /// Bytes of a PTE.
    #[schemars(example = 4)]
    pte: u64,
}

impl<'de> Deserialize<'de> for PagingSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PagingVisitor)
    }
}

impl JsonSchema for PagingSetting {
    fn schema_name() -> Cow<'static, str> {
        "Paging".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Paging::SPECIFIED.into_iter().map(Paging::name).collect();
        json_schema!({
            "description": "A mode of the specification, or a described geometry.",
            "anyOf": [{ "enum": names }, generator.subschema_for::<Described>()],
        })
    }
}

struct PagingVisitor;

impl<'de> Visitor<'de> for PagingVisitor {
    type Value = PagingSetting;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name like \"sv39\", or { \"va_bits\": 16, \"page\": \"1K\", \"pte\": 4 }")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<PagingSetting, E> {
        const NAMES: &[&str] = &["bare", "sv32", "sv39", "sv48", "sv57"];
        let found = Paging::SPECIFIED.into_iter().find(|paging| paging.name() == word);
        found.map(PagingSetting).ok_or_else(|| E::unknown_variant(word, NAMES))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PagingSetting, A::Error> {
        let Described { va_bits, page, pte } = Deserialize::deserialize(MapAccessDeserializer::new(map))?;
        let geometry = Geometry::described(va_bits, page.0, pte).map_err(de::Error::custom)?;
        Ok(PagingSetting(Paging::Described(geometry)))
    }
}

impl Serialize for PagingSetting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Paging::Described(geometry) = self.0 else { return serializer.serialize_str(self.0.name()) };
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("va_bits", &geometry.va_bits)?;
        map.serialize_entry("page", &Size(geometry.page_bytes()))?;
        map.serialize_entry("pte", &geometry.pte_bytes)?;
        map.end()
    }
}

/// Where memory is.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemorySettings {
    /// The first address.
    #[serde(default = "base")]
    #[schemars(example = &"0x80000000")]
    pub base: Address,
    /// How many bytes.
    #[schemars(example = &"64K")]
    pub size: Size,
}

/// An address in a setting: a number, or a string like `"0x80000000"`.
#[derive(Clone, Copy, Debug)]
pub struct Address(pub u64);

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Size::deserialize(deserializer).map(|size| Self(size.0))
    }
}

impl JsonSchema for Address {
    fn schema_name() -> Cow<'static, str> {
        "Address".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Size::json_schema(generator)
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&PhysAddr(self.0))
    }
}

/// Where memory begins unless a scenario says otherwise, as on QEMU's `virt` board.
const BASE: u64 = 0x8000_0000;
/// How many frames there are unless a scenario says otherwise.
const FRAMES: u64 = 64;

/// How many frames there can be.
const MAX_FRAMES: u64 = hw::Memory::MAX_BYTES / crate::kernel::PAGE;

fn base() -> Address {
    Address(BASE)
}

/// The most harts.
pub const MAX_HARTS: usize = 8;

/// The most slots of a TLB.
pub const MAX_TLB_ENTRIES: usize = 1024;

/// The most cycles that anything can cost: totals of them stay far from 64 bits.
pub const MAX_COST: u64 = 1_000_000_000;

/// The TLB of each hart.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TlbSettings {
    /// How many slots it has, 0 to 1024.
    #[schemars(example = 16)]
    #[schemars(range(max = 1024))]
    pub entries: usize,
    /// How many slots a set has; all, unless it is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = 4)]
    pub ways: Option<usize>,
    /// Who gives way in a full set: `lru`, `fifo`, `plru` or `random`.
    #[schemars(example = &"plru")]
    pub replacement: TlbPolicy,
    /// Whether entries carry the ASID.
    #[schemars(example = false)]
    pub asid: bool,
    /// Where the random policy starts.
    #[schemars(example = 7)]
    pub seed: u64,
}

impl Default for TlbSettings {
    fn default() -> Self {
        Self { entries: 8, ways: None, replacement: TlbPolicy::default(), asid: true, seed: 1 }
    }
}

impl MachineSettings {
    /// The machine that the settings describe, for a kernel or for none; `None` if there can be none. `at` is where they
    /// are written, for the places of problems.
    pub fn config(&self, at: &Node, kernel: bool, problems: &mut Vec<Problem>) -> Option<hw::Config> {
        let before = problems.len();
        let mut wrong = |path: &[&str], what: String| problems.push(Problem::other(at.place_of(path), what));
        let (memory_base, memory_bytes) = match (&self.memory, self.frames) {
            (Some(memory), _) => (memory.base.0, memory.size.0),
            (None, frames) => (BASE, frames.unwrap_or(FRAMES).saturating_mul(crate::kernel::PAGE)),
        };
        let (most, whose) =
            if kernel { (MOST_FRAMES as u64, "with a kernel") } else { (MAX_FRAMES, "without a kernel") };
        let frames = memory_bytes / crate::kernel::PAGE;
        if self.frames.is_some() && self.memory.is_some() {
            wrong(&["frames"], "\"frames\" and \"memory\" both say how much memory there is".into());
        } else if let Some(frames) = self.frames.filter(|frames| !(1..=most).contains(frames)) {
            wrong(&["frames"], format!("a memory of {frames} frames: it can have 1 to {most} {whose}"));
        } else if let Err(what) = hw::Memory::new(PhysAddr(memory_base), memory_bytes) {
            wrong(&["memory"], what);
        } else if frames > most {
            let what = format!("a memory of {frames} frames: it can have 1 to {most} {whose}");
            wrong(&["memory", "size"], what);
        }
        if !(1..=MAX_HARTS).contains(&self.harts) {
            wrong(&["harts"], format!("a machine of {} harts: it can have 1 to {MAX_HARTS}", self.harts));
        }
        for (key, cost) in self.costs.named() {
            if cost > MAX_COST {
                wrong(&["costs", key], format!("a cost of {cost} cycles: it can be 0 to {MAX_COST}"));
            }
        }
        let tlb = self.tlb.config(&mut |key, what| wrong(&["tlb", key], what));
        (problems.len() == before).then_some(hw::Config {
            paging: self.paging.0,
            memory_base: PhysAddr(memory_base),
            memory_bytes,
            ad_update: self.ad_update,
            tlb,
            harts: self.harts,
        })
    }
}

impl TlbSettings {
    fn config(&self, wrong: &mut dyn FnMut(&str, String)) -> hw::TlbConfig {
        let &Self { entries, ways, replacement, asid, seed } = self;
        let ways = ways.unwrap_or(entries).max(1);
        if entries > MAX_TLB_ENTRIES {
            wrong("entries", format!("a TLB of {entries} entries: at most {MAX_TLB_ENTRIES}"));
        } else if !entries.is_multiple_of(ways) {
            wrong("ways", format!("{ways} ways do not divide {entries} entries"));
        } else if replacement == TlbPolicy::Plru && (!ways.is_power_of_two() || ways > 64) {
            wrong("replacement", format!("the tree of plru needs 1, 2, 4 … 64 ways, and there are {ways}"));
        }
        hw::TlbConfig { entries, ways, replacement, asid, seed }
    }
}
