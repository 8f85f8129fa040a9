//! A validated API collection: where its pages come from and which columns they become.

use serde::Deserialize;

use super::{
    Content, Each, Grows, Label, LakeType, Origin, Privacy, Quality, Route, Split, Table, TableColumn, Zone,
    added::{EXTRA, EXTRACTED_AT, RUN_ID},
    list::List,
};

/// One API collection and the table, or two tables, its records become.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Name of the collection: the path segment below `/lucca-api`.
    pub name: String,
    /// The constant `type` of every item; empty where they have none.
    pub item_type: String,
    /// What reading it needs: an OAuth scope, or the permission of a legacy key as its role's page words it.
    pub scope: String,
    /// Where it is read, when that is not below `/lucca-api`.
    pub(crate) route: Option<Route>,
    /// Whether its table is one of the lake; else it is only what other tables are made of.
    pub(crate) published: bool,
    /// Whether many tenants lack it: that it may not be read, or is not there, is no failure.
    pub(crate) optional: bool,
    /// Largest page the API is documented to give, in records.
    pub page_limit: u32,
    /// A larger page that is worth asking for, where the documentation disagrees with itself.
    pub(crate) hoped_page_limit: Option<u32>,
    /// Value of the `sort` parameter, where the endpoint has one.
    pub(crate) sort: Option<String>,
    /// Whether a run reads it only when one of its tables is named.
    pub(crate) on_request: bool,
    /// Parameter that restricts the records to those applicable on one day.
    pub(crate) as_of_parameter: Option<String>,
    /// What else people take for the id of a record.
    pub(crate) other_id: Option<OtherId>,
    /// The `links` of a record that lead to files.
    pub(crate) files: Vec<String>,
    /// Properties that tenants name, as patterns in lower case such as `useraxisvalues_*`: known by their form, they stay in
    /// `_extra` and are no drift.
    pub(crate) tenant_properties: Vec<String>,
    /// What its list can be asked for; `None` where it has no list.
    pub(crate) list: Option<List>,
    /// Records embedded in its pages, whose names are kept beside the values that refer to them.
    pub(crate) labels: Option<Embedded>,
    /// How records say on which days they apply, where the collection holds the past and the future too.
    pub(crate) history: Option<History>,
    /// How to ask for some of the records only.
    pub(crate) filter: Option<Filter>,
    /// How to split a collection that is too long for one chain of cursors.
    pub(crate) fan_out: Option<FanOut>,
    /// How its records are named, where no list gives them.
    pub(crate) each: Option<Each>,
    /// What each record describes.
    pub(crate) content: Option<Content>,
    /// How records that the API forgets stay.
    pub(crate) grows: Option<Grows>,
    /// Second table for some of the records.
    pub(crate) split: Option<Split>,
    /// Columns read from the items, in file order.
    pub(crate) columns: Vec<Column>,
    /// What its tables' rows keep beyond their types.
    pub(crate) quality: Quality,
    pub(super) zone: Zone,
    pub(super) meaning: String,
    pub(super) label: Option<Label>,
    pub(super) source: String,
}

/// What restricts a list to the records that changed since a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Since<'r> {
    /// Query parameter that takes `since,<time>`.
    pub(crate) parameter: &'r str,
    /// Column that has what the parameter compares.
    pub(crate) column: &'r str,
}

/// One column and the JSON it is read from.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Name in the lake.
    pub(crate) name: String,
    /// What the JSON must look like.
    pub(crate) shape: Shape,
    /// Dotted path of the property; several columns may read one property only by [`Shape::Reading`].
    pub(crate) json: String,
    /// Other dotted paths of the same property, in the same object: names that the API gave it at other times. The first
    /// that has a value counts, [`Self::json`] before these.
    pub(crate) aliases: Vec<String>,
    /// Whether the property may be null or absent.
    pub(crate) nullable: bool,
    /// Its type is not documented: another shape is kept in `_extra` and reported, instead of failing the run.
    pub(crate) undocumented: bool,
    /// Known values; others are kept and reported. Empty when the column is no enumeration.
    pub(crate) known_values: Vec<String>,
    /// Table that a reference points into, where the lake has it.
    pub(crate) refers_to: Option<String>,
    /// Privacy class.
    pub(crate) privacy: Privacy,
    /// One sentence.
    pub(crate) meaning: String,
    /// What people call it.
    pub(crate) label: Option<Label>,
}

