//! Cursors, and which records a page has.

use super::people::dice::{Dice, Stream};
use rand::RngCore;

/// Where a page starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// At a position of the sorted, unfiltered collection: the first page, or what a cursor says.
    Position(u64),
    /// After so many of the records that were asked for: a numbered page.
    Skip(u64),
}

/// A page: positions within the sorted, unfiltered collection, and where its neighbours start.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) next: Option<u64>,
    pub(super) prev: Option<u64>,
}

/// What the cursors of a collection in an order are told apart by.
#[derive(Debug, Clone, Copy)]
pub(super) struct CursorKey {
    seed: u64,
    salt: u64,
}

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const POSITION_BITS: u32 = 40;
const POSITION_MASK: u64 = (1 << POSITION_BITS) - 1;

impl CursorKey {
    /// `order` is the collection's path and how it is sorted.
    pub(super) fn new(seed: u64, order: &str) -> Self {
        // FNV-1a.
        let salt = order
            .bytes()
            .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3));
        Self { seed, salt }
    }

    fn mask(self, index: u64) -> u64 {
        Dice::with_salt(self.seed, Stream::Cursor, self.salt, index).next_u64()
    }

    /// `!` and a few letters and digits: the position, hidden, and check bits that depend on it.
    pub(super) fn encode(self, position: u64) -> String {
        let position = position & POSITION_MASK;
        let check = self.mask(position + 1) & !POSITION_MASK;
        let mut rest = check | (position ^ (self.mask(0) & POSITION_MASK));
        let mut digits = Vec::new();
        while rest > 0 {
            let digit = usize::try_from(rest % 62).unwrap_or(0);
            digits.push(char::from(ALPHABET.get(digit).copied().unwrap_or(b'0')));
            rest /= 62;
        }
        std::iter::once('!').chain(digits.into_iter().rev()).collect()
    }

    /// The position, if this is a cursor this collection issued.
    pub(super) fn decode(self, cursor: &str) -> Option<u64> {
        let mut rest: u64 = 0;
        for byte in cursor.strip_prefix('!')?.bytes() {
            let digit = ALPHABET.iter().position(|known| *known == byte)?;
            rest = rest.checked_mul(62)?.checked_add(digit as u64)?;
        }
        let position = (rest & POSITION_MASK) ^ (self.mask(0) & POSITION_MASK);
        (self.encode(position) == cursor).then_some(position)
    }
}

/// The page of `limit` positions below `len` that `keep` accepts.
pub(super) fn page(len: u64, start: Start, limit: usize, mut keep: impl FnMut(u64) -> bool) -> Page<u64> {
    if limit == 0 {
        return Page { items: Vec::new(), next: None, prev: None };
    }
    let start = match start {
        Start::Position(position) => position.min(len),
        Start::Skip(count) => {
            // The position of the record after the skipped ones.
            let mut kept = (0..len).filter(|at| keep(*at));
            usize::try_from(count).ok().and_then(|count| kept.nth(count)).unwrap_or(len)
        }
    };
    let mut following = (start..len).filter(|at| keep(*at));
    let items: Vec<u64> = following.by_ref().take(limit).collect();
    let next = following.next();
    let before = (0..start).rev().filter(|at| keep(*at)).take(limit).last();
    Page { items, next, prev: before }
}
