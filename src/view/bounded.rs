//! Lines up to a bound, for what can have very many.

use super::{Line, Mark, Role, count};

/// Lines up to a bound. Past it only those with a sign are kept, so that what the event is about is never lost; the others
/// are counted, and their number stands where they would.
#[derive(Clone, Debug)]
pub struct Bounded {
    lines: Vec<Line>,
    most: usize,
    what: &'static str,
    /// Lines that were left out since the last that was kept.
    left_out: u64,
    /// All lines, kept or not.
    pub seen: usize,
    /// Not all were even counted.
    pub cut: bool,
}

impl Bounded {
    /// None yet, of at most so many; `what` one of them is: `row`.
    pub fn new(most: usize, what: &'static str) -> Self {
        Self { lines: vec![], most, what, left_out: 0, seen: 0, cut: false }
    }

    /// One more with a sign. The line is only made if it is kept.
    pub fn push(&mut self, mark: Mark, line: impl FnOnce() -> Line) {
        self.seen += 1;
        // Where tables lead in circles, the event may be about any number of lines.
        let most = if mark == Mark::None { self.most } else { 2 * self.most };
        if self.lines.len() >= most {
            self.left_out += 1;
            return;
        }
        if self.left_out > 0 {
            let text = format!("… {}", self.more());
            self.lines.push(Line::of(Role::Dim, text));
            self.left_out = 0;
        }
        self.lines.push(line().marked(mark));
    }

    /// All that were kept.
    pub fn end(mut self) -> Vec<Line> {
        if self.cut {
            let text = format!("… and at least {}", self.more());
            self.lines.push(Line::of(Role::Dim, text));
        } else if self.left_out > 0 {
            let text = format!("… and {}", self.more());
            self.lines.push(Line::of(Role::Dim, text));
        }
        self.lines
    }

    /// `312 more rows`.
    fn more(&self) -> String {
        count(self.left_out, &format!("more {}", self.what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(signs: &[Mark], cut: bool) -> Vec<String> {
        let mut bounded = Bounded::new(2, "row");
        for (at, mark) in signs.iter().enumerate() {
            bounded.push(*mark, || Line::of(Role::Plain, at.to_string()));
        }
        bounded.cut = cut;
        bounded.end().iter().map(Line::to_string).collect()
    }

    #[test]
    fn lines_past_the_bound_are_counted_and_those_with_a_sign_are_kept() {
        let mut signs = [Mark::None; 6];
        assert_eq!(told(&signs[..2], false), ["0", "1"]);
        assert_eq!(told(&signs[..3], false), ["0", "1", "… and 1 more row"]);
        assert_eq!(told(&signs, true), ["0", "1", "… and at least 4 more rows"]);
        signs[4] = Mark::Changed;
        assert_eq!(told(&signs, false), ["0", "1", "… 2 more rows", "4", "… and 1 more row"]);
    }
}
