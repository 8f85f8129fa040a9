//! What an attribute's value is: a property of a resource, or something a customer recorded.

use std::borrow::Cow;
use std::cell::OnceCell;

use chrono::NaiveDate;
use serde::Serialize;

use super::careers::{Day, employment_remote_id, position_remote_id};
use super::employees::{BankAccount, BirthDay};
use super::structure::Number;
use super::{Json, Reference, View};
use crate::fake_tenant::people::People;
use crate::fake_tenant::people::attributes::Slot;
use crate::fake_tenant::people::careers::Position;
use crate::fake_tenant::people::definitions::{DEFINITIONS, labels_of};
use crate::fake_tenant::people::dice::{Dice, Stream};
use crate::fake_tenant::people::hiring::title_text;
use crate::fake_tenant::people::identity::Identity;
use crate::fake_tenant::people::kinds::{
    CATEGORY, DEPARTMENT, EMPLOYEE, ESTABLISHMENT, Kind, LEGAL_ENTITY, PORTRAIT, QUALIFICATION, TEMPLATE,
};
use crate::fake_tenant::people::private::Private;

/// One person's facts, made at most once while their values are written.
#[derive(Debug)]
pub(in crate::fake_tenant) struct Profile {
    employee: usize,
    identity: OnceCell<Identity>,
    private: OnceCell<Private>,
}

impl Profile {
    pub(in crate::fake_tenant) fn new(employee: usize) -> Self {
        Self { employee, identity: OnceCell::new(), private: OnceCell::new() }
    }

    pub(in crate::fake_tenant) fn employee(&self) -> usize {
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
    Number(Number<'a>),
    Bank(BankAccount<'a>),
    Codes(Vec<&'static str>),
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

impl<'a> View<'a> {
    /// The value at a slot; `profile` is of the slot's employee.
    pub(super) fn value<'p>(&self, slot: &Slot, profile: &'p Profile) -> Value<'p>
    where
        'a: 'p,
    {
        let Some(definition) = DEFINITIONS.get(slot.definition) else { return Value::Null };
        let id = definition.id;
        match id.split_once('.') {
            Some(("employee", property)) => self.employee_value(property, profile),
            Some(("personal", property)) => self.personal_value(property, profile),
            Some(("employment", property)) => self.employment_value(property, slot).unwrap_or(Value::Null),
            Some(("probationaryPeriod", property)) => self.probation_value(property, slot),
            Some(("jobPosition", property)) => self.position_value(property, slot).unwrap_or(Value::Null),
            Some(("user", property)) => self.user_value(property, slot, &mut self.dice(slot)),
            _ => self.custom_value(id, definition.taxonomy, slot, &mut self.dice(slot)),
        }
    }

    /// Randomness of a value: the same whichever way the value is reached.
    fn dice(&self, slot: &Slot) -> Dice {
        let row = slot.position.or(slot.employment).unwrap_or(slot.employee);
        let salt = 10_000 + slot.definition as u64 * 16 + slot.ordinal;
        Dice::with_salt(self.people.seed, Stream::Value, salt, row as u64)
    }

    fn employee_value<'p>(&self, property: &str, profile: &'p Profile) -> Value<'p>
    where
        'a: 'p,
    {
        let identity = profile.identity(self.people);
        match property {
            "id" => Value::text(EMPLOYEE.ids.id(profile.employee as u64).to_string()),
            "email" => Value::text_or_null(identity.email.as_deref()),
            "familyName" => Value::text(identity.family_name),
            "givenName" => Value::text(identity.given_name),
            "phoneNumber" => Value::text_or_null(identity.phone_number.as_deref()),
            "employeeNumber" => Value::text_or_null(identity.employee_number.as_deref()),
            "remoteId" => Value::text_or_null(identity.remote_id.as_deref()),
            "portrait" => Value::reference_or_null(identity.portrait.map(|id| self.refer(&PORTRAIT, id))),
            "status" => Value::text_or_null(self.people.employee(profile.employee).map(|known| known.status.name())),
            "birthDay" => BirthDay::of(identity).map_or(Value::Null, Value::BirthDay),
            _ => Value::Null,
        }
    }

    fn personal_value<'p>(&self, property: &str, profile: &'p Profile) -> Value<'p> {
        let private = profile.private(self.people);
        match property {
            "birthDate" => Value::date_or_null(self.people.birth_date_of(profile.employee)),
            "bankAccount" => private.bank.as_ref().map_or(Value::Null, |bank| Value::Bank(BankAccount::of(bank))),
            "email" => Value::text_or_null(private.email.as_deref()),
            "insuranceNumber" => match &private.insurance {
                Some((format, value)) => Value::Number(Number::new(format, value)),
                None => Value::Null,
            },
            "legalGender" => Value::text(private.legal_gender),
            "nationalitiesCountryCodes" => Value::Codes(private.nationality.into_iter().collect()),
            "phoneNumber" => Value::text_or_null(private.phone_number.as_deref()),
            "title" => Value::text(private.title),
            _ => Value::Null,
        }
    }

    fn employment_value(&self, property: &str, slot: &Slot) -> Option<Value<'a>> {
        let index = slot.employment?;
        let employment = self.people.employment(index)?;
        Some(match property {
            "start" => Value::Day(Day { date: employment.start }),
            "end" => Value::Day(Day { date: employment.end? }),
            "legalEntity" => Value::Reference(self.refer_at(&LEGAL_ENTITY, employment.entity)),
            "template" => Value::Reference(self.refer_at(&TEMPLATE, employment.template)),
            "document" => Value::Reference(self.contract(index)?),
            "remoteId" => Value::text_or_null(employment_remote_id(index)),
            _ => Value::Null,
        })
    }

    fn probation_value(&self, property: &str, slot: &Slot) -> Value<'a> {
        let probation = slot.employment.and_then(|index| {
            let probation = self.people.employment(index)?.probation?;
            self.people.probation(probation as usize)
        });
        Value::date_or_null(match property {
            "initialEndsOn" => probation.map(|probation| probation.initial_ends_on),
            _ => probation.and_then(|probation| probation.extended_ends_on),
        })
    }

    fn position_value(&self, property: &str, slot: &Slot) -> Option<Value<'a>> {
        let index = slot.position?;
        let position: &Position = self.people.position(index)?;
        let post = &position.post;
        let refer = |kind: &Kind, at: Option<u8>| at.map(|at| self.refer_at(kind, at));
        Some(match property {
            "department" => Value::Reference(self.refer_at(&DEPARTMENT, post.department)),
            "manager" => Value::Reference(self.employee_ref(position.manager?)),
            "businessEstablishment" => Value::Reference(self.refer_at(&ESTABLISHMENT, post.site)),
            "jobQualification" => Value::reference_or_null(refer(&QUALIFICATION, post.qualification)),
            "occupationCategory" => Value::reference_or_null(refer(&CATEGORY, post.category)),
            "jobTitle" => Value::text_or_null(post.title.and_then(title_text)),
            "startsOn" => Value::Date(position.starts_on),
            "endsOn" => Value::date_or_null(position.ends_on),
            "remoteId" => Value::text_or_null(position_remote_id(post.remote)),
            "document" => Value::reference_or_null(self.position_document(index)),
            _ => Value::Null,
        })
    }

    /// The label a slot's value refers to, if it refers to one.
    pub(in crate::fake_tenant) fn label_at(&self, slot: &Slot) -> Option<usize> {
        let taxonomy = DEFINITIONS.get(slot.definition)?.taxonomy?;
        Some(self.dice(slot).pick(&labels_of(taxonomy)))
    }
}
