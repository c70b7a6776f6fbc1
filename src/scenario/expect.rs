//! What a step expects to be so after it. Only data: whether it holds is found out where the scenario is run.

use crate::hw::Flags;
use crate::kernel::op::Width;
use crate::kernel::op::{NUMBER_PATTERN, parse_number};
use crate::kernel::{Condition, Expr, Invariant};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, IntoDeserializer, Visitor};
use std::borrow::Cow;
use std::fmt;

/// `"expect"`. Names in expressions mean what they meant before the step.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    /// The operation was done: the access reached memory, the call was answered.
    #[schemars(example = true)]
    pub ok: Option<bool>,
    /// The code of the last exception in the step, repaired or not, that was not a system call.
    #[schemars(example = 15)]
    pub scause: Option<u64>,
    /// Its address.
    #[schemars(example = &"heap + 8")]
    pub stval: Option<Expr>,
    /// Its instruction.
    #[schemars(example = &"text + 4")]
    pub sepc: Option<Expr>,
    /// The process was killed.
    #[schemars(example = true)]
    pub killed: Option<bool>,
    /// The physical address that was reached.
    #[schemars(example = &"0x80004008")]
    pub pa: Option<Expr>,
    /// What was read or written, or the answer to a call.
    #[schemars(example = &"0x41")]
    pub value: Option<Expr>,
    /// The invariant that this step is the first to break, by its name; or several.
    #[schemars(example = &"references")]
    pub breaks: Breaks,
    /// Pages, each as it must be.
    pub pages: Vec<PageExpect>,
    /// Files, each as it must be.
    pub files: Vec<FileExpect>,
    /// Processes, each in the state that it must be in.
    pub processes: Vec<ProcessExpect>,
    /// What memory must hold, looked up without an access.
    pub memory: Vec<MemoryExpect>,
    /// Pages of which the TLB must have a translation, or none.
    pub tlb: Vec<TlbExpect>,
    /// The free list begins with these frames, by their physical addresses: the one that is handed out next comes first.
    #[schemars(example = serde_json::json!(["0x8003f000", "0x8003e000"]))]
    pub free_list: Vec<Expr>,
    /// Bytes that the entries of the TLB reach.
    #[schemars(example = &"+4096")]
    #[schemars(example = &"2M")]
    pub tlb_reach: Option<Amount>,
    /// Frames that are free.
    #[schemars(example = &"+1")]
    #[schemars(example = 3)]
    pub frames_free: Option<Amount>,
    /// Frames that are in use.
    #[schemars(example = &"+1")]
    #[schemars(example = 3)]
    pub frames_used: Option<Amount>,
    /// Accesses that reached memory.
    #[schemars(example = &"+1")]
    #[schemars(example = 3)]
    pub accesses: Option<Amount>,
    /// TLB look-ups that found a translation.
    #[schemars(example = &"+1")]
    #[schemars(example = 3)]
    pub tlb_hits: Option<Amount>,
    /// TLB look-ups that found none.
    #[schemars(example = &"+1")]
    #[schemars(example = 3)]
    pub tlb_misses: Option<Amount>,
    /// Walks by the hardware.
    #[schemars(example = &"+1")]
    #[schemars(example = 3)]
    pub walks: Option<Amount>,
    /// PTEs that the walks read.
    #[schemars(example = &"+1")]
    #[schemars(example = 3)]
    pub pte_reads: Option<Amount>,
    /// Traps: system calls and faults.
    #[schemars(example = &"+1")]
    #[schemars(example = 3)]
    pub traps: Option<Amount>,
    /// Page faults.
    #[schemars(example = &"+1")]
    #[schemars(example = 3)]
    pub page_faults: Option<Amount>,
    /// Frames copied.
    #[schemars(example = &"+1")]
    #[schemars(example = 3)]
    pub frames_copied: Option<Amount>,
    /// Frames filled with zeros.
    #[schemars(example = &"+1")]
    #[schemars(example = 3)]
    pub frames_zeroed: Option<Amount>,
    /// Pages read from a file or from swap.
    #[schemars(example = &"+1")]
    #[schemars(example = 3)]
    pub page_ins: Option<Amount>,
    /// Pages written to a file or to swap.
    #[schemars(example = &"+1")]
    #[schemars(example = 3)]
    pub page_outs: Option<Amount>,
    /// Pages that lost their frame.
    #[schemars(example = &"+1")]
    #[schemars(example = 3)]
    pub evictions: Option<Amount>,
    /// Slots of swap that are taken.
    #[schemars(example = &"+1")]
    #[schemars(example = 3)]
    pub swap_used: Option<Amount>,
    /// Cycles.
    #[schemars(example = &"+1")]
    #[schemars(example = 3)]
    pub cycles: Option<Amount>,
}

