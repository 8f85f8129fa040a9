//! What an attribute's value is: a property of a resource, or something a customer recorded.

use std::borrow::Cow;
use std::cell::OnceCell;

use chrono::NaiveDate;
use serde::Serialize;

use super::recorded::{custom_value, user_value};
use crate::fake_tenant::collections::employments::{self, Day};
use crate::fake_tenant::collections::kind::{Kind, PORTRAIT};
use crate::fake_tenant::collections::record::{Json, Reference, View};
use crate::fake_tenant::collections::{
    business_establishments, departments, employees, employment_templates, job_positions, job_qualifications,
    legal_entities, occupation_categories,
};
use crate::fake_tenant::people::People;
use crate::fake_tenant::people::attributes::Slot;
use crate::fake_tenant::people::definitions::{DEFINITIONS, labels_of};
use crate::fake_tenant::people::dice::{Dice, Stream};
use crate::fake_tenant::people::hiring::title_text;
use crate::fake_tenant::people::identity::{BirthDay, Identity};
use crate::fake_tenant::people::organisation::Coded;
use crate::fake_tenant::people::private::{Bank, Private};

/// One person's facts, made at most once while their values are written.
#[derive(Debug)]
pub(super) struct Profile {
    employee: usize,
    identity: OnceCell<Identity>,
    private: OnceCell<Private>,
}

impl Profile {
    pub(super) fn new(employee: usize) -> Self {
        Self { employee, identity: OnceCell::new(), private: OnceCell::new() }
    }

    pub(super) fn employee(&self) -> usize {
        self.employee
    }

    fn identity(&self, people: &People) -> &Identity {
        self.identity.get_or_init(|| people.identity(self.employee))
    }

    fn private(&self, people: &People) -> &Private {
        self.private.get_or_init(|| people.private(self.employee))
    }
}

/// A value, as JSON.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Value<'a> {
    Null,
    Text(Cow<'a, str>),
    Flag(bool),
    Integer(i64),
    Date(NaiveDate),
    Day(Day),
    BirthDay(BirthDay),
    Reference(Reference<'a>),
    Number(&'a Coded<String>),
    Bank(&'a Bank),
    Codes(&'a [&'static str]),
    /// Decimals keep their trailing zeros; objects are short.
    Json(Json),
}

impl<'a> Value<'a> {
    pub(super) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    fn text_or_null(text: Option<impl Into<Cow<'a, str>>>) -> Self {
        text.map_or(Self::Null, Self::text)
    }

    pub(super) fn date_or_null(date: Option<NaiveDate>) -> Self {
        date.map_or(Self::Null, Self::Date)
    }

    fn reference_or_null(reference: Option<Reference<'a>>) -> Self {
        reference.map_or(Self::Null, Self::Reference)
    }
}

/// The value at a slot; `profile` is of the slot's employee.
pub(super) fn value<'p>(view: &View<'p>, slot: &Slot, profile: &'p Profile) -> Value<'p> {
    let Some(definition) = DEFINITIONS.get(slot.definition) else { return Value::Null };
    let id = definition.id;
    match id.split_once('.') {
        Some(("employee", property)) => employee_value(view, property, profile),
        Some(("personal", property)) => personal_value(view, property, profile),
        Some(("employment", property)) => employment_value(view, property, slot).unwrap_or(Value::Null),
        Some(("probationaryPeriod", property)) => probation_value(view, property, slot),
        Some(("jobPosition", property)) => position_value(view, property, slot).unwrap_or(Value::Null),
        Some(("user", property)) => user_value(view, property, slot, &mut dice(view, slot)),
        _ => custom_value(view, id, definition.taxonomy, slot, &mut dice(view, slot)),
    }
}

/// Randomness of a value: the same whichever way the value is reached.
fn dice(view: &View<'_>, slot: &Slot) -> Dice {
    let row = slot.position.or(slot.employment).unwrap_or(slot.employee);
    let salt = 10_000 + slot.definition as u64 * 16 + slot.ordinal;
    Dice::with_salt(view.people.seed, Stream::Value, salt, row as u64)
}

fn employee_value<'p>(view: &View<'p>, property: &str, profile: &'p Profile) -> Value<'p> {
    let identity = profile.identity(view.people);
    match property {
        "id" => Value::text(employees::KIND.id(profile.employee).to_string()),
        "email" => Value::text_or_null(identity.email.as_deref()),
        "familyName" => Value::text(identity.family_name),
        "givenName" => Value::text(identity.given_name),
        "phoneNumber" => Value::text_or_null(identity.phone_number.as_deref()),
        "employeeNumber" => Value::text_or_null(identity.employee_number.as_deref()),
        "remoteId" => Value::text_or_null(identity.remote_id.as_deref()),
        "portrait" => Value::reference_or_null(identity.portrait.map(|id| view.refer(&PORTRAIT, id))),
        "status" => Value::text_or_null(view.people.employee(profile.employee).map(|known| known.status.name())),
        "birthDay" => identity.birth_day().map_or(Value::Null, Value::BirthDay),
        _ => Value::Null,
    }
}

fn personal_value<'p>(view: &View<'p>, property: &str, profile: &'p Profile) -> Value<'p> {
    let private = profile.private(view.people);
    match property {
        "birthDate" => Value::date_or_null(private.birth_date),
        "bankAccount" => private.bank_account.as_ref().map_or(Value::Null, Value::Bank),
        "email" => Value::text_or_null(private.email.as_deref()),
        "insuranceNumber" => private.insurance_number.as_ref().map_or(Value::Null, Value::Number),
        "legalGender" => Value::text(private.legal_gender),
        "nationalitiesCountryCodes" => Value::Codes(&private.nationalities_country_codes),
        "phoneNumber" => Value::text_or_null(private.phone_number.as_deref()),
        "title" => Value::text(private.title),
        _ => Value::Null,
    }
}

fn employment_value<'a>(view: &View<'a>, property: &str, slot: &Slot) -> Option<Value<'a>> {
    let index = slot.employment?;
    let employment = view.people.employment(index)?;
    Some(match property {
        "start" => Value::Day(Day { date: employment.start }),
        "end" => Value::Day(Day { date: employment.end? }),
        "legalEntity" => Value::Reference(view.refer_at(&legal_entities::KIND, employment.entity)),
        "template" => Value::Reference(view.refer_at(&employment_templates::KIND, employment.template)),
        "document" => Value::Reference(employments::document(view, index)?),
        "remoteId" => Value::text_or_null(employments::remote_id(index)),
        _ => Value::Null,
    })
}

