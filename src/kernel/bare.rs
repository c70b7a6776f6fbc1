//! The bare machine: operations of the hardware alone. A trap is the operation's outcome. No kernel is there to answer it,
//! so the smallest handler does: it repairs nothing, and skips the instruction.

use super::Kernel;
use super::event::KernelEvent;
use super::expr::Expr;
use super::observer::Observer;
use super::op::{Action, Op};
use super::outcome::{About, OpError, Outcome, Within};
use super::system::Change;
use crate::hw::{self, Access, Csr, HartId, PhysAddr, Sstatus};
use crate::hw::{INSTRUCTION_BYTES, Request};
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
    pub satp: Option<Word>,
    /// Status.
    #[schemars(example = &"0x40000")]
    pub sstatus: Option<Word>,
    /// The trap vector.
    #[schemars(example = &"0x200")]
    pub stvec: Option<Word>,
    /// Scratch.
    #[schemars(example = 0)]
    pub sscratch: Option<Word>,
    /// The pc of the instruction that trapped.
    #[schemars(example = &"0x1000")]
    pub sepc: Option<Word>,
    /// Why it trapped.
    #[schemars(example = 15)]
    pub scause: Option<Word>,
    /// The address at fault.
    #[schemars(example = &"0x4008")]
    pub stval: Option<Word>,
}

impl CsrSetting {
    /// The registers that are named, in the order of the specification.
    pub fn named(&self) -> impl Iterator<Item = (Csr, &Word)> {
        let words =
            [&self.satp, &self.sstatus, &self.stvec, &self.sscratch, &self.sepc, &self.scause, &self.stval];
        Csr::ALL.into_iter().zip(words).filter_map(|(csr, word)| Some((csr, word.as_ref()?)))
    }
}

/// What is written to a register.
#[derive(Clone, Debug, PartialEq)]
pub enum Word {
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

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordVisitor)
    }
}

impl JsonSchema for Word {
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
    type Value = Word;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or an object of fields like { \"SUM\": true }")
    }

    fn visit_u64<E>(self, value: u64) -> Result<Word, E> {
        Ok(Word::Whole(Expr::number(value)))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Word, E> {
        Expr::parse(text).map(Word::Whole).map_err(E::custom)
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Word, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, Field>()? {
            fields.insert(name, value);
        }
        Ok(Word::Fields(fields))
    }
}

