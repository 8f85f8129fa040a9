//! Values that no resource has: application data, and what a customer recorded.

use rand::RngCore;

use super::values::Value;
use crate::fake_tenant::collections::kind::{FILE, Kind, LABEL_REFERENCE};
use crate::fake_tenant::collections::record::{Json, View};
use crate::fake_tenant::collections::{employees, taxonomy_labels};
use crate::fake_tenant::people::attributes::Slot;
use crate::fake_tenant::people::definitions::labels_of;
use crate::fake_tenant::people::dice::{Dice, shift};
use crate::fake_tenant::people::identity::{essay, phone};
use crate::fake_tenant::people::ids::EMPLOYEES;

/// JSON text of a string.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

const STREETS: [&str; 5] = ["Rue de l'Étang", "Seestraße", "Calle \"Ñandú\"", "Οδός Αθηνών", "湖通り"];
const LANGUAGES: [&str; 6] = ["Deutsch", "English", "Español", "Français", "日本語", "العربية"];
const NICKNAMES: [&str; 6] = ["JJ", "null", "  spaced  ", "Tom\\Tom", "🦄", "N/A"];
const QUOTES: [&str; 5] =
    ["\"Carpe diem\"", "C'est la vie…", "שלום עולם", "50% of 0 is 0\u{a0}!", "line 1\nline 2\r\nline 3\ttab"];

