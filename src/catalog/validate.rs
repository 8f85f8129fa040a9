//! From the text of `schemas/*.toml` to [`Resource`]: every rule a file must keep, checked when the program starts.

use std::collections::HashSet;

use super::{
    CatalogError, Column, Content, Each, FanOut, Filled, Filter, History, Interval, OtherId, Quality, Reading,
    Resource, Route, Shape, Source, Split, Zone,
    added::{EXTRA, EXTRACTED_AT, RUN_ID},
    is_name,
    raw::{RawColumn, RawQuality, RawResource, RawType},
};

/// Parses one file of `schemas/`, or of the folder in it for what `source` is; `stem` is its name without `.toml`.
pub(super) fn resource(source: Source, stem: &str, text: &str) -> Result<Resource, CatalogError> {
    let file = || match source {
        Source::V5 => format!("schemas/{stem}.toml"),
        Source::Legacy => format!("schemas/legacy/{stem}.toml"),
    };
    let raw: RawResource =
        toml::from_str(text).map_err(|source| CatalogError::Syntax { file: file(), source: Box::new(source) })?;
    let rule = |broken: String| CatalogError::Rule { file: file(), broken };
    if raw.resource != stem {
        return Err(rule(format!("`resource` is {:?}: it must equal the file's name", raw.resource)));
    }
    let scope = access(source, &raw).map_err(&rule)?;
    if raw.zone == Zone::Derived {
        return Err(rule("zone `derived` is for queries/".into()));
    }
    if raw.page_limit == 0 {
        return Err(rule("page_limit must be at least 1".into()));
    }
    if raw.hoped_page_limit.is_some_and(|hoped| hoped <= raw.page_limit) {
        return Err(rule("hoped_page_limit must be more than page_limit".into()));
    }
    let columns = raw.columns.iter().map(|c| column(c).map_err(&rule)).collect::<Result<Vec<_>, _>>()?;
    check_columns(&columns).map_err(&rule)?;
    check_labels(&raw, source == Source::V5 || raw.published.unwrap_or_default()).map_err(&rule)?;
    if let Some(split) = &raw.split {
        check_namespaces(split).map_err(&rule)?;
        let text_column = columns.iter().any(|c| c.name == split.by && c.shape.lake_type() == super::LakeType::String);
        if !text_column {
            return Err(rule(format!("[split] by = {:?} names no text column", split.by)));
        }
    }
    let is_property = |name: &String| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric());
    if let Some(link) = raw.files.iter().find(|name| !is_property(name)) {
        return Err(rule(format!("files: {link:?} is no name of a link")));
    }
    if let Some(history) = &raw.history {
        check_days(history, &columns).map_err(&rule)?;
    }
    if let Some(list) = &raw.list {
        list.check(&columns.iter().map(|column| column.json.as_str()).collect::<Vec<_>>()).map_err(&rule)?;
    }
    if let Some(content) = &raw.content {
        check_content(content, raw.each.as_ref(), &columns).map_err(&rule)?;
    }
    if let Some(grows) = &raw.grows
        && !columns.iter().any(|c| c.name == grows.at && c.shape == Shape::Timestamp)
    {
        return Err(rule(format!("[grows] at = {:?} is no column of times", grows.at)));
    }
    if let Some(route) = &raw.route {
        check_since(route, raw.published.unwrap_or_default(), &columns).map_err(&rule)?;
    }
    let lists =
        [raw.fan_out.is_some(), raw.filter.is_some(), raw.grows.is_some(), raw.split.is_some(), raw.labels.is_some()];
    if raw.each.is_some() && lists.contains(&true) {
        return Err(rule("[each] is for what no list gives: it goes with [content] alone".into()));
    }
    let filter = raw.filter.map(|f| filter(f, &columns)).transpose().map_err(&rule)?;
    let fan_out = raw.fan_out.map(|f| fan_out(f, &columns)).transpose().map_err(&rule)?;
    let other_id = raw.other_id.map(|parameter| other_id(parameter, &columns)).transpose().map_err(&rule)?;
    let resource = Resource {
        name: raw.resource,
        item_type: raw.item_type,
        scope,
        route: raw.route,
        published: source == Source::V5 || raw.published.unwrap_or_default(),
        optional: raw.optional,
        page_limit: raw.page_limit,
        hoped_page_limit: raw.hoped_page_limit,
        sort: raw.sort,
        on_request: raw.on_request,
        as_of_parameter: raw.as_of_parameter,
        other_id,
        files: raw.files,
        tenant_properties: raw.tenant_properties.iter().map(|pattern| pattern.to_lowercase()).collect(),
        list: raw.list,
        labels: raw.labels,
        history: raw.history,
        filter,
        fan_out,
        each: raw.each,
        content: raw.content,
        grows: raw.grows,
        split: raw.split,
        columns,
        quality: quality(raw.quality),
        zone: raw.zone,
        meaning: raw.meaning,
        label: raw.label,
        source: raw.source,
    };
    if let Some(OtherId { parameter, .. }) = resource.other_id.as_ref().filter(|o| !resource.filters_by(&o.parameter)) {
        return Err(rule(format!("other_id = {parameter:?} is no parameter of [list] that takes several values")));
    }
    for table in resource.tables() {
        table.quality.check(&table.columns).map_err(|broken| rule(format!("[quality] {broken}")))?;
    }
    Ok(resource)
}

