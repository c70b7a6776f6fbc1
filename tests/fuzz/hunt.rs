//! Trying cases of a kind: first those that are kept, then new ones, until there were enough or the time is over.

use crate::caught::{Panic, caught};
use crate::keep;
use crate::tally::Tally;
use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

/// For how many seconds each kind goes on; without it, for its share of cases.
const SECONDS: &str = "PAGEWALK_FUZZ_SECONDS";

/// The most times that a case is made smaller.
const MOST_TRIES: usize = 4000;

/// A kind of case. A value of the type holds what is expensive to make, and serves one case after another.
pub trait Kind: Default {
    /// What the kind is called.
    const NAME: &'static str;
    /// How many numbers of 64 bits a case is made of, at most.
    const WORDS: usize;
    /// How many cases `cargo test` tries, for each 256 that proptest would.
    const CASES: u32;
    /// A case.
    type Case;

    /// The case that bytes make.
    fn make(bytes: &[u8]) -> Self::Case;

    /// Tries a case. A panic is a find.
    fn attempt(&mut self, case: &Self::Case, tally: &mut Tally);

    /// How a case is kept: the extension of its file, and what is in it.
    fn write(_: &Self::Case, bytes: &[u8]) -> (&'static str, Vec<u8>) {
        (keep::HEX, keep::hex(bytes).into_bytes())
    }

    /// The case of a file with this extension; the bytes are those of a case of any kind.
    fn read(_extension: &str, contents: Vec<u8>) -> Self::Case {
        Self::make(&contents)
    }
}

/// What has been found of a kind.
struct Hunt<K> {
    kind: K,
    tally: Tally,
    found: Vec<Panic>,
    cases: u64,
    slowest: Duration,
}

impl<K: Kind> Hunt<K> {
    /// Tries a case. What it has made of the kind's own things is not used again after a panic.
    fn attempt(&mut self, case: &K::Case) -> Result<(), Panic> {
        let (kind, tally) = (&mut self.kind, &mut self.tally);
        let start = Instant::now();
        let done = caught(|| kind.attempt(case, tally));
        self.slowest = self.slowest.max(start.elapsed());
        self.cases += 1;
        if done.is_err() {
            self.kind = K::default();
        }
        done
    }

    fn replay(&mut self) {
        for file in keep::files().into_iter().filter(|file| keep::is_of(file, K::NAME)) {
            let (extension, contents) = keep::read(&file);
            let case = match extension.as_str() {
                keep::HEX => K::make(&keep::unhex(&contents)),
                other => K::read(other, contents),
            };
            if let Err(panic) = self.attempt(&case) {
                eprintln!("{}: kept as {}: {} {}", K::NAME, file.display(), panic.place, panic.message);
                self.found.push(panic);
            }
        }
    }

    /// Makes a case that fails smaller, as long as it fails in the same way, and keeps it.
    fn keep(&mut self, mut tree: impl ValueTree<Value = Vec<u64>>, panic: Panic) {
        let (mut smallest, mut fails) = (bytes(&tree.current()), true);
        for _ in 0..MOST_TRIES {
            if !(if fails { tree.simplify() } else { tree.complicate() }) {
                break;
            }
            let smaller = bytes(&tree.current());
            fails = self.attempt(&K::make(&smaller)).is_err_and(|found| found.is_like(&panic));
            if fails {
                smallest = smaller;
            }
        }
        let (extension, contents) = K::write(&K::make(&smallest), &smallest);
        let file = keep::keep(K::NAME, extension, &contents);
        eprintln!("{}: found {} {}\n    kept as {}", K::NAME, panic.place, panic.message, file.display());
        self.found.push(panic);
    }
}

fn bytes(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// Tries cases of a kind.
///
/// # Panics
///
/// If one was found that fails.
pub fn hunt<K: Kind>() {
    let seconds: Option<u64> = std::env::var(SECONDS).ok().map(|text| text.parse().expect(SECONDS));
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if let (Some(seconds), RngSeed::Random) = (seconds, config.rng_seed) {
        let seed = RandomState::new().hash_one(K::NAME);
        config.rng_seed = RngSeed::Fixed(seed);
        eprintln!("{}: {seconds} seconds, PROPTEST_RNG_SEED={seed}", K::NAME);
    }
    let cases = u64::from(config.cases) * u64::from(K::CASES) / 256;
    let mut runner = TestRunner::new(config);
    let drawn = vec(any::<u64>(), 0..=K::WORDS);
    let mut hunt = Hunt::<K> {
        kind: K::default(),
        tally: Tally::default(),
        found: vec![],
        cases: 0,
        slowest: Duration::ZERO,
    };
    hunt.replay();
    let start = Instant::now();
    while seconds.map_or(hunt.cases < cases, |seconds| start.elapsed() < Duration::from_secs(seconds)) {
        let tree = drawn.new_tree(&mut runner).expect("nothing is refused");
        let bytes = bytes(&tree.current());
        if seconds.is_some() {
            keep::note(K::NAME, &bytes);
        }
        let slowest = hunt.slowest;
        let done = hunt.attempt(&K::make(&bytes));
        if seconds.is_some() && hunt.slowest > slowest {
            keep::note(&format!("{}-slowest", K::NAME), &bytes);
        }
        match done {
            Err(panic) if !hunt.found.iter().any(|known| known.is_like(&panic)) => hunt.keep(tree, panic),
            Err(_) => hunt.tally.add("cases that fail like one before", 1),
            Ok(()) => {}
        }
    }
    let (cases, found) = (pagewalk::view::grouped(hunt.cases), hunt.found.len());
    eprintln!(
        "{}: {cases} cases, {found} found, the slowest took {:?}\n{}",
        K::NAME,
        hunt.slowest,
        hunt.tally
    );
    assert!(hunt.found.is_empty(), "{found} found: {:#?}", hunt.found);
}
