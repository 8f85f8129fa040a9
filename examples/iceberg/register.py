"""Registers the published files of a lake as Iceberg tables: metadata only, the Parquet files stay where they are.

    pip install -r requirements.txt
    python register.py --lake /data/lucca --warehouse /data/lucca-iceberg

Run it after each `lucca-lake sync` and `lucca-lake gc`. Each table of the lake is one Iceberg table, partitioned by `as_of`, that
holds exactly the files that the lake's manifests name: a commit adds those of new days and drops those of replaced and deleted
ones. Where nothing has changed nothing is committed.
"""
import argparse
import os
import sys
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
from pyiceberg.catalog import load_catalog
from pyiceberg.io import load_file_io
from pyiceberg.io.pyarrow import compute_statistics_plan, data_file_statistics_from_parquet_metadata, parquet_path_to_id_mapping
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import TableProperties
from pyiceberg.table.update.snapshot import ExpireSnapshots
from pyiceberg.transforms import IdentityTransform
from pyiceberg.typedef import Record
from pyiceberg.types import (BooleanType, DateType, DoubleType, IntegerType, ListType, LongType, NestedField, StringType,
                             TimestamptzType)

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from published_files import Lake  # noqa: E402

AS_OF = "as_of"
TYPES = {"boolean": BooleanType(), "date": DateType(), "double": DoubleType(), "int32": IntegerType(), "int64": LongType(),
         "string": StringType(), "timestamp": TimestamptzType()}
# What this script says of a table, in its properties; nothing else of them is touched.
OURS = "lucca."
EPOCH = date(1970, 1, 1).toordinal()


def main():
    options = _options()
    catalog = _catalog(options)
    catalog.create_namespace_if_not_exists(options.namespace)
    io = load_file_io(catalog.properties)
    lake = Lake(options.lake, options.lucca_lake, lambda address: io.new_input(address).open().read())
    tables = lake.tables(options.newest)
    for table in tables.values():
        print(f"{table.name}: {_registered(catalog, io, (options.namespace, table.name), table, lake.root)}")
    for name in [name for _, name in catalog.list_tables(options.namespace) if name not in tables]:
        if catalog.load_table((options.namespace, name)).properties.get(OURS + "lake") == lake.root:
            catalog.drop_table((options.namespace, name))
            print(f"{name}: dropped, as the lake has no such table any more")


def _options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lake", default=os.environ.get("LUCCA_LAKE", "./lake"), help="as lucca-lake takes it")
    parser.add_argument("--warehouse", help="folder or URL for the metadata, outside of the lake; with a SQLite catalogue in it")
    parser.add_argument("--catalog", help="a catalogue that PyIceberg is configured for, in place of the SQLite one")
    parser.add_argument("--namespace", default="lucca")
    parser.add_argument("--newest", action="store_true", help="only the newest day; otherwise all days of the lake")
    parser.add_argument("--lucca-lake", default="lucca-lake", help="the program")
    options = parser.parse_args()
    if bool(options.warehouse) == bool(options.catalog):
        parser.error("name a folder with --warehouse, or a configured catalogue with --catalog")
    return options


def _catalog(options):
    if options.catalog:
        return load_catalog(options.catalog)
    folder = Path(options.warehouse).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return load_catalog("lucca", type="sql", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}")


def _registered(catalog, io, identifier, table, root):
    """Brings one Iceberg table up to the lake, in one commit; says what was done."""
    schema, held = _schema(table), None
    if catalog.table_exists(identifier):
        held = catalog.load_table(identifier)
        if _clashes(held.schema(), schema):
            held = catalog.drop_table(identifier)
    if held:
        begun, there = held.transaction(), _entries(held)
    else:
        spec = PartitionSpec(PartitionField(schema.find_field(AS_OF).field_id, 1000, IdentityTransform(), AS_OF))
        begun, there = catalog.create_table_transaction(identifier, schema, partition_spec=spec), {}
    added, gone = sorted(table.files.keys() - there.keys()), sorted(there.keys() - table.files.keys())
    with begun as transaction:
        _describe(transaction, schema, table, root)
        if added or gone:
            _exchange(io, transaction, table, added, [there[path] for path in gone])
    return f"{len(table.files)} files, {len(added)} added, {len(gone)} dropped"


def _entries(held):
    """Address → entry of the files that an Iceberg table has now."""
    snapshot = held.current_snapshot()
    manifests = snapshot.manifests(held.io) if snapshot else []
    return {entry.data_file.file_path: entry for manifest in manifests for entry in manifest.fetch_manifest_entry(held.io)}


