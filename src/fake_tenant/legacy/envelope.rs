//! What surrounds records: `{"data":{"items":[…]}}` in v3, `{"items":[…]}` in v4.

use super::node::Node;
use super::page::Page;
use super::spelling::Spelling;

/// How the keys of the record at an index are spelled.
type Spellings<'a> = &'a dyn Fn(usize) -> Spelling;

/// A page of v3.
pub(super) fn v3_page(page: &Page, spelling: Spellings<'_>) -> Vec<u8> {
    let mut out = b"{\"data\":{\"items\":".to_vec();
    items(page, spelling, &mut out);
    said("count", page.count.map(count).as_ref(), &mut out);
    out.extend_from_slice(b"}}");
    out
}

/// A page of v4.
pub(super) fn v4_page(page: &Page, spelling: Spellings<'_>) -> Vec<u8> {
    let mut out = b"{\"items\":".to_vec();
    items(page, spelling, &mut out);
    said("count", page.count.map(count).as_ref(), &mut out);
    said("prev", page.prev.as_ref(), &mut out);
    said("next", page.next.as_ref(), &mut out);
    out.push(b'}');
    out
}

/// A list that stands alone.
pub(super) fn bare(page: &Page) -> Vec<u8> {
    let mut out = Vec::new();
    items(page, &|_| Spelling::Listed, &mut out);
    out
}

/// One record of v3.
pub(super) fn v3_record(record: &Node, spelling: Spelling) -> Vec<u8> {
    let mut out = b"{\"data\":".to_vec();
    record.write(spelling, &mut out);
    out.push(b'}');
    out
}

/// One record of v4.
pub(super) fn v4_record(record: &Node, spelling: Spelling) -> Vec<u8> {
    let mut out = Vec::new();
    record.write(spelling, &mut out);
    out
}

fn items(page: &Page, spelling: Spellings<'_>, out: &mut Vec<u8>) {
    out.push(b'[');
    for (nth, (index, record)) in page.records.iter().enumerate() {
        if nth > 0 {
            out.push(b',');
        }
        record.write(spelling(*index), out);
    }
    out.push(b']');
}

fn said(name: &str, node: Option<&Node>, out: &mut Vec<u8>) {
    if let Some(node) = node {
        out.extend_from_slice(format!(",\"{name}\":").as_bytes());
        node.write(Spelling::Listed, out);
    }
}

fn count(count: usize) -> Node {
    Node::Raw(count.to_string())
}
