//! In which order derived tables are computed: each after those that it reads.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    catalog::DerivedTable,
    engine::{EngineError, Session, prepared},
};

/// A derived table and what it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// Name of the derived table.
    pub(crate) table: String,
    /// Names of the tables its query reads, sorted.
    pub(crate) reads: Vec<String>,
}

/// Orders derived tables so that each comes after the derived tables it reads; otherwise by name.
///
/// `api_tables` are the names of all tables that a snapshot may have from the API.
///
/// # Errors
/// A query that does not parse, reads a table that nobody has, or takes part in a cycle.
pub(crate) fn order(queries: &[DerivedTable], api_tables: &[&str]) -> Result<Vec<Step>, EngineError> {
    ordered(&Session::of_declared([])?, queries, api_tables)
}

/// As [`order`]; the session remembers what the queries read.
pub(super) fn ordered(
    session: &Session,
    queries: &[DerivedTable],
    api_tables: &[&str],
) -> Result<Vec<Step>, EngineError> {
    let names: BTreeSet<&str> = queries.iter().map(|q| &*q.table.name).collect();
    let mut waiting: BTreeMap<&str, Arc<BTreeSet<String>>> = BTreeMap::new();
    for query in queries {
        let name = &*query.table.name;
        let reads = prepared::reads(session, &query.sql).map_err(|e| e.in_derived(&query.file()))?;
        if let Some(table) = reads.iter().find(|t| !names.contains(&***t) && !api_tables.contains(&&***t)) {
            return Err(EngineError::DeriveUnknownTable { origin: query.file(), table: table.clone() });
        }
        waiting.insert(name, reads);
    }
    let mut ordered = Vec::new();
    while !waiting.is_empty() {
        let is_ready = |reads: &BTreeSet<String>| reads.iter().all(|t| !waiting.contains_key(&**t));
        let Some(name) = waiting.iter().find(|(_, reads)| is_ready(reads)).map(|(name, _)| *name) else {
            return Err(EngineError::DeriveCycle { queries: cycle(&waiting) });
        };
        let reads = waiting.remove(name).unwrap_or_default();
        ordered.push(Step { table: name.to_owned(), reads: reads.iter().cloned().collect() });
    }
    Ok(ordered)
}

/// One cycle among queries that all wait for another: following any of them must come back.
fn cycle(waiting: &BTreeMap<&str, Arc<BTreeSet<String>>>) -> Vec<String> {
    let mut path: Vec<String> = Vec::new();
    let mut next = waiting.keys().next().map(|n| (*n).to_owned());
    while let Some(name) = next {
        if let Some(start) = path.iter().position(|n| *n == name) {
            let mut circle = path.split_off(start);
            circle.push(name);
            return circle;
        }
        next = waiting.get(&*name).and_then(|reads| reads.iter().find(|t| waiting.contains_key(&***t))).cloned();
        path.push(name);
    }
    path
}

/// What of the steps is begun and what is done.
#[derive(Debug)]
pub(super) struct Agenda<'s> {
    steps: &'s [Step],
    states: Vec<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Begun,
    Done,
}

impl<'s> Agenda<'s> {
    /// All of them are still to be begun.
    pub(super) fn new(steps: &'s [Step]) -> Self {
        Self { steps, states: vec![State::Waiting; steps.len()] }
    }

    /// Begins the first step for which all is there that it reads, with its number; only among the first `limit` steps,
    /// where there is a limit.
    pub(super) fn next(&mut self, limit: Option<usize>) -> Option<(usize, &'s Step)> {
        let open: BTreeSet<&str> = self.open().map(|(_, step)| &*step.table).collect();
        let (number, step) =
            self.steps.iter().enumerate().take(limit.unwrap_or(usize::MAX)).find(|(number, step)| {
                self.states.get(*number) == Some(&State::Waiting)
                    && step.reads.iter().all(|table| !open.contains(&**table))
            })?;
        self.set(number, State::Begun);
        Some((number, step))
    }

    /// A step is done: others may read its table, or know that there is none.
    pub(super) fn done(&mut self, number: usize) {
        self.set(number, State::Done);
    }

    /// Whether all steps before this one are done.
    pub(super) fn is_done_before(&self, number: usize) -> bool {
        self.open().all(|(open, _)| open >= number)
    }

    fn open(&self) -> impl Iterator<Item = (usize, &'s Step)> {
        let states = self.states.iter().zip(self.steps).enumerate();
        states.filter(|(_, (state, _))| **state != State::Done).map(|(number, (_, step))| (number, step))
    }

    fn set(&mut self, number: usize, state: State) {
        self.states.get_mut(number).into_iter().for_each(|known| *known = state);
    }
}
