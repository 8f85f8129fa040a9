//! Rules of the language that a statement breaks, told from DataFusion's words for them.

use datafusion::{
    common::Diagnostic,
    sql::sqlparser::{keywords::Keyword, tokenizer::Token},
};

use crate::engine::{comparisons::DATE_WITH_NUMBER, tokens::Tokens};

/// What is said of a broken rule.
#[derive(Debug)]
pub(super) struct Broken {
    /// One line.
    pub(super) message: String,
    /// The place in the statement, as far as it can be told.
    pub(super) index: Option<usize>,
    /// Whether that is a better place than the planner's, if it names one.
    pub(super) instead: bool,
}

impl Broken {
    fn at(message: String, index: Option<usize>) -> Self {
        Self { message, index, instead: false }
    }
}

/// What is said of an error that DataFusion tells in `text`.
pub(super) fn broken(text: &str, diagnostic: Option<&Diagnostic>, tokens: &Tokens<'_>) -> Broken {
    ungrouped(text, tokens)
        .or_else(|| grouped_wrongly(text, tokens))
        .or_else(|| types_of_arguments(text, tokens))
        .or_else(|| sides(text, diagnostic, tokens))
        .or_else(|| unsupported(text, tokens))
        .or_else(|| conditions(text, tokens))
        .unwrap_or_else(|| Broken::at(without_marker(text).to_owned(), quoted(text, tokens)))
}

/// A column that is neither grouped by nor aggregated.
fn ungrouped(text: &str, tokens: &Tokens<'_>) -> Option<Broken> {
    let column = between(text, "column \"", "\" must appear in the GROUP BY")?;
    let name = column.rsplit('.').next().unwrap_or(column);
    let is_star =
        |at: usize| tokens.get(at) == Some(&Token::Mul) && tokens.keyword(at.wrapping_sub(1)) == Keyword::SELECT;
    let star =
        tokens.only(is_star).filter(|_| (0..tokens.len()).all(|at| tokens.word(at).is_none_or(|w| w.value != name)));
    let whose = if star.is_some() { ", one of *," } else { "" };
    let clause = if text.starts_with("Column in HAVING") {
        " of HAVING"
    } else if text.starts_with("Column in ORDER BY") {
        " of ORDER BY"
    } else {
        ""
    };
    let message = format!(
        "{column}{whose}{clause} must appear in GROUP BY or in an aggregate: add it to GROUP BY, or write any_value({name}) or another \
         aggregate of it"
    );
    Some(Broken::at(message, star.or_else(|| tokens.only_name(name))))
}

/// Aggregates and windows where there are none yet.
fn grouped_wrongly(text: &str, tokens: &Tokens<'_>) -> Option<Broken> {
    if text.contains("Aggregate functions are not allowed in the WHERE clause") {
        let message = "aggregates are not known yet in WHERE: put the condition into HAVING, after GROUP BY";
        let aggregates = ["count", "sum", "avg", "min", "max", "median", "any_value"];
        let is_call = |at: usize| {
            tokens.word(at).is_some_and(|word| aggregates.contains(&word.value.to_lowercase().as_str()))
                && tokens.get(at + 1) == Some(&Token::LParen)
                && clause_of(tokens, at) == Some(Keyword::WHERE)
        };
        let place = tokens.only(is_call).or_else(|| tokens.only(|at| tokens.keyword(at) == Keyword::WHERE));
        return Some(Broken::at(message.to_owned(), place));
    }
    if text.contains("does not support logical expression WindowFunction") {
        let message = "window functions are not known yet in WHERE, GROUP BY and HAVING: filter with QUALIFY";
        return Some(Broken::at(message.to_owned(), tokens.only(|at| tokens.keyword(at) == Keyword::OVER)));
    }
    let inner = between(text, "calls cannot be nested: '", "' is nested inside")?;
    let name = inner.split('(').next().unwrap_or(inner);
    let message =
        format!("{name} within another call of its kind: compute it in a WITH first, and the other over that");
    Some(Broken::at(message, tokens.only_call(name)))
}

