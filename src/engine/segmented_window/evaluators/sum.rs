//! `sum`, which wraps around at the ends of its type as DataFusion's does.

use std::{marker::PhantomData, sync::Arc};

use arrow::{
    array::{Array as _, ArrayRef, ArrowNativeTypeOp, AsArray as _, NullBufferBuilder, PrimitiveArray},
    datatypes::{
        ArrowPrimitiveType, DataType, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float64Type,
        Int64Type, UInt64Type,
    },
};
use datafusion::error::{DataFusionError, Result};

use super::{
    super::{frame::Frame, runs::Segments},
    Evaluator,
};

/// Whether sums over a frame of values of one type, as another, are known.
///
/// DataFusion adds the rows that come into a frame together before it adds them to the sum. That matters for floats, which
/// are therefore added where rows come one by one.
pub(in super::super) fn can_be_added(frame: Frame, values: &DataType, sums: &DataType) -> bool {
    match (values, sums) {
        (DataType::Int64, DataType::Int64) | (DataType::UInt64, DataType::UInt64) => true,
        (DataType::Float64, DataType::Float64) => matches!(frame, Frame::ToRow | Frame::Trailing(_)),
        (DataType::Decimal32(_, scale), DataType::Decimal32(_, sum_scale))
        | (DataType::Decimal64(_, scale), DataType::Decimal64(_, sum_scale))
        | (DataType::Decimal128(_, scale), DataType::Decimal128(_, sum_scale))
        | (DataType::Decimal256(_, scale), DataType::Decimal256(_, sum_scale)) => scale == sum_scale,
        _ => false,
    }
}

/// Sums over a frame, of a type.
pub(in super::super) fn sum(frame: Frame, of: &DataType) -> Result<Box<dyn Evaluator>> {
    match of {
        DataType::Int64 => Ok(adding::<Int64Type>(frame, of)),
        DataType::UInt64 => Ok(adding::<UInt64Type>(frame, of)),
        DataType::Float64 => Ok(adding::<Float64Type>(frame, of)),
        DataType::Decimal32(..) => Ok(adding::<Decimal32Type>(frame, of)),
        DataType::Decimal64(..) => Ok(adding::<Decimal64Type>(frame, of)),
        DataType::Decimal128(..) => Ok(adding::<Decimal128Type>(frame, of)),
        DataType::Decimal256(..) => Ok(adding::<Decimal256Type>(frame, of)),
        other => Err(DataFusionError::NotImplemented(format!("sums of type {other}"))),
    }
}

fn adding<T: ArrowPrimitiveType>(frame: Frame, of: &DataType) -> Box<dyn Evaluator>
where
    T::Native: ArrowNativeTypeOp,
{
    match frame {
        Frame::Trailing(distance) => Box::new(TrailingSum::<T> { distance, of: of.clone(), values: PhantomData }),
        _ => Box::new(RunningSum::<T> { frame, of: of.clone(), sum: None }),
    }
}

/// Over frames that begin with the partition.
struct RunningSum<T: ArrowPrimitiveType> {
    frame: Frame,
    of: DataType,
    /// Of the open partition so far; none before its first value.
    sum: Option<T::Native>,
}

impl<T: ArrowPrimitiveType> Evaluator for RunningSum<T>
where
    T::Native: ArrowNativeTypeOp,
{
    fn evaluate(&mut self, segments: &Segments, argument: &ArrayRef) -> Result<ArrayRef> {
        let mut sums = Sums::<T>::with_capacity(segments.rows());
        let mut values = argument.as_primitive::<T>().iter();
        for run in segments.partitions.iter() {
            let mut sum = if run.is_continued { self.sum } else { None };
            for value in values.by_ref().take(run.rows.len()) {
                if let Some(value) = value {
                    sum = Some(sum.unwrap_or(T::Native::ZERO).add_wrapping(value));
                }
                sums.push(sum);
            }
            self.sum = sum;
        }
        self.frame.of_running(sums.finish(&self.of), segments)
    }
}

/// Over frames that leave rows behind.
struct TrailingSum<T: ArrowPrimitiveType> {
    distance: usize,
    of: DataType,
    values: PhantomData<T::Native>,
}

impl<T: ArrowPrimitiveType> Evaluator for TrailingSum<T>
where
    T::Native: ArrowNativeTypeOp,
{
    fn evaluate(&mut self, segments: &Segments, argument: &ArrayRef) -> Result<ArrayRef> {
        let values = argument.as_primitive::<T>();
        let valid = |row: usize| values.is_valid(row).then(|| values.value(row));
        let mut sums = Sums::<T>::with_capacity(segments.rows());
        for run in segments.partitions.iter() {
            let (mut sum, mut added) = (T::Native::ZERO, 0_usize);
            for (place, row) in run.rows.enumerate() {
                // First what comes, then what goes: floats depend on it.
                if let Some(value) = valid(row) {
                    sum = sum.add_wrapping(value);
                    added += 1;
                }
                if let Some(value) = (place > self.distance).then(|| valid(row - self.distance - 1)).flatten() {
                    sum = sum.sub_wrapping(value);
                    added -= 1;
                }
                sums.push((added > 0).then_some(sum));
            }
        }
        Ok(sums.finish(&self.of))
    }
}

/// A column of sums, null before the first value.
struct Sums<T: ArrowPrimitiveType> {
    sums: Vec<T::Native>,
    known: NullBufferBuilder,
}

impl<T: ArrowPrimitiveType> Sums<T>
where
    T::Native: ArrowNativeTypeOp,
{
    fn with_capacity(rows: usize) -> Self {
        Self { sums: Vec::with_capacity(rows), known: NullBufferBuilder::new(rows) }
    }

    fn push(&mut self, sum: Option<T::Native>) {
        self.known.append(sum.is_some());
        self.sums.push(sum.unwrap_or(T::Native::ZERO));
    }

    fn finish(mut self, of: &DataType) -> ArrayRef {
        let sums = PrimitiveArray::<T>::new(self.sums.into(), self.known.finish());
        Arc::new(sums.with_data_type(of.clone()))
    }
}
