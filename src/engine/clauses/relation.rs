//! What stands in FROM: tables, functions, subqueries, joins.

use datafusion::sql::sqlparser::{
    ast::{
        FunctionArg, Join, JoinConstraint, JoinOperator, Setting, Spanned, TableFactor, TableFunctionArgs,
        TableIndexHints, TableSample, TableSampleKind, TableSampleModifier, TableVersion, TableWithJoins,
    },
    tokenizer::Span,
};

use super::{
    refusal::Refusal,
    walk::{Scope, Walk, Walked},
};

impl Walk<'_> {
    pub(super) fn table_with_joins(&self, table: &TableWithJoins, scope: Scope) -> Walked {
        let TableWithJoins { relation, joins } = table;
        self.relation(relation, scope)?;
        joins.iter().try_for_each(|join| self.join(join, scope))
    }

    fn relation(&self, relation: &TableFactor, scope: Scope) -> Walked {
        let alias = match relation {
            TableFactor::Table {
                name,
                alias,
                args,
                with_hints,
                version,
                with_ordinality,
                partitions,
                json_path,
                sample,
                index_hints,
            } => {
                self.table_arguments(args.as_ref(), scope)?;
                if let Some(hint) = with_hints.first() {
                    return Err(Refusal::before(hint.span(), "WITH (").called("WITH (hint)").instead("leave it out"));
                }
                if let Some(version) = version {
                    return Err(old(name.span(), version));
                }
                if *with_ordinality {
                    return Err(ordinality(name.span()));
                }
                if let Some(partition) = partitions.first() {
                    return Err(Refusal::before(partition.span, "PARTITION").instead("write WHERE"));
                }
                if json_path.is_some() {
                    return Err(Refusal::behind(name.span(), "[")
                        .called("a path behind a table")
                        .instead("leave it out"));
                }
                sampled(name.span(), sample.as_ref())?;
                if let Some(hints) = index_hints.first() {
                    let TableIndexHints { hint_type, index_type: _, for_clause: _, index_names: _ } = hints;
                    let refusal = Refusal::behind(name.span(), "INDEX").called(format!("{hint_type} INDEX"));
                    return Err(refusal.instead("leave it out"));
                }
                alias
            }
            // LATERAL is executed, or fails where it cannot be.
            TableFactor::Derived { lateral: _, subquery, alias, sample } => {
                self.query(subquery, scope)?;
                sampled(subquery.span(), sample.as_ref())?;
                alias
            }
            TableFactor::Function { lateral: _, name, args, with_ordinality, alias } => {
                self.table_function_arguments(args, scope)?;
                if *with_ordinality {
                    return Err(ordinality(name.span()));
                }
                alias
            }
            TableFactor::UNNEST { alias, array_exprs, with_offset, with_offset_alias, with_ordinality } => {
                self.expressions(array_exprs, scope)?;
                if *with_offset || with_offset_alias.is_some() {
                    return Err(Refusal::within(relation.span(), "WITH OFFSET").instead(NUMBER));
                }
                if *with_ordinality {
                    return Err(ordinality(relation.span()));
                }
                alias
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                self.table_with_joins(table_with_joins, scope)?;
                alias
            }
            other => return Err(unknown(other)),
        };
        match alias {
            Some(alias) => self.alias(alias),
            None => Ok(()),
        }
    }

    fn table_arguments(&self, args: Option<&TableFunctionArgs>, scope: Scope) -> Walked {
        let Some(TableFunctionArgs { args, settings }) = args else { return Ok(()) };
        self.table_function_arguments(args, scope)?;
        match settings.as_ref().and_then(|settings| settings.first()) {
            Some(Setting { key, value: _ }) => Err(Refusal::before(key.span, "SETTINGS").instead("leave it out")),
            None => Ok(()),
        }
    }

    fn table_function_arguments(&self, args: &[FunctionArg], scope: Scope) -> Walked {
        for arg in args {
            self.positional(arg, "a table function", scope)?;
        }
        Ok(())
    }

    pub(super) fn join(&self, join: &Join, scope: Scope) -> Walked {
        let Join { relation, global, join_operator } = join;
        if *global {
            return Err(Refusal::before(relation.span(), "GLOBAL").called("GLOBAL JOIN").instead("leave GLOBAL out"));
        }
        let refused = |words, clause: &str, remedy: &str| {
            Err(Refusal::before(relation.span(), words).called(clause).instead(remedy))
        };
        let constraint = match join_operator {
            JoinOperator::Join(constraint)
            | JoinOperator::Inner(constraint)
            | JoinOperator::Left(constraint)
            | JoinOperator::LeftOuter(constraint)
            | JoinOperator::Right(constraint)
            | JoinOperator::RightOuter(constraint)
            | JoinOperator::FullOuter(constraint)
            | JoinOperator::LeftSemi(constraint)
            | JoinOperator::RightSemi(constraint)
            | JoinOperator::LeftAnti(constraint)
            | JoinOperator::RightAnti(constraint)
            | JoinOperator::CrossJoin(constraint) => constraint,
            JoinOperator::Semi(_) => return refused("SEMI JOIN", "SEMI JOIN", "write LEFT SEMI JOIN"),
            JoinOperator::Anti(_) => return refused("ANTI JOIN", "ANTI JOIN", "write LEFT ANTI JOIN"),
            JoinOperator::StraightJoin(_) => return refused("STRAIGHT_JOIN", "STRAIGHT_JOIN", "write JOIN"),
            JoinOperator::CrossApply => return refused("APPLY", "CROSS APPLY", "join a subquery with ON"),
            JoinOperator::OuterApply => {
                return refused("APPLY", "OUTER APPLY", "write LEFT JOIN of a subquery with ON");
            }
            JoinOperator::AsOf { match_condition: _, constraint: _ } => {
                let remedy = "join with ON, and keep the last row with QUALIFY row_number() OVER (…) = 1";
                return refused("ASOF", "ASOF JOIN", remedy);
            }
            JoinOperator::ArrayJoin | JoinOperator::LeftArrayJoin | JoinOperator::InnerArrayJoin => {
                return refused("ARRAY JOIN", "ARRAY JOIN", "write unnest(…) in the list of columns");
            }
        };
        self.relation(relation, scope)?;
        let is_cross = matches!(join_operator, JoinOperator::CrossJoin(_));
        let keeps_right =
            matches!(join_operator, JoinOperator::Right(_) | JoinOperator::RightOuter(_) | JoinOperator::FullOuter(_));
        let is_inner = matches!(join_operator, JoinOperator::Join(_) | JoinOperator::Inner(_));
        match constraint {
            JoinConstraint::On(condition) if is_cross => {
                Err(Refusal::before(condition.span(), "ON").called("ON of a CROSS JOIN").instead("write JOIN"))
            }
            JoinConstraint::On(condition) => self.expression(condition, scope),
            JoinConstraint::Using(_) if is_cross => {
                Err(Refusal::behind(relation.span(), "USING").called("USING of a CROSS JOIN").instead("write JOIN"))
            }
            // The column would be the one of the left table, which is null in rows of the right one.
            JoinConstraint::Using(_) if keeps_right => {
                let refusal = Refusal::behind(relation.span(), "USING").called("USING of a RIGHT or FULL JOIN");
                Err(refusal.instead("write ON a.x = b.x and coalesce(a.x, b.x), or turn a RIGHT into a LEFT JOIN"))
            }
            JoinConstraint::Using(_) => Ok(()),
            JoinConstraint::Natural if is_inner => Ok(()),
            // Without a common column it would be a CROSS JOIN.
            JoinConstraint::Natural => {
                refused("NATURAL", "NATURAL of an outer join", "write ON, or LEFT JOIN … USING (…)")
            }
            JoinConstraint::None if is_cross => Ok(()),
            JoinConstraint::None => {
                refused("JOIN", "JOIN without ON or USING", "say what to join by, or write CROSS JOIN for all pairs")
            }
        }
    }
}

