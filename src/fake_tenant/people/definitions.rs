//! The attribute definitions of a tenant: Lucca's own and those a customer made, in id order.

use serde::Serialize;

use super::schemas::{Base, Shape};

/// What a value belongs to, and so when it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The person: applies always.
    Person,
    /// The person, but the value changed one day: two values, open towards the past and towards the future.
    PersonInTime,
    /// Each contract.
    Employment,
    /// Each contract that has a trial period.
    Probation,
    /// Each position.
    Position,
}

impl Owner {
    /// `targetType`.
    pub(crate) fn target(self) -> &'static str {
        match self {
            Self::Person | Self::PersonInTime => "employee",
            Self::Employment | Self::Probation => "employment",
            Self::Position => "job-position",
        }
    }
}

/// How many values an owner has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    /// One, which may be null.
    Always,
    /// One in so many of 1000 cases.
    Often(u64),
    /// In so many of 1000 cases several.
    Several { per_mille: u64, most: u64 },
}

/// `multipleValueHandling` of a definition that may have several values.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Multiple {
    pub(crate) sorting: &'static str,
    sorting_property: Option<&'static str>,
}

const fn ascending(sorting_property: Option<&'static str>) -> Option<Multiple> {
    Some(Multiple { sorting: "ascending", sorting_property })
}

#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) french: Option<&'static str>,
    pub(crate) owner: Owner,
    pub(crate) amount: Amount,
    pub(crate) shape: Shape,
    pub(crate) multiple: Option<Multiple>,
    /// Index of the taxonomy a label is from.
    pub(crate) taxonomy: Option<u64>,
    pub(crate) archived: bool,
}

impl Definition {
    /// Whether a customer made it.
    pub(crate) fn is_custom(&self) -> bool {
        self.id.starts_with("e_")
    }
}

const PLAIN: Definition = Definition {
    id: "",
    name: "",
    french: None,
    owner: Owner::Person,
    amount: Amount::Always,
    shape: Shape::System(TEXT),
    multiple: None,
    taxonomy: None,
    archived: false,
};

const fn system(id: &'static str, name: &'static str, owner: Owner, rules: &'static str) -> Definition {
    Definition { id, name, owner, shape: Shape::System(rules), ..PLAIN }
}

/// Application data of the former users API: most people have no value.
const fn user(id: &'static str, name: &'static str, per_mille: u64, rules: &'static str) -> Definition {
    Definition { id, name, amount: Amount::Often(per_mille), shape: Shape::System(rules), ..PLAIN }
}

const fn custom(id: &'static str, name: &'static str, per_mille: u64, base: Base) -> Definition {
    Definition { id, name, amount: Amount::Often(per_mille), shape: Shape::Base(base), ..PLAIN }
}

const TEXT: &str = r#""type":"string","minLength":1,"maxLength":255"#;
const TEXT_OR_NULL: &str = r#""type":["string","null"],"maxLength":255"#;
const DATE: &str = r#""type":"string","format":"date""#;
const DATE_OR_NULL: &str = r#""type":["string","null"],"format":"date""#;
const DATE_OBJECT: &str = r#""type":["object","null"],"properties":{"date":{"type":"string","format":"date"}}"#;
const REFERENCE: &str = r#""type":["object","null"],"required":["id"],"properties":{"id":{"type":"string"},"type":{"type":"string"},"url":{"type":"string","format":"uri"}}"#;
const INTEGER: &str = r#""type":["integer","null"]"#;
const NUMBER: &str = r#""type":["number","null"]"#;
const FLAG: &str = r#""type":["boolean","null"]"#;
const OBJECT: &str = r#""type":["object","null"]"#;
const CODES: &str = r#""type":"array","items":{"type":"string"},"maxItems":1,"uniqueItems":true"#;
const STATUS: &str = r#""type":"string","enum":["active","upcoming","deactivated"]"#;

use Owner::{Employment, Person, PersonInTime, Position, Probation};

