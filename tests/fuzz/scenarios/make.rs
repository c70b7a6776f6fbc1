//! From a JSON Schema to a value that it allows. Where the schema leaves too much open, [hints](super::hints) say what
//! makes sense.

use super::world::World;
use crate::dice::Dice;
use serde_json::{Map, Value, json};

/// For one value in this many, no hint is asked.
const WILD: usize = 300;

/// Makes a scenario.
pub struct Maker<'s, 'd, 'b> {
    schema: &'s Value,
    pub dice: &'d mut Dice<'b>,
    /// What is there so far.
    pub world: World,
    /// The objects around what is being made, by what they are called: those of the schema by their definitions,
    /// operations by their names.
    pub inside: Vec<&'s str>,
}

impl<'s, 'd, 'b> Maker<'s, 'd, 'b> {
    pub fn new(schema: &'s Value, dice: &'d mut Dice<'b>) -> Self {
        Self { schema, dice, world: World::default(), inside: vec![] }
    }

    pub fn scenario(mut self) -> Value {
        self.object(self.schema, "Scenario")
    }

    /// A value of a schema, which stands under a key or in a list that does.
    pub fn value(&mut self, schema: &'s Value, key: &'s str) -> Value {
        if !self.is_wild()
            && let Some(hint) = self.hint(schema, key)
        {
            return hint;
        }
        self.of_schema(schema, key)
    }

    /// Whether a value may be any that the schema allows.
    pub fn is_wild(&mut self) -> bool {
        self.dice.one_in(WILD)
    }

    pub fn of_schema(&mut self, schema: &'s Value, key: &'s str) -> Value {
        if let Some(fixed) = schema.get("const") {
            return fixed.clone();
        }
        if let Some(choices) = schema["enum"].as_array() {
            return self.dice.pick(choices);
        }
        if let Some(all) = schema["allOf"].as_array() {
            return self.of_schema(&all[0], key);
        }
        if let Some(path) = schema["$ref"].as_str() {
            let name = path.trim_start_matches("#/definitions/");
            let definition = &self.schema["definitions"][name];
            return match definition["type"] == "object" {
                true => self.defined(name),
                false => self.of_schema(definition, key),
            };
        }
        if let Some(choices) = ["anyOf", "oneOf"].iter().find_map(|word| schema[*word].as_array()) {
            let chosen = self.choose(choices);
            return self.value(chosen, key);
        }
        self.of_type(schema, key)
    }

    fn of_type(&mut self, schema: &'s Value, key: &'s str) -> Value {
        let types = &schema["type"];
        match types.as_str().or_else(|| types[0].as_str()) {
            Some("object") => {
                let name = schema["properties"]["op"]["const"].as_str().unwrap_or(key);
                self.object(schema, name)
            }
            Some("array") => {
                let (least, most) = self.length(key);
                let least = schema["minItems"].as_u64().unwrap_or(least);
                let count = self.dice.within(least..=most.max(least));
                (0..count).map(|_| self.value(&schema["items"], key)).collect()
            }
            Some("boolean") => self.dice.one_in(2).into(),
            Some("integer") => self.number(schema),
            _ => match schema["examples"].as_array() {
                Some(examples) if self.dice.one_in(4) => self.dice.pick(examples),
                _ => self.words(),
            },
        }
    }

    /// An object of a definition.
    pub fn defined(&mut self, name: &'s str) -> Value {
        self.object(&self.schema["definitions"][name], name)
    }

    /// An object, with its keys in an order in which each may rely on those before.
    fn object(&mut self, schema: &'s Value, name: &'s str) -> Value {
        self.inside.push(name);
        let mut made = Map::new();
        for (key, property) in self.wanted(schema) {
            let value = self.value(property, key);
            self.made(key, &value);
            made.insert(key.to_owned(), value);
        }
        let others = &schema["additionalProperties"];
        if others.is_object() {
            for name in self.names(self.inside.last().copied().unwrap_or_default()) {
                made.insert(name, self.value(others, ""));
            }
        }
        self.settle(name, &mut made);
        self.inside.pop();
        Value::Object(made)
    }

    /// The keys that an object gets, who acts before what is done, and steps after what they need.
    fn wanted(&mut self, schema: &'s Value) -> Vec<(&'s str, &'s Value)> {
        let Some(properties) = schema["properties"].as_object() else { return vec![] };
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut wanted: Vec<(&str, &Value)> = vec![];
        let mut others: Vec<(&str, &Value)> = vec![];
        for (key, property) in properties {
            let is_wanted = required.contains(&key.as_str()) || self.wants(key);
            if is_wanted { &mut wanted } else { &mut others }.push((key, property));
        }
        let bound = |word: &str, none: usize| schema[word].as_u64().map_or(none, |count| count as usize);
        while wanted.len() < bound("minProperties", 0) && !others.is_empty() {
            wanted.push(others.swap_remove(self.dice.below(others.len())));
        }
        while wanted.len() > bound("maxProperties", usize::MAX) {
            let free: Vec<usize> =
                (0..wanted.len()).filter(|at| !required.contains(&wanted[*at].0)).collect();
            wanted.swap_remove(self.dice.pick(&free));
        }
        let order = |key: &str| ["process", "kernel", "machine"].iter().position(|first| *first == key);
        wanted.sort_by_key(|(key, _)| (*key == "steps", order(key).unwrap_or(usize::MAX)));
        wanted
    }

    /// A number that a schema allows, in one of the ways in which it can be written.
    fn number(&mut self, schema: &Value) -> Value {
        let bound = |word: &str| schema[word].as_u64();
        let (least, most) = (bound("minimum").unwrap_or(0), bound("maximum").unwrap_or(u64::MAX));
        let number = match self.dice.below(3) {
            0 => least.saturating_add(self.dice.within(0..=8)),
            1 => self.dice.extreme(),
            _ => self.dice.number(),
        };
        self.written(number.clamp(least, most))
    }

    /// A number as it may be written.
    pub fn written(&mut self, number: u64) -> Value {
        match self.dice.below(6) {
            0 => format!("{number:#x}").into(),
            1 => number.to_string().into(),
            2 if number.is_multiple_of(1024) => format!("{}K", number / 1024).into(),
            _ => json!(number),
        }
    }

    /// Words that somebody may write: some that are hard to show.
    pub fn words(&mut self) -> Value {
        const WORDS: [&str; 12] = [
            "The heap was promised",
            "",
            "Why?",
            "\u{1b}[31m",
            "a\nb",
            "\u{202e}abc",
            "\u{7f}\u{0}",
            "\"quoted\" and \\",
            "\u{1f600}\u{301}",
            "\u{ff2a}\u{ff2b} wide",
            "0x4008",
            "a very long word that is longer than any panel is wide, and goes on and on and on and on and on and on, until \
             it has filled a line of a hundred and sixty columns",
        ];
        self.dice.pick(&WORDS).into()
    }
}
