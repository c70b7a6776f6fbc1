//! Text in XML: in a picture, in a report.

use crate::scenario::printable::printable;
use quick_xml::escape::partial_escape;

/// A text with only the characters that XML 1.0 allows ("2.2 Characters"), of which a terminal obeys none.
pub fn allowed(text: &str) -> String {
    // Of the characters that XML forbids, `printable` replaces all but these two.
    printable(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// The same as the content of an element, with escapes for what would be markup.
pub fn content(text: &str) -> String {
    partial_escape(allowed(text)).into_owned()
}