/// A function that does not take arguments of these types.
fn types_of_arguments(text: &str, tokens: &Tokens<'_>) -> Option<Broken> {
    const NO_FUNCTION: &str = "No function matches the given name and argument types '";
    const CANDIDATES: &str = "Candidate functions: ";
    let call = between(text, NO_FUNCTION, "'. You")?;
    let (name, given) = call.split_once('(')?;
    let place = tokens.only_call(name);
    let takes = text.split_once(CANDIDATES).map(|(_, takes)| takes.trim()).unwrap_or_default();
    if takes.contains("UserDefined") {
        // It checks its arguments itself, and its signature says nothing.
        let own = text.split(NO_FUNCTION).next().and_then(|before| before.rsplit_once("Error during planning: "));
        let own = own.map(|(_, own)| own.trim_end_matches([' ', '.', '"', '\'', '`']));
        let message = own.map_or_else(|| format!("{name} does not take {}", in_words(given)), in_sql);
        return Some(Broken::at(message, place));
    }
    let mut forms: Vec<String> = Vec::new();
    for form in takes.split(&format!("{name}(")).map(str::trim).filter(|form| !form.is_empty()) {
        let form = in_words(form);
        if !forms.contains(&form) {
            forms.push(form);
        }
    }
    let message =
        format!("{name} does not take {}; it takes {}; CAST(… AS …) converts", in_words(given), forms.join(" or "));
    Some(Broken::at(message, place))
}

/// The types of arguments, in brackets where they are several.
fn in_words(types: &str) -> String {
    let types = in_sql(types.strip_suffix(')').unwrap_or(types));
    if types.is_empty() {
        "()".to_owned()
    } else if types.contains(", ") {
        format!("({types})")
    } else {
        types
    }
}

/// The two sides of a set operation.
fn sides(text: &str, diagnostic: Option<&Diagnostic>, tokens: &Tokens<'_>) -> Option<Broken> {
    let operation = text.strip_suffix(" queries have different number of columns")?;
    let fields = |note: &str| Some(note.strip_prefix("this side has ")?.strip_suffix(" fields")?.to_owned());
    let counts: Vec<String> =
        diagnostic.into_iter().flat_map(|d| &d.notes).filter_map(|note| fields(&note.message)).collect();
    let message = match counts.as_slice() {
        [left, right] => {
            format!("both sides of {operation} must have as many columns: the left has {left}, the right {right}")
        }
        _ => format!("both sides of {operation} must have as many columns"),
    };
    let is_operation = |at: usize| tokens.word(at).is_some_and(|word| word.value.eq_ignore_ascii_case(operation));
    Some(Broken { message, index: tokens.only(is_operation), instead: true })
}

/// What the engine does not have.
fn unsupported(text: &str, tokens: &Tokens<'_>) -> Option<Broken> {
    let what = text.strip_prefix("This feature is not implemented: ")?;
    if let Some(name) = what.strip_prefix("Unsupported SQL type ") {
        let types = "TEXT, BIGINT, INTEGER, DOUBLE, DECIMAL(p, s), BOOLEAN, DATE, TIMESTAMP";
        return Some(Broken::at(format!("there is no type {name}; there are {types}"), tokens.only_name(name)));
    }
    let word =
        what.strip_prefix("Unsupported ast node in sqltorel: ").or_else(|| what.strip_prefix("Unsupported ast node "));
    let name = word.unwrap_or(what).split([' ', '(', '{']).next().unwrap_or_default().to_uppercase();
    if word.is_none() {
        // The engine's own words, as long as they are words.
        let said = what.split(" {").next().unwrap_or(what).trim_end_matches(char::is_alphanumeric).trim_end();
        return what.contains(" {").then(|| Broken::at(format!("this is not supported: {said}"), None));
    }
    Some(Broken::at(format!("{name} is not supported"), tokens.only_name(&name)))
}

