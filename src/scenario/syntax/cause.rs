//! Slips that a parser notices only later than they were made: a quote that is missing, and an object in the place of a
//! list. Told where they are.

use std::ops::Range;

/// What was meant, where, and what to do.
pub struct Cause {
    pub range: Range<usize>,
    pub what: String,
    pub help: &'static str,
}

/// The slip that led to something that cannot stand where it does; `None` if it is none of these.
pub fn of(text: &str, found: Range<usize>) -> Option<Cause> {
    closing_quote(text, found.start)
        .or_else(|| opening_quote(text, found.clone()))
        .or_else(|| list_in_braces(text, found.start))
}

/// A string that has lost its end ends where the next one should begin: what follows it follows without a space.
fn closing_quote(text: &str, found: usize) -> Option<Cause> {
    let close = found.checked_sub(1).filter(|at| text.as_bytes()[*at] == b'"')?;
    let open = opening_of(text, close).filter(|_| begins_word(&text[close + 1..]))?;
    let inside = &text[open + 1..close];
    let (meant, _) = inside.split_at(inside.find([',', ':', '}', ']', '\n'])?);
    let meant = meant.trim_end();
    (!meant.is_empty()).then(|| Cause {
        range: open..open + 1 + meant.len(),
        what: format!("a '\"' is missing after {meant}"),
        help: "as it is, the string ends where the next one should begin",
    })
}

/// A word that a quote follows has lost the one before it.
fn opening_quote(text: &str, found: Range<usize>) -> Option<Cause> {
    let rest = text.get(found.start..)?;
    let length = rest.find(['"', ',', ':', '{', '}', '[', ']', '\n'])?;
    (begins_word(rest) && rest[length..].starts_with('"')).then(|| Cause {
        range: found.start..found.start + length,
        what: format!("a '\"' is missing before {}", &rest[..length]),
        help: "put a string in double quotes",
    })
}

fn begins_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || "_$".contains(c))
}

/// An object without a key, directly in another object, is an item of what should be a list.
fn list_in_braces(text: &str, found: usize) -> Option<Cause> {
    let before = text.get(..found)?.trim_end().strip_suffix('{')?;
    let owner = before.trim_end().strip_suffix(':')?.trim_end();
    let close = owner.len().checked_sub(1).filter(|at| owner.as_bytes()[*at] == b'"')?;
    let key = &owner[opening_of(text, close)?..];
    text[found..].starts_with(['{', '[']).then(|| Cause {
        range: before.len()..before.len() + 1,
        what: format!("{key} must be a list, and this begins an object"),
        help: "a list is written as [ …, … ]",
    })
}

/// Where the string begins that ends with the quote at `close`.
fn opening_of(text: &str, close: usize) -> Option<usize> {
    let (mut open, mut escaped) = (None, false);
    for (at, byte) in text.bytes().enumerate().take(close + 1) {
        match (byte, open) {
            _ if escaped => escaped = false,
            (b'\\', Some(_)) => escaped = true,
            (b'"', None) => open = Some(at),
            (b'"', Some(_)) if at == close => return open,
            (b'"', Some(_)) => open = None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said where the `~` stands, which is where the parser gives up.
    fn told(text: &str) -> Option<(String, String)> {
        let at = text.find('~').unwrap();
        let text = text.replace('~', "");
        of(&text, at..at).map(|cause| (cause.what, text[cause.range].to_owned()))
    }

    #[test]
    fn a_string_that_runs_on_is_told_by_what_it_was_to_be() {
        let after = |word: &str| Some((format!("a '\"' is missing after {word}"), format!("\"{word}")));
        assert_eq!(told(r#"{ "at": "heap, "~value": 1 }"#), after("heap"));
        assert_eq!(told(r#"{ "a\"t: "~heap" }"#), after("a\\\"t"));
        let before = Some(("a '\"' is missing before heap + 8".to_owned(), "heap + 8".to_owned()));
        assert_eq!(told(r#"{ "at": ~heap + 8", "value": 1 }"#), before);
    }

    #[test]
    fn other_slips_are_none_of_these() {
        assert_eq!(told(r#"{ "note": "Now, look"~; "op": "load" }"#), None);
        assert_eq!(
            told(r#"{ "note": "look"~ing" }"#).map(|(what, _)| what),
            Some("a '\"' is missing before ing".into())
        );
        assert_eq!(told(r#"{ "at": ~heap, "value": 1 }"#), None);
        assert_eq!(told("~{"), None);
        assert_eq!(told(r#"{ "steps": [ ~{ } ] }"#), None);
    }
}
