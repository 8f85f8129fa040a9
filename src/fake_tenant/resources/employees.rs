//! Employees and their personal records.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::Serialize;

use super::structure::Number;
use super::{Id, Links, Reference, Url, View, write};
use crate::fake_tenant::people::careers::Status;
use crate::fake_tenant::people::dice::shift;
use crate::fake_tenant::people::identity::Identity;
use crate::fake_tenant::people::kinds::{EMPLOYEE, EMPLOYMENT, PERSONAL_RECORD, PORTRAIT, POSITION};
use crate::fake_tenant::people::private::{Bank, Private};
use crate::fake_tenant::people::stamps::Stamp;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Employee<'a> {
    id: Id,
    r#type: &'static str,
    url: Url<'a>,
    remote_id: Option<String>,
    portrait: Option<Reference<'a>>,
    given_name: &'static str,
    family_name: &'static str,
    employee_number: Option<String>,
    status: Status,
    email: Option<String>,
    birth_day: Option<BirthDay>,
    phone_number: Option<String>,
    applicable_employment: Reference<'a>,
    applicable_job_position: Reference<'a>,
    created_at: Stamp,
    last_updated_at: Stamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links>,
}

/// `{day, month}`.
#[derive(Serialize)]
pub(super) struct BirthDay {
    day: u32,
    month: u32,
}

impl BirthDay {
    pub(super) fn of(identity: &Identity) -> Option<Self> {
        identity.birth_day().map(|(day, month)| Self { day, month })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PersonalRecord<'a> {
    id: Id,
    r#type: &'static str,
    url: Url<'a>,
    employee: Reference<'a>,
    title: &'static str,
    legal_gender: &'static str,
    birth_date: Option<NaiveDate>,
    insurance_number: Option<Number<'a>>,
    nationalities_country_codes: Vec<&'static str>,
    bank_account: Option<BankAccount<'a>>,
    phone_number: Option<&'a str>,
    email: Option<&'a str>,
    created_at: Stamp,
    last_updated_at: Stamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BankAccount<'a> {
    format: &'static str,
    bank_name: Option<&'static str>,
    account_identifier: Option<Cow<'a, str>>,
    bank_identifier: Option<&'static str>,
}

impl<'a> BankAccount<'a> {
    pub(super) fn of(bank: &'a Bank) -> Self {
        Self {
            format: bank.format,
            bank_name: bank.name,
            account_identifier: bank.account.as_deref().map(Cow::Borrowed),
            bank_identifier: bank.identifier,
        }
    }
}

impl<'a> View<'a> {
    /// When an employee's record came to be and last changed.
    pub(in crate::fake_tenant) fn employee_stamps(&self, index: usize) -> (Stamp, Stamp) {
        let people = self.people;
        let hired = people.hired_on(index).unwrap_or(people.today);
        Stamp::pair(people.seed, 5, index as u64, shift(hired, -12), people.today)
    }

    fn employee(&self, index: usize) -> Option<Employee<'a>> {
        let employee = self.people.employee(index)?;
        let identity = self.people.identity(index);
        let Reference { id, r#type, url } = self.refer_at(&EMPLOYEE, index);
        let (created_at, last_updated_at) = self.employee_stamps(index);
        let birth_day = BirthDay::of(&identity);
        let portrait = identity.portrait;
        Some(Employee {
            id,
            r#type,
            url,
            remote_id: identity.remote_id,
            portrait: portrait.map(|portrait| self.refer(&PORTRAIT, portrait)),
            given_name: identity.given_name,
            family_name: identity.family_name,
            employee_number: identity.employee_number,
            status: employee.status,
            email: identity.email,
            birth_day,
            phone_number: identity.phone_number,
            applicable_employment: self.refer_at(&EMPLOYMENT, employee.applicable_employment),
            applicable_job_position: self.refer_at(&POSITION, employee.applicable_position),
            created_at,
            last_updated_at,
            links: self.links(|| {
                [
                    ("portrait", portrait.map(|id| self.file_path(id))),
                    ("employments", Some(format!("employments?employee.id={id}"))),
                    ("jobPositions", Some(format!("job-positions?employment.employee.id={id}"))),
                    ("personalRecord", Some(format!("employee-personal-records?employee.id={id}"))),
                ]
            }),
        })
    }

    /// A link to a file carries a secret of its own.
    pub(super) fn file_path(&self, id: u64) -> String {
        format!("files/{id}?token=eyJhbGciOi{:x}", id ^ self.people.seed)
    }

    fn personal_record<'p>(&self, index: usize, private: &'p Private) -> Option<PersonalRecord<'p>>
    where
        'a: 'p,
    {
        self.people.employee(index)?;
        let Reference { id, r#type, url } = self.refer_at(&PERSONAL_RECORD, index);
        let (since, _) = self.employee_stamps(index);
        let (created_at, last_updated_at) =
            Stamp::pair(self.people.seed, 6, index as u64, since.date(), self.people.today);
        Some(PersonalRecord {
            id,
            r#type,
            url,
            employee: self.refer_at(&EMPLOYEE, index),
            title: private.title,
            legal_gender: private.legal_gender,
            birth_date: self.people.birth_date_of(index),
            insurance_number: private.insurance.as_ref().map(|(format, value)| Number::new(format, value)),
            nationalities_country_codes: private.nationality.into_iter().collect(),
            bank_account: private.bank.as_ref().map(BankAccount::of),
            phone_number: private.phone_number.as_deref(),
            email: private.email.as_deref(),
            created_at,
            last_updated_at,
            links: self.links(|| []),
        })
    }

    pub(in crate::fake_tenant) fn write_employee(&self, index: usize, out: &mut Vec<u8>) -> Option<()> {
        write(self.employee(index), out)
    }

    pub(in crate::fake_tenant) fn write_personal_record(&self, index: usize, out: &mut Vec<u8>) -> Option<()> {
        let private = self.people.private(index);
        write(self.personal_record(index, &private), out)
    }
}
