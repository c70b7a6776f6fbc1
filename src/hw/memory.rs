//! Physical memory: bytes from a base address on, and nothing anywhere else.
//!
//! Memory is kept in chunks that clones share until one of them writes, so that a copy of a whole machine is cheap. A
//! chunk that was never written takes no room, and neither does one that is filled: free memory with a list through it.
//! A chunk has nothing to do with the page size of the machine.

use super::addr::PhysAddr;
use std::ops::Range;
use std::sync::Arc;

/// Bytes of a chunk.
pub const CHUNK_BYTES: u64 = 4096;

/// What [`Memory::words`] passes over at once; a chunk has a whole number of them.
const BLOCK_BYTES: u64 = 256;

/// The bytes of one chunk.
pub type Chunk = [u8; CHUNK_BYTES as usize];

/// What a chunk holds.
#[derive(Clone, Debug)]
pub enum Contents {
    /// A word, and then the same byte to the end. This takes no room.
    Filled {
        /// The first word.
        first: u64,
        /// The byte after it.
        byte: u8,
    },
    /// Bytes of its own.
    Bytes(Arc<Chunk>),
}

impl Contents {
    /// A chunk that was never written.
    pub const ZEROS: Self = Self::full_of(0);

    /// A chunk with the same byte everywhere.
    pub const fn full_of(byte: u8) -> Self {
        Self::Filled { first: u64::from_le_bytes([byte; 8]), byte }
    }

    /// All its bytes.
    pub fn bytes(&self) -> Arc<Chunk> {
        match self {
            Self::Bytes(bytes) => bytes.clone(),
            Self::Filled { first, byte } => {
                let mut bytes = [*byte; CHUNK_BYTES as usize];
                bytes[..8].copy_from_slice(&first.to_le_bytes());
                Arc::new(bytes)
            }
        }
    }

    /// Whether it takes room.
    fn takes_room(&self) -> bool {
        matches!(self, Self::Bytes(_))
    }

    /// The eight bytes from byte `at` on; `None` where they do not end in the chunk.
    #[inline]
    fn word(&self, at: usize) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => {
                bytes.get(at..)?.first_chunk().map(|word: &[u8; 8]| u64::from_le_bytes(*word))
            }
            Self::Filled { .. } if at > CHUNK_BYTES as usize - 8 => None,
            Self::Filled { first, byte } => {
                let rest = u64::from_le_bytes([*byte; 8]);
                Some(match at {
                    0 => *first,
                    1..8 => first >> (8 * at) | rest << (64 - 8 * at),
                    _ => rest,
                })
            }
        }
    }

    /// The byte at `at`, which is in the chunk.
    fn byte(&self, at: usize) -> u8 {
        match self {
            Self::Bytes(bytes) => bytes[at],
            Self::Filled { first, byte } => *first.to_le_bytes().get(at).unwrap_or(byte),
        }
    }

    /// Its bytes, to be written.
    fn own(&mut self) -> &mut Chunk {
        if !self.takes_room() {
            *self = Self::Bytes(self.bytes());
        }
        match self {
            Self::Bytes(bytes) => Arc::make_mut(bytes),
            Self::Filled { .. } => unreachable!("the chunk was given its own bytes above"),
        }
    }
}

/// Equal if every byte is: undoing the first write to a chunk leaves the bytes that were there.
impl PartialEq for Contents {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bytes(one), Self::Bytes(other)) => Arc::ptr_eq(one, other) || one == other,
            (Self::Filled { first, byte }, Self::Filled { first: other_first, byte: other_byte }) => {
                (first, byte) == (other_first, other_byte)
            }
            _ => self.bytes() == other.bytes(),
        }
    }
}

/// Physical memory. A chunk that was never written reads as zeros.
#[derive(Clone, Debug)]
pub struct Memory {
    base: PhysAddr,
    size_bytes: u64,
    chunks: Vec<Contents>,
    /// How many of them take room.
    written: usize,
}

impl Memory {
    /// The most that a machine may have: 4 GiB.
    pub const MAX_BYTES: u64 = 4 << 30;

    /// `size_bytes` of zeros from `base` on. Both must be multiples of [`CHUNK_BYTES`], and the size at most
    /// [`Self::MAX_BYTES`].
    ///
    /// # Errors
    ///
    /// A sentence that says which number cannot be.
    pub fn new(base: PhysAddr, size_bytes: u64) -> Result<Self, String> {
        if !base.0.is_multiple_of(CHUNK_BYTES) || !size_bytes.is_multiple_of(CHUNK_BYTES) {
            return Err(format!(
                "memory of {size_bytes:#x} bytes from {base}: both must be multiples of {CHUNK_BYTES:#x}"
            ));
        }
        if size_bytes == 0 || size_bytes > Self::MAX_BYTES {
            return Err(format!("memory of {size_bytes:#x} bytes: it must be from 4 KiB to 4 GiB"));
        }
        if PhysAddr::new(base.0.saturating_add(size_bytes - 1)).is_none() {
            return Err(format!("memory from {base}: it would end past the last 56-bit address"));
        }
        let chunks = vec![Contents::ZEROS; (size_bytes / CHUNK_BYTES) as usize];
        Ok(Self { base, size_bytes, chunks, written: 0 })
    }