/// How to number what a table gives.
const NUMBER: &str = "number the rows with row_number() OVER ()";

fn ordinality(table: Span) -> Box<Refusal> {
    Refusal::behind(table, "WITH ORDINALITY").instead(NUMBER)
}

fn old(table: Span, version: &TableVersion) -> Box<Refusal> {
    let (words, clause) = match version {
        TableVersion::ForSystemTimeAsOf(_) => ("FOR", "FOR SYSTEM_TIME AS OF"),
        TableVersion::TimestampAsOf(_) => ("TIMESTAMP", "TIMESTAMP AS OF"),
        TableVersion::VersionAsOf(_) => ("VERSION", "VERSION AS OF"),
        TableVersion::Function(_) => ("(", "AT or BEFORE of a table"),
        TableVersion::Changes { changes: _, at: _, end: _ } => ("CHANGES", "CHANGES of a table"),
    };
    Refusal::behind(table, words).called(clause).instead("read another day with --as-of, or all_days.TABLE")
}

fn sampled(table: Span, sample: Option<&TableSampleKind>) -> Walked {
    let Some(TableSampleKind::BeforeTableAlias(sample) | TableSampleKind::AfterTableAlias(sample)) = sample else {
        return Ok(());
    };
    let TableSample { modifier, name: _, quantity: _, seed: _, bucket: _, offset: _ } = sample.as_ref();
    let words = match modifier {
        TableSampleModifier::Sample => "SAMPLE",
        TableSampleModifier::TableSample => "TABLESAMPLE",
    };
    Err(Refusal::behind(table, words)
        .instead("write WHERE random() < 0.1 for a tenth of the rows, ORDER BY random() LIMIT n for n of them"))
}

