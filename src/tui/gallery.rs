//! The scenarios to choose from: the built-in ones, and that of the command line, if it is none of them. Stories that
//! were left go on where they were.

use super::model::{Player, WERE_HERE};
use crate::scenario::{Problem, Scenario, library, read};
use crate::story::Story;
use std::collections::BTreeMap;

/// The scenarios to choose from.
#[derive(Debug)]
pub struct Gallery {
    scenarios: Vec<Scenario>,
    /// Which is chosen.
    pub chosen: usize,
    /// What was left, by the numbers of the scenarios.
    left: BTreeMap<usize, Box<Player>>,
    /// The chosen scenario as it plays: its number, and its run.
    preview: Option<(usize, Box<Story>)>,
}

impl Gallery {
    /// The built-in scenarios, and `own` before them if it is no built-in as it stands. It is the chosen one.
    pub fn new(own: Option<&Scenario>) -> Self {
        let sources = library::ALL.iter().map(|builtin| read::read(builtin.source()));
        let mut scenarios: Vec<Scenario> = sources.filter_map(Result::ok).collect();
        let chosen = own.and_then(|own| {
            let same = |known: &Scenario| {
                let (known, own) = (&known.source, &own.source);
                own.sets.is_empty() && (&known.name, &known.text) == (&own.name, &own.text)
            };
            let found = scenarios.iter().position(same);
            if found.is_none() {
                scenarios.insert(0, own.clone());
            }
            found
        });
        let chosen = chosen.unwrap_or_default();
        Self { scenarios, chosen, left: BTreeMap::new(), preview: None }
    }

    /// The number of the last one, from 0.
    pub fn last(&self) -> usize {
        self.scenarios.len().saturating_sub(1)
    }

    /// They are told in this order. A file that was read again is told as it is now.
    pub fn scenarios(&self) -> impl Iterator<Item = &Scenario> {
        self.scenarios.iter().enumerate().map(|(at, scenario)| match self.left.get(&at) {
            Some(player) => &player.story.scenario,
            None => scenario,
        })
    }

    /// The chosen story: where it was left, or at its beginning; there, too, if it was seen to its end.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn open(&mut self) -> Result<Box<Player>, Vec<Problem>> {
        match self.left.remove(&self.chosen) {
            Some(mut player) => {
                if player.story.timeline.moment() == player.story.timeline.end() {
                    player.arrive(0);
                    player.message = None;
                }
                Ok(player)
            }
            None => Ok(Box::new(Player::new(Story::new(self.scenarios[self.chosen].clone())?))),
        }
    }

    /// The run of the chosen scenario, if it is played already.
    pub fn preview(&self) -> Option<&Story> {
        self.preview.as_ref().filter(|(at, _)| *at == self.chosen).map(|(_, story)| story.as_ref())
    }

    /// Time has passed: the chosen scenario goes a step on, and begins anew after its end.
    pub fn tick(&mut self) {
        match &mut self.preview {
            Some((at, story)) if *at == self.chosen => {
                let now = story.timeline.moment();
                let step = story.timeline.step_at(now + 1).filter(|_| now < story.timeline.end());
                story.timeline.seek(step.map_or(0, |step| story.timeline.after_steps(step + 1)));
            }
            _ => {
                let scenario = self.scenarios().nth(self.chosen).cloned();
                let story = scenario.and_then(|scenario| Story::new(scenario).ok());
                self.preview = story.map(|story| (self.chosen, Box::new(story)));
            }
        }
    }

    /// Whether the chosen story was left before.
    pub fn is_left(&self) -> bool {
        self.left.contains_key(&self.chosen)
    }

    /// Keeps the chosen story, which is left.
    pub fn leave(&mut self, mut player: Box<Player>) {
        player.playing = false;
        if player.story.timeline.moment() > 0 {
            player.message = Some(WERE_HERE.into());
        }
        self.left.insert(self.chosen, player);
    }

    /// The stories that were left.
    pub fn left(&self) -> impl Iterator<Item = &Player> {
        self.left.values().map(AsRef::as_ref)
    }

    /// The same, to be changed. What was previewed of them is played anew.
    pub fn left_mut(&mut self) -> impl Iterator<Item = &mut Player> {
        self.preview = None;
        self.left.values_mut().map(AsMut::as_mut)
    }
}
