//! Characters that a terminal obeys instead of showing, and what is written for them.
//!
//! [`is_obeyed`] is the only list of these characters; [`printable`], [`one_line`] and [`escaped`] write a text without
//! them. The reader of a text sees each of its characters, in the order in which the text has them. So the list holds the
//! characters that move the cursor, turn the direction of writing, break a line or take no room: the control characters,
//! the separators of lines and paragraphs, the marks of annotations, and those that Unicode calls
//! `Default_Ignorable_Code_Point`. Of the last, variation selectors pass: they choose the form of the character before them,
//! and many an emoji ends in one. A zero-width joiner does not pass, because two names that differ in one look the same.

use std::fmt::Write;

/// Whether a terminal obeys a character instead of showing it.
pub fn is_obeyed(c: char) -> bool {
    c.is_control() || !c.is_ascii() && (is_separator(c) || is_ignorable(c) && !is_variation(c))
}

/// A separator of lines or paragraphs, or a mark around an annotation.
fn is_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}')
}

/// `Default_Ignorable_Code_Point` of Unicode 17: the soft hyphen, joiners, fillers, the signs of the bidirectional
/// algorithm, invisible operators, variation selectors, tags.
fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{3164}' | '\u{ffa0}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fff8}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// A variation selector that passes. Those above U+E0000 do not: terminals have no use for them, and a row of them can hide
/// a text.
fn is_variation(c: char) -> bool {
    matches!(c, '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}')
}

/// A text with each obeyed character replaced by one that the terminal shows. Line breaks stay.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if is_obeyed(c) && c != '\n' { replacement(c) } else { c }).collect()
}

/// [`printable`] in one line, for names and titles.
pub fn one_line(text: &str) -> String {
    printable(text).replace('\n', " ")
}

fn replacement(c: char) -> char {
    match c {
        '\t' => ' ',
        // Every terminal has the question mark.
        c if c.is_ascii() => '?',
        _ => char::REPLACEMENT_CHARACTER,
    }
}

/// A JSON text with each obeyed character written as an escape, so that it holds the same value. Line breaks stay: JSON
/// has them between values and never in a string.
pub fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            c if is_obeyed(c) && c != '\n' => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(escaped, "\\u{unit:04x}");
                }
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Some of each kind.
    const OBEYED: &str = "\u{0}\t\r\u{1b}\u{7f}\u{85}\u{9b}\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{180e}\u{200b}\u{200c}\
        \u{200d}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2060}\u{2064}\u{2066}\u{206f}\u{3164}\u{feff}\u{ffa0}\
        \u{fff9}\u{fffb}\u{1d173}\u{e0001}\u{e0041}\u{e007f}\u{e0100}\u{e01ef}";

    #[test]
    fn what_is_obeyed_is_replaced_character_by_character() {
        assert_eq!(OBEYED.chars().find(|c| !is_obeyed(*c)), None);
        let shown = printable(OBEYED);
        assert_eq!(shown.chars().count(), OBEYED.chars().count());
        assert_eq!(shown.chars().find(|c| is_obeyed(*c)), None);
        assert_eq!(printable("a\u{1b}[1m\u{e0041}\tb\nc"), "a?[1m\u{fffd} b\nc");
        assert_eq!(one_line("a\n\u{202e}b"), "a \u{fffd}b");
    }

    #[test]
    fn what_is_shown_stays() {
        let shown = "e\u{301} \u{65e5}\u{672c} \u{270f}\u{fe0f} \u{1f600} \u{a0}\u{fffd}\u{5d0} ~\n";
        assert_eq!(printable(shown), shown);
        assert_eq!(escaped(shown), shown);
    }

    #[test]
    fn an_escaped_text_says_the_same() {
        let value = serde_json::json!({ OBEYED: [OBEYED, "\n\"\\"] });
        for text in [value.to_string(), format!("{value:#}")] {
            let escaped = escaped(&text);
            assert_eq!(escaped.chars().find(|c| is_obeyed(*c) && *c != '\n'), None);
            assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
        }
    }
}
