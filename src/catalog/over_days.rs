//! The columns of one table over several days, which need not have the same ones.

use arrow::datatypes::{DataType, Field, Schema};
use chrono::NaiveDate;

use super::table::LakeType;

/// A column over some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ColumnOverDays {
    /// Its name, type and whether it may be null, as it is where a day lacks it.
    pub(crate) field: Field,
    /// Whether it has this very type on every day that has it.
    pub(crate) one_type: bool,
}

/// A column whose values of different days have no type in common that holds them all as they are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column} is {} on {as_of} and {} later", in_words(earlier), in_words(later))]
pub struct TypeClash {
    /// Name of the column that has two types.
    pub column: String,
    /// The last day of the former type.
    pub as_of: NaiveDate,
    /// Its type on that day, in the files.
    pub earlier: DataType,
    /// The type of later days.
    pub later: DataType,
}

/// Which types go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Types {
    /// Equal ones, and numbers of which one type holds the other's exactly.
    Widened,
    /// Equal ones.
    #[cfg_attr(not(any(test, feature = "delta")), expect(dead_code, reason = "only Delta tables ask for it"))]
    Equal,
}

/// The columns of the newest day in its order, then those that only older days have. `newest_first` are the days with the
/// columns of their files.
///
/// # Errors
/// When two days disagree on a column's type.
pub(crate) fn columns_over_days(
    newest_first: &[(NaiveDate, &Schema)],
    types: Types,
) -> Result<Vec<ColumnOverDays>, TypeClash> {
    let mut columns = Vec::<ColumnOverDays>::new();
    for (as_of, schema) in newest_first {
        for field in schema.fields() {
            let Some(known) = columns.iter_mut().find(|c| c.field.name() == field.name()) else {
                columns.push(ColumnOverDays { field: field.as_ref().clone(), one_type: true });
                continue;
            };
            let (later, earlier) = (known.field.data_type().clone(), field.data_type());
            let common = common(&later, earlier).filter(|_| types == Types::Widened || later.equals_datatype(earlier));
            let Some(common) = common else {
                let (column, earlier) = (field.name().clone(), earlier.clone());
                return Err(TypeClash { column, as_of: *as_of, earlier, later });
            };
            known.one_type &= later.equals_datatype(earlier);
            let nullable = known.field.is_nullable() || field.is_nullable();
            known.field = Field::new(field.name(), common, nullable);
        }
    }
    for ColumnOverDays { field, .. } in &mut columns {
        let everywhere = newest_first.iter().all(|(_, schema)| schema.field_with_name(field.name()).is_ok());
        field.set_nullable(field.is_nullable() || !everywhere);
    }
    Ok(columns)
}

/// The type that holds the values of both as they are. Equal but for the names and nullability of nested fields is equal.
fn common(one: &DataType, other: &DataType) -> Option<DataType> {
    use DataType::{Float64, Int32, Int64};
    match (one, other) {
        (one, other) if one.equals_datatype(other) => Some(one.clone()),
        (Int32, Int64) | (Int64, Int32) => Some(Int64),
        // A double has 53 bits for whole numbers: enough for 32, not for 64.
        (Int32, Float64) | (Float64, Int32) => Some(Float64),
        _ => None,
    }
}

/// As the catalogue calls it, where it does.
fn in_words(data_type: &DataType) -> String {
    LakeType::of(data_type).map_or_else(|| data_type.to_string(), |known| known.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: usize) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, 31).unwrap() - chrono::Days::new(number as u64)
    }

    fn schema(columns: &[(&str, LakeType, bool)]) -> Schema {
        Schema::new(
            columns.iter().map(|(name, t, nullable)| Field::new(*name, t.arrow(), *nullable)).collect::<Vec<_>>(),
        )
    }

    fn merged(newest_first: &[Schema], types: Types) -> Result<Vec<ColumnOverDays>, TypeClash> {
        let days: Vec<(NaiveDate, &Schema)> = newest_first.iter().enumerate().map(|(n, s)| (day(n), s)).collect();
        columns_over_days(&days, types)
    }

    #[test]
    fn columns_that_a_day_lacks_are_null_there() {
        let days = [
            schema(&[("id", LakeType::String, false), ("new", LakeType::Date, false)]),
            schema(&[("old", LakeType::StringList, false), ("id", LakeType::String, false)]),
        ];
        let columns = merged(&days, Types::Equal).unwrap();
        let said: Vec<(&str, bool)> =
            columns.iter().map(|c| (c.field.name().as_str(), c.field.is_nullable())).collect();
        assert_eq!(said, [("id", false), ("new", true), ("old", true)]);
        assert!(columns.iter().all(|c| c.one_type));
    }

    #[test]
    fn only_types_that_hold_every_value_go_together() {
        use LakeType::{Double, Int32, Int64};
        for (one, other) in LakeType::ALL.into_iter().flat_map(|one| LakeType::ALL.map(|other| (one, other))) {
            let days = [schema(&[("n", one, true)]), schema(&[("n", other, true)])];
            let wider = match (one, other) {
                (Int32, Int64) | (Int64, Int32) => Some(Int64),
                (Int32, Double) | (Double, Int32) => Some(Double),
                _ => (one == other).then_some(one),
            };
            let found = merged(&days, Types::Widened);
            assert_eq!(found.clone().ok().map(|c| c[0].field.data_type().clone()), wider.map(LakeType::arrow));
            assert_eq!(found.clone().is_ok_and(|c| c[0].one_type), one == other);
            assert_eq!(merged(&days, Types::Equal).is_ok(), one == other);
            let told = found.map_err(|clash| clash.to_string());
            let wanted = format!("column n is {other} on {} and {one} later", day(1));
            assert!(told.as_ref().err().is_none_or(|told| *told == wanted), "{told:?}");
        }
        // What widens two days may not hold a third.
        let days = [Int32, Int64, Double].map(|t| schema(&[("n", t, true)]));
        assert_eq!(merged(&days, Types::Widened).unwrap_err().as_of, day(2));
    }
}
