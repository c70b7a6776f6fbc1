//! How files and rooms stand to each other: no circle of imports but those of a list that may only shrink, rooms in the
//! order of their module's table, and one public type a name.

use super::circles::{Imports, circles, imports};
use super::{floors, sources};
use std::collections::{BTreeMap, BTreeSet};
use syn::{Item, Visibility};

/// The circles that are left, each by the files that may be in it: under `src/`, without `.rs`, a folder with `/*`. What
/// is not listed imports nothing that imports it. Take out what has become free.
const CIRCLES: [&str; 8] = [
    "view view/*",
    "cli cli/*",
    "tui/action tui/comfort tui/command tui/gallery tui/keys tui/line tui/message tui/model tui/pace tui/palette \
     tui/panels tui/present tui/reload tui/search tui/select tui/sheet tui/tour tui/travel tui/update",
    "tui/draw tui/draw/*",
    "tui tui/draw/notes tui/notes tui/terminal tui/terminal/*",
    "story story/*",
    "timeline timeline/recorder timeline/samples",
    "scenario/elf scenario/programs",
];

/// Modules whose rooms have an order, in a table like that of the floors.
const ORDERED: [&str; 2] = ["hw", "kernel"];

/// Names that several public types have, and how many, to become fewer; but `Change`, `Event` and `Unwatched`, which are one
/// idea on two floors, may stay.
const SHARED_NAMES: [(&str, usize); 23] = [
    ("Answer", 2),
    ("Broken", 2),
    ("Cause", 2),
    ("Change", 2),
    ("Chapter", 2),
    ("Command", 2),
    ("Config", 2),
    ("Entry", 3),
    ("Event", 2),
    ("Field", 2),
    ("Format", 2),
    ("Frame", 3),
    ("Item", 3),
    ("Key", 2),
    ("Kind", 3),
    ("Line", 2),
    ("Looks", 2),
    ("Place", 4),
    ("Sheet", 2),
    ("Step", 2),
    ("Turn", 2),
    ("Unwatched", 2),
    ("Width", 2),
];

fn inside(path: &str) -> &str {
    path.trim_start_matches("src/").trim_end_matches(".rs")
}

/// Whether a list of files names one of them.
fn lists(list: &str, file: &str) -> bool {
    list.split(' ').any(|part| match part.strip_suffix('*') {
        Some(folder) => file.starts_with(folder),
        None => file == part,
    })
}

/// Circles that no list allows.
fn closed(imports: &Imports) -> Vec<Vec<String>> {
    let is_known =
        |circle: &Vec<String>| CIRCLES.iter().any(|list| circle.iter().all(|file| lists(list, inside(file))));
    circles(imports).into_iter().filter(|circle| !is_known(circle)).collect()
}

/// The room of a file in a module: its own name, or that of its folder.
fn room<'a>(module: &str, path: &'a str) -> Option<&'a str> {
    inside(path).strip_prefix(module)?.strip_prefix('/')?.split('/').next()
}

/// Imports within a module that run against the order of its rooms.
fn against_the_order(module: &str, face: &str, imports: &Imports) -> Vec<String> {
    let order = floors(face);
    let mut found = vec![];
    for (file, others) in imports {
        let Some(own) = room(module, file) else { continue };
        let Some(here) = order.get(own) else {
            found.push(format!("{file}: the table of `{module}` has no room `{own}`"));
            continue;
        };
        for other in others {
            let there = room(module, other);
            if there.is_some_and(|there| there != own && order.get(there).is_none_or(|there| there >= here)) {
                found.push(format!("{file}: imports {other}, and its room is not under `{own}`"));
            }
        }
    }
    found
}

/// The public types of a file.
fn types(text: &str) -> Vec<String> {
    let parsed = syn::parse_file(text).expect("the sources are Rust");
    let name = |item: &Item| match item {
        Item::Struct(item) if matches!(item.vis, Visibility::Public(_)) => Some(item.ident.to_string()),
        Item::Enum(item) if matches!(item.vis, Visibility::Public(_)) => Some(item.ident.to_string()),
        _ => None,
    };
    parsed.items.iter().filter_map(name).collect()
}

