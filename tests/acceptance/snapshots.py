"""The published tables of a local lake as its manifests name them, and an older day rewritten as an older version left it."""
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


@dataclass
class Published:
    """One table over all days: its zone and its files, as (as-of date, path)."""

    name: str
    zone: str
    files: list

    def paths(self):
        return [str(path) for _, path in self.files]

    def table(self):
        """Every row, each file read by itself, with `as_of`; a column that a file does not have is null. Columns in the order of
        the newest day, then those that only older ones have."""
        tables = []
        for day, path in self.files:
            table = pq.ParquetFile(path).read()
            tables.append(table.append_column("as_of", pa.array([day] * table.num_rows, pa.string()).cast(pa.date32())))
        return pa.concat_tables(tables[::-1], promote_options="default")


def newest_manifests(root):
    """As-of date → (path, content) of its newest manifest, ascending."""
    found = {}
    for path in sorted(Path(root, "_lake", "manifests").rglob("*.json")):
        manifest = json.loads(path.read_text())
        known = found.get(manifest["as_of"])
        if known is None or known[1]["sequence"] < manifest["sequence"]:
            found[manifest["as_of"]] = (path, manifest)
    return dict(sorted(found.items()))


def published(root, as_of=None):
    """Table name → `Published`, over all days or one."""
    out = {}
    for day, (_, manifest) in newest_manifests(root).items():
        for table in manifest["tables"] if as_of in (None, day) else ():
            known = out.setdefault(table["name"], Published(table["name"], table["zone"], []))
            known.files += [(day, Path(root, file["path"])) for file in table["files"]]
    return out


def without_columns(root, as_of, dropped):
    """Rewrites a published day as a version wrote it whose tables did not have these columns yet: {table: [column]}."""
    path, manifest = newest_manifests(root)[as_of]
    for table in manifest["tables"]:
        gone = dropped.get(table["name"], [])
        kept = [c for c in table["columns"] if c["name"] not in gone]
        assert len(kept) + len(gone) == len(table["columns"]), f"{table['name']} does not have all of {gone}"
        table["columns"] = kept
        for entry in table["files"] if gone else ():
            file = Path(root, entry["path"])
            newer = pq.ParquetFile(file).read()
            pq.write_table(newer.drop_columns(gone), file, compression="zstd", store_schema=False, use_compliant_nested_type=False)
            body = file.read_bytes()
            entry |= {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
    # Versions of that time wrote format 1, whose manifests had no checksum of their own.
    path.write_text(json.dumps({key: value for key, value in manifest.items() if key != "sha256"} | {"format_version": 1}))
