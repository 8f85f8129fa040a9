//! What a snapshot remembers beside its tables, committed together with the data it belongs to.
//!
//! Snapshots of other versions are read as far as they say what this one knows: what is missing, or is said otherwise, is as
//! good as not said.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{described::Described, known_days::KnownDays};
use crate::{
    catalog::{LakeType, Source},
    page::{LearnedLimit, LeftOut},
    run_id::RunId,
};

/// The state of a snapshot. Each field is a key of the manifest's `state`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SnapshotState {
    /// Tables that were asked for and could not be read, each with the reason.
    #[serde(deserialize_with = "entries")]
    pub(crate) absent: BTreeMap<String, String>,
    /// Who let it through although a gate held it back.
    #[serde(deserialize_with = "or_nothing", skip_serializing_if = "Option::is_none")]
    pub(crate) accepted: Option<Accepted>,
    /// Records of each resource that the API counted and did not serve, where that was accepted.
    #[serde(deserialize_with = "entries")]
    pub(crate) accepted_missing: BTreeMap<String, u64>,
    /// Definitions whose attributes were read, as patterns.
    #[serde(deserialize_with = "or_nothing", skip_serializing_if = "Option::is_none")]
    pub(crate) attribute_definitions: Option<Vec<String>>,
    /// Statuses of the people whose attributes were read; `None` for all.
    #[serde(deserialize_with = "or_nothing")]
    pub(crate) attribute_people: Option<Vec<String>>,
    /// What the tables mean that have the tenant's own columns.
    #[serde(deserialize_with = "entries")]
    pub(crate) described: BTreeMap<String, Described>,
    /// The days that the lake had when the snapshot was made.
    #[serde(deserialize_with = "or_nothing", skip_serializing_if = "Option::is_none")]
    pub(crate) known_days: Option<KnownDays>,
    /// Properties that the API refused to show, by resource: the next runs do not ask for them.
    #[serde(deserialize_with = "or_nothing", skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) left_out: BTreeMap<String, LeftOut>,
    /// Columns that are null because the API that was read cannot tell them; by table.
    #[serde(deserialize_with = "or_nothing", skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_available: Vec<NotAvailable>,
    /// Tables whose rows tell of the day alone on which they were read.
    #[serde(deserialize_with = "or_nothing", skip_serializing_if = "Vec::is_empty")]
    pub(crate) only_current: Vec<String>,
    /// How large pages the API gives, by resource.
    #[serde(deserialize_with = "or_nothing")]
    pub(crate) page_limits: BTreeMap<String, LearnedLimit>,
    /// The run whose pages the snapshot was made from: they are used up.
    #[serde(deserialize_with = "or_nothing", skip_serializing_if = "Option::is_none")]
    pub(crate) pages_of: Option<RunId>,
    /// Definitions whose values are personal beyond the declared rule; where `public_definitions` is `None`: all that are.
    #[serde(deserialize_with = "or_nothing", skip_serializing_if = "Option::is_none")]
    pub(crate) personal_definitions: Option<Vec<String>>,
    /// Custom definitions whose values are not personal; `None` where attributes were read by an older rule, which had none.
    #[serde(deserialize_with = "or_nothing")]
    pub(crate) public_definitions: Option<Vec<String>>,
    /// How tables were read that changes may be laid upon, by table.
    #[serde(deserialize_with = "entries", skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) readings: BTreeMap<String, TableReading>,
    /// The day on which the API was read; see [`Snapshot::read_on`](super::Snapshot::read_on).
    #[serde(deserialize_with = "or_nothing", skip_serializing_if = "Option::is_none")]
    pub(crate) read_on: Option<NaiveDate>,
    /// How many records each resource had when it was last read.
    #[serde(deserialize_with = "entries")]
    pub(crate) records: BTreeMap<String, u64>,
    /// By `table.column`: the references that are not null, and how many of them lead nowhere.
    #[serde(deserialize_with = "entries")]
    pub(crate) references: BTreeMap<String, [u64; 2]>,
    /// Which APIs were read.
    #[serde(deserialize_with = "or_nothing", skip_serializing_if = "Source::is_v5")]
    pub(crate) source: Source,
    /// Whose data it is: the tenant's host.
    #[serde(deserialize_with = "or_nothing", skip_serializing_if = "Option::is_none")]
    pub(crate) tenant: Option<String>,
    /// Whether the attributes are those of all days.
    #[serde(deserialize_with = "or_nothing")]
    pub(crate) whole_history: bool,
    /// The types that columns of the wide tables have or had.
    #[serde(deserialize_with = "or_nothing")]
    pub(crate) wide_types: BTreeMap<String, LakeType>,
    /// What only other versions know.
    #[serde(flatten)]
    pub(crate) unknown: Map<String, Value>,
}

