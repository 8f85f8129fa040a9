//! Whether all that a window expression asks for is known.
//!
//! Whatever is not said to be known here stays with DataFusion: other functions and frames, `IGNORE NULLS`, `DISTINCT`,
//! `FILTER`, and the expressions that DataFusion turned around to save a sort.

use std::{fmt::Debug, sync::Arc};

use arrow::datatypes::{DataType, Schema};
use datafusion::{
    common::ScalarValue,
    functions_aggregate::{count::Count, min_max::Max, min_max::Min, sum::Sum},
    functions_window::{
        lead_lag::{WindowShift, WindowShiftKind},
        nth_value::{NthValue, NthValueKind},
        rank::Rank,
        row_number::RowNumber,
    },
    physical_expr::{
        aggregate::AggregateFunctionExpr,
        expressions::Literal,
        window::{PlainAggregateWindowExpr, SlidingAggregateWindowExpr, StandardWindowExpr, WindowExpr},
    },
    physical_plan::{PhysicalExpr, windows::WindowUDFExpr},
};

use super::{
    evaluators::can_be_added,
    frame::Frame,
    function::{Function, Shift, WindowColumn},
};

/// The column that an expression adds to an input of this schema, if all of it is known.
pub(super) fn recognise(expression: &dyn WindowExpr, input: &Schema) -> Option<WindowColumn> {
    let frame = || Frame::of(expression.get_window_frame(), !expression.order_by().is_empty());
    if let Some(standard) = expression.as_any().downcast_ref::<StandardWindowExpr>() {
        let called = standard.get_standard_func_expr().as_any().downcast_ref::<WindowUDFExpr>()?;
        return window_function(called, frame, input);
    }
    let (aggregate, frame) = if let Some(plain) = expression.as_any().downcast_ref::<PlainAggregateWindowExpr>() {
        (without_filter(plain)?.get_aggregate_expr(), frame()?)
    } else {
        let sliding = expression.as_any().downcast_ref::<SlidingAggregateWindowExpr>()?;
        (without_filter(sliding)?.get_aggregate_expr(), frame()?)
    };
    aggregate_function(aggregate, frame, input)
}

fn window_function(called: &WindowUDFExpr, frame: impl Fn() -> Option<Frame>, input: &Schema) -> Option<WindowColumn> {
    // The fields are private, and the last ones.
    if !format!("{called:?}").ends_with("is_reversed: false, ignore_nulls: false }") {
        return None;
    }
    let function = called.fun().inner();
    let (function, has_argument) = if function.downcast_ref::<RowNumber>().is_some() {
        (Function::RowNumber, false)
    } else if function.downcast_ref::<Rank>().is_some() {
        match function.name() {
            "rank" => (Function::Rank, false),
            "dense_rank" => (Function::DenseRank, false),
            _ => return None,
        }
    } else if let Some(shift) = function.downcast_ref::<WindowShift>() {
        let distance = shift_of(called.args(), input)?;
        match (shift.kind(), distance) {
            (WindowShiftKind::Lag, (rows, shift)) if rows >= 0 => (Function::Lag(shift), true),
            (WindowShiftKind::Lead, (rows, shift)) if rows >= 0 => (Function::Lead(shift), true),
            (WindowShiftKind::Lag, (_, shift)) => (Function::Lead(shift), true),
            (WindowShiftKind::Lead, (_, shift)) => (Function::Lag(shift), true),
        }
    } else {
        match function.downcast_ref::<NthValue>()?.kind() {
            NthValueKind::First => (Function::FirstValue(frame()?), true),
            NthValueKind::Last => (Function::LastValue(frame()?), true),
            NthValueKind::Nth => return None,
        }
    };
    let argument = match (has_argument, called.args()) {
        (false, []) => None,
        (true, [argument, ..]) => Some(typed(argument, input)?),
        _ => return None,
    };
    if matches!(function, Function::FirstValue(_) | Function::LastValue(_)) && called.args().len() != 1 {
        return None;
    }
    Some(WindowColumn { function, argument })
}

/// The signed distance, and both the distance without its sign and the default.
fn shift_of(arguments: &[Arc<dyn PhysicalExpr>], input: &Schema) -> Option<(i64, Shift)> {
    let literal = |at: usize| arguments.get(at).map(|argument| argument.downcast_ref::<Literal>().map(Literal::value));
    let rows = match literal(1) {
        None => 1,
        Some(rows) => {
            let rows = rows?;
            let ScalarValue::Int64(rows) = rows.cast_to(&DataType::Int64).ok().filter(|_| is_integer(rows))? else {
                return None;
            };
            rows?
        }
    };
    let of = arguments.first()?.data_type(input).ok()?;
    let default = match literal(2) {
        Some(default) if !default?.is_null() => default?.cast_to(&of).ok()?,
        _ => ScalarValue::try_from(&of).ok()?,
    };
    Some((rows, Shift { rows: u32::try_from(rows.unsigned_abs()).ok()?.try_into().ok()?, default }))
}

fn is_integer(value: &ScalarValue) -> bool {
    value.data_type().is_integer()
}

fn aggregate_function(aggregate: &AggregateFunctionExpr, frame: Frame, input: &Schema) -> Option<WindowColumn> {
    if aggregate.is_distinct() || aggregate.ignore_nulls() || !aggregate.order_bys().is_empty() {
        return None;
    }
    let expressions = aggregate.expressions();
    let [argument] = expressions.as_slice() else { return None };
    let argument = typed(argument, input)?;
    let (of, result) = (argument.data_type(input).ok()?, aggregate.field().data_type().clone());
    let function = aggregate.fun().inner();
    let function = if function.downcast_ref::<Sum>().is_some() {
        can_be_added(frame, &of, &result).then_some(Function::Sum(frame, result))
    } else if function.downcast_ref::<Count>().is_some() {
        Some(Function::Count(frame))
    } else if matches!(frame, Frame::Trailing(_)) || of != result || !has_one_order(&of) {
        None
    } else if function.downcast_ref::<Min>().is_some() {
        Some(Function::Min(frame))
    } else if function.downcast_ref::<Max>().is_some() {
        Some(Function::Max(frame))
    } else {
        None
    }?;
    Some(WindowColumn { function, argument: Some(argument) })
}

/// What has a type: not a bare NULL, whose type DataFusion takes from elsewhere.
fn typed(argument: &Arc<dyn PhysicalExpr>, input: &Schema) -> Option<Arc<dyn PhysicalExpr>> {
    (!argument.data_type(input).ok()?.is_null()).then(|| Arc::clone(argument))
}

/// Types that Arrow and DataFusion compare alike.
fn has_one_order(of: &DataType) -> bool {
    use DataType::{
        Binary, BinaryView, Boolean, Date32, Date64, Duration, LargeBinary, LargeUtf8, Time32, Time64, Timestamp, Utf8,
        Utf8View,
    };
    of.is_numeric()
        || matches!(
            of,
            Boolean
                | Date32
                | Date64
                | Time32(_)
                | Time64(_)
                | Timestamp(..)
                | Duration(_)
                | Utf8
                | LargeUtf8
                | Utf8View
                | Binary
                | LargeBinary
                | BinaryView
        )
}

/// An aggregate's expression, if it has no `FILTER`, which is a private field, and the last one.
fn without_filter<E: Debug>(aggregate: &E) -> Option<&E> {
    format!("{aggregate:?}").ends_with("filter: None }").then_some(aggregate)
}
