//! Labels that values refer to, as a table: those that came with the pages of a collection, and what the collection of
//! labels itself says of them where it was read.

use std::{collections::BTreeSet, sync::Arc};

use arrow::{
    array::{Array as _, ArrayRef, StringArray},
    record_batch::RecordBatch,
};

use super::job::Job;
use crate::{
    catalog::{Reading, Resource, Shape, Table},
    decode::{Label, Labels},
    error::Error,
    lake::{StagedTable, TableWriter, WriterOptions},
};

/// What the pages of a run say about labels.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// Those that came embedded: they may be partial, and no longer true.
    embedded: Labels,
    /// Ids that values refer to.
    referred: BTreeSet<String>,
    /// Those that a collection of labels lists.
    listed: Labels,
}

impl Gathered {
    /// What one page says: the labels embedded in it, and its rows, which are labels themselves where it `lists` them.
    pub(super) fn see(&mut self, resource: &Resource, lists: bool, embedded: Labels, rows: &RecordBatch) {
        self.embedded.merge(embedded);
        if lists {
            self.listed.merge(labels_in(rows));
        }
        let reading = |reading| resource.columns.iter().find(|column| column.shape == Shape::Reading(reading));
        let columns = reading(Reading::ReferenceType).zip(reading(Reading::ReferenceId));
        if let (Some(embedded), Some((types, ids))) = (&resource.labels, columns) {
            let (types, ids) = (texts(rows, &types.name), texts(rows, &ids.name));
            for (of, id) in types.into_iter().flatten().zip(ids.into_iter().flatten()) {
                if let (Some(of), Some(id)) = (of, id)
                    && embedded.is_of(of)
                    && !self.referred.contains(id)
                {
                    self.referred.insert(id.to_owned());
                }
            }
        }
    }

    /// Adds what other pages say.
    pub(super) fn merge(&mut self, other: Self) {
        self.embedded.merge(other.embedded);
        self.referred.extend(other.referred);
        self.listed.merge(other.listed);
    }

    /// The labels that values refer to, as the collection of labels has them, and where that says nothing as they were embedded.
    fn labels(&self) -> Labels {
        let mut labels = self.embedded.clone();
        for (id, listed) in &self.listed.0 {
            let embedded = labels.0.remove(id);
            if embedded.is_some() || self.referred.contains(id) {
                labels.0.insert(id.clone(), said_first(listed.clone(), embedded));
            }
        }
        labels
    }
}

fn said_first(one: Label, other: Option<Label>) -> Label {
    let Some(other) = other else { return one };
    Label {
        name: one.name.or(other.name),
        taxonomy_id: one.taxonomy_id.or(other.taxonomy_id),
        t9n: one.t9n.or(other.t9n),
    }
}

/// Rows of a collection of labels.
fn labels_in(rows: &RecordBatch) -> Labels {
    let column = |name| texts(rows, name);
    let (Some(ids), names, taxonomies, translations) =
        (column("id"), column("name"), column("taxonomy_id"), column("t9n"))
    else {
        return Labels::default();
    };
    let text = |column: Option<&StringArray>, at: usize| {
        column.filter(|column| column.is_valid(at)).map(|column| column.value(at).to_owned())
    };
    let label = |at| Label { name: text(names, at), taxonomy_id: text(taxonomies, at), t9n: text(translations, at) };
    Labels(ids.iter().enumerate().filter_map(|(at, id)| Some((id?.to_owned(), label(at)))).collect())
}

fn texts<'b>(rows: &'b RecordBatch, column: &str) -> Option<&'b StringArray> {
    rows.column_by_name(column)?.as_any().downcast_ref()
}

/// Stages the labels that values refer to as the `table` of them.
///
/// # Errors
/// When the lake cannot be written.
pub(super) async fn stage_labels(job: &Job, table: &Table, gathered: &Gathered) -> Result<StagedTable, Error> {
    let labels = gathered.labels();
    let ids: StringArray = labels.0.keys().map(Some).collect();
    let names: StringArray = labels.0.values().map(|Label { name, .. }| name.as_deref()).collect();
    let taxonomies: StringArray = labels.0.values().map(|l| l.taxonomy_id.as_deref()).collect();
    let translations: StringArray = labels.0.values().map(|l| l.t9n.as_deref()).collect();
    let columns: Vec<ArrayRef> = vec![Arc::new(ids), Arc::new(names), Arc::new(taxonomies), Arc::new(translations)];
    let rows = RecordBatch::try_new(table.arrow_schema(), columns)
        .map_err(|_| Error::Bug("labels do not fit their columns".into()))?;
    let mut writer = TableWriter::new(&job.lake, &job.run_id, table, WriterOptions::default())
        .with_provenance(job.provenance.clone());
    if rows.num_rows() > 0 {
        writer.write(&rows).await?;
    }
    Ok(writer.close().await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalog::Catalog, decode::Decoder, page::Page};

    fn page(items: &str, embedded: &str) -> Page {
        let body = format!(r#"{{"items":[{items}],"links":{{"next":null}},"embedded":{embedded}}}"#);
        Page { number: 1, body: body.into(), received_at: chrono::DateTime::UNIX_EPOCH }
    }

    fn see(gathered: &mut Gathered, resource: &str, items: &str, embedded: &str) {
        let catalog = Catalog::embedded().unwrap();
        let resource = catalog.resource(resource).unwrap();
        let (decoded, _) = Decoder::new(resource, "run").decode(&page(items, embedded)).unwrap();
        let lists = catalog.resources.iter().any(|r| r.takes_labels_from(&resource.name));
        gathered.see(resource, lists, decoded.labels, &decoded.batch);
    }

    #[test]
    fn what_the_list_of_labels_says_counts_and_the_embedded_ones_fill_its_gaps() {
        let value = |id: &str, of: &str| {
            format!(
                r#"{{"id":"v{id}","definition":{{"id":"e_size"}},"employee":{{"id":"8"}},"value":{{"id":"{id}","type":"{of}"}}}}"#
            )
        };
        let values = [
            value("1", "taxonomy-label"),
            value("2", "taxonomy-label-reference"),
            value("3", "taxonomy-label"),
            value("9", "employee"),
        ];
        let embedded = r#"{"taxonomy-label":{"1":{"name":"old","taxonomy":{"id":"45"}},"5":{"name":"kept"}}}"#;
        let mut gathered = Gathered::default();
        see(&mut gathered, "employee-attributes", &values.join(","), embedded);
        let names = |gathered: &Gathered| -> Vec<String> {
            let shown = |(id, label): (&String, &Label)| {
                format!("{id} {} {}", label.name.as_deref().unwrap_or("-"), label.taxonomy_id.as_deref().unwrap_or("-"))
            };
            gathered.labels().0.iter().map(shown).collect()
        };
        assert_eq!(names(&gathered), ["1 old 45", "5 kept -"], "without the list");

        let label = |id: &str, rest: &str| format!(r#"{{"id":"{id}"{rest}}}"#);
        let labels = [
            label("1", r#","name":"new","isArchived":true"#),
            label("2", r#","name":"second","taxonomy":{"id":"46"},"t9n":{}"#),
            label("5", ""),
            label("7", r#","name":"no value has it""#),
            label("9", r#","name":"an employee has this id""#),
        ];
        let mut listed = Gathered::default();
        see(&mut listed, "taxonomy-labels", &labels.join(","), "{}");
        listed.merge(gathered);
        assert_eq!(names(&listed), ["1 new 45", "2 second 46", "5 kept -"]);
    }
}