    /// The first address.
    pub fn base(&self) -> PhysAddr {
        self.base
    }

    /// How many bytes there are.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// How many bytes of it take room: whole chunks, which are not filled and of which at least one byte was written.
    pub fn written_bytes(&self) -> usize {
        self.written * CHUNK_BYTES as usize
    }

    /// Whether `width` bytes from `pa` on all exist.
    #[inline]
    pub fn contains(&self, pa: PhysAddr, width: u64) -> bool {
        pa.0.checked_sub(self.base.0)
            .is_some_and(|offset| offset < self.size_bytes && width <= self.size_bytes - offset)
    }

    /// The `width` bytes (1 to 8) from `pa` on as a little-endian number; `None` where memory is absent.
    #[inline]
    pub fn read(&self, pa: PhysAddr, width: u64) -> Option<u64> {
        // Before the base this is past the last chunk.
        let offset = pa.0.wrapping_sub(self.base.0);
        let index = usize::try_from(offset / CHUNK_BYTES).ok()?;
        match self.chunks.get(index)?.word((offset % CHUNK_BYTES) as usize) {
            Some(word) => Some(word & low(width)),
            None => self.read_bytes(pa, width),
        }
    }

    /// The same byte by byte: a word that may not end in its chunk.
    #[cold]
    fn read_bytes(&self, pa: PhysAddr, width: u64) -> Option<u64> {
        (0..width).try_fold(0, |value, i| {
            let offset = pa.0 - self.base.0 + i;
            let chunk = self.chunks.get((offset / CHUNK_BYTES) as usize)?;
            Some(value | u64::from(chunk.byte((offset % CHUNK_BYTES) as usize)) << (8 * i))
        })
    }

    /// The words of `width` bytes (1 to 8) from `pa` on that are not 0, each with its index, as far as there is memory.
    /// Page tables are mostly zeros, and whole blocks of these are passed over at once.
    pub(in crate::hw) fn words(&self, pa: PhysAddr, width: u64, indices: Range<u64>) -> Vec<(u64, u64)> {
        let mut found = vec![];
        let mut index = indices.start;
        while index < indices.end {
            let at = PhysAddr(pa.0.saturating_add(index * width));
            let next = index + BLOCK_BYTES / width;
            if next <= indices.end && self.is_block_of_zeros(at) {
                index = next;
                continue;
            }
            match self.read(at, width) {
                None => break,
                Some(0) => {}
                Some(word) => found.push((index, word)),
            }
            index += 1;
        }
        found
    }

    /// Whether a block begins here and is all zeros.
    fn is_block_of_zeros(&self, pa: PhysAddr) -> bool {
        if !pa.0.is_multiple_of(BLOCK_BYTES) || !self.contains(pa, BLOCK_BYTES) {
            return false;
        }
        let offset = pa.0 - self.base.0;
        let at = (offset % CHUNK_BYTES) as usize;
        match &self.chunks[(offset / CHUNK_BYTES) as usize] {
            Contents::Bytes(bytes) => bytes[at..at + BLOCK_BYTES as usize] == [0; BLOCK_BYTES as usize],
            Contents::Filled { first, byte } => (*first, *byte) == (0, 0),
        }
    }

    /// Puts the low `width` bytes (1 to 8) of `value` at `pa`, little-endian, and gives back what was there.
    ///
    /// # Panics
    ///
    /// Where memory is absent: the caller has checked with [`Self::contains`].
    pub(super) fn swap(&mut self, pa: PhysAddr, width: u64, value: u64) -> u64 {
        assert!(self.contains(pa, width), "no memory at {pa}");
        let old = self.read(pa, width).unwrap_or_default();
        let (mut offset, mut left) = (pa.0 - self.base.0, &value.to_le_bytes()[..width as usize]);
        while !left.is_empty() {
            let chunk = &mut self.chunks[(offset / CHUNK_BYTES) as usize];
            self.written += usize::from(!chunk.takes_room());
            let there = &mut chunk.own()[(offset % CHUNK_BYTES) as usize..];
            let (here, after) = left.split_at(left.len().min(there.len()));
            there[..here.len()].copy_from_slice(here);
            (offset, left) = (offset + here.len() as u64, after);
        }
        old
    }

    /// What the chunk that `pa` is in holds; zeros where memory is absent.
    pub fn chunk(&self, pa: PhysAddr) -> Contents {
        self.chunk_index(pa).map_or(Contents::ZEROS, |index| self.chunks[index].clone())
    }

    /// Puts other contents into the whole chunk that `pa` is in, and gives back what was there.
    ///
    /// # Panics
    ///
    /// Where memory is absent.
    pub(super) fn swap_chunk(&mut self, pa: PhysAddr, contents: Contents) -> Contents {
        let index = self.chunk_index(pa).expect("the caller names a chunk that exists");
        self.written += usize::from(contents.takes_room());
        let old = std::mem::replace(&mut self.chunks[index], contents);
        self.written -= usize::from(old.takes_room());
        old
    }