/// The JSON shape a column accepts; anything else is an error that names the record and the column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A JSON string.
    String,
    /// `true` or `false`.
    Boolean,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// Any number.
    Double,
    /// `"YYYY-MM-DD"`.
    Date,
    /// RFC 3339 with an offset; digits below the microsecond are cut.
    Timestamp,
    /// Anything: the exact JSON text is kept. An explicit `null` is a null, unless `keeps_null`.
    Json {
        /// Keep an explicit `null` as the text `null`.
        keeps_null: bool,
    },
    /// `{id, type, url}`: the id is kept.
    Reference,
    /// A list of `{id, type, url}`: the ids are kept.
    References,
    /// A list of strings.
    Strings,
    /// An identifier, sent as a whole number or a string: its text is kept.
    Id,
    /// `"YYYY-MM-DD"`, or that day's midnight with or without an offset.
    LocalDate,
    /// A date-time with or without an offset, taken as UTC without one.
    LocalTimestamp,
    /// One typed reading of a value of any shape; null where the value has another shape.
    Reading(Reading),
}

/// The typed readings of a value of any shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reading {
    /// The text of a JSON string.
    Text,
    /// A JSON number, as the nearest double.
    Number,
    /// A JSON boolean.
    Boolean,
    /// `"YYYY-MM-DD"`, the same at midnight, or `{"date": …}` of either.
    Date,
    /// The `id` of a `{id, type, url}`.
    ReferenceId,
    /// The `type` of a `{id, type, url}`.
    ReferenceType,
}

impl Shape {
    /// Type of the column in the lake.
    pub(crate) fn lake_type(self) -> LakeType {
        match self {
            Self::String | Self::Json { .. } | Self::Reference | Self::Id => LakeType::String,
            Self::Reading(Reading::Text | Reading::ReferenceId | Reading::ReferenceType) => LakeType::String,
            Self::Boolean | Self::Reading(Reading::Boolean) => LakeType::Boolean,
            Self::Int32 => LakeType::Int32,
            Self::Int64 => LakeType::Int64,
            Self::Double | Self::Reading(Reading::Number) => LakeType::Double,
            Self::Date | Self::LocalDate | Self::Reading(Reading::Date) => LakeType::Date,
            Self::Timestamp | Self::LocalTimestamp => LakeType::Timestamp,
            Self::References | Self::Strings => LakeType::StringList,
        }
    }
}

/// Splitting a collection by the ids of another resource: `[fan_out]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FanOut {
    /// Query parameter that takes a comma-separated list of ids.
    pub(crate) parameter: String,
    /// Name of the resource whose ids are passed.
    pub(crate) from: String,
    /// Column of this resource's tables that holds the id filtered by: the one that `parameter` names.
    #[serde(skip)]
    pub(crate) column: String,
    /// Most ids in one request.
    pub(crate) max_values: usize,
    /// Column of that resource by whose values only some of the ids may be wanted.
    pub(crate) status: Option<String>,
}

/// The id of something else that a record is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OtherId {
    /// Query parameter that takes a comma-separated list of such ids.
    pub(crate) parameter: String,
    /// Column that holds it: the one that `parameter` names.
    pub(crate) column: String,
    /// Dotted path of the reference that has it as its `id`.
    pub(crate) json: String,
}

/// The days on which a record applies, both included; a null is without end: `[history]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct History {
    /// Column of the first day.
    pub(crate) starts: String,
    /// Column of the last day.
    pub(crate) ends: String,
}

/// Records that come embedded in the pages of a collection, and the table that their names become: `[labels]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Embedded {
    /// The constant `type` of every embedded record that is meant.
    pub(crate) item_type: String,
    /// Name of the resource that lists these records: what it says of them counts, where it is read.
    pub(crate) from: String,
    pub(super) table: String,
    pub(super) zone: Zone,
    pub(super) meaning: String,
    pub(super) label: Option<Label>,
}

impl Embedded {
    /// Whether a reference of this type is to such a record, in its own spelling or that of one documented example.
    pub(crate) fn is_of(&self, kind: &str) -> bool {
        kind == self.item_type || kind.strip_suffix("-reference") == Some(self.item_type.as_str())
    }
}

/// Asking for some of the records only: `[filter]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    /// Query parameter that takes a comma-separated list of ids.
    pub(crate) parameter: String,
    /// Name of the resource whose ids are passed.
    pub(crate) from: String,
    /// Column of this resource's tables that holds the id filtered by: the one that `parameter` names.
    #[serde(skip)]
    pub(crate) column: String,
    /// Longest list; a longer one is not passed, and all records are asked for.
    pub(crate) max_bytes: usize,
}

impl Filter {
    /// The list that asks for these ids alone, where there are any and they are not too many.
    pub(crate) fn list(&self, ids: &[&str]) -> Option<String> {
        Some(ids.join(",")).filter(|list| !list.is_empty() && list.len() <= self.max_bytes)
    }
}

impl Resource {
    /// Name of the (first) table: the collection's name in snake_case.
    pub fn table_name(&self) -> String {
        self.name.replace('-', "_")
    }

