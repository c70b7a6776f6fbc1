//! The format: what a file can say, as types. The reader and the JSON Schema are derived from them, so a key is added
//! here and nowhere else; those of an operation in [`crate::kernel::op`].

use super::random::Random;
use super::settings::MachineSettings;
use super::stage::{Layout, PanelName};
use super::{Ask, Course, Expect};
use crate::kernel::op::Size;
use crate::kernel::setup::Sizes;
use crate::kernel::{Action, Expr, Policies};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The version of the format that this program reads.
pub const FORMAT: u64 = 1;

/// The keys of a scenario, in the order in which they are written.
pub(super) const KEYS: [&str; 11] = [
    "$schema", "format", "title", "summary", "course", "machine", "kernel", "variants", "programs", "files",
    "steps",
];

/// A scenario of pagewalk: a machine, a kernel's policies, programs and files, and what happens.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The schema, for editors that want it. pagewalk passes it over.
    #[serde(rename = "$schema")]
    #[schemars(example = &"../assets/scenario.schema.json")]
    pub schema: Option<String>,
    /// The version of the format: 1.
    #[schemars(example = 1)]
    #[schemars(range(min = 1, max = 1))]
    pub format: u64,
    /// What the scenario is called.
    #[schemars(example = &"fork, then exec")]
    pub title: String,
    /// One sentence about it, for lists.
    #[serde(default)]
    #[schemars(example = &"Why copying at fork is work thrown away.")]
    pub summary: String,
    /// Its place in a course, for lists.
    pub course: Option<Course>,
    /// Settings of the hardware.
    #[serde(default)]
    pub machine: MachineSettings,
    /// Policies of the kernel, or `"none"` for a bare machine.
    #[serde(default)]
    pub kernel: KernelSetting,
    /// Other settings that the same story can be played under, by name: at most 16.
    #[serde(default)]
    #[schemars(extend("maxProperties" = 16))]
    pub variants: BTreeMap<String, VariantSetting>,
    /// What can be spawned and executed, by name.
    #[serde(default)]
    pub programs: BTreeMap<String, ProgramSetting>,
    /// Other files on the disk, by name.
    #[serde(default)]
    pub files: BTreeMap<String, FileSetting>,
    /// What happens, in order: chapters, repetitions and operations.
    pub steps: Vec<Item>,
}

/// `"kernel"`: policies, or `"none"`.
#[derive(Clone, Debug)]
pub enum KernelSetting {
    /// No kernel: a bare machine.
    None,
    /// A kernel with these policies.
    Policies(Policies),
}

impl Default for KernelSetting {
    fn default() -> Self {
        Self::Policies(Policies::default())
    }
}

impl KernelSetting {
    /// The policies of the kernel, if there is one.
    pub fn policies(&self) -> Option<&Policies> {
        match self {
            Self::None => None,
            Self::Policies(policies) => Some(policies),
        }
    }
}

impl Serialize for KernelSetting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_str("none"),
            Self::Policies(policies) => policies.serialize(serializer),
        }
    }
}

impl JsonSchema for KernelSetting {
    fn schema_name() -> Cow<'static, str> {
        "Kernel".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "const": "none" }, generator.subschema_for::<Policies>()] })
    }
}

impl<'de> Deserialize<'de> for KernelSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KernelVisitor)
    }
}

struct KernelVisitor;

impl<'de> Visitor<'de> for KernelVisitor {
    type Value = KernelSetting;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of policies, or \"none\"")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<KernelSetting, E> {
        match word {
            "none" => Ok(KernelSetting::None),
            _ => Err(E::invalid_value(de::Unexpected::Str(word), &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<KernelSetting, A::Error> {
        Policies::deserialize(MapAccessDeserializer::new(map)).map(KernelSetting::Policies)
    }
}

/// Settings that a story can be played under instead of its own. What they do not name stays as it is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantSetting {
    /// One sentence about it, for lists.
    #[schemars(example = &"fork copies every page that is present, as xv6 does.")]
    pub summary: Option<String>,
    /// Settings of the hardware.
    pub machine: Option<MachineSettings>,
    /// Policies of the kernel.
    pub kernel: Option<Policies>,
}

/// A file: words, or so many bytes of which each word holds its own offset.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub struct FileSetting {
    /// The bytes of the file, as a string.
    #[schemars(example = &"hello")]
    pub text: Option<String>,
    /// So many bytes, of which each word of 8 holds its own offset.
    #[schemars(example = &"10K")]
    pub size: Option<Size>,
}

/// `"programs": { NAME: … }`: the sizes of its parts, or an ELF file that has them.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProgramSetting {
    /// An ELF file beside the scenario, for RV64: its parts, with their addresses, sizes and rights, and its bytes.
    #[schemars(example = &"sum.elf")]
    pub elf: Option<String>,
    /// Bytes of instructions; 4K if it is left out.
    #[schemars(example = &"8K")]
    pub text: Option<Size>,
    /// Bytes of initialized data; 4K if it is left out.
    #[schemars(example = &"4K")]
    pub data: Option<Size>,
    /// Bytes of data that begin as zeros; none if it is left out.
    #[schemars(example = &"12K")]
    pub bss: Option<Size>,
    /// Bytes of stack at the start; 4K if it is left out.
    #[schemars(example = &"4K")]
    pub stack: Option<Size>,
    /// Bytes of heap at the start, as if the program's first instruction were an `sbrk`; 16K if it is left out.
    #[schemars(example = &"16K")]
    pub heap: Option<Size>,
}

