//! The tools of the API, made from the schemas: `list_…` and `get_…` for each resource.

use serde_json::{Map, Value, json, value::RawValue};

use super::{
    answer::{Answer, ToolError},
    arguments::Arguments,
    changes,
    door::AccountSide,
    records,
    tool::{Call, Effect, Tool, arguments, set},
};
use crate::{
    account::{check_ids, list::Asked},
    catalog::{
        Catalog, Privacy, Resource,
        list::{List, MOST_VALUES, Parameter, ParameterType},
    },
    error::Error,
};

/// Records of a page, unless more or fewer are asked for.
const RECORDS: u64 = 25;
/// Most records of a page.
const MOST_RECORDS: u64 = 100;
/// Longest cursor.
const MOST_CURSOR: usize = 2_000;

/// The tools of the resources that may be seen; those that write only where they are let.
pub(super) fn tools(catalog: &Catalog, ceiling: Privacy, writes: bool) -> Vec<Tool> {
    let visible = catalog.resources.iter().filter(|resource| records::is_visible(catalog, resource, ceiling));
    let mut tools: Vec<Tool> = visible.flat_map(|resource| reading(resource, ceiling)).collect();
    if writes {
        tools.extend(changes::tools(catalog));
    }
    tools
}

fn words(name: &str) -> String {
    name.replace(['-', '_'], " ")
}

fn reading(resource: &Resource, ceiling: Privacy) -> Vec<Tool> {
    let Resource { name, item_type, .. } = resource;
    let embeds = resource.list.as_ref().is_some_and(|list| !list.embeds.is_empty());
    let meaning = resource.tables().into_iter().next().map(|table| table.meaning).unwrap_or_default();
    let mut properties = json!({"id": {"type": "string", "minLength": 1, "description": "Identifier of the record."}});
    if embeds {
        set(&mut properties, "include_embedded", embedded(resource.list.as_ref()));
    }
    let get = Tool {
        name: format!("get_{}", item_type.replace('-', "_")),
        title: format!("One {}", words(item_type)),
        description: format!(
            "Asks the Lucca API for one {}, as it is now. One request of the tenant's budget.",
            words(item_type)
        ),
        input: arguments(properties, &["id"]),
        effect: Effect::Reads,
        operation: Some(format!("GET /{name}/{{id}}")),
        call: Call::Get(name.clone()),
    };
    let list = resource.list.as_ref().map(|list| Tool {
        name: format!("list_{}", name.replace('-', "_")),
        title: format!("List of {}", words(name)),
        description: format!(
            "Asks the Lucca API for a page of {}, as they are now. {meaning} One request of the tenant's budget; whole tables \
             are in the lake.",
            words(name)
        ),
        input: arguments(filters(resource, list, ceiling), &[]),
        effect: Effect::Reads,
        operation: Some(format!("GET /{name}")),
        call: Call::List(name.clone()),
    });
    list.into_iter().chain([get]).collect()
}

fn embedded(list: Option<&List>) -> Value {
    let types = list.map(|list| list.embeds.join(", ")).unwrap_or_default();
    json!({"type": "boolean", "description": format!("Whether the records that it refers to come with it: {types}.")})
}

/// The filters, orders and pages of a list, as far as the ceiling lets them tell something.
fn filters(resource: &Resource, list: &List, ceiling: Privacy) -> Value {
    let mut properties = Map::new();
    for parameter in list.parameters.iter().filter(|parameter| parameter.privacy <= ceiling) {
        properties.insert(parameter.name.clone(), schema(parameter));
    }
    let sorts = sorts(resource, list, ceiling);
    if !sorts.is_empty() {
        let order = "Order; a - before it turns it around.";
        properties.insert("sort".to_owned(), json!({"type": "string", "enum": sorts, "description": order}));
    }
    if !list.embeds.is_empty() {
        properties.insert("include_embedded".to_owned(), embedded(Some(list)));
    }
    let limit = "Most records of the page; 25 without it.";
    properties.insert(
        "limit".to_owned(),
        json!({"type": "integer", "minimum": 1, "maximum": MOST_RECORDS, "description": limit}),
    );
    let cursor = "next_cursor of the page before, with the same filters.";
    properties.insert("cursor".to_owned(), json!({"type": "string", "maxLength": MOST_CURSOR, "description": cursor}));
    Value::Object(properties)
}

