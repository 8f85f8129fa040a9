//! `$as_of` whose value is read when a plan runs, so that one plan serves one day after another.

use std::{
    hash::{Hash, Hasher},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use arrow::datatypes::{DataType, Date32Type, Field, FieldRef};
use chrono::NaiveDate;
use datafusion::{
    common::{
        exec_err,
        tree_node::{Transformed, TreeNode as _},
    },
    error::Result,
    logical_expr::{
        ColumnarValue, Expr, LogicalPlan, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
        Volatility,
        expr::{Placeholder, ScalarFunction},
        expr_rewriter::NamePreserver,
    },
    scalar::ScalarValue,
};

use crate::catalog::AS_OF;

/// No day: what a date never is.
const UNKNOWN: i64 = i64::MIN;

/// The day of the plan that holds it; none while that is planned.
#[derive(Debug, Clone)]
pub(super) struct Day(Arc<AtomicI64>);

impl Day {
    /// Not known yet.
    pub(super) fn unknown() -> Self {
        Self(Arc::new(AtomicI64::new(UNKNOWN)))
    }

    /// From now on `day`.
    pub(super) fn set(&self, day: Option<NaiveDate>) {
        let day = day.map_or(UNKNOWN, |day| i64::from(Date32Type::from_naive_date(day)));
        self.0.store(day, Ordering::SeqCst);
    }

    /// The plan with this day in place of `$as_of`.
    ///
    /// # Errors
    /// When a `$name` has no type.
    pub(super) fn bound_in(&self, plan: LogicalPlan) -> Result<LogicalPlan> {
        let function = Arc::new(ScalarUDF::new_from_impl(AsOf { day: self.clone(), signature: signature() }));
        let plan = plan.transform_up_with_subqueries(|plan| {
            let schema = Arc::clone(plan.schema());
            let names = NamePreserver::new(&plan);
            let bound = plan.map_expressions(|expr| {
                let (expr, has_placeholder) = expr.infer_placeholder_types(&schema)?;
                if !has_placeholder {
                    return Ok(Transformed::no(expr));
                }
                let name = names.save(&expr);
                let bound = expr.transform_up(|expr| match &expr {
                    Expr::Placeholder(Placeholder { id, .. }) if id.strip_prefix('$') == Some(AS_OF) => {
                        let call = ScalarFunction::new_udf(Arc::clone(&function), Vec::new());
                        Ok(Transformed::yes(Expr::ScalarFunction(call)))
                    }
                    _ => Ok(Transformed::no(expr)),
                })?;
                Ok(bound.update_data(|expr| name.restore(expr)))
            })?;
            bound.map_data(LogicalPlan::recompute_schema)
        })?;
        Ok(plan.data)
    }
}

impl PartialEq for Day {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Day {}

impl Hash for Day {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}

/// Gives the day. While a plan is made there is none, so that asking for it fails and the optimizer leaves the call where it
/// is; all else it may do with it, as it is the same for every row.
#[derive(Debug, PartialEq, Eq, Hash)]
struct AsOf {
    day: Day,
    signature: Signature,
}

fn signature() -> Signature {
    Signature::exact(Vec::new(), Volatility::Stable)
}

impl ScalarUDFImpl for AsOf {
    fn name(&self) -> &str {
        AS_OF
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Date32)
    }

    fn return_field_from_args(&self, _: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(AS_OF, DataType::Date32, false)))
    }

    fn invoke_with_args(&self, _: ScalarFunctionArgs) -> Result<ColumnarValue> {
        match i32::try_from(self.day.0.load(Ordering::SeqCst)) {
            Ok(day) => Ok(ColumnarValue::Scalar(ScalarValue::Date32(Some(day)))),
            Err(_) => exec_err!("the day is not known yet"),
        }
    }
}
