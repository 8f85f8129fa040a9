//! A record while it is written: only what is wanted of it is made.

use std::borrow::Cow;

use super::fields::Fields;
use super::node::{Members, Node};

/// A record of either generation.
#[derive(Debug)]
pub(super) struct Record<'f> {
    wanted: &'f Fields,
    members: Members,
    /// The names of all fields, whether wanted or not, of a record that is asked for them.
    names: Option<Vec<&'static str>>,
}

impl<'f> Record<'f> {
    pub(super) fn new(wanted: &'f Fields) -> Self {
        Self { wanted, members: Vec::new(), names: None }
    }

    /// A record that is written for the names of its fields alone.
    pub(super) fn naming() -> Record<'static> {
        Record { names: Some(Vec::new()), ..Record::new(&Fields::Short) }
    }

    /// What is wanted of a field, which is one of its names.
    fn wanted(&mut self, name: &'static str) -> Option<&'f Fields> {
        if let Some(names) = &mut self.names {
            names.push(name);
        }
        self.wanted.of(name)
    }

    /// A field.
    pub(super) fn put<N: Into<Node>>(&mut self, name: &'static str, make: impl FnOnce() -> N) {
        self.put_some(name, || Some(make().into()));
    }

    /// A field that some records do not have.
    pub(super) fn put_some(&mut self, name: &'static str, make: impl FnOnce() -> Option<Node>) {
        if let Some(wanted) = self.wanted(name)
            && let Some(node) = make()
        {
            self.members.push((Cow::Borrowed(name), narrowed(node, wanted)));
        }
    }

    /// A field whose name is the customer's.
    pub(super) fn put_named(&mut self, name: String, node: Node) {
        self.members.push((Cow::Owned(name), node));
    }

    /// Whether somebody wants the field with this name.
    pub(super) fn wants(&mut self, name: &'static str) -> bool {
        self.wanted(name).is_some()
    }

    /// Whether somebody wants a field with a name of the customer's.
    pub(super) fn wants_named(&self, name: &str) -> bool {
        self.wanted.of(name).is_some()
    }

    /// A field that is a record itself; null where `write` finds none.
    pub(super) fn nest(&mut self, name: &'static str, write: impl FnOnce(&mut Record<'_>) -> Option<()>) {
        if let Some(wanted) = self.wanted(name) {
            let mut record = Record::new(wanted);
            let node = write(&mut record).map_or(Node::Null, |()| record.into_node());
            self.members.push((Cow::Borrowed(name), node));
        }
    }

    /// A field that is a list of records.
    pub(super) fn nest_each<T>(
        &mut self,
        name: &'static str,
        of: impl IntoIterator<Item = T>,
        mut write: impl FnMut(T, &mut Record<'_>) -> Option<()>,
    ) {
        if let Some(wanted) = self.wanted(name) {
            let nodes = of.into_iter().filter_map(|one| {
                let mut record = Record::new(wanted);
                write(one, &mut record).map(|()| record.into_node())
            });
            self.members.push((Cow::Borrowed(name), Node::List(nodes.collect())));
        }
    }

    pub(super) fn into_node(self) -> Node {
        Node::Object(self.members)
    }

    /// The names of all its fields.
    pub(super) fn names(&self) -> &[&'static str] {
        self.names.as_deref().unwrap_or_default()
    }
}

/// Of an object, the members that were named; of a list, the same of each. What is not an object stays whole.
fn narrowed(node: Node, wanted: &Fields) -> Node {
    match (node, wanted) {
        (Node::Object(members), Fields::Named(_)) => {
            let chosen = members.into_iter().filter_map(|(key, node)| {
                let wanted = wanted.of(&key)?;
                Some((key, narrowed(node, wanted)))
            });
            Node::Object(chosen.collect())
        }
        (Node::List(nodes), Fields::Named(_)) => {
            Node::List(nodes.into_iter().map(|node| narrowed(node, wanted)).collect())
        }
        (node, _) => node,
    }
}
