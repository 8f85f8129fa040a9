//! JSON Schemas of attribute values, as text.

/// The shape of a definition's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A base schema a customer's definition refers to.
    Base(Base),
    /// A customer's composite: property, its base schema, its label, its label in French.
    Composite(&'static [(&'static str, Base, &'static str, Option<&'static str>)]),
    /// A built-in: its schema without the title.
    System(&'static str),
}

/// The base schemas, by their documented titles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    ShortText,
    LongText,
    Boolean,
    Int32,
    Decimal,
    LegacyDate,
    PhoneNumber,
    Email,
    Url,
    FileReference,
    EmployeeReference,
    TaxonomyLabelReference,
}

impl Base {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 12] = [
        Self::ShortText,
        Self::LongText,
        Self::Boolean,
        Self::Int32,
        Self::Decimal,
        Self::LegacyDate,
        Self::PhoneNumber,
        Self::Email,
        Self::Url,
        Self::FileReference,
        Self::EmployeeReference,
        Self::TaxonomyLabelReference,
    ];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::ShortText => "short-text",
            Self::LongText => "long-text",
            Self::Boolean => "boolean",
            Self::Int32 => "int32",
            Self::Decimal => "decimal",
            Self::LegacyDate => "legacy-date",
            Self::PhoneNumber => "phone-number",
            Self::Email => "email",
            Self::Url => "url",
            Self::FileReference => "file-reference",
            Self::EmployeeReference => "employee-reference",
            Self::TaxonomyLabelReference => "taxonomy-label-reference",
        }
    }

    fn rules(self) -> String {
        match self {
            Self::ShortText => r#""type":["string","null"],"maxLength":255"#.to_owned(),
            Self::LongText => r#""type":["string","null"]"#.to_owned(),
            Self::Boolean => r#""type":["boolean","null"]"#.to_owned(),
            Self::Int32 => r#""type":["integer","null"],"format":"int32""#.to_owned(),
            Self::Decimal => r#""type":["number","null"]"#.to_owned(),
            Self::LegacyDate => r#""type":["string","null"],"format":"date""#.to_owned(),
            Self::PhoneNumber => r#""type":["string","null"],"pattern":"^[\\+]?[(]?[0-9]{3}""#.to_owned(),
            Self::Email => r#""type":["string","null"],"format":"email","minLength":3,"maxLength":255"#.to_owned(),
            Self::Url => r#""type":["string","null"],"format":"uri""#.to_owned(),
            Self::FileReference => reference("file"),
            Self::EmployeeReference => reference("employee"),
            Self::TaxonomyLabelReference => reference("taxonomy-label"),
        }
    }
}

fn reference(kind: &str) -> String {
    let properties = format!(
        r#""id":{{"type":"string","minLength":1}},"type":{{"type":"string","const":"{kind}","readOnly":true}},"url":{{"type":"string","format":"uri","readOnly":true}}"#
    );
    format!(r#""type":["object","null"],"additionalProperties":false,"required":["id"],"properties":{{{properties}}}"#)
}

const DRAFT: &str = r#""$schema":"https://json-schema.org/draft/2020-12/schema""#;

impl Shape {
    /// `schema.title` of a definition.
    pub(crate) fn title(self, id: &str) -> String {
        match self {
            Self::Base(base) => base.title().to_owned(),
            Self::Composite(_) => "object".to_owned(),
            Self::System(_) => kebab(id),
        }
    }

    /// The JSON text of a definition's `schema`.
    pub(crate) fn json(self, id: &str) -> String {
        let title = self.title(id);
        match self {
            Self::Base(base) => {
                format!(r#"{{"$id":"/lucca-api/schemas/{title}",{DRAFT},"title":"{title}",{}}}"#, base.rules())
            }
            Self::Composite(properties) => {
                let each = properties
                    .iter()
                    .map(|(name, base, ..)| format!(r#""{name}":{{"$ref":"/lucca-api/schemas/{}"}}"#, base.title()));
                let each = each.collect::<Vec<_>>().join(",");
                format!(r#"{{{DRAFT},"title":"{title}","type":"object","properties":{{{each}}}}}"#)
            }
            Self::System(rules) => format!(r#"{{{DRAFT},"title":"{title}",{rules}}}"#),
        }
    }
}

/// `employee.givenName` as `employee.given-name`.
fn kebab(id: &str) -> String {
    let mut text = String::with_capacity(id.len() + 4);
    for c in id.chars() {
        if c.is_ascii_uppercase() {
            text.push('-');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}
