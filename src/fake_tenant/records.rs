//! Every record of a collection without any HTTP, for tests that compare a lake with what was served.

use std::ops::ControlFlow;

use serde_json::Value;

use super::FakeTenant;
use super::attribute_pages;
use super::collections::COLLECTIONS;
use super::people::attributes::Selection;
use super::resources::View;
use super::resources::values::Profile;

/// Where records are said to be by [`FakeTenant::records`].
const BASE: &str = "https://example.ilucca.net";

impl FakeTenant {
    /// Every record of a collection (`employees`), in id order, as served without `include`, its URLs beginning with
    /// `https://example.ilucca.net`. Attributes come with their whole history. Nothing for an unknown collection.
    ///
    /// Numbers lose what a double cannot hold; [`FakeTenant::record_texts`] does not.
    pub fn records<'a>(&'a self, collection: &str) -> Box<dyn Iterator<Item = Value> + 'a> {
        let texts = self.record_texts(collection, BASE);
        Box::new(texts.filter_map(|text| serde_json::from_slice(&text).ok()))
    }

    /// As [`FakeTenant::records`], as JSON text exactly as served, URLs beginning with `base` (`http://127.0.0.1:8080`).
    pub fn record_texts<'a>(&'a self, collection: &str, base: &'a str) -> Box<dyn Iterator<Item = Vec<u8>> + 'a> {
        let view = View { people: &self.people, base, links: false };
        if collection == attribute_pages::PATH {
            let employees = 0..self.people.employee_count();
            return Box::new(employees.flat_map(move |employee| attributes_of(&view, employee)));
        }
        let Some(collection) = COLLECTIONS.iter().find(|known| known.kind.path == collection) else {
            return Box::new(std::iter::empty());
        };
        let indexes = 0..(collection.len)(&self.people);
        Box::new(indexes.filter_map(move |index| {
            let mut text = Vec::new();
            (collection.write)(&view, index, &mut text)?;
            Some(text)
        }))
    }
}

/// The values of one employee.
fn attributes_of(view: &View<'_>, employee: usize) -> Vec<Vec<u8>> {
    let profile = Profile::new(employee);
    let mut texts = Vec::new();
    let _ = view.people.visit_attributes(employee, &Selection::ALL, |at, slot| {
        let mut text = Vec::new();
        match view.write_attribute(at, &slot, &profile, &mut text) {
            Some(()) => texts.push(text),
            None => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    });
    texts
}
