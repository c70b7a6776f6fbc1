//! `decode` and `geometry`: numbers taken apart, without a scenario.

use super::load::Failure;
use super::output::output;
use crate::export::json;
use crate::hw::{Geometry, Paging};
use crate::view::decode;
use clap::ValueEnum;
use std::io::Write;

/// What a number is.
#[derive(Clone, Copy, ValueEnum)]
pub enum Kind {
    /// A page-table entry.
    Pte,
    /// A virtual address.
    Va,
    /// The register satp.
    Satp,
    /// The register scause.
    Scause,
    /// The register sstatus.
    Sstatus,
}

/// A paging mode of the specification.
#[derive(Clone, Copy, Default, ValueEnum)]
pub enum ModeName {
    /// Two levels, 32 bits.
    Sv32,
    /// Three levels, 39 bits.
    #[default]
    Sv39,
    /// Four levels, 48 bits.
    Sv48,
    /// Five levels, 57 bits.
    Sv57,
}

/// How to print it.
#[derive(Clone, Copy, Default, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// Takes a number apart.
pub fn decode(kind: Kind, value: u64, mode: ModeName, format: Format) -> Result<(), Failure> {
    let (paging, geometry) = match mode {
        ModeName::Sv32 => (Paging::Sv32, Geometry::SV32),
        ModeName::Sv39 => (Paging::Sv39, Geometry::SV39),
        ModeName::Sv48 => (Paging::Sv48, Geometry::SV48),
        ModeName::Sv57 => (Paging::Sv57, Geometry::SV57),
    };
    if paging.is_32_bit() && value >> 32 != 0 {
        return Err(Failure::Use(format!("{value:#x} has more than 32 bits, and this is sv32")));
    }
    let decoded = match kind {
        Kind::Pte => decode::pte(value, paging, &geometry),
        Kind::Va => decode::va(value, paging, &geometry),
        Kind::Satp => decode::satp(value, paging),
        Kind::Scause => decode::scause(value, paging),
        Kind::Sstatus => decode::sstatus(value, paging),
    };
    let mut out = output();
    match format {
        Format::Json => json::line(&decoded, &mut out)?,
        Format::Text => {
            let mode = decoded.mode.map(|mode| format!(" ({mode})")).unwrap_or_default();
            writeln!(out, "{} {}{mode}", decoded.kind, decoded.value)?;
            for field in &decoded.fields {
                writeln!(out, "  {:9} {:>6}  {:18} {}", field.name, field.bits, field.value, field.meaning)?;
            }
            writeln!(out, "{}", decoded.summary)?;
        }
    }
    Ok(out.flush()?)
}

/// Reads a number of bits.
pub fn parse_bits(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| "write a number of bits, like 39".into())
}

/// Says what a geometry comes to.
pub fn geometry(va_bits: u32, page: u64, pte: u64, format: Format) -> Result<(), Failure> {
    let shape = decode::shape(&Geometry::described(va_bits, page, pte).map_err(Failure::Use)?);
    let mut out = output();
    match format {
        Format::Json => json::line(&shape, &mut out)?,
        Format::Text => {
            for line in shape.lines() {
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(out.flush()?)
}