/// What has another type than its place needs.
fn conditions(text: &str, tokens: &Tokens<'_>) -> Option<Broken> {
    if let Some(rest) = text.strip_prefix("Cannot create filter with non-boolean predicate '") {
        let (what, given) = rest.split_once("' returning ")?;
        let name = what.rsplit('.').next().unwrap_or(what);
        let message = format!("a condition must be true or false; {what} is {}", in_sql(given));
        let is_it = |at: usize| tokens.word(at).is_some_and(|word| word.value == name);
        let in_where = tokens.only(|at| is_it(at) && clause_of(tokens, at) == Some(Keyword::WHERE));
        return Some(Broken::at(message, in_where));
    }
    if text.starts_with(DATE_WITH_NUMBER) {
        let is = |at: usize, wanted: fn(&Token) -> bool| tokens.get(at).is_some_and(wanted);
        let is_number = |at| is(at, |token| matches!(token, Token::Number(..)));
        let is_minus = |at| is(at, |token| *token == Token::Minus);
        let is_day =
            |at| is_number(at) && is_minus(at + 1) && is_number(at + 2) && is_minus(at + 3) && is_number(at + 4);
        return Some(Broken::at(text.to_owned(), (0..tokens.len()).find(|at| is_day(*at))));
    }
    if let Some(types) = text.strip_prefix("Cannot infer common argument type for comparison operation ") {
        let hint = "a boolean is a condition by itself, and CAST(… AS …) converts what can be";
        return Some(Broken::at(format!("there is no comparison {}; {hint}", in_sql(types)), None));
    }
    if let Some(types) = text.strip_prefix("Cannot infer common argument type for logical boolean operation ") {
        let message = format!("AND and OR join conditions; there is no {}", in_sql(types));
        return Some(Broken::at(message, None));
    }
    if let Some(rest) = text.strip_prefix("Cannot coerce arithmetic expression ") {
        let types = in_sql(rest.strip_suffix(" to valid types").unwrap_or(rest));
        return Some(Broken::at(format!("there is no arithmetic {types}; CAST(… AS …) converts"), None));
    }
    if let Some(columns) = text.strip_prefix("Too many columns! The subquery should only return one column: ") {
        let message = format!("a subquery that stands for a value must have one column, not {columns}");
        return Some(Broken::at(message, None));
    }
    if let Some(rest) = text.strip_prefix("Order by column out of bounds, specified: ") {
        let (position, most) = rest.split_once(", max: ")?;
        return Some(Broken::at(beyond("ORDER BY", position, most), None));
    }
    let rest = text.strip_prefix("Cannot find column with position ")?;
    let (position, most) = rest.split_once(" in SELECT clause. Valid columns: 1 to ")?;
    Some(Broken::at(beyond("GROUP BY", position, most), None))
}

fn beyond(clause: &str, position: &str, most: &str) -> String {
    format!("{clause} {position} means column {position} of SELECT, which has only {most}")
}

/// The clause that a token stands in, not counting those in brackets that ended before it.
fn clause_of(tokens: &Tokens<'_>, index: usize) -> Option<Keyword> {
    let mut closed = 0_usize;
    for at in (0..index).rev() {
        match tokens.get(at) {
            Some(Token::RParen) => closed += 1,
            Some(Token::LParen) => closed = closed.saturating_sub(1),
            _ if closed > 0 => {}
            _ => match tokens.keyword(at) {
                Keyword::SELECT | Keyword::FROM | Keyword::ON => return None,
                clause @ (Keyword::WHERE | Keyword::GROUP | Keyword::HAVING | Keyword::ORDER) => return Some(clause),
                _ => {}
            },
        }
    }
    None
}

/// The place of the text that a message quotes.
fn quoted(text: &str, tokens: &Tokens<'_>) -> Option<usize> {
    text.split('\'').skip(1).find_map(|part| tokens.only_text(part))
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> Option<&'t str> {
    Some(text.split_once(from)?.1.split_once(to)?.0)
}

/// What coercion says in front of a function's own words.
fn without_marker(text: &str) -> &str {
    let text = text.rsplit_once("Error during planning: ").map_or(text, |(_, own)| own);
    text.split(" No function matches").next().unwrap_or(text)
}

/// Arrow's names of types as those of SQL.
fn in_sql(types: &str) -> String {
    const NAMES: [(&str, &str); 15] = [
        ("Utf8View", "text"),
        ("LargeUtf8", "text"),
        ("Utf8", "text"),
        ("String", "text"),
        ("UInt64", "integer"),
        ("UInt32", "integer"),
        ("Int64", "integer"),
        ("Int32", "integer"),
        ("Float64", "double"),
        ("Float32", "double"),
        ("Decimal", "decimal"),
        ("Date32", "date"),
        ("Timestamp(µs, \"UTC\")", "timestamp"),
        ("Boolean", "boolean"),
        ("Time)", "time)"),
    ];
    let mut text = types.to_owned();
    for (arrow, sql) in NAMES {
        text = text.replace(arrow, sql);
    }
    text.replace("Timestamp", "timestamp").replace("Interval", "interval").replace("Duration", "duration")
}
