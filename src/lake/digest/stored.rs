//! The digest as an object: JSON with a checksum, as manifests have. What days have in common is written once and named by its
//! place in a list.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use object_store::ObjectMeta;
use serde::{Deserialize, Serialize};

use super::gist::{FileName, Gist, GistTable, Shape};
use crate::{
    catalog::{LakeType, Zone},
    lake::{
        Described, LakeError, SnapshotColumn, SnapshotId, layout,
        seal::{self, Seal},
    },
    run_id::RunId,
};

/// The format that is written, and the only one that is believed.
const FORMAT: u32 = 1;

/// A snapshot that the digest knows, and where it knows it from.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) origin: Origin,
    pub(super) gist: Gist,
}

/// The very object that a manifest was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Origin {
    /// In bytes.
    size: u64,
    /// What the store calls its content: another once it was written again.
    e_tag: String,
    last_modified: DateTime<Utc>,
}

impl Origin {
    /// None where the store has no entity tags: nothing tells then whether an object is still the same.
    pub(super) fn of(ObjectMeta { size, e_tag, last_modified, .. }: ObjectMeta) -> Option<Self> {
        Some(Self { size, e_tag: e_tag?, last_modified })
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: u32,
    columns: Vec<Vec<SnapshotColumn>>,
    described: Vec<Described>,
    wide_types: Vec<BTreeMap<String, LakeType>>,
    shapes: Vec<StoredShape>,
    days: Vec<StoredDay>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredShape {
    tables: Vec<StoredTable>,
    absent: BTreeMap<String, String>,
    /// Each with its place in the list.
    described: BTreeMap<String, usize>,
    wide_types: usize,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredTable {
    name: String,
    zone: Zone,
    columns: usize,
    files: Vec<FileName>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredDay {
    as_of: NaiveDate,
    sequence: u64,
    manifest: Origin,
    runs: Vec<RunId>,
    sizes: Vec<u64>,
    shape: usize,
}

/// The bytes of a digest.
///
/// # Errors
/// When it cannot be written as JSON.
pub(super) fn to_json(known: &[Known]) -> Result<Vec<u8>, LakeError> {
    let mut stored = Stored { format: FORMAT, ..Stored::default() };
    let (mut shapes, mut columns, mut described, mut wide_types) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for Known { origin, gist } in known {
        let (shape, is_new) = place_of(&mut shapes, &gist.shape);
        if is_new {
            let Shape { tables, absent, described: words, wide_types: types } = &*gist.shape;
            let table = |table: &GistTable| StoredTable {
                name: table.name.clone(),
                zone: table.zone,
                columns: place_of(&mut columns, &table.columns).0,
                files: table.files.clone(),
            };
            stored.shapes.push(StoredShape {
                tables: tables.iter().map(table).collect(),
                absent: absent.clone(),
                described: words
                    .iter()
                    .map(|(name, words)| (name.clone(), place_of(&mut described, words).0))
                    .collect(),
                wide_types: place_of(&mut wide_types, types).0,
            });
        }
        stored.days.push(StoredDay {
            as_of: gist.id.as_of,
            sequence: gist.id.sequence,
            manifest: origin.clone(),
            runs: gist.runs.clone(),
            sizes: gist.sizes.clone(),
            shape,
        });
    }
    stored.columns = columns.iter().map(|columns| columns.to_vec()).collect();
    stored.described = described.iter().map(|words| Described::clone(words)).collect();
    stored.wide_types = wide_types.iter().map(|types| BTreeMap::clone(types)).collect();
    let failed = |e| LakeError::Internal { reason: format!("the digest cannot be written as JSON: {e}") };
    Ok(seal::seal(&serde_json::to_vec(&stored).map_err(failed)?))
}

/// Where a shared value stands in a list, and whether it came there just now.
fn place_of<T>(list: &mut Vec<Arc<T>>, value: &Arc<T>) -> (usize, bool) {
    match list.iter().rposition(|known| Arc::ptr_eq(known, value)) {
        Some(at) => (at, false),
        None => {
            list.push(Arc::clone(value));
            (list.len() - 1, true)
        }
    }
}

/// What a digest holds; none where not all of it can be believed.
pub(super) fn parse(content: &[u8]) -> Option<Vec<Known>> {
    let Seal::Whole(json) = seal::open(content) else { return None };
    let stored: Stored = serde_json::from_slice(&json).ok()?;
    if stored.format != FORMAT {
        return None;
    }
    let columns: Vec<_> = stored.columns.into_iter().map(Arc::new).collect();
    let described: Vec<_> = stored.described.into_iter().map(Arc::new).collect();
    let wide_types: Vec<_> = stored.wide_types.into_iter().map(Arc::new).collect();
    let table = |StoredTable { name, zone, columns: at, files }| {
        Some(GistTable { name, zone, columns: Arc::clone(columns.get(at)?), files })
    };
    let shape = |shape: StoredShape| {
        let words = shape.described.into_iter().map(|(name, at)| Some((name, Arc::clone(described.get(at)?))));
        Some(Arc::new(Shape {
            tables: shape.tables.into_iter().map(table).collect::<Option<_>>()?,
            absent: shape.absent,
            described: words.collect::<Option<_>>()?,
            wide_types: Arc::clone(wide_types.get(shape.wide_types)?),
        }))
    };
    let shapes: Vec<Arc<Shape>> = stored.shapes.into_iter().map(shape).collect::<Option<_>>()?;
    let day = |StoredDay { as_of, sequence, manifest, runs, sizes, shape }| {
        let gist = Gist { id: SnapshotId { as_of, sequence }, runs, sizes, shape: Arc::clone(shapes.get(shape)?) };
        names_its_files(&gist).then_some(Known { origin: manifest, gist })
    };
    stored.days.into_iter().map(day).collect()
}

/// Whether each name is that of a file which a manifest may name, and each file has a size.
fn names_its_files(gist: &Gist) -> bool {
    if gist.sizes.len() != gist.tables().iter().map(|table| table.files.len()).sum::<usize>() {
        return false;
    }
    gist.tables().iter().all(|table| {
        let folder = layout::data_dir(table.zone, &table.name, gist.as_of());
        let is_file =
            |name: String| layout::is_data_file(&format!("{folder}/{name}"), table.zone, &table.name, gist.as_of());
        gist.file_names(table).count() == table.files.len() && gist.file_names(table).all(is_file)
    })
}
