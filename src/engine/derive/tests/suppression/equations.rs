//! Sums that are known, and whether they tell another one.

/// Numbers are taken modulo this prime.
const PRIME: u64 = 4_294_967_291;

/// Sums of so many unknown numbers whose results are known.
#[derive(Debug)]
pub(super) struct Equations {
    unknowns: usize,
    /// Each with the unknown that no later one has.
    rows: Vec<(usize, Vec<u64>)>,
}

impl Equations {
    pub(super) fn of(unknowns: usize) -> Self {
        Self { unknowns, rows: Vec::new() }
    }

    /// The sum of these unknowns is known from now on.
    pub(super) fn know(&mut self, sum: impl IntoIterator<Item = usize>) {
        let mut row = self.left(sum);
        let Some(pivot) = row.iter().position(|n| *n > 0) else { return };
        let inverse = power(row[pivot], PRIME - 2);
        row.iter_mut().for_each(|n| *n = *n * inverse % PRIME);
        self.rows.push((pivot, row));
    }

    /// Whether sums and differences of what is known, in any multiple, give the sum of these unknowns.
    pub(super) fn tell(&self, sum: impl IntoIterator<Item = usize>) -> bool {
        self.left(sum).iter().all(|n| *n == 0)
    }

    /// What all that is known leaves over of a sum.
    fn left(&self, sum: impl IntoIterator<Item = usize>) -> Vec<u64> {
        let mut row = vec![0; self.unknowns];
        sum.into_iter().for_each(|unknown| row[unknown] = 1);
        for (pivot, known) in &self.rows {
            let factor = PRIME - row[*pivot];
            if factor < PRIME {
                for (n, k) in row.iter_mut().zip(known).filter(|(_, k)| **k > 0) {
                    *n = (*n + factor * k) % PRIME;
                }
            }
        }
        row
    }
}

fn power(base: u64, exponent: u64) -> u64 {
    if exponent == 0 {
        return 1;
    }
    let half = power(base * base % PRIME, exponent / 2);
    if exponent.is_multiple_of(2) { half } else { half * base % PRIME }
}

/// x + y and y + z tell neither of them; x + z does, with both.
#[test]
fn differences_are_told() {
    let mut known = Equations::of(3);
    known.know([0, 1]);
    known.know([1, 2]);
    assert!(known.tell([0, 1]) && !known.tell([0]));
    known.know([0, 2]);
    assert!(known.tell([0]) && known.tell([0, 1, 2]));
}