/// What reading it needs, and that it says so as resources of its source do.
fn access(source: Source, raw: &RawResource) -> Result<String, String> {
    let of_legacy = raw.route.is_some() && raw.permission.is_some() && raw.scope.is_none() && raw.item_type.is_empty();
    let of_v5 = raw.route.is_none() && raw.permission.is_none() && raw.published.is_none() && !raw.item_type.is_empty();
    match (source, &raw.scope, &raw.permission) {
        (Source::V5, Some(scope), None) if of_v5 => Ok(scope.clone()),
        (Source::Legacy, None, Some(permission)) if of_legacy => {
            raw.route.as_ref().map_or(Ok(()), Route::check)?;
            Ok(permission.clone())
        }
        (Source::V5, ..) => Err("needs `scope` and `item_type`, and no [route], permission or published".into()),
        (Source::Legacy, ..) => Err("needs [route] and `permission`, and no scope or item_type".into()),
    }
}

/// What changed since a time can only be laid upon a table that the lake keeps, whose rows say when they changed.
fn check_since(route: &Route, published: bool, columns: &[Column]) -> Result<(), String> {
    let is_time = |column: &Column| matches!(column.shape, Shape::Timestamp | Shape::LocalTimestamp);
    let unknown = |parameter: &&String| !columns.iter().any(|column| column.json == **parameter && is_time(column));
    if let Some(parameter) = route.since.iter().find(unknown) {
        return Err(format!("[route] since: {parameter:?} is read into no column of times"));
    }
    if !route.since.is_empty() && !published {
        return Err(
            "[route] since is for what is published: the lake keeps nothing else to lay changes upon".to_owned()
        );
    }
    let is_of_a_day = |parameter: &String| columns.iter().any(|c| c.json == *parameter && c.shape == Shape::LocalDate);
    let window = route.window.as_ref().filter(|_| !route.since.is_empty());
    if window.is_some_and(|window| !window.parameter.as_ref().is_some_and(is_of_a_day)) {
        return Err("[route] since goes with days that are a column".to_owned());
    }
    match &route.ended {
        Some(ended) if route.since.is_empty() || !columns.iter().any(|c| c.name == *ended && c.nullable) => {
            Err(format!("[route] ended = {ended:?} goes with since, and names a column that may be null"))
        }
        _ => Ok(()),
    }
}

fn check_namespaces(split: &Split) -> Result<(), String> {
    let Split { public, openable, .. } = split;
    let overlap =
        |beginning: &String| beginning.starts_with(openable.as_str()) || openable.starts_with(beginning.as_str());
    if openable.is_empty() || public.keys().any(overlap) {
        return Err(format!("[split] openable = {openable:?} must be a namespace that is not public"));
    }
    Ok(())
}