impl SnapshotState {
    /// Whether the API that was read can fill a column.
    pub(crate) fn can_fill(&self, table: &str, column: &str) -> bool {
        !self.not_available.iter().any(|lacking| lacking.table == table && lacking.columns.iter().any(|c| c == column))
    }
}

/// How a table was read whose list can tell what changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TableReading {
    /// When its first page was asked for, or a moment before: what changed later may not be in the table.
    pub(crate) began_at: DateTime<Utc>,
    /// When the last reading in full began: the same time where this was one.
    pub(crate) full_at: DateTime<Utc>,
    /// The day since which changes were asked for, of an increment; `None` of a reading in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<NaiveDate>,
    /// Names who asked for what: changes go with what was asked for in the same way.
    pub(crate) asked: String,
    /// The first and the last of the days that were asked for, where they had to be given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) days: Option<[NaiveDate; 2]>,
}

/// Columns of a table that are null because the API that was read cannot tell them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NotAvailable {
    /// Table.
    pub(crate) table: String,
    /// Its columns.
    pub(crate) columns: Vec<String>,
}

/// Who let a snapshot through although a gate held it back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Accepted {
    /// When.
    pub(crate) at: DateTime<Utc>,
    /// What the gates had said, one line each.
    pub(crate) breaches: Vec<String>,
    /// Why it is right all the same.
    pub(crate) reason: String,
}

/// A value, or none where another is written.
fn or_nothing<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(json: D) -> Result<T, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(json)?).unwrap_or_default())
}

