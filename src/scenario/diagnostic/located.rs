//! Problems for other programs: one a line for editors, or as data, `pagewalk-problem/1`.

use super::{Problem, Severity};
use crate::scenario::Source;
use crate::scenario::printable::one_line;
use serde::Serialize;

/// A problem, its place in lines and columns. What it is called here is what the data call it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Located {
    /// The form of this object.
    format: &'static str,
    /// How bad it is: `"error"` or `"warning"`.
    severity: &'static str,
    /// A path as it was given, the name of a built-in, `<standard input>`, or `--set`.
    file: String,
    /// Where it begins; nowhere if it is about the file as a whole.
    #[serde(flatten)]
    span: Span,
    /// What is wrong.
    message: String,
    /// What to write instead, where that is known.
    help: Option<String>,
}

/// Lines and columns, both from 1, columns in characters. The end is the first column that does not belong to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Span {
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
}

const FORMAT: &str = "pagewalk-problem/1";

impl Located {
    /// A problem of a source.
    pub fn of(problem: &Problem, source: &Source) -> Self {
        let (file, span) = match &problem.place {
            Some(place) => {
                let [(line, column), (end_line, end_column)] = source.span(place);
                let [line, column, end_line, end_column] = [line, column, end_line, end_column].map(Some);
                (source.locate(place).2, Span { line, column, end_line, end_column })
            }
            None => (source.name.as_str().into(), Span::default()),
        };
        let (message, help) = (problem.title(), problem.help());
        let severity = problem.severity.name();
        Self { format: FORMAT, severity, file: file.into_owned(), span, message, help }
    }

    /// A problem with a file as a whole.
    pub fn whole(file: &str, message: impl Into<String>) -> Self {
        let (file, message, span) = (file.to_owned(), message.into(), Span::default());
        Self { format: FORMAT, severity: Severity::Error.name(), file, span, message, help: None }
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The line that it begins in; the first one if it is about the file as a whole.
    pub fn line(&self) -> usize {
        self.span.line.unwrap_or(1)
    }

    /// `file:line:column: error: message`, without what a terminal would obey.
    pub fn short(&self) -> String {
        let column = self.span.column.unwrap_or(1);
        let (file, line) = (&self.file, self.line());
        one_line(&format!("{file}:{line}:{column}: {}: {}", self.severity, self.message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Place;

    #[test]
    fn a_place_has_its_lines_and_columns_in_characters() {
        let source = Source::new("a.json", "{\n  \"\u{e4}\": 1,\n  2 }");
        let problem = Problem::other(Place::Text(4..14), "this\nis \u{1b}wrong");
        let located = Located::of(&problem, &source);
        assert_eq!(located.short(), "a.json:2:3: error: this is ?wrong");
        let expected = serde_json::json!({
            "format": "pagewalk-problem/1", "severity": "error", "file": "a.json",
            "line": 2, "column": 3, "end_line": 3, "end_column": 2,
            "message": "this\nis \u{1b}wrong", "help": null,
        });
        assert_eq!(serde_json::json!(located), expected);
    }

    #[test]
    fn a_problem_without_a_place_is_about_the_file() {
        let located = Located::whole("a.json", "it is gone");
        assert_eq!(located.short(), "a.json:1:1: error: it is gone");
        assert_eq!(serde_json::json!(located)["line"], serde_json::Value::Null);
    }
}
