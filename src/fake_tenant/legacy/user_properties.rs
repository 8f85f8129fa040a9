//! What users can have: native fields and custom ones.

use crate::fake_tenant::people::schemas::{Base, Shape};

use super::definitions::on_users;
use super::list::{List, V3};
use super::node::Node;
use super::users::definition_kind;

pub(super) static LIST: List = List {
    path: "/api/v3/userproperties",
    max_limit: 1000,
    style: V3,
    len: |_| NATIVE.len() + on_users().count(),
    write: |facts, index, out| {
        let property = match NATIVE.get(index) {
            Some(native) => *native,
            None => {
                let definition = on_users().nth(index.checked_sub(NATIVE.len())?)?;
                Property {
                    id: definition.id,
                    name: definition.name,
                    is_multivalue: definition.multiple.is_some(),
                    category: EXTENSION,
                    kind: number(definition.shape),
                    format: definition_kind(definition.shape),
                }
            }
        };
        out.put("id", || property.id);
        out.put("name", || property.name);
        out.put("url", || facts.url("userproperties", property.id));
        out.put("isMultivalue", || property.is_multivalue);
        out.put("isNullable", || property.id != "lastName");
        out.put("isReadOnly", || property.id == "displayName");
        out.put("category", || property.category);
        out.put("type", || property.kind);
        out.put("format", || Node::object([("key", property.format.into())]));
        Some(())
    },
};

/// `category` of a custom field.
const EXTENSION: i64 = 3;

#[derive(Clone, Copy)]
struct Property {
    id: &'static str,
    name: &'static str,
    is_multivalue: bool,
    category: i64,
    kind: i64,
    format: &'static str,
}

const fn native(id: &'static str, name: &'static str, kind: i64, format: &'static str) -> Property {
    Property { id, name, is_multivalue: false, category: 0, kind, format }
}

static NATIVE: [Property; 10] = [
    native("birthDate", "Birth date", 3, "date"),
    native("calendar", "Calendar", 5, "select"),
    native("civilTitle", "Title", 1, "radio"),
    native("department", "Department", 5, "select"),
    native("displayName", "Name", 4, "text"),
    native("dtContractEnd", "End of contract", 3, "date"),
    native("dtContractStart", "Start of contract", 3, "date"),
    native("employeeNumber", "Employee number", 4, "text"),
    native("lastName", "Last name", 4, "text"),
    Property { category: 2, ..native("csp", "Occupation category", 5, "select") },
];

/// `type` of a value: 0 boolean, 1 integer or list, 2 number, 3 date, 4 text, 5 object.
fn number(shape: Shape) -> i64 {
    match shape {
        Shape::Base(Base::Boolean) => 0,
        Shape::Base(Base::Int32 | Base::TaxonomyLabelReference) => 1,
        Shape::Base(Base::Decimal) => 2,
        Shape::Base(Base::LegacyDate) => 3,
        Shape::Base(Base::FileReference | Base::EmployeeReference) | Shape::Composite(_) => 5,
        Shape::Base(_) | Shape::System(_) => 4,
    }
}