#[test]
fn files_import_each_other_in_no_circle_but_those_that_are_listed() {
    let (_, files) = sources();
    let imports = imports(&files);
    let found = closed(&imports);
    assert!(found.is_empty(), "a new circle:\n{found:#?}");
    for list in CIRCLES {
        let is_left =
            circles(&imports).iter().any(|circle| circle.iter().all(|file| lists(list, inside(file))));
        assert!(is_left, "this circle is gone, and so should its line: {list}");
    }
}

#[test]
fn rooms_know_only_those_under_them() {
    let (_, files) = sources();
    let imports = imports(&files);
    for module in ORDERED {
        let (_, face) = files.iter().find(|(path, _)| *path == format!("src/{module}.rs")).unwrap();
        let found = against_the_order(module, face, &imports);
        assert!(found.is_empty(), "{}", found.join("\n"));
        let declared = face.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
        assert_eq!(floors(face).into_keys().collect::<Vec<_>>(), declared.collect::<Vec<_>>());
    }
}

#[test]
fn a_public_type_has_a_name_of_its_own() {
    let (_, files) = sources();
    let mut named: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (path, text) in &files {
        types(text).into_iter().for_each(|name| named.entry(name).or_default().extend([path.as_str()]));
    }
    named.retain(|_, at| at.len() > 1);
    let counts: BTreeMap<&str, usize> = named.iter().map(|(name, at)| (name.as_str(), at.len())).collect();
    assert_eq!(counts, SHARED_NAMES.into(), "{named:#?}");
}

/// A crate of some files, by path and text.
fn of(files: &[(&str, &str)]) -> Imports {
    let files: Vec<(String, String)> = [("src/lib.rs", "")]
        .iter()
        .chain(files)
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect();
    imports(&files)
}

#[test]
fn a_circle_is_found_through_faces_and_groups_and_other_names() {
    let circle = |a: &str, b: &str| {
        let face = "pub mod a; pub mod b; pub use a::A; pub use self::b::{B as Other};";
        closed(&of(&[("src/x.rs", face), ("src/x/a.rs", a), ("src/x/b.rs", b)])).concat()
    };
    let both = ["src/x/a.rs", "src/x/b.rs"];
    assert_eq!(circle("use super::Other; pub struct A;", "use crate::x::A; pub struct B;"), both);
    assert_eq!(circle("use super::b::{self as c}; fn f() { c::g() }", "use crate::{x::{A}};"), both);
    assert_eq!(circle("fn f() -> super::Other { }", "fn g(a: crate::x::a::A) { }"), both);
    assert_eq!(circle("use crate::x; fn f() -> x::Other { }", "mod inner { use crate::x::A; }"), both);
    assert_eq!(circle("use super::Other;", "mod tests { use crate::x::A; }"), [""; 0]);
    assert_eq!(circle("use super::Other;", "/// [`crate::x::A`]\nfn f() { b::A }"), [""; 0]);
    let face = closed(&of(&[
        ("src/x.rs", "mod a; fn f() { a::g() } pub struct F;"),
        ("src/x/a.rs", "use super::F;"),
    ]));
    assert_eq!(face.concat(), ["src/x.rs", "src/x/a.rs"]);
}

#[test]
fn an_import_against_the_order_of_rooms_is_found() {
    let face = "//! | 2 | [`high`] | … |\n//! | 1 | [`low`] · [`ground`] | … |\npub mod high; pub mod low; pub mod ground;";
    let found = |low: &str, high: &str| {
        let files =
            [("src/x.rs", face), ("src/x/low.rs", low), ("src/x/high.rs", high), ("src/x/ground.rs", "")];
        against_the_order("x", face, &of(&files))
    };
    assert_eq!(found("pub struct Low;", "use super::low::Low;"), [""; 0]);
    assert_eq!(found("use super::high;", "").len(), 1);
    assert_eq!(found("use super::ground::Thing;", "").len(), 1, "neighbours do not know each other");
    assert_eq!(against_the_order("x", "", &of(&[("src/x/lost.rs", "")])).len(), 1);
}