/// Labels are texts, and only of what people see.
fn check_labels(raw: &RawResource, is_published: bool) -> Result<(), String> {
    let table = ("the table", &raw.label);
    let others = [
        raw.split.as_ref().map(|split| ("[split]", &split.label)),
        raw.labels.as_ref().map(|embedded| ("[labels]", &embedded.label)),
        raw.content.as_ref().map(|content| ("[content]", &content.label)),
    ];
    let columns = raw.columns.iter().map(|column| (column.name.as_str(), &column.label));
    for (of, label) in std::iter::once(table).chain(others.into_iter().flatten()).chain(columns) {
        let Some(label) = label else { continue };
        if !is_published {
            return Err(format!("{of} has a label, and the tables of this file are not published"));
        }
        label.check().map_err(|broken| format!("{of}: {broken}"))?;
    }
    Ok(())
}

/// Records are named by their ids; the rest is declared.
fn quality(raw: RawQuality) -> Quality {
    let interval = raw.disjoint.map(|d| Interval { from: d.from, to: d.to, to_included: true, of: vec![d.of] });
    let filled = raw.filled.into_iter().map(|(column, percent)| Filled { column, percent }).collect();
    Quality { key: vec!["id".to_owned()], interval, filled }
}

fn fan_out(declared: FanOut, columns: &[Column]) -> Result<FanOut, String> {
    let column = filtered_by("fan_out", &declared.parameter, columns)?;
    Ok(FanOut { column, max_values: declared.max_values.max(1), ..declared })
}

fn filter(declared: Filter, columns: &[Column]) -> Result<Filter, String> {
    let column = filtered_by("filter", &declared.parameter, columns)?;
    Ok(Filter { column, ..declared })
}

fn other_id(parameter: String, columns: &[Column]) -> Result<OtherId, String> {
    let column = filtered_by("other_id", &parameter, columns)?;
    let json = parameter.strip_suffix(".id").unwrap_or_default().to_owned();
    Ok(OtherId { parameter, column, json })
}

/// The column whose ids a parameter takes.
fn filtered_by(section: &str, parameter: &str, columns: &[Column]) -> Result<String, String> {
    let property = parameter.strip_suffix(".id");
    let column = columns.iter().find(|c| Some(c.json.as_str()) == property && c.shape == Shape::Reference);
    let column = column.map(|c| c.name.clone());
    column.ok_or_else(|| format!("[{section}] parameter = {parameter:?} is no `<reference>.id` of a column"))
}

/// Content is of records that are read one by one, and some of its columns are theirs.
fn check_content(content: &Content, each: Option<&Each>, columns: &[Column]) -> Result<(), String> {
    if each.is_none() {
        return Err("[content] needs [each]".to_owned());
    }
    for (key, name, lake_type) in [
        ("owner", &content.owner, super::LakeType::String),
        ("created", &content.created, super::LakeType::Timestamp),
        ("content_type", &content.content_type, super::LakeType::String),
    ] {
        if !columns.iter().any(|c| c.name == *name && c.shape.lake_type() == lake_type) {
            return Err(format!("[content] {key} = {name:?} is no column of type {lake_type}"));
        }
    }
    Ok(())
}

fn check_days(history: &History, columns: &[Column]) -> Result<(), String> {
    for name in [&history.starts, &history.ends] {
        if !columns.iter().any(|c| c.name == *name && c.shape == Shape::Date) {
            return Err(format!("[history] names {name:?}, which is no column of dates"));
        }
    }
    Ok(())
}

