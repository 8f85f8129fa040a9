"""The tenant of `people` and careers that it lacks: contracts that touch, overlap or contradict themselves, transfers, rehires.

Some by hand, each for one boundary, and a few hundred drawn at random with a fixed seed.
"""
import random
from datetime import date, timedelta

import people
from organisation import DEPARTMENTS, ESTABLISHMENTS, HIDDEN, LEGAL_ENTITIES, Urls

# The day of `people`, the end of a month, and a leap day.
DAYS = ("2025-06-16", "2025-06-30", "2024-02-29")

# Person → contracts: (first day, last day, legal entity, [(first day, last day, department, establishment)]).
BY_HAND = [
    [("2020-01-01", "2022-12-31", 0, [("2020-01-01", "2022-12-31", 0, 0)]), ("2023-01-01", None, 0, [("2023-01-01", None, 0, 0)])],
    [("2020-01-01", "2024-02-28", 0, [("2020-01-01", None, 0, 0)]), ("2024-02-29", None, 1, [("2024-02-29", None, 0, 1)])],
    [("2020-01-31", "2024-01-31", 0, [("2020-01-31", None, 0, 0)]), ("2024-02-02", "2025-06-30", 0, [("2024-02-02", None, 1, 0)])],
    [("2020-02-29", None, 2, [("2020-02-29", "2024-02-28", 0, 0), ("2024-02-29", "2024-02-29", 1, 0), ("2024-03-01", None, 1, 1)])],
    [("2021-05-31", None, 0, [("2021-06-10", "2021-07-01", 0, 0), ("2021-07-03", None, 0, 0)])],  # days without a position
    [("2019-03-01", None, 0, [("2019-03-01", None, 0, 0)]), ("2021-03-01", "2021-09-30", 1, [("2021-03-01", None, 2, 1)])],  # overlap
    [("2019-03-01", "2030-01-01", 0, [("2019-03-01", None, 0, 0)]), ("2022-01-01", "2022-06-30", 0, [])],  # the later has no position
    [("2020-01-01", None, 0, [("2020-01-01", None, 0, 0), ("2022-01-01", None, 1, 0), ("2022-01-01", None, 2, 0)])],  # left open
    [("2020-01-01", "2021-01-01", 0, [("2019-01-01", "2023-01-01", 0, 0)])],  # the position is longer than the contract
    [("2022-01-01", "2021-01-01", 0, [("2022-01-01", None, 0, 0)])],  # ends before it starts
    [("2022-01-01", "9999-12-31", 0, [("2022-01-01", "9999-12-31", 0, 0)])],
    [("2025-07-01", None, 0, [("2025-07-01", "2025-08-15", 0, 0), ("2025-08-16", None, 3, 0)])],  # future joiner, then a move
    [("2018-01-01", "2018-01-31", 0, [("2018-01-01", None, 0, 0)]), ("2025-09-01", "2025-09-01", 0, [])],  # future rehire, one day
    [("2024-06-17", "2025-06-15", 3, [("2024-06-17", None, 0, 0)]), ("2025-06-16", "2025-07-15", 3, [("2025-06-16", None, 0, 0)]),
     ("2025-07-16", None, 3, [("2025-07-16", None, 0, 0)])],
    # First days that are typing errors: months begin with 1968 all the same, with these people.
    [("0001-01-01", None, 0, [("0001-01-01", None, 0, 0)])],
    [("0206-02-01", "2016-05-31", 0, [("0206-02-01", None, 1, 0)]), ("2018-01-01", "3018-03-07", 1, [("2018-01-01", None, 1, 1)])],
    [("1968-01-31", None, None, [("1968-01-31", None, None, None)])],
    [("2021-01-01", None, 0, [("2021-01-01", None, 0, 0)]), ("2021-01-01", None, 1, [("2021-01-01", None, 1, 1)])],  # equal but for ids
    [("2024-02-29", "2024-02-29", 0, [("2024-02-29", None, 0, 0)]), ("2024-03-01", "2024-03-01", 1, [("2024-03-01", None, 0, 0)])],
]


def build(origin):
    """A tenant whose urls start with `origin`."""
    tenant, urls = people.build(origin), Urls(origin)
    for number, contracts in enumerate(BY_HAND + [_random(random.Random(n)) for n in range(250)]):
        _add(tenant.collections, urls, number, contracts)
    return tenant


def _random(draw):
    """Contracts of one person: mostly in order, at times overlapping, with holes, or ending before they start."""
    out, day = [], date(2015, 1, 1) + timedelta(draw.randrange(4100))
    for _ in range(draw.choice([1, 1, 2, 2, 3])):
        last = None if draw.random() < 0.3 else day + timedelta(draw.choice([-1, 0, 27, 200, 365, 900, 2500]))
        begins, places = day + timedelta(draw.choice([0, 0, 0, 5, -5])), []
        for _ in range(draw.choice([0, 1, 1, 2, 4])):
            ends = None if draw.random() < 0.2 else begins + timedelta(draw.choice([0, 20, 150, 400]))
            places.append((_text(begins), _text(ends), draw.choice([None, 0, 1, 2, 3]), draw.choice([None, 0, 1])))
            begins = (ends or begins) + timedelta(draw.choice([1, 1, 1, 2, 30, -3]))
        out.append((_text(day), _text(last), draw.choice([None, 0, 0, 1]), places))
        day = (last or day) + timedelta(draw.choice([1, 1, 1, 2, 90, -30, 500]))
    return out


def _text(day):
    return day and day.isoformat()


def _pick(values, index):
    return None if index is None else values[index]


def _add(out, urls, number, contracts):
    employee = urls.ref("employee", 400001 + number)  # not in the directory: people count all the same
    for turn, (start, end, entity, places) in enumerate(contracts):
        id_ = str(500001 + 10 * number + turn)
        out["employments"].append(urls.ref("employment", id_) | {
            "employee": employee, "legalEntity": urls.ref("legal-entity", _pick(LEGAL_ENTITIES, entity)), "status": "active",
            "start": {"date": start}, "end": end and {"date": end}, "links": {},
            "template": urls.ref("employment-template", [1, 2, 3, 99][(number + turn) % 4])})
        for place, (begins, ends, department, establishment) in enumerate(places):
            unit = HIDDEN["department"] if department == 3 else _pick(DEPARTMENTS, department)
            out["job-positions"].append(urls.ref("job-position", 900001 + 100 * number + 10 * turn + place) | {
                "employment": urls.ref("employment", id_), "employee": employee, "status": "active", "startsOn": begins,
                "endsOn": ends, "department": urls.ref("department", unit), "manager": None, "links": {},
                "businessEstablishment": urls.ref("business-establishment", _pick(ESTABLISHMENTS, establishment))})