/// The entries that have a value, without those for which another is written.
fn entries<'de, D: Deserializer<'de>, T: DeserializeOwned>(json: D) -> Result<BTreeMap<String, T>, D::Error> {
    let Value::Object(entries) = Value::deserialize(json)? else { return Ok(BTreeMap::new()) };
    Ok(entries.into_iter().filter_map(|(key, value)| Some((key, serde_json::from_value(value).ok()?))).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::Privacy;

    /// As a run writes it.
    const WRITTEN: &str = r#"{
  "absent": {
    "professions": "job-qualifications.readonly was not granted"
  },
  "accepted": {
    "at": "2026-03-16T08:00:00Z",
    "breaches": [
      "rows_dropped: employees: 1 of 3"
    ],
    "reason": "a department was sold"
  },
  "accepted_missing": {
    "employees": 2
  },
  "attribute_definitions": [
    "*"
  ],
  "attribute_people": null,
  "described": {
    "employee_snapshot": {
      "meaning": "Wide.",
      "columns": {
        "e_size": {
          "meaning": "Size",
          "privacy": "personal"
        }
      }
    }
  },
  "known_days": {
    "at": "2026-03-15T06:00:00Z",
    "days": [
      "2026-03-14/2026-03-15"
    ]
  },
  "left_out": {
    "v3-users": {
      "properties": [
        "quote"
      ],
      "learned_at": "2026-03-15T06:00:00Z"
    }
  },
  "not_available": [
    {
      "table": "employees",
      "columns": [
        "portrait_id"
      ]
    }
  ],
  "only_current": [
    "job_positions"
  ],
  "page_limits": {
    "employees": {
      "limit": 100,
      "learned_at": "2026-03-15T06:00:00Z"
    }
  },
  "pages_of": "20260315T060000Z-00000001",
  "personal_definitions": [],
  "public_definitions": [
    "e_size"
  ],
  "readings": {
    "leaves": {
      "began_at": "2026-03-15T06:00:00Z",
      "full_at": "2026-03-10T06:00:00Z",
      "since": "2026-03-13",
      "asked": "5f2d",
      "days": [
        "2025-01-01",
        "2027-12-31"
      ]
    }
  },
  "read_on": "2026-03-15",
  "records": {
    "employees": 12
  },
  "references": {
    "employees.department_id": [
      12,
      1
    ]
  },
  "source": "legacy",
  "tenant": "example.ilucca.net",
  "whole_history": false,
  "wide_types": {
    "e_size": "string"
  },
  "of_tomorrow": 1
}"#;

    fn written() -> SnapshotState {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let size =
            super::super::DescribedColumn { meaning: "Size".into(), privacy: Privacy::Personal, definition: None };
        let wide = Described { meaning: "Wide.".into(), columns: [("e_size".into(), size)].into() };
        SnapshotState {
            absent: [("professions".into(), "job-qualifications.readonly was not granted".into())].into(),
            accepted: Some(Accepted {
                at: at("2026-03-16T08:00:00Z"),
                breaches: vec!["rows_dropped: employees: 1 of 3".into()],
                reason: "a department was sold".into(),
            }),
            accepted_missing: [("employees".into(), 2)].into(),
            attribute_definitions: Some(vec!["*".into()]),
            attribute_people: None,
            described: [("employee_snapshot".into(), wide)].into(),
            known_days: Some(KnownDays::new(at("2026-03-15T06:00:00Z"), ["2026-03-14", "2026-03-15"].map(day))),
            left_out: [(
                "v3-users".into(),
                LeftOut { properties: ["quote".into()].into(), learned_at: at("2026-03-15T06:00:00Z") },
            )]
            .into(),
            not_available: vec![NotAvailable { table: "employees".into(), columns: vec!["portrait_id".into()] }],
            only_current: vec!["job_positions".into()],
            page_limits: [("employees".into(), LearnedLimit { limit: 100, learned_at: at("2026-03-15T06:00:00Z") })]
                .into(),
            pages_of: Some("20260315T060000Z-00000001".parse().unwrap()),
            personal_definitions: Some(Vec::new()),
            public_definitions: Some(vec!["e_size".into()]),
            readings: [(
                "leaves".into(),
                TableReading {
                    began_at: at("2026-03-15T06:00:00Z"),
                    full_at: at("2026-03-10T06:00:00Z"),
                    since: Some(day("2026-03-13")),
                    asked: "5f2d".into(),
                    days: Some([day("2025-01-01"), day("2027-12-31")]),
                },
            )]
            .into(),
            read_on: Some(day("2026-03-15")),
            records: [("employees".into(), 12)].into(),
            references: [("employees.department_id".into(), [12, 1])].into(),
            source: Source::Legacy,
            tenant: Some("example.ilucca.net".into()),
            whole_history: false,
            wide_types: [("e_size".into(), LakeType::String)].into(),
            unknown: [("of_tomorrow".to_owned(), json!(1))].into_iter().collect(),
        }
    }

    #[test]
    fn the_keys_of_the_manifest_stay_what_they_are() {
        assert_eq!(serde_json::to_string_pretty(&written()).unwrap(), WRITTEN);
        assert_eq!(serde_json::from_str::<SnapshotState>(WRITTEN).unwrap(), written());
    }

    #[test]
    fn a_snapshot_that_says_nothing_is_read() {
        let nothing: SnapshotState = serde_json::from_str("{}").unwrap();
        assert_eq!(nothing, SnapshotState::default());
        assert_eq!(nothing.public_definitions, None, "read by an older rule");
        for no_state in ["[]", "null", "1"] {
            assert!(serde_json::from_str::<SnapshotState>(no_state).is_err(), "{no_state}");
        }
    }

    /// Whatever one key says otherwise, it is read as nothing, and the others as they are.
    #[test]
    fn what_makes_no_sense_is_as_good_as_not_said() {
        let written: Map<String, Value> = serde_json::from_str(WRITTEN).unwrap();
        for key in written.keys().filter(|key| *key != "of_tomorrow") {
            for nonsense in [json!("not so"), json!(["no", 1]), json!({ "no": { "so": 1 } }), json!(-7), Value::Null] {
                let changed = |value: Option<Value>| {
                    let mut json = written.clone();
                    json.remove(key);
                    json.extend(value.map(|value| (key.clone(), value)));
                    serde_json::from_value::<SnapshotState>(Value::Object(json)).unwrap()
                };
                // A sentence is a name like any other.
                if key == "tenant" && nonsense.is_string() {
                    continue;
                }
                assert_eq!(changed(Some(nonsense.clone())), changed(None), "{key}: {nonsense}");
            }
        }
        let some = json!({ "records": { "employees": 12, "departments": "many" }, "references": { "a.b": [1], "c.d": [1, 0] } });
        let some: SnapshotState = serde_json::from_value(some).unwrap();
        assert_eq!(some.records, [("employees".to_owned(), 12)].into());
        assert_eq!(some.references, [("c.d".to_owned(), [1, 0])].into());
    }
}
