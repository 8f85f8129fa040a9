//! Names that come embedded in pages: those of the labels that values refer to.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Labels by their id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Labels(pub BTreeMap<String, Label>);

/// One label, as far as it is of use beside the values that refer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Label {
    /// Its name.
    pub(crate) name: Option<String>,
    /// The list of labels it is from.
    pub(crate) taxonomy_id: Option<String>,
    /// Its translations: a JSON object from property to language tag to text.
    #[serde(default)]
    pub(crate) t9n: Option<String>,
}

#[derive(Deserialize)]
struct Embedded<'a> {
    name: Option<String>,
    taxonomy: Option<Taxonomy>,
    #[serde(borrow)]
    t9n: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Taxonomy {
    id: String,
}

impl Labels {
    /// The labels in the `embedded` of a page, under `kind` or the spelling of one documented example. What is embedded may
    /// be partial and is no record: one that cannot be read is as good as absent.
    pub(super) fn of(embedded: &str, kind: &str) -> Self {
        let by_type: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(embedded).unwrap_or_default();
        let mut labels = BTreeMap::new();
        for (name, records) in by_type {
            if name != kind && name.strip_suffix("-reference") != Some(kind) {
                continue;
            }
            let records: BTreeMap<String, &RawValue> = serde_json::from_str(records.get()).unwrap_or_default();
            for (id, record) in records {
                if let Ok(Embedded { name, taxonomy, t9n }) = serde_json::from_str(record.get()) {
                    let t9n = t9n.map(|t9n| t9n.get().to_owned());
                    labels.insert(id, Label { name, taxonomy_id: taxonomy.map(|t| t.id), t9n });
                }
            }
        }
        Self(labels)
    }

    /// Adds those of another page.
    pub(crate) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_read_and_nonsense_is_not() {
        let label = |name: &str| Label {
            name: Some(name.into()),
            taxonomy_id: Some("45".into()),
            t9n: Some(r#"{"name":{"fr-FR":"Très grand"}}"#.into()),
        };
        for kind in ["taxonomy-label", "taxonomy-label-reference"] {
            let text = format!(
                r#"{{"employee":{{"1":{{"name":"x"}}}},"{kind}":{{"984":{{"id":"984","name":"XL","taxonomy":{{"id":"45"}},"t9n":{{"name":{{"fr-FR":"Très grand"}}}}}},"7":3}}}}"#
            );
            assert_eq!(Labels::of(&text, "taxonomy-label").0, BTreeMap::from([("984".to_owned(), label("XL"))]));
        }
        for nothing in ["null", "{}", "[]", r#"{"taxonomy-label":null}"#, "3"] {
            assert_eq!(Labels::of(nothing, "taxonomy-label"), Labels::default(), "{nothing}");
        }
    }
}