/// Tables that the planner does not know.
fn unknown(relation: &TableFactor) -> Box<Refusal> {
    let (refusal, remedy) = match relation {
        TableFactor::TableFunction { expr, alias: _ } => {
            (Refusal::before(expr.span(), "TABLE").called("TABLE(…)"), "write FROM function(…)")
        }
        TableFactor::JsonTable { json_expr: _, json_path: _, columns: _, alias: _ } => (Refusal::of("JSON_TABLE"), ""),
        TableFactor::OpenJsonTable { json_expr: _, json_path: _, columns: _, alias: _ } => {
            (Refusal::of("OPENJSON"), "")
        }
        TableFactor::XmlTable { namespaces: _, row_expression: _, passing: _, columns: _, alias: _ } => {
            (Refusal::of("XMLTABLE"), "")
        }
        TableFactor::SemanticView { name: _, dimensions: _, metrics: _, facts: _, where_clause: _, alias: _ } => {
            (Refusal::of("SEMANTIC_VIEW"), "")
        }
        TableFactor::Pivot {
            table,
            aggregate_functions: _,
            value_column: _,
            value_source: _,
            default_on_null: _,
            alias: _,
        } => (Refusal::behind(table.span(), "PIVOT"), "write sum(…) FILTER (WHERE …) AS … for each column, or CASE"),
        TableFactor::Unpivot { table, value: _, name: _, columns: _, null_inclusion: _, alias: _ } => {
            (Refusal::behind(table.span(), "UNPIVOT"), "write a SELECT for each column with UNION ALL between them")
        }
        TableFactor::MatchRecognize {
            table,
            partition_by: _,
            order_by: _,
            measures: _,
            rows_per_match: _,
            after_match_skip: _,
            pattern: _,
            symbols: _,
            alias: _,
        } => (Refusal::behind(table.span(), "MATCH_RECOGNIZE"), "compare rows with lag() and lead()"),
        TableFactor::Table { .. }
        | TableFactor::Derived { .. }
        | TableFactor::Function { .. }
        | TableFactor::UNNEST { .. }
        | TableFactor::NestedJoin { .. } => (Refusal::of("FROM"), ""),
    };
    refusal.instead(remedy)
}