fn column(raw: &RawColumn) -> Result<Column, String> {
    let shape = shape(raw)?;
    let text = matches!(shape, Shape::String | Shape::Strings);
    if !raw.values.is_empty() && !text {
        return Err(format!("column {}: only texts and lists of texts can have `enum`", raw.name));
    }
    if raw.to.is_some() && !matches!(shape, Shape::Reference | Shape::References | Shape::Id) {
        return Err(format!("column {}: only references have `to`", raw.name));
    }
    Ok(Column {
        name: raw.name.clone(),
        shape,
        json: raw.json.clone(),
        aliases: raw.aliases.clone(),
        nullable: raw.nullable,
        undocumented: raw.undocumented,
        known_values: raw.values.clone(),
        refers_to: raw.to.clone(),
        privacy: raw.privacy,
        meaning: raw.meaning.clone(),
        label: raw.label.clone(),
    })
}

fn shape(raw: &RawColumn) -> Result<Shape, String> {
    if raw.keeps_null && raw.kind != RawType::Json {
        return Err(format!("column {}: only type json can have keeps_null", raw.name));
    }
    let Some(reading) = raw.reading else {
        return Ok(match raw.kind {
            RawType::String => Shape::String,
            RawType::Boolean => Shape::Boolean,
            RawType::Int32 => Shape::Int32,
            RawType::Int64 => Shape::Int64,
            RawType::Double => Shape::Double,
            RawType::Date => Shape::Date,
            RawType::Timestamp => Shape::Timestamp,
            RawType::Json => Shape::Json { keeps_null: raw.keeps_null },
            RawType::Reference => Shape::Reference,
            RawType::References => Shape::References,
            RawType::Strings => Shape::Strings,
            RawType::Id => Shape::Id,
            RawType::LocalDate => Shape::LocalDate,
            RawType::LocalTimestamp => Shape::LocalTimestamp,
        });
    };
    let kind = match reading {
        Reading::Text | Reading::ReferenceId | Reading::ReferenceType => RawType::String,
        Reading::Number => RawType::Double,
        Reading::Boolean => RawType::Boolean,
        Reading::Date => RawType::Date,
    };
    if raw.kind != kind || !raw.nullable {
        return Err(format!("column {}: its reading needs type {kind:?} and a nullable column", raw.name));
    }
    Ok(Shape::Reading(reading))
}

/// Names are told apart where they are read: in one object, and not where several columns read one value.
fn check_aliases(column: &Column, columns: &[Column]) -> Result<(), String> {
    let name = &column.name;
    let is_read = columns.iter().any(|c| c.json == column.json && matches!(c.shape, Shape::Reading(_)));
    if is_read && !column.aliases.is_empty() {
        return Err(format!("column {name}: a value with readings cannot have aliases"));
    }
    for alias in &column.aliases {
        if parent(alias) != parent(&column.json) {
            return Err(format!("column {name}: the alias {alias:?} is not in the same object as {}", column.json));
        }
        if ["type", "links", "embedded"].contains(&alias.as_str()) {
            return Err(format!("column {name}: the alias {alias:?} is transport, never data"));
        }
    }
    Ok(())
}

/// The path of the object that a property is in; empty for the record.
fn parent(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(parent, _)| parent)
}

