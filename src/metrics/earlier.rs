//! The numbers that a file holds. What is not as this program writes it counts as not said.

use super::{
    family::{FAMILIES, Labels},
    samples::Samples,
};

/// What a file says of the metrics that exist.
pub(super) fn samples(text: &str) -> Samples {
    let mut samples = Samples::default();
    for line in text.lines() {
        let Some(family) =
            FAMILIES.iter().find(|family| line.strip_prefix(family.name).is_some_and(|rest| rest.starts_with('{')))
        else {
            continue;
        };
        if let Some((labels, value)) = line.get(family.name.len() + 1..).and_then(sample) {
            samples.put(*family, labels, value);
        }
    }
    samples
}

/// Labels and value: `a="b",c="d"} 1.5`.
fn sample(text: &str) -> Option<(Labels, f64)> {
    let (mut labels, mut rest) = (Labels::new(), text);
    loop {
        let (name, quoted) = rest.split_once("=\"")?;
        let (value, after) = unquoted(quoted)?;
        labels.push((name.to_owned(), value));
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => {
                let value: f64 = after.strip_prefix("} ")?.parse().ok()?;
                return value.is_finite().then_some((labels, value));
            }
        }
    }
}

/// The text up to the quote that ends it, and what comes after that.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, text.get(at + 1..)?)),
            '\\' => value.push(match characters.next()?.1 {
                'n' => '\n',
                other => other,
            }),
            other => value.push(other),
        }
    }
    None
}
