//! What authors get wrong in the parts of the format that have a form of their own: each mistake is told once, at its
//! place, with what to write instead.

use super::fed;

/// The problems of a scenario with this part in it, in short; and what is to be done about the last one.
fn told(part: &str) -> (String, String) {
    let scenario =
        format!("{{ \"format\": 1, \"title\": \"t\", \"programs\": {{ \"sh\": {{}} }},\n{part} }}");
    let short = fed(["check", "--format", "short", "-"], &scenario).out;
    let full = fed(["check", "-"], &scenario).err;
    let help = full.lines().rfind(|line| line.starts_with("help: ")).unwrap_or_default().to_owned();
    (short.replace("<standard input>:", ""), help)
}

/// A part of a scenario is told to have one problem, where the part has `^`.
#[track_caller]
fn mistake(part: &str, problem: &str, help: &str) {
    let column = part.chars().position(|c| c == '^').expect("a place") + 1;
    let (short, told) = told(&part.replace('^', ""));
    assert_eq!(short, format!("2:{column}: {problem}\n"), "{part}\n{told}");
    assert!(told.starts_with(help), "{told}");
}

/// A step that starts a program, with this besides.
fn spawn(with: &str) -> String {
    format!("\"steps\": [ {{ \"op\": \"spawn\", \"program\": \"sh\", {with} }} ]")
}

