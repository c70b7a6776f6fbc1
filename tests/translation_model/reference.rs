//! The reference: the address-translation algorithm once more, as the specification has it, slow and obvious.
//!
//! It shares nothing with the machine. Bits are cut out of words by their numbers, memory is a vector of bytes, and
//! the TLB is a list of every translation that a walk has found since the last fence that would have dropped it. The
//! specification lets any of them be used, so an access has a list of outcomes that are right.

use crate::script::{Kind, World};

/// Bits `high` to `low` of a word.
fn field(word: u64, high: u32, low: u32) -> u64 {
    word >> low & (u64::MAX >> (63 - (high - low)))
}

fn bit(word: u64, number: u32) -> bool {
    field(word, number, number) == 1
}

/// A paging mode, by the numbers in its section of the specification.
#[derive(Clone, Copy)]
struct Mode {
    levels: u32,
    /// Bits of VPN[i].
    vpn_bits: u32,
    pte_bytes: usize,
    /// The highest bit of a virtual address that is translated.
    top: u32,
    /// The highest bit of the PPN in a PTE.
    ppn_top: u32,
}

const SV32: Mode = Mode { levels: 2, vpn_bits: 10, pte_bytes: 4, top: 31, ppn_top: 31 };
const SV39: Mode = Mode { levels: 3, vpn_bits: 9, pte_bytes: 8, top: 38, ppn_top: 53 };
const SV48: Mode = Mode { levels: 4, top: 47, ..SV39 };
const SV57: Mode = Mode { levels: 5, top: 56, ..SV39 };

impl Mode {
    fn vpn(&self, va: u64, i: u32) -> u64 {
        field(va, 12 + self.vpn_bits * (i + 1) - 1, 12 + self.vpn_bits * i)
    }

    fn bytes_of_leaf(&self, i: u32) -> u64 {
        1 << (12 + self.vpn_bits * i)
    }

    fn is_valid_address(&self, va: u64) -> bool {
        let above = (self.top + 1..64).map(|n| bit(va, n));
        let wanted = self.pte_bytes == 8 && bit(va, self.top);
        above.into_iter().all(|bit| bit == wanted)
    }
}

/// Why there is no translation.
#[derive(Clone, Copy)]
enum Refusal {
    PageFault,
    AccessFault,
}
use Refusal::{AccessFault, PageFault};

/// A translation that a walk has found.
#[derive(Clone, Debug, PartialEq)]
pub struct Cached {
    first: u64,
    bytes: u64,
    asid: u64,
    global: bool,
    target: u64,
    pte: u64,
}

/// A leaf PTE, and where it is.
struct Found {
    at: u64,
    pte: u64,
    level: u32,
    global: bool,
}

/// One way in which the translation of one page may end.
struct Translation {
    end: Result<u64, Refusal>,
    memory: Vec<u8>,
    learnt: Option<Cached>,
}

/// One way in which an access may end: the physical address and the value, or the exception code and `stval`.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub end: Result<(u64, u64), (u64, u64)>,
    pub memory: Vec<u8>,
    pub learnt: Vec<Cached>,
}

#[derive(Clone, Default)]
pub struct Hart {
    pub satp: u64,
    pub user: bool,
    pub sum: bool,
    pub mxr: bool,
    pub cached: Vec<Cached>,
}

pub struct Reference {
    pub world: World,
    pub memory: Vec<u8>,
    pub harts: Vec<Hart>,
}

