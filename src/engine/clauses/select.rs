//! SELECT: columns, grouping, and what other databases add.

use datafusion::sql::sqlparser::{
    ast::{
        ConnectByKind, Distinct, Expr, GroupByExpr, GroupByWithModifier, LateralView, NamedWindowDefinition,
        NamedWindowExpr, ReplaceSelectElement, ReplaceSelectItem, Select, SelectFlavor, SelectItem,
        SelectItemQualifiedWildcardKind, SelectModifiers, Spanned, Top, ValueTableMode, WildcardAdditionalOptions,
    },
    tokenizer::Span,
};

use super::{
    constant::Constant,
    order_lost,
    refusal::Refusal,
    walk::{Scope, Walk, Walked},
};

impl Walk<'_> {
    pub(super) fn select(&self, select: &Select, scope: Scope) -> Walked {
        let Select {
            select_token,
            // Comments, for the optimizers of other databases.
            optimizer_hints: _,
            distinct,
            select_modifiers,
            top,
            top_before_distinct: _,
            projection,
            exclude,
            into,
            from,
            lateral_views,
            prewhere,
            selection,
            connect_by,
            group_by,
            cluster_by,
            distribute_by,
            sort_by,
            having,
            named_window,
            qualify,
            window_before_qualify: _,
            value_table_mode,
            flavor,
        } = select;
        let start = select_token.0.span;
        match flavor {
            SelectFlavor::Standard | SelectFlavor::FromFirst => {}
            SelectFlavor::FromFirstNoSelect => {
                let place =
                    from.first().map_or_else(|| Refusal::of("FROM"), |table| Refusal::before(table.span(), "FROM"));
                return Err(place.called("FROM without SELECT").instead("write SELECT * FROM …"));
            }
        }
        self.before_columns(
            start,
            distinct.as_ref(),
            select_modifiers.as_ref(),
            top.as_ref(),
            value_table_mode.as_ref(),
        )?;
        if let Some(Distinct::On(expressions)) = distinct {
            self.grouped(expressions, "DISTINCT ON", true, scope.elsewhere())?;
        }
        self.columns(projection, scope.columns())?;
        if exclude.is_some() {
            return Err(Refusal::within(start, "EXCLUDE").instead("write * EXCLUDE (…), or name the columns"));
        }
        if into.is_some() {
            return Err(Refusal::within(start, "INTO").instead("leave it out; -o FILE writes an answer to a file"));
        }
        order_lost::check(select)?;
        let scope = scope.elsewhere();
        from.iter().try_for_each(|table| self.table_with_joins(table, scope))?;
        if let Some(LateralView { lateral_view: _, lateral_view_name: _, lateral_col_alias: _, outer: _ }) =
            lateral_views.first()
        {
            return Err(Refusal::within(start, "LATERAL VIEW").instead("write unnest(…) in the list of columns"));
        }
        if let Some(condition) = prewhere {
            return Err(Refusal::before(condition.span(), "PREWHERE").instead("write WHERE"));
        }
        self.expressions(selection, scope)?;
        if let Some(kind) = connect_by.first() {
            let words = match kind {
                ConnectByKind::ConnectBy { connect_token: _, nocycle: _, relationships: _ } => "CONNECT BY",
                ConnectByKind::StartWith { start_token: _, condition: _ } => "START WITH",
            };
            let remedy = "write WITH RECURSIVE, or read department_closure or manager_closure";
            return Err(Refusal::within(start, words).instead(remedy));
        }
        self.group_by(start, group_by, scope)?;
        self.expressions(having, scope)?;
        for (items, words) in [(cluster_by, "CLUSTER BY"), (distribute_by, "DISTRIBUTE BY")] {
            if let Some(item) = items.first() {
                let refusal = Refusal::before(item.span(), "BY").called(words);
                return Err(refusal.instead("leave it out; write ORDER BY for an order"));
            }
        }
        if let Some(item) = sort_by.first() {
            return Err(Refusal::before(item.span(), "SORT BY").instead("write ORDER BY"));
        }
        named_window.iter().try_for_each(|window| self.named_window(window, scope))?;
        self.expressions(qualify, scope)
    }

    fn before_columns(
        &self,
        start: Span,
        distinct: Option<&Distinct>,
        modifiers: Option<&SelectModifiers>,
        top: Option<&Top>,
        mode: Option<&ValueTableMode>,
    ) -> Walked {
        match distinct {
            None | Some(Distinct::All | Distinct::Distinct | Distinct::On(_)) => {}
        }
        if let Some(modifiers) = modifiers {
            let SelectModifiers {
                high_priority,
                straight_join,
                sql_small_result,
                sql_big_result,
                sql_buffer_result,
                sql_no_cache,
                sql_calc_found_rows,
            } = modifiers;
            let modifiers = [
                (*high_priority, "HIGH_PRIORITY"),
                (*straight_join, "STRAIGHT_JOIN"),
                (*sql_small_result, "SQL_SMALL_RESULT"),
                (*sql_big_result, "SQL_BIG_RESULT"),
                (*sql_buffer_result, "SQL_BUFFER_RESULT"),
                (*sql_no_cache, "SQL_NO_CACHE"),
                (*sql_calc_found_rows, "SQL_CALC_FOUND_ROWS"),
            ];
            if let Some((_, words)) = modifiers.into_iter().find(|(is_there, _)| *is_there) {
                return Err(Refusal::within(start, words).instead("leave it out"));
            }
        }
        if let Some(Top { with_ties, percent, quantity: _ }) = top {
            let remedy = match (with_ties, percent) {
                (false, false) => "write LIMIT n at the end",
                _ => "number the rows with rank() or percent_rank() and filter them with QUALIFY",
            };
            return Err(Refusal::within(start, "TOP").instead(remedy));
        }
        match mode {
            None => Ok(()),
            Some(ValueTableMode::AsStruct | ValueTableMode::DistinctAsStruct) => {
                Err(Refusal::within(start, "AS STRUCT").instead("write struct(…)"))
            }
            Some(ValueTableMode::AsValue | ValueTableMode::DistinctAsValue) => {
                Err(Refusal::within(start, "AS VALUE").instead("leave it out"))
            }
        }
    }

    pub(super) fn columns(&self, items: &[SelectItem], scope: Scope) -> Walked {
        items.iter().try_for_each(|item| match item {
            SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, alias: _ } => {
                self.expression(expr, scope)
            }
            SelectItem::ExprWithAliases { expr, aliases: _ } => {
                let refusal = Refusal::behind(expr.span(), "AS").called("several names behind AS");
                Err(refusal.instead("name one column; a field of a struct is s['field']"))
            }
            SelectItem::QualifiedWildcard(kind, options) => match kind {
                SelectItemQualifiedWildcardKind::ObjectName(_) => self.wildcard(options, scope),
                SelectItemQualifiedWildcardKind::Expr(expr) => {
                    Err(Refusal::behind(expr.span(), "*").called(".* of an expression").instead("name its fields"))
                }
            },
            SelectItem::Wildcard(options) => self.wildcard(options, scope),
        })
    }

    fn wildcard(&self, options: &WildcardAdditionalOptions, scope: Scope) -> Walked {
        // EXCLUDE and EXCEPT are executed: a name that is not there is an error.
        let WildcardAdditionalOptions {
            wildcard_token,
            opt_ilike,
            opt_exclude: _,
            opt_except: _,
            opt_replace,
            opt_rename,
            opt_alias,
        } = options;
        if opt_ilike.is_some() {
            let refusal = Refusal::within(wildcard_token.0.span, "ILIKE").called("* ILIKE");
            return Err(refusal.instead("name the columns"));
        }
        if let Some(ReplaceSelectItem { items }) = opt_replace {
            for element in items {
                let ReplaceSelectElement { expr, column_name: _, as_keyword: _ } = element.as_ref();
                self.expression(expr, scope)?;
            }
            // Of a name that is not there, nothing would be said.
            let refusal = Refusal::within(wildcard_token.0.span, "REPLACE").called("* REPLACE");
            return Err(refusal.instead("write * EXCLUDE (x), … AS x"));
        }
        if opt_rename.is_some() {
            let refusal = Refusal::within(wildcard_token.0.span, "RENAME").called("* RENAME");
            return Err(refusal.instead("write * EXCLUDE (x), x AS y"));
        }
        match opt_alias {
            Some(alias) => Err(Refusal::at(alias.span, "a name for *").instead("leave it out")),
            None => Ok(()),
        }
    }

    fn group_by(&self, start: Span, group_by: &GroupByExpr, scope: Scope) -> Walked {
        let (expressions, modifiers) = match group_by {
            GroupByExpr::All(modifiers) => (&[][..], modifiers),
            GroupByExpr::Expressions(expressions, modifiers) => (expressions.as_slice(), modifiers),
        };
        self.grouped(expressions, "GROUP BY", false, scope)?;
        let Some(modifier) = modifiers.first() else { return Ok(()) };
        let columns = names(expressions).unwrap_or_else(|| "…".to_owned());
        let (words, remedy) = match modifier {
            GroupByWithModifier::Rollup => ("WITH ROLLUP", format!("write GROUP BY ROLLUP({columns})")),
            GroupByWithModifier::Cube => ("WITH CUBE", format!("write GROUP BY CUBE({columns})")),
            GroupByWithModifier::Totals => ("WITH TOTALS", format!("write GROUP BY GROUPING SETS (({columns}), ())")),
            GroupByWithModifier::GroupingSets(_) => {
                ("GROUPING SETS", "write GROUP BY GROUPING SETS (…) without columns before it".to_owned())
            }
        };
        let place = match expressions.last() {
            Some(last) => Refusal::behind(last.span(), words),
            None => Refusal::within(start, words),
        };
        Err(place.instead(remedy))
    }

    /// Expressions that rows are grouped by.
    pub(super) fn grouped(&self, items: &[Expr], clause: &str, numbers_too: bool, scope: Scope) -> Walked {
        for item in items {
            let is_refused = match Constant::of(item) {
                None | Some(Constant::Null) => false,
                Some(Constant::Place) => numbers_too,
                Some(Constant::Value) => true,
            };
            if is_refused {
                let refusal = Refusal::at(item.span(), format!("{clause} of a constant"));
                return Err(refusal.instead("it would make one group; name the column, without single quotes"));
            }
            if let Expr::Tuple(parts) = item
                && parts.is_empty()
            {
                return Err(Refusal::of("GROUP BY (").called("GROUP BY ()").instead("leave it out"));
            }
            self.expression(item, scope)?;
        }
        Ok(())
    }

    fn named_window(&self, window: &NamedWindowDefinition, scope: Scope) -> Walked {
        let NamedWindowDefinition(name, definition) = window;
        match definition {
            NamedWindowExpr::NamedWindow(other) => {
                let refusal = Refusal::at(other.span, format!("WINDOW {name} AS another window"));
                Err(refusal.instead("write its definition"))
            }
            NamedWindowExpr::WindowSpec(spec) => self.window(spec, scope),
        }
    }
}

/// The expressions, when all of them are names of columns.
fn names(items: &[Expr]) -> Option<String> {
    let is_name = |item: &Expr| matches!(item, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
    let all = !items.is_empty() && items.iter().all(is_name);
    all.then(|| items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}