/// An order tells about records what it sorts by.
fn sorts(resource: &Resource, list: &List, ceiling: Privacy) -> Vec<String> {
    let is_seen = |sort: &&String| resource.columns.iter().any(|c| c.json == **sort && c.privacy <= ceiling);
    list.sorts.iter().filter(is_seen).flat_map(|sort| [sort.clone(), format!("-{sort}")]).collect()
}

fn schema(parameter: &Parameter) -> Value {
    let Parameter { kind, values, several, takes_null, meaning, .. } = parameter;
    let mut one = match kind {
        ParameterType::String => json!({"type": "string"}),
        ParameterType::Boolean => json!({"type": "boolean"}),
        ParameterType::Integer => json!({"type": "integer"}),
        ParameterType::Date => json!({"type": "string", "description": "YYYY-MM-DD"}),
        ParameterType::Range => json!({"type": "string", "description": "A--B, ..--B or A--.., both days included"}),
    };
    if !values.is_empty() {
        set(&mut one, "enum", json!(values));
    }
    let null = if *takes_null { " The word null asks for records without one." } else { "" };
    let form = one.get("description").and_then(Value::as_str).map(|form| format!(" Form: {form}.")).unwrap_or_default();
    let description = format!("{meaning}{form}{null}");
    if *several {
        json!({"type": "array", "items": one, "minItems": 1, "maxItems": MOST_VALUES, "description": description})
    } else {
        set(&mut one, "description", json!(description));
        one
    }
}

/// One value as the query string has it.
fn text(parameter: &Parameter, value: &Value) -> Result<String, ToolError> {
    let Parameter { name, kind, values, takes_null, .. } = parameter;
    let wrong = |form: &str| ToolError(format!("{name} must be {form}"));
    let given = value.as_str().unwrap_or_default();
    if *takes_null && given == "null" {
        return Ok(given.to_owned());
    }
    if !values.is_empty() && !values.iter().any(|known| known == given) {
        return Err(wrong(&format!("one of {}", values.join(", "))));
    }
    let is_day = |text: &str| text.len() == 10 && text.parse::<chrono::NaiveDate>().is_ok();
    match kind {
        ParameterType::String if given.is_empty() => Err(wrong("a text")),
        ParameterType::String if parameter.several && given.contains(',') => Err(wrong("texts without a comma")),
        ParameterType::String => Ok(given.to_owned()),
        ParameterType::Boolean => value.as_bool().map(|flag| flag.to_string()).ok_or_else(|| wrong("true or false")),
        ParameterType::Integer => value.as_i64().map(|n| n.to_string()).ok_or_else(|| wrong("a whole number")),
        ParameterType::Date if is_day(given) => Ok(given.to_owned()),
        ParameterType::Date => Err(wrong("a day, YYYY-MM-DD")),
        ParameterType::Range => match given.split_once("--") {
            Some((from, to))
                if [from, to].iter().all(|day| *day == ".." || is_day(day)) && from != to || is_day(from) =>
            {
                Ok(given.to_owned())
            }
            _ => Err(wrong("days A--B, ..--B or A--..")),
        },
    }
}

