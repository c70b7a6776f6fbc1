//! What an operation writes to registers.

use super::expr::Expr;
use crate::hw::{self, Csr, Sstatus};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Registers to write: whole, or fields by name.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CsrSetting {
    /// Address translation and protection.
    #[schemars(example = &"0x8000000000080001")]
    pub satp: Option<RegisterValue>,
    /// Status.
    #[schemars(example = &"0x40000")]
    pub sstatus: Option<RegisterValue>,
    /// The trap vector.
    #[schemars(example = &"0x200")]
    pub stvec: Option<RegisterValue>,
    /// Scratch.
    #[schemars(example = 0)]
    pub sscratch: Option<RegisterValue>,
    /// The pc of the instruction that trapped.
    #[schemars(example = &"0x1000")]
    pub sepc: Option<RegisterValue>,
    /// Why it trapped.
    #[schemars(example = 15)]
    pub scause: Option<RegisterValue>,
    /// The address at fault.
    #[schemars(example = &"0x4008")]
    pub stval: Option<RegisterValue>,
}

impl CsrSetting {
    /// The registers that are named, in the order of the specification.
    pub fn named(&self) -> impl Iterator<Item = (Csr, &RegisterValue)> {
        let words =
            [&self.satp, &self.sstatus, &self.stvec, &self.sscratch, &self.sepc, &self.scause, &self.stval];
        Csr::ALL.into_iter().zip(words).filter_map(|(csr, word)| Some((csr, word.as_ref()?)))
    }
}

/// What is written to a register.
#[derive(Clone, Debug, PartialEq)]
pub enum RegisterValue {
    /// All of it.
    Whole(Expr),
    /// Some of its fields; the others stay.
    Fields(BTreeMap<String, Field>),
}

/// The value of a field: a number, or `true` and `false` for one bit.
#[derive(Clone, Debug, PartialEq)]
pub struct Field(pub Expr);

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor)
    }
}

struct FieldVisitor;

impl<'de> serde::de::Visitor<'de> for FieldVisitor {
    type Value = Field;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true, false or a number")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Field, E> {
        Ok(Field(Expr::number(value.into())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Field, E> {
        Ok(Field(Expr::number(value)))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Field, E> {
        Expr::parse(text).map(Field).map_err(E::custom)
    }
}

impl<'de> Deserialize<'de> for RegisterValue {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordVisitor)
    }
}

impl JsonSchema for RegisterValue {
    fn schema_name() -> Cow<'static, str> {
        "Word".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let whole = generator.subschema_for::<Expr>();
        let fields = [hw::Paging::Sv39, hw::Paging::Sv32].map(|paging| {
            Csr::ALL.into_iter().flat_map(move |csr| csr_fields(csr, paging)).map(|(name, ..)| name)
        });
        let names: BTreeSet<&str> = fields.into_iter().flatten().collect();
        json_schema!({
            "description": "All of a register, or fields of it by name.",
            "anyOf": [whole, {
                "type": "object",
                "propertyNames": { "enum": names },
                "additionalProperties": { "anyOf": [{ "type": "boolean" }, whole] },
            }],
        })
    }
}

struct WordVisitor;

impl<'de> serde::de::Visitor<'de> for WordVisitor {
    type Value = RegisterValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or an object of fields like { \"SUM\": true }")
    }

    fn visit_u64<E>(self, value: u64) -> Result<RegisterValue, E> {
        Ok(RegisterValue::Whole(Expr::number(value)))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<RegisterValue, E> {
        Expr::parse(text).map(RegisterValue::Whole).map_err(E::custom)
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<RegisterValue, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, Field>()? {
            fields.insert(name, value);
        }
        Ok(RegisterValue::Fields(fields))
    }
}

/// The fields of a register that have names: name, lowest bit, number of bits.
pub fn csr_fields(csr: Csr, paging: hw::Paging) -> Vec<(&'static str, u32, u32)> {
    let register_bits = if paging.is_32_bit() { 32 } else { 64 };
    match csr {
        Csr::Satp if paging.is_32_bit() => vec![("PPN", 0, 22), ("ASID", 22, 9), ("MODE", 31, 1)],
        Csr::Satp => vec![("PPN", 0, 44), ("ASID", 44, 16), ("MODE", 60, 4)],
        Csr::Sstatus => Sstatus::FIELDS.iter().map(|(name, bit)| (*name, bit.trailing_zeros(), 1)).collect(),
        Csr::Stvec => vec![("MODE", 0, 2), ("BASE", 2, register_bits - 2)],
        Csr::Scause => vec![("CODE", 0, register_bits - 1), ("INTERRUPT", register_bits - 1, 1)],
        _ => vec![],
    }
}
