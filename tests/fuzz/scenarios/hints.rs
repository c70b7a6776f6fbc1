//! What makes sense where the schema allows more: names that are there, addresses near areas, sizes that fit into little
//! memory.

use super::make::Maker;
use serde_json::{Value, json};

/// Addresses that a program may use, and that every process has.
const OWN: [&str; 6] = ["heap", "heap", "heap", "data", "stack", "brk - page"];

/// Addresses at which an access may kill.
const OTHERS: [&str; 7] = ["text", "sp", "brk", "guard", "trampoline", "trapframe", "stack_top"];

/// How likely operations and other items are with a kernel.
const WITH_KERNEL: [(&str, usize); 21] = [
    ("store", 12),
    ("load", 10),
    ("touch", 5),
    ("fork", 5),
    ("mmap", 5),
    ("munmap", 8),
    ("sbrk", 4),
    ("push", 3),
    ("read", 3),
    ("write", 3),
    ("exec", 2),
    ("exit", 2),
    ("vfork", 2),
    ("spawn", 2),
    ("fetch", 2),
    ("msync", 5),
    ("accessed", 2),
    ("tick", 3),
    ("getpid", 1),
    ("switch", 2),
    ("Chapter", 2),
];

/// The same without one.
const BARE: [(&str, usize); 9] = [
    ("poke", 12),
    ("load", 8),
    ("store", 8),
    ("csr", 8),
    ("fetch", 3),
    ("privilege", 3),
    ("sfence", 3),
    ("hart", 2),
    ("Chapter", 1),
];

/// What an item of a list of steps is called: its operation, or its definition.
fn item(schema: &Value) -> &str {
    let definition = || schema["$ref"].as_str().unwrap_or_default().trim_start_matches("#/definitions/");
    schema["properties"]["op"]["const"].as_str().unwrap_or_else(definition)
}

