//! Numbers taken apart: each field of a PTE, an address or a register, with its bits and what they mean.

mod status;

pub use status::{sstatus, stvec};

use super::{bytes, grouped};
use crate::hw::{Cause, Flags, Geometry, Mode, Paging, Pte, Satp, VirtAddr};
use serde::Serialize;

/// A number and its fields.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decoded {
    /// What was decoded: `pte`, `va`, or the name of the register.
    pub kind: &'static str,
    /// The paging mode it was read under, or that it selects; none where no mode has a say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// The number, as hexadecimal.
    pub value: String,
    /// From the highest bit down.
    pub fields: Vec<Field>,
    /// What it comes to, in a sentence.
    pub summary: String,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Field {
    /// Its name in the specification.
    pub name: String,
    /// Its bits, `53:10` or `7`.
    pub bits: String,
    /// What is in it, as hexadecimal.
    pub value: String,
    /// What that means.
    pub meaning: String,
}

fn field(name: impl Into<String>, high: u32, low: u32, number: u64, meaning: impl Into<String>) -> Field {
    let bits = if high == low { low.to_string() } else { format!("{high}:{low}") };
    let value = number >> low & (u64::MAX >> (63 - (high - low)));
    Field { name: name.into(), bits, value: format!("{value:#x}"), meaning: meaning.into() }
}

/// The fields of a PTE.
pub fn pte(word: u64, mode: Paging, geometry: &Geometry) -> Decoded {
    let pte = Pte(word);
    let top = geometry.pte_bytes as u32 * 8 - 1;
    let ppn_top = 9 + geometry.ppn_bits;
    let mut fields = vec![];
    if top == 63 {
        let meaning = |bits: u64, what: &str| match bits {
            0 => "clear, as it must be".to_owned(),
            _ => format!("set: a page fault on a machine without {what}"),
        };
        fields.push(field("N", 63, 63, word, meaning(word >> 63, "Svnapot")));
        fields.push(field("PBMT", 62, 61, word, meaning(word >> 61 & 3, "Svpbmt")));
        let reserved = meaning(word << 3 >> (ppn_top + 4), "a later extension");
        fields.push(field("reserved", 60, ppn_top + 1, word, reserved));
    }
    let target = geometry.frame_address(pte.ppn(geometry));
    fields.push(field("PPN", ppn_top, 10, word, format!("physical address {target}")));
    fields.push(field("RSW", 9, 8, word, "for the kernel; this one sets bit 8 for copy-on-write"));
    let flags = [
        ("D", Flags::D, "written since it was last cleared", "not written since it was last cleared"),
        ("A", Flags::A, "accessed since it was last cleared", "not accessed since it was last cleared"),
        ("G", Flags::G, "in every address space", "in its own address space only"),
        ("U", Flags::U, "user mode may use it", "user mode may not use it"),
        ("X", Flags::X, "instructions may be fetched", "no instructions may be fetched"),
        ("W", Flags::W, "may be written", "may not be written"),
        ("R", Flags::R, "may be read", "may not be read"),
        ("V", Flags::V, "valid", "not valid"),
    ];
    for (bit, (name, flag, set, clear)) in (0..8).rev().zip(flags) {
        let meaning = match (pte.flags().has(flag), name) {
            (true, "D" | "A" | "U") if pte.is_pointer() => "reserved in a pointer, and must be clear",
            (false, "D" | "A" | "U") if pte.is_pointer() => "reserved in a pointer",
            (false, "R" | "W" | "X") if pte.is_pointer() => {
                "R, W and X are clear: a pointer to the next table"
            }
            (true, _) => set,
            (false, _) => clear,
        };
        fields.push(field(name, bit, bit, word, meaning));
    }
    let flags = pte.flags();
    let summary = if !flags.has(Flags::V) {
        "Not valid: a page fault for every access; the other bits mean nothing.".to_owned()
    } else if flags.has(Flags::W) && !flags.has(Flags::R) {
        "W without R is a reserved encoding: a page fault for every access.".to_owned()
    } else if pte.reserved(geometry) != 0 {
        "Reserved bits are set: a page fault for every access.".to_owned()
    } else if pte.is_pointer() {
        match flags.any(Flags::D | Flags::A | Flags::U) {
            true => {
                "A pointer with D, A or U set, which is reserved: a page fault for every access.".to_owned()
            }
            false => format!("A pointer to the next table, at {target}."),
        }
    } else {
        format!("A leaf, {flags}: the page is at {target}.")
    };
    Decoded { kind: "pte", mode: Some(mode.name().into()), value: format!("{word:#x}"), fields, summary }
}

