//! Which files views name, for tests.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Zone;

/// The data files that views name, those of the lists that they share included.
pub(in crate::lake) fn named_files(sql: &str) -> BTreeSet<String> {
    let mut lists = BTreeMap::<&str, Vec<String>>::new();
    let mut files = BTreeSet::new();
    for line in sql.lines() {
        let list = line
            .strip_prefix("CREATE OR REPLACE MACRO all_days.")
            .and_then(|list| list.split_once("(folder) AS "))
            .or_else(|| line.strip_prefix("SET lucca_lake.")?.trim_end_matches(';').split_once('='));
        if let Some((name, list)) = list {
            let words = list.split(|c: char| !(c.is_ascii_alphanumeric() || "-_./".contains(c)));
            let of_word = |word: &str| match word.ends_with(".parquet") {
                true => vec![word.to_owned()],
                false => word.rsplit('.').next().and_then(|name| lists.get(name).cloned()).unwrap_or_default(),
            };
            let list = words.flat_map(of_word).collect();
            lists.insert(name, list);
            continue;
        }
        let parts: Vec<&str> = line.split(['\'', '`', '"', '(', '{', '}']).collect();
        files.extend(parts.iter().filter(|part| part.ends_with(".parquet")).map(|file| in_lake(file)));
        let Some(days) = parts.iter().find(|part| part.ends_with("/as_of=")) else { continue };
        let lists = parts.iter().filter_map(|part| lists.get(part.rsplit('.').next()?));
        files.extend(lists.flatten().map(|file| format!("{}{file}", in_lake(days))));
    }
    files
}

/// The path in the lake of what a view names.
fn in_lake(file: &str) -> String {
    let from_zone = |zone: &Zone| file.split_once(&format!("/{zone}/")).map(|(_, rest)| format!("{zone}/{rest}"));
    Zone::ALL.iter().find_map(from_zone).unwrap().replace('\\', "")
}
