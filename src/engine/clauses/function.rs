//! Calls of functions.

use datafusion::sql::sqlparser::ast::{
    DuplicateTreatment, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArgumentList,
    FunctionArguments, HavingBound, LambdaFunction, LambdaFunctionParameter, NullTreatment, OneOrManyWithParens,
    OrderByExpr, Spanned,
};

use super::{
    callee::{self, Callee},
    ordering::Ordered,
    refusal::Refusal,
    walk::{Scope, Walk, Walked},
};

/// A call, as far as its parts depend on one another.
struct Call<'f> {
    function: &'f Function,
    /// Without quotes, as the planner looks it up.
    name: String,
    callee: Callee,
    in_window: bool,
}

impl Walk<'_> {
    pub(super) fn function(&self, function: &Function, scope: Scope) -> Walked {
        // {fn f(x)} is f(x).
        let Function { name, uses_odbc_syntax: _, parameters, args, filter, null_treatment, over, within_group } =
            function;
        let in_window = over.is_some();
        let name = match name.0.as_slice() {
            [part] => part.as_ident().map_or_else(String::new, |ident| match ident.quote_style {
                Some(_) => ident.value.clone(),
                None => ident.value.to_lowercase(),
            }),
            _ => name.to_string(),
        };
        let callee = Callee::of(&name, in_window, self.state);
        let call = Call { function, name, callee, in_window };
        match parameters {
            FunctionArguments::None => {}
            FunctionArguments::Subquery(_) | FunctionArguments::List(_) => {
                let refusal = Refusal::behind(function.name.span(), "(");
                return Err(refusal
                    .called(format!("{}(…)(…)", call.name))
                    .instead("write all arguments in one pair of parentheses"));
            }
        }
        match args {
            FunctionArguments::None => {}
            FunctionArguments::Subquery(query) => return self.subquery_argument(&call.name, query),
            FunctionArguments::List(list) => self.arguments(&call, list, scope)?,
        }
        if let Some(treatment) = null_treatment {
            call.null_treatment(treatment)?;
        }
        if let Some(condition) = filter {
            match &call.callee {
                Callee::Aggregate(_) | Callee::Unknown => {}
                Callee::Scalar => return Err(call.not_scalar("FILTER", "write CASE WHEN … THEN …")),
                Callee::Window(_) => {
                    let refusal = call.refusal("FILTER").called(format!("FILTER of {}()", call.name));
                    return Err(refusal.instead("filter the rows in a subquery"));
                }
            }
            self.expression(condition, scope)?;
        }
        self.within_group(&call, within_group, scope)?;
        match (over, &call.callee) {
            (None, _) => Ok(()),
            (Some(_), Callee::Scalar) => Err(call.not_scalar("OVER", "leave it out")),
            (Some(window), Callee::Aggregate(_) | Callee::Window(_) | Callee::Unknown) => {
                self.over(&function.name, window, scope)
            }
        }
    }

    fn arguments(&self, call: &Call<'_>, list: &FunctionArgumentList, scope: Scope) -> Walked {
        let FunctionArgumentList { duplicate_treatment, args, clauses } = list;
        if let Some(treatment) = duplicate_treatment {
            call.duplicates(treatment)?;
        }
        for arg in args {
            if callee::drops_names(&call.name, self.state) {
                self.positional(arg, &format!("{}()", call.name), scope)?;
            } else {
                self.argument(arg, scope)?;
            }
            call.wildcard(arg, duplicate_treatment.as_ref())?;
        }
        clauses.iter().try_for_each(|clause| self.clause(call, clause, scope))
    }

    fn clause(&self, call: &Call<'_>, clause: &FunctionArgumentClause, scope: Scope) -> Walked {
        let refused = |words: &'static str, remedy: &str| {
            Err(call.refusal(words).called(format!("{words} within {}()", call.name)).instead(remedy))
        };
        match clause {
            FunctionArgumentClause::IgnoreOrRespectNulls(treatment) => call.null_treatment(treatment),
            FunctionArgumentClause::OrderBy(items) => match &call.callee {
                Callee::Scalar => Err(call.not_scalar("ORDER BY", "leave it out")),
                // The planner would order by it and forget the first argument.
                Callee::Aggregate(name) if callee::takes_within_group(name) => {
                    refused("ORDER BY", "write WITHIN GROUP (ORDER BY …) behind it")
                }
                Callee::Aggregate(_) | Callee::Window(_) | Callee::Unknown if call.in_window => {
                    refused("ORDER BY", "write it within OVER (…)")
                }
                Callee::Aggregate(_) | Callee::Window(_) | Callee::Unknown => {
                    self.ordering(items, Ordered::Values, scope)
                }
            },
            FunctionArgumentClause::Limit(_) => refused("LIMIT", "take the first rows in a subquery"),
            FunctionArgumentClause::OnOverflow(_) => {
                refused("ON OVERFLOW", "leave it out: a text may be as long as it is")
            }
            FunctionArgumentClause::Having(HavingBound(_, _)) => refused("HAVING", "write first_value(… ORDER BY …)"),
            FunctionArgumentClause::Separator(_) => refused("SEPARATOR", "write string_agg(text, separator)"),
            FunctionArgumentClause::JsonNullClause(_) => refused("NULL", "leave it out"),
            FunctionArgumentClause::JsonReturningClause(_) => refused("RETURNING", "write CAST(… AS type)"),
        }
    }

    fn within_group(&self, call: &Call<'_>, items: &[OrderByExpr], scope: Scope) -> Walked {
        if items.is_empty() {
            return Ok(());
        }
        let refused = |remedy: &str| {
            let refusal = call.refusal("WITHIN GROUP").called(format!("WITHIN GROUP of {}()", call.name));
            Err(refusal.instead(remedy))
        };
        match &call.callee {
            Callee::Scalar => return Err(call.not_scalar("WITHIN GROUP", "leave it out")),
            Callee::Aggregate(name) if !callee::takes_within_group(name) => {
                return refused("write ORDER BY within its parentheses");
            }
            Callee::Aggregate(_) | Callee::Window(_) | Callee::Unknown => {}
        }
        if call.in_window {
            return refused("compute it in a subquery with GROUP BY");
        }
        self.ordering(items, Ordered::Values, scope)
    }

    /// An argument whose name the planner reads, or does not take.
    fn argument(&self, arg: &FunctionArg, scope: Scope) -> Walked {
        match arg {
            FunctionArg::Named { name: _, arg, operator: _ } => self.argument_value(arg, scope),
            FunctionArg::ExprNamed { name, arg, operator: _ } => {
                self.expression(name, scope)?;
                self.argument_value(arg, scope)
            }
            FunctionArg::Unnamed(arg) => self.argument_value(arg, scope),
        }
    }

    /// An argument whose name would be dropped.
    pub(super) fn positional(&self, arg: &FunctionArg, of: &str, scope: Scope) -> Walked {
        let place = match arg {
            FunctionArg::Named { name, arg: _, operator: _ } => name.span,
            FunctionArg::ExprNamed { name, arg: _, operator: _ } => name.span(),
            FunctionArg::Unnamed(_) => return self.argument(arg, scope),
        };
        Err(Refusal::at(place, format!("a name before an argument of {of}")).instead("leave the names out"))
    }

    fn argument_value(&self, arg: &FunctionArgExpr, scope: Scope) -> Walked {
        match arg {
            FunctionArgExpr::Expr(expr) => self.expression(expr, scope),
            FunctionArgExpr::Wildcard
            | FunctionArgExpr::QualifiedWildcard(_)
            | FunctionArgExpr::WildcardWithOptions(_) => Ok(()),
        }
    }

    pub(super) fn lambda(&self, lambda: &LambdaFunction, scope: Scope) -> Walked {
        let LambdaFunction { params, body, syntax: _ } = lambda;
        let params = match params {
            OneOrManyWithParens::One(param) => std::slice::from_ref(param),
            OneOrManyWithParens::Many(params) => params.as_slice(),
        };
        for LambdaFunctionParameter { name, data_type } in params {
            if data_type.is_some() {
                return Err(Refusal::at(name.span, "a type before a parameter").instead("leave it out"));
            }
        }
        self.expression(body, scope)
    }
}

