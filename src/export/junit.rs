//! What was tested, as JUnit's XML, which CI systems read: a suite for each scenario, in it a case for each step that
//! expects something, as it is written in the file.
//!
//! There are no times in it: the same scenarios give the same report.

use crate::scenario::diagnostic::{Located, MAX_PROBLEMS, printable};
use crate::scenario::{Problem, Step};
use crate::story::{Story, Verdict};
use crate::view::script;
use quick_xml::Writer;
use quick_xml::events::BytesText;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// A scenario that was tested.
#[derive(Debug)]
pub struct Suite {
    /// What the command line called it.
    name: String,
    cases: Vec<Case>,
}

/// A part of it.
#[derive(Debug)]
struct Case {
    name: String,
    /// What messages call the file that it is written in.
    file: String,
    line: usize,
    wrong: Option<Wrong>,
}

#[derive(Debug)]
struct Wrong {
    /// `failure` if something that is expected does not hold, `error` if the scenario cannot be used.
    element: &'static str,
    /// In one line.
    message: String,
    /// In full; but only a line each after the first problems of a suite.
    told: String,
}

/// A step as it is written, in all its rounds.
struct Rounds<'a> {
    /// The first of its steps, from 0.
    first: usize,
    /// How many expectations do not hold.
    failed: usize,
    /// The first of these.
    problems: Vec<&'a Problem>,
}

/// The case that every suite has: the scenario can be read and run.
const RUNS: &str = "it can be run";

impl Suite {
    /// A scenario that ran, and the verdicts on its steps. A step that is repeated is one case, of all its rounds.
    pub fn of(name: &str, story: &Story, verdicts: &[Verdict]) -> Self {
        let source = &story.scenario.source;
        let mut by_place: BTreeMap<_, Rounds<'_>> = BTreeMap::new();
        for Verdict { step, failed, problems } in verdicts {
            let place = story.scenario.steps[*step].node.place.order();
            let rounds =
                by_place.entry(place).or_insert(Rounds { first: *step, failed: 0, problems: vec![] });
            rounds.failed += failed;
            rounds.problems.extend(problems);
        }
        let mut cases = vec![Case { name: RUNS.into(), file: source.name.clone(), line: 1, wrong: None }];
        let mut room = MAX_PROBLEMS;
        let (mut counted, mut at, mut line) = (source.text.as_str(), 0, 1);
        for Rounds { first: step, failed, problems } in by_place.into_values() {
            let Step { op, node, .. } = &story.scenario.steps[step];
            let (text, place, file) = source.locate(&node.place);
            if !std::ptr::eq(text, counted) {
                (counted, at, line) = (text, 0, 1);
            }
            line += text[at..place.start].matches('\n').count();
            at = place.start;
            let (action, file) = (&op.action, file.into_owned());
            let (full, brief) = problems.split_at(room.min(problems.len()));
            let full = full.iter().map(|problem| problem.render(source, false) + "\n");
            let brief = brief.iter().map(|problem| format!("error: {}\n", problem.title()));
            let more = failed - problems.len();
            let more = (more > 0).then(|| format!("and {more} more that do not hold\n"));
            let told = full.chain(brief).chain(more).collect();
            room = room.saturating_sub(problems.len());
            let wrong =
                problems.first().map(|first| Wrong { element: "failure", message: first.title(), told });
            let name = format!("step {}: {}", step + 1, script::action(action));
            cases.push(Case { name, file, line, wrong });
        }
        Self { name: name.to_owned(), cases }
    }

    /// A scenario that cannot be used, and why: problem by problem, and all of it in full.
    pub fn unusable(name: &str, problems: &[Located], told: String) -> Self {
        let (line, message) = problems.first().map_or((1, ""), |first| (first.line(), first.message()));
        let wrong = Some(Wrong { element: "error", message: message.to_owned(), told });
        let case = Case { name: RUNS.into(), file: name.to_owned(), line, wrong };
        Self { name: name.to_owned(), cases: vec![case] }
    }

    fn count(&self, element: &str) -> usize {
        self.cases.iter().filter_map(|case| case.wrong.as_ref()).filter(|it| it.element == element).count()
    }
}

/// Writes the report.
pub fn write(suites: &[Suite], out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    let mut xml = Writer::new_with_indent(&mut *out, b' ', 2);
    let total = |count: &dyn Fn(&Suite) -> usize| suites.iter().map(count).sum::<usize>().to_string();
    xml.create_element("testsuites")
        .with_attribute(("name", "pagewalk"))
        .with_attribute(("tests", total(&|suite| suite.cases.len()).as_str()))
        .with_attribute(("failures", total(&|suite| suite.count("failure")).as_str()))
        .with_attribute(("errors", total(&|suite| suite.count("error")).as_str()))
        .write_inner_content(|xml| suites.iter().try_for_each(|suite| self::suite(suite, xml)))?;
    writeln!(out)
}

fn suite(suite: &Suite, xml: &mut Writer<impl Write>) -> io::Result<()> {
    xml.create_element("testsuite")
        .with_attribute(("name", attribute(&suite.name).as_str()))
        .with_attribute(("tests", suite.cases.len().to_string().as_str()))
        .with_attribute(("failures", suite.count("failure").to_string().as_str()))
        .with_attribute(("errors", suite.count("error").to_string().as_str()))
        .write_inner_content(|xml| suite.cases.iter().try_for_each(|case| self::case(suite, case, xml)))?;
    Ok(())
}

fn case(suite: &Suite, case: &Case, xml: &mut Writer<impl Write>) -> io::Result<()> {
    let element = xml
        .create_element("testcase")
        .with_attribute(("name", attribute(&case.name).as_str()))
        .with_attribute(("classname", attribute(&suite.name).as_str()))
        .with_attribute(("file", attribute(&case.file).as_str()))
        .with_attribute(("line", case.line.to_string().as_str()));
    let Some(wrong) = &case.wrong else { return element.write_empty().map(drop) };
    let tell = |xml: &mut Writer<_>| {
        xml.create_element(wrong.element)
            .with_attribute(("message", attribute(&wrong.message).as_str()))
            .with_attribute(("type", if wrong.element == "failure" { "expectation" } else { "scenario" }))
            .write_text_content(BytesText::new(&text(&wrong.told)))
            .map(drop)
    };
    element.write_inner_content(tell).map(drop)
}

/// Text that XML can hold: two characters that Unicode has, and control characters, are not allowed in it.
fn text(text: &str) -> String {
    printable(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// The same in one line.
fn attribute(text: &str) -> String {
    self::text(text).replace('\n', " ")
}