    /// The tables its records become: one, or two when there is a `Split`. Both have the same columns.
    pub fn tables(&self) -> Vec<Table> {
        let mut columns: Vec<TableColumn> = self.columns.iter().map(Column::table_column).collect();
        columns.extend(added_columns());
        let first = Table {
            name: self.table_name(),
            zone: self.zone,
            origin: Origin::Api,
            meaning: self.meaning.clone(),
            labels: self.label.clone(),
            columns,
            quality: self.quality.clone(),
        };
        let second = self.split.as_ref().map(|split| Table {
            name: split.table.clone(),
            zone: split.zone,
            meaning: split.meaning.clone(),
            labels: split.label.clone(),
            ..first.clone()
        });
        std::iter::once(first).chain(second).collect()
    }

    /// The table of what is embedded in its pages.
    pub(crate) fn labels_table(&self) -> Option<Table> {
        let Embedded { table, zone, meaning, label, .. } = self.labels.as_ref()?;
        let mut columns = labels_columns();
        columns.iter_mut().for_each(|column| column.source = format!("embedded in the pages of {}", self.name));
        Some(Table {
            name: table.clone(),
            zone: *zone,
            origin: Origin::Api,
            meaning: meaning.clone(),
            labels: label.clone(),
            columns: columns.into(),
            quality: Quality { key: vec!["id".to_owned()], ..Quality::default() },
        })
    }

    /// The table of what its records describe.
    pub(crate) fn content_table(&self) -> Option<Table> {
        self.content.as_ref().map(|content| content.table(&self.name))
    }

    /// Every table that it becomes.
    pub(crate) fn all_tables(&self) -> Vec<Table> {
        self.tables().into_iter().chain(self.labels_table()).chain(self.content_table()).collect()
    }

    /// What restricts its list to what changed since a time; empty where it can only be read in full.
    pub(crate) fn since(&self) -> Vec<Since<'_>> {
        let parameters = self.route.iter().flat_map(|route| &route.since);
        let column = |parameter: &&str| self.columns.iter().find(|column| column.json == *parameter);
        let since = parameters.filter_map(|parameter| {
            let column = column(&parameter.as_str())?;
            Some(Since { parameter, column: &column.name })
        });
        since.collect()
    }

    /// The column of the day that a record is of, where its list wants to be told the days.
    pub(crate) fn day_column(&self) -> Option<&str> {
        let parameter = self.route.as_ref()?.window.as_ref()?.parameter.as_deref()?;
        self.columns.iter().find(|column| column.json == parameter).map(|column| column.name.as_str())
    }

    /// Whether names of properties are compared without regard to case: the older APIs spell them in several ways.
    pub(crate) fn any_case(&self) -> bool {
        self.route.is_some()
    }

    /// Whether the labels that come with its pages are the records of that resource.
    pub(crate) fn takes_labels_from(&self, resource: &str) -> bool {
        self.labels.as_ref().is_some_and(|labels| labels.from == resource)
    }

    /// Whether its list takes several values of a parameter.
    pub(crate) fn filters_by(&self, parameter: &str) -> bool {
        self.list.iter().flat_map(|list| &list.parameters).any(|known| known.name == parameter && known.several)
    }

    /// Where the facts about it were published.
    pub fn source(&self) -> &str {
        &self.source
    }
}

impl Column {
    fn table_column(&self) -> TableColumn {
        TableColumn {
            labels: self.label.clone(),
            source: std::iter::once(&self.json).chain(&self.aliases).cloned().collect::<Vec<_>>().join(" or "),
            ..TableColumn::new(&self.name, self.shape.lake_type(), self.nullable, self.privacy, &self.meaning)
        }
    }
}

/// The columns that every API table ends with.
pub(super) fn added_columns() -> [TableColumn; 3] {
    let extra = "JSON object of the properties that this version does not know; null when there are none.";
    let extracted_at = "When the page that held the record was received.";
    let run_id = "The run that wrote the record.";
    [
        TableColumn::new(EXTRA, LakeType::String, true, Privacy::Sensitive, extra)
            .labelled("Unknown properties", "Propriétés inconnues"),
        TableColumn::new(EXTRACTED_AT, LakeType::Timestamp, false, Privacy::None, extracted_at)
            .labelled("Extracted at", "Extrait le"),
        TableColumn::new(RUN_ID, LakeType::String, false, Privacy::None, run_id)
            .labelled("Run ID", "Identifiant d'exécution"),
    ]
}

/// What is kept of an embedded record, in the order that they are written in.
fn labels_columns() -> [TableColumn; 4] {
    let text = |name, nullable, meaning| TableColumn::new(name, LakeType::String, nullable, Privacy::None, meaning);
    [
        text("id", false, "Identifier of the label.").labelled("ID", "Identifiant"),
        text("name", true, "Its name, in the tenant's own language.").labelled("Label", "Libellé"),
        text("taxonomy_id", true, "The list of labels it is from.")
            .labelled("Taxonomy ID", "Identifiant de la liste de valeurs"),
        text("t9n", true, "Translations, as an object from property to language tag to text; incomplete by nature.")
            .labelled("Translations", "Traductions"),
    ]
}
