//! What a personal record holds. Made when asked for.

use chrono::NaiveDate;
use rand::RngCore;
use serde::Serialize;

use super::People;
use super::dice::{Dice, Stream};
use super::identity::phone;
use super::ids::EMPLOYEES;
use super::names;
use super::organisation::{Coded, LEGAL_ENTITIES};

/// A bank account, as the API writes it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Bank {
    pub(crate) format: &'static str,
    pub(crate) bank_name: Option<&'static str>,
    pub(crate) account_identifier: Option<String>,
    pub(crate) bank_identifier: Option<&'static str>,
}

/// The private facts of one person, as the API writes them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Private {
    pub(crate) title: &'static str,
    pub(crate) legal_gender: &'static str,
    pub(crate) birth_date: Option<NaiveDate>,
    pub(crate) insurance_number: Option<Coded<String>>,
    pub(crate) nationalities_country_codes: Vec<&'static str>,
    pub(crate) bank_account: Option<Bank>,
    pub(crate) phone_number: Option<String>,
    pub(crate) email: Option<String>,
}

pub(crate) const GENDERS: [&str; 4] = ["unknown", "male", "female", "diverse"];

const NATIONALITIES: [&str; 12] = ["FRA", "CHE", "ESP", "DEU", "JPN", "USA", "GRC", "MAR", "UKR", "PRT", "KOR", "ISR"];
/// Name and identifier.
const BANKS: [(&str, &str); 4] = [
    ("Crédit Agricole", "AGRIFRPP"),
    ("Sparkasse \"Am See\"", "SPKDDE21"),
    ("Banque & Cie", ""),
    ("みずほ銀行", "MHCBJPJT"),
];

impl People {
    pub(crate) fn gender_of(&self, employee: usize) -> &'static str {
        let mut dice = Dice::with_salt(self.seed, Stream::Private, 2, employee as u64);
        match dice.between(0, 99) {
            0..3 => "unknown",
            3..6 => "diverse",
            6..53 => "female",
            _ => "male",
        }
    }

    pub(crate) fn nationality_of(&self, employee: usize) -> Option<&'static str> {
        let mut dice = Dice::with_salt(self.seed, Stream::Private, 3, employee as u64);
        if dice.chance(60) {
            return None;
        }
        if dice.chance(300) {
            return Some(dice.pick(&NATIONALITIES));
        }
        let entity = self.applicable_employment(employee)?.entity;
        LEGAL_ENTITIES.get(entity as usize).map(|entity| entity.country_code)
    }

    pub(crate) fn private(&self, employee: usize) -> Private {
        let mut dice = Dice::new(self.seed, Stream::Private, employee as u64);
        let legal_gender = self.gender_of(employee);
        let title = match (legal_gender, dice.chance(100)) {
            ("male", false) => "mister",
            ("female", false) => "miss",
            _ => "unknown",
        };
        let digits = dice.next_u64();
        let insurance = match dice.between(0, 9) {
            0 | 1 => None,
            2 => Some((
                "swissSSN",
                format!("756.{:04}.{:04}.{:02}", digits % 10_000, digits / 10_000 % 10_000, digits % 97),
            )),
            3 => Some(("other", format!("{:012}", digits % 1_000_000_000))),
            _ => {
                Some(("frenchSSN", format!("{}{:012} {:02}", 1 + digits % 2, digits % 1_000_000_000_000, digits % 97)))
            }
        };
        let bank_account = (!dice.chance(150)).then(|| bank(&mut dice));
        let (given, family) = self.name_of(employee);
        let id = EMPLOYEES.id(employee as u64);
        Private {
            title,
            legal_gender,
            birth_date: self.birth_date_of(employee),
            insurance_number: insurance.map(|(format, value)| Coded { format, value }),
            nationalities_country_codes: self.nationality_of(employee).into_iter().collect(),
            bank_account,
            phone_number: (!dice.chance(250)).then(|| phone(&mut dice)),
            email: (!dice.chance(250)).then(|| format!("{}+{id}@perso.example", names::mailbox(given, family))),
        }
    }
}

fn bank(dice: &mut Dice) -> Bank {
    let (name, bic) = dice.pick(&BANKS);
    let number = dice.next_u64();
    if dice.chance(100) {
        let account_identifier =
            dice.chance(700).then(|| format!("{:011}-{:02}", number % 100_000_000_000, number % 97));
        return Bank { format: "other", bank_name: None, account_identifier, bank_identifier: None };
    }
    let account = format!(
        "FR76{:05}{:05}{:011}{:02}",
        number % 30_000,
        number / 7 % 100_000,
        number / 11 % 100_000_000_000,
        number % 97
    );
    let bank_identifier = (!bic.is_empty()).then_some(bic);
    Bank { format: "iban", bank_name: Some(name), account_identifier: Some(account), bank_identifier }
}