/// How many counters there are.
pub const COUNTERS: usize = 17;

impl Expect {
    /// How many things it expects, each of which is looked up.
    pub fn count(&self) -> usize {
        let Self { ok, scause, stval, sepc, killed, pa, value, .. } = self;
        let own = [
            ok.is_some(),
            scause.is_some(),
            stval.is_some(),
            sepc.is_some(),
            killed.is_some(),
            pa.is_some(),
            value.is_some(),
        ];
        let Self { breaks, pages, files, processes, memory, tlb, free_list, .. } = self;
        let listed = [
            breaks.0.len(),
            pages.len(),
            files.len(),
            processes.len(),
            memory.len(),
            tlb.len(),
            free_list.len(),
        ];
        let counted = self.counters().into_iter().filter(|(_, amount)| amount.is_some()).count();
        own.into_iter().filter(|is_there| *is_there).count() + listed.into_iter().sum::<usize>() + counted
    }

    /// Its expressions, and whose names they use where that is said.
    pub fn expressions(&self) -> impl Iterator<Item = (&Expr, Option<&String>)> {
        let own = [&self.stval, &self.sepc, &self.pa, &self.value].into_iter().flatten();
        let own = own.chain(&self.free_list);
        let files = self.files.iter().flat_map(|file| [&file.at, &file.value]);
        let pages = self.pages.iter().map(|page| (&page.at, page.process.as_ref()));
        let memory = self
            .memory
            .iter()
            .flat_map(|item| [&item.at, &item.value].map(|expr| (expr, item.process.as_ref())));
        let tlb = self.tlb.iter().map(|item| (&item.at, item.process.as_ref()));
        own.chain(files).map(|expr| (expr, None)).chain(pages).chain(memory).chain(tlb)
    }

    /// What is expected of the counters, by their keys.
    pub fn counters(&self) -> [(&'static str, Option<Amount>); COUNTERS] {
        [
            ("tlb_reach", self.tlb_reach),
            ("frames_free", self.frames_free),
            ("frames_used", self.frames_used),
            ("accesses", self.accesses),
            ("tlb_hits", self.tlb_hits),
            ("tlb_misses", self.tlb_misses),
            ("walks", self.walks),
            ("pte_reads", self.pte_reads),
            ("traps", self.traps),
            ("page_faults", self.page_faults),
            ("frames_copied", self.frames_copied),
            ("frames_zeroed", self.frames_zeroed),
            ("page_ins", self.page_ins),
            ("page_outs", self.page_outs),
            ("evictions", self.evictions),
            ("swap_used", self.swap_used),
            ("cycles", self.cycles),
        ]
    }
}

/// `"references"`, or a list of such names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breaks(pub Vec<Invariant>);

impl JsonSchema for Breaks {
    fn schema_name() -> Cow<'static, str> {
        "Breaks".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<Invariant>();
        json_schema!({ "anyOf": [one, { "type": "array", "items": one }] })
    }
}

impl<'de> Deserialize<'de> for Breaks {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BreaksVisitor)
    }
}

struct BreaksVisitor;

impl<'de> Visitor<'de> for BreaksVisitor {
    type Value = Breaks;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of an invariant, or a list of names")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Breaks, E> {
        Invariant::deserialize(name.into_deserializer()).map(|one| Breaks(vec![one]))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, list: A) -> Result<Breaks, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(list)).map(Breaks)
    }
}

/// A page as it must be.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageExpect {
    /// An address in it.
    #[schemars(example = &"heap")]
    pub at: Expr,
    /// Whose; the step's process if it is left out.
    #[schemars(example = &"child")]
    pub process: Option<String>,
    /// Whether a PTE maps it.
    #[schemars(example = true)]
    pub mapped: Option<bool>,
    /// Whether it is in swap, and its PTE says in which slot.
    #[schemars(example = true)]
    pub swapped: Option<bool>,
    /// The flags of its PTE, like `"VR--U-AD"`.
    #[schemars(example = &"VR--U-AD")]
    pub flags: Option<FlagsText>,
    /// Whether it is marked copy-on-write.
    #[schemars(example = true)]
    pub cow: Option<bool>,
    /// The level of its leaf: 0 for a page of its own, 1 for a part of a megapage.
    #[schemars(example = 1)]
    pub level: Option<u32>,
    /// How many owners its frame has.
    #[schemars(example = 2)]
    pub refs: Option<u64>,
}

