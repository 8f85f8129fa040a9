"""What the current snapshots of a lake name: tables, their columns and files. For the scripts in this folder that register them elsewhere."""
import json
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path


@dataclass
class Table:
    """A table of the lake over the days that are asked for."""

    name: str
    meaning: str = ""
    columns: dict = field(default_factory=dict)    # name → type of the lake; the newest day's order, then what only older days have
    described: dict = field(default_factory=dict)  # name → (meaning, class of privacy)
    files: dict = field(default_factory=dict)      # address → day


class Lake:
    """A lake as the program sees it. `read` gives the content of an address."""

    def __init__(self, location, program, read):
        self.location, self.program, self.read = location, program, read
        self.root = (location if "://" in location else "file://" + str(Path(location).resolve())).rstrip("/")

    def tables(self, newest=False):
        """Name → `Table`: what manifests name, and nothing that merely lies in the folders. Of all days, or of the newest one."""
        current = sorted((s["snapshot"] for s in self._said("snapshots") if s["state"] == "current"), reverse=True)
        tables = {}
        for snapshot in current[:1] if newest else current:
            day, number = snapshot.split(".")
            manifest = json.loads(self.read(f"{self.root}/_lake/manifests/as_of={day}/{int(number):010}.json"))
            for entry in manifest["tables"]:
                table = tables.setdefault(entry["name"], Table(entry["name"]))
                for column in entry["columns"]:
                    _widen(table, column["name"], column["type"])
                table.files |= {f"{self.root}/{file['path']}": date.fromisoformat(day) for file in entry["files"]}
        for said in self._said("tables"):
            if table := tables.get(said["name"]):
                table.meaning = said["meaning"]
                table.described = {c["name"]: (c["meaning"], c["privacy"]) for c in said["columns"] if c["name"] in table.columns}
        return tables

    def _said(self, command):
        """What a command of the program prints as JSON."""
        done = subprocess.run([self.program, "-q", command, "--format", "json", "--lake", self.location], stdout=subprocess.PIPE, check=False)
        if done.returncode:
            sys.exit(f"{self.program} {command} ended with code {done.returncode}")
        return json.loads(done.stdout)


def _widen(table, name, type_):
    """One type per column over all days: 32 bits fit into 64, and nothing else changes."""
    known = table.columns.setdefault(name, type_)
    if known != type_:
        if {known, type_} != {"int32", "int64"}:
            sys.exit(f"{table.name}.{name} is {type_} on one day and {known} on another, which one table cannot hold: register only the "
                     "newest day with --newest, or drop the older days from the lake")
        table.columns[name] = "int64"
