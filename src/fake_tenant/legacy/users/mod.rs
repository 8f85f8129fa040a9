//! Users: what v3 says of an employee today, in one flat record.

mod application;
mod extended;
mod habits;

use crate::fake_tenant::collections::employees;
use crate::fake_tenant::people::careers::Status;
use crate::fake_tenant::people::identity::Identity;
use crate::fake_tenant::people::ids::EMPLOYEES;
use crate::fake_tenant::people::private::{Bank, Private};

use super::list::{Facts, List, Style};
use super::node::Node;
use super::record::Record;
use super::references;
pub(super) use extended::{definition_kind, is_on_users, shifted_label};

pub(super) static LIST: List = List {
    path: "/api/v3/users",
    max_limit: 1000,
    style: Style::V3 { compulsory: &[], leaves_out: Some(is_left_out), tells_all: false },
    len: |facts| facts.people.employee_count(),
    write,
};

/// Former employees are shown to who asks for them, in one of two ways.
fn is_left_out(facts: &Facts<'_>, index: usize, parameters: &[(String, String)]) -> bool {
    let asks = |(name, value): &(String, String)| match name.as_str() {
        "formeremployees" => value.eq_ignore_ascii_case("true"),
        "dtcontractend" => value.to_ascii_lowercase().starts_with("notequal,"),
        _ => false,
    };
    let is_former = facts.people.employee(index).is_some_and(|known| known.status == Status::Deactivated);
    facts.users().is_absent(index) || is_former && !(facts.shows_former && parameters.iter().any(asks))
}

/// The user at the index of an employee.
pub(super) fn write(facts: &Facts<'_>, index: usize, out: &mut Record<'_>) -> Option<()> {
    let people = facts.people;
    let employee = people.employee(index)?;
    let employment = people.employment(employee.applicable_employment as usize)?;
    let position = people.position(employee.applicable_position as usize)?;
    let identity = std::cell::OnceCell::new();
    let identity = || -> &Identity { identity.get_or_init(|| people.identity(index)) };
    let private = std::cell::OnceCell::new();
    let private = || -> &Private { private.get_or_init(|| people.private(index)) };
    let id = EMPLOYEES.id(index as u64);
    let (given, family) = people.name_of(index);
    out.put("id", || Node::id(id));
    out.put("name", || format!("{given} {family}"));
    out.put("url", || facts.url("users", id));
    out.put("displayName", || format!("{family} {given}"));
    out.put("firstName", || given);
    out.put("lastName", || family);
    out.put("login", || identity().remote_id.clone());
    out.put("mail", || identity().email.clone());
    out.put("employeeNumber", || identity().employee_number.clone());
    out.put("professionalMobile", || identity().phone_number.clone());
    let changed = facts.users().changed(index);
    out.put("modifiedAt", || match changed.at {
        Some(at) => Node::naive(at),
        None => Node::from(employees::stamps(people, index).last_updated_at.naive()),
    });
    out.put("dtContractStart", || Node::midnight(employment.start));
    out.put("dtContractEnd", || employment.end.map(Node::midnight));
    out.put("birthDate", || private().birth_date.map(Node::midnight));
    out.put("civilTitle", || civil_title(private().title, facts.quirks.other_words));
    out.put("gender", || gender(private().legal_gender, facts.quirks.other_words));
    let nationality = || private().nationalities_country_codes.first().and_then(|code| references::country(code));
    out.put("nationalityId", || nationality().map(|country| country.alpha_2));
    out.nest("nationality", |out| {
        let country = nationality()?;
        out.put("id", || country.alpha_2);
        out.put("name", || country.name);
        Some(())
    });
    out.put("insuranceNumber", || private().insurance_number.as_ref().map(|number| number.value.clone()));
    bank(private, out);
    out.put("personalEmail", || private().email.clone());
    out.put("personalMobile", || match changed.times {
        0 => private().phone_number.clone(),
        times => Some(format!("+33 6 00 00 {:02} {:02}", index % 100, times % 100)),
    });
    references::post(facts, position, out);
    references::picture(facts, index, identity, out);
    habits::write(facts, index, out);
    application::write(facts, index, out);
    out.put_some("extendedData", || extended::data(facts, index));
    Some(())
}

/// The account of a bank, in v3 a field for each way to write it.
fn bank<'p>(private: impl Fn() -> &'p Private, out: &mut Record<'_>) {
    let account = |of: &Bank, format| of.account_identifier.clone().filter(|_| (of.format == "iban") == format);
    out.put("rib", || private().bank_account.as_ref().and_then(|bank| account(bank, false)));
    out.put("iban", || private().bank_account.as_ref().and_then(|bank| account(bank, true)));
    out.put("bic", || private().bank_account.as_ref().and_then(|bank| bank.bank_identifier));
    out.put("bankName", || private().bank_account.as_ref().and_then(|bank| bank.bank_name));
}

fn civil_title(title: &str, other: bool) -> Option<&'static str> {
    match (title, other) {
        ("mister", false) => Some("Mr"),
        ("miss", false) => Some("Ms"),
        ("mister", true) => Some("Mister"),
        ("miss", true) => Some("Miss"),
        (_, true) => Some("Undefined"),
        (_, false) => None,
    }
}

fn gender(gender: &str, other: bool) -> &'static str {
    match (gender, other) {
        ("male", false) => "Male",
        ("female", false) => "Female",
        ("diverse", false) => "Misc",
        ("male", true) => "male",
        ("female", true) => "female",
        ("diverse", true) => "Miscellaneous",
        _ => "Undefined",
    }
}
