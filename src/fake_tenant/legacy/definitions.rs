//! Definitions of custom fields, with the entries of those that are lists.

use crate::fake_tenant::collections::taxonomy_labels;
use crate::fake_tenant::people::definitions::{DEFINITIONS, Definition, LABELS, labels_of};

use super::list::{List, Style};
use super::node::Node;
use super::users::{definition_kind, is_on_users, shifted_label};

pub(super) static LIST: List = List {
    path: "/api/v3/extensionuserdefinitions",
    max_limit: 1000,
    // A definition by itself shows its entries.
    style: Style::V3 { compulsory: &[], leaves_out: None, tells_all: true },
    len: |_| on_users().count(),
    write: |facts, index, out| {
        let definition = on_users().nth(index)?;
        out.put("id", || definition.id);
        out.put("name", || definition.name);
        out.put("url", || facts.url("extensionuserdefinitions", definition.id));
        out.put("formatKey", || definition_kind(definition.shape));
        let labels = definition.taxonomy.map(labels_of).unwrap_or_default();
        out.nest_each("extensionUserPropertyListEntries", labels, |at, out| {
            let id = shifted_label(facts, taxonomy_labels::KIND.number(at));
            let name = LABELS.get(at)?.name;
            out.put("id", || Node::id(id));
            out.put("name", || name);
            Some(())
        });
        Some(())
    },
};

/// The definitions that users have.
pub(super) fn on_users() -> impl Iterator<Item = &'static Definition> {
    DEFINITIONS.iter().filter(|definition| is_on_users(definition))
}
