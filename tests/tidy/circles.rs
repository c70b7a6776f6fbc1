//! Which file imports which, names followed through re-exports to the file that defines them; and the files that import
//! each other in a circle.
//!
//! What the tests of a file import is no edge, and neither is what a file hands on to others. Methods are not followed:
//! those of one type may call each other from file to file. Nor are paths inside of macros, which are not parsed.

use std::collections::{BTreeMap, BTreeSet};
use syn::visit::{self, Visit};
use syn::{Item, ItemMod, ItemUse, UseTree, Visibility};

/// A path from the root of the crate: `["hw", "walk", "Step"]`.
type Names = Vec<String>;

/// The files that each file imports.
pub type Imports = BTreeMap<String, BTreeSet<String>>;

/// What a file says about names.
#[derive(Default)]
struct File {
    path: String,
    module: Names,
    /// Names that it brings in for itself, each with what it stands for.
    own: BTreeMap<String, Names>,
    /// Names that it hands on.
    handed_on: BTreeMap<String, Names>,
    /// What it uses.
    used: BTreeSet<Names>,
}

/// Who imports whom among the files; each has a path like `src/hw/execute/walk.rs`, and a text.
pub fn imports(files: &[(String, String)]) -> Imports {
    let read =
        files.iter().filter(|(path, _)| path != "src/main.rs").map(|(path, text)| File::read(path, text));
    let files: BTreeMap<Names, File> = read.map(|file| (file.module.clone(), file)).collect();
    let edges = files.values().map(|file| {
        let defined = file.used.iter().map(|names| defined_in(names, &files));
        let others = defined.filter(|module| !module.is_empty() && *module != file.module);
        (file.path.clone(), others.map(|module| files[&module].path.clone()).collect())
    });
    edges.collect()
}

/// The module that defines what is called so.
fn defined_in(names: &[String], files: &BTreeMap<Names, File>) -> Names {
    let mut at = Names::new();
    for (depth, name) in names.iter().enumerate() {
        let child = [at.clone(), vec![name.clone()]].concat();
        if files.contains_key(&child) {
            at = child;
        } else if let Some(there) = files[&at].handed_on.get(name) {
            return defined_in(&[there, &names[depth + 1..]].concat(), files);
        } else {
            break;
        }
    }
    at
}

/// The groups of files that import each other in a circle, the largest first.
pub fn circles(imports: &Imports) -> Vec<Vec<String>> {
    let reached: BTreeMap<&String, BTreeSet<&String>> =
        imports.keys().map(|file| (file, reachable(file, imports))).collect();
    let with = |file: &String| -> Vec<String> {
        let back = reached[file].iter().filter(|other| reached[**other].contains(file));
        back.map(|other| (*other).clone()).collect()
    };
    let mut found: Vec<_> = imports.keys().map(with).filter(|circle| !circle.is_empty()).collect();
    found.sort_by_key(|circle| (usize::MAX - circle.len(), circle.clone()));
    found.dedup();
    found
}

fn reachable<'a>(from: &String, imports: &'a Imports) -> BTreeSet<&'a String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&String> = imports[from].iter().collect();
    while let Some(file) = open.pop() {
        if found.insert(file) {
            open.extend(&imports[file]);
        }
    }
    found
}

impl File {
    fn read(path: &str, text: &str) -> Self {
        let module = match path.trim_start_matches("src/").trim_end_matches(".rs") {
            "lib" => vec![],
            inside => inside.split('/').map(str::to_owned).collect(),
        };
        let mut file = Self { path: path.to_owned(), module, ..Self::default() };
        let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        // Names first: what is used may stand above the `use` that brings it in.
        for item in &parsed.items {
            match item {
                Item::Use(item) => file.bring_in(item),
                Item::Mod(ItemMod { ident, content: None, .. }) => {
                    let child = [file.module.clone(), vec![ident.to_string()]].concat();
                    file.own.insert(ident.to_string(), child);
                }
                _ => {}
            }
        }
        file.visit_file(&parsed);
        file
    }

    fn bring_in(&mut self, item: &ItemUse) {
        let mut leaves = vec![];
        spread(&item.tree, &[], &mut leaves);
        for (written, name) in leaves {
            if let Some(names) = self.whole(&written) {
                match item.vis {
                    Visibility::Inherited => drop(self.own.insert(name, names.clone())),
                    _ => drop(self.handed_on.insert(name, names.clone())),
                }
                if matches!(item.vis, Visibility::Inherited) {
                    self.used.insert(names);
                }
            }
        }
    }

    /// A path from the root of the crate; `None` for one of another crate, and for a name of the file's own.
    fn whole(&self, written: &[String]) -> Option<Names> {
        let (first, rest) = written.split_first()?;
        let mut at = match first.as_str() {
            "crate" => vec![],
            "self" => self.module.clone(),
            "super" => self.module[..self.module.len() - 1].to_vec(),
            name => self.own.get(name).or_else(|| self.handed_on.get(name))?.clone(),
        };
        for name in rest {
            match name.as_str() {
                "super" => drop(at.pop()),
                "self" => {}
                name => at.push(name.to_owned()),
            }
        }
        Some(at)
    }
}

/// The leaves of a `use`: the path as it is written, and the name that it gets.
fn spread(tree: &UseTree, before: &[String], found: &mut Vec<(Names, String)>) {
    let with = |name: String| [before, &[name]].concat();
    match tree {
        UseTree::Path(path) => spread(&path.tree, &with(path.ident.to_string()), found),
        UseTree::Group(group) => group.items.iter().for_each(|tree| spread(tree, before, found)),
        UseTree::Name(name) if name.ident == "self" => {
            found.push((before.to_vec(), before.last().cloned().unwrap_or_default()));
        }
        UseTree::Name(name) => found.push((with(name.ident.to_string()), name.ident.to_string())),
        UseTree::Rename(name) => found.push((with(name.ident.to_string()), name.rename.to_string())),
        UseTree::Glob(_) => found.push((before.to_vec(), "*".to_owned())),
    }
}

impl<'ast> Visit<'ast> for File {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.bring_in(item);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if item.ident != "tests" {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let written: Names = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if written.len() > 1 {
            self.used.extend(self.whole(&written));
        }
        visit::visit_path(self, path);
    }
}