/// Flags as `VRWXUGAD`, a dash where one is clear.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlagsText(pub Flags);

impl JsonSchema for FlagsText {
    fn schema_name() -> Cow<'static, str> {
        "FlagsText".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[V-][R-][W-][X-][U-][G-][A-][D-]$" })
    }
}

impl<'de> Deserialize<'de> for FlagsText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let fits = |(letter, known): (char, char)| letter == known || letter == '-';
        if text.len() != 8 || !text.chars().zip("VRWXUGAD".chars()).all(fits) {
            let what =
                format!("\"{text}\" are not flags: write them like \"VRW-U-AD\", a dash where one is clear");
            return Err(de::Error::custom(what));
        }
        let bits = text.chars().enumerate().filter(|(_, letter)| *letter != '-');
        Ok(Self(Flags(bits.fold(0, |flags, (bit, _)| flags | 1 << bit))))
    }
}

/// A word of a file as it must be.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileExpect {
    /// The file's name.
    #[schemars(example = &"notes")]
    pub name: String,
    /// The byte of the file.
    #[schemars(example = &"page + 8")]
    pub at: Expr,
    /// The 8 bytes from there on; zeros for those past the end of the file.
    #[schemars(example = &"0x41")]
    pub value: Expr,
}

/// A process as it must be.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessExpect {
    /// The process's name.
    #[schemars(example = &"child")]
    pub name: String,
    /// What it must be doing.
    #[schemars(example = &"killed")]
    pub state: Condition,
}

/// What memory must hold.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemoryExpect {
    /// The address; a physical one on a bare machine.
    #[schemars(example = &"heap + 8")]
    pub at: Expr,
    /// `true`: the address is a physical one, nobody's.
    #[serde(default)]
    #[schemars(example = true)]
    pub physical: bool,
    /// Whose; the step's process if it is left out.
    #[schemars(example = &"child")]
    pub process: Option<String>,
    /// The bytes from there on, as a number.
    #[schemars(example = &"0x41")]
    pub value: Expr,
    /// How many bytes: 1, 2, 4 or 8.
    #[serde(default)]
    #[schemars(example = 8)]
    pub width: Width,
}

/// What the TLB of the hart must have of a page.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TlbExpect {
    /// A virtual address in the page.
    #[schemars(example = &"heap")]
    pub at: Expr,
    /// Whose; the step's process if it is left out.
    #[schemars(example = &"child")]
    pub process: Option<String>,
    /// Whether there is an entry that serves the address.
    #[schemars(example = true)]
    pub present: Option<bool>,
    /// Whether that entry says something else than the page tables.
    #[schemars(example = false)]
    pub stale: Option<bool>,
}

/// A counter: a total, or as `"+1"` what the step added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// The total since the start.
    Total(u64),
    /// The difference to the moment before the step.
    Change(i64),
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Total(total) => write!(f, "{total}"),
            Self::Change(change) => write!(f, "{change:+}"),
        }
    }
}

impl JsonSchema for Amount {
    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["integer", "string"], "minimum": 0, "pattern": format!("^[+-][0-9]+$|{NUMBER_PATTERN}"),
        })
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AmountVisitor)
    }
}

struct AmountVisitor;

impl Visitor<'_> for AmountVisitor {
    type Value = Amount;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a total like 3, or a difference like \"+1\"")
    }

    fn visit_u64<E>(self, total: u64) -> Result<Amount, E> {
        Ok(Amount::Total(total))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Amount, E> {
        let signed = text.starts_with(['+', '-']);
        match text.parse() {
            Ok(change) if signed => Ok(Amount::Change(change)),
            _ if !signed && parse_number(text).is_ok() => {
                parse_number(text).map(Amount::Total).map_err(E::custom)
            }
            _ => Err(E::custom(format!(
                "\"{text}\" is not an amount: write a total like 3, or a difference like \"+1\""
            ))),
        }
    }
}
