//! Legal units: the legal entities of v5.

use crate::fake_tenant::collections::business_establishments;
use crate::fake_tenant::collections::legal_entities::KIND;
use crate::fake_tenant::people::organisation::{ESTABLISHMENTS, LEGAL_ENTITIES};
use crate::fake_tenant::people::stamps::Stamps;

use super::super::list::{Facts, Filter, List, Said, Style};
use super::super::node::Node;
use super::super::record::Record;
use super::super::references::country;

pub(in super::super) static LIST: List = List {
    path: "/organization/structure/api/legal-units",
    max_limit: 100,
    style: Style::V4 {
        said: Said::CountPrevNext,
        filters: &[
            Filter::new("id", |_, i| Some(Node::id(KIND.number(i)))),
            Filter {
                default: Some("false"),
                ..Filter::new("isArchived", |_, i| Some(LEGAL_ENTITIES.get(i)?.is_archived.into()))
            },
        ],
    },
    len: |_| LEGAL_ENTITIES.len(),
    write,
};

/// The legal unit at an index.
pub(super) fn write(facts: &Facts<'_>, index: usize, out: &mut Record<'_>) -> Option<()> {
    let entity = LEGAL_ENTITIES.get(index)?;
    let country = country(entity.country_code)?;
    let seat = ESTABLISHMENTS.iter().position(|site| site.entity == index && site.headquarters);
    out.put("id", || Node::id(KIND.number(index)));
    out.put("name", || entity.legal_name);
    out.put("code", || entity.remote_id);
    out.put("legalIdentificationNumber", || entity.tax_identification_number.map(|number| number.value));
    out.put("activityCode", || entity.industry_code.map(|code| code.value));
    let number = country.number;
    let is_number = facts.quirks.numeric_countries;
    out.put("countryId", || if is_number { Node::from(number) } else { Node::from(number.to_string()) });
    out.nest("country", |out| {
        let currency = entity.currency_code;
        out.put("id", || number);
        out.put("name", || country.name);
        out.put("code", || if is_number { country.alpha_2 } else { country.alpha_3 });
        out.put("currencyCode", || currency);
        out.put("currency", || Node::object([("code", currency.into()), ("symbol", symbol(currency).into())]));
        Some(())
    });
    out.put("headquartersId", || seat.map(|seat| Node::id(business_establishments::KIND.number(seat))));
    out.put("createdAt", || Stamps::old(facts.people, 1, index).created_at.to_string());
    out.put("isArchived", || entity.is_archived);
    Some(())
}

/// How the currency is written.
pub(in super::super) fn symbol(currency: &str) -> &'static str {
    match currency {
        "EUR" => "€",
        "JPY" => "¥",
        "USD" => "$",
        "CHF" => "CHF",
        _ => "F",
    }
}
