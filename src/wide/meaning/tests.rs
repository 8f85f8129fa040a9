//! What is said of a column, for each type of schema.

use serde_json::{Value, json};

use crate::{
    catalog::{Catalog, TableColumn},
    wide::{Definition, Sorting, WidePlan},
};

/// The columns of one definition, as name → meaning.
fn columns(definition: Definition) -> Vec<TableColumn> {
    let wide = Catalog::embedded().unwrap().wide;
    let table = wide.into_iter().find(|wide| wide.long == "personal_attributes").unwrap().table;
    let plan = WidePlan::new(&table, &[definition], &std::collections::BTreeMap::new(), |_| true);
    plan.columns.into_iter().filter(|column| column.definition.is_some()).collect()
}

fn said(definition: Definition) -> Vec<String> {
    columns(definition).into_iter().map(|column| format!("{}: {}", column.name, column.meaning)).collect()
}

fn definition(name: &str, schema: Value) -> Definition {
    Definition { id: "e_x".into(), name: name.into(), schema: schema.to_string(), ..Definition::default() }
}

fn base(name: &str) -> Value {
    json!({ "$id": format!("/lucca-api/schemas/{name}"), "title": name })
}

#[test]
fn every_base_schema_is_named() {
    for name in
        ["short-text", "long-text", "phone-number", "email", "url", "boolean", "int32", "decimal", "legacy-date"]
    {
        assert_eq!(said(definition("Motto", base(name))), [format!("e_x: Motto. Type {name}.")]);
    }
    assert_eq!(
        said(definition("Diploma", base("file-reference"))),
        ["e_x_id: Diploma: the identifier. Type file-reference."]
    );
    assert_eq!(
        said(definition("Mentor", base("employee-reference"))),
        [
            "e_x_id: Mentor: the identifier. Type employee-reference.",
            "e_x_name: Mentor: the name of the employee, null where it is not visible. Type employee-reference."
        ]
    );
}

#[test]
fn labels_tell_their_taxonomy_and_what_they_are_called_in_other_languages() {
    let size = Definition {
        t9n: Some(r#"{"name":{"fr-FR":"Taille de\n t-shirt","de-DE":"T-Shirt-Größe"}}"#.into()),
        taxonomy_id: Some("45".into()),
        target_type: Some("job-position".into()),
        archived: true,
        ..definition("T-shirt size", base("taxonomy-label-reference"))
    };
    let called = "T-shirt size (de-DE: T-Shirt-Größe, fr-FR: Taille de t-shirt)";
    let is = "Type taxonomy-label-reference, taxonomy 45, of the job position. Archived.";
    assert_eq!(
        said(size.clone()),
        [format!("e_x: {called}: the name of the label. {is}"), format!("e_x_id: {called}: the identifier. {is}")]
    );
    let told = columns(size)[0].definition.clone().unwrap();
    assert_eq!(
        serde_json::to_value(&told).unwrap(),
        json!({
            "id": "e_x", "label": "T-shirt size", "type": "taxonomy-label-reference", "taxonomy_id": "45",
            "translations": { "de-DE": "T-Shirt-Größe", "fr-FR": "Taille de\n t-shirt" },
            "target_type": "job-position", "several_values": false, "archived": true,
        })
    );
    let several = Definition {
        multiple: Some(Sorting { descending: true, property: None }),
        taxonomy_id: Some("45".into()),
        ..definition("Sizes", base("taxonomy-label-reference"))
    };
    let is = "Type taxonomy-label-reference, taxonomy 45, several values, descending.";
    assert_eq!(
        said(several),
        [format!("e_x: Sizes: names of the labels. {is}"), format!("e_x_ids: Sizes: identifiers. {is}")]
    );
}

#[test]
fn properties_have_names_taxonomies_and_translations_of_their_own() {
    let schema = json!({ "title": "object", "type": "object", "properties": {
        "born": { "$ref": "/lucca-api/schemas/legacy-date" },
        "school": { "$ref": "/lucca-api/schemas/taxonomy-label-reference" },
        "unsaid": { "type": "string" },
    }});
    let descriptions = json!({
        "born": { "name": "Birth date", "taxonomy": null, "sortOrder": 0, "t9n": { "name": { "fr-FR": "Né le" } } },
        "school": { "name": "School", "taxonomy": { "id": "9", "type": "taxonomy" }, "sortOrder": 1, "t9n": {} },
        "other": 3,
    });
    let child =
        Definition { property_descriptions: Some(descriptions.to_string()), ..definition("Child", schema.clone()) };
    assert_eq!(
        said(child.clone()),
        [
            "e_x_born: Child, Birth date (fr-FR: Né le). Type legacy-date.",
            "e_x_school: Child, School: the name of the label. Type taxonomy-label-reference, taxonomy 9.",
            "e_x_school_id: Child, School: the identifier. Type taxonomy-label-reference, taxonomy 9.",
            "e_x_unsaid: Child, unsaid. Type string.",
        ]
    );
    assert_eq!(columns(child.clone())[1].source, "e_x.school");
    let children = Definition { multiple: Some(Sorting { descending: false, property: Some("born".into()) }), ..child };
    assert_eq!(
        said(children),
        [
            "e_x: Child. Type object, several values, ascending by born.",
            "e_x_school: Child, School: names of the labels. Type taxonomy-label-reference, taxonomy 9, several values, ascending by born.",
        ]
    );
}

#[test]
fn enumerations_tell_their_values_and_what_the_schema_calls_them() {
    let plain = json!({ "type": ["string", "null"], "enum": ["active", "gone", null] });
    assert_eq!(said(definition("Status", plain)), ["e_x: Status. One of active, gone."]);
    let titled = json!({ "oneOf": [{ "const": "m", "title": "Male" }, { "const": "x" }, { "type": "null" }] });
    let is = "One of m (Male), x.";
    assert_eq!(
        said(definition("Gender", titled)),
        [format!("e_x: Gender. {is}"), format!("e_x_label: Gender: what the value of the enumeration is called. {is}")]
    );
    let many: Vec<String> = (0..40).map(|n| n.to_string()).collect();
    let many = said(definition("Many", json!({ "enum": many })));
    assert!(many[0].ends_with("10, 11, and 28 more."), "{many:?}");
}

#[test]
fn what_is_no_base_schema_says_what_json_it_is() {
    for (schema, expected) in [
        (json!({ "type": ["object", "null"], "properties": { "date": {} } }), "e_x: X. Type date."),
        (
            json!({ "type": ["object", "null"], "properties": { "id": {} } }),
            "e_x_id: X: the identifier. Type reference.",
        ),
        (json!({ "type": ["number", "null"] }), "e_x: X. Type number."),
        (json!({ "type": "array", "items": { "type": "string" } }), "e_x: X. Type list of strings."),
        (json!({ "anyOf": [{ "type": "null" }, { "$ref": "s/decimal" }] }), "e_x: X. Type decimal."),
        (json!({}), "e_x: X. Type any JSON."),
        (json!(3), "e_x: X. Type any JSON."),
    ] {
        assert_eq!(said(definition("X", schema.clone())), [expected], "{schema}");
    }
    let manager = Definition { id: "jobPosition.manager".into(), ..definition("Manager", json!({ "type": "object" })) };
    assert!(said(manager)[0].ends_with("Manager: the identifier. Type employee-reference."));
    // Whatever a tenant's texts are, they are no reason to fail.
    let broken = Definition {
        t9n: Some("[".into()),
        property_descriptions: Some("3".into()),
        schema: "{".into(),
        ..definition("X", json!(null))
    };
    assert_eq!(said(broken), ["e_x: X. Type any JSON."]);
}
