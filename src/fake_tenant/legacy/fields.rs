//! Which fields of a record are wanted, as `fields=id,department[id,name],leavePeriod.ownerId` says it.

use std::collections::BTreeMap;

/// The wanted fields of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fields {
    /// Everything, as v4 shows it.
    All,
    /// What v3 shows of a record where nothing is said: `id`, `name`, `url`.
    Short,
    /// Those that were named, in lower case, and what is wanted of each.
    Named(Named),
}

type Named = BTreeMap<String, Fields>;

static ALL: Fields = Fields::All;
static SHORT: Fields = Fields::Short;

impl Fields {
    /// What is wanted of the field with this name, whatever its case; `None` if it is not wanted.
    pub(super) fn of(&self, name: &str) -> Option<&Self> {
        match self {
            Self::All => Some(&ALL),
            Self::Short => matches!(name, "id" | "name" | "url").then_some(&SHORT),
            // A filter looks at one field of very many records.
            Self::Named(named) if named.len() == 1 => {
                named.iter().find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, of)| of)
            }
            Self::Named(named) => named.get(&name.to_ascii_lowercase()),
        }
    }

    /// The names of the fields themselves, in lower case.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let named = match self {
            Self::Named(named) => Some(named),
            Self::All | Self::Short => None,
        };
        named.into_iter().flat_map(|named| named.keys().map(String::as_str))
    }

    /// One field, by the way to it (`leavePeriod.owner.id`).
    pub(super) fn path(path: &str) -> Self {
        let mut named = Named::new();
        add(&mut named, path);
        Self::Named(named)
    }

    /// Reads the value of `fields`; `None` if its brackets do not match.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut named = Named::new();
        for part in parts(text)? {
            match part.split_once('[') {
                None => add(&mut named, part),
                Some((name, inner)) => {
                    let inner = Self::parse(inner.strip_suffix(']')?)?;
                    named.insert(name.trim().to_ascii_lowercase(), inner);
                }
            }
        }
        Some(Self::Named(named))
    }
}

/// The pseudo-field that adds the number of records to the page.
pub(super) const COUNT: &str = "collection.count";

fn add(named: &mut Named, path: &str) {
    let path = path.trim().to_ascii_lowercase();
    match path.split_once('.') {
        Some((name, rest)) if path != COUNT => {
            let of = named.entry(name.to_owned()).or_insert(Fields::Short);
            let mut inner = match std::mem::replace(of, Fields::Short) {
                Fields::Named(inner) => inner,
                Fields::All | Fields::Short => Named::new(),
            };
            add(&mut inner, rest);
            *of = Fields::Named(inner);
        }
        _ => {
            named.entry(path).or_insert(Fields::Short);
        }
    }
}

/// The parts of a list between the commas that stand in no brackets.
fn parts(text: &str) -> Option<Vec<&str>> {
    let mut depth = 0_u32;
    let mut parts = Vec::new();
    let mut rest = text;
    let mut from = 0;
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => {
                let (part, tail) = rest.split_at_checked(at - from)?;
                parts.push(part);
                rest = tail.strip_prefix(',')?;
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(rest);
    (depth == 0).then_some(parts)
}
