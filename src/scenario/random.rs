//! Values drawn at random for the variable of a repetition: the same ones for the same seed, on every machine.

use super::diagnostic::Problem;
use super::node::Node;
use crate::hw::SplitMix64;
use schemars::JsonSchema;
use serde::Deserialize;

/// What the variable of a repetition is drawn from, in place of the number of the round.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 2, "maxProperties" = 2))]
pub struct Random {
    /// Where the generator begins. Another seed draws other values.
    #[schemars(example = 7)]
    pub seed: u64,
    /// Draw from 0 up to, but not including, this: each number is as likely as any other.
    #[schemars(example = 8, range(min = 1))]
    pub below: Option<u64>,
    /// Or draw one of these: what is here twice comes twice as often.
    #[schemars(example = serde_json::json!([0, 1, 2]), length(min = 1))]
    pub of: Option<Vec<u64>>,
}

impl Random {
    /// The values, one a round; none, if there is nothing to draw from.
    pub fn draws(&self) -> impl Iterator<Item = u64> {
        let count = match &self.of {
            Some(values) => values.len() as u64,
            None => self.below.unwrap_or_default(),
        };
        let mut generator = SplitMix64(self.seed);
        let drawn = std::iter::repeat_with(move || generator.below(count));
        let rounds = if count == 0 { 0 } else { usize::MAX };
        drawn.take(rounds).map(|number| self.of.as_ref().map_or(number, |values| values[number as usize]))
    }

    /// What is wrong with it, written in `node`, the repetition.
    pub fn check(&self, node: &Node, problems: &mut Vec<Problem>) {
        let Some((key, written)) = node.field("random") else { return };
        let mut wrong = |place, what, help| problems.push(Problem::advice(place, what, help));
        match (self.below, &self.of) {
            (Some(0), None) => {
                wrong(written.place_of(&["below"]), "no number is below 0", "write at least 1");
            }
            (None, Some(values)) if values.is_empty() => {
                wrong(written.place_of(&["of"]), "there is nothing to draw", "list a number at least");
            }
            (Some(_), None) | (None, Some(_)) => {}
            _ => {
                let help = "write \"below\": 8 for 0 to 7, or \"of\": [0, 1, 2] for one of these";
                wrong(written.place.first_byte(), "a draw has either \"below\" or \"of\"", help);
            }
        }
        if node.get("var").is_none() {
            let what = "what is drawn has no name, so that no step can use it";
            wrong(key.place.clone(), what, "add \"var\": \"i\", and use i in the steps");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(seed: u64, below: Option<u64>, of: Option<Vec<u64>>, count: usize) -> Vec<u64> {
        Random { seed, below, of }.draws().take(count).collect()
    }

    #[test]
    fn a_seed_draws_the_same_and_another_one_others() {
        assert_eq!(drawn(7, Some(8), None, 10), drawn(7, Some(8), None, 10));
        assert_ne!(drawn(7, Some(8), None, 10), drawn(8, Some(8), None, 10));
    }

    #[test]
    fn each_number_is_as_likely_as_any_other() {
        let mut counts = [0_u32; 6];
        drawn(1, Some(6), None, 60_000).into_iter().for_each(|value| counts[value as usize] += 1);
        assert!(counts.iter().all(|count| (9_700..10_300).contains(count)), "{counts:?}");
        assert!(drawn(1, Some(u64::MAX), None, 50).iter().any(|value| *value > u64::MAX / 2));
    }

    #[test]
    fn what_is_listed_twice_comes_twice_as_often() {
        let values = drawn(3, None, Some(vec![5, 5, 900]), 30_000);
        let fives = values.iter().filter(|value| **value == 5).count();
        assert!((19_500..20_500).contains(&fives), "{fives}");
        assert!(values.iter().all(|value| [5, 900].contains(value)));
    }

    #[test]
    fn from_nothing_nothing_is_drawn() {
        assert!(drawn(1, Some(0), None, 1).is_empty() && drawn(1, None, Some(vec![]), 1).is_empty());
    }
}