impl<'s> Maker<'s, '_, '_> {
    /// What is around: the name of the object that a key stands in.
    fn around(&self) -> &'s str {
        self.inside.last().copied().unwrap_or_default()
    }

    /// One of some schemas: of items, one that can be carried out now.
    pub fn choose(&mut self, choices: &'s [Value]) -> &'s Value {
        let is_item = choices.iter().any(|choice| item(choice) == "spawn");
        if !is_item || self.is_wild() {
            return &choices[self.dice.below(choices.len())];
        }
        let has_no_actor = !self.world.bare && self.world.actors().is_empty();
        let likely = match self.world.bare {
            true => &BARE[..],
            false if has_no_actor => &[("spawn", 1)],
            false => &WITH_KERNEL,
        };
        let has_mappings = self.world.actor().is_some_and(|process| !process.mappings.is_empty());
        let fits = |name: &str| match name {
            "vfork" => self.world.rounds == 0,
            "munmap" | "msync" => has_mappings,
            _ => true,
        };
        let mut names: Vec<&str> = likely
            .iter()
            .filter(|(name, _)| fits(name))
            .flat_map(|(name, share)| vec![*name; *share])
            .collect();
        if self.world.rounds < 2 && !has_no_actor {
            names.extend(["Repeat"; 3]);
        }
        let name = self.dice.pick(&names);
        choices.iter().find(|choice| item(choice) == name).expect("every item is one of the choices")
    }

    /// Whether an object gets a key that it can do without.
    pub fn wants(&mut self, key: &str) -> bool {
        let bare = self.world.bare;
        let rarely = match (self.around(), key) {
            ("Scenario", "programs") if !bare => return true,
            ("Scenario", "kernel" | "machine") => return !self.dice.one_in(4),
            ("MachineSettings", "memory") if bare => 2,
            ("MachineSettings", "frames") => 2,
            ("Scenario", _) => 5,
            (_, "process") if bare => return false,
            (around, "process") if !around.ends_with("Expect") && !self.world.has_actor() => return true,
            ("Expect", _) => 14,
            ("Policies", "bug" | "superpages") => 12,
            ("Policies", "reclaim" | "swap") => 2,
            ("mmap", "as" | "prot") => return !self.dice.one_in(4),
            ("ProgramSetting", "elf") => 12,
            (_, "note" | "say" | "ask") => 12,
            (_, "expect") => 5,
            (_, "pc") => 8,
            ("csr", _) => 4,
            _ => 3,
        };
        self.dice.one_in(rarely)
    }

    /// How many items a list has: at least and at most.
    pub fn length(&self, key: &str) -> (u64, u64) {
        match (self.around(), key) {
            ("Scenario", "steps") => (1, 18),
            (_, "steps") => (1, 3),
            ("touch", _) => (0, 6),
            ("Choice", _) => (2, 3),
            _ => (0, 2),
        }
    }

    /// The names in an object that may have any.
    pub fn names(&mut self, object: &str) -> Vec<String> {
        let (known, least) = match object {
            "programs" => (["sh", "ls"], 1),
            "files" => (["notes", "lib"], 0),
            _ => (["v", "w"], 1),
        };
        let count = least + self.dice.below(3 - least);
        let names: Vec<String> = known.iter().take(count).map(|name| (*name).to_owned()).collect();
        match object {
            "programs" => self.world.programs = names.clone(),
            "files" => self.world.files = names.clone(),
            _ => {}
        }
        names
    }

    /// A value that makes sense; `None` where any value does that the schema allows.
    pub fn hint(&mut self, schema: &Value, key: &str) -> Option<Value> {
        let pages = |maker: &mut Self, most: u64| {
            let bytes = maker.dice.within(0..=most) * 4096 + maker.dice.pick(&[0, 0, 0, 1, 2048]);
            maker.written(bytes)
        };
        Some(match (self.around(), key) {
            ("Scenario", "kernel") if self.dice.one_in(4) => "none".into(),
            ("Scenario", "kernel") => self.defined("Policies"),
            ("MachineSettings", "paging") => self.paging(),
            ("MachineSettings", "frames") => match self.dice.below(24) {
                0 if !self.world.bare => 1100.into(),
                1..=16 if self.world.reclaims => self.dice.within(18..=26).into(),
                1..=8 => self.dice.within(20..=34).into(),
                _ => self.dice.within(40..=80).into(),
            },
            ("MachineSettings", "harts") => self.dice.within(1..=3).into(),
            ("MemorySettings", "base") => self.dice.pick(&[json!("0x80000000"), json!(0), json!("1G")]),
            ("MemorySettings", "size") => self.dice.pick(&["128K", "256K", "1M"]).into(),
            ("TlbSettings", "entries") => self.dice.pick(&[0, 1, 2, 4, 8, 16, 64]).into(),
            ("TlbSettings", "ways") => self.dice.pick(&[1, 2, 4, 8]).into(),
            ("Costs", _) => self.dice.within(0..=1_000_000_000).into(),
            ("Policies", "swap") => pages(self, 16),
            ("Policies", "stack_limit") => pages(self, 8),
            ("Policies", "mapping") if self.world.is_32_bit => self.dice.pick(&["none", "own"]).into(),
            ("ProgramSetting", "elf") => "sum.elf".into(),
            ("ProgramSetting", "heap") => (4096 * self.dice.within(3..=8)).into(),
            ("ProgramSetting", "text" | "data" | "bss" | "stack") => pages(self, 3),
            ("FileSetting", "size") => pages(self, 3),
            ("Repeat", "repeat") => self.dice.within(1..=4).into(),
            ("Repeat", "var") => self.world.fresh("i").into(),
            ("Random", "below") => self.dice.within(1..=9).into(),
            ("Random", "of") if schema["type"] != "array" => self.dice.within(0..=9).into(),
            (_, "include") => "prelude.json".into(),
            ("Course", "question") => "Why?".into(),
            ("Course", "after") if schema["type"] != "array" => "swap".into(),
            ("spawn" | "exec", "program") => self.one_of(&self.world.programs.clone()),
            (_, "process") | ("ProcessExpect", "name") => self.one_of(&self.world.actors()),
            ("spawn" | "fork" | "vfork", "as") => self.world.fresh("p").into(),
            ("mmap", "prot") => self.dice.pick(&["rw", "rw", "rw", "r", "rx", "rwx"]).into(),
            ("mmap", "as") => self.world.fresh("m").into(),
            ("mmap" | "read" | "write", "file") | ("FileExpect", "name") => {
                let known = [&self.world.files[..], &self.world.programs].concat();
                self.one_of(&known)
            }
            ("push", "times") => self.dice.within(1..=4).into(),
            ("hart", "hart") => (self.dice.within(0..=self.world.harts - 1)).into(),
            ("sfence", "asid") => self.dice.within(0..=3).into(),
            ("csr", name) => self.register(name)?,
            ("Expect", "scause") => self.dice.pick(&[1, 5, 7, 12, 13, 15]).into(),
            ("PageExpect", "flags") => {
                self.dice.pick(&["VRW-U-AD", "VR--U-A-", "V--XU-A-", "VR-XU---"]).into()
            }
            ("PageExpect", "level" | "refs") => self.dice.within(1..=2).into(),
            ("Expect", _)
                if schema["pattern"].as_str().is_some_and(|pattern| pattern.starts_with("^[+-]")) =>
            {
                match self.dice.one_in(4) {
                    true => self.dice.within(0..=64).into(),
                    false => format!("+{}", self.dice.below(9)).into(),
                }
            }
            (_, "width") => self.dice.pick(&[8, 1, 2, 4]).into(),
            _ if schema["$ref"] == "#/definitions/Expr" => self.expression(key),
            _ if schema["allOf"][0]["$ref"] == "#/definitions/Expr" => self.expression(key),
            _ => return None,
        })
    }

    fn one_of(&mut self, names: &[String]) -> Value {
        if names.is_empty() { "sh".into() } else { self.dice.pick(names).into() }
    }

    fn paging(&mut self) -> Value {
        let described =
            [(16, 1024, 4), (15, 32, 2), (39, 4096, 8), (32, 256, 2), (57, 65536, 8), (20, 16, 8)];
        match self.world.bare {
            true if self.dice.one_in(4) => {
                let (va_bits, page, pte) = self.dice.pick(&described);
                json!({ "va_bits": va_bits, "page": page, "pte": pte })
            }
            true => self.dice.pick(&["sv39", "sv32", "bare", "sv48", "sv57"]).into(),
            false if self.world.upper_half => self.dice.pick(&["sv39", "sv48", "sv57"]).into(),
            false => self.dice.pick(&["sv39", "sv32", "sv48", "sv57"]).into(),
        }
    }

    /// What a register of a bare machine gets.
    fn register(&mut self, name: &str) -> Option<Value> {
        let root = self.world.base / 4096 + self.dice.within(0..=4);
        let flag = |maker: &mut Self| maker.dice.one_in(2);
        Some(match name {
            "satp" if self.world.is_32_bit => json!({ "MODE": flag(self), "PPN": root }),
            "satp" => {
                let mode = self.dice.pick(&[8, 8, 8, 0, 9, 10]);
                json!({ "MODE": mode, "ASID": self.dice.within(0..=3), "PPN": root })
            }
            "sstatus" => json!({ "SUM": flag(self), "MXR": flag(self), "SPP": flag(self) }),
            "stvec" | "sscratch" | "sepc" | "scause" | "stval" => self.dice.extreme().into(),
            _ => return None,
        })
    }

    /// An expression for a key: an address, a length, an offset or a value.
    fn expression(&mut self, key: &str) -> Value {
        match (self.around(), key) {
            (_, "pa" | "free_list") => self.physical().into(),
            ("poke", "value") => {
                let (page, flags) =
                    (self.dice.within(0..=8), self.dice.pick(&[0xcf, 0xdf, 1, 0x4b, 0x5f, 0, 0x17]));
                format!("{:#x} * 1024 + {flags:#x}", self.world.base / 4096 + page).into()
            }
            ("touch", "pages") => match self.world.vars.last() {
                Some(var) if self.dice.one_in(3) => var.clone().into(),
                _ => self.dice.within(0..=6).into(),
            },
            (_, "value") => self.dice.extreme().into(),
            ("sbrk", _) => self.dice.pick(&["8K", "-4096", "page", "1", "-2*page", "0", "64K"]).into(),
            ("push", _) => self.dice.within(0..=3000).into(),
            (_, "length") => self.dice.pick(&["page", "2*page", "8", "1", "3*page + 1", "0", "4095"]).into(),
            (_, "offset") => self.dice.pick(&["0", "page", "8", "2*page", "4096"]).into(),
            (_, "pc" | "sepc") if !self.world.bare => format!("text + {}", self.dice.below(64) * 2).into(),
            ("FileExpect", "at") => self.dice.within(0..=8192).into(),
            _ => self.address().into(),
        }
    }

    fn physical(&mut self) -> String {
        let (page, entry) = (self.dice.below(8), self.dice.below(512));
        let var = self.world.vars.last().filter(|_| entry % 2 == 1).map(|var| format!(" + {var}*8"));
        format!("{:#x} + {page}*4096 + {entry}*8{}", self.world.base, var.unwrap_or_default())
    }

    /// A virtual address: mostly one that the process may use.
    fn address(&mut self) -> String {
        if self.dice.one_in(60) {
            return self.dice.extreme().to_string();
        }
        let page = self.world.vars.last().map(|var| format!(" + {var}*page")).unwrap_or_default();
        let after =
            self.dice.pick(&["", " + 8", &page, " + page", &page, " + 2*page + 16", " - 8", " + 4095"]);
        if self.world.bare {
            let start = self.dice.pick(&[0, 0x1000, 0x4000, 0x20_0000, 0x4000_0000, self.world.base]);
            return format!("{start:#x}{after}");
        }
        // What reaches over an edge is rare.
        let inside = if self.dice.one_in(8) { after } else { self.dice.pick(&["", " + 8", " + 16"]) };
        let mappings = self.world.actor().map(|process| process.mappings.clone()).unwrap_or_default();
        let needs_mapping = ["munmap", "msync"].contains(&self.around());
        let has_mapping = !mappings.is_empty() && (needs_mapping || self.dice.one_in(2));
        match self.around() {
            "fetch" if !self.dice.one_in(8) => "text + 8".into(),
            _ if self.dice.one_in(20) => format!("{}{after}", self.dice.pick(&OTHERS)),
            _ if has_mapping && needs_mapping => {
                format!("{}{}", self.dice.pick(&mappings), self.dice.pick(&["", "", " + page"]))
            }
            _ if has_mapping => format!("{}{inside}", self.dice.pick(&mappings)),
            _ => match self.dice.pick(&OWN) {
                "heap" if inside.len() < 6 => {
                    format!("heap{}{inside}", self.dice.pick(&["", " + page", &page, &page]))
                }
                other => format!("{other}{inside}"),
            },
        }
    }
}
