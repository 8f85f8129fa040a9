//! What comes out of each node of a plan.

use std::collections::BTreeSet;

use datafusion::{
    common::DFSchema,
    logical_expr::{Aggregate, Distinct, Expr, Join, JoinType, LogicalPlan, RecursiveQuery, TableScan, Union, Unnest},
};

use super::{
    How, Tables, Value,
    walk::{Flow, Flowing, Scope, Walk, together},
};
use crate::catalog::{EXTRA, Privacy};

impl<T: Tables> Walk<'_, T> {
    /// What comes out of a plan, one [`Flowing`] for each field of its schema.
    pub(super) fn flow(&mut self, plan: &LogicalPlan) -> Flow<T::Value> {
        let mut flow = match plan {
            LogicalPlan::TableScan(scan) => self.scan(scan),
            LogicalPlan::Projection(p) => {
                let scope = self.scope(&p.input);
                let columns = p.expr.iter().map(|e| self.column(e, &scope)).collect();
                Flow { columns, rows: scope.flow.rows }
            }
            LogicalPlan::Filter(f) => {
                let scope = self.scope(&f.input);
                let mut flow = scope.flow.clone();
                self.choose(&f.predicate, How::Filter, &scope, &mut flow);
                flow
            }
            LogicalPlan::Window(w) => {
                let scope = self.scope(&w.input);
                let made = w.window_expr.iter().map(|e| self.of_rows(e, &scope)).collect::<Vec<_>>();
                let mut flow = scope.flow;
                flow.columns.extend(made);
                flow
            }
            LogicalPlan::Aggregate(a) => self.aggregate(a),
            LogicalPlan::Sort(s) => {
                let scope = self.scope(&s.input);
                let order = s.expr.iter().map(|by| &by.expr);
                self.ordered(scope, order)
            }
            LogicalPlan::Limit(l) => {
                let scope = self.scope(&l.input);
                self.ordered(scope, l.skip.iter().chain(&l.fetch).map(AsRef::as_ref))
            }
            LogicalPlan::Distinct(Distinct::All(input)) => distinct(self.flow(input)),
            LogicalPlan::Distinct(Distinct::On(d)) => {
                let scope = self.scope(&d.input);
                let columns = d.select_expr.iter().map(|e| self.column(e, &scope)).collect();
                let order = d.sort_expr.iter().flatten().map(|by| &by.expr);
                let rows = self.ordered(scope, d.on_expr.iter().chain(order)).rows;
                Flow { columns, rows }
            }
            LogicalPlan::Join(join) => self.join(join),
            LogicalPlan::Union(union) => self.union(union),
            LogicalPlan::Unnest(unnest) => self.unnest(unnest),
            LogicalPlan::RecursiveQuery(query) => self.recursive(query),
            LogicalPlan::SubqueryAlias(alias) => self.flow(&alias.input),
            LogicalPlan::Subquery(subquery) => self.flow(&subquery.subquery),
            LogicalPlan::Values(values) => {
                let nothing =
                    Flowing { value: T::Value::default(), constant: true, origins: self.relation(Privacy::None) };
                let scope = Scope { schema: DFSchema::empty(), flow: Flow::default() };
                let mut columns = vec![nothing; values.schema.fields().len()];
                for row in &values.values {
                    for (value, flowing) in row.iter().zip(&mut columns) {
                        flowing.value.add(&together(&self.reads(value, &scope)));
                    }
                }
                Flow { columns, rows: T::Value::default() }
            }
            // What they show is text about the statement or the catalogue, never a value.
            LogicalPlan::EmptyRelation(_) | LogicalPlan::Explain(_) | LogicalPlan::DescribeTable(_) => {
                let made = self.made_of(T::Value::default());
                Flow { columns: vec![made; plan.schema().fields().len()], rows: T::Value::default() }
            }
            other => self.unknown(other),
        };
        let fields = plan.schema().fields().len();
        if flow.columns.len() != fields {
            flow.columns = vec![self.made_of(flow.all().by(How::Transformation)); fields];
        }
        flow
    }

    /// A node that nobody described here: all of it may be in each of its columns.
    fn unknown(&mut self, plan: &LogicalPlan) -> Flow<T::Value> {
        let flows: Vec<_> = plan.inputs().iter().map(|input| self.flow(input).all()).collect();
        let value = if flows.is_empty() { T::Value::unknown() } else { T::Value::all(&flows) };
        let made = self.made_of(value.clone().by(How::Transformation));
        Flow { columns: vec![made; plan.schema().fields().len()], rows: value.by(How::Filter) }
    }

    fn scan(&mut self, scan: &TableScan) -> Flow<T::Value> {
        let table = scan.table_name.table();
        let names = scan.projected_schema.fields().iter().map(|f| f.name());
        let whole = scan.source.schema();
        if let Some((_, flow)) = self.recursive.iter().rev().find(|(name, _)| name == table) {
            let flow = flow.clone();
            let origins = self.relation(flow.all().class());
            let columns = names.map(|name| {
                let known = whole.index_of(name).ok().and_then(|index| flow.columns.get(index));
                let value = known.map_or_else(|| flow.all(), |column| column.value.clone());
                Flowing { value, constant: false, origins: origins.clone() }
            });
            return Flow { columns: columns.collect(), rows: flow.rows };
        }
        // What a table keeps of unknown properties says nothing about what the table is.
        let known = whole.fields().iter().map(|f| f.name()).filter(|name| *name != EXTRA);
        let most_private = known.map(|name| self.tables.column(table, name).class());
        let origins = self.relation(most_private.fold(Privacy::None, Ord::max));
        let describes = scan.table_name.schema() == Some("information_schema");
        let columns = names.map(|name| {
            let value = if describes { T::Value::default() } else { self.tables.column(table, name) };
            Flowing { value, constant: false, origins: origins.clone() }
        });
        let mut flow = Flow { columns: columns.collect(), rows: self.tables.rows(table) };
        let scope = Scope { schema: scan.projected_schema.as_ref().clone(), flow: flow.clone() };
        for filter in &scan.filters {
            self.choose(filter, How::Filter, &scope, &mut flow);
        }
        flow
    }

    fn aggregate(&mut self, a: &Aggregate) -> Flow<T::Value> {
        let scope = self.scope(&a.input);
        let sets = a.group_expr.iter().any(|e| matches!(e, Expr::GroupingSet(_)));
        let mut columns: Vec<_> = a.group_expr.iter().map(|e| self.column(e, &scope)).collect();
        let grouped = T::Value::all(columns.iter().map(|group| &group.value));
        let groups = grouped.clone().by(How::GroupBy);
        if sets {
            let all = Flowing { value: grouped, constant: false, origins: scope.flow.origins() };
            columns = vec![all; a.schema.fields().len().saturating_sub(a.aggr_expr.len())];
        }
        for made in &a.aggr_expr {
            let made = self.of_rows(made, &scope);
            columns.push(Flowing { value: made.value.with(&groups), ..made });
        }
        Flow { columns, rows: scope.flow.rows.with(&groups) }
    }

    /// A column that is made of several rows: an aggregate, or a window function.
    fn of_rows(&mut self, expr: &Expr, scope: &Scope<T::Value>) -> Flowing<T::Value> {
        let value = together(&self.reads(expr, scope)).with(&scope.flow.rows);
        Flowing { value, constant: false, origins: scope.flow.origins() }
    }

    /// The same rows, told apart by the values of some expressions.
    fn ordered<'e>(&mut self, scope: Scope<T::Value>, by: impl Iterator<Item = &'e Expr>) -> Flow<T::Value> {
        let order: Vec<_> = by.map(|e| together(&self.reads(e, &scope)).by(How::Sort)).collect();
        Flow { rows: scope.flow.rows.with(&T::Value::all(&order)), columns: scope.flow.columns }
    }

    fn join(&mut self, join: &Join) -> Flow<T::Value> {
        let left = self.scope(&join.left);
        // A lateral subquery names columns of the left side.
        self.outer.push(left.clone());
        let right = self.scope(&join.right);
        self.outer.pop();
        let width = left.flow.columns.len();
        let (left_rows, right_rows) = (left.flow.rows.clone(), right.flow.rows.clone());
        let mut flow = Flow {
            columns: left.flow.columns.iter().chain(&right.flow.columns).cloned().collect(),
            rows: left_rows.clone().with(&right_rows),
        };
        let schema = left.schema.join(&right.schema).ok();
        let schema = schema.unwrap_or_else(|| join.schema.as_ref().clone());
        let both = Scope { schema, flow: flow.clone() };
        let mut condition = T::Value::default();
        for (l, r) in &join.on {
            let mut reads = self.reads(l, &left);
            reads.extend(self.reads(r, &right));
            condition.add(&together(&reads).by(How::Join));
            self.compare(&reads, How::Join, &mut flow);
        }
        if let Some(filter) = &join.filter {
            condition.add(&together(&self.reads(filter, &both)).by(How::Join));
            self.choose(filter, How::Join, &both, &mut flow);
        }
        let mark = |rows: &T::Value| Flowing {
            value: condition.clone().with(rows),
            constant: false,
            origins: both.flow.origins(),
        };
        let (from_left, from_right) = match join.join_type {
            JoinType::Inner => (None, None),
            JoinType::Left => (None, Some(condition.with(&right_rows))),
            JoinType::Right => (Some(condition.with(&left_rows)), None),
            JoinType::Full => (Some(condition.clone().with(&left_rows)), Some(condition.with(&right_rows))),
            JoinType::LeftSemi | JoinType::LeftAnti => return Flow { columns: left.flow.columns, ..flow },
            JoinType::RightSemi | JoinType::RightAnti => return Flow { columns: right.flow.columns, ..flow },
            JoinType::LeftMark => {
                let columns = left.flow.columns.iter().cloned().chain([mark(&right_rows)]).collect();
                return Flow { columns, rows: left_rows };
            }
            JoinType::RightMark => {
                let columns = right.flow.columns.iter().cloned().chain([mark(&left_rows)]).collect();
                return Flow { columns, rows: right_rows };
            }
        };
        for (index, flowing) in flow.columns.iter_mut().enumerate() {
            // What is null where no row was found tells so.
            if let Some(told) = if index < width { &from_left } else { &from_right } {
                flowing.value.add(told);
            }
        }
        flow
    }

    fn union(&mut self, union: &Union) -> Flow<T::Value> {
        let flows: Vec<_> = union.inputs.iter().map(|input| self.flow(input)).collect();
        let rows = T::Value::all(flows.iter().map(|f| &f.rows));
        let columns = (0..union.schema.fields().len()).map(|index| {
            let branches: Vec<_> = flows.iter().filter_map(|f| f.columns.get(index)).collect();
            let mut value = T::Value::all(branches.iter().map(|branch| &branch.value));
            // A literal tells the branch, and the branch its filter.
            if branches.iter().any(|branch| branch.constant) {
                value.add(&rows);
            }
            Flowing {
                value,
                constant: branches.iter().all(|branch| branch.constant),
                origins: branches.iter().flat_map(|branch| branch.origins.iter().copied()).collect(),
            }
        });
        Flow { columns: columns.collect(), rows }
    }

    fn unnest(&mut self, unnest: &Unnest) -> Flow<T::Value> {
        let flow = self.flow(&unnest.input);
        let of = |index: &usize| flow.columns.get(*index);
        let unnested = unnest.list_type_columns.iter().map(|(index, _)| index).chain(&unnest.struct_type_columns);
        // A row comes as often as there are elements.
        let elements = T::Value::all(unnested.filter_map(of).map(|column| &column.value)).by(How::Join);
        let columns = unnest.dependency_indices.iter().filter_map(of).cloned().collect();
        Flow { columns, rows: flow.rows.with(&elements) }
    }

    /// A recursive query reads what it has produced, so that more flows until nothing changes.
    fn recursive(&mut self, query: &RecursiveQuery) -> Flow<T::Value> {
        let mut flow = self.flow(&query.static_term);
        loop {
            self.recursive.push((query.name.clone(), flow.clone()));
            let more = self.flow(&query.recursive_term);
            self.recursive.pop();
            let mut is_more = flow.rows.add(&more.rows);
            for (have, found) in flow.columns.iter_mut().zip(more.columns) {
                is_more |= have.value.add(&found.value);
                if have.constant || found.constant {
                    is_more |= have.value.add(&flow.rows);
                }
                have.origins.extend(found.origins);
            }
            // There are so many columns and classes: it ends.
            if !is_more {
                break;
            }
        }
        if query.is_distinct { distinct(flow) } else { flow }
    }

    fn scope(&mut self, plan: &LogicalPlan) -> Scope<T::Value> {
        Scope { schema: plan.schema().as_ref().clone(), flow: self.flow(plan) }
    }

    fn made_of(&mut self, value: T::Value) -> Flowing<T::Value> {
        let origins = self.relation(value.class());
        Flowing { value, constant: false, origins }
    }

    /// A relation of its own, with the class of its most private column.
    fn relation(&mut self, class: Privacy) -> BTreeSet<usize> {
        self.relations.push(class);
        BTreeSet::from([self.relations.len() - 1])
    }

    /// The class of the most private column of some relations.
    pub(super) fn most_private_of(&self, origins: &BTreeSet<usize>) -> Privacy {
        origins.iter().filter_map(|o| self.relations.get(*o)).copied().fold(Privacy::None, Ord::max)
    }
}

/// The rows that differ in some column.
fn distinct<V: Value>(flow: Flow<V>) -> Flow<V> {
    Flow { rows: flow.values().by(How::GroupBy).with(&flow.rows), ..flow }
}