impl Call<'_> {
    /// A clause of this call.
    fn refusal(&self, words: &'static str) -> Box<Refusal> {
        Refusal::behind(self.function.name.span(), words)
    }

    /// What only functions of many rows have.
    fn not_scalar(&self, words: &'static str, remedy: &str) -> Box<Refusal> {
        let clause = format!("{words} of {}(), which is no aggregate function,", self.name);
        self.refusal(words).called(clause).instead(remedy)
    }

    fn duplicates(&self, treatment: &DuplicateTreatment) -> Walked {
        let words = match treatment {
            DuplicateTreatment::Distinct => "DISTINCT",
            DuplicateTreatment::All => "ALL",
        };
        let is_executed = match (&self.callee, treatment) {
            (Callee::Scalar, _) => return Err(self.not_scalar(words, "leave it out")),
            (Callee::Unknown, _) | (Callee::Aggregate(_), DuplicateTreatment::All) => true,
            (Callee::Aggregate(name), DuplicateTreatment::Distinct) => callee::takes_distinct(name),
            (Callee::Window(_), _) => false,
        };
        if is_executed {
            return Ok(());
        }
        let refusal = self.refusal(words).called(format!("{words} of {}()", self.name));
        Err(refusal.instead("read from (SELECT DISTINCT … FROM …)"))
    }

    fn null_treatment(&self, treatment: &NullTreatment) -> Walked {
        let words = match treatment {
            NullTreatment::IgnoreNulls => "IGNORE NULLS",
            NullTreatment::RespectNulls => "RESPECT NULLS",
        };
        match &self.callee {
            Callee::Scalar => Err(self.not_scalar(words, "write coalesce(…)")),
            Callee::Aggregate(name) | Callee::Window(name) if !callee::takes_ignore_nulls(name, self.in_window) => {
                let refusal = self.refusal(words).called(format!("{words} of {}()", self.name));
                Err(refusal.instead("leave it out, or read rows WHERE … IS NOT NULL"))
            }
            Callee::Aggregate(_) | Callee::Window(_) | Callee::Unknown => Ok(()),
        }
    }

    /// All columns in place of a value: `count(*)` counts rows, and nothing else is executed as it reads.
    fn wildcard(&self, arg: &FunctionArg, duplicates: Option<&DuplicateTreatment>) -> Walked {
        let value = match arg {
            FunctionArg::Named { name: _, arg, operator: _ }
            | FunctionArg::ExprNamed { name: _, arg, operator: _ }
            | FunctionArg::Unnamed(arg) => arg,
        };
        let called = |clause: &str| self.refusal("*").called(format!("{}({clause})", self.name));
        let is_count = self.callee == Callee::Aggregate("count".to_owned());
        match value {
            FunctionArgExpr::Expr(_) => Ok(()),
            FunctionArgExpr::Wildcard if self.callee == Callee::Unknown => Ok(()),
            FunctionArgExpr::Wildcard if is_count && duplicates != Some(&DuplicateTreatment::Distinct) => Ok(()),
            FunctionArgExpr::Wildcard if is_count => {
                Err(called("DISTINCT *").instead("write SELECT count(*) FROM (SELECT DISTINCT * FROM …)"))
            }
            FunctionArgExpr::Wildcard => Err(called("*").instead("name the column")),
            FunctionArgExpr::QualifiedWildcard(table) => {
                let table = table.to_string();
                let table = table.trim_end_matches(".*");
                let refusal = called(&format!("{table}.*"));
                Err(refusal.instead(format!("name a column that is null where there is no row, as in {table}.id")))
            }
            FunctionArgExpr::WildcardWithOptions(_) => Err(called("* with options").instead("name the column")),
        }
    }
}
