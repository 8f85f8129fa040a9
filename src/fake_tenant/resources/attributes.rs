//! Employee attributes, their definitions, and the taxonomy labels they refer to.

use chrono::NaiveDate;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::values::{Profile, Value};
use super::{Id, Json, Links, Reference, Translated, Url, View, write};
use crate::fake_tenant::people::attributes::{Applicability, Slot};
use crate::fake_tenant::people::definitions::{DEFINITIONS, LABELS, Multiple};
use crate::fake_tenant::people::kinds::{ATTRIBUTE, DEFINITION, EMPLOYEE, EMPLOYMENT, LABEL, POSITION, TAXONOMY};
use crate::fake_tenant::people::schemas::Shape;
use crate::fake_tenant::people::stamps::Stamp;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Attribute<'a> {
    id: Id,
    r#type: &'static str,
    url: Url<'a>,
    definition: Reference<'a>,
    employee: Reference<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    employment: Option<Reference<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    job_position: Option<Reference<'a>>,
    applicability: Option<Window>,
    value: Value<'a>,
    created_at: Stamp,
    last_updated_at: Stamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links>,
}

#[derive(Serialize)]
struct Window {
    start: Option<NaiveDate>,
    end: Option<NaiveDate>,
}

impl From<Applicability> for Window {
    fn from((start, end): Applicability) -> Self {
        Self { start, end }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Definition<'a> {
    id: Id,
    r#type: &'static str,
    url: Url<'a>,
    name: &'static str,
    schema: Json,
    applicability_schema: Option<Json>,
    property_descriptions: Properties,
    taxonomy: Option<Reference<'a>>,
    multiple_value_handling: Option<MultipleValues>,
    target_type: &'static str,
    is_archived: bool,
    last_archived_at: Option<Stamp>,
    t9n: Translated,
    created_at: Stamp,
    last_updated_at: Stamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MultipleValues {
    sorting: &'static str,
    sorting_property: Option<&'static str>,
}

impl From<Multiple> for MultipleValues {
    fn from((sorting, sorting_property): Multiple) -> Self {
        Self { sorting, sorting_property }
    }
}

/// `propertyDescriptions` of a composite, empty for anything else.
struct Properties(Shape);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Property {
    name: &'static str,
    taxonomy: Option<()>,
    sort_order: usize,
    t9n: Translated,
}

impl Serialize for Properties {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Shape::Composite(properties) = self.0 {
            for (sort_order, (property, _, name, french)) in properties.iter().enumerate() {
                let t9n = Translated { property: "name", french: *french };
                map.serialize_entry(property, &Property { name, taxonomy: None, sort_order, t9n })?;
            }
        }
        map.end()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Label<'a> {
    id: Id,
    r#type: &'static str,
    url: Url<'a>,
    taxonomy: Reference<'a>,
    name: &'static str,
    remote_id: Option<&'static str>,
    created_at: Stamp,
    last_updated_at: Stamp,
    is_archived: bool,
    last_archived_at: Option<Stamp>,
    t9n: Translated,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links>,
}

impl<'a> View<'a> {
    fn definition_ref(&self, index: usize) -> Option<Reference<'a>> {
        let id = Id::Text(DEFINITIONS.get(index)?.id);
        Some(Reference { id, r#type: DEFINITION.item, url: self.url(&DEFINITION, id) })
    }

    /// Appends the attribute at a position of the whole collection. `profile` is of the slot's employee.
    pub(in crate::fake_tenant) fn write_attribute(
        &self,
        at: u64,
        slot: &Slot,
        profile: &Profile,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        let Reference { id, r#type, url } = self.refer(&ATTRIBUTE, ATTRIBUTE.ids.id(at));
        let people = self.people;
        let since = slot.applicability.and_then(|(start, _)| start).or_else(|| people.hired_on(slot.employee));
        let (created_at, last_updated_at) =
            Stamp::pair(people.seed, 10, at, since.unwrap_or(people.today), people.today);
        let attribute = Attribute {
            id,
            r#type,
            url,
            definition: self.definition_ref(slot.definition)?,
            employee: self.refer_at(&EMPLOYEE, slot.employee),
            employment: slot.employment.map(|index| self.refer_at(&EMPLOYMENT, index)),
            job_position: slot.position.map(|index| self.refer_at(&POSITION, index)),
            applicability: slot.applicability.map(Window::from),
            value: self.value(slot, profile),
            created_at,
            last_updated_at,
            links: self.links(|| []),
        };
        write(Some(attribute), out)
    }

    fn definition(&self, index: usize) -> Option<Definition<'a>> {
        let definition = DEFINITIONS.get(index)?;
        let Reference { id, r#type, url } = self.definition_ref(index)?;
        let (created_at, last_updated_at) =
            if definition.is_custom() { self.stamps(11, index) } else { (Stamp::epoch(), Stamp::epoch()) };
        let french_contracts =
            r#"{"type":"object","properties":{"legalEntity":{"properties":{"countryCode":{"const":"FRA"}}}}}"#;
        Some(Definition {
            id,
            r#type,
            url,
            name: definition.name,
            schema: Json(definition.shape.json(definition.id)),
            applicability_schema: (definition.id == "e_contractClause").then(|| Json(french_contracts.to_owned())),
            property_descriptions: Properties(definition.shape),
            taxonomy: definition.taxonomy.map(|index| self.refer_at(&TAXONOMY, index)),
            multiple_value_handling: definition.multiple.map(MultipleValues::from),
            target_type: definition.owner.target(),
            is_archived: definition.archived,
            last_archived_at: definition.archived.then_some(last_updated_at),
            t9n: Translated { property: "name", french: definition.french },
            created_at,
            last_updated_at,
            links: self.links(|| []),
        })
    }

    fn label(&self, index: usize) -> Option<Label<'a>> {
        let label = LABELS.get(index)?;
        let Reference { id, r#type, url } = self.refer_at(&LABEL, index);
        let (created_at, last_updated_at) = self.stamps(12, index);
        Some(Label {
            id,
            r#type,
            url,
            taxonomy: self.refer_at(&TAXONOMY, label.taxonomy),
            name: label.name,
            remote_id: label.remote_id,
            created_at,
            last_updated_at,
            is_archived: label.archived,
            last_archived_at: label.archived.then_some(last_updated_at),
            t9n: Translated { property: "name", french: label.french },
            links: self.links(|| []),
        })
    }

    pub(in crate::fake_tenant) fn write_definition(&self, index: usize, out: &mut Vec<u8>) -> Option<()> {
        write(self.definition(index), out)
    }

    pub(in crate::fake_tenant) fn write_label(&self, index: usize, out: &mut Vec<u8>) -> Option<()> {
        write(self.label(index), out)
    }
}