/// The parts of a virtual address.
pub fn va(word: u64, mode: Paging, geometry: &Geometry) -> Decoded {
    let va = VirtAddr(word);
    let canonical = geometry.is_canonical(va);
    let mut fields = vec![];
    if geometry.va_bits < 64 {
        let rule = match geometry.sign_extended {
            true => format!("copies of bit {}", geometry.va_bits - 1),
            false => "zeros".to_owned(),
        };
        let meaning = if canonical { rule } else { format!("wrong: they must be {rule}") };
        fields.push(field("extension", 63, geometry.va_bits, word, meaning));
    }
    for level in (0..geometry.levels).rev() {
        let low = geometry.page_bits + geometry.index_bits * level;
        let high = low + geometry.index_bits_at(level) - 1;
        let index = geometry.index(va, level);
        let at = index * geometry.pte_bytes;
        let meaning = format!("entry {index}, byte {at:#x} of the table");
        fields.push(field(format!("VPN[{level}]"), high, low, word, meaning));
    }
    let meaning = format!("byte {} of the page", geometry.offset(va));
    fields.push(field("offset", geometry.page_bits - 1, 0, word, meaning));
    let summary = match canonical {
        true => format!("Page {}, byte {:#x}.", geometry.vpn(va), geometry.offset(va)),
        false => "Not a valid address of this mode: a page fault for every access.".into(),
    };
    Decoded { kind: "va", mode: Some(mode.name().into()), value: va.to_string(), fields, summary }
}

/// The fields of `satp`.
pub fn satp(word: u64, mode: Paging) -> Decoded {
    let satp = Satp(word);
    let selected = satp.mode(mode);
    let (mode_bits, asid_bits, ppn_top) =
        if mode.is_32_bit() { ((31, 31), (30, 22), 21) } else { ((63, 60), (59, 44), 43) };
    let meaning = match selected {
        Some(Mode::Bare) => "no translation".to_owned(),
        Some(Mode::Paged(geometry)) => {
            format!("{} levels, {}-bit addresses", geometry.levels, geometry.va_bits)
        }
        None => "not supported by this machine: a write of it has no effect".to_owned(),
    };
    let root = satp.root(mode).0 << 12;
    let fields = vec![
        field("MODE", mode_bits.0, mode_bits.1, word, meaning),
        field("ASID", asid_bits.0, asid_bits.1, word, format!("address space {}", satp.asid(mode))),
        field("PPN", ppn_top, 0, word, format!("the root table is at {root:#x}")),
    ];
    let summary = match selected {
        Some(Mode::Bare) => "Translation is off.".into(),
        Some(Mode::Paged(_)) => {
            format!("Address space {} with its root table at {root:#x}.", satp.asid(mode))
        }
        None => format!("This MODE does not exist on a machine with {}.", mode.name()),
    };
    // What it selects counts, not what else the machine has.
    let selects = |paging: &Paging| match selected {
        Some(Mode::Bare) => *paging == Paging::Bare,
        Some(Mode::Paged(geometry)) => paging.geometry() == Some(geometry),
        None => *paging == mode,
    };
    let mode = Paging::SPECIFIED.into_iter().find(selects).map(|paging| paging.name().into());
    Decoded { kind: "satp", mode, value: format!("{word:#x}"), fields, summary }
}

/// The fields of `scause`.
pub fn scause(word: u64, mode: Paging) -> Decoded {
    let top = if mode.is_32_bit() { 31 } else { 63 };
    let interrupt = word >> top & 1 == 1;
    let code = word & !(1 << top);
    let name = match (interrupt, code) {
        (true, 1) => "supervisor software interrupt".to_owned(),
        (true, 5) => "supervisor timer interrupt".to_owned(),
        (true, 9) => "supervisor external interrupt".to_owned(),
        (true, _) => "an interrupt that is not standard".to_owned(),
        (false, code) => exception(code),
    };
    let fields = vec![
        field("Interrupt", top, top, word, if interrupt { "an interrupt" } else { "an exception" }),
        field("Code", top - 1, 0, word, name.clone()),
    ];
    Decoded { kind: "scause", mode: None, value: format!("{word:#x}"), fields, summary: format!("{name}.") }
}

/// The names of the exception codes (privileged specification, table of supervisor cause values).
fn exception(code: u64) -> String {
    match (Cause::from_code(code), code) {
        (Some(cause), _) => cause.to_string(),
        (None, 0) => "instruction address misaligned".into(),
        (None, 2) => "illegal instruction".into(),
        (None, 3) => "breakpoint".into(),
        (None, 4) => "load address misaligned".into(),
        (None, 6) => "store/AMO address misaligned".into(),
        (None, 9) => "environment call from S-mode".into(),
        (None, 18) => "software check".into(),
        (None, 19) => "hardware error".into(),
        (None, 24..=31 | 48..=63) => "designated for custom use".into(),
        (None, _) => "reserved".into(),
    }
}