fn check_columns(columns: &[Column]) -> Result<(), String> {
    let mut names = HashSet::from([EXTRA, EXTRACTED_AT, RUN_ID]);
    let mut paths = HashSet::new();
    if columns.first().is_none_or(|c| c.name != "id" || c.nullable || !matches!(c.shape, Shape::String | Shape::Id)) {
        return Err("the first column must be `id`, a string, not nullable".into());
    }
    for column in columns {
        let name = &column.name;
        if !is_name(name) {
            return Err(format!("column {name:?} is not lower snake_case"));
        }
        if !names.insert(name) {
            return Err(format!("column {name} is named twice"));
        }
        if column.meaning.trim().is_empty() {
            return Err(format!("column {name} has no meaning"));
        }
        if let Shape::Reading(_) = column.shape {
            let read = columns.iter().any(|c| c.json == column.json && matches!(c.shape, Shape::Json { .. }));
            if !read {
                return Err(format!("column {name} reads {:?}, which no column of type json keeps", column.json));
            }
        }
        check_aliases(column, columns)?;
        if let Shape::Reading(_) = column.shape {
            continue;
        }
        for path in std::iter::once(&column.json).chain(&column.aliases) {
            // Pages' names are compared with it as they are written.
            if path.split('.').any(str::is_empty) || path.contains(['"', '\\']) {
                return Err(format!("column {name}: {path:?} is not a dotted path"));
            }
            if !paths.insert(path) {
                return Err(format!("column {name}: the property {path} already has a column"));
            }
        }
    }
    // A property cannot be both a value and the parent of values.
    for path in &paths {
        if paths.iter().any(|other| other.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('.'))) {
            return Err(format!("the property {path} is both a column and an object with columns"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with a resource of these columns beside `id`.
    fn broken(columns: &str) -> Option<String> {
        let text = format!(
            "resource = \"x\"\nitem_type = \"x\"\nscope = \"x.readonly\"\npage_limit = 1\nzone = \"core\"\nmeaning = \"X.\"\n\
             source = \"X\"\ncolumns = [\n{{ name = \"id\", type = \"string\", nullable = false, json = \"id\", privacy = \
             \"none\", meaning = \"X.\" }},\n{columns}]\n"
        );
        resource(Source::V5, "x", &text).err().map(|error| error.to_string())
    }

    fn column(rest: &str) -> String {
        format!("{{ {rest}, privacy = \"none\", meaning = \"X.\" }},\n")
    }

    #[test]
    fn labels_are_texts_in_both_languages() {
        let a = |label: &str| column(&format!(r#"name = "a", type = "string", json = "a", label = {label}"#));
        assert_eq!(broken(&a(r#"{ en = "A", fr = "Un" }"#)), None);
        for (label, why) in [
            (r#"{ en = "A" }"#, "missing field `fr`"),
            (r#"{ en = "A", fr = "Un", de = "Ein" }"#, "unknown field `de`"),
            (r#"{ en = "A", fr = "" }"#, "a: its label has fr = \"\""),
            (r#"{ en = "A ", fr = "Un" }"#, "a: its label has en = \"A \""),
            (r#""A""#, "invalid type"),
        ] {
            let error = broken(&a(label)).unwrap_or_default();
            assert!(error.contains(why), "{label}: {error}");
        }
    }

    #[test]
    fn aliases_are_other_names_in_the_same_object() {
        let a = |aliases: &str| column(&format!(r#"name = "a", type = "string", json = "o.a", aliases = [{aliases}]"#));
        let b = column(r#"name = "b", type = "string", json = "o.b""#);
        assert_eq!(broken(&(a(r#""o.old", "o.older""#) + &b)), None);
        for (columns, why) in [
            (a(r#""o.b""#) + &b, "the property o.b already has a column"),
            (a(r#""o.old", "o.old""#), "the property o.old already has a column"),
            (a(r#""o.a""#), "the property o.a already has a column"),
            (a(r#""old""#), "not in the same object"),
            (a(r#""o.""#), "not a dotted path"),
            (a(r#""o.\\u0061""#), "not a dotted path"),
            (a(r#""o.b""#) + &column(r#"name = "c", type = "string", json = "o.b.c""#), "both a column and an object"),
            (column(r#"name = "a", type = "string", json = "a", aliases = ["links"]"#), "transport"),
            (column(r#"name = "a", type = "string", json = "a", alias = ["b"]"#), "schemas/x.toml"),
            (
                column(r#"name = "a", type = "json", json = "a", aliases = ["b"]"#)
                    + &column(r#"name = "t", type = "string", json = "a", reading = "text""#),
                "readings cannot have aliases",
            ),
            (
                column(r#"name = "a", type = "json", json = "a""#)
                    + &column(r#"name = "t", type = "string", json = "a", reading = "text", aliases = ["b"]"#),
                "readings cannot have aliases",
            ),
        ] {
            let error = broken(&columns).unwrap_or_default();
            assert!(error.contains(why), "{columns}{error}");
        }
    }
}