/// Application data of the former users API.
pub(super) fn user_value<'a>(view: &View<'a>, property: &str, slot: &Slot, dice: &mut Dice) -> Value<'a> {
    let mut number = |low, high| dice.between(low, high);
    match property {
        "seniorityDate" => Value::date_or_null(view.people.hired_on(slot.employee)),
        "allowsElectronicPayslip" => Value::Flag(number(0, 2) > 0),
        "frenchCarTaxHorsePower" => Value::Integer(number(3, 7)),
        "frenchMotorcyclesTaxHorsePower" => Value::Integer(number(1, 5)),
        "siteId" | "calendarId" | "remoteWorkProfileId" => Value::Integer(number(1, 40)),
        "cultureId" => Value::Integer(if number(0, 1) == 0 { 1036 } else { 2057 }),
        "cleemyApproverId" | "manager2Id" => {
            Value::Integer(i64::try_from(EMPLOYEES.id(colleague(view, dice))).unwrap_or(i64::MAX))
        }
        "unitSellPrice" => Value::Json(Json(format!("{}.{:02}", number(100, 999), number(0, 99)))),
        "cost" | "price" => {
            let value = format!(r#"{{"organizationId":{},"value":{}.5}}"#, number(1, 3), number(200, 900));
            Value::Json(Json(value))
        }
        "cleemyProfile" | "figgoProfile" => {
            let value = format!(r#"{{"appInstanceId":{},"profileId":{}}}"#, number(1, 9), number(1, 30));
            Value::Json(Json(value))
        }
        "axisValues" => {
            let value = format!(r#"{{"axisId":{},"axisSectionId":{}}}"#, slot.ordinal + 1, number(100, 999));
            Value::Json(Json(value))
        }
        "quote" => Value::text(dice.pick(&QUOTES)),
        "address" => Value::text(format!("{} {}\n{:05}", number(1, 99), dice.pick(&STREETS), dice.between(0, 99_999))),
        "directLine" => Value::text(phone(dice)),
        _ => Value::text(format!("{:06}", number(0, 999_999))),
    }
}

/// The index of somebody.
fn colleague(view: &View<'_>, dice: &mut Dice) -> u64 {
    dice.next_u64() % (view.people.employee_count() as u64).max(1)
}

/// A value of a customer's definition.
pub(super) fn custom_value<'a>(
    view: &View<'a>,
    id: &str,
    taxonomy: Option<u64>,
    slot: &Slot,
    dice: &mut Dice,
) -> Value<'a> {
    let today = view.people.today;
    match id {
        "e_biography" => Value::Text(essay(essay_length(slot.employee, dice), dice)),
        "e_contractClause" => Value::Text(essay(if dice.chance(50) { 4000 } else { 60 }, dice)),
        "e_hasCar" | "e_shift" => Value::Flag(dice.chance(500)),
        "e_yearsBefore" => Value::Integer(dice.between(0, 30)),
        "e_remoteDays" => Value::Integer(dice.between(0, 5)),
        "e_bonusRate" => Value::Json(Json(decimal(dice))),
        "e_medicalVisit" => Value::Date(shift(today, dice.between(-900, 300))),
        // The other spelling of a legacy date.
        "e_workPermitEnd" => Value::text(format!("{}T00:00:00", shift(today, dice.between(-60, 1500)))),
        "e_emergencyPhone" => Value::text(phone(dice)),
        "e_emergencyEmail" => Value::text(format!("help+{}@perso.example", dice.between(1, 9999))),
        "e_profilePage" => {
            let page = dice.between(1, 9999);
            Value::text(format!("https://people.lacbleu.example/{page}?q=a%20b&lang=fr#é"))
        }
        "e_diploma" => Value::Reference(view.refer_at(&FILE, 5_000_000 + slot.employee)),
        "e_mentor" => Value::Reference(view.refer_at(&employees::KIND, colleague(view, dice))),
        // Both documented spellings of a label's type.
        "e_tShirtSize" => label_value(view, &taxonomy_labels::KIND, taxonomy, dice),
        "e_workStyle" => label_value(view, &LABEL_REFERENCE, taxonomy, dice),
        "e_languages" => Value::text(language(slot)),
        "e_nickname" => Value::text(dice.pick(&NICKNAMES)),
        "e_parkingSpace" => Value::text(format!("P{}-{:03}", slot.ordinal + 1, dice.between(0, 250))),
        "e_address" => {
            let street = quoted(dice.pick(&STREETS));
            let (moved, pets) = (shift(today, dice.between(-8000, -10)), dice.between(0, 3));
            let moved = if dice.chance(300) { "null".to_owned() } else { format!("\"{moved}\"") };
            Value::Json(Json(format!(r#"{{"street":{street},"movedOn":{moved},"pets":{pets}}}"#)))
        }
        "e_children" => {
            let (name, _) = view.people.name_of(28 + slot.employee);
            let born = shift(today, -dice.between(0, 7000));
            let dependent = dice.chance(800);
            let name = quoted(name);
            Value::Json(Json(format!(r#"{{"birthDate":"{born}","givenName":{name},"isDependent":{dependent}}}"#)))
        }
        _ => Value::text(format!("{:04}", dice.between(0, 9999))),
    }
}

fn label_value<'a>(view: &View<'a>, kind: &Kind, taxonomy: Option<u64>, dice: &mut Dice) -> Value<'a> {
    let labels = labels_of(taxonomy.unwrap_or_default());
    Value::Reference(view.refer_at(kind, dice.pick(&labels)))
}

/// Thousands of characters as a rule; a few dozen thousand for some.
fn essay_length(employee: usize, dice: &mut Dice) -> usize {
    if employee.is_multiple_of(97) { 30_000 } else { usize::try_from(dice.between(200, 6000)).unwrap_or(200) }
}

/// A decimal number's text, with the trailing zeros and the exponents JSON allows.
fn decimal(dice: &mut Dice) -> String {
    match dice.between(0, 9) {
        0 => "0".to_owned(),
        1 => format!("-{}.10", dice.between(0, 9)),
        2 => format!("{}e-2", dice.between(1, 99)),
        3 => format!("{}.000000000000001", dice.between(1, 9)),
        4 => "12345678901234567.89".to_owned(),
        _ => format!("{}.{:02}", dice.between(0, 30), dice.between(0, 99)),
    }
}

/// The values of one person are of different languages.
fn language(slot: &Slot) -> &'static str {
    let ordinal = usize::try_from(slot.ordinal).unwrap_or(0);
    LANGUAGES.get((slot.employee + ordinal) % LANGUAGES.len()).copied().unwrap_or_default()
}
