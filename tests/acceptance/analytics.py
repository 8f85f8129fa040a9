"""The tables about people and months, worked out day by day from the employments and positions in the lake.

Nothing here joins intervals as the queries do: `place` says where somebody is on one day, and everything else asks it. Days are
ordinals (`date.toordinal`); `FOREVER` stands for no last day.
"""
from collections import Counter, defaultdict
from datetime import date

FOREVER = date.max.toordinal()
# Days before are typing errors.
HORIZON = date(1950, 1, 1).toordinal()


def ordinal(text):
    """Day number of an ISO text; None for None."""
    return None if text is None else date.fromisoformat(text).toordinal()


def iso(day):
    return None if day is None or day >= FOREVER else date.fromordinal(day).isoformat()


class People:
    """Employments and positions of a lake, by person."""

    def __init__(self, tables):
        self.tables = tables
        self.employments, self.positions = defaultdict(list), defaultdict(list)
        self.by_id = {name: {r["id"]: r for r in rows} for name, rows in tables.items()}
        for e in tables["employments"]:
            self.employments[e["employee_id"]].append((ordinal(e["start_date"]), _last(e["end_date"]), e))
        for p in tables["job_positions"]:
            self.positions[p["employment_id"]].append((ordinal(p["starts_on"]), _last(p["ends_on"]), p))
        self.memory = {}

    def ids(self):
        return sorted(self.employments)

    def place(self, person, day):
        """(employment id, position id or None, whether there was a choice) on a day; None when not employed."""
        if (person, day) not in self.memory:
            self.memory[person, day] = self._place(person, day)
        return self.memory[person, day]

    def _place(self, person, day):
        there = [(start, e) for start, last, e in self.employments[person] if start <= day <= last]
        jobs = [(start, e, begins, p) for start, e in there for begins, ends, p in self.positions[e["id"]] if begins <= day <= ends]
        several = len(there) > 1 or len(jobs) > 1
        if jobs:  # an employment with a position goes before one without
            start, e, begins, p = min(jobs, key=lambda j: (-j[0], j[1]["id"], -j[2], j[3]["id"]))
            return e["id"], p["id"], several
        if there:
            return min(there, key=lambda t: (-t[0], t[1]["id"]))[1]["id"], None, several
        return None

    def cell(self, person, day):
        """(legal entity, establishment, department) on a day; None when not employed."""
        found = self.place(person, day)
        if found is None:
            return None
        job = self.by_id["job_positions"].get(found[1], {})
        return (self.by_id["employments"][found[0]]["legal_entity_id"], job.get("business_establishment_id"),
                job.get("department_id"))

    def term(self, employment):
        template = self.by_id["employments"][employment]["template_id"]
        return self.by_id["employment_templates"].get(template, {}).get("term")

    def edges(self, person):
        """Days on which anything about a person may differ from the day before, in order."""
        days = set()
        for start, last, e in self.employments[person]:
            if last >= start:
                days |= {start, last + 1}
                for begins, ends, _ in self.positions[e["id"]]:
                    days |= {begins, ends + 1}
        return sorted(d for d in days if d <= FOREVER)


def _last(text):
    return FOREVER if text is None else ordinal(text)


def stretches(people, key):
    """Person → [(first day, first day after it, what `key` said)] of days in employment on which `key` says the same."""
    out = {}
    for person in people.ids():
        rows, edges = [], people.edges(person)
        for day, after in zip(edges, edges[1:] + [FOREVER]):
            found = people.place(person, day) and key(person, day)
            if found is None or day == after:
                continue
            if rows and rows[-1][1] == day and rows[-1][2] == found:
                rows[-1] = (rows[-1][0], after, found)
            else:
                rows.append((day, after, found))
        out[person] = rows
    return out


def assignments(people):
    """Rows of `assignment_history`: person, from, to, employment, position, whether there was a choice on any day."""
    out = []
    for person, rows in stretches(people, lambda p, d: people.place(p, d)[:2]).items():
        edges = people.edges(person)
        for first, after, (employment, position) in rows:
            several = any(people.place(person, d)[2] for d in edges if first <= d < after)
            out.append((person, iso(first), iso(after), employment, position, several))
    return out


