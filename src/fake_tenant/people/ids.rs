//! How ids are numbered.

/// Ids that run consecutively for a while and then leave one out, as deletions do. Ids are canonical decimal numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numbering {
    first: u64,
    run: u64,
}

pub(crate) const EMPLOYEES: Numbering = Numbering::new(8, 7);
pub(crate) const PORTRAITS: Numbering = Numbering::new(66_512_001, 5);

impl Numbering {
    /// From `first` on, leaving one out after each `run`.
    pub(crate) const fn new(first: u64, run: u64) -> Self {
        Self { first, run }
    }

    pub(crate) const fn id(self, index: u64) -> u64 {
        self.first + index + index / self.run
    }

    /// The index of the record with this id, whether or not there are that many records.
    pub(crate) fn index(self, id: u64) -> Option<u64> {
        let offset = id.checked_sub(self.first)?;
        let (block, within) = (offset / (self.run + 1), offset % (self.run + 1));
        (within < self.run).then_some(block * self.run + within)
    }

    /// As `index`, from an id as text. `"007"` is not `"7"`.
    pub(crate) fn index_of_text(self, id: &str) -> Option<usize> {
        usize::try_from(self.index(canonical(id)?)?).ok()
    }
}

/// The number a canonical decimal id stands for.
pub(crate) fn canonical(id: &str) -> Option<u64> {
    let plain = id.bytes().all(|byte| byte.is_ascii_digit()) && (id == "0" || !id.starts_with('0'));
    if plain { id.parse().ok() } else { None }
}
