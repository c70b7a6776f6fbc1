//! The exercises that are built in: short enough to be written in a break, and each of them asks.

use super::binary::run;
use super::good;
use pagewalk::scenario::library::ALL;
use pagewalk::scenario::read;

#[test]
fn an_exercise_is_short_and_its_questions_have_answers() {
    let mut count = 0;
    for builtin in ALL {
        let scenario = read::read(builtin.source()).unwrap();
        if !scenario.title.starts_with("Exercise: ") {
            continue;
        }
        count += 1;
        assert!(builtin.text.lines().count() < 40, "{}", builtin.name);
        let asked: Vec<_> = scenario.steps.iter().filter_map(|step| step.ask.as_ref()).collect();
        assert!(asked.len() >= 2 && asked.iter().all(|ask| ask.answers.len() >= 3), "{}", builtin.name);
        let ran = run(["run", builtin.name]);
        let solved = good(&ran).matches("   \u{2713} ").count();
        assert_eq!(solved, asked.iter().flat_map(|ask| &ask.answers).filter(|answer| answer.right).count());
    }
    assert_eq!(count, 3);
}
