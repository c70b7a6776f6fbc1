//! A problem for people: as a compiler shows it, with the line and the place in it marked.

use super::Problem;
use crate::scenario::Source;
use crate::scenario::printable::{one_line, printable};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

impl Problem {
    /// The whole message, in colour if asked.
    pub fn render(&self, source: &Source, colour: bool) -> String {
        self.rendered(source, if colour { Renderer::styled() } else { Renderer::plain() })
    }

    /// The whole message without colours. Of lines that have more columns than this, only what is around the marked place
    /// is shown; sentences are as long as they are.
    pub fn render_within(&self, source: &Source, columns: usize) -> String {
        self.rendered(source, Renderer::plain().term_width(columns))
    }

    fn rendered(&self, source: &Source, renderer: Renderer) -> String {
        let title = printable(&self.title());
        let level = if self.is_error() { Level::ERROR } else { Level::WARNING };
        let report = level.primary_title(title.as_str());
        let help = self.help().map(|help| printable(&help));
        let help = help.as_deref().map(|help| Group::with_title(Level::HELP.secondary_title(help)));
        let Some(place) = &self.place else {
            let name = one_line(&source.name);
            let report = report.element(Origin::path(name.as_str()));
            return renderer.render(&[report].into_iter().chain(help).collect::<Vec<_>>());
        };
        let (text, range, name) = source.locate(place);
        let (text, range) = excerpt(text, range);
        let (line, column) = source.line_column(place);
        // What replaces a character may be longer or shorter.
        let [start, end] = [range.start, range.end].map(|at| printable(&text[..at]).len());
        let (shown, name) = (printable(&text), one_line(&name));
        let label = printable(&self.label());
        let mut mark = AnnotationKind::Primary.span(start..end);
        if !label.is_empty() {
            mark = mark.label(label.as_str());
        }
        let whole = text[..range.start].chars().count() + 1 == column;
        let snippet = Snippet::source(shown.as_str()).line_start(line).annotation(mark);
        let report = match whole {
            true => report.element(snippet.path(name.as_str())),
            // The renderer counts columns from where the excerpt begins.
            false => {
                report.element(Origin::path(name.as_str()).line(line).char_column(column)).element(snippet)
            }
        };
        renderer.render(&[report].into_iter().chain(help).collect::<Vec<_>>())
    }
}

/// The line of a place and the place in it, cut down to what a terminal can show of a very long line.
fn excerpt(text: &str, range: std::ops::Range<usize>) -> (String, std::ops::Range<usize>) {
    const AROUND: usize = 1024;
    let at = text.floor_char_boundary(range.start.min(text.len()));
    let first = text.ceil_char_boundary(at.saturating_sub(AROUND));
    let last = text.floor_char_boundary(at + AROUND).max(at);
    let start = text[first..at].rfind('\n').map_or(first, |newline| first + newline + 1);
    let end = text[at..last].find('\n').map_or(last, |newline| at + newline);
    let marked = text.floor_char_boundary(range.end.min(end)).max(at);
    (text[start..end].to_owned(), at - start..marked - start)
}
