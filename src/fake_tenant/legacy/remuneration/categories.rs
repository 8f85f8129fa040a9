//! Categories of kinds of pay: lists without anything around them.

use crate::fake_tenant::people::pay::{FIXED, Nature, VARIABLE};

use super::super::list::{List, Said, Style};
use super::super::node::Node;

const STYLE: Style = Style::V4 { said: Said::Bare, filters: &[] };

pub(in super::super) static FIXED_LIST: List = List {
    path: "/remuneration/api/fixed-nature-categories",
    max_limit: 100,
    style: STYLE,
    len: |_| categories(&FIXED).count(),
    write: |_, index, out| {
        let (id, code) = categories(&FIXED).nth(index)?;
        out.put("id", || Node::id(id));
        out.put("code", || code);
        Some(())
    },
};

pub(in super::super) static VARIABLE_LIST: List = List {
    path: "/remuneration/api/variable-nature-categories",
    max_limit: 100,
    style: STYLE,
    len: |_| categories(&VARIABLE).count(),
    write: |_, index, out| {
        let (id, code) = categories(&VARIABLE).nth(index)?;
        out.put("id", || Node::id(id));
        out.put("code", || code);
        Some(())
    },
};

fn categories(natures: &'static [Nature]) -> impl Iterator<Item = (u64, &'static str)> {
    natures.iter().filter_map(|nature| nature.category)
}
