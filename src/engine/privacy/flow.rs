//! What comes out of each node of a plan.

use std::collections::BTreeSet;

use datafusion::{
    common::DFSchema,
    logical_expr::{Aggregate, Distinct, Expr, Join, JoinType, LogicalPlan, RecursiveQuery, TableScan, Union, Unnest},
};

use super::walk::{Flow, Flowing, Scope, Walk, column, most_private};
use crate::catalog::{EXTRA, Privacy};

impl Walk<'_> {
    /// What comes out of a plan, one [`Flowing`] for each field of its schema.
    pub(super) fn flow(&mut self, plan: &LogicalPlan) -> Flow {
        let mut flow = match plan {
            LogicalPlan::TableScan(scan) => self.scan(scan),
            LogicalPlan::Projection(p) => {
                let scope = self.scope(&p.input);
                let columns = p.expr.iter().map(|e| column(&self.reads(e, &scope))).collect();
                Flow { columns, rows: scope.flow.rows }
            }
            LogicalPlan::Filter(f) => {
                let scope = self.scope(&f.input);
                let mut flow = scope.flow.clone();
                self.choose(&f.predicate, &scope, &mut flow);
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
            LogicalPlan::Distinct(Distinct::All(input)) => {
                let flow = self.flow(input);
                Flow { rows: flow.most_private(), ..flow }
            }
            LogicalPlan::Distinct(Distinct::On(d)) => {
                let scope = self.scope(&d.input);
                let columns = d.select_expr.iter().map(|e| column(&self.reads(e, &scope))).collect();
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
                let origin = self.relation(Privacy::None);
                let scope = Scope { schema: DFSchema::empty(), flow: Flow::default() };
                let mut columns = vec![
                    Flowing { class: Privacy::None, constant: true, origins: origin };
                    values.schema.fields().len()
                ];
                for row in &values.values {
                    for (value, flowing) in row.iter().zip(&mut columns) {
                        flowing.class = flowing.class.max(most_private(&self.reads(value, &scope)));
                    }
                }
                Flow { columns, rows: Privacy::None }
            }
            // What they show is text about the statement or the catalogue, never a value.
            LogicalPlan::EmptyRelation(_) | LogicalPlan::Explain(_) | LogicalPlan::DescribeTable(_) => {
                Flow { columns: vec![self.made_of(Privacy::None); plan.schema().fields().len()], rows: Privacy::None }
            }
            other => self.unknown(other),
        };
        let fields = plan.schema().fields().len();
        if flow.columns.len() != fields {
            flow.columns = vec![self.made_of(flow.most_private()); fields];
        }
        flow
    }

    /// A node that nobody described here: all of it may be in each of its columns.
    fn unknown(&mut self, plan: &LogicalPlan) -> Flow {
        let inputs = plan.inputs();
        let flows: Vec<Flow> = inputs.iter().map(|input| self.flow(input)).collect();
        let none = if flows.is_empty() { Privacy::Sensitive } else { Privacy::None };
        let class = flows.iter().map(Flow::most_private).fold(none, Ord::max);
        Flow { columns: vec![self.made_of(class); plan.schema().fields().len()], rows: class }
    }

    fn scan(&mut self, scan: &TableScan) -> Flow {
        let table = scan.table_name.table();
        let names = scan.projected_schema.fields().iter().map(|f| f.name());
        if let Some((_, flow)) = self.recursive.iter().rev().find(|(name, _)| name == table) {
            let flow = flow.clone();
            let origins = self.relation(flow.most_private());
            let class = |index: usize| flow.columns.get(index).map_or(flow.most_private(), |c| c.class);
            let whole = scan.source.schema();
            let columns = names.map(|name| {
                let class = whole.index_of(name).map_or(flow.most_private(), class);
                Flowing { class, constant: false, origins: origins.clone() }
            });
            return Flow { columns: columns.collect(), rows: flow.rows };
        }
        let whole = scan.source.schema();
        // What a table keeps of unknown properties says nothing about what the table is.
        let known = whole.fields().iter().map(|f| f.name()).filter(|name| *name != EXTRA);
        let most_private = known.map(|name| self.classes.class(table, name));
        let origins = self.relation(most_private.fold(Privacy::None, Ord::max));
        let describes = scan.table_name.schema() == Some("information_schema");
        let columns = names.map(|name| {
            let class = if describes { Privacy::None } else { self.classes.class(table, name) };
            Flowing { class, constant: false, origins: origins.clone() }
        });
        let mut flow = Flow { columns: columns.collect(), rows: self.classes.rows(table) };
        let scope = Scope { schema: scan.projected_schema.as_ref().clone(), flow: flow.clone() };
        for filter in &scan.filters {
            self.choose(filter, &scope, &mut flow);
        }
        flow
    }

    fn aggregate(&mut self, a: &Aggregate) -> Flow {
        let scope = self.scope(&a.input);
        let sets = a.group_expr.iter().any(|e| matches!(e, Expr::GroupingSet(_)));
        let mut groups: Vec<Flowing> = a.group_expr.iter().map(|e| column(&self.reads(e, &scope))).collect();
        let of_groups = groups.iter().map(|g| g.class).fold(Privacy::None, Ord::max);
        if sets {
            let all = Flowing { class: of_groups, constant: false, origins: scope.flow.origins() };
            groups = vec![all; a.schema.fields().len().saturating_sub(a.aggr_expr.len())];
        }
        let mut columns = groups;
        for made in &a.aggr_expr {
            let made = self.of_rows(made, &scope);
            columns.push(Flowing { class: made.class.max(of_groups), ..made });
        }
        Flow { columns, rows: scope.flow.rows.max(of_groups) }
    }

    /// A column that is made of several rows: an aggregate, or a window function.
    fn of_rows(&mut self, expr: &Expr, scope: &Scope) -> Flowing {
        let class = most_private(&self.reads(expr, scope)).max(scope.flow.rows);
        Flowing { class, constant: false, origins: scope.flow.origins() }
    }

    /// The same rows, told apart by the values of some expressions.
    fn ordered<'e>(&mut self, scope: Scope, by: impl Iterator<Item = &'e Expr>) -> Flow {
        let order = by.map(|e| most_private(&self.reads(e, &scope))).fold(Privacy::None, Ord::max);
        Flow { rows: scope.flow.rows.max(order), ..scope.flow }
    }

    fn join(&mut self, join: &Join) -> Flow {
        let left = self.scope(&join.left);
        // A lateral subquery names columns of the left side.
        self.outer.push(left.clone());
        let right = self.scope(&join.right);
        self.outer.pop();
        let width = left.flow.columns.len();
        let (left_rows, right_rows) = (left.flow.rows, right.flow.rows);
        let mut flow = Flow {
            columns: left.flow.columns.iter().chain(&right.flow.columns).cloned().collect(),
            rows: left_rows.max(right_rows),
        };
        let schema = left.schema.join(&right.schema).ok();
        let schema = schema.unwrap_or_else(|| join.schema.as_ref().clone());
        let both = Scope { schema, flow: flow.clone() };
        let mut condition = Privacy::None;
        for (l, r) in &join.on {
            let mut reads = self.reads(l, &left);
            reads.extend(self.reads(r, &right));
            condition = condition.max(most_private(&reads));
            self.compare(&reads, &mut flow);
        }
        if let Some(filter) = &join.filter {
            condition = condition.max(most_private(&self.reads(filter, &both)));
            self.choose(filter, &both, &mut flow);
        }
        let mark =
            |rows: Privacy| Flowing { class: condition.max(rows), constant: false, origins: both.flow.origins() };
        let (from_left, from_right) = match join.join_type {
            JoinType::Inner => (Privacy::None, Privacy::None),
            JoinType::Left => (Privacy::None, condition.max(right_rows)),
            JoinType::Right => (condition.max(left_rows), Privacy::None),
            JoinType::Full => (condition.max(left_rows), condition.max(right_rows)),
            JoinType::LeftSemi | JoinType::LeftAnti => return Flow { columns: left.flow.columns, ..flow },
            JoinType::RightSemi | JoinType::RightAnti => return Flow { columns: right.flow.columns, ..flow },
            JoinType::LeftMark => {
                let columns = left.flow.columns.iter().cloned().chain([mark(right_rows)]).collect();
                return Flow { columns, rows: left_rows };
            }
            JoinType::RightMark => {
                let columns = right.flow.columns.iter().cloned().chain([mark(left_rows)]).collect();
                return Flow { columns, rows: right_rows };
            }
        };
        for (index, flowing) in flow.columns.iter_mut().enumerate() {
            flowing.class = flowing.class.max(if index < width { from_left } else { from_right });
        }
        flow
    }

    fn union(&mut self, union: &Union) -> Flow {
        let flows: Vec<Flow> = union.inputs.iter().map(|input| self.flow(input)).collect();
        let rows = flows.iter().map(|f| f.rows).fold(Privacy::None, Ord::max);
        let columns = (0..union.schema.fields().len()).map(|index| {
            let branches: Vec<&Flowing> = flows.iter().filter_map(|f| f.columns.get(index)).collect();
            // A literal tells the branch, and the branch its filter.
            let branch = if branches.iter().any(|b| b.constant) { rows } else { Privacy::None };
            Flowing {
                class: branches.iter().map(|b| b.class).fold(branch, Ord::max),
                constant: branches.iter().all(|b| b.constant),
                origins: branches.iter().flat_map(|b| b.origins.iter().copied()).collect(),
            }
        });
        Flow { columns: columns.collect(), rows }
    }

    fn unnest(&mut self, unnest: &Unnest) -> Flow {
        let flow = self.flow(&unnest.input);
        let of = |index: &usize| flow.columns.get(*index);
        let unnested = unnest.list_type_columns.iter().map(|(index, _)| index).chain(&unnest.struct_type_columns);
        let rows = unnested.filter_map(of).map(|c| c.class).fold(flow.rows, Ord::max);
        let columns = unnest.dependency_indices.iter().filter_map(of).cloned().collect();
        Flow { columns, rows }
    }

    /// A recursive query reads what it has produced, so that classes rise until nothing changes.
    fn recursive(&mut self, query: &RecursiveQuery) -> Flow {
        let mut flow = self.flow(&query.static_term);
        loop {
            self.recursive.push((query.name.clone(), flow.clone()));
            let more = self.flow(&query.recursive_term);
            self.recursive.pop();
            let mut risen = more.rows > flow.rows;
            flow.rows = flow.rows.max(more.rows);
            for (have, found) in flow.columns.iter_mut().zip(more.columns) {
                let branch = if have.constant || found.constant { flow.rows } else { Privacy::None };
                let class = have.class.max(found.class).max(branch);
                risen |= class > have.class;
                have.class = class;
                have.origins.extend(found.origins);
            }
            // There are few classes: it ends.
            if !risen {
                break;
            }
        }
        if query.is_distinct {
            flow.rows = flow.most_private();
        }
        flow
    }

    fn scope(&mut self, plan: &LogicalPlan) -> Scope {
        Scope { schema: plan.schema().as_ref().clone(), flow: self.flow(plan) }
    }

    fn made_of(&mut self, class: Privacy) -> Flowing {
        Flowing { class, constant: false, origins: self.relation(class) }
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
