//! What records of v3 refer to, each with a name.

use crate::fake_tenant::collections::Kind;
use crate::fake_tenant::collections::{
    business_establishments, departments, job_qualifications, legal_entities, occupation_categories,
};
use crate::fake_tenant::people::careers::Position;
use crate::fake_tenant::people::dice::{Dice, Stream};
use crate::fake_tenant::people::hiring::title_text;
use crate::fake_tenant::people::identity::Identity;
use crate::fake_tenant::people::organisation::{CATEGORIES, ESTABLISHMENTS, LEGAL_ENTITIES, QUALIFICATIONS};
use rand::RngCore;

use super::list::Facts;
use super::node::Node;
use super::record::Record;
use super::users;

/// A country as the legacy routes tell it.
#[derive(Debug)]
pub(super) struct Country {
    pub(super) alpha_2: &'static str,
    pub(super) alpha_3: &'static str,
    /// ISO 3166-1 numeric.
    pub(super) number: i64,
    pub(super) name: &'static str,
}

const fn known(alpha_2: &'static str, alpha_3: &'static str, number: i64, name: &'static str) -> Country {
    Country { alpha_2, alpha_3, number, name }
}

static COUNTRIES: [Country; 12] = [
    known("FR", "FRA", 250, "France"),
    known("CH", "CHE", 756, "Switzerland"),
    known("ES", "ESP", 724, "Spain"),
    known("DE", "DEU", 276, "Germany"),
    known("JP", "JPN", 392, "Japan"),
    known("US", "USA", 840, "United States"),
    known("GR", "GRC", 300, "Greece"),
    known("MA", "MAR", 504, "Morocco"),
    known("UA", "UKR", 804, "Ukraine"),
    known("PT", "PRT", 620, "Portugal"),
    known("KR", "KOR", 410, "South Korea"),
    known("IL", "ISR", 376, "Israel"),
];

/// A country by its three letters.
pub(super) fn country(alpha_3: &str) -> Option<&'static Country> {
    COUNTRIES.iter().find(|country| country.alpha_3 == alpha_3)
}

/// `{id, name, url}`.
pub(super) fn named(
    facts: &Facts<'_>,
    list: Option<&str>,
    id: u64,
    name: impl Into<Node>,
    out: &mut Record<'_>,
) -> Option<()> {
    out.put("id", || Node::id(id));
    out.put("name", || name);
    if let Some(list) = list {
        out.put("url", || facts.url(list, id));
    }
    Some(())
}

/// What somebody's position says.
pub(super) fn post(facts: &Facts<'_>, position: &Position, out: &mut Record<'_>) {
    let people = facts.people;
    let post = position.post;
    let site = ESTABLISHMENTS.get(post.site as usize);
    out.put("jobTitle", || post.title.and_then(title_text));
    out.put("departmentId", || Node::id(departments::KIND.number(post.department)));
    out.nest("department", |out| {
        let name = people.departments.get(post.department as usize)?.name.to_string();
        named(facts, Some("departments"), departments::KIND.number(post.department), name, out)
    });
    // What v3 calls a legal entity is the establishment.
    out.put("legalEntityId", || Node::id(business_establishments::KIND.number(post.site)));
    out.nest("legalEntity", |out| {
        let id = business_establishments::KIND.number(post.site);
        named(facts, Some("legalEntities"), id, site?.name, out)
    });
    out.put("legalUnitId", || site.map(|site| Node::id(legal_entities::KIND.number(site.entity))));
    out.nest("legalUnit", |out| {
        let entity = site?.entity;
        named(facts, None, legal_entities::KIND.number(entity), LEGAL_ENTITIES.get(entity)?.legal_name, out)
    });
    manager(facts, ("managerId", "manager"), position.manager.map(|manager| manager as usize), out);
    id(&occupation_categories::KIND, "cspId", post.category, out);
    out.nest("csp", |out| {
        let at = post.category?;
        named(facts, None, occupation_categories::KIND.number(at), CATEGORIES.get(at as usize)?.title, out)
    });
    id(&job_qualifications::KIND, "jobQualificationId", post.qualification, out);
    out.nest("jobQualification", |out| {
        let at = post.qualification?;
        named(facts, None, job_qualifications::KIND.number(at), QUALIFICATIONS.get(at as usize)?.title, out)
    });
}

fn id(kind: &Kind, name: &'static str, index: Option<u8>, out: &mut Record<'_>) {
    out.put(name, || index.map(|index| Node::id(kind.number(index))));
}

/// A user whom another user's record names, by id and as a record of their own.
pub(super) fn manager(
    facts: &Facts<'_>,
    (id, whole): (&'static str, &'static str),
    index: Option<usize>,
    out: &mut Record<'_>,
) {
    use crate::fake_tenant::people::ids::EMPLOYEES;
    out.put(id, || index.map(|index| Node::id(EMPLOYEES.id(index as u64))));
    out.nest(whole, |out| users::write(facts, index?, out));
}

/// Somebody's picture. Its id is that of a file, which v5 knows by another one.
pub(super) fn picture<'p>(facts: &Facts<'_>, index: usize, identity: impl Fn() -> &'p Identity, out: &mut Record<'_>) {
    let id = || identity().portrait.map(|_| guid(facts.people.seed, index as u64));
    out.put("pictureId", id);
    out.nest("picture", |out| {
        let id = id()?;
        let (given, _) = facts.people.name_of(index);
        out.put("id", || id.clone());
        out.put("name", || format!("{given}.png"));
        out.put("url", || facts.url("files", &id));
        out.put("href", || format!("{}/getFile.ashx?id={id}", facts.base));
        Some(())
    });
}

/// The GUID of a file.
pub(super) fn guid(seed: u64, index: u64) -> String {
    let mut dice = Dice::with_salt(seed, Stream::Legacy, 2, index);
    let (high, low) = (dice.next_u64(), dice.next_u64());
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xFFFF,
        high & 0xFFF,
        low >> 48 & 0xFFF,
        low & 0xFFFF_FFFF_FFFF
    )
}
