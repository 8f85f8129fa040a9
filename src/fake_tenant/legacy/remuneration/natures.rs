//! Kinds of pay.

use crate::fake_tenant::collections::business_establishments;
use crate::fake_tenant::people::organisation::{ESTABLISHMENTS, LEGAL_ENTITIES};
use crate::fake_tenant::people::pay::{FIXED, Nature, VARIABLE};

use super::super::list::{List, Said, Style};
use super::super::node::Node;
use super::super::organisation::legal_units::symbol;
use super::super::record::Record;

const STYLE: Style = Style::V4 { said: Said::CountPrevNext, filters: &[] };

pub(in super::super) static FIXED_LIST: List = List {
    path: "/remuneration/api/fixed-natures",
    max_limit: 100,
    style: STYLE,
    len: |_| FIXED.len(),
    write: |_, index, out| fixed(index, out),
};

pub(in super::super) static VARIABLE_LIST: List = List {
    path: "/remuneration/api/variable-natures",
    max_limit: 100,
    style: STYLE,
    len: |_| VARIABLE.len(),
    write: |_, index, out| variable(index, out),
};

pub(super) fn fixed(index: usize, out: &mut Record<'_>) -> Option<()> {
    nature(FIXED.get(index)?, out);
    Some(())
}

pub(super) fn variable(index: usize, out: &mut Record<'_>) -> Option<()> {
    let of = VARIABLE.get(index)?;
    nature(of, out);
    out.put("type", || if of.is_money { "Amount" } else { "Number" });
    Some(())
}

fn nature(nature: &Nature, out: &mut Record<'_>) {
    out.put("id", || Node::id(nature.id));
    out.put("name", || nature.name);
    out.put("category", || {
        let category = |(id, code): (u64, &'static str)| Node::object([("id", Node::id(id)), ("code", code.into())]);
        nature.category.map(category)
    });
    out.put("establishments", || {
        nature.sites.map(|sites| Node::List(sites.iter().filter_map(|at| site(*at)).collect()))
    });
}

/// An establishment and what it pays in.
fn site(at: usize) -> Option<Node> {
    let site = ESTABLISHMENTS.get(at)?;
    let currency = LEGAL_ENTITIES.get(site.entity)?.currency_code;
    Some(Node::object([
        ("id", Node::id(business_establishments::KIND.number(at))),
        ("name", site.name.into()),
        ("currencyCode", currency.into()),
        ("currencySymbol", symbol(currency).into()),
    ]))
}
