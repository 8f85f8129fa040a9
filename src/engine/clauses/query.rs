//! Queries: WITH, set operations, VALUES, LIMIT and what may follow.

use datafusion::sql::sqlparser::{
    ast::{
        Cte, CteAsMaterialized, Fetch, ForClause, FormatClause, LimitClause, LockClause, LockType, Offset, Parens,
        Query, SetExpr, SetOperator, SetQuantifier, Spanned, TableAlias, TableAliasColumnDef, Values, With,
    },
    tokenizer::Span,
};

use super::{
    operation,
    refusal::Refusal,
    walk::{Scope, Walk, Walked},
};

impl Walk<'_> {
    pub(super) fn query(&self, query: &Query, scope: Scope) -> Walked {
        let Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        let scope = scope.elsewhere();
        if let Some(with) = with {
            self.with(with, scope)?;
        }
        self.set_expr(body, scope)?;
        if let Some(order_by) = order_by {
            self.order_by(order_by, body, scope)?;
        }
        if let Some(limit) = limit_clause {
            self.limit(limit, scope)?;
        }
        if let Some(Fetch { with_ties, percent, quantity: _ }) = fetch {
            let remedy = match (with_ties, percent) {
                (false, false) => "write LIMIT n",
                _ => "number the rows with rank() or percent_rank() and filter them with QUALIFY",
            };
            return Err(Refusal::behind(body.span(), "FETCH").instead(remedy));
        }
        if let Some(LockClause { lock_type, of: _, nonblock: _ }) = locks.first() {
            let words = match lock_type {
                LockType::Share => "FOR SHARE",
                LockType::Update => "FOR UPDATE",
            };
            return Err(Refusal::behind(body.span(), words).instead("leave it out: a snapshot does not change"));
        }
        if let Some(for_clause) = for_clause {
            let words = match for_clause {
                ForClause::Browse => "FOR BROWSE",
                ForClause::Json { for_json: _, root: _, include_null_values: _, without_array_wrapper: _ } => {
                    "FOR JSON"
                }
                ForClause::Xml { for_xml: _, elements: _, binary_base64: _, root: _, r#type: _ } => "FOR XML",
            };
            return Err(
                Refusal::behind(body.span(), words).instead("leave it out; --format says how an answer is printed")
            );
        }
        if settings.is_some() {
            return Err(Refusal::behind(body.span(), "SETTINGS").instead("leave it out"));
        }
        if let Some(FormatClause::Identifier(_) | FormatClause::Null) = format_clause {
            return Err(
                Refusal::behind(body.span(), "FORMAT").instead("leave it out; --format says how an answer is printed")
            );
        }
        pipe_operators.iter().try_for_each(|operator| self.pipe(operator, scope))
    }

    fn with(&self, with: &With, scope: Scope) -> Walked {
        let With { with_token: _, recursive, cte_tables } = with;
        for Cte { alias, query, from, materialized, closing_paren_token: _ } in cte_tables {
            self.alias(alias)?;
            match materialized {
                // What the engine does: the query is put in place wherever it is named.
                None | Some(CteAsMaterialized::NotMaterialized) => {}
                Some(CteAsMaterialized::Materialized) => {
                    return Err(Refusal::before(query.span(), "MATERIALIZED").instead("leave it out"));
                }
            }
            if let Some(from) = from {
                return Err(Refusal::before(from.span, "FROM")
                    .called("FROM behind a query of WITH")
                    .instead("leave it out"));
            }
            if *recursive {
                recursive_only(query)?;
            }
            self.query(query, scope)?;
        }
        Ok(())
    }

    fn set_expr(&self, body: &SetExpr, scope: Scope) -> Walked {
        match body {
            SetExpr::Select(select) => self.select(select, scope),
            SetExpr::Query(query) => self.query(query, scope),
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                self.set_expr(left, scope)?;
                operation::check(*op, *set_quantifier, right.span())?;
                self.set_expr(right, scope)
            }
            SetExpr::Values(values) => self.values(values, scope),
            SetExpr::Insert(_) => Err(Refusal::of("INSERT").instead("only queries run here")),
            SetExpr::Update(_) => Err(Refusal::of("UPDATE").instead("only queries run here")),
            SetExpr::Delete(_) => Err(Refusal::of("DELETE").instead("only queries run here")),
            SetExpr::Merge(_) => Err(Refusal::of("MERGE").instead("only queries run here")),
            SetExpr::Table(_) => Err(Refusal::of("TABLE").instead("write SELECT * FROM the table")),
        }
    }

    fn values(&self, values: &Values, scope: Scope) -> Walked {
        // ROW(1, 2) is (1, 2).
        let Values { explicit_row: _, value_keyword, rows } = values;
        if *value_keyword {
            return Err(Refusal::of("VALUE").instead("write VALUES"));
        }
        let mut rows = rows.iter().map(|Parens { opening_token: _, content, closing_token: _ }| content);
        rows.try_for_each(|row| self.expressions(row, scope))
    }

    fn limit(&self, limit: &LimitClause, scope: Scope) -> Walked {
        match limit {
            LimitClause::LimitOffset { limit, offset, limit_by } => {
                self.expressions(limit, scope)?;
                if let Some(Offset { value, rows: _ }) = offset {
                    self.expression(value, scope)?;
                }
                match limit_by.first() {
                    None => Ok(()),
                    Some(by) => Err(Refusal::before(by.span(), "BY")
                        .called("LIMIT n BY")
                        .instead("write QUALIFY row_number() OVER (PARTITION BY … ORDER BY …) <= n")),
                }
            }
            LimitClause::OffsetCommaLimit { offset, limit } => {
                self.expression(offset, scope)?;
                self.expression(limit, scope)
            }
        }
    }

    /// Another name for a table, and names for its columns.
    pub(super) fn alias(&self, alias: &TableAlias) -> Walked {
        let TableAlias { explicit, name, columns, at } = alias;
        if !explicit && name.quote_style.is_none() && NO_NAMES.contains(&name.value.to_uppercase().as_str()) {
            let refusal = Refusal::at(name.span, format!("{} behind a table", name.value.to_uppercase()));
            return Err(refusal.instead(format!("it would be another name of the table; write AS {name} for that")));
        }
        for TableAliasColumnDef { name, data_type } in columns {
            if data_type.is_some() {
                let refusal = Refusal::at(name.span, "a type in a list of column names");
                return Err(refusal.instead("write CAST(… AS type) where the column is read"));
            }
        }
        match at {
            Some(_) => Err(Refusal::behind(name.span, "AT").instead("number the rows with row_number() OVER ()")),
            None => Ok(()),
        }
    }
}

