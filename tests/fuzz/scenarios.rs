//! Scenarios that the JSON Schema allows, most of which make sense: each is read, played, looked at from all sides and
//! drawn.

mod hints;
mod make;
mod settle;
mod world;

use crate::dice::Dice;
use crate::hunt::Kind;
use crate::tally::Tally;
use crate::{play, stories, told};
use make::Maker;
use pagewalk::plain::Plain;
use pagewalk::scenario::schema::schema;
use pagewalk::scenario::stage::Layout;
use pagewalk::story::Story;
use pagewalk::tui::model::{Model, Player, Screen};
use pagewalk::tui::render;
use serde_json::Value;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

static SCHEMA: LazyLock<Value> = LazyLock::new(schema);

/// A screen that shows one story after another: its gallery takes longer to make than a scenario to play.
pub struct Scenarios(Model);

impl Default for Scenarios {
    fn default() -> Self {
        Self(Model::new(None))
    }
}

impl Scenarios {
    /// Draws a moment in some layout, at some size.
    fn drawn(&mut self, story: Story, dice: &mut Dice<'_>) {
        let mut player = Player::new(story);
        player.arrange(dice.pick(&Layout::ALL));
        self.0.screen = Screen::Play(Box::new(player));
        let size = dice.pick(&[(80, 24), (60, 15), (120, 40), (200, 60), (37, 9), (61, 70)]);
        told::drawn(&render(&self.0, size.0, size.1), size);
    }
}

/// Goes through a story in plain mode.
fn told_in_lines(story: Story, dice: &mut Dice<'_>) {
    let lines =
        [&b"]\nall\nwhere\nq\n"[..], b"j\nj\nj\n]\n}\nk\n[\n\n", b"G\ntables sh\nframes\nh\nk\n", b"play\n"];
    let mut said = vec![];
    Plain::new(dice.pick(&lines), &mut said, false).play(Some(story)).unwrap();
}

impl Kind for Scenarios {
    const NAME: &'static str = "scenarios";
    const WORDS: usize = 256;
    const CASES: u32 = 160;
    type Case = String;

    fn make(bytes: &[u8]) -> String {
        let mut dice = Dice::new(bytes);
        let scenario = Maker::new(&SCHEMA, &mut dice).scenario();
        serde_json::to_string_pretty(&scenario).unwrap()
    }

    fn attempt(&mut self, text: &String, tally: &mut Tally) {
        // What is looked at depends on the text alone, so that a kept file is enough to see it again.
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let numbers: Vec<u8> = (0..32u64).flat_map(|at| hash(hasher.finish(), at).to_le_bytes()).collect();
        let mut dice = Dice::new(&numbers);
        let mut source = stories::source(text);
        if dice.one_in(4) && text.contains("\"variants\"") {
            source.variant = Some("v".into());
        }
        let Some(story) = play::thoroughly(source, &mut dice) else { return tally.add("not playable", 1) };
        tally.add("played", 1);
        tally.add("steps played", story.timeline.steps().len() as u64);
        match dice.one_in(2) {
            true => told_in_lines(story, &mut dice),
            false => self.drawn(story, &mut dice),
        }
    }

    fn write(text: &String, _: &[u8]) -> (&'static str, Vec<u8>) {
        ("json", text.clone().into_bytes())
    }

    fn read(_: &str, contents: Vec<u8>) -> String {
        String::from_utf8(contents).unwrap()
    }
}

fn hash(seed: u64, at: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (seed, at).hash(&mut hasher);
    hasher.finish()
}
