//! Legal entities, establishments and departments.

use chrono::NaiveDate;
use serde::Serialize;

use super::Id;
use super::{Links, Reference, Url, View, write};
use crate::fake_tenant::people::kinds::{DEPARTMENT, ESTABLISHMENT, LEGAL_ENTITY};
use crate::fake_tenant::people::organisation::{Address, Coded, ESTABLISHMENTS, LEGAL_ENTITIES};
use crate::fake_tenant::people::stamps::Stamp;

/// `{format, value}`.
#[derive(Serialize)]
pub(super) struct Number<'a> {
    format: &'static str,
    value: &'a str,
}

impl<'a> Number<'a> {
    pub(super) fn new(format: &'static str, value: &'a str) -> Self {
        Self { format, value }
    }
}

fn coded(coded: Option<Coded>) -> Option<Number<'static>> {
    coded.map(|(format, value)| Number { format, value })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LegalEntity<'a> {
    id: Id,
    r#type: &'static str,
    url: Url<'a>,
    legal_name: &'static str,
    remote_id: Option<&'static str>,
    is_archived: bool,
    country_code: &'static str,
    currency_code: &'static str,
    tax_identification_number: Option<Number<'static>>,
    industry_code: Option<Number<'static>>,
    created_at: Stamp,
    last_updated_at: Stamp,
    last_archived_at: Option<Stamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Establishment<'a> {
    id: Id,
    r#type: &'static str,
    url: Url<'a>,
    name: &'static str,
    remote_id: Option<&'static str>,
    is_archived: bool,
    legal_entity: Reference<'a>,
    is_headquarters: bool,
    tax_identification_number: Option<Number<'static>>,
    industry_code: Option<Number<'static>>,
    address: Option<PostalAddress>,
    timezone_id: Option<&'static str>,
    last_archived_at: Option<Stamp>,
    created_at: Stamp,
    last_updated_at: Stamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PostalAddress {
    address_lines: &'static [&'static str],
    postal_code: Option<&'static str>,
    locality: Option<&'static str>,
    administrative_area: Option<&'static str>,
    country_code: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Department<'a> {
    id: Id,
    r#type: &'static str,
    url: Url<'a>,
    name: &'a str,
    description: Option<&'static str>,
    remote_id: Option<&'a str>,
    is_archived: bool,
    parent: Option<Reference<'a>>,
    level: usize,
    manager: Option<Reference<'a>>,
    sort_order: usize,
    owning_application: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links>,
}

/// The day the organisation was set up in Lucca; older than any record's last change.
pub(super) fn opening() -> NaiveDate {
    NaiveDate::from_ymd_opt(2014, 4, 12).unwrap_or_default()
}

impl<'a> View<'a> {
    /// When a record of the organisation came to be and last changed.
    pub(super) fn stamps(&self, salt: u64, index: usize) -> (Stamp, Stamp) {
        Stamp::pair(self.people.seed, salt, index as u64, opening(), self.people.today)
    }

    fn legal_entity(&self, index: usize) -> Option<LegalEntity<'a>> {
        let entity = LEGAL_ENTITIES.get(index)?;
        let Reference { id, r#type, url } = self.refer_at(&LEGAL_ENTITY, index);
        let (created_at, last_updated_at) = self.stamps(1, index);
        Some(LegalEntity {
            id,
            r#type,
            url,
            legal_name: entity.name,
            remote_id: entity.remote_id,
            is_archived: entity.archived,
            country_code: entity.country,
            currency_code: entity.currency,
            tax_identification_number: coded(entity.tax),
            industry_code: coded(entity.industry),
            created_at,
            last_updated_at,
            last_archived_at: entity.archived.then_some(last_updated_at),
            links: self
                .links(|| [("businessEstablishments", Some(format!("business-establishments?legalEntity.id={id}")))]),
        })
    }

    fn establishment(&self, index: usize) -> Option<Establishment<'a>> {
        let site = ESTABLISHMENTS.get(index)?;
        let Reference { id, r#type, url } = self.refer_at(&ESTABLISHMENT, index);
        let (created_at, last_updated_at) = self.stamps(2, index);
        let country_code = LEGAL_ENTITIES.get(site.entity).map(|entity| entity.country);
        let address = |address: &Address| PostalAddress {
            address_lines: address.lines,
            postal_code: address.postal_code,
            locality: address.locality,
            administrative_area: address.area,
            country_code,
        };
        Some(Establishment {
            id,
            r#type,
            url,
            name: site.name,
            remote_id: site.remote_id,
            is_archived: site.archived,
            legal_entity: self.refer_at(&LEGAL_ENTITY, site.entity),
            is_headquarters: site.headquarters,
            tax_identification_number: coded(site.tax),
            industry_code: coded(site.industry),
            address: site.address.as_ref().map(address),
            timezone_id: site.timezone,
            last_archived_at: site.archived.then_some(last_updated_at),
            created_at,
            last_updated_at,
            links: self.links(|| []),
        })
    }

    fn department(&self, index: usize) -> Option<Department<'a>> {
        let department = self.people.departments.get(index)?;
        let Reference { id, r#type, url } = self.refer_at(&DEPARTMENT, index);
        let active = format!("employees?applicableJobPosition.department.id={id}&status=active&include=totalCount");
        Some(Department {
            id,
            r#type,
            url,
            name: &department.name,
            description: department.description,
            remote_id: department.remote_id.as_deref(),
            is_archived: department.archived,
            parent: department.parent.map(|parent| self.refer_at(&DEPARTMENT, parent)),
            level: department.level,
            manager: department.head.map(|head| self.employee_ref(head)),
            sort_order: department.sort_order,
            owning_application: department.owner,
            links: self.links(|| [("activeEmployees", Some(active))]),
        })
    }

    pub(in crate::fake_tenant) fn write_legal_entity(&self, index: usize, out: &mut Vec<u8>) -> Option<()> {
        write(self.legal_entity(index), out)
    }

    pub(in crate::fake_tenant) fn write_establishment(&self, index: usize, out: &mut Vec<u8>) -> Option<()> {
        write(self.establishment(index), out)
    }

    pub(in crate::fake_tenant) fn write_department(&self, index: usize, out: &mut Vec<u8>) -> Option<()> {
        write(self.department(index), out)
    }
}