fn probation_value<'a>(view: &View<'a>, property: &str, slot: &Slot) -> Value<'a> {
    let probation = slot.employment.and_then(|index| {
        let probation = view.people.employment(index)?.probation?;
        view.people.probation(probation as usize)
    });
    Value::date_or_null(match property {
        "initialEndsOn" => probation.map(|probation| probation.initial_ends_on),
        _ => probation.and_then(|probation| probation.extended_ends_on),
    })
}

fn position_value<'a>(view: &View<'a>, property: &str, slot: &Slot) -> Option<Value<'a>> {
    let index = slot.position?;
    let position = view.people.position(index)?;
    let post = &position.post;
    let refer = |kind: &Kind, at: Option<u8>| at.map(|at| view.refer_at(kind, at));
    Some(match property {
        "department" => Value::Reference(view.refer_at(&departments::KIND, post.department)),
        "manager" => Value::Reference(view.refer_at(&employees::KIND, position.manager?)),
        "businessEstablishment" => Value::Reference(view.refer_at(&business_establishments::KIND, post.site)),
        "jobQualification" => Value::reference_or_null(refer(&job_qualifications::KIND, post.qualification)),
        "occupationCategory" => Value::reference_or_null(refer(&occupation_categories::KIND, post.category)),
        "jobTitle" => Value::text_or_null(post.title.and_then(title_text)),
        "startsOn" => Value::Date(position.starts_on),
        "endsOn" => Value::date_or_null(position.ends_on),
        "remoteId" => Value::text_or_null(job_positions::remote_id(post.remote)),
        "document" => Value::reference_or_null(job_positions::document(view, index)),
        _ => Value::Null,
    })
}

/// The label a slot's value refers to, if it refers to one.
pub(super) fn label_at(view: &View<'_>, slot: &Slot) -> Option<usize> {
    let taxonomy = DEFINITIONS.get(slot.definition)?.taxonomy?;
    Some(dice(view, slot).pick(&labels_of(taxonomy)))
}
