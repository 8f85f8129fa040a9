//! Types in CAST and before a text: what the planner reads of them.

use datafusion::sql::sqlparser::ast::{
    ArrayElemTypeDef, DataType, ExactNumberInfo, Expr, Spanned, StructField, TimezoneInfo,
};

use super::{refusal::Refusal, walk::Walked};

/// What to write instead of a type that ends a text after some characters.
const LEFT: &str = "write left(text, n)";

/// Checks the type of a value that `expr` is made.
pub(super) fn check(expr: &Expr, data_type: &DataType) -> Walked {
    let refused = |what: &str, remedy: &str| {
        let refusal = Refusal::behind(expr.span(), "(").called(format!("{what} of the type {}", name(data_type)));
        Err(refusal.instead(remedy))
    };
    match data_type {
        DataType::Varchar(Some(_)) | DataType::Char(Some(_)) | DataType::String(Some(_)) => refused("the length", LEFT),
        DataType::TinyInt(Some(_))
        | DataType::SmallInt(Some(_))
        | DataType::Int2(Some(_))
        | DataType::Int(Some(_))
        | DataType::Integer(Some(_))
        | DataType::Int4(Some(_))
        | DataType::BigInt(Some(_))
        | DataType::Int8(Some(_))
        | DataType::TinyIntUnsigned(Some(_))
        | DataType::SmallIntUnsigned(Some(_))
        | DataType::Int2Unsigned(Some(_))
        | DataType::IntUnsigned(Some(_))
        | DataType::IntegerUnsigned(Some(_))
        | DataType::Int4Unsigned(Some(_))
        | DataType::BigIntUnsigned(Some(_))
        | DataType::Int8Unsigned(Some(_)) => refused("the width", "leave it out"),
        DataType::Float(ExactNumberInfo::Precision(_) | ExactNumberInfo::PrecisionAndScale(_, _)) => {
            refused("the precision", "write DOUBLE for 53 bits, REAL for 24")
        }
        DataType::Array(element) => match element {
            ArrayElemTypeDef::AngleBracket(element) | ArrayElemTypeDef::SquareBracket(element, _) => {
                check(expr, element)
            }
            ArrayElemTypeDef::None | ArrayElemTypeDef::Parenthesis(_) => Ok(()),
        },
        DataType::Struct(fields, _) => fields.iter().try_for_each(|field| {
            let StructField { field_name: _, field_type, options } = field;
            match options {
                Some(_) => {
                    Err(Refusal::behind(expr.span(), "OPTIONS").called("OPTIONS of a field").instead("leave it out"))
                }
                None => check(expr, field_type),
            }
        }),
        // Read in full, or refused by the planner.
        DataType::Varchar(None)
        | DataType::Char(None)
        | DataType::String(None)
        | DataType::TinyInt(None)
        | DataType::SmallInt(None)
        | DataType::Int2(None)
        | DataType::Int(None)
        | DataType::Integer(None)
        | DataType::Int4(None)
        | DataType::BigInt(None)
        | DataType::Int8(None)
        | DataType::TinyIntUnsigned(None)
        | DataType::SmallIntUnsigned(None)
        | DataType::Int2Unsigned(None)
        | DataType::IntUnsigned(None)
        | DataType::IntegerUnsigned(None)
        | DataType::Int4Unsigned(None)
        | DataType::BigIntUnsigned(None)
        | DataType::Int8Unsigned(None)
        | DataType::Float(ExactNumberInfo::None)
        | DataType::Boolean
        | DataType::Bool
        | DataType::Real
        | DataType::Float4
        | DataType::Float8
        | DataType::Double(_)
        | DataType::DoublePrecision
        | DataType::Text
        | DataType::Timestamp(
            _,
            TimezoneInfo::None | TimezoneInfo::Tz | TimezoneInfo::WithTimeZone | TimezoneInfo::WithoutTimeZone,
        )
        | DataType::Date
        | DataType::Time(_, _)
        | DataType::Numeric(_)
        | DataType::Decimal(_)
        | DataType::Bytea
        | DataType::Interval { fields: _, precision: _ }
        | DataType::Nvarchar(_)
        | DataType::JSON
        | DataType::Uuid
        | DataType::Binary(_)
        | DataType::Varbinary(_)
        | DataType::Blob(_)
        | DataType::Datetime(_)
        | DataType::Regclass
        | DataType::Custom(_, _)
        | DataType::Enum(_, _)
        | DataType::Set(_)
        | DataType::MediumInt(_)
        | DataType::MediumIntUnsigned(_)
        | DataType::Character(_)
        | DataType::CharacterVarying(_)
        | DataType::CharVarying(_)
        | DataType::CharacterLargeObject(_)
        | DataType::CharLargeObject(_)
        | DataType::Dec(_)
        | DataType::BigNumeric(_)
        | DataType::BigDecimal(_)
        | DataType::Clob(_)
        | DataType::Bytes(_)
        | DataType::Int64
        | DataType::Float64
        | DataType::JSONB
        | DataType::Unspecified
        | DataType::Int16
        | DataType::Int32
        | DataType::Int128
        | DataType::Int256
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32
        | DataType::UInt64
        | DataType::UInt128
        | DataType::UInt256
        | DataType::Float32
        | DataType::Date32
        | DataType::Datetime64(_, _)
        | DataType::FixedString(_)
        | DataType::Map(_, _)
        | DataType::Tuple(_)
        | DataType::Nested(_)
        | DataType::Union(_)
        | DataType::Nullable(_)
        | DataType::LowCardinality(_)
        | DataType::Trigger
        | DataType::TinyBlob
        | DataType::MediumBlob
        | DataType::LongBlob
        | DataType::TinyText
        | DataType::MediumText
        | DataType::LongText
        | DataType::Bit(_)
        | DataType::BitVarying(_)
        | DataType::Signed
        | DataType::SignedInteger
        | DataType::Unsigned
        | DataType::UnsignedInteger
        | DataType::AnyType
        | DataType::Table(_)
        | DataType::VarBit(_)
        | DataType::UTinyInt
        | DataType::USmallInt
        | DataType::HugeInt
        | DataType::UHugeInt
        | DataType::UBigInt
        | DataType::TimestampNtz(_)
        | DataType::NamedTable { name: _, columns: _ }
        | DataType::TsVector
        | DataType::TsQuery
        | DataType::GeometricType(_)
        | DataType::DecimalUnsigned(_)
        | DataType::FloatUnsigned(_)
        | DataType::RealUnsigned
        | DataType::DecUnsigned(_)
        | DataType::DoubleUnsigned(_)
        | DataType::DoublePrecisionUnsigned => Ok(()),
    }
}

/// The type's name without what stands in parentheses.
fn name(data_type: &DataType) -> String {
    let text = data_type.to_string();
    text.split_once('(').map_or(text.clone(), |(name, _)| name.to_owned())
}