    fn chunk_index(&self, pa: PhysAddr) -> Option<usize> {
        self.contains(pa, 1).then(|| ((pa.0 - self.base.0) / CHUNK_BYTES) as usize)
    }
}

/// A mask of the low `width` bytes (1 to 8) of a word.
#[inline]
fn low(width: u64) -> u64 {
    !0 >> (64 - 8 * width)
}

/// Equal if every byte is, whatever room it takes.
impl PartialEq for Memory {
    fn eq(&self, other: &Self) -> bool {
        self.base == other.base && self.chunks == other.chunks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: PhysAddr = PhysAddr(0x8000_0000);

    #[test]
    fn words_are_little_endian_and_may_lie_across_chunks() {
        let mut memory = Memory::new(BASE, 0x2000).unwrap();
        let pa = PhysAddr(BASE.0 + 0xffc);
        assert_eq!(memory.swap(pa, 8, 0x1122_3344_5566_7788), 0);
        assert_eq!(memory.read(pa, 8), Some(0x1122_3344_5566_7788));
        assert_eq!(memory.read(PhysAddr(BASE.0 + 0x1000), 1), Some(0x44));
        assert_eq!(memory.swap(pa, 2, 0), 0x7788);
    }

    #[test]
    fn the_words_that_are_not_zero_are_found_one_by_one_as_well() {
        let mut memory = Memory::new(BASE, 0x3000).unwrap();
        for at in [0x0, 0xf8, 0x100, 0x7f8, 0xffc, 0x1ff8] {
            memory.swap(PhysAddr(BASE.0 + at), 4, at + 1);
        }
        for (start, width) in [(0, 8), (0, 4), (0x10, 8), (0x1000, 8), (0x2c00, 8)] {
            let start = PhysAddr(BASE.0 + start);
            let word = |index| Some((index, memory.read(PhysAddr(start.0 + index * width), width)?));
            let slowly: Vec<_> = (3..600).map_while(word).filter(|(_, word)| *word != 0).collect();
            assert_eq!(memory.words(start, width, 3..600), slowly, "{start} {width}");
        }
    }

    #[test]
    fn nothing_exists_before_the_base_or_past_the_end() {
        let memory = Memory::new(BASE, 0x1000).unwrap();
        assert_eq!(memory.read(PhysAddr(BASE.0 - 1), 1), None);
        assert_eq!(memory.read(PhysAddr(BASE.0 + 0xff9), 8), None);
        assert_eq!(memory.read(PhysAddr(BASE.0 + 0xff8), 8), Some(0));
        assert_eq!(memory.read(PhysAddr(u64::MAX), 8), None);
    }

    #[test]
    fn clones_part_at_the_first_write() {
        let mut one = Memory::new(BASE, 0x1000).unwrap();
        one.swap(BASE, 8, 1);
        let mut other = one.clone();
        other.swap(BASE, 8, 2);
        assert_eq!((one.read(BASE, 8), other.read(BASE, 8)), (Some(1), Some(2)));
    }

    #[test]
    fn what_is_filled_takes_no_room_until_it_is_written() {
        let mut memory = Memory::new(BASE, 0x2000).unwrap();
        let filled = Contents::Filled { first: 0x8000_1000, byte: 5 };
        assert_eq!(memory.swap_chunk(BASE, filled.clone()), Contents::ZEROS);
        assert_eq!(memory.written_bytes(), 0);
        let words = [(0, 8), (4, 8), (8, 8), (1, 2), (7, 1), (0xff8, 8), (0xffd, 8)];
        let read = |memory: &Memory| words.map(|(at, width)| memory.read(PhysAddr(BASE.0 + at), width));
        let before = read(&memory);
        assert_eq!(before[..3], [0x8000_1000, 0x0505_0505_0000_0000, 0x0505_0505_0505_0505].map(Some));
        assert_eq!(memory.swap(PhysAddr(BASE.0 + 0x800), 8, 1), 0x0505_0505_0505_0505);
        assert_eq!((read(&memory), memory.written_bytes()), (before, 0x1000));
        memory.swap(PhysAddr(BASE.0 + 0x800), 8, 0x0505_0505_0505_0505);
        let own = memory.swap_chunk(BASE, filled.clone());
        assert!(own == filled && own.takes_room() && memory.written_bytes() == 0);
    }

    #[test]
    fn sizes_that_cannot_be_are_refused() {
        assert!(Memory::new(PhysAddr(1), 0x1000).is_err());
        assert!(Memory::new(BASE, 0).is_err());
        assert!(Memory::new(BASE, Memory::MAX_BYTES + CHUNK_BYTES).is_err());
        assert!(Memory::new(PhysAddr((1 << 56) - 0x1000), 0x2000).is_err());
    }
}
