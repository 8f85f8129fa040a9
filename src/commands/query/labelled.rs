//! What people read above the columns of an answer: labels, where a column is one of a table as it is.

use std::collections::HashMap;

use crate::{
    catalog::{Table, called},
    engine::passed::Passed,
    language::Language,
};

/// A heading for each column: what people call it, its own name where it is computed or named by the statement. Of
/// columns that are called the same, each is told by its name too.
///
/// Names that are not different are left as they are, for whoever refuses them.
pub(super) fn headings(
    names: &[String],
    passed: &[Option<Passed>],
    tables: &[Table],
    language: Language,
) -> Vec<String> {
    let label = |passed: &Passed| {
        let table = tables.iter().find(|table| table.name == passed.table)?;
        called::of_column(table, &passed.column, language)
    };
    let words: Vec<String> = names
        .iter()
        .zip(passed)
        .map(|(name, passed)| passed.as_ref().and_then(label).unwrap_or_else(|| name.clone()))
        .collect();
    let count = |texts: &[String]| {
        let mut count = HashMap::<String, usize>::new();
        texts.iter().for_each(|text| *count.entry(text.clone()).or_default() += 1);
        count
    };
    if count(names).into_values().any(|times| times > 1) {
        return names.to_vec();
    }
    let times = count(&words);
    let heading = |(name, word): (&String, &String)| match times.get(word) {
        Some(1) => word.clone(),
        _ => format!("{word} ({name})"),
    };
    names.iter().zip(&words).map(heading).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn a_heading_is_a_label_where_the_column_is_one_of_a_table_and_no_two_are_alike() {
        let tables = Catalog::embedded().unwrap().tables();
        let passed = |table: &str, column: &str| Some(Passed { table: table.to_owned(), column: column.to_owned() });
        let names = ["id", "hire_date", "end_date", "termination_date", "n", "as_of", "x"].map(str::to_owned);
        let columns = [
            passed("employees", "id"),
            passed("unified_employees", "hire_date"),
            passed("employments", "end_date"),
            passed("unified_employees", "termination_date"),
            None,
            passed("employees", "as_of"),
            passed("a_table_of_another_version", "x"),
        ];
        let twice = "Date de fin de contrat";
        let wanted = [
            "Identifiant",
            "Date d'embauche",
            &format!("{twice} (end_date)"),
            &format!("{twice} (termination_date)"),
            "n",
            "Situation au",
            "x",
        ];
        assert_eq!(headings(&names, &columns, &tables, Language::French), wanted);
        let same = ["id", "id"].map(str::to_owned);
        assert_eq!(headings(&same, &[None, passed("employees", "id")], &tables, Language::French), same);
    }
}