/// In the order of the ids' bytes. At most 128, one bit each in a filter.
#[rustfmt::skip]
pub(crate) static DEFINITIONS: [Definition; 85] = [
    Definition { shape: Shape::Composite(&[("street", Base::ShortText, "Street", Some("Rue")), ("movedOn", Base::LegacyDate, "Moved on", None), ("pets", Base::Int32, "Pets", Some("Animaux"))]),
        ..custom("e_address", "Home address", 550, Base::ShortText) },
    custom("e_badgeNumber", "Badge number", 850, Base::ShortText),
    Definition { french: Some("Biographie"), ..custom("e_biography", "Biography", 60, Base::LongText) },
    Definition { french: Some("Taux de prime"), ..custom("e_bonusRate", "Bonus rate", 500, Base::Decimal) },
    Definition { french: Some("Enfants"), amount: Amount::Several { per_mille: 500, most: 4 }, multiple: ascending(Some("birthDate")),
        shape: Shape::Composite(&[("birthDate", Base::LegacyDate, "Birth date", Some("Date de naissance")), ("givenName", Base::ShortText, "Given name", Some("Prénom")), ("isDependent", Base::Boolean, "Dependent", None)]),
        ..custom("e_children", "Children", 0, Base::ShortText) },
    Definition { owner: Employment, ..custom("e_contractClause", "Special clause", 150, Base::LongText) },
    custom("e_diploma", "Diploma", 250, Base::FileReference),
    custom("e_emergencyEmail", "Emergency e-mail", 400, Base::Email),
    custom("e_emergencyPhone", "Emergency phone", 600, Base::PhoneNumber),
    custom("e_hasCar", "Comes by car", 700, Base::Boolean),
    Definition { french: Some("Langues"), amount: Amount::Several { per_mille: 800, most: 4 }, multiple: ascending(None), ..custom("e_languages", "Languages", 0, Base::ShortText) },
    Definition { french: Some("Visite médicale"), ..custom("e_medicalVisit", "Medical visit", 600, Base::LegacyDate) },
    custom("e_mentor", "Mentor", 350, Base::EmployeeReference),
    custom("e_nickname", "Nickname", 300, Base::ShortText),
    Definition { archived: true, ..custom("e_oldLocker", "Locker (old site)", 120, Base::ShortText) },
    Definition { owner: PersonInTime, ..custom("e_parkingSpace", "Parking space", 450, Base::ShortText) },
    custom("e_profilePage", "Profile page", 450, Base::Url),
    Definition { owner: Position, ..custom("e_remoteDays", "Remote days a week", 650, Base::Int32) },
    Definition { owner: Position, ..custom("e_shift", "Works in shifts", 150, Base::Boolean) },
    Definition { taxonomy: Some(0), french: Some("Taille de t-shirt"), ..custom("e_tShirtSize", "T-shirt size", 750, Base::TaxonomyLabelReference) },
    custom("e_workPermitEnd", "Work permit until", 250, Base::LegacyDate),
    Definition { taxonomy: Some(1), ..custom("e_workStyle", "Work style", 400, Base::TaxonomyLabelReference) },
    custom("e_yearsBefore", "Years of experience before", 650, Base::Int32),
    system("employee.birthDay", "Birthday", Person, OBJECT),
    system("employee.email", "E-mail", Person, TEXT_OR_NULL),
    Definition { french: Some("Matricule"), ..system("employee.employeeNumber", "Employee number", Person, TEXT_OR_NULL) },
    Definition { french: Some("Nom"), ..system("employee.familyName", "Last Name", Person, TEXT) },
    Definition { french: Some("Prénom"), ..system("employee.givenName", "First Name", Person, TEXT) },
    system("employee.id", "Id", Person, TEXT),
    system("employee.phoneNumber", "Phone number", Person, TEXT_OR_NULL),
    system("employee.portrait", "Portrait", Person, REFERENCE),
    system("employee.remoteId", "Remote id", Person, TEXT_OR_NULL),
    system("employee.status", "Status", Person, STATUS),
    system("employment.document", "Contract document", Employment, REFERENCE),
    system("employment.end", "End of contract", Employment, DATE_OBJECT),
    system("employment.legalEntity", "Legal entity", Employment, REFERENCE),
    system("employment.remoteId", "Contract remote id", Employment, TEXT_OR_NULL),
    system("employment.start", "Start of contract", Employment, DATE_OBJECT),
    system("employment.template", "Contract type", Employment, REFERENCE),
    system("jobPosition.businessEstablishment", "Establishment", Position, REFERENCE),
    system("jobPosition.department", "Department", Position, REFERENCE),
    system("jobPosition.document", "Position document", Position, REFERENCE),
    system("jobPosition.endsOn", "Position ends on", Position, DATE_OR_NULL),
    system("jobPosition.jobQualification", "Job qualification", Position, REFERENCE),
    system("jobPosition.jobTitle", "Job title", Position, TEXT_OR_NULL),
    system("jobPosition.manager", "Manager", Position, REFERENCE),
    system("jobPosition.occupationCategory", "Occupation category", Position, REFERENCE),
    system("jobPosition.remoteId", "Position remote id", Position, TEXT_OR_NULL),
    system("jobPosition.startsOn", "Position starts on", Position, DATE),
    system("personal.bankAccount", "Bank account", Person, OBJECT),
    system("personal.birthDate", "Birth date", Person, DATE_OR_NULL),
    system("personal.email", "Private e-mail", Person, TEXT_OR_NULL),
    system("personal.insuranceNumber", "Insurance number", Person, OBJECT),
    system("personal.legalGender", "Legal gender", Person, r#""type":"string","enum":["unknown","male","female","diverse"]"#),
    system("personal.nationalitiesCountryCodes", "Nationality", Person, CODES),
    system("personal.phoneNumber", "Private phone number", Person, TEXT_OR_NULL),
    system("personal.title", "Title", Person, r#""type":"string","enum":["unknown","mister","miss"]"#),
    system("probationaryPeriod.extendedEndsOn", "Trial extended until", Probation, DATE_OR_NULL),
    system("probationaryPeriod.initialEndsOn", "Trial until", Probation, DATE),
    user("user.address", "Address", 400, TEXT_OR_NULL),
    user("user.allowsElectronicPayslip", "Electronic payslip", 800, FLAG),
    Definition { amount: Amount::Several { per_mille: 250, most: 3 }, multiple: ascending(Some("axisId")), ..user("user.axisValues", "Analytical axes", 0, OBJECT) },
    user("user.bergerLevraultCareerNumber", "Career number", 60, TEXT_OR_NULL),
    user("user.calendarId", "Calendar", 500, INTEGER),
    user("user.cegidGescomId", "Cegid id", 60, TEXT_OR_NULL),
    user("user.cleemyApproverId", "Expense approver", 300, INTEGER),
    user("user.cleemyProfile", "Expense profile", 250, OBJECT),
    user("user.corporateCard", "Corporate card", 80, TEXT_OR_NULL),
    user("user.cost", "Daily cost", 150, OBJECT),
    user("user.cultureId", "Language", 900, INTEGER),
    user("user.directLine", "Direct line", 250, TEXT_OR_NULL),
    user("user.employeeAccountingCode", "Accounting code", 250, TEXT_OR_NULL),
    user("user.figgoProfile", "Leave profile", 300, OBJECT),
    user("user.frenchCarTaxHorsePower", "Car tax horse power", 120, INTEGER),
    user("user.frenchMotorcyclesTaxHorsePower", "Motorcycle tax horse power", 30, INTEGER),
    user("user.manager2Id", "Second manager", 80, INTEGER),
    user("user.navisionId", "Navision id", 60, TEXT_OR_NULL),
    user("user.personalAccount", "Personal account", 100, TEXT_OR_NULL),
    user("user.personalCard", "Personal card", 60, TEXT_OR_NULL),
    user("user.price", "Daily price", 100, OBJECT),
    user("user.quote", "Quote", 200, TEXT_OR_NULL),
    user("user.remoteWorkProfileId", "Remote work profile", 250, INTEGER),
    Definition { french: Some("Date d'ancienneté"), ..user("user.seniorityDate", "Seniority date", 920, DATE) },
    user("user.siteId", "Site", 300, INTEGER),
    user("user.unitSellPrice", "Unit sell price", 120, NUMBER),
];

/// Index of a definition by its id.
pub(crate) fn index_of(id: &str) -> Option<usize> {
    DEFINITIONS.binary_search_by(|definition| definition.id.cmp(id)).ok()
}

/// A customer's list of labels.
#[derive(Debug)]
pub(crate) struct Taxonomy {
    pub(crate) name: &'static str,
    pub(crate) french: Option<&'static str>,
    /// What its labels are to be sorted by; `None` is not said.
    pub(crate) sort_labels_by: Option<&'static str>,
}

/// No value refers to the labels of the last one.
pub(crate) static TAXONOMIES: [Taxonomy; 3] = [
    Taxonomy { name: "T-shirt size", french: Some("Taille de t-shirt"), sort_labels_by: None },
    Taxonomy { name: "Work style", french: None, sort_labels_by: Some("id") },
    Taxonomy { name: "Canteen menu", french: Some("Menu de la cantine"), sort_labels_by: Some("name") },
];

/// A label of one of them.
#[derive(Debug)]
pub(crate) struct Label {
    pub(crate) name: &'static str,
    pub(crate) remote_id: Option<&'static str>,
    /// Index of its taxonomy.
    pub(crate) taxonomy: u64,
    pub(crate) french: Option<&'static str>,
    pub(crate) archived: bool,
}

const fn label(name: &'static str, taxonomy: u64) -> Label {
    Label { name, remote_id: None, taxonomy, french: None, archived: false }
}

pub(crate) static LABELS: [Label; 11] = [
    label("S", 0),
    label("M", 0),
    label("L", 0),
    Label { remote_id: Some("tshirtSize.extraLarge"), french: Some("Très grand"), ..label("XL", 0) },
    Label { archived: true, ..label("One size", 0) },
    Label { french: Some("Au bureau"), ..label("On site", 1) },
    Label { french: Some("Hybride"), ..label("Hybrid", 1) },
    Label { remote_id: Some("0012"), ..label("Fully \"remote\" 🌍", 1) },
    label("Null", 1),
    Label { french: Some("Végétarien"), ..label("Vegetarian", 2) },
    Label { remote_id: Some("menu.retired"), archived: true, ..label("Fish-on-Friday", 2) },
];

/// Indexes of the labels of a taxonomy.
pub(crate) fn labels_of(taxonomy: u64) -> Vec<usize> {
    LABELS.iter().enumerate().filter(|(_, label)| label.taxonomy == taxonomy).map(|(index, _)| index).collect()
}
