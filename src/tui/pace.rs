//! The pace at which a story plays by itself.

use super::model::Player;
use std::time::Duration;

/// How many words of a note are read in a second, at speeds up to [`UNHURRIED`].
const WORDS: f64 = 4.0;

/// How many events a second leave time to read; faster ones hurry the reader as well.
const UNHURRIED: f64 = 2.0;

/// How fast a story plays by itself: events a second, in steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed(usize);

impl Default for Speed {
    fn default() -> Self {
        Self(2)
    }
}

impl Speed {
    const MILLISECONDS: [u64; 7] = [4_000, 2_000, 1_000, 500, 250, 125, 50];

    /// All of them, the slowest first.
    pub const ALL: [Self; 7] = [Self(0), Self(1), Self(2), Self(3), Self(4), Self(5), Self(6)];

    /// That of the guided tour, whose words matter more than its events.
    pub const TOUR: Self = Self(3);

    /// Events a second: 0.25 to 20.
    pub fn events_a_second(self) -> f64 {
        1_000.0 / Self::MILLISECONDS[self.0] as f64
    }

    /// How long an event is shown.
    pub fn interval(self) -> Duration {
        Duration::from_millis(Self::MILLISECONDS[self.0])
    }

    /// The next faster one.
    pub fn faster(self) -> Self {
        Self((self.0 + 1).min(Self::MILLISECONDS.len() - 1))
    }

    /// The next slower one.
    pub fn slower(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// In words: `2 events a second`, `an event every 4 seconds`.
    pub fn words(self) -> String {
        match Self::MILLISECONDS[self.0] {
            1_000 => "1 event a second".into(),
            fast if fast < 1_000 => format!("{} events a second", 1_000 / fast),
            slow => format!("an event every {} seconds", slow / 1_000),
        }
    }
}

/// How long the moment that is shown stays. The last event of a step stays until there was time to read the author's note,
/// which is there from the step's first event on.
pub fn interval(player: &Player) -> Duration {
    let usual = player.speed.interval();
    let story = &player.story;
    let Some(index) = story.step_index() else { return usual };
    let moments = story.timeline.moments(index);
    if story.timeline.moment() + 1 < moments.end {
        return usual;
    }
    let note = story.step().and_then(|step| step.note.as_deref()).unwrap_or_default();
    let words = note.split_whitespace().count() as f64;
    let reading =
        Duration::from_secs_f64(words / WORDS / (player.speed.events_a_second() / UNHURRIED).max(1.0));
    let shown = usual.saturating_mul(u32::try_from(moments.len().saturating_sub(1)).unwrap_or(u32::MAX));
    usual.max(reading.saturating_sub(shown))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Source;
    use crate::story::Story;

    #[test]
    fn a_long_note_is_left_long_enough_to_be_read() {
        let text = |note: &str| {
            format!(
                r#"{{ "format": 1, "title": "Notes", "programs": {{ "sh": {{}} }}, "steps": [
                    {{ "op": "spawn", "program": "sh" }}, {{ "op": "load", "at": "text" }},
                    {{ "op": "load", "at": "text", "note": "{note}" }} ] }}"#
            )
        };
        let stays = |note: &str, before_the_end: usize, speed: Speed| {
            let mut player = Player::new(Story::read(Source::new("test.json", text(note))).unwrap());
            player.speed = speed;
            player.story.timeline.seek(player.story.timeline.end() - before_the_end);
            let events = player.story.timeline.moments(2).len();
            (interval(&player).as_millis(), events as u128)
        };
        let usual = Speed::default();
        let (interval, events) = stays("short", 0, usual);
        assert_eq!(interval, 1_000);
        let long = "word ".repeat(40);
        assert_eq!(stays(&long, 0, usual).0, 10_000 - 1_000 * (events - 1), "ten seconds for the step");
        assert_eq!(stays(&long, 1, usual).0, 1_000, "only the last event waits");
        assert_eq!(
            stays(&long, 0, usual.slower()).0,
            10_000 - 2_000 * (events - 1),
            "nobody reads slower for it"
        );
        assert_eq!(stays(&long, 0, Speed::ALL[6]).0, 1_000 - 50 * (events - 1), "who hurries reads faster");
    }
}