impl<O: Observer> Kernel<'_, O> {
    /// Carries out an operation of the bare machine.
    pub(super) fn bare(&mut self, op: &Op) -> Result<Outcome, OpError> {
        let hart = self.hart;
        if let Some(pc) = &op.pc {
            let pc = self.code_address(op, "pc", pc)?;
            self.set_pc(pc);
        }
        match &*op.action {
            Action::Load { at, width } => {
                let va = self.address(op, "at", at)?;
                return Ok(self.bare_access(Request { access: Access::Load, va, width: width.0, value: 0 }));
            }
            Action::Fetch { at, width } => {
                let va = self.code_address(op, "at", at)?;
                return Ok(self.bare_access(Request { access: Access::Fetch, va, width: width.0, value: 0 }));
            }
            Action::Store { at, width, value } => {
                let va = self.address(op, "at", at)?;
                let value = self.value(op, "value", value)?;
                return Ok(self.bare_access(Request { access: Access::Store, va, width: width.0, value }));
            }
            Action::Poke { pa, value, width } => {
                let (pa, value) = (self.value(op, "pa", pa)?, self.value(op, "value", value)?);
                self.poke(PhysAddr(pa), width.0, value)?;
            }
            Action::Csr(setting) => {
                if setting.named().next().is_none() {
                    let allowed = Csr::ALL.into_iter().map(|csr| csr.name().to_owned()).collect();
                    let what = "this writes no register";
                    return Err(OpError { allowed, ..OpError::new("op", About::Operation, what) });
                }
                for (csr, word) in setting.named() {
                    let value = self.csr_value(op, csr, word)?;
                    self.hardware(|machine, tap| machine.write_csr(hart, csr, value, tap));
                }
            }
            Action::Privilege { level } => {
                let privilege = *level;
                self.change(Change::Hardware(hw::Change::Privilege { hart, privilege }));
                self.hardware(|_, tap| hw::Observer::event(tap, hw::Event::PrivilegeSet { privilege }));
            }
            Action::Sfence { va, asid } => {
                let va = va.as_ref().map(|va| self.address(op, "va", va)).transpose()?;
                self.hardware(|machine, tap| machine.sfence(hart, va, *asid, tap));
            }
            Action::Hart { hart } => {
                let count = self.system.machine.harts().len();
                if *hart >= count {
                    let what = format!("there is no hart {hart}: the machine has {count} (machine.harts)");
                    return Err(OpError::new("hart", About::Operation, what));
                }
                self.change(Change::Hart(HartId(*hart)));
                self.event(KernelEvent::Hart { hart: HartId(*hart) });
            }
            other => {
                let what = format!("\"{}\" needs a kernel, and this machine has none", other.name());
                return Err(OpError::new("op", About::Operation, what));
            }
        }
        Ok(Outcome::Done)
    }

    fn bare_access(&mut self, request: Request) -> Outcome {
        let hart = self.hart;
        match self.hardware(|machine, tap| machine.execute(hart, request, tap)) {
            Ok(reached) => Outcome::Reached { pa: reached.pa, value: reached.value },
            Err(trap) => {
                // The hart's pc is `stvec` now; `sepc` still says where the instruction was.
                let next = self.system.address(trap.sepc.0.wrapping_add(INSTRUCTION_BYTES));
                self.hardware(|machine, tap| machine.sret(hart, tap));
                self.set_pc(next);
                self.event(KernelEvent::HandlerReturn { pc: next });
                Outcome::Trapped { trap, killed: false }
            }
        }
    }

    fn poke(&mut self, pa: PhysAddr, width: u64, value: u64) -> Result<(), OpError> {
        let memory = self.system.machine.memory();
        let Some(was) = memory.read(pa, width) else {
            let (first, bytes) = (memory.base(), memory.size_bytes());
            let what = format!("there is no memory at {pa}: it begins at {first} and has {bytes:#x} bytes");
            return Err(OpError::new("pa", About::Memory, what));
        };
        let value = value & (!0 >> (64 - 8 * width));
        self.change(Change::Hardware(hw::Change::Memory { pa, width, value }));
        let (value, was) = (hw::Word(value), hw::Word(was));
        self.hardware(|_, tap| hw::Observer::event(tap, hw::Event::Poke { pa, width, value, was }));
        Ok(())
    }

    fn csr_value(&self, op: &Op, csr: Csr, word: &Word) -> Result<u64, OpError> {
        let fields = match word {
            Word::Whole(expr) => return self.value(op, csr.name(), expr),
            Word::Fields(fields) => fields,
        };
        let layout = csr_fields(csr, self.system.machine.config().paging);
        let mut value = self.system.machine.hart(self.hart).csrs.read(csr).0;
        for (name, field) in fields {
            let in_field = |error| OpError { within: Within::Field(name.clone()), ..error };
            let Some((_, low, bits)) = layout.iter().find(|(known, ..)| known == name) else {
                let what = format!("{csr} has no field \"{name}\"");
                let allowed = layout.iter().map(|(name, ..)| (*name).to_owned()).collect();
                return Err(in_field(OpError::unknown(csr.name(), what, name.clone(), allowed)));
            };
            let mask = (1 << bits) - 1;
            let wanted = self.value(op, csr.name(), &field.0).map_err(in_field)?;
            if wanted > mask {
                let what = format!("{name} has {bits} bits: {wanted:#x} does not fit");
                return Err(in_field(OpError::new(csr.name(), About::Operation, what)));
            }
            value = value & !(mask << low) | wanted << low;
        }
        Ok(value)
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
