//! From items to steps: included files are joined in and repetitions unrolled, as far as the limit of steps allows.

use super::diagnostic::Problem;
use super::document::{Include, Item, Operation, Repeat};
use super::node::{Node, Value};
use super::random::Random;
use super::source::Place;
use super::{Chapter, Step};
use crate::kernel::Op;
use std::sync::Arc;

/// The most steps that a scenario may have, `repeat` unrolled. Chapters count as steps do.
pub const MAX_STEPS: u64 = 100_000;

/// The most that the steps of a scenario may expect, `repeat` unrolled.
pub const MAX_EXPECTATIONS: usize = 500_000;

/// The chapters and the steps of a scenario.
#[derive(Debug, Default)]
pub struct Script {
    /// Its chapters, in order. Steps before the first chapter belong to one without a title.
    pub chapters: Vec<Chapter>,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// Unrolls a list of items. `list` is where they are written, item by item; the steps in which one of the places of
/// `broken` lies are left out. Each step takes the node of its operation along, out of the list: a copy of the whole text
/// would be as large as all the rest.
pub fn expand(items: &[Item], list: &mut Node, broken: &[Place], problems: &mut Vec<Problem>) -> Script {
    let mut total = Total::default();
    let parts = parts(items, list, broken, &mut total, problems);
    let mut script = Script::default();
    unroll(&parts, &Arc::default(), &mut script);
    problems.extend(too_much_expected(&script.steps));
    script
}

/// That the steps expect more than they may, at the first that does.
fn too_much_expected(steps: &[Step]) -> Option<Problem> {
    let mut room = MAX_EXPECTATIONS;
    let expecting = steps.iter().filter_map(|step| Some((step, step.expect.as_ref()?)));
    for (step, expect) in expecting {
        match room.checked_sub(expect.count()) {
            Some(rest) => room = rest,
            None => {
                let what = format!(
                    "the steps up to this one have more than {MAX_EXPECTATIONS} expectations, repetitions unrolled"
                );
                let help = "expect less of each round, or repeat less often";
                return Some(Problem::advice(step.node.place_of_key("expect"), what, help));
            }
        }
    }
    None
}

/// The steps and chapters so far, repetitions unrolled.
#[derive(Default)]
struct Total {
    steps: u64,
    /// That they are too many has been told. From then on nothing is repeated.
    is_told: bool,
}

impl Total {
    /// Counts one more, and tells if it is one too many. Whether there is room for it.
    fn has_room_for(&mut self, node: &Node, problems: &mut Vec<Problem>) -> bool {
        self.steps += 1;
        if self.steps > MAX_STEPS && !self.is_told {
            let what = format!("this is step {}: a scenario has at most {MAX_STEPS}", self.steps);
            problems.push(Problem::other(node.place.first_byte(), what));
            self.is_told = true;
        }
        self.steps <= MAX_STEPS
    }
}

/// An item, ready to be unrolled.
enum Part {
    Chapter(Chapter),
    Step(Step),
    Repeat { rounds: u64, var: Option<Arc<str>>, random: Option<Random>, parts: Vec<Part> },
}

impl Part {
    fn has_steps(&self) -> bool {
        match self {
            Self::Chapter(_) => false,
            Self::Step(_) => true,
            Self::Repeat { parts, .. } => parts.iter().any(Self::has_steps),
        }
    }
}

/// Makes parts of items. `total` counts the steps that they unroll to.
fn parts(
    items: &[Item],
    list: &mut Node,
    broken: &[Place],
    total: &mut Total,
    problems: &mut Vec<Problem>,
) -> Vec<Part> {
    let mut parts = Vec::with_capacity(items.len());
    for (item, node) in items.iter().zip(list.items_mut()) {
        let is_broken = |node: &Node| node.place.is_among(broken);
        match item {
            Item::Operation(_) if is_broken(node) => {}
            Item::Chapter(chapter) if total.has_room_for(node, problems) => {
                let say = chapter.say.as_deref().map(Arc::from);
                let title = chapter.chapter.as_str().into();
                let (layout, focus) = (chapter.layout, chapter.focus);
                parts.push(Part::Chapter(Chapter { title, say, layout, focus }));
            }
            Item::Operation(operation) if total.has_room_for(node, problems) => {
                parts.push(Part::Step(step(operation, node)));
            }
            Item::Chapter(_) | Item::Operation(_) => {}
            Item::Repeat(repeat) => parts.extend(repetition(repeat, node, broken, total, problems)),
            Item::Include(Include { include }) => {
                if let Some(inner) = node.get_mut("include").and_then(|file| file.get_mut("steps")) {
                    parts.extend(self::parts(&include.steps, inner, broken, total, problems));
                }
            }
        }
    }
    parts
}

/// A repetition; `None` if nothing comes of it, however often.
fn repetition(
    repeat: &Repeat,
    node: &mut Node,
    broken: &[Place],
    total: &mut Total,
    problems: &mut Vec<Problem>,
) -> Option<Part> {
    let before = total.steps;
    let inner = node.get_mut("steps")?;
    let parts = parts(&repeat.steps, inner, broken, total, problems);
    let body = total.steps - before;
    let number = node.get("repeat").unwrap_or(node);
    let lost = number.place.is_among(broken);
    let rounds = match repeat.repeat {
        // The number could not be read: what is repeated is worth a look all the same.
        _ if lost || total.is_told => 1,
        // Chapters alone need no more than one round.
        rounds if !parts.iter().any(Part::has_steps) => rounds.min(1),
        rounds if rounds.saturating_mul(body).saturating_add(before) > MAX_STEPS => {
            problems.push(too_long(number, rounds, body, before));
            total.is_told = true;
            1
        }
        rounds => rounds,
    };
    total.steps = before.saturating_add(rounds.saturating_mul(body));
    (rounds > 0 && !parts.is_empty()).then(|| Part::Repeat {
        rounds,
        var: repeat.var.as_deref().map(Arc::from),
        random: repeat.random.clone(),
        parts,
    })
}

fn too_long(number: &Node, rounds: u64, body: u64, before: u64) -> Problem {
    let steps = if body == 1 { "1 step".to_owned() } else { format!("{body} steps") };
    let what =
        format!("{rounds} rounds of {steps}: a scenario has at most {MAX_STEPS} steps, repetitions unrolled");
    let most = MAX_STEPS.saturating_sub(before) / body;
    Problem::advice(number.place.clone(), what, format!("at most {most} rounds are possible here"))
}

fn step(operation: &Operation, node: &mut Node) -> Step {
    let gone = Node { place: node.place.clone(), value: Value::Lost };
    Step {
        op: Op {
            process: operation.process.clone(),
            pc: operation.pc.clone(),
            vars: Arc::default(),
            action: operation.action.clone(),
        },
        chapter: 0,
        note: operation.note.clone(),
        say: operation.say.clone(),
        ask: operation.ask.clone(),
        expect: operation.expect.clone(),
        node: Arc::new(std::mem::replace(node, gone)),
    }
}

fn unroll(parts: &[Part], vars: &Arc<Vec<(Arc<str>, u64)>>, script: &mut Script) {
    for part in parts {
        match part {
            Part::Chapter(chapter) => script.chapters.push(chapter.clone()),
            Part::Step(step) => {
                if script.chapters.is_empty() {
                    script.chapters.push(Chapter::default());
                }
                let mut step = Step { chapter: script.chapters.len() - 1, ..step.clone() };
                step.op.vars = vars.clone();
                script.steps.push(step);
            }
            Part::Repeat { rounds, var, random, parts } => {
                let mut drawn = random.as_ref().map(Random::draws);
                for round in 0..*rounds {
                    let value = drawn.as_mut().and_then(Iterator::next).unwrap_or(round);
                    let vars = match var {
                        Some(var) => Arc::new([vars.as_slice(), &[(var.clone(), value)]].concat()),
                        None => vars.clone(),
                    };
                    unroll(parts, &vars, script);
                }
            }
        }
    }
}