impl ProgramSetting {
    /// The sizes, those that are left out as they are then.
    pub fn sizes(&self) -> Sizes {
        let Sizes { text, data, bss, stack, heap } = Sizes::default();
        Sizes {
            text: self.text.unwrap_or(text),
            data: self.data.unwrap_or(data),
            bss: self.bss.unwrap_or(bss),
            stack: self.stack.unwrap_or(stack),
            heap: self.heap.unwrap_or(heap),
        }
    }
}

/// An item of `steps`; its keys say which.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename = "$keyed")]
pub enum Item {
    /// An operation.
    #[serde(rename = "op")]
    Operation(Operation),
    /// A chapter.
    #[serde(rename = "chapter")]
    Chapter(Chapter),
    /// A repetition.
    #[serde(rename = "repeat")]
    Repeat(Repeat),
    /// The steps of another file.
    #[serde(rename = "include")]
    Include(Include),
}

/// The title of the steps that follow.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Chapter {
    /// The title.
    #[schemars(example = &"The first walk")]
    pub chapter: String,
    /// What the speaker says when it begins. The screen does not show it.
    #[schemars(example = &"Ask the room who has written a fork before.")]
    pub say: Option<String>,
    /// How the screen is arranged from here on, until the reader chooses.
    #[schemars(example = &"memory")]
    pub layout: Option<Layout>,
    /// The panel of that layout that is shown where not all fit, and that stands out when presenting.
    #[schemars(example = &"frames")]
    pub focus: Option<PanelName>,
}

/// Steps that are carried out again and again.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// How often.
    #[schemars(example = 4)]
    pub repeat: u64,
    /// The name by which expressions call the number of the round, from 0, or what is drawn for it.
    #[schemars(example = &"i")]
    pub var: Option<String>,
    /// Draw a value for each round, in place of its number.
    pub random: Option<Random>,
    /// What is repeated.
    pub steps: Vec<Item>,
}

/// The steps of another file of the same folder. Its programs and files are the scenario's, too.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Include {
    /// The name of the file. Where the tree is read, the file has taken its place.
    #[schemars(with = "String", description = "The name of the file.", example = &"prelude.json")]
    pub include: Prelude,
}

/// A file that scenarios include: programs, files and steps that they share.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Prelude {
    /// The schema, for editors that want it. pagewalk passes it over.
    #[serde(rename = "$schema")]
    #[schemars(example = &"../assets/scenario.schema.json#/definitions/Prelude")]
    pub schema: Option<String>,
    /// The version of the format: 1.
    #[schemars(example = 1)]
    #[schemars(range(min = 1, max = 1))]
    pub format: u64,
    /// What can be spawned and executed, by name.
    #[serde(default)]
    pub programs: BTreeMap<String, ProgramSetting>,
    /// Other files on the disk, by name.
    #[serde(default)]
    pub files: BTreeMap<String, FileSetting>,
    /// What happens where the file is included: chapters, repetitions and operations.
    pub steps: Vec<Item>,
}

/// An operation, what is said about it, and what must hold after it. The keys of the operation itself stand beside. Its
/// steps share what it says.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct Operation {
    /// Whose operation it is, by name. Without it, it is of the process of the step before.
    #[schemars(example = &"child")]
    pub process: Option<String>,
    /// The address of the instruction; unless it is said, 4 past the one before.
    #[schemars(example = &"text + 0x24")]
    pub pc: Option<Expr>,
    /// A sentence or two: why this step is here, or what is to be seen. The screen shows it.
    #[schemars(example = &"The heap was promised, not given.")]
    pub note: Option<Arc<str>>,
    /// What the speaker says here. The screen does not show it.
    #[schemars(example = &"Wait for an answer: most say that all pages are copied.")]
    pub say: Option<Arc<str>>,
    /// A question to the reader, shown before the step: a sentence, or an object with answers to choose from.
    #[schemars(example = &"How many frames does fork copy?")]
    pub ask: Option<Arc<Ask>>,
    /// What must be so after it.
    pub expect: Option<Arc<Expect>>,
    /// What is done.
    #[serde(rename = "$op")]
    #[schemars(skip)]
    pub action: Arc<Action>,
}