/// A page of records.
pub(super) async fn list(
    side: &AccountSide,
    catalog: &Catalog,
    resource: &Resource,
    ceiling: Privacy,
    mut given: Arguments,
) -> Result<Answer, ToolError> {
    let list = resource.list.as_ref().ok_or_else(|| ToolError::new("it has no list"))?;
    let mut parameters: Vec<(String, String)> = Vec::new();
    let mut scopes = vec![resource.scope.clone()];
    for parameter in list.parameters.iter().filter(|parameter| parameter.privacy <= ceiling) {
        let Some(value) = given.value(&parameter.name) else { continue };
        let several = value.as_array().filter(|_| parameter.several);
        let values = several.map_or_else(|| std::slice::from_ref(&value), Vec::as_slice);
        if values.is_empty() || values.len() > MOST_VALUES {
            return Err(ToolError(format!("{} takes 1 to {MOST_VALUES} values", parameter.name)));
        }
        let values: Vec<String> = values.iter().map(|value| text(parameter, value)).collect::<Result<_, _>>()?;
        parameters.push((parameter.name.clone(), values.join(",")));
        scopes.extend(parameter.scope.clone());
    }
    if let Some(sort) = given.text("sort")? {
        if !sorts(resource, list, ceiling).contains(&sort) {
            return Err(ToolError::new("sort must be one of those that the tool's schema lists"));
        }
        parameters.push(("sort".to_owned(), sort));
    }
    let embedded = !list.embeds.is_empty() && given.flag("include_embedded")?;
    let limit = given.number("limit", 1..=MOST_RECORDS)?.unwrap_or(RECORDS);
    let cursor = given.text("cursor")?;
    if cursor.as_ref().is_some_and(|cursor| cursor.len() > MOST_CURSOR) {
        return Err(ToolError::new("that is no cursor of this tool"));
    }
    given.end()?;
    scopes.sort();
    scopes.dedup();
    let listed = side
        .ask(scopes, |account| async move {
            let parameters: Vec<(&str, &str)> = parameters.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let limit = u32::try_from(limit).unwrap_or(u32::MAX);
            let asked = Asked { parameters: &parameters, limit, cursor: cursor.as_deref(), embedded };
            account.list(resource, asked).await.map_err(|error| Error::from(error).into())
        })
        .await?;
    let items: Vec<Value> =
        listed.items.iter().map(|item| record(resource, item, ceiling)).collect::<Result<_, _>>()?;
    let mut structured = json!({"items": items, "next_cursor": listed.next, "total_count": listed.total_count});
    if let Some(embedded) = listed.embedded {
        set(&mut structured, "embedded", records::embedded_below(catalog, &records::parsed(&embedded)?, ceiling));
    }
    Ok(Answer::json(structured))
}

/// One record.
pub(super) async fn get(
    side: &AccountSide,
    catalog: &Catalog,
    resource: &Resource,
    ceiling: Privacy,
    mut given: Arguments,
) -> Result<Answer, ToolError> {
    let id = given.needed("id")?;
    let embeds = resource.list.as_ref().is_some_and(|list| !list.embeds.is_empty());
    let with_embedded = embeds && given.flag("include_embedded")?;
    given.end()?;
    let asked = check_ids(&[id]).map_err(ToolError)?;
    let found = side
        .ask(vec![resource.scope.clone()], |account| async move {
            account.records(resource, &asked, with_embedded).await.map_err(|error| Error::from(error).into())
        })
        .await?;
    let found = found.records.into_iter().next().map(|record| record.json).ok_or_else(|| {
        ToolError(format!("there is no {} of that id, or the application may not see it", words(&resource.item_type)))
    })?;
    let all = records::parsed(&found)?;
    let mut left = records::below(resource, &all, ceiling);
    if ceiling < Privacy::Sensitive
        && with_embedded
        && let Some(embedded) = all.get("embedded")
    {
        set(&mut left, "embedded", records::embedded_below(catalog, embedded, ceiling));
    }
    Ok(Answer::json(left))
}

fn record(resource: &Resource, raw: &RawValue, ceiling: Privacy) -> Result<Value, ToolError> {
    Ok(records::below(resource, &records::parsed(raw)?, ceiling))
}
