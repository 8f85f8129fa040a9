use crate::catalog::{Catalog, CatalogError};

const RESOURCE: &str = r#"
resource = "people"
item_type = "person"
scope = "people.readonly"
page_limit = 1
zone = "core"
meaning = "X."
source = "X"
columns = [
  { name = "id", type = "string", nullable = false, json = "id", privacy = "none", meaning = "X." },
  { name = "ends_on", type = "date", json = "end.date", privacy = "personal", meaning = "X." },
  { name = "boss_id", type = "reference", to = "people", json = "boss", privacy = "directory", meaning = "X." },
]
[list]
"#;

fn broken(list: &str) -> Option<String> {
    let text = format!("{RESOURCE}{list}");
    let parsed: Result<Catalog, CatalogError> = Catalog::parse(&[("people", &text)], &[], &[]);
    parsed.err().map(|error| error.to_string())
}

fn parameter(rest: &str) -> String {
    format!("parameters = [{{ {rest}, meaning = \"X.\" }}]")
}

#[test]
fn a_list_says_what_can_be_asked_and_how_private_that_is() {
    for fine in [
        "",
        "sorts = [\"id\", \"end.date\"]\nembeds = [\"job-position\"]",
        &parameter(r#"name = "boss.id", type = "string", several = true, privacy = "directory""#),
        &parameter(r#"name = "boss.end.date", type = "date", takes_null = true, privacy = "sensitive""#),
        &parameter(r#"name = "somethingElse", type = "boolean", privacy = "none""#),
    ] {
        assert_eq!(broken(fine), None, "{fine}");
    }
}

#[test]
fn what_is_wrong_with_a_list_is_said() {
    for (list, why) in [
        (parameter(r#"name = "boss.id", type = "string", privacy = "none""#), "what it looks at is directory"),
        (parameter(r#"name = "boss.end.date", type = "date", privacy = "directory""#), "what it looks at is personal"),
        (
            parameter(r#"name = "boss.boss.end.date.between", type = "range", privacy = "none""#),
            "what it looks at is personal",
        ),
        (parameter(r#"name = "a", type = "string""#), "missing field `privacy`"),
        (parameter(r#"name = "a", type = "text", privacy = "none""#), "unknown variant `text`"),
        (parameter(r#"name = "a", type = "string", max = 3, privacy = "none""#), "unknown field `max`"),
        (parameter(r#"name = "a&b", type = "string", privacy = "none""#), "a path of camelCase"),
        (parameter(r#"name = "a..b", type = "string", privacy = "none""#), "a path of camelCase"),
        (parameter(r#"name = "page", type = "string", privacy = "none""#), "every list has it"),
        (parameter(r#"name = "a", type = "integer", enum = ["1"], privacy = "none""#), "only texts"),
        (parameter(r#"name = "a", type = "boolean", several = true, privacy = "none""#), "one value"),
        (parameter(r#"name = "a", type = "range", privacy = "none""#), "ends with .between"),
        (parameter(r#"name = "a.between", type = "date", privacy = "none""#), "ends with .between"),
        (
            r#"parameters = [{ name = "a", type = "string", privacy = "none", meaning = " " }]"#.to_owned(),
            "it has no meaning",
        ),
        (
            r#"parameters = [{ name = "a", type = "string", privacy = "none", meaning = "X." },
                             { name = "a", type = "date", privacy = "none", meaning = "X." }]"#
                .to_owned(),
            "it is named twice",
        ),
        (r#"sorts = ["-id"]"#.to_owned(), "the property of no column"),
        (r#"embeds = ["jobPosition"]"#.to_owned(), "is no `type` of a record"),
        ("filters = []".to_owned(), "unknown field `filters`"),
    ] {
        let error = broken(&list).unwrap_or_default();
        let source = Catalog::parse(&[("people", &format!("{RESOURCE}{list}"))], &[], &[]).err();
        let source = source.map(|e| format!("{e:?}")).unwrap_or_default();
        assert!(error.contains(why) || source.contains(why), "{list}\n{error}");
    }
}

#[test]
fn every_collection_says_what_it_can_be_asked() {
    let catalog = Catalog::embedded().unwrap();
    assert!(catalog.resources.iter().filter(|resource| resource.list.is_some()).count() >= 14);
    for resource in catalog.resources {
        // Nobody reads the pages of what has no list.
        let Some(list) = resource.list else {
            assert!(resource.each.is_some(), "schemas/{}.toml has no [list]", resource.name);
            continue;
        };
        assert!(resource.sort.is_none_or(|sort| list.sorts.contains(&sort)), "{}", resource.name);
    }
}
