//! What keys mean together: what was made is taken down, and what cannot stand beside it goes.

use super::make::Maker;
use pagewalk::kernel::op::parse_number;
use pagewalk::scenario::stage::Layout;
use serde_json::{Map, Value};

impl Maker<'_, '_, '_> {
    /// Takes down what a key of the object around was given.
    pub fn made(&mut self, key: &str, value: &Value) {
        let (world, text) = (&mut self.world, value.as_str());
        match (&self.inside[..], key) {
            (["Scenario"], "kernel") => {
                world.bare = text == Some("none");
                world.reclaims = value["reclaim"].as_str().is_some_and(|policy| policy != "none");
                world.upper_half =
                    ["copied", "shared"].contains(&value["mapping"].as_str().unwrap_or_default());
            }
            (["Scenario"], "machine") => {
                let base = &value["memory"]["base"];
                let base = base.as_u64().or_else(|| parse_number(base.as_str()?).ok());
                world.base = base.unwrap_or(world.base) / 4096 * 4096;
                world.harts = value["harts"].as_u64().unwrap_or(1).max(1);
                world.is_32_bit = value["paging"] == "sv32";
            }
            ([.., "Repeat"], "var") => world.vars.extend(text.map(str::to_owned)),
            ([.., around], "process") if !around.ends_with("Expect") => world.acts(text.unwrap_or_default()),
            _ => {}
        }
        if self.inside.last() == Some(&"Repeat") && key == "repeat" {
            self.world.rounds += 1;
        }
    }

    /// Takes away what cannot be, and takes down what an operation does.
    pub fn settle(&mut self, name: &str, made: &mut Map<String, Value>) {
        let says = |made: &Map<String, Value>, key: &str, word: &str| {
            made.get(key).is_some_and(|value| value == word)
        };
        let is =
            |made: &Map<String, Value>, key: &str, truth: bool| made.get(key) == Some(&Value::Bool(truth));
        match name {
            "MachineSettings" if made.contains_key("memory") => drop(made.remove("frames")),
            "TlbSettings" => {
                let slots = made.get("entries").and_then(Value::as_u64).unwrap_or(8);
                if made.get("ways").and_then(Value::as_u64).is_some_and(|ways| ways > slots) {
                    made.remove("ways");
                }
            }
            "ProgramSetting" if made.contains_key("elf") => {
                made.retain(|key, _| ["elf", "stack", "heap"].contains(&key.as_str()));
            }
            "Repeat" => {
                self.world.rounds = self.world.rounds.saturating_sub(1);
                match made.contains_key("var") {
                    true => drop(self.world.vars.pop()),
                    false => drop(made.remove("random")),
                }
            }
            "Chapter" => {
                let layout = Layout::ALL.into_iter().find(|layout| says(made, "layout", layout.name()));
                let panels = layout.unwrap_or_default().panels();
                if !panels.iter().any(|panel| says(made, "focus", panel.name())) {
                    made.remove("focus");
                }
            }
            "Choice" => made["answers"][0]["right"] = true.into(),
            "Expect" => self.settle_expectation(made),
            "PageExpect" if is(made, "mapped", false) => {
                made.retain(|key, _| !["flags", "level", "cow", "refs"].contains(&key.as_str()));
            }
            "PageExpect" if is(made, "mapped", true) => drop(made.remove("swapped")),
            "TlbExpect" if is(made, "present", false) => drop(made.remove("stale")),
            "csr"
                if made
                    .keys()
                    .all(|key| ["op", "pc", "note", "say", "ask", "expect"].contains(&key.as_str())) =>
            {
                made.insert("satp".into(), 0.into());
            }
            "mmap" => {
                if !made.contains_key("file") {
                    made.remove("offset");
                }
                if self.world.rounds > 0 {
                    made.remove("as");
                }
            }
            _ => {}
        }
        let new = made.get("as").or(made.get("program")).and_then(Value::as_str).map(str::to_owned);
        let new = if name == "mmap" { new.filter(|_| made.contains_key("as")) } else { new };
        self.world.did(name, new);
    }

    /// What can never hold is an error.
    fn settle_expectation(&mut self, made: &mut Map<String, Value>) {
        if self.world.bare {
            let kernels = [
                "pages",
                "free_list",
                "breaks",
                "processes",
                "killed",
                "frames_free",
                "frames_used",
                "files",
            ];
            made.retain(|key, _| !kernels.contains(&key.as_str()));
        }
        if made.get("ok") == Some(&true.into()) {
            made.remove("killed");
        }
    }
}
