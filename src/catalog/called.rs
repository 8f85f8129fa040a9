//! What tables and columns are called by people: by their labels, or in the words of the tenant.

use std::borrow::Cow;

use super::{AS_OF, ColumnDefinition, DerivedTable, Label, Table, TableColumn, TranslatedLabel};
use crate::language::Language;

impl TableColumn {
    /// The same column, called so.
    pub(super) fn labelled(self, en: &str, fr: &str) -> Self {
        Self { labels: Some(Label::new(en, fr)), ..self }
    }

    /// What people call it: where it is of a definition of the tenant, as the tenant does. Its name where nobody says.
    pub(crate) fn label(&self, language: Language) -> Cow<'_, str> {
        if let Some(definition) = &self.definition {
            return definition.words(language);
        }
        Cow::Borrowed(self.labels.as_ref().map_or(&self.name, |label| label.text(language)))
    }
}

impl Table {
    /// What people call it; its name where nobody says.
    pub(crate) fn label(&self, language: Language) -> &str {
        self.labels.as_ref().map_or(&self.name, |label| label.text(language))
    }
}

impl ColumnDefinition {
    /// What the tenant calls it, and the property of it where the column holds one only.
    fn words(&self, language: Language) -> Cow<'_, str> {
        let own = self.label.text(language).unwrap_or(&self.id);
        match &self.property {
            None => Cow::Borrowed(own),
            Some(property) => Cow::Owned(format!("{own}: {}", property.label.text(language).unwrap_or(&property.name))),
        }
    }
}

impl TranslatedLabel {
    /// In a language where it was translated, else in the tenant's own.
    fn text(&self, language: Language) -> Option<&str> {
        let is_of = |tag: &str| tag.split('-').next().is_some_and(|tag| tag.eq_ignore_ascii_case(language.code()));
        let translated = self.translations.iter().find(|(tag, text)| is_of(tag) && !text.trim().is_empty());
        translated.map(|(_, text)| text).or(Some(&self.label).filter(|own| !own.trim().is_empty())).map(String::as_str)
    }
}

/// Of the day that a row describes: every table has the column.
pub(crate) fn of_as_of() -> Label {
    Label::new("As of", "Situation au")
}

/// Of a column of a table, the day that it describes included.
pub(crate) fn of_column(table: &Table, column: &str, language: Language) -> Option<String> {
    if column == AS_OF {
        return Some(of_as_of().text(language).to_owned());
    }
    table.columns.iter().find(|known| known.name == column).map(|known| known.label(language).into_owned())
}

/// Gives columns of queries that come unchanged from a table, by the same name, the label that they have there, unless they
/// have one of their own. What was given may be given on: says whether something was.
pub(super) fn inherit(known: &[Table], derived: &mut [DerivedTable]) -> bool {
    let label = |column: &TableColumn| {
        let (table, name) = column.source.split_once('.').filter(|(_, name)| *name == column.name)?;
        let table = known.iter().find(|known| known.name == table)?;
        table.columns.iter().find(|known| known.name == name)?.labels.clone()
    };
    let mut found = false;
    for derived in derived.iter_mut().filter(|derived| !derived.internal) {
        for column in derived.table.columns.iter_mut().filter(|column| column.labels.is_none()) {
            column.labels = label(column);
            found |= column.labels.is_some();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use super::*;
    use crate::catalog::{Catalog, DefinedProperty, LakeType, Privacy};

    /// Labels that are the same in both languages, and rightly so.
    const SAME: &[&str] = &[];

    #[test]
    fn every_table_and_column_has_labels_that_are_unique_and_translated() {
        let catalog = Catalog::embedded().unwrap();
        let tables = catalog.tables();
        let mut wrong = Vec::new();
        let mut same = HashSet::new();
        let names = tables.iter().map(|table| ("a table".to_owned(), &table.name, &table.labels));
        let columns = tables.iter().flat_map(|table| {
            let of_table =
                table.columns.iter().map(|column| (format!("{}.", table.name), &column.name, &column.labels));
            of_table.collect::<Vec<_>>()
        });
        let mut seen = HashSet::new();
        for (place, name, labels) in names.chain(columns) {
            let Some(labels) = labels else {
                wrong.push(format!("{place} {name} has none"));
                continue;
            };
            if let Err(broken) = labels.check() {
                wrong.push(format!("{place} {name}: {broken}"));
            }
            if labels.en == labels.fr {
                same.insert(labels.en.as_str());
            }
            for text in [("en", &labels.en), ("fr", &labels.fr)] {
                if !seen.insert((place.clone(), text)) {
                    wrong.push(format!("{place} {name}: {text:?} is there twice"));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(same, SAME.iter().copied().collect::<HashSet<_>>());
        assert!(tables.iter().all(|table| table.columns.iter().all(|column| column.name != AS_OF)));
    }

    #[test]
    fn a_column_of_a_definition_is_called_what_the_tenant_calls_it() {
        let translated = |label: &str, translations: &[(&str, &str)]| TranslatedLabel {
            label: label.to_owned(),
            translations: translations.iter().map(|(tag, text)| ((*tag).to_owned(), (*text).to_owned())).collect(),
        };
        let mut definition = ColumnDefinition {
            id: "e_address".to_owned(),
            label: translated("Adresse", &[("en-GB", "Address"), ("de-DE", "Anschrift"), ("fr-FR", " ")]),
            ..ColumnDefinition::default()
        };
        let label = |definition: &ColumnDefinition, language| {
            let column = TableColumn::new("address", LakeType::String, true, Privacy::Sensitive, "");
            TableColumn { definition: Some(Box::new(definition.clone())), ..column }.label(language).into_owned()
        };
        assert_eq!(label(&definition, Language::English), "Address");
        assert_eq!(label(&definition, Language::French), "Adresse");
        let property = translated("Rue", &[("en", "Street")]);
        definition.property = Some(DefinedProperty { name: "street".to_owned(), label: property });
        assert_eq!(label(&definition, Language::English), "Address: Street");
        definition.label = translated("", &[]);
        definition.property = Some(DefinedProperty { name: "street".to_owned(), label: TranslatedLabel::default() });
        assert_eq!(label(&definition, Language::French), "e_address: street");
    }

    #[test]
    fn a_column_inherits_what_it_is_called_where_it_comes_from_unchanged() {
        let a = "-- a: x\n-- column x string none: y\n-- source x: b.x\n-- column y string none: y\n-- source y: b.x\nSELECT 1";
        let b = "-- b: x\n-- column x string none: y\n-- source x: c.x\nSELECT 1";
        let c = "-- c: x\n-- label: C | Cé\n-- column x string none: y\n-- label x: X | Ix\nSELECT 1";
        let mut catalog = Catalog::parse(&[], &[("a", a), ("b", b), ("c", c)], &[]).unwrap();
        while inherit(&catalog.tables(), &mut catalog.derived) {}
        let labels: BTreeMap<_, _> = catalog
            .derived
            .iter()
            .flat_map(|d| {
                d.table.columns.iter().map(|c| (format!("{}.{}", d.table.name, c.name), c.label(Language::French)))
            })
            .collect();
        let labels: Vec<(&str, &str)> = labels.iter().map(|(name, label)| (name.as_str(), label.as_ref())).collect();
        // Another name may mean something else.
        assert_eq!(labels, [("a.x", "Ix"), ("a.y", "y"), ("b.x", "Ix"), ("c.x", "Ix")]);
        assert_eq!(catalog.table("c").unwrap().label(Language::French), "Cé");
    }
}
