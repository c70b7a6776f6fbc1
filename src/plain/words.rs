//! Signs as words: what a screen reader would spell, skip or stumble over.

use crate::view::{Line, Mark};

/// Signs in sentences, and what is read instead.
const PROSE: [(&str, &str); 8] = [
    ("✓ ", "right: "),
    ("✗ ", "fault: "),
    (" → ", " to "),
    ("→ ", "to "),
    ("→", " to "),
    (" ← ", " gets "),
    (" · ", ", "),
    ("…", "..."),
];

/// Signs that mean something else in panels than in sentences.
const FIRST: [(&str, &str); 4] =
    [("✓ ", "ok "), ("  ·  ", "  none  "), ("TLB miss → ", "TLB miss: "), ("TLB hit → ", "TLB hit: ")];

/// Signs in panels. Cells can stand side by side without a space; a point in the middle is an empty one.
const CELLS: [(&str, &str); 9] = [
    ("◆", " changed "),
    ("▶", " here "),
    ("≠", "stale "),
    ("✓", "right"),
    ("✗", "fault"),
    ("×", "times"),
    ("·", "."),
    ("–", " to "),
    ("—", "none"),
];

/// The word for the sign in front of a line; nothing for a line without one.
pub fn sign(mark: Mark) -> &'static str {
    match mark {
        Mark::None => "",
        Mark::Here => "here",
        Mark::Changed => "changed",
        Mark::Fault => "fault",
        Mark::Stale => "stale",
    }
}

/// A sentence.
pub fn prose(text: &str) -> String {
    replaced(text, &PROSE)
}

/// A line of a panel. The branches of a tree are told as a depth, from 1.
pub fn cells(line: &Line) -> String {
    let text = line.to_string().replace('\u{a0}', " ");
    let inside = text.trim_start_matches(is_branch);
    let branches = &text[..text.len() - inside.len()];
    // Of several arrows each leads to the next thing of a list.
    let list = inside.matches('→').count() > 1 && !inside.contains(" → ");
    let inside = if list { inside.replace('→', ", ") } else { inside.to_owned() };
    let told = replaced(&replaced(&replaced(&inside, &FIRST), &PROSE), &CELLS);
    // A list that goes on in the next line.
    let told = told.trim().trim_end_matches(',');
    match branches.contains(['├', '└']) {
        true => format!("depth {}: {told}", branches.chars().count() / 2),
        false => told.to_owned(),
    }
}

/// A title or a sentence, with something at its end that closes it.
pub fn closed(text: &str) -> String {
    let text = text.trim();
    let end = if text.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{text}{end}")
}

/// Whether it draws a tree, or is a space before that.
fn is_branch(c: char) -> bool {
    matches!(c, ' ' | '│' | '├' | '└' | '─')
}

fn replaced(text: &str, signs: &[(&str, &str)]) -> String {
    signs.iter().fold(text.to_owned(), |text, (sign, words)| text.replace(sign, words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::Role;

    #[test]
    fn signs_become_words() {
        assert_eq!(prose("store heap + 8 ← 0x41 · child"), "store heap + 8 gets 0x41, child");
        assert_eq!(prose("✗ a is not right. fork → child"), "fault: a is not right. fork to child");
        let cells = |text: &str| cells(&Line::of(Role::Plain, text));
        assert_eq!(cells("80025→80026→…"), "80025, 80026, ...");
        assert_eq!(cells("80030  ·· ··◆h2"), "80030  .. .. changed h2");
        assert_eq!(cells("✓ 8002a000"), "ok 8002a000");
        assert_eq!(cells("1 shell  ·    2"), "1 shell  none    2");
        assert_eq!(cells("0 00000→8001d"), "0 00000 to 8001d");
    }

    #[test]
    fn a_tree_is_told_by_its_depth() {
        let cells = |text: &str| cells(&Line::of(Role::Plain, text));
        assert_eq!(cells("root 0x1000"), "root 0x1000");
        assert_eq!(cells("├─[000] → 0x2000"), "depth 1: [000] to 0x2000");
        assert_eq!(cells("│ └─[001] 0x3000"), "depth 2: [001] 0x3000");
        assert_eq!(cells("    └─[002] 0x3000"), "depth 3: [002] 0x3000");
    }
}
