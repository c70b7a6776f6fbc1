//! Where a scenario has its place in a course: the part, what it answers, how long it takes and what to know before.

use super::diagnostic::Problem;
use super::node::Node;
use super::source::Place;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The most minutes that a scenario may take: a lecture.
pub const MAX_MINUTES: u64 = 90;

/// A scenario's place in a course. Lists group scenarios that follow one another by their part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// The part of the course that it belongs to.
    #[schemars(example = &"The walk", length(min = 1))]
    pub part: String,
    /// The question that it answers: one sentence, with a question mark.
    #[schemars(example = &"How does the hardware find a page?", regex(pattern = r"\?$"))]
    pub question: String,
    /// How long it takes a student who thinks about each question, in minutes: 1 to 90.
    #[schemars(example = 5, range(min = 1, max = 90))]
    pub minutes: u64,
    /// The scenarios to know before, by the names that the command line takes.
    #[serde(default)]
    #[schemars(example = &["build-a-table"])]
    pub after: Vec<String>,
}

impl Course {
    /// What is wrong with it, written in `root`, the scenario, but for what is said at the places of `broken`.
    pub fn check(&self, root: &Node, broken: &[Place], problems: &mut Vec<Problem>) {
        let mut wrong = |key, what: &str, help: String| {
            let place = root.place_of(&["course", key]);
            if !place.is_among(broken) {
                problems.push(Problem::advice(place, what, help));
            }
        };
        if self.part.trim().is_empty() {
            wrong("part", "this part of the course has no name", "give it one, like \"The walk\"".into());
        }
        if !self.question.ends_with('?') {
            wrong("question", "this is no question", "end it with a question mark".into());
        }
        if !(1..=MAX_MINUTES).contains(&self.minutes) {
            let what = format!("{} minutes are no time for a scenario", self.minutes);
            wrong("minutes", &what, format!("write 1 to {MAX_MINUTES}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{library::ALL, read};

    fn courses() -> Vec<(&'static str, Course)> {
        let course = |builtin: &crate::scenario::library::Builtin| {
            let scenario = read::read(builtin.source()).expect("a built-in is a good scenario");
            (builtin.name, scenario.course.unwrap_or_else(|| panic!("{} has no course", builtin.name)))
        };
        ALL.iter().map(course).collect()
    }

    #[test]
    fn what_is_to_be_known_before_a_built_in_comes_before_it() {
        let courses = courses();
        for (at, (name, course)) in courses.iter().enumerate() {
            for before in &course.after {
                let is_before = courses[..at].iter().any(|(other, _)| other == before);
                assert!(is_before, "{name} says {before}, which does not come before it");
            }
        }
        let beginnings = courses.iter().filter(|(_, course)| course.after.is_empty()).count();
        assert!(beginnings < 4, "{beginnings} built-ins need nothing before them");
    }

    #[test]
    fn the_parts_of_the_course_are_not_mixed() {
        let mut parts: Vec<String> = courses().into_iter().map(|(_, course)| course.part).collect();
        parts.dedup();
        let met = parts.len();
        parts.sort();
        parts.dedup();
        assert_eq!(parts.len(), met, "a part comes back after another one: {parts:?}");
    }
}
