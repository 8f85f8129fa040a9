//! Arrow builders behind one type per lake type.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryBuilder, BooleanBuilder, Date32Builder, Float64Builder, Int32Builder, Int64Builder, ListBuilder,
    StringBuilder, TimestampMicrosecondBuilder,
};

use crate::catalog::LakeType;

/// A column under construction.
#[derive(Debug)]
pub(crate) enum ColumnBuilder {
    String(StringBuilder),
    Boolean(BooleanBuilder),
    Int32(Int32Builder),
    Int64(Int64Builder),
    Double(Float64Builder),
    Date(Date32Builder),
    Timestamp(TimestampMicrosecondBuilder),
    StringList(ListBuilder<StringBuilder>),
    Binary(BinaryBuilder),
}

impl ColumnBuilder {
    /// An empty column.
    pub(crate) fn new(lake_type: LakeType) -> Self {
        match lake_type {
            LakeType::String => Self::String(StringBuilder::new()),
            LakeType::Boolean => Self::Boolean(BooleanBuilder::new()),
            LakeType::Int32 => Self::Int32(Int32Builder::new()),
            LakeType::Int64 => Self::Int64(Int64Builder::new()),
            LakeType::Double => Self::Double(Float64Builder::new()),
            LakeType::Date => Self::Date(Date32Builder::new()),
            LakeType::Timestamp => Self::Timestamp(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            LakeType::StringList => Self::StringList(ListBuilder::new(StringBuilder::new())),
            LakeType::Binary => Self::Binary(BinaryBuilder::new()),
        }
    }

    /// One more row, null.
    pub(crate) fn append_null(&mut self) {
        match self {
            Self::String(b) => b.append_null(),
            Self::Boolean(b) => b.append_null(),
            Self::Int32(b) => b.append_null(),
            Self::Int64(b) => b.append_null(),
            Self::Double(b) => b.append_null(),
            Self::Date(b) => b.append_null(),
            Self::Timestamp(b) => b.append_null(),
            Self::StringList(b) => b.append_null(),
            Self::Binary(b) => b.append_null(),
        }
    }

    /// The column.
    pub(crate) fn finish(self) -> ArrayRef {
        match self {
            Self::String(mut b) => Arc::new(b.finish()),
            Self::Boolean(mut b) => Arc::new(b.finish()),
            Self::Int32(mut b) => Arc::new(b.finish()),
            Self::Int64(mut b) => Arc::new(b.finish()),
            Self::Double(mut b) => Arc::new(b.finish()),
            Self::Date(mut b) => Arc::new(b.finish()),
            Self::Timestamp(mut b) => Arc::new(b.finish()),
            Self::StringList(mut b) => Arc::new(b.finish()),
            Self::Binary(mut b) => Arc::new(b.finish()),
        }
    }
}
