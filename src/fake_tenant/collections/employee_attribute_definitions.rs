//! The definitions of employee attributes.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::kind::Ids;
use super::record::Json;
use super::taxonomies;
use super::{Collection, Kind, Properties, Reference, Translated, View, filter};
use crate::fake_tenant::filter::{Field, Rule};
use crate::fake_tenant::people::definitions::{self, DEFINITIONS, Multiple};
use crate::fake_tenant::people::schemas::Shape;
use crate::fake_tenant::people::stamps::{Stamp, Stamps};

pub(super) static KIND: Kind = Kind {
    item: "employee-attribute-definition",
    path: "employee-attribute-definitions",
    ids: Ids::Names { at: |index| Some(DEFINITIONS.get(index)?.id), find: definitions::index_of },
};

pub(super) static COLLECTION: Collection = Collection {
    filters: &[
        filter("schema.title", Rule::Texts, |_, i| {
            let definition = DEFINITIONS.get(i)?;
            Field::text(definition.shape.title(definition.id))
        }),
        filter("multipleValueHandling", Rule::Null, |_, i| Field::text(DEFINITIONS.get(i)?.multiple.as_ref()?.sorting)),
        filter("isArchived", Rule::Flag, |_, i| Some(Field::Flag(DEFINITIONS.get(i)?.archived))),
    ],
    len: |_| DEFINITIONS.len(),
    write: |view, i, out| view.write(&KIND, i, &definition(view, i)?, out),
    ..Collection::of(&KIND, "employee-attribute-definitions")
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Definition<'a> {
    name: &'static str,
    schema: Json,
    applicability_schema: Option<Json>,
    property_descriptions: Descriptions,
    taxonomy: Option<Reference<'a>>,
    multiple_value_handling: Option<Multiple>,
    target_type: &'static str,
    is_archived: bool,
    last_archived_at: Option<Stamp>,
    t9n: Translated,
    #[serde(flatten)]
    stamps: Stamps,
}

impl Properties for Definition<'_> {}

/// `propertyDescriptions` of a composite, empty for anything else.
struct Descriptions(Shape);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Description {
    name: &'static str,
    taxonomy: Option<()>,
    sort_order: usize,
    t9n: Translated,
}

impl Serialize for Descriptions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Shape::Composite(properties) = self.0 {
            for (sort_order, (property, _, name, french)) in properties.iter().enumerate() {
                let t9n = Translated::name(*french);
                map.serialize_entry(property, &Description { name, taxonomy: None, sort_order, t9n })?;
            }
        }
        map.end()
    }
}

/// Where a clause applies: to contracts of French entities.
const FRENCH_CONTRACTS: &str =
    r#"{"type":"object","properties":{"legalEntity":{"properties":{"countryCode":{"const":"FRA"}}}}}"#;

fn definition<'a>(view: &View<'a>, index: usize) -> Option<Definition<'a>> {
    let definition = DEFINITIONS.get(index)?;
    let stamps = if definition.is_custom() { view.old_stamps(11, index) } else { Stamps::epoch() };
    Some(Definition {
        name: definition.name,
        schema: Json(definition.shape.json(definition.id)),
        applicability_schema: (definition.id == "e_contractClause").then(|| Json(FRENCH_CONTRACTS.to_owned())),
        property_descriptions: Descriptions(definition.shape),
        taxonomy: definition.taxonomy.map(|index| view.refer_at(&taxonomies::KIND, index)),
        multiple_value_handling: definition.multiple,
        target_type: definition.owner.target(),
        is_archived: definition.archived,
        last_archived_at: definition.archived.then_some(stamps.last_updated_at),
        t9n: Translated::name(definition.french),
        stamps,
    })
}
