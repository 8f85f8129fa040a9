"""What spreadsheets read of workbooks: openpyxl the file, LibreOffice what a person would see in it."""
import datetime
import decimal
import json
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import openpyxl
from openpyxl.utils.escape import unescape

# Where the calendars of spreadsheets agree.
FIRST, FIRST_DAY = datetime.datetime(1900, 3, 1), datetime.date(1900, 3, 1)


@dataclass
class Sheet:
    """A sheet: its first row, the rows below it, and what else is looked at."""

    heading: list
    rows: list
    formulas: list = field(default_factory=list)
    frozen: bool = True  # LibreOffice writes no windows where there is no screen
    filtered: bool = True


def lake(root):
    """DuckDB over the newest day of a lake."""
    db = duckdb.connect()
    db.execute("SET TimeZone = 'UTC'")
    db.execute(Path(root, "views", "duckdb.sql").read_text())
    return db


def openpyxl_files(paths):
    """Each file's sheets by their names."""
    return {path: _openpyxl(path) for path in paths}


def _openpyxl(path):
    sheets = {}
    for sheet in openpyxl.load_workbook(path).worksheets:
        heading, *rows = [[_cell(cell) for cell in row] for row in sheet.iter_rows()]
        cells = [cell for row in sheet.iter_rows() for cell in row]
        formulas = [c.coordinate for c in cells if c.data_type == "f" or c.hyperlink]
        filtered = sheet.auto_filter.ref == sheet.dimensions or not rows
        sheets[sheet.title] = Sheet(heading, rows, formulas, sheet.freeze_panes == "A2", filtered)
    return sheets


def _cell(cell):
    """A text as it was before it was escaped for XML."""
    return unescape(cell.value) if isinstance(cell.value, str) else cell.value


def libreoffice_files(paths):
    """Each file's sheets by their names, as LibreOffice understands them: it writes typed values into flat XML."""
    with tempfile.TemporaryDirectory(prefix="acceptance-office-") as folder:
        command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "fods",
                   "--outdir", folder, *map(str, paths)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        return {path: _flat(Path(folder, path.stem + ".fods")) for path in paths}


_OFFICE, _TABLE, _TEXT = ("{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}" % name for name in ("office", "table", "text"))
# What it makes of booleans.
_BOOLEANS = {"of:=TRUE()": True, "of:=FALSE()": False}


def _flat(path):
    root = ET.parse(path).getroot()
    # Each filter has its range.
    filters = [item.get(f"{_TABLE}target-range-address") for item in root.iter(f"{_TABLE}database-range")
               if item.get(f"{_TABLE}display-filter-buttons") == "true"]
    sheets = {}
    for table in root.iter(f"{_TABLE}table"):
        name = table.get(f"{_TABLE}name")
        formulas, rows = [], []
        for row in table.iter(f"{_TABLE}table-row"):
            cells = []
            for cell in row:
                if cell.get(f"{_TABLE}formula", "of:=TRUE()") not in _BOOLEANS:
                    formulas.append(cell.get(f"{_TABLE}formula"))
                cells += [_value(cell)] * min(int(cell.get(f"{_TABLE}number-columns-repeated", "1")), 20_000)
            while cells and cells[-1] is None:
                cells.pop()
            repeated = int(row.get(f"{_TABLE}number-rows-repeated", "1"))
            rows += [cells] * (repeated if cells else min(repeated, 5_000))
        while rows and not rows[-1]:
            rows.pop()
        width = max(map(len, rows))
        heading, *rest = [row + [None] * (width - len(row)) for row in rows]
        links = [link.get("{http://www.w3.org/1999/xlink}href") for link in table.iter(f"{_TEXT}a")]
        sheets[name] = Sheet(heading, rest, formulas + links, filtered=bool(filters))
    return sheets


def _value(cell):
    if cell.get(f"{_TABLE}formula") in _BOOLEANS:
        return _BOOLEANS[cell.get(f"{_TABLE}formula")]
    kind = cell.get(f"{_OFFICE}value-type")
    if kind == "float":
        return float(cell.get(f"{_OFFICE}value"))
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value") == "true"
    if kind == "date":
        return datetime.datetime.fromisoformat(cell.get(f"{_OFFICE}date-value"))
    if kind == "string":
        return "\n".join(_text(paragraph) for paragraph in cell.findall(f"{_TEXT}p"))
    return None


def _text(node):
    """A paragraph: spaces and tabs are elements in it."""
    inner = {f"{_TEXT}s": lambda n: " " * int(n.get(f"{_TEXT}c", "1")), f"{_TEXT}tab": lambda _: "\t",
             f"{_TEXT}line-break": lambda _: "\n"}
    parts = [node.text or ""]
    for child in node:
        parts += [inner[child.tag](child) if child.tag in inner else _text(child), child.tail or ""]
    return "".join(parts)


READERS = {"openpyxl": openpyxl_files, "LibreOffice": libreoffice_files}


def differences(wanted, found):
    """Rows of DuckDB and of a sheet, in any order; their first columns tell them apart."""
    if len(wanted) != len(found):
        return [f"{len(found)} rows, expected {len(wanted)}"]
    left = sorted(([expected(v) for v in row] for row in wanted), key=_order)
    right = sorted(found, key=_order)
    pairs = ((a, b) for row, other in zip(left, right) for a, b in zip(row, other))
    return [f"{b!r}, expected {a!r}"[:300] for a, b in pairs if not same(a, b)][:4]


def _order(row):
    return repr([round(v, 6) if isinstance(v, (int, float)) else _lines(v) if isinstance(v, str) else type(v).__name__
                 if isinstance(v, datetime.datetime) else v for v in row])


def expected(value):
    """What a cell must hold of a value of DuckDB."""
    if value is None or value == "":
        return None
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, datetime.datetime):
        value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None) if value.tzinfo else value
        return value if value >= FIRST else value.isoformat()
    if isinstance(value, datetime.date):
        return datetime.datetime.combine(value, datetime.time()) if value >= FIRST_DAY else value.isoformat()
    if isinstance(value, (int, decimal.Decimal)) and not isinstance(value, bool):
        return float(value) if abs(value) < 10**15 else str(value)
    return value


def same(wanted, found):
    """Equal, as far as readers go: hundredths of seconds, and 15 digits in LibreOffice."""
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    if isinstance(wanted, datetime.datetime) and isinstance(found, datetime.datetime):
        return abs(wanted - found) < datetime.timedelta(milliseconds=11)
    if isinstance(wanted, (int, float)) and isinstance(found, (int, float)):
        return abs(wanted - found) <= 1e-14 * abs(wanted)
    return _lines(wanted) == _lines(found) if isinstance(wanted, str) and isinstance(found, str) else wanted == found


def _lines(text):
    """LibreOffice has paragraphs: no carriage returns, and no tabs where there are several."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\t", "") if "\n" in text else text
