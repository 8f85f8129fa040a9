"""Proves the fake before it judges anything: walks it with urllib and compares with the tenant it serves.

`python tests/acceptance/selfcheck.py` needs only the standard library; `selfcheck_readers.py` proves the checks that compare
readers and engines.
"""
import gzip
import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from email.utils import formatdate

import expect
import people
from faults import Fault
from rules import COLLECTIONS
from handlers import CLIENT_ID, CLIENT_SECRET, VERSION
from server import Lucca
from wire import loads, members


def token(lucca, secret=CLIENT_SECRET):
    scopes = " ".join(sorted({f"{r.scope}.readonly" for r in COLLECTIONS.values()}))
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": secret, "scope": scopes}
    with urllib.request.urlopen(lucca.accounts + "/connect/token", urllib.parse.urlencode(form).encode()) as answer:
        return json.load(answer)["access_token"]


def get(url, bearer, version=VERSION, zipped=True):
    headers = {"Authorization": f"Bearer {bearer}", "Api-Version": version} | ({"Accept-Encoding": "gzip"} if zipped else {})
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
        body = answer.read()
        return gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body


def status(call):
    try:
        call()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("Retry-After")
    except (OSError, ValueError, http.client.HTTPException) as error:
        return type(error).__name__, None
    return 200, None


def walk(lucca, bearer, name, query):
    url, items = f"{lucca.origin}/lucca-api/{name}?{query}", []
    while url:
        page = loads(get(url, bearer).decode())
        items += page["items"]
        assert len(items) >= page["totalCount"] or page["links"]["next"], name
        url = (page["links"]["next"] or {}).get("href")
    return items


def main():
    lucca = Lucca()
    tenant = people.build(lucca.origin)
    lucca.serve(tenant)
    bearer = token(lucca)
    for name, rules in COLLECTIONS.items():
        served = [loads(text) for text in tenant.texts(name, True)]
        for limit in (rules.max_limit, 7):
            if name == "employee-attributes" and limit == 7:
                continue
            assert walk(lucca, bearer, name, f"include=links,totalCount&limit={limit}") == served, name
    one = walk(lucca, bearer, "employee-attributes", "employee.id=1001,1003&include=links,totalCount&limit=10")
    assert {r["employee"]["id"] for r in one} == {"1001", "1003"} and 60 < len(one) < 120, len(one)
    day = walk(lucca, bearer, "employee-attributes", "applicability.asOf=2025-06-16&include=links,totalCount&limit=1000")
    assert 0 < len(day) < len(tenant.collections["employee-attributes"])
    assert walk(lucca, bearer, "employees", "status=upcoming&include=links,totalCount&limit=100&sort=id")

    base = lucca.origin + "/lucca-api/"
    assert status(lambda: get(base + "employees?limit=101", bearer))[0] == 400
    assert status(lambda: get(base + "employees", "nobody"))[0] == 401
    assert status(lambda: get(base + "employees", bearer, version=""))[0] == 400
    assert status(lambda: get(base + "unheard-of", bearer))[0] == 404
    assert status(lambda: get(base + "departments?page=!NOPE", bearer))[0] == 400
    assert status(lambda: get(base + "employees?search=" + "x" * 9000, bearer))[0] == 431
    many = ",".join(map(str, range(1001)))
    assert status(lambda: get(base + "employee-attributes?employee.id=" + many, bearer))[0] == 400
    assert status(lambda: token(lucca, "wrong"))[0] == 400
    assert b'"items": []' in get(base + "employees?limit=0&include=totalCount", bearer, zipped=False)

    page = base + "departments?include=links&limit=5"
    for fault, wanted in [
        (Fault("html"), 200), (Fault("status", arg=(503, None)), 503), (Fault("status", arg=(429, "0")), (429, "0")),
        (Fault("status", arg=(429, lambda: formatdate(time.time() + 3, usegmt=True))), 429), (Fault("cut"), "IncompleteRead"),
        (Fault("half_json"), "JSONDecodeError"), (Fault("reset"), "ConnectionResetError"), (Fault("forbidden"), 403),
        (Fault("forbidden", frozenset({2})), 200), (Fault("revoke"), 401),
    ]:
        lucca.serve(tenant, [fault])
        found = status(lambda: loads(get(page, bearer).decode())) if fault.kind != "html" else status(lambda: get(page, bearer))
        if found[0] == "URLError":
            found = ("ConnectionResetError", None)
        assert wanted in (found, found[0]), (fault, found)
    bearer = token(lucca)
    lucca.serve(tenant, [Fault("foreign_next", arg=lucca.stranger)])
    assert loads(get(page, bearer).decode())["links"]["next"]["href"].startswith(lucca.stranger)
    lucca.serve(tenant, [Fault("overlap", frozenset({1}))])
    assert len(walk(lucca, bearer, "departments", "include=links,totalCount&limit=5")) == 13

    limited = Lucca(rate=(3, 60.0)).serve(tenant)
    bearer = token(limited)
    codes = [status(lambda: get(limited.origin + "/lucca-api/professions", bearer)) for _ in range(5)]
    assert [c[0] for c in codes] == [200, 200, 200, 429, 429] and limited.too_many == 2 and 58 <= int(codes[3][1]) <= 61, codes

    for text in tenant.texts("employee-attributes", True)[:500]:
        assert {k: loads(v) for k, v in members(text).items()} == loads(text)
    tables = expect.tables(tenant)
    print(", ".join(f"{name} {len(rows)}×{len(expect.columns(name))}" for name, rows in tables.items()))
    print("self-check passed")


if __name__ == "__main__":
    main()
