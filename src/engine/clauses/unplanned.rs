//! Expressions that the planner does not know.

use datafusion::sql::sqlparser::ast::{Expr, JsonPath, MemberOf, Spanned};

use super::refusal::Refusal;

/// What is said about one. Those that are walked through do not come here.
pub(super) fn refusal(expr: &Expr) -> Box<Refusal> {
    let (refusal, remedy) = match expr {
        Expr::SimilarTo { negated: _, expr: _, pattern, escape_char: _ } => (
            // The engine would take the pattern for a regular expression.
            Refusal::before(pattern.span(), "SIMILAR TO"),
            "write LIKE, or ~ with a regular expression",
        ),
        Expr::RLike { negated: _, expr: _, pattern, regexp } => {
            (Refusal::before(pattern.span(), if *regexp { "REGEXP" } else { "RLIKE" }), "write ~")
        }
        Expr::Collate { expr, collation: _ } => {
            (Refusal::behind(expr.span(), "COLLATE"), "text is compared by code points; write lower(…) to ignore case")
        }
        Expr::Convert { is_try: _, expr: _, data_type: _, charset: _, target_before_value: _, styles: _ } => {
            (Refusal::of("CONVERT"), "write CAST(… AS type)")
        }
        Expr::IsNormalized { expr, form: _, negated: _ } => {
            (Refusal::behind(expr.span(), "NORMALIZED").called("IS NORMALIZED"), "")
        }
        Expr::InUnnest { expr: _, array_expr, negated: _ } => (
            Refusal::before(array_expr.span(), "UNNEST").called("IN UNNEST"),
            "write = ANY(list), or array_has(list, value)",
        ),
        Expr::JsonAccess { value, path: JsonPath { path: _ } } => {
            (Refusal::behind(value.span(), ":").called("a path behind :"), "")
        }
        Expr::Prefixed { prefix, value: _ } => {
            (Refusal::at(prefix.span, format!("{prefix} before a text")), "leave it out")
        }
        Expr::MatchAgainst { columns: _, match_value: _, opt_search_modifier: _ } => {
            (Refusal::of("MATCH").called("MATCH … AGAINST"), "write LIKE, or ~ with a regular expression")
        }
        Expr::MemberOf(MemberOf { value, array: _ }) => {
            (Refusal::behind(value.span(), "MEMBER OF"), "write array_has(list, value)")
        }
        Expr::OuterJoin(inner) => (Refusal::behind(inner.span(), "(").called("(+)"), "write LEFT JOIN"),
        Expr::Prior(inner) => (Refusal::before(inner.span(), "PRIOR"), "write WITH RECURSIVE"),
        Expr::Wildcard(token) => (Refusal::within(token.0.span, "*").called("* here"), "name the columns"),
        Expr::QualifiedWildcard(name, _) => (Refusal::behind(name.span(), "*").called(".* here"), "name the columns"),
        Expr::Identifier(_)
        | Expr::CompoundIdentifier(_)
        | Expr::CompoundFieldAccess { .. }
        | Expr::IsFalse(_)
        | Expr::IsNotFalse(_)
        | Expr::IsTrue(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotUnknown(_)
        | Expr::IsDistinctFrom(_, _)
        | Expr::IsNotDistinctFrom(_, _)
        | Expr::InList { .. }
        | Expr::InSubquery { .. }
        | Expr::Between { .. }
        | Expr::BinaryOp { .. }
        | Expr::Like { .. }
        | Expr::ILike { .. }
        | Expr::AnyOp { .. }
        | Expr::AllOp { .. }
        | Expr::UnaryOp { .. }
        | Expr::Cast { .. }
        | Expr::AtTimeZone { .. }
        | Expr::Extract { .. }
        | Expr::Ceil { .. }
        | Expr::Floor { .. }
        | Expr::Position { .. }
        | Expr::Substring { .. }
        | Expr::Trim { .. }
        | Expr::Overlay { .. }
        | Expr::Nested(_)
        | Expr::Value(_)
        | Expr::TypedString(_)
        | Expr::Function(_)
        | Expr::Case { .. }
        | Expr::Exists { .. }
        | Expr::Subquery(_)
        | Expr::GroupingSets(_)
        | Expr::Cube(_)
        | Expr::Rollup(_)
        | Expr::Tuple(_)
        | Expr::Struct { .. }
        | Expr::Named { .. }
        | Expr::Dictionary(_)
        | Expr::Map(_)
        | Expr::Array(_)
        | Expr::Interval(_)
        | Expr::Lambda(_) => (Refusal::at(expr.span(), "this expression"), ""),
    };
    refusal.instead(remedy)
}
