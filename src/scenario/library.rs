//! The built-in scenarios: the files of `scenarios/`, embedded, so that they work from any folder.

use super::{Folder, Source};

/// A built-in scenario.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    /// The name that the command line takes.
    pub name: &'static str,
    /// Its file.
    pub text: &'static str,
}

macro_rules! builtin {
    ($($name:literal),+ $(,)?) => {
        /// All of them, in the order of the gallery.
        pub const ALL: &[Builtin] = &[
            $(Builtin { name: $name, text: include_str!(concat!("../../scenarios/", $name, ".json")) }),+
        ];
    };
}

builtin![
    "tour",
    "build-a-table",
    "superpages",
    "permissions",
    "stale-tlb",
    "asids",
    "effective-access-time",
    "array-walk",
    "isolation",
    "free-list",
    "lazy-heap",
    "shrinking-heap",
    "demand-paging",
    "elf-program",
    "bss",
    "zero-page",
    "heap-superpages",
    "fork-exec",
    "cow-family",
    "vfork",
    "stack-overflow",
    "stack-growth",
    "guard-jump",
    "mmap-file",
    "mapped-files",
    "shared-library",
    "copyin-copyout",
    "accessed-pages",
    "swap",
    "belady",
    "clock",
    "aging",
    "thrashing",
    "write-back",
    "out-of-memory",
    "context-switch",
    "trap-path",
    "kernel-mapping",
    "vdso",
    "no-fence",
    "no-reference-count",
    "writable-fork",
    "never-accessed",
    "trace-a-cow-fork",
    "find-the-write-that-kills",
    "fill-in-the-page-table",
];

impl Builtin {
    /// The built-in of this name.
    pub fn find(name: &str) -> Option<Self> {
        ALL.iter().copied().find(|builtin| builtin.name == name)
    }

    /// Its text, with its name for messages.
    pub fn source(self) -> Source {
        let folder = Folder::new(beside);
        Source { folder, ..Source::new(format!("{}.json", self.name), self.text) }
    }
}

/// The files that built-ins use, besides each other.
const BESIDE: [(&str, &[u8]); 1] = [("sum.elf", include_bytes!("../../scenarios/sum.elf"))];

/// A file of the folder in which the built-ins lie.
fn beside(name: &str) -> Result<Vec<u8>, String> {
    let builtin = name.strip_suffix(".json").and_then(Builtin::find);
    let text = builtin.map(|builtin| builtin.text.as_bytes());
    let other = || BESIDE.iter().find(|(known, _)| *known == name).map(|(_, bytes)| *bytes);
    text.or_else(other).map(<[u8]>::to_vec).ok_or_else(|| format!("there is no built-in file \"{name}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_built_in() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
            .collect();
        names.sort();
        let mut built_in: Vec<&str> = ALL.iter().map(|builtin| builtin.name).collect();
        built_in.sort_unstable();
        assert_eq!(names, built_in);
    }
}