/// What a geometry comes to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shape {
    /// Bits of a virtual address.
    pub va_bits: u32,
    /// Bytes of a page.
    pub page_bytes: u64,
    /// Bytes of a PTE.
    pub pte_bytes: u64,
    /// Bits of the page offset.
    pub offset_bits: u32,
    /// Bits of the index at each level, the root's first.
    pub index_bits: Vec<u32>,
    /// How many levels.
    pub levels: u32,
    /// Entries of a table that fills a page.
    pub entries_per_table: u64,
    /// Pages of the address space.
    pub pages: u64,
    /// Bytes of one flat table for all of them.
    pub flat_table_bytes: u64,
    /// Bytes of the tables that a single mapped page needs.
    pub least_table_bytes: u64,
}

/// What a geometry comes to.
pub fn shape(geometry: &Geometry) -> Shape {
    let pages = 1u64 << (geometry.va_bits - geometry.page_bits);
    Shape {
        va_bits: geometry.va_bits,
        page_bytes: geometry.page_bytes(),
        pte_bytes: geometry.pte_bytes,
        offset_bits: geometry.page_bits,
        index_bits: (0..geometry.levels).rev().map(|level| geometry.index_bits_at(level)).collect(),
        levels: geometry.levels,
        entries_per_table: geometry.page_bytes() / geometry.pte_bytes,
        pages,
        flat_table_bytes: pages * geometry.pte_bytes,
        least_table_bytes: geometry.page_bytes() * u64::from(geometry.levels),
    }
}

impl Shape {
    /// That the root has more entries than addresses have a use for, if that is so.
    fn root(&self) -> String {
        let used = self.index_bits.first().map_or(0, |bits| 1u64 << bits);
        match (used < self.entries_per_table, self.levels) {
            (false, _) => String::new(),
            (true, 1) => format!("; {} of them are used", grouped(used)),
            (true, _) => format!("; the root's first {} are used", grouped(used)),
        }
    }

    /// The same as lines for people.
    pub fn lines(&self) -> Vec<String> {
        let bits: Vec<String> = self.index_bits.iter().map(u32::to_string).collect();
        vec![
            format!(
                "{} bits of address = {} + {} bits of offset",
                self.va_bits,
                bits.join(" + "),
                self.offset_bits
            ),
            format!(
                "{} of page tables, {} entries of {} bytes in each{}",
                super::count(self.levels.into(), "level"),
                grouped(self.entries_per_table),
                self.pte_bytes,
                self.root()
            ),
            format!("{} pages of {}", grouped(self.pages), bytes(self.page_bytes)),
            format!("a flat table would take {} for every process", bytes(self.flat_table_bytes)),
            format!("a process with one page takes {} of tables", bytes(self.least_table_bytes)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_a_pte_cover_every_bit_once() {
        for (mode, geometry) in [(Paging::Sv39, Geometry::SV39), (Paging::Sv32, Geometry::SV32)] {
            let decoded = pte(0x21fd_b0d7, mode, &geometry);
            let bits: u32 = decoded.fields.iter().map(|field| width(&field.bits)).sum();
            assert_eq!(u64::from(bits), geometry.pte_bytes * 8);
            assert_eq!(decoded.summary, "A leaf, VRW-U-AD: the page is at 0x87f6c000.");
        }
    }

    fn width(bits: &str) -> u32 {
        match bits.split_once(':') {
            Some((high, low)) => high.parse::<u32>().unwrap() - low.parse::<u32>().unwrap() + 1,
            None => 1,
        }
    }

    #[test]
    fn reserved_bits_are_named_and_end_the_walk() {
        for bit in 54..64 {
            let decoded = pte(0x21fd_b0d7 | 1 << bit, Paging::Sv39, &Geometry::SV39);
            assert_eq!(decoded.summary, "Reserved bits are set: a page fault for every access.", "bit {bit}");
            let set = decoded.fields.iter().filter(|field| field.meaning.starts_with("set")).count();
            assert_eq!(set, 1, "bit {bit}");
        }
    }

    #[test]
    fn an_address_that_is_not_canonical_says_so() {
        assert!(va(1 << 38, Paging::Sv39, &Geometry::SV39).summary.starts_with("Not a valid address"));
        assert_eq!(va(0x4008, Paging::Sv39, &Geometry::SV39).summary, "Page 0x4, byte 0x8.");
    }

    #[test]
    fn sv39_has_512_entries_a_table_and_a_flat_table_of_a_gibibyte() {
        let shape = shape(&Geometry::described(39, 4096, 8).unwrap());
        assert_eq!(
            (shape.levels, shape.entries_per_table, shape.index_bits.clone()),
            (3, 512, vec![9, 9, 9])
        );
        assert_eq!(shape.flat_table_bytes, 1 << 30);
        assert!(shape.lines()[3].contains("1 GiB"));
    }
}
