//! How private filters are: at least as private as what they look at.

use super::{Column, Privacy, Resource};

/// Checks what the parameters of a list say of their privacy against the columns that they look at.
///
/// # Errors
/// Names the parameter that says too little.
pub(super) fn check(of: &Resource, all: &[Resource]) -> Result<(), String> {
    for parameter in of.list.iter().flat_map(|list| &list.parameters) {
        let path = parameter.name.strip_suffix(".between").unwrap_or(&parameter.name);
        if let Some(least) = class_of(path, of, all).filter(|least| parameter.privacy < *least) {
            return Err(format!("[list] parameter {:?}: what it looks at is {least}", parameter.name));
        }
    }
    Ok(())
}

/// The most private column on the way that a path goes from record to record by references; `None` where a property on
/// it has no column.
fn class_of(path: &str, of: &Resource, all: &[Resource]) -> Option<Privacy> {
    let exact = |column: &&Column| column.json == path;
    if let Some(column) = of.columns.iter().find(exact) {
        return Some(column.privacy);
    }
    let mut found = None;
    for column in &of.columns {
        let Some(rest) = path.strip_prefix(&column.json).and_then(|rest| rest.strip_prefix('.')) else { continue };
        let referred = column.refers_to.as_ref().and_then(|to| all.iter().find(|r| r.table_name() == *to));
        // The id of a record tells no more than the reference to it.
        let beyond = if rest == "id" { None } else { referred.and_then(|referred| class_of(rest, referred, all)) };
        found = Some(beyond.map_or(column.privacy, |beyond| beyond.max(column.privacy)));
    }
    found
}
