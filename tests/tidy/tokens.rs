//! Rust as tokens, as far as imports need it: names and signs, without comments, strings and spaces.

/// A name, a number or a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// As it is written; `::` is one token.
    pub text: &'a str,
    /// The line it stands in, from 1.
    pub line: usize,
}

/// The tokens of a text.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = vec![];
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (length, kept) = match first {
            _ if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), false),
            _ if rest.starts_with("/*") => (comment(rest), false),
            '"' => (string(rest), false),
            '\'' => (quote(rest), false),
            'r' | 'b' | 'c' if literal_prefix(rest) > 0 => (literal_prefix(rest), false),
            c if is_name(c) => (rest.find(|c| !is_name(c)).unwrap_or(rest.len()), true),
            c if c.is_whitespace() => (c.len_utf8(), false),
            _ if rest.starts_with("::") => (2, true),
            c => (c.len_utf8(), true),
        };
        if kept {
            let line = text[..at].matches('\n').count() + 1;
            found.push(Token { text: &rest[..length], line });
        }
        at += length;
    }
    found
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// How long a comment is that may hold others.
fn comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    loop {
        let rest = &text[at..];
        match rest.chars().next() {
            None => return at,
            _ if rest.starts_with("/*") => (depth, at) = (depth + 1, at + 2),
            _ if rest.starts_with("*/") => (depth, at) = (depth - 1, at + 2),
            Some(c) => at += c.len_utf8(),
        }
        if depth == 0 {
            return at;
        }
    }
}

/// How long a string is that begins with a quote.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// How long a character is, or the sign before a lifetime.
fn quote(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((escaped, c))) => {
            let after = escaped + c.len_utf8();
            text[after..].find('\'').map_or(text.len(), |end| after + end + 1)
        }
        (Some(_), Some((end, '\''))) => end + 1,
        _ => 1,
    }
}

/// How long a literal with letters in front is, like `r#"…"#` and `b'x'`; 0 if it is a name.
fn literal_prefix(text: &str) -> usize {
    let letters = text.find(|c| !['r', 'b', 'c'].contains(&c)).unwrap_or(text.len());
    let rest = &text[letters..];
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    let raw = text[..letters].ends_with('r');
    match rest[hashes..].chars().next() {
        Some('"') if raw => {
            let end = format!("\"{}", "#".repeat(hashes));
            let open = letters + hashes + 1;
            text[open..].find(&end).map_or(text.len(), |at| open + at + end.len())
        }
        Some('"') if hashes == 0 => letters + string(rest),
        Some('\'') if hashes == 0 => letters + quote(rest),
        _ => 0,
    }
}

/// The modules of the crate that a file uses, each with its line. `depth` is how deep its own module lies: 2 for
/// `hw::walk`.
pub fn imports(tokens: &[Token<'_>], depth: usize) -> Vec<(usize, String)> {
    let mut found = vec![];
    // For each open brace, whether it is a module's.
    let mut braces = vec![];
    for at in 0..tokens.len() {
        let before = |back: usize| at.checked_sub(back).map_or("", |at| tokens[at].text);
        match tokens[at].text {
            "{" => braces.push(before(2) == "mod"),
            "}" => drop(braces.pop()),
            "crate" | "pagewalk" if before(1) != "::" => names(&tokens[at + 1..], &mut found),
            "super" if before(1) != "::" || before(2) == "self" => {
                let chain = tokens[at..].chunks(2).take_while(|pair| pair[0].text == "super").count();
                if chain == depth + braces.iter().filter(|module| **module).count() {
                    names(&tokens[at + 2 * chain - 1..], &mut found);
                }
            }
            _ => {}
        }
    }
    found
}

/// The first names after the root: one, or those of a group.
fn names(tokens: &[Token<'_>], found: &mut Vec<(usize, String)>) {
    let [sign, next, rest @ ..] = tokens else { return };
    match (sign.text, next.text) {
        ("::", "{") => {}
        // Another name for the root would hide what is used.
        ("as", _) => return found.push((sign.line, "as".to_owned())),
        ("::", name) => return found.push((next.line, name.to_owned())),
        _ => return,
    }
    let mut depth = 1;
    let mut first = true;
    for token in rest {
        match token.text {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," if depth == 1 => first = true,
            name if first => {
                found.push((token.line, name.to_owned()));
                first = false;
            }
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}