/// Words of other databases that the parser takes for another name of the table before them.
const NO_NAMES: [&str; 8] = ["ANTI", "ANY", "ASOF", "FINAL", "GLOBAL", "POSITIONAL", "SEMI", "STRAIGHT_JOIN"];

/// In WITH RECURSIVE, only the two sides of a UNION are read of a query: what stands around them is dropped.
fn recursive_only(query: &Query) -> Walked {
    let SetExpr::SetOperation { left: _, op: SetOperator::Union, set_quantifier, right: _ } = query.body.as_ref()
    else {
        return Ok(());
    };
    type Placed = fn(Span, &'static str) -> Box<Refusal>;
    let (before, behind): (Placed, Placed) = (Refusal::before, Refusal::behind);
    let around = [
        (query.with.is_some(), before, "WITH", "put its queries before this one"),
        (query.order_by.is_some(), behind, "ORDER BY", OUTSIDE),
        (query.limit_clause.is_some(), behind, "LIMIT", OUTSIDE),
        (query.fetch.is_some(), behind, "FETCH", OUTSIDE),
        (!query.pipe_operators.is_empty(), behind, "|>", OUTSIDE),
    ];
    let body = query.body.span();
    if let Some((_, place, words, remedy)) = around.into_iter().find(|(is_there, ..)| *is_there) {
        return Err(place(body, words).called(format!("{words} around a UNION in WITH RECURSIVE")).instead(remedy));
    }
    match set_quantifier {
        SetQuantifier::All | SetQuantifier::Distinct | SetQuantifier::None => Ok(()),
        SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName => {
            let refusal = Refusal::within(body, "BY NAME").called("BY NAME of a UNION in WITH RECURSIVE");
            Err(refusal.instead("put the columns in one order"))
        }
    }
}

/// What to do with a clause around a recursive query.
const OUTSIDE: &str = "put it into the query that reads this one";
