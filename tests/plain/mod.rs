//! Page replacement as a textbook would write it: a list of pages, and nothing else.

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Policy {
    Fifo,
    Lru,
    Clock,
    SecondChance,
    Optimal,
}

/// By the names of the kernel's settings.
pub const POLICIES: [(&str, Policy); 5] = [
    ("fifo", Policy::Fifo),
    ("lru", Policy::Lru),
    ("clock", Policy::Clock),
    ("second_chance", Policy::SecondChance),
    ("optimal", Policy::Optimal),
];

/// A page that is in memory from the start, and is never used.
const STACK: u64 = u64::MAX;

/// For each reference whether its page is not in memory.
pub fn faults(policy: Policy, frames: usize, references: &[u64]) -> Vec<bool> {
    // For FIFO, LRU and second chance a queue, its head first; for the clock a ring.
    let mut memory: Vec<(u64, bool)> = vec![(STACK, false)];
    let mut hand = 0;
    let mut faults = vec![];
    for (now, page) in references.iter().enumerate() {
        let found = memory.iter().position(|(there, _)| there == page);
        faults.push(found.is_none());
        if let Some(at) = found {
            memory[at].1 = true;
            if policy == Policy::Lru {
                let used = memory.remove(at);
                memory.push(used);
            }
            continue;
        }
        if memory.len() < frames {
            memory.push((*page, true));
            continue;
        }
        match policy {
            Policy::Clock => {
                while std::mem::take(&mut memory[hand].1) {
                    hand = (hand + 1) % frames;
                }
                memory[hand] = (*page, true);
                hand = (hand + 1) % frames;
            }
            Policy::SecondChance => {
                while memory[0].1 {
                    let (spared, _) = memory.remove(0);
                    memory.push((spared, false));
                }
                memory.remove(0);
                memory.push((*page, true));
            }
            Policy::Fifo | Policy::Lru => {
                memory.remove(0);
                memory.push((*page, true));
            }
            Policy::Optimal => {
                let next = |(page, _): &(u64, bool)| {
                    references[now..].iter().position(|later| later == page).unwrap_or(usize::MAX)
                };
                // Of those never used again, any will do: the one that came first, as in the kernel.
                let farthest = memory.iter().map(next).max().expect("memory has frames");
                let victim = memory.iter().position(|entry| next(entry) == farthest).expect("there is one");
                memory.remove(victim);
                memory.push((*page, true));
            }
        }
    }
    faults
}
