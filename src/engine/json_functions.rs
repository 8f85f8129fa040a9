//! Functions over JSON texts, for the queries that make tables of what the older APIs say. No other statement has them:
//! derived tables and quality rules run in other engines too.
//!
//! | call | gives |
//! |---|---|
//! | `json_entries(text)` | the members of an object, a list of `{key, value}`; the value is exact JSON |
//! | `json_items(text)` | the items of a list as exact JSON; any other value is one item, null none |
//! | `json_get(text, key)` | the exact JSON of a member, by its name in any case; null where it is absent or null |
//! | `json_text(text)` | a string, number or boolean as plain text; null for all else |
//! | `json(text)` | marks a text as JSON, for `json_object` |
//! | `json_object(key, value, …)` | an object of the values that are not null; null when all are |
//! | `json_merge(text, text, …)` | one object of the members of several; null when there are none |
//!
//! What is no JSON has no members, items or text.

mod texts;

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, AsArray as _, ListArray, StringArray, StringBuilder, StructArray},
    buffer::OffsetBuffer,
    datatypes::{DataType, Field, FieldRef, Fields},
};
use datafusion::{
    common::{exec_datafusion_err, plan_err},
    error::Result,
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility},
    prelude::SessionContext,
};

/// Makes the functions known.
pub(super) fn give(context: &SessionContext) {
    for (name, does) in FUNCTIONS {
        let function = Function { name, does, signature: Signature::user_defined(Volatility::Immutable) };
        context.register_udf(ScalarUDF::from(function));
    }
}

/// All of them.
const FUNCTIONS: [(&str, Does); 7] = [
    ("json_entries", Does::Entries),
    ("json_items", Does::Items),
    ("json_get", Does::Get),
    ("json_text", Does::Text),
    ("json", Does::Json),
    ("json_object", Does::Object),
    ("json_merge", Does::Merge),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Does {
    Entries,
    Items,
    Get,
    Text,
    Json,
    Object,
    Merge,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Function {
    name: &'static str,
    does: Does,
    signature: Signature,
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.does {
            Does::Entries => DataType::List(item(DataType::Struct(entry()))),
            Does::Items => DataType::List(item(DataType::Utf8)),
            Does::Json => DataType::Struct(texts::marked()),
            Does::Get | Does::Text | Does::Object | Does::Merge => DataType::Utf8,
        })
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let name = self.name;
        let fits = match self.does {
            Does::Entries | Does::Items | Does::Text | Does::Json => given.len() == 1,
            Does::Get => given.len() == 2,
            Does::Object => !given.is_empty() && given.len().is_multiple_of(2),
            Does::Merge => !given.is_empty(),
        };
        if !fits {
            return plan_err!("{name} does not take {} arguments", given.len());
        }
        let coerced = given.iter().enumerate().map(|(index, data_type)| match data_type {
            data_type if data_type.is_string() || data_type.is_null() => Ok(DataType::Utf8),
            data_type if self.does == Does::Object && index % 2 == 1 => texts::coerce(data_type)
                .map_or_else(|| plan_err!("{name} has no way to write values of type {data_type}"), Ok),
            data_type => plan_err!("argument {} of {name} must be a text, not {data_type}", index + 1),
        });
        coerced.collect()
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let rows = if arrays.is_empty() { args.number_rows } else { arrays.iter().map(|a| a.len()).max().unwrap_or(0) };
        self.compute(&arrays, rows).map(ColumnarValue::Array)
    }
}

impl Function {
    fn compute(&self, arrays: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        let text = |index: usize| {
            let texts = arrays.get(index).and_then(|array| array.as_string_opt::<i32>());
            texts.ok_or_else(|| exec_datafusion_err!("{} lacks a text", self.name))
        };
        Ok(match self.does {
            Does::Entries => {
                let (mut keys, mut values, mut lengths) = (StringBuilder::new(), StringBuilder::new(), Vec::new());
                for text in text(0)? {
                    let entries = text.map(texts::entries).unwrap_or_default();
                    lengths.push(entries.len());
                    for (key, value) in entries {
                        keys.append_value(key);
                        values.append_value(value);
                    }
                }
                let columns: Vec<ArrayRef> = vec![Arc::new(keys.finish()), Arc::new(values.finish())];
                let entries = StructArray::try_new(entry(), columns, None)?;
                let lengths = OffsetBuffer::from_lengths(lengths);
                Arc::new(ListArray::try_new(item(DataType::Struct(entry())), lengths, Arc::new(entries), None)?)
            }
            Does::Items => {
                let (mut values, mut lengths) = (StringBuilder::new(), Vec::new());
                for text in text(0)? {
                    let items = text.map(texts::items).unwrap_or_default();
                    lengths.push(items.len());
                    items.into_iter().for_each(|item| values.append_value(item));
                }
                let lengths = OffsetBuffer::from_lengths(lengths);
                Arc::new(ListArray::try_new(item(DataType::Utf8), lengths, Arc::new(values.finish()), None)?)
            }
            Does::Get => {
                let pairs = text(0)?.iter().zip(text(1)?);
                Arc::new(pairs.map(|(text, key)| texts::member(text?, key?)).collect::<StringArray>())
            }
            Does::Text => Arc::new(text(0)?.iter().map(|text| texts::plain(text?)).collect::<StringArray>()),
            Does::Json => {
                let texts = Arc::new(text(0)?.clone());
                let nulls = texts.nulls().cloned();
                Arc::new(StructArray::try_new(texts::marked(), vec![texts], nulls)?)
            }
            Does::Object => {
                let row = |row| {
                    let pairs = arrays.chunks_exact(2).filter_map(|pair| match pair {
                        [key, value] => {
                            let key = key.as_string_opt::<i32>().filter(|key| key.is_valid(row))?.value(row);
                            Some(texts::written(value, row)?.map(|value| (key.to_owned(), value)))
                        }
                        _ => None,
                    });
                    Ok(texts::object(&pairs.collect::<Result<Vec<_>>>()?))
                };
                Arc::new((0..rows).map(row).collect::<Result<StringArray>>()?)
            }
            Does::Merge => {
                let columns = (0..arrays.len()).map(text).collect::<Result<Vec<_>>>()?;
                let row = |row| {
                    let texts = columns.iter().filter(|column| column.is_valid(row)).map(|column| column.value(row));
                    texts::object(&texts.flat_map(texts::entries).collect::<Vec<_>>())
                };
                Arc::new((0..rows).map(row).collect::<StringArray>())
            }
        })
    }
}

fn item(data_type: DataType) -> FieldRef {
    Arc::new(Field::new_list_field(data_type, true))
}

fn entry() -> Fields {
    Fields::from(vec![Field::new("key", DataType::Utf8, true), Field::new("value", DataType::Utf8, true)])
}

#[cfg(test)]
mod tests;
