//! The registers that say how the hart goes into a trap and back: `sstatus` and `stvec`.

use super::{Decoded, Field, field};
use crate::hw::{Paging, Privilege, Sstatus};

/// The fields of `sstatus` (privileged specification, section on that register). Those that no bit of this machine is for, such
/// as the state of a floating-point unit, are told only where they are set.
pub fn sstatus(word: u64, mode: Paging) -> Decoded {
    let top = if mode.is_32_bit() { 31 } else { 63 };
    let sstatus = Sstatus(word);
    let bit = |name: &str, bit: u64, set: &str, clear: &str| {
        let at = bit.trailing_zeros();
        field(name, at, at, word, if sstatus.has(bit) { set } else { clear })
    };
    let mut fields = vec![
        bit("MXR", Sstatus::MXR, "loads may read what only X allows", "loads need R"),
        bit("SUM", Sstatus::SUM, "supervisor mode may use user pages", "no user pages in supervisor mode"),
        bit(
            "SPP",
            Sstatus::SPP,
            "sret goes to supervisor mode, where the trap came from",
            "sret goes to user mode",
        ),
        bit("SPIE", Sstatus::SPIE, "sret enables interrupts", "sret leaves interrupts disabled"),
        bit(
            "SIE",
            Sstatus::SIE,
            "interrupts are taken in supervisor mode",
            "no interrupts in supervisor mode",
        ),
    ];
    if top == 63 {
        let width = ["no width", "32 bits", "64 bits", "128 bits"][(word >> 32 & 3) as usize];
        fields.insert(0, field("UXL", 33, 32, word, format!("user mode: {width}")));
    }
    let uxl = if top == 63 { 3 << 32 } else { 0 };
    let others = word & !(Sstatus::WRITABLE | uxl);
    if others != 0 {
        fields.push(Field {
            name: "others".into(),
            bits: "rest".into(),
            value: format!("{others:#x}"),
            meaning: "fields that this machine does not have".into(),
        });
    }
    let back = match sstatus.spp() {
        Privilege::User => "user",
        Privilege::Supervisor => "supervisor",
    };
    let interrupts = if sstatus.has(Sstatus::SPIE) { "enabled" } else { "disabled" };
    let summary =
        format!("sret goes to {back} mode, with interrupts {interrupts} in supervisor mode from then on.");
    Decoded { kind: "sstatus", mode: None, value: format!("{word:#x}"), fields, summary }
}

/// The fields of `stvec`.
pub fn stvec(word: u64, mode: Paging) -> Decoded {
    let top = if mode.is_32_bit() { 31 } else { 63 };
    let base = word & !0b11;
    let (meaning, summary) = match word & 0b11 {
        0 => ("direct: all traps go to BASE", format!("All traps go to {base:#x}.")),
        1 => (
            "vectored: an interrupt goes to BASE + 4 × its code",
            format!(
                "Exceptions go to {base:#x}, and an interrupt 4 bytes further on for each number of its code."
            ),
        ),
        _ => ("reserved", "This MODE is reserved: no write can bring it there.".to_owned()),
    };
    let fields = vec![
        field("BASE", top, 2, word, format!("{base:#x}, without two low bits")),
        field("MODE", 1, 0, word, meaning),
    ];
    Decoded { kind: "stvec", mode: None, value: format!("{word:#x}"), fields, summary }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sstatus_tells_its_fields_and_what_this_machine_lacks() {
        let told = |word, mode| {
            let decoded = sstatus(word, mode);
            let fields = decoded.fields.iter().map(|field| format!("{}={}", field.name, field.value));
            fields.collect::<Vec<_>>().join(" ")
        };
        let after_trap = Sstatus::UXL_64 | Sstatus::SPIE | Sstatus::SUM;
        assert_eq!(told(after_trap, Paging::Sv39), "UXL=0x2 MXR=0x0 SUM=0x1 SPP=0x0 SPIE=0x1 SIE=0x0");
        assert_eq!(
            told(1 << 13 | 1 << 8, Paging::Sv32),
            "MXR=0x0 SUM=0x0 SPP=0x1 SPIE=0x0 SIE=0x0 others=0x2000"
        );
        assert!(sstatus(after_trap, Paging::Sv39).summary.starts_with("sret goes to user mode"));
        assert!(sstatus(!0, Paging::Sv32).summary.starts_with("sret goes to supervisor mode"));
    }

    #[test]
    fn stvec_has_a_base_and_a_mode() {
        let told = |word| stvec(word, Paging::Sv39).summary;
        assert_eq!(told(0x3f_ffff_f000), "All traps go to 0x3ffffff000.");
        assert!(told(0x201).starts_with("Exceptions go to 0x200"));
        assert!(told(0x202).contains("reserved"));
    }
}
