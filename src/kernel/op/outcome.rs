//! How an operation ended, or why it could not be carried out.

use crate::hw::{PhysAddr, Trap, Word};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::fmt;
use std::ops::Range;

/// How an operation ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// An access reached memory, after faults or without.
    Reached {
        /// The physical address of its first byte.
        pa: PhysAddr,
        /// What was read or written.
        value: u64,
    },
    /// An access ended in a trap that nobody repaired.
    Trapped {
        /// The trap.
        trap: Trap,
        /// The process was killed.
        killed: bool,
    },
    /// A system call was answered.
    Answer {
        /// With this.
        value: u64,
    },
    /// A system call was answered with -1.
    Refused {
        /// Why.
        why: String,
    },
    /// The process has ended itself.
    Ended,
    /// It was done, and there is no more to say.
    Done,
    /// It was not done, as its process had ended.
    Skipped,
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let ok = !matches!(self, Self::Trapped { .. } | Self::Refused { .. } | Self::Skipped);
        map.serialize_entry("ok", &ok)?;
        match self {
            Self::Reached { pa, value } => {
                map.serialize_entry("pa", pa)?;
                map.serialize_entry("value", &Word(*value))?;
            }
            Self::Trapped { trap, killed } => {
                map.serialize_entry("scause", &trap.cause.code())?;
                map.serialize_entry("stval", &trap.stval)?;
                map.serialize_entry("sepc", &trap.sepc)?;
                map.serialize_entry("cause", &trap.cause)?;
                map.serialize_entry("killed", killed)?;
            }
            Self::Answer { value } => map.serialize_entry("value", &Word(*value))?,
            Self::Refused { why } => map.serialize_entry("error", why)?,
            Self::Skipped => map.serialize_entry("skipped", &true)?,
            Self::Ended | Self::Done => {}
        }
        map.end()
    }
}

/// An operation that cannot be carried out: the scenario's mistake, not the process's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpError {
    /// The key whose value is at fault.
    pub key: &'static str,
    /// What of that value.
    pub within: Within,
    /// What the mistake is about.
    pub about: About,
    /// What is wrong with it.
    pub what: String,
    /// What could stand there instead.
    pub allowed: Vec<String>,
}

/// What of a value is at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Within {
    /// All of it.
    Value,
    /// These bytes of an expression.
    Part(Range<usize>),
    /// These bytes of an expression that is this item of a list, from 0.
    Item(usize, Range<usize>),
    /// This field of an object.
    Field(String),
}

/// What an operation's mistake is about. One mistake may be the consequence of another one about the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// Nothing has this name.
    Name(String),
    /// No process is there yet.
    NoProcess,
    /// There is not so much memory, or none at this address.
    Memory,
    /// The operation itself.
    Operation,
}

impl fmt::Display for OpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl OpError {
    pub(in crate::kernel) fn new(key: &'static str, about: About, what: impl Into<String>) -> Self {
        Self { key, within: Within::Value, about, what: what.into(), allowed: vec![] }
    }

    pub(in crate::kernel) fn unknown(
        key: &'static str,
        what: String,
        name: String,
        allowed: Vec<String>,
    ) -> Self {
        Self { allowed, ..Self::new(key, About::Name(name), what) }
    }

    /// There is no such thing as a key names: `process`, `program` or `file`.
    pub(in crate::kernel) fn no_such(key: &'static str, name: &str, allowed: Vec<String>) -> Self {
        Self::unknown(key, format!("there is no {key} \"{name}\""), name.to_owned(), allowed)
    }
}
