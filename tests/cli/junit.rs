//! `pagewalk test --format junit`: a report that CI systems can read, and that agrees with the text.

use super::binary::{edited, run, run_in, scratch};
use super::good;
use roxmltree::{Document, Node};
use std::fs;

/// The elements of a name under another one.
fn all<'a>(node: Node<'a, 'a>, name: &'static str) -> Vec<Node<'a, 'a>> {
    node.descendants().filter(move |node| node.has_tag_name(name)).collect()
}

fn number(node: Node<'_, '_>, name: &str) -> usize {
    node.attribute(name).unwrap_or_else(|| panic!("{node:?} has no {name}")).parse().unwrap()
}

#[test]
fn what_fails_is_told_at_the_line_of_its_step() {
    let folder = scratch("junit");
    let failing = edited("stack-overflow", "\"scause\": 15", "\"scause\": 13");
    fs::write(folder.join("failing.json"), &failing).unwrap();
    fs::write(folder.join("broken.json"), "{\n\"format\": 1,, \"<&\u{ffff}\"}").unwrap();
    let ran = run_in(
        &folder,
        ["test", "--format", "junit", "failing.json", "broken.json", "fork-exec", "?\u{1b}<"],
    );
    assert_eq!((ran.status, ran.err.as_str()), (2, "error: 2 of 4 cannot be used\n"));
    let document = Document::parse(&ran.out).expect("it is XML");
    let root = document.root_element();
    assert!(root.has_tag_name("testsuites"));
    assert_eq!((number(root, "failures"), number(root, "errors")), (1, 2));
    assert_eq!(number(root, "tests"), all(root, "testcase").len());
    let suites = all(root, "testsuite");
    let names: Vec<&str> = suites.iter().map(|suite| suite.attribute("name").unwrap()).collect();
    assert_eq!(names, ["failing.json", "broken.json", "fork-exec", "??<"]);
    for suite in &suites {
        assert_eq!(number(*suite, "tests"), all(*suite, "testcase").len());
        assert_eq!(number(*suite, "failures"), all(*suite, "failure").len());
        assert_eq!(number(*suite, "errors"), all(*suite, "error").len());
    }

    let failure = all(root, "failure")[0];
    let case = failure.parent().unwrap();
    let line = failing[..failing.find("\"scause\": 13").unwrap()].rfind("{ \"op\"").unwrap();
    let line = failing[..line].matches('\n').count() + 1;
    assert_eq!((case.attribute("file"), number(case, "line")), (Some("failing.json"), line));
    assert_eq!(failure.attribute("message"), Some("expected scause to be 13, but it is 15"));
    let text = run_in(&folder, ["test", "failing.json"]).err;
    assert_eq!(failure.text().unwrap().trim(), text.trim(), "it is told as in the text");

    let error = all(suites[1], "error")[0];
    assert_eq!(number(error.parent().unwrap(), "line"), 2);
    assert!(error.text().unwrap().contains("--> broken.json:2:13"), "{error:?}");
    assert!(error.text().unwrap().contains("1,, \"<&\u{fffd}\"}"), "what XML cannot hold is replaced");
    assert!(all(suites[3], "error")[0].attribute("message").unwrap().starts_with("there is no file"));
}

#[test]
fn a_step_that_is_repeated_is_one_case_of_all_its_rounds() {
    let folder = scratch("junit-rounds");
    let text = edited("array-walk", "\"page_faults\": \"+0\"", "\"page_faults\": \"+1\"");
    fs::write(folder.join("rounds.json"), text).unwrap();
    let ran = run_in(&folder, ["test", "--format", "junit", "rounds.json"]);
    assert_eq!((ran.status, ran.err.as_str()), (1, ""));
    let document = Document::parse(&ran.out).unwrap();
    assert_eq!(all(document.root(), "testcase").len(), 1 + 3);
    let failures = all(document.root(), "failure");
    assert_eq!(failures.len(), 1);
    let told = failures[0].text().unwrap();
    assert_eq!(told.matches("error: expected page_faults").count(), 8 * 256);
    assert!(told.contains("but it is +0 (where p = 7, i = 255)"), "each says which round it is");
}

#[test]
fn the_report_is_the_same_every_time_and_all_is_well_if_all_holds() {
    let report = || run(["test", "--format", "junit", "fork-exec", "stack-overflow"]);
    let first = report();
    assert_eq!(good(&first), report().out);
    let document = Document::parse(&first.out).unwrap();
    assert!(all(document.root(), "testcase").iter().all(|case| !case.has_children()));
}
