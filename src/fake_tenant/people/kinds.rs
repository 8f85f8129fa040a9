//! The kinds of resource: their names, their paths, and how their ids are numbered.

/// Ids that run consecutively for a while and then leave one out, as deletions do. Ids are canonical decimal numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Numbering {
    first: u64,
    run: u64,
}

impl Numbering {
    pub(crate) const fn id(self, index: u64) -> u64 {
        self.first + index + index / self.run
    }

    /// The index of the record with this id, whether or not there are that many records.
    pub(crate) fn index(self, id: u64) -> Option<u64> {
        let offset = id.checked_sub(self.first)?;
        let (block, within) = (offset / (self.run + 1), offset % (self.run + 1));
        (within < self.run).then_some(block * self.run + within)
    }

    /// As `index`, from an id as text. `"007"` is not `"7"`.
    pub(crate) fn index_of_text(self, id: &str) -> Option<usize> {
        usize::try_from(self.index(canonical(id)?)?).ok()
    }
}

/// The number a canonical decimal id stands for.
pub(crate) fn canonical(id: &str) -> Option<u64> {
    let plain = id.bytes().all(|byte| byte.is_ascii_digit()) && (id == "0" || !id.starts_with('0'));
    if plain { id.parse().ok() } else { None }
}

/// A kind of resource.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// `type` of a record.
    pub(crate) item: &'static str,
    /// Where its records are, after `/lucca-api/`.
    pub(crate) path: &'static str,
    pub(crate) ids: Numbering,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $item:literal, $path:literal, $first:literal, $run:literal;)*) => {
        $($(#[$doc])* pub(crate) static $name: Kind =
            Kind { item: $item, path: $path, ids: Numbering { first: $first, run: $run } };)*
    };
}

kinds! {
    LEGAL_ENTITY = "legal-entity", "legal-entities", 1, 3;
    ESTABLISHMENT = "business-establishment", "business-establishments", 2, 5;
    DEPARTMENT = "department", "departments", 10, 6;
    PROFESSION = "profession", "professions", 85, 4;
    QUALIFICATION = "job-qualification", "job-qualifications", 970, 9;
    CATEGORY = "occupation-category", "occupation-categories", 40, 3;
    TEMPLATE = "employment-template", "employment-templates", 3, 5;
    EMPLOYEE = "employee", "employees", 8, 7;
    PERSONAL_RECORD = "employee-personal-record", "employee-personal-records", 897, 11;
    EMPLOYMENT = "employment", "employments", 28, 13;
    POSITION = "job-position", "job-positions", 61, 17;
    PROBATION = "probationary-period", "probationary-periods", 871, 10;
    /// Every documented example of an attribute's `url` has the singular path, though the endpoint is plural.
    ATTRIBUTE = "employee-attribute", "employee-attribute", 7400, 97;
    DEFINITION = "employee-attribute-definition", "employee-attribute-definitions", 1, 1000;
    PORTRAIT = "portrait", "portraits", 66_512_001, 5;
    FILE = "file", "files", 74_001, 100;
    DOCUMENT = "document", "documents", 5_001, 100;
    ARRANGEMENT = "working-time-arrangement", "working-time-arrangements", 23, 1;
    TAXONOMY = "taxonomy", "taxonomies", 45, 10;
    LABEL = "taxonomy-label", "taxonomy-labels", 980, 6;
    /// The spelling one documented example has for a label.
    LABEL_REFERENCE = "taxonomy-label-reference", "taxonomy-label-references", 980, 6;
}