#[test]
fn of_a_question() {
    let ask = |answers: &str| spawn(&format!(r#""ask": {{ "question": "?", "answers": {answers} }}"#));
    let (answer, right) = (r#"{ "text": "a", "why": "b" }"#, r#"{ "text": "a", "right": true, "why": "b" }"#);
    let many = |answer: &str, count| format!("^[{}]", vec![answer; count].join(", "));
    for count in [0, 1, 7] {
        let problem = format!("error: {count} answers: a question has 2 to 6");
        mistake(&ask(&many(right, count)), &problem, "help: a question without answers");
    }
    mistake(&ask(&many(answer, 2)), "error: none of these answers is right", "help: add \"right\": true");
    let lacking = format!(r#"[{right}, ^{{ "text": "a" }}]"#);
    mistake(&ask(&lacking), "error: the key \"why\" is missing", "");
    let needed = "this must be a question, or an object with \"question\" and \"answers\"";
    mistake(&spawn("\"ask\": ^5"), &format!("error: found the number 5, but {needed}"), "");
}

#[test]
fn of_a_variant() {
    let variants = |variants: &str| format!("\"variants\": {variants}, {}", spawn("\"as\": \"a\""));
    mistake(
        &variants("{ ^\"a\": { \"kernel\": {} } }"),
        "warning: the variant \"a\" changes nothing",
        "help: give it settings, like \"kernel\": { \"fork\": \"copy\" }, or remove it",
    );
    mistake(
        &variants("{ \"a\": { ^\"fork\": \"copy\" } }"),
        "error: unknown key \"fork\"",
        "help: known here: \"summary\", \"machine\", \"kernel\"",
    );
    let many: Vec<String> =
        (0..17).map(|at| format!("\"{at}\": {{ \"machine\": {{ \"harts\": 1 }} }}")).collect();
    let problem = "error: 17 variants: a scenario has at most 16";
    mistake(&variants(&format!("^{{ {} }}", many.join(", "))), problem, "");
    let bare = "\"kernel\": \"none\", \"variants\": { \"a\": { ^\"kernel\": { \"fork\": \"copy\" } } }, \"steps\": [ { \"op\": \"load\", \"at\": 0 } ]";
    let (short, _) = told(&bare.replace('^', ""));
    let problem = "a bare machine has no kernel whose policies could be others (in the variant \"a\")";
    assert!(short.ends_with(&format!("2:{}: error: {problem}\n", bare.find('^').unwrap() + 1)), "{short}");
}

#[test]
fn of_what_is_expected_of_the_state() {
    let expect = |expect: &str| spawn(&format!("\"expect\": {{ {expect} }}"));
    mistake(
        &expect(r#""processes": [ { "name": ^"hs", "state": "ready" } ]"#),
        "error: there is no process \"hs\"",
        "help: known here: \"sh\"",
    );
    mistake(
        &expect(r#""processes": [ { "name": "sh", "state": ^"kiled" } ]"#),
        "error: unknown value \"kiled\"",
        "help: did you mean \"killed\"?",
    );
    mistake(
        &expect(r#""memory": [ { "at": "data", "process": ^"hs", "value": 0 } ]"#),
        "error: there is no process \"hs\"",
        "",
    );
    mistake(
        &expect(r#""memory": [ { "at": "^heep", "value": 0 } ]"#),
        "error: \"heep\" means nothing here",
        "help: did you mean \"heap\"?",
    );
    mistake(
        &expect(r#""tlb": [ ^{ "at": "heap" } ]"#),
        "warning: this expects nothing of the TLB",
        "help: say what must be so",
    );
    mistake(
        &expect(r#""tlb": [ { "at": "heap", "present": false, "stale": ^true } ]"#),
        "error: this can never hold: what is not in the TLB is not stale, and not up to date either",
        "help: remove this",
    );
    let bare = |expect: &str| {
        let step = format!("{{ \"op\": \"load\", \"at\": \"0x80000000\", \"expect\": {{ {expect} }} }}");
        format!("\"kernel\": \"none\", \"steps\": [ {step} ]")
    };
    let told =
        |part: &str| told(part).0.lines().filter(|line| !line.contains("\"programs\"")).collect::<String>();
    assert!(
        told(&bare(r#""processes": [ { "name": "sh", "state": "ready" } ]"#))
            .contains("a bare machine has no processes")
    );
    assert!(
        told(&bare(r#""memory": [ { "at": 0, "process": "sh", "value": 0 } ]"#))
            .contains("a bare machine has no processes")
    );
}

#[test]
fn what_is_expected_of_the_state_and_does_not_hold_is_told() {
    for (expect, told) in [
        (
            r#""processes": [ { "name": "sh", "state": ^"killed" } ]"#,
            "expected state to be killed, but it is ready",
        ),
        (r#""memory": [ { "at": "data + 8", "value": ^9 } ]"#, "expected value to be 0x9, but it is 0x8"),
        (
            r#""memory": [ { "at": "heap", "value": ^0 } ]"#,
            "expected value to be 0x0, but it is in no page that is mapped",
        ),
        (
            r#""memory": [ { "at": "heap - 4", "value": ^0 } ]"#,
            "expected value to be 0x0, but it is in no page that is mapped",
        ),
        (r#""tlb": [ { "at": "data", "present": ^true } ]"#, "expected present to be true, but it is false"),
        (
            r#""tlb": [ { "at": "data", "stale": ^false } ]"#,
            "expected stale to be false, but it is not in the TLB",
        ),
    ] {
        let part = spawn(&format!("\"expect\": {{ {expect} }}"));
        let head = "{ \"format\": 1, \"title\": \"t\", \"programs\": { \"sh\": {} },\n";
        let ran = fed(["test", "--format", "short", "-"], format!("{head}{} }}", part.replace('^', "")));
        let column = part.find('^').unwrap() + 1;
        assert_eq!(ran.out, format!("<standard input>:2:{column}: error: {told}\n"));
    }
}

#[test]
fn of_what_is_drawn() {
    let repeat = |with: &str| {
        format!(
            "\"steps\": [ {{ \"repeat\": 2, {with}, \"steps\": [ {{ \"op\": \"spawn\", \"program\": \"sh\" }} ] }} ]"
        )
    };
    let either = "error: a draw has either \"below\" or \"of\"";
    mistake(&repeat(r#""var": "i", "random": ^{ "seed": 1 }"#), either, "help: write \"below\": 8");
    mistake(&repeat(r#""var": "i", "random": ^{ "seed": 1, "below": 1, "of": [1] }"#), either, "");
    mistake(
        &repeat(r#""var": "i", "random": { "seed": 1, "below": ^0 }"#),
        "error: no number is below 0",
        "",
    );
    mistake(
        &repeat(r#""var": "i", "random": { "seed": 1, "of": ^[] }"#),
        "error: there is nothing to draw",
        "",
    );
    mistake(&repeat(r#""var": "i", "random": ^{ "below": 5 }"#), "error: the key \"seed\" is missing", "");
    let what = "error: what is drawn has no name, so that no step can use it";
    mistake(&repeat(r#"^"random": { "seed": 1, "below": 2 }"#), what, "help: add \"var\": \"i\"");
}
