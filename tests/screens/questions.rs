//! Questions with answers: asked before a step, answered by a letter, and solved when the step is taken.

use super::journey::{Journey, journey, of};
use insta::assert_snapshot;

const ASK: &str = include_str!("../good/ask.json");

fn asked(keys: &str) -> Journey {
    of(ASK, keys)
}

#[test]
fn a_letter_chooses_an_answer_while_the_question_is_open() {
    let mut screen = asked("Down");
    screen.shows("How many frames has it so far?");
    screen.shows("c  Two.");
    screen.shows("a\u{2026}f answer");
    assert_snapshot!("question-80x24", screen.screen(80, 24));
    screen = screen.then("b");
    screen.shows("\u{2717} b is not right. Not before the first touch.");
    assert_snapshot!("question-wrong-120x40", screen.screen(120, 40));
    screen = screen.then("d");
    screen.shows("\u{2717} b is not right.");
    screen = screen.then("a");
    screen.shows("\u{2713} a is right. It was promised, not given");
    assert_snapshot!("question-right-80x24", screen.screen(80, 24));
    screen = screen.then("Right");
    screen.shows_no("is right");
    screen.shows("\u{2713} a, None. It was promised, not given");
    screen = screen.then("Left");
    screen.shows("\u{2713} a is right.");
}

#[test]
fn the_step_tells_all_right_answers_and_the_next_question_follows() {
    let mut screen = asked("Down*2");
    screen.shows("\u{2713} a, None. It was promised");
    screen.shows("Which of these hold?");
    assert_snapshot!("question-after-question-80x24", screen.screen(80, 24));
    screen.screen(60, 15);
    screen = screen.then("Down");
    screen.shows("\u{2713} a, It faults. Each page");
    screen.shows("\u{2713} b, It reads zero. A frame");
    screen.shows("Before you go on: And now?");
    screen.shows_no("a\u{2026}f answer");
}

#[test]
fn without_answers_letters_are_what_they_always_are() {
    let before = journey("stale-tlb", "Down*5").screen(80, 24);
    assert_eq!(journey("stale-tlb", "Down*5 a b f").screen(80, 24), before);
}
