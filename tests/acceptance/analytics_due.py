"""Rows of the tables about what ends and begins soon, of movements by month, and of turnover, worked out in Python."""
from collections import Counter, defaultdict

from analytics import FOREVER, before_first, events, heads, iso, ordinal


def contract_ends(people, as_of):
    """Rows of `contract_end_dates`."""
    out = []
    for person in people.ids():
        spans = [(s, last, e) for s, last, e in people.employments[person] if last >= s]
        for start, last, e in spans:
            known = last < FOREVER
            if last < as_of or not known and people.term(e["id"]) != "fixed":
                continue
            later = [(s, o["id"]) for s, until, o in spans if known and s > start and until > last]
            follows = min(later) if later else None
            left = last - as_of if known else None
            status = "end_missing" if not known else next((f"due_{n}_days" for n in (30, 60, 90) if left <= n), "later")
            out.append((e["id"], person, e["legal_entity_id"], people.term(e["id"]), iso(start), iso(last), left, status,
                        follows and follows[1], follows and iso(follows[0]), bool(follows and follows[0] <= last + 1)))
    return out


def upcoming(people, as_of):
    """Rows of `upcoming_changes`: person, change, day, employment, continued, legal entity, department."""
    found = []
    for person, event, day, _, employment, *_ in events(people):
        kind = {"joiner": "starter", "rehire": "starter", "leaver": "leaver", "transfer_in": "move"}.get(event)
        if kind:
            found.append((person, kind, day - (kind == "leaver"), employment, None))
    found += [(person, "contract_end", ordinal(end), id_, goes_on)
              for id_, person, _, _, _, end, _, _, _, _, goes_on in contract_ends(people, as_of) if end]
    for p in people.tables["probationary_periods"]:
        e = people.by_id["employments"].get(p["employment_id"])
        if e and (e["end_date"] is None or ordinal(e["end_date"]) >= as_of):
            found.append((e["employee_id"], "probation_end", ordinal(p["ends_on"]), e["id"], None))
    out = []
    for person, kind, day, employment, goes_on in set(found):
        if 0 <= day - as_of <= 90:
            cell = people.cell(person, day) or (None, None, None)
            span = 30 if day - as_of <= 30 else 60 if day - as_of <= 60 else 90
            out.append((person, kind, iso(day), day - as_of, span, employment, goes_on, cell[0], cell[2]))
    return out


def movements_monthly(people, ends):
    """Rows of `movements_monthly`, the openings and closings counted and not summed."""
    counts = {end: Counter() for end in ends}
    for end, found in heads(people, ends).items():
        for (cell, _), n in found.items():
            counts[end][cell] += n
    moved = defaultdict(Counter)
    for _, event, day, cell, *_ in events(people):
        end = next((e for e in ends if e >= day), None) if ends and before_first(ends) < day <= ends[-1] else None
        if end and event != "contract_change":
            moved[end, cell][event] += 1
    out, before = [], Counter()
    for end, found in heads(people, [before_first(ends)] if ends else []).items():
        for (cell, _), n in found.items():
            before[cell] += n
    for end in ends:
        for cell in before.keys() | counts[end].keys() | {c for e, c in moved if e == end}:
            m = moved[end, cell]
            if m or counts[end][cell]:
                out.append((iso(end), *cell, before[cell], m["joiner"], m["rehire"], m["transfer_in"], m["leaver"],
                            m["transfer_out"], counts[end][cell]))
        before = counts[end]
    return out


def turnover(people, ends):
    """Rows of `turnover_12_months`; `months` is left out."""
    # The day before the first month, on which those are there who started before the horizon.
    marks = [before_first(ends)] + ends if ends else []
    counted, moves = heads(people, marks), events(people)
    names = {"tenant": lambda cell: None, "legal_entity": lambda cell: cell[0], "department": lambda cell: cell[2]}
    out = []
    for axis, unit_of in names.items():
        sizes = {mark: Counter() for mark in marks}
        for end, found in counted.items():
            for (cell, _), n in found.items():
                sizes[end][unit_of(cell)] += n
        for n, end in enumerate(ends):
            window = marks[max(0, n - 11):n + 2]  # thirteen, or fewer where the months begin
            begin, happened = window[0], defaultdict(Counter)
            for _, event, day, cell, _, other, _ in moves:
                if begin < day <= end and event != "contract_change" and (other is None or unit_of(cell) != unit_of(other)):
                    happened[unit_of(cell)][event] += 1
            size = lambda at, unit: sizes[at][unit]  # noqa: E731
            units = set(happened).union(*(sizes[e] for e in window))
            for unit in units:
                m = happened[unit]
                joiners, leavers, opening = m["joiner"] + m["rehire"], m["leaver"], size(window[0], unit)
                total = sum(size(a, unit) + size(b, unit) for a, b in zip(window, window[1:]))
                out.append((iso(end), axis, unit, opening, size(end, unit), joiners, leavers, m["transfer_in"], m["transfer_out"],
                            total / 24, leavers / (total / 24) if total else None,
                            (joiners + leavers) / 2 / opening if opening else None))
    return out
