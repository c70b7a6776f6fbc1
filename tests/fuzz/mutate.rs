//! Texts that were right, damaged: cut, doubled, mixed with another, with numbers that go too far and characters that
//! stand in no text.

use crate::dice::Dice;
use std::ops::Range;

/// What is put into texts: what terminals obey, what is no UTF-8, what parsers stumble over.
const ODD: [&[u8]; 26] = [
    b"\x1b[31m",
    b"\x00",
    b"\x07",
    b"\x7f",
    b"\xc2\x9b",
    b"\xe2\x80\xae",
    b"\xd8\x9c",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x98\x80",
    b"e\xcc\x81",
    b"\\u0000",
    b"\\ud800",
    b"\\u202e",
    b"\\",
    b"\"",
    b"/*",
    b"//",
    b"\r\n",
    b"\t",
    b"[[[[[[[[[[[[",
    b"{\"a\":{\"a\":{\"a\":",
    b"((((((((((",
    b"null",
];

/// Numbers that go too far, as they are written.
const NUMBERS: [&str; 22] = [
    "0",
    "-1",
    "1",
    "65536",
    "4294967296",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775809",
    "1e9",
    "0.5",
    "\"0x\"",
    "\"0xffffffffffffffff\"",
    "\"16G\"",
    "\"1_000K\"",
    "\"-1\"",
    "\"\"",
    "\"heap - heap - 1\"",
    "\"page*page*page*page*page*page\"",
    "\"brk\"",
    "1000000",
    "100001",
    "\"+1\"",
];

/// Damages a text a few times. `other` is where it takes pieces from.
pub fn mutate(dice: &mut Dice<'_>, text: &[u8], other: &[u8]) -> Vec<u8> {
    let mut text = text.to_vec();
    for _ in 0..dice.below(8) {
        once(dice, &mut text, other);
    }
    text
}

fn once(dice: &mut Dice<'_>, text: &mut Vec<u8>, other: &[u8]) {
    match dice.below(12) {
        0 => text.truncate(dice.below(text.len() + 1)),
        1 => {
            let range = range(dice, text);
            text.drain(range);
        }
        2 => {
            let piece = text[range(dice, text)].to_vec();
            insert(dice, text, &piece);
        }
        3 => {
            let piece = other[range(dice, other)].to_vec();
            insert(dice, text, &piece);
        }
        4 => {
            let (one, two) = (token(dice, text), token(dice, text));
            let (one, two) = if one.start <= two.start { (one, two) } else { (two, one) };
            if one.end <= two.start {
                let (first, second) = (text[one.clone()].to_vec(), text[two.clone()].to_vec());
                text.splice(two, first);
                text.splice(one, second);
            }
        }
        5 => {
            let (from, to) = (token(dice, other), token(dice, text));
            text.splice(to, other[from].iter().copied());
        }
        6 | 7 => {
            let number = number(dice, text);
            text.splice(number, dice.pick(&NUMBERS).bytes());
        }
        8 => {
            let at = token(dice, text);
            text.splice(at, dice.extreme().to_string().into_bytes());
        }
        9 => {
            let piece = dice.pick(&ODD);
            insert(dice, text, piece);
        }
        10 if !text.is_empty() => {
            let at = dice.below(text.len());
            text[at] = dice.within(0..=255) as u8;
        }
        _ => {
            let long = vec![b'n'; dice.below(3000)];
            insert(dice, text, &long);
        }
    }
}

fn insert(dice: &mut Dice<'_>, text: &mut Vec<u8>, piece: &[u8]) {
    let at = dice.below(text.len() + 1);
    text.splice(at..at, piece.iter().copied());
}

/// A piece: mostly a short one.
fn range(dice: &mut Dice<'_>, text: &[u8]) -> Range<usize> {
    let start = dice.below(text.len() + 1);
    let most = if dice.one_in(4) { text.len() } else { 80 };
    start..(start + dice.below(most + 1)).min(text.len())
}

/// A word, or a character that is none.
fn token(dice: &mut Dice<'_>, text: &[u8]) -> Range<usize> {
    let at = dice.below(text.len().max(1));
    around(text, at)
}

/// The next word that begins with a digit, or else any.
fn number(dice: &mut Dice<'_>, text: &[u8]) -> Range<usize> {
    let at = dice.below(text.len().max(1));
    let digit = (at..text.len()).find(|at| text[*at].is_ascii_digit());
    around(text, digit.unwrap_or(at))
}

fn around(text: &[u8], at: usize) -> Range<usize> {
    let is_word = |at: &usize| text[*at].is_ascii_alphanumeric() || b"_.-".contains(&text[*at]);
    if !(at..text.len().min(at + 1)).all(|at| is_word(&at)) {
        return at..(at + 1).min(text.len());
    }
    let start = (0..at).rev().take_while(is_word).last().unwrap_or(at);
    start..at + (at..text.len()).take_while(is_word).count()
}
