//! Expressions.

use datafusion::sql::sqlparser::ast::{
    AccessExpr, Array, BinaryOperator, CaseWhen, CeilFloorKind, DateTimeField, DictionaryField, Expr, Interval, Map,
    MapEntry, Query, Spanned, StructField, Subscript, TypedString, ValueWithSpan,
};

use super::{
    data_type, distinct_from,
    refusal::Refusal,
    unplanned,
    walk::{Scope, Walk, Walked},
};

impl Walk<'_> {
    pub(super) fn expressions<'e>(&self, items: impl IntoIterator<Item = &'e Expr>, scope: Scope) -> Walked {
        items.into_iter().try_for_each(|item| self.expression(item, scope))
    }

    fn boxed<'e>(&self, items: impl IntoIterator<Item = &'e Box<Expr>>, scope: Scope) -> Walked {
        items.into_iter().try_for_each(|item| self.expression(item, scope))
    }

    /// It recurses once per operator: what is rare has functions of its own, which keeps the stack of this one small.
    pub(super) fn expression(&self, expr: &Expr, scope: Scope) -> Walked {
        match expr {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => Ok(()),
            Expr::Value(value) => self.value(value),
            Expr::BinaryOp { left, op, right } => {
                self.expression(left, scope)?;
                operator(op, right)?;
                self.expression(right, scope)
            }
            Expr::IsFalse(inner)
            | Expr::IsNotFalse(inner)
            | Expr::IsTrue(inner)
            | Expr::IsNotTrue(inner)
            | Expr::IsNull(inner)
            | Expr::IsNotNull(inner)
            | Expr::IsUnknown(inner)
            | Expr::IsNotUnknown(inner)
            | Expr::Nested(inner)
            | Expr::UnaryOp { op: _, expr: inner }
            | Expr::Named { expr: inner, name: _ } => self.expression(inner, scope),
            Expr::IsDistinctFrom(left, right) => {
                distinct_from::check(left, right, "IS DISTINCT FROM")?;
                self.boxed([left, right], scope)
            }
            Expr::IsNotDistinctFrom(left, right) => {
                distinct_from::check(left, right, "IS NOT DISTINCT FROM")?;
                self.boxed([left, right], scope)
            }
            Expr::InList { expr, list, negated: _ } => {
                self.expression(expr, scope)?;
                self.expressions(list, scope)
            }
            Expr::InSubquery { expr, subquery, negated: _ } => {
                self.expression(expr, scope)?;
                self.query(subquery, scope)
            }
            Expr::Between { expr, negated: _, low, high } => self.boxed([expr, low, high], scope),
            Expr::AnyOp { left, compare_op: _, right, is_some: _ } | Expr::AllOp { left, compare_op: _, right } => {
                self.boxed([left, right], scope)
            }
            Expr::Exists { subquery, negated: _ } => self.query(subquery, scope),
            Expr::Subquery(subquery) => self.query(subquery, scope),
            Expr::Tuple(items) => self.expressions(items, scope),
            Expr::Function(function) => self.function(function, scope),
            Expr::Case { case_token: _, end_token: _, operand, conditions, else_result } => {
                self.boxed(operand, scope)?;
                for CaseWhen { condition, result } in conditions {
                    self.expression(condition, scope)?;
                    self.expression(result, scope)?;
                }
                self.boxed(else_result, scope)
            }
            Expr::GroupingSets(sets) => self.sets(sets, "GROUPING SETS", scope),
            Expr::Cube(sets) => self.sets(sets, "CUBE", scope),
            Expr::Rollup(sets) => self.sets(sets, "ROLLUP", scope),
            other => self.rare(other, scope),
        }
    }

    fn rare(&self, expr: &Expr, scope: Scope) -> Walked {
        match expr {
            Expr::CompoundFieldAccess { root, access_chain } => {
                self.expression(root, scope)?;
                access_chain.iter().try_for_each(|access| self.access(access, scope))
            }
            Expr::Like { negated: _, any, expr, pattern, escape_char } => {
                self.boxed([expr, pattern], scope)?;
                like(pattern, "LIKE", *any, escape_char.as_ref())
            }
            Expr::ILike { negated: _, any, expr, pattern, escape_char } => {
                self.boxed([expr, pattern], scope)?;
                like(pattern, "ILIKE", *any, escape_char.as_ref())
            }
            Expr::Cast { kind: _, expr, data_type, array, format } => {
                self.expression(expr, scope)?;
                if *array {
                    return Err(Refusal::behind(expr.span(), "ARRAY")
                        .called("CAST … ARRAY")
                        .instead("write CAST(… AS type[])"));
                }
                if format.is_some() {
                    let refusal = Refusal::behind(expr.span(), "FORMAT").called("CAST … FORMAT");
                    return Err(refusal.instead("write to_date(text, format), or to_char(value, format)"));
                }
                data_type::check(expr, data_type)
            }
            Expr::TypedString(TypedString { data_type, value, uses_odbc_syntax: _ }) => {
                self.value(value)?;
                data_type::check(expr, data_type)
            }
            Expr::AtTimeZone { timestamp, time_zone } => self.boxed([timestamp, time_zone], scope),
            // Which fields there are is checked when it is executed.
            Expr::Extract { field: _, syntax: _, expr } => self.expression(expr, scope),
            Expr::Ceil { expr, field } | Expr::Floor { expr, field } => {
                self.expression(expr, scope)?;
                match field {
                    CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) => Ok(()),
                    CeilFloorKind::DateTimeField(_) => {
                        let refusal = Refusal::behind(expr.span(), "TO").called("TO of ceil() and floor()");
                        Err(refusal.instead("write date_trunc(unit, value)"))
                    }
                    CeilFloorKind::Scale(_) => {
                        let refusal = Refusal::behind(expr.span(), ",").called("a scale of ceil() and floor()");
                        Err(refusal.instead("multiply before, and divide behind"))
                    }
                }
            }
            Expr::Position { expr, r#in } => self.boxed([expr, r#in], scope),
            Expr::Substring { expr, substring_from, substring_for, special: _, shorthand: _ } => {
                self.expression(expr, scope)?;
                self.boxed(substring_from, scope)?;
                self.boxed(substring_for, scope)
            }
            Expr::Trim { trim_where: _, trim_what, expr, trim_characters } => {
                self.boxed(trim_what, scope)?;
                self.expression(expr, scope)?;
                let characters = trim_characters.as_deref().unwrap_or_default();
                self.expressions(characters, scope)?;
                // The planner reads the first one only.
                match characters.get(1) {
                    None => Ok(()),
                    Some(second) => {
                        let refusal = Refusal::at(second.span(), "a third argument of trim()");
                        Err(refusal.instead("write all characters as one text"))
                    }
                }
            }
            Expr::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
                self.boxed([expr, overlay_what, overlay_from], scope)?;
                self.boxed(overlay_for, scope)
            }
            Expr::Struct { values, fields } => {
                self.expressions(values, scope)?;
                match fields.first() {
                    Some(StructField { field_name: _, field_type: _, options: _ }) => {
                        Err(Refusal::of("STRUCT").called("a STRUCT with types").instead("write struct(… AS name)"))
                    }
                    None => Ok(()),
                }
            }
            Expr::Dictionary(fields) => {
                fields.iter().try_for_each(|DictionaryField { key: _, value }| self.expression(value, scope))
            }
            Expr::Map(Map { entries }) => {
                entries.iter().try_for_each(|MapEntry { key, value }| self.boxed([key, value], scope))
            }
            Expr::Array(Array { elem, named: _ }) => self.expressions(elem, scope),
            Expr::Interval(interval) => self.interval(interval, scope),
            Expr::Lambda(lambda) => self.lambda(lambda, scope),
            other => Err(unplanned::refusal(other)),
        }
    }

    fn access(&self, access: &AccessExpr, scope: Scope) -> Walked {
        match access {
            AccessExpr::Dot(expr) | AccessExpr::Subscript(Subscript::Index { index: expr }) => {
                self.expression(expr, scope)
            }
            AccessExpr::Subscript(Subscript::Slice { lower_bound, upper_bound, stride }) => {
                self.expressions(lower_bound.iter().chain(upper_bound).chain(stride), scope)
            }
        }
    }

    fn interval(&self, interval: &Interval, scope: Scope) -> Walked {
        let Interval { value, leading_field: _, leading_precision, last_field, fractional_seconds_precision } =
            interval;
        self.expression(value, scope)?;
        if leading_precision.is_some() || fractional_seconds_precision.is_some() {
            let refusal = Refusal::behind(value.span(), "(").called("a precision of INTERVAL");
            return Err(refusal.instead("leave it out"));
        }
        match last_field {
            Some(_) => {
                let refusal = Refusal::behind(value.span(), "TO").called("INTERVAL … TO …");
                Err(refusal.instead("write INTERVAL '1 year 2 months'"))
            }
            None => Ok(()),
        }
    }

    fn sets(&self, sets: &[Vec<Expr>], clause: &str, scope: Scope) -> Walked {
        let is_list = clause == "GROUPING SETS";
        for set in sets {
            if let Some(first) = set.first()
                && set.len() > 1
                && !is_list
            {
                let refusal = Refusal::at(first.span(), format!("several columns as one in {clause}"));
                return Err(refusal.instead("write GROUPING SETS with all of the sets"));
            }
            for item in set {
                if let (Expr::Function(function), true) = (item, is_list)
                    && ["rollup", "cube"].contains(&function.name.to_string().to_lowercase().as_str())
                {
                    let refusal = Refusal::at(item.span(), "ROLLUP or CUBE within GROUPING SETS");
                    return Err(refusal.instead("write all of the sets"));
                }
            }
            // A number would be a constant here, not the place of a column.
            self.grouped(set, clause, true, scope)?;
        }
        Ok(())
    }

    /// The query in the arguments of a function.
    pub(super) fn subquery_argument(&self, name: &str, query: &Query) -> Walked {
        Err(Refusal::within(query.span(), "SELECT")
            .called(format!("a query as the arguments of {name}()"))
            .instead("write (SELECT array_agg(…) FROM …)"))
    }
}

/// Operators that mean one thing here and another elsewhere; what the planner does not know, it refuses.
fn operator(operator: &BinaryOperator, right: &Expr) -> Walked {
    match operator {
        BinaryOperator::BitwiseXor => {
            let refusal = Refusal::before(right.span(), "^");
            Err(refusal.instead("it is a power to some databases and bits to others; write power(a, b)"))
        }
        _ => Ok(()),
    }
}

fn like(pattern: &Expr, clause: &'static str, any: bool, escape: Option<&ValueWithSpan>) -> Walked {
    if any {
        let refusal = Refusal::before(pattern.span(), "ANY").called(format!("{clause} ANY"));
        return Err(refusal.instead("write one LIKE for each pattern, with OR between them"));
    }
    match escape {
        Some(escape) if escape.value.clone().into_string().as_deref() != Some("\\") => {
            let refusal = Refusal::at(escape.span, format!("{clause} … ESCAPE of another character than \\"));
            Err(refusal.instead("write \\ before what is meant as it stands"))
        }
        _ => Ok(()),
    }
}