def _clashes(held, wanted):
    """Whether a column has become of another type, which a table cannot follow: it is made anew."""
    types = {field.name: str(field.field_type) for field in held.fields}
    return any(types.get(f.name, str(f.field_type)) != str(f.field_type) and {types[f.name], str(f.field_type)} != {"int", "long"}
               for f in wanted.fields)


def _schema(table):
    """Every column may be null: a day that was read before a column existed does not have it. Ids are given by the catalogue."""
    docs = {name: f"{meaning} Privacy: {privacy}." for name, (meaning, privacy) in table.described.items()}
    fields, ids = [], iter(range(1, 10_000))
    for name, type_ in table.columns.items():
        kind = ListType(next(ids), StringType(), element_required=False) if type_ == "string_list" else TYPES[type_]
        fields.append(NestedField(next(ids), name, kind, required=False, doc=docs.get(name)))
    fields.append(NestedField(next(ids), AS_OF, DateType(), required=False, doc="The day that the row describes. Privacy: none."))
    return Schema(*fields)


def _describe(transaction, schema, table, root):
    """Columns, comments and classes of privacy as they are now; columns that no registered day has any more go."""
    held = transaction.table_metadata.schema()
    with transaction.update_schema(allow_incompatible_changes=True) as change:
        for name in [name for name in held.column_names if "." not in name and name not in (*table.columns, AS_OF)]:
            change.delete_column(name)
        for wanted in schema.fields:
            known = next((f for f in held.fields if f.name == wanted.name), None)
            if known is None:
                change.add_column(wanted.name, wanted.field_type, doc=wanted.doc)
            elif known.doc != wanted.doc or (known.field_type, wanted.field_type) == (IntegerType(), LongType()):
                change.update_column(wanted.name, wanted.field_type if wanted.field_type == LongType() else None, doc=wanted.doc)
    classes = {f"{OURS}privacy.{name}": privacy for name, (_, privacy) in table.described.items()}
    # Our files have no field ids, so that readers find columns by name.
    wanted = classes | {"comment": table.meaning, OURS + "lake": root,
                        TableProperties.DEFAULT_NAME_MAPPING: transaction.table_metadata.schema().name_mapping.model_dump_json()}
    known = transaction.table_metadata.properties
    if changed := {name: value for name, value in wanted.items() if known.get(name) != value}:
        transaction.set_properties(**changed)
    if stale := [name for name in known if name.startswith(OURS + "privacy.") and name not in wanted]:
        transaction.remove_properties(*stale)


def _exchange(io, transaction, table, added, gone):
    """One Iceberg snapshot that has the new files and no longer those that are gone. Older ones that name what is gone expire with it:
    `lucca-lake` deletes files that no manifest names, so that nobody could read them."""
    said = {OURS + "days": ",".join(sorted({str(table.files[path]) for path in added}))}
    with transaction.update_snapshot(snapshot_properties=said).overwrite() as change:
        for path in added:
            change.append_data_file(_data_file(io, transaction.table_metadata, path, table.files[path]))
        for entry in gone:
            change.delete_data_file(entry.data_file)
    if gone:
        since, now = min(entry.sequence_number for entry in gone), transaction.table_metadata.current_snapshot_id
        named = [s.snapshot_id for s in transaction.table_metadata.snapshots if s.sequence_number >= since and s.snapshot_id != now]
        ExpireSnapshots(transaction).by_ids(named).commit()


def _data_file(io, metadata, path, day):
    """What Iceberg keeps of a Parquet file. `add_files` of PyIceberg cannot do it: it takes the value of a partition from the
    file's statistics, where ours is in the folder's name, and knows the elements of lists by another name."""
    columns = {path.replace(".list.element", ".list.item"): id_ for path, id_ in parquet_path_to_id_mapping(metadata.schema()).items()}
    file = io.new_input(path)
    with file.open() as stream:
        statistics = data_file_statistics_from_parquet_metadata(
            parquet_metadata=pq.read_metadata(stream), stats_columns=compute_statistics_plan(metadata.schema(), metadata.properties),
            parquet_column_mapping=columns)
    return DataFile.from_args(
        content=DataFileContent.DATA, file_path=path, file_format=FileFormat.PARQUET, partition=Record(day.toordinal() - EPOCH),
        file_size_in_bytes=len(file), sort_order_id=None, spec_id=metadata.default_spec_id, equality_ids=None, key_metadata=None,
        **statistics.to_serialized_dict())


if __name__ == "__main__":
    main()
