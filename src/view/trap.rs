//! The trap registers, decoded.

use super::{Line, Mark, Panel, Role, Thing, decode, names, touched::Touched};
use crate::hw::{Cause, Csr, Paging, Privilege, Sstatus};
use crate::kernel::{AreaKind, PAGE};
use crate::story::Story;

/// The panel, for the hart that acts.
pub fn panel(story: &Story) -> Panel {
    let system = story.system();
    let hart = system.machine.hart(system.hart);
    let touched = Touched::of(story);
    let csrs = &hart.csrs;
    let process = system.current.and_then(|pid| system.process(pid));
    let named =
        |va| names::address_short(system, process, va).map(|name| format!("  {name}")).unwrap_or_default();
    // An empty stack's sp is the first address above it, which another area may begin at.
    let stack = process.and_then(|process| process.area(AreaKind::Stack));
    let stack_top = stack.is_some_and(|stack| stack.end == hart.sp);
    let kernel_stack = process.and_then(|process| process.kernel_stack);
    let kernel_top = kernel_stack.is_some_and(|page| page.wrapping_add(PAGE) == hart.sp);
    let sp_named = match (stack_top, kernel_top) {
        (true, _) => "  stack's top".to_owned(),
        (_, true) => "  kernel stack's top".to_owned(),
        _ => named(hart.sp),
    };
    let pc_named = named(hart.pc);
    let stval_named = match Cause::from_code(csrs.scause) {
        None | Some(Cause::UserEcall) => "no address".to_owned(),
        Some(_) => names::address_short(system, process, csrs.stval).unwrap_or_else(|| "in no area".into()),
    };
    let register = |csr: Csr, text: String, more: String| {
        let changed = touched.csr(csr);
        let line = Line::of(Role::Dim, format!("{:8}", csr.name()));
        let line = line.with(if changed { Role::Changed } else { Role::Plain }, text).with(Role::Dim, more);
        line.marked(if changed { Mark::Changed } else { Mark::None }).of_thing(Thing::Register(csr))
    };
    let fields = Sstatus::FIELDS.iter().filter(|(name, bit)| *name != "SPP" && csrs.sstatus.has(*bit));
    let set: String = fields.map(|(name, _)| format!(" {name}")).collect();
    let paging = system.machine.config().paging;
    let satp = match system.machine.geometry(system.hart) {
        Some(geometry) => {
            let root = geometry.frame_address(csrs.satp.root(paging));
            (format!("asid {} → {root}", csrs.satp.asid(paging)), String::new())
        }
        None if csrs.satp.0 == 0 => ("0".into(), "  no translation".into()),
        None => (format!("{:#x}", csrs.satp.0), "  no translation".into()),
    };
    let here = |thing: Thing, changed: bool, name: &str, text: String, more: String| {
        let line = Line::of(Role::Dim, format!("{name:8}"));
        let line = line.with(if changed { Role::Changed } else { Role::Plain }, text).with(Role::Dim, more);
        line.marked(if changed { Mark::Changed } else { Mark::None }).of_thing(thing)
    };
    let (number, cause) = scause(csrs.scause, paging);
    let mut lines = vec![
        register(Csr::Scause, number, String::new()),
        Line::of(Role::Dim, "  ").with(Role::Plain, cause).of_thing(Thing::Register(Csr::Scause)),
        register(Csr::Stval, csrs.stval.to_string(), String::new()),
        Line::of(Role::Dim, format!("{:8}", ""))
            .with(Role::Dim, stval_named)
            .of_thing(Thing::Register(Csr::Stval)),
        register(Csr::Sepc, csrs.sepc.to_string(), named(csrs.sepc)),
        register(Csr::Sstatus, format!("SPP={}", csrs.sstatus.spp()), set),
        register(Csr::Satp, satp.0, satp.1),
        here(Thing::Pc, touched.pc, "pc", hart.pc.to_string(), pc_named),
        here(Thing::Sp, touched.sp, "sp", hart.sp.to_string(), sp_named),
    ];
    if system.policies.is_none() {
        // Addresses have no names on a bare machine, and no instruction uses sp.
        lines.remove(3);
        lines.pop();
    }
    let privilege = match hart.privilege {
        Privilege::User => "user",
        Privilege::Supervisor => "supervisor",
    };
    let many = system.machine.harts().len() > 1;
    let which = if many { format!(" · hart {}", system.hart.0) } else { String::new() };
    Panel::new(format!("Registers{which} · {privilege}"), lines)
}

/// The word in `scause`, and what it means: exceptions are known by their numbers, interrupts by the highest bit.
fn scause(word: u64, paging: Paging) -> (String, String) {
    match Cause::from_code(word) {
        Some(Cause::UserEcall) => (word.to_string(), "system call (ecall)".into()),
        Some(cause) => (word.to_string(), cause.to_string()),
        None if word == 0 => (word.to_string(), "no trap so far".into()),
        None => {
            let number = if word < 64 { word.to_string() } else { format!("{word:#x}") };
            let meaning = decode::scause(word, paging).summary;
            (number, meaning.trim_end_matches('.').to_owned())
        }
    }
}