impl Reference {
    pub fn read(&self, memory: &[u8], pa: u64, width: usize) -> Option<u64> {
        let at = usize::try_from(pa.checked_sub(self.world.base)?).ok()?;
        let bytes = memory.get(at..at.checked_add(width)?)?;
        Some(bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)))
    }

    pub fn write(&self, memory: &mut [u8], pa: u64, width: usize, value: u64) {
        let at = (pa - self.world.base) as usize;
        memory[at..at + width].copy_from_slice(&value.to_le_bytes()[..width]);
    }

    /// MODE, ASID and PPN of a `satp`; the mode is `Err` if the machine lacks it.
    fn satp(&self, satp: u64) -> (Result<Option<Mode>, ()>, u64, u64) {
        if self.world.bits == 32 {
            let mode = if bit(satp, 31) { Some(SV32) } else { None };
            return (Ok(mode), field(satp, 30, 22), field(satp, 21, 0));
        }
        let mode = match field(satp, 63, 60) {
            0 => Ok(None),
            8 => Ok(Some(SV39)),
            9 if self.world.bits >= 48 => Ok(Some(SV48)),
            10 if self.world.bits >= 57 => Ok(Some(SV57)),
            _ => Err(()),
        };
        (mode, field(satp, 59, 44), field(satp, 43, 0))
    }

    fn mode(&self, hart: usize) -> Option<Mode> {
        self.satp(self.harts[hart].satp).0.expect("a satp that was written has a mode that exists")
    }

    pub fn write_satp(&mut self, hart: usize, satp: u64) {
        if self.satp(satp).0.is_ok() {
            self.harts[hart].satp = satp;
        }
    }

    pub fn fence(&mut self, hart: usize, va: Option<u64>, asid: Option<u64>) {
        let widest = match self.world.bits {
            32 => SV32,
            39 => SV39,
            48 => SV48,
            _ => SV57,
        };
        let mode = self.mode(hart).unwrap_or(widest);
        if va.is_some_and(|va| !mode.is_valid_address(va)) {
            return;
        }
        let asid = asid.map(|asid| if self.world.bits == 32 { asid & 0x1ff } else { asid });
        let asids = self.world.asids;
        self.harts[hart].cached.retain(|cached| {
            let other_page = va.is_some_and(|va| va & !(cached.bytes - 1) != cached.first);
            let other_space = asid.is_some_and(|asid| cached.global || asids && cached.asid != asid);
            other_page || other_space
        });
    }

    /// Steps 2 to 5 for the table at `a`, and so on for the table that its PTE points to.
    fn walk(
        &self,
        memory: &[u8],
        mode: Mode,
        a: u64,
        i: u32,
        va: u64,
        global: bool,
    ) -> Result<Found, Refusal> {
        let at = a + mode.vpn(va, i) * mode.pte_bytes as u64;
        let pte = self.read(memory, at, mode.pte_bytes).ok_or(AccessFault)?;
        let (v, r, w, x, u, g) =
            (bit(pte, 0), bit(pte, 1), bit(pte, 2), bit(pte, 3), bit(pte, 4), bit(pte, 5));
        let (accessed, dirty) = (bit(pte, 6), bit(pte, 7));
        if !v || !r && w {
            return Err(PageFault);
        }
        if mode.pte_bytes == 8 && field(pte, 63, 54) != 0 {
            return Err(PageFault);
        }
        let (ppn, global) = (field(pte, mode.ppn_top, 10), global || g);
        if !r && !x {
            if u || accessed || dirty || i == 0 {
                return Err(PageFault);
            }
            return self.walk(memory, mode, ppn * 4096, i - 1, va, global);
        }
        if ppn * 4096 % mode.bytes_of_leaf(i) != 0 {
            return Err(PageFault);
        }
        Ok(Found { at, pte, level: i, global })
    }

    /// Steps 6 and 8.
    fn allows(&self, hart: &Hart, pte: u64, kind: Kind) -> bool {
        let (r, w, x, u) = (bit(pte, 1), bit(pte, 2), bit(pte, 3), bit(pte, 4));
        let by_u = match (hart.user, u) {
            (true, u) => u,
            (false, false) => true,
            (false, true) => hart.sum && kind != Kind::Fetch,
        };
        by_u && match kind {
            Kind::Load => r || hart.mxr && x,
            Kind::Store => w,
            Kind::Fetch => x,
        }
    }

    fn by_walk(&self, memory: &[u8], hart: &Hart, mode: Mode, va: u64, kind: Kind) -> Translation {
        let mut memory = memory.to_vec();
        let (_, asid, root) = self.satp(hart.satp);
        let found = self.walk(&memory, mode, root * 4096, mode.levels - 1, va, false);
        let refused = |refusal, memory| Translation { end: Err(refusal), memory, learnt: None };
        let Found { at, pte, level, global } = match found {
            Ok(found) => found,
            Err(refusal) => return refused(refusal, memory),
        };
        if !self.allows(hart, pte, kind) {
            return refused(PageFault, memory);
        }
        // Step 9.
        let wanted = pte | 1 << 6 | if kind == Kind::Store { 1 << 7 } else { 0 };
        if wanted != pte && !self.world.hardware_ad {
            return refused(PageFault, memory);
        }
        self.write(&mut memory, at, mode.pte_bytes, wanted);
        // Step 10.
        let bytes = mode.bytes_of_leaf(level);
        let (first, target) = (va - va % bytes, field(pte, mode.ppn_top, 10) * 4096);
        let learnt = Cached { first, bytes, asid, global, target, pte: wanted };
        Translation { end: Ok(target + va % bytes), memory, learnt: Some(learnt) }
    }

    /// Every way in which the translation of one page may end.
    fn translations(&self, memory: &[u8], hart: &Hart, va: u64, kind: Kind) -> Vec<Translation> {
        let as_it_was = |end| Translation { end, memory: memory.to_vec(), learnt: None };
        let (Ok(Some(mode)), asid, _) = self.satp(hart.satp) else {
            let exists = field(va, 63, 56) == 0;
            return vec![as_it_was(if exists { Ok(va) } else { Err(AccessFault) })];
        };
        if !mode.is_valid_address(va) {
            return vec![as_it_was(Err(PageFault))];
        }
        let mut all = vec![self.by_walk(memory, hart, mode, va, kind)];
        for cached in &hart.cached {
            let this_space = cached.global || !self.world.asids || cached.asid == asid;
            if va & !(cached.bytes - 1) != cached.first || !this_space {
                continue;
            }
            let dirty = kind != Kind::Store || bit(cached.pte, 7);
            if !self.allows(hart, cached.pte, kind) || !dirty && !self.world.hardware_ad {
                all.push(as_it_was(Err(PageFault)));
            } else if dirty {
                all.push(as_it_was(Ok(cached.target + (va - cached.first))));
            }
            // With D clear the walk is done again, whatever the copy says.
        }
        all
    }

    /// Every way in which a translation alone may end; the value is 0.
    pub fn translate(&self, hart: usize, kind: Kind, va: u64) -> Vec<Outcome> {
        let hart = &self.harts[hart];
        let outcome = |t: Translation| Outcome {
            end: t.end.map(|pa| (pa, 0)).map_err(|refusal| (code(kind, refusal), va)),
            memory: t.memory,
            learnt: t.learnt.into_iter().collect(),
        };
        self.translations(&self.memory, hart, va, kind).into_iter().map(outcome).collect()
    }

    /// Every way in which an access may end.
    pub fn access(&self, hart: usize, kind: Kind, va: u64, width: u64, value: u64) -> Vec<Outcome> {
        let mut hart = self.harts[hart].clone();
        let paged = self.satp(hart.satp).0.is_ok_and(|mode| mode.is_some());
        let in_first = if paged { width.min(4096 - va % 4096) } else { width };
        let mut all = vec![];
        for first in self.reach(&self.memory, &hart, va, in_first, kind) {
            let (pa, learnt) = match first.end {
                Ok(pa) if in_first == width => {
                    all.push(self.transfer(first.memory, &[(pa, width)], kind, value, first.learnt));
                    continue;
                }
                Ok(pa) => (pa, first.learnt),
                Err((code, stval)) => {
                    all.push(Outcome { end: Err((code, stval)), memory: first.memory, learnt: first.learnt });
                    continue;
                }
            };
            let mut va = va.wrapping_add(in_first);
            if self.world.bits == 32 {
                va = field(va, 31, 0);
            }
            hart.cached.extend(learnt.clone());
            for second in self.reach(&first.memory, &hart, va, width - in_first, kind) {
                let learnt = [learnt.clone(), second.learnt].concat();
                all.push(match second.end {
                    Ok(other) => {
                        let parts = [(pa, in_first), (other, width - in_first)];
                        self.transfer(second.memory, &parts, kind, value, learnt)
                    }
                    Err(end) => Outcome { end: Err(end), memory: second.memory, learnt },
                });
            }
        }
        all
    }

    /// Translation, and then the question whether there is memory.
    fn reach(&self, memory: &[u8], hart: &Hart, va: u64, width: u64, kind: Kind) -> Vec<Reached> {
        let reached = |t: Translation| Reached {
            end: t
                .end
                .and_then(|pa| self.read(memory, pa, width as usize).map(|_| pa).ok_or(AccessFault))
                .map_err(|refusal| (code(kind, refusal), va)),
            memory: t.memory,
            learnt: t.learnt.into_iter().collect(),
        };
        self.translations(memory, hart, va, kind).into_iter().map(reached).collect()
    }

    fn transfer(
        &self,
        mut memory: Vec<u8>,
        parts: &[(u64, u64)],
        kind: Kind,
        value: u64,
        learnt: Vec<Cached>,
    ) -> Outcome {
        let (mut done, mut shift) = (0, 0);
        for (pa, width) in parts {
            if kind == Kind::Store {
                self.write(&mut memory, *pa, *width as usize, value >> shift);
            }
            done |= self.read(&memory, *pa, *width as usize).expect("there is memory") << shift;
            shift += 8 * width;
        }
        Outcome { end: Ok((parts[0].0, done)), memory, learnt }
    }
}

/// One way in which the way to one page may end.
struct Reached {
    end: Result<u64, (u64, u64)>,
    memory: Vec<u8>,
    learnt: Vec<Cached>,
}

/// The exception code.
fn code(kind: Kind, refusal: Refusal) -> u64 {
    match (refusal, kind) {
        (PageFault, Kind::Fetch) => 12,
        (PageFault, Kind::Load) => 13,
        (PageFault, Kind::Store) => 15,
        (AccessFault, Kind::Fetch) => 1,
        (AccessFault, Kind::Load) => 5,
        (AccessFault, Kind::Store) => 7,
    }
}