def spells(people, as_of):
    """Rows of `employment_spells`."""
    out = []
    for person, rows in stretches(people, lambda p, d: (people.cell(p, d)[0],)).items():
        since = None
        for number, (first, after, (entity,)) in enumerate(rows):
            moved = number > 0 and rows[number - 1][1] == first
            since = since if moved else first
            contracts = {people.place(person, d)[0] for d in people.edges(person) if first <= d < after}
            last = max(d for d in people.edges(person) if first <= d < after)
            out.append((person, number + 1, entity, iso(first), iso(after and after - 1) if after < FOREVER else None,
                        first <= as_of < after, first > as_of, number > 0 and not moved, moved,
                        number + 1 < len(rows) and rows[number + 1][0] == after, iso(since), len(contracts),
                        people.place(person, first)[0], people.place(person, last)[0]))
    return out


def events(people):
    """(person, event, day, cell, employment, other cell or None, other employment or None), by comparing each day with the one before."""
    out = []
    for person in people.ids():
        before_ever = False
        for day in people.edges(person):
            was, now = people.place(person, day - 1) if day > 1 else None, people.place(person, day) if day < FOREVER else None
            here, there = now and people.cell(person, day), was and people.cell(person, day - 1)
            if day >= FOREVER:
                continue
            if now and not was:
                out.append((person, "rehire" if before_ever else "joiner", day, here, now[0], None, None))
            if was and not now:
                out.append((person, "leaver", day, there, was[0], None, None))
            if was and now and here != there:
                out.append((person, "transfer_in", day, here, now[0], there, was[0]))
                out.append((person, "transfer_out", day, there, was[0], here, now[0]))
            if was and now and was[0] != now[0]:
                out.append((person, "contract_change", day, here, now[0], there, was[0]))
            before_ever = before_ever or now is not None
    return out


def month_ends(people, as_of):
    """Last days of the complete months since the first day of anybody; of those who start before the horizon, since the first
    change from it on."""
    firsts = [ordinal(first) for _, first, *_ in assignments(people)]
    ends = [ordinal(after) for _, _, after, *_ in assignments(people) if after]
    out = []
    if firsts:
        first = min(firsts)
        if first < HORIZON:
            first = min((d for d in firsts + ends if HORIZON <= d <= as_of), default=HORIZON)
        first = date.fromordinal(first)
        year, month = first.year, first.month
        while (day := end_of_month(year, month)) <= as_of:
            out.append(day)
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return out


def before_first(ends):
    """The day before the first month."""
    return date.fromordinal(ends[0]).replace(day=1).toordinal() - 1


def end_of_month(year, month):
    return (date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)).toordinal() - 1


def heads(people, ends):
    """Month end → Counter of (cell, contract term)."""
    out = {end: Counter() for end in ends}
    for person in people.ids():
        edges = people.edges(person)
        for end in ends:
            if edges and edges[0] <= end:
                found = people.place(person, end)
                if found:
                    out[end][people.cell(person, end), people.term(found[0])] += 1
    return out


def months_between(start, end):
    """Complete months: the most that can be added to `start`, cut to the last day of a month, without passing `end`."""
    a, count = date.fromordinal(start), 0
    while True:
        year, month = divmod(12 * a.year + a.month + count, 12)  # of count + 1 months later
        if year > 9999:
            return count
        last = end_of_month(year, month + 1)
        if min(last, date(year, month + 1, 1).toordinal() + a.day - 1) > end:
            return count
        count += 1


def tenure(people, as_of):
    """Rows of `tenure`."""
    out = []
    for person, _, entity, first, _, current, _, _, _, _, since, *_ in spells(people, as_of):
        if current:
            row = [person, entity]
            for start in (since, first):
                if ordinal(start) < HORIZON:
                    row += [start, None, None, None, "unknown"]
                    continue
                total = months_between(ordinal(start), as_of)
                band = next(name for limit, name in ((6, "0-6m"), (12, "6-12m"), (36, "1-3y"), (72, "3-6y"), (10**9, "6y+"))
                            if total < limit)
                row += [start, total // 12, total % 12, as_of - ordinal(start), band]
            out.append(tuple(row))
    return out
