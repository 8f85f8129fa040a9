//! The tables as dbt sources: `sources.yml`.

use super::{rows::Place, text::quoted};
use crate::{
    catalog::{AS_OF, Catalog, LakeType, Table, TableColumn},
    lake::{Described, DescribedColumn, sentence},
};

/// The tables of the newest day as sources of dbt-duckdb over exactly the published files: what tables and columns mean, how
/// private they are, and tests of keys, of columns without nulls and, as warnings, of references, as Lucca hides some records.
/// Tables that the day does not have are left out.
pub(crate) fn sources(tables: &[Table], catalog: &Catalog, place: &Place<'_>) -> String {
    let mut yaml = String::from(
        "# Written by `lucca-lake tables --dbt`: write it again after each sync, as it names the newest day's files.\nversion: 2\n\
         sources:\n  - name: lucca\n    tables:\n",
    );
    for table in tables {
        let Some(files) = place.addresses(table) else { continue };
        let files = files.iter().map(|file| format!("'{}'", file.replace('\'', "''"))).collect::<Vec<_>>().join(", ");
        // dbt-duckdb takes braces for places to fill.
        let files = files.replace('{', "{{").replace('}', "}}");
        yaml.push_str(&format!(
            "      - name: {}\n        description: {}\n        config:\n          meta:\n            external_location: {}\n        \
             columns:\n",
            table.name,
            quoted(&sentence(&table.meaning)),
            quoted(&format!("read_parquet([{files}], hive_partitioning = true)")),
        ));
        let described = Described::from(table);
        table.columns.iter().for_each(|column| yaml.push_str(&of_column(column, table, &described, catalog, tables)));
        yaml.push_str(&format!(
            "          - name: {AS_OF}\n            description: \"The day that the row describes.\"\n            data_tests: [not_null]\n"
        ));
    }
    yaml
}

fn of_column(
    column: &TableColumn,
    table: &Table,
    described: &Described,
    catalog: &Catalog,
    tables: &[Table],
) -> String {
    let told = described.columns.get(&column.name).map(DescribedColumn::in_words).unwrap_or_default();
    let mut tests = Vec::new();
    if !column.nullable {
        tests.push("not_null".to_owned());
    }
    if table.quality.key == [column.name.clone()] {
        tests.push("unique".to_owned());
    }
    // dbt's own test compares values, not lists of them.
    let is_one = column.lake_type != LakeType::StringList;
    let to = catalog.refers_to(&table.name, &column.name).filter(|to| is_one && tables.iter().any(|t| t.name == *to));
    if let Some(to) = to {
        tests.push(format!(
            "{{relationships: {{arguments: {{to: \"source('lucca', '{to}')\", field: id}}, config: {{severity: warn}}}}}}"
        ));
    }
    let tests = match tests.as_slice() {
        [] => String::new(),
        tests => format!("            data_tests: [{}]\n", tests.join(", ")),
    };
    format!(
        "          - name: {}\n            description: {}\n            config: {{meta: {{privacy: {}}}}}\n{tests}",
        column.name,
        quoted(&told),
        column.privacy
    )
}
