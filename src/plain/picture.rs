//! Panels that draw, in words: every run of a sign becomes how many there are of what the panel's own legend calls it.

use crate::view::{Line, Panel};

/// Bars of a chart, from the lowest to the highest, where no legend says what they mean.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Signs that no legend tells, as everybody knows them: what they point out follows.
const POINTERS: [char; 3] = ['▲', '┆', '⋮'];

/// What the signs of a panel mean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Legend(Vec<(char, String)>);

impl Legend {
    /// The legend that stands in a panel, as `░=promised  █=there`.
    pub fn of(panel: &Panel) -> Self {
        Self(panel.lines.iter().flat_map(|line| entries(&line.to_string())).collect())
    }

    /// A line in words; `None` for the legend itself.
    pub fn told(&self, line: &Line) -> Option<String> {
        let text = line.to_string().replace('\u{a0}', " ").replace(" · ", ", ").replace(" –", " none");
        if !entries(&text).is_empty() {
            return None;
        }
        let mut told = String::new();
        let letters: Vec<char> = text.chars().filter(|c| !POINTERS.contains(c)).collect();
        // A letter is a sign where all that follows the row's name is drawn.
        let cells = text.trim_start_matches('▶').split_once(' ').map(|(_, cells)| cells);
        let drawn = cells.is_some_and(|cells| cells.chars().all(|c| self.word(c).is_some()));
        let name =
            if drawn { letters.iter().position(|c| *c == ' ').unwrap_or_default() } else { letters.len() };
        for (at, run) in runs(&letters) {
            match self.word(run[0]).filter(|_| !run[0].is_ascii() || at > name) {
                Some(word) => told.push_str(&format!(" {} {word},", run.len())),
                // A bar is as wide as there is room for it.
                None => match BARS.iter().position(|bar| *bar == run[0]) {
                    Some(height) => told.push_str(&format!(" height {},", height + 1)),
                    None => told.extend(run),
                },
            }
        }
        let told: Vec<&str> = told.split_whitespace().collect();
        Some(told.join(" ").trim_end_matches(',').to_owned())
    }

    fn word(&self, sign: char) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == sign).map(|(_, words)| words.as_str())
    }
}

/// The runs of the same character, and where they begin.
fn runs(letters: &[char]) -> impl Iterator<Item = (usize, &[char])> {
    letters.chunk_by(|a, b| a == b).scan(0, |end, run| {
        let start = *end;
        *end += run.len();
        Some((start, run))
    })
}

/// The signs that a text explains, and how.
fn entries(text: &str) -> Vec<(char, String)> {
    let text = text.replace('\u{a0}', " ");
    let item = |item: &str| -> Vec<(char, String)> {
        let Some((signs, words)) = item.trim().split_once('=') else { return vec![] };
        let drawn = signs.chars().count() == 1 || !signs.is_empty() && signs.chars().all(|c| !c.is_ascii());
        signs.chars().filter(|_| drawn).map(|sign| (sign, words.trim().to_owned())).collect()
    };
    text.split("  ").flat_map(item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::Role;

    fn line(text: &str) -> Line {
        Line::of(Role::Plain, text)
    }

    #[test]
    fn runs_become_numbers_of_what_they_mean() {
        let panel = Panel::new("", vec![line("░=promised  █=there  ·=not there")]);
        let legend = Legend::of(&panel);
        assert_eq!(legend.told(&panel.lines[0]), None, "the legend has done its part");
        let told = |text: &str| legend.told(&line(text)).unwrap();
        assert_eq!(told("heap  3 ░░░"), "heap 3 3 promised");
        assert_eq!(told("heap  1 █··"), "heap 1 1 there, 2 not there");
        assert_eq!(told("▲ sp 0x4fe0"), "sp 0x4fe0");
        let legend = Legend::of(&Panel::new("", vec![line("·=empty  C=copy-on-write  D=written")]));
        let told = |text: &str| legend.told(&line(text)).unwrap();
        assert_eq!(told("0c0 CC·D"), "0c0 2 copy-on-write, 1 empty, 1 written");
        assert_eq!(told("level C of D"), "level C of D", "words are none");
    }

    #[test]
    fn bars_without_a_legend_have_heights() {
        let told = Legend::default().told(&line("▁▁█")).unwrap();
        assert_eq!(told, "height 1, height 8");
    }
}
