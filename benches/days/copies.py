"""More days of a local lake, cheaply: each is the newest day again under another date, as if a run of that day had published it.
Data files are hard links; manifests are written as the program writes them, their checksum included."""
import datetime
import hashlib
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "acceptance"))
import snapshots  # noqa: E402


def days_before(lake, days):
    """Gives a lake of one day so many days in all, which end with the one it has."""
    ((newest, (_, manifest)),) = snapshots.newest_manifests(lake).items()
    newest = datetime.date.fromisoformat(newest)
    first = newest - datetime.timedelta(days - 1)
    for day in (first + datetime.timedelta(n) for n in range(days - 1)):
        _copy(Path(lake), manifest, first, day)


def _copy(lake, manifest, first, day):
    run = f"{day:%Y%m%d}T051500Z-{hashlib.sha256(str(day).encode()).hexdigest()[:8]}"
    at = f"{day}T05:15:00Z"
    copy = json.loads(json.dumps(manifest))
    del copy["sha256"]
    copy |= {"as_of": str(day), "sequence": 1, "run_id": run, "published_at": at, "previous": None}
    before = day - datetime.timedelta(1)
    known = [] if before < first else [str(first)] if before == first else [f"{first}/{before}"]
    copy["state"] |= {"known_days": {"at": at, "days": known}, "pages_of": run, "read_on": str(day)}
    for table in copy["tables"]:
        folder = f"{table['zone']}/{table['name']}/as_of={day}"
        (lake / folder).mkdir()
        for number, file in enumerate(table["files"]):
            path = f"{folder}/{run}-{number:04}.parquet"
            os.link(lake / file["path"], lake / path)
            file["path"] = path
    folder = lake / "_lake" / "manifests" / f"as_of={day}"
    folder.mkdir()
    (folder / "0000000001.json").write_bytes(sealed(copy))


def sealed(manifest):
    """The bytes of a manifest: its last member is the checksum of what comes before it."""
    before = json.dumps(manifest, indent=2, ensure_ascii=False).encode().removesuffix(b"\n}") + b',\n  "sha256": "'
    return before + hashlib.sha256(before).hexdigest().encode() + b'"\n}\n'
