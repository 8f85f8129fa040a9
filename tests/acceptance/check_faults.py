"""Whatever the API does, the tables are equal or nothing is published; and nobody ever reads a secret in the output."""
import time
from email.utils import formatdate

import people
from context import expected, nothing_published, unequal
from faults import Fault

# Requests that fail: two of the whole run, and one of the fan-out.
SPREAD, FANNED = frozenset({2, 6}), frozenset({1})


def _in_3_seconds():
    return formatdate(int(time.time()) + 3, usegmt=True)


PASSING = {
    "HTML with 200": ("html", None), "503": ("status", (503, None)), "500": ("status", (500, None)), "408": ("status", (408, None)),
    "429, Retry-After 0": ("status", (429, "0")), "429, Retry-After 2 seconds": ("status", (429, "2")),
    "429, Retry-After as a date": ("status", (429, _in_3_seconds)), "body cut in half": ("cut", None),
    "JSON that ends early": ("half_json", None), "connection reset": ("reset", None), "token revoked": ("revoke", None),
    "overlapping pages": ("overlap", None),
}


def faults(ctx):
    """Faults that pass, faults that stay, answers that break the contract."""
    lucca = ctx.server()
    for name, (kind, arg) in PASSING.items():
        _passing(ctx, lucca, name, kind, arg)
    _short_tokens(ctx)
    _staying(ctx, lucca)
    _foreign(ctx, lucca)
    for collection, path, column, wrong in WRONG:
        _wrong_type(ctx, collection, path, column, wrong)


def _passing(ctx, lucca, name, kind, arg):
    injected = [Fault(kind, SPREAD, arg=arg), Fault(kind, FANNED, "employee-attributes", arg)]
    if kind == "revoke":  # once: a second refusal of a fresh token is a refusal
        injected = [Fault(kind, frozenset({4}))]
    if kind == "overlap":
        injected = [Fault(kind, frozenset({1}), c) for c in ("employees", "job-positions", "employee-attributes")]
    root = ctx.new_lake()
    result = ctx.program.sync(lucca.serve(lucca.tenant, injected), root)
    struck = sum(len(f.struck) for f in injected)
    problems = [] if result.code == 0 else [result.tail()]
    problems += [] if struck else ["the fault was never injected"]
    ctx.check(f"faults: {name}: equal tables", problems or unequal(root, expected(lucca), lucca.tenant.as_of))
    if kind == "status" and arg[0] == 429:
        ctx.check(f"faults: {name}: waits as asked", _too_early(lucca, injected, arg[1]))


def _too_early(lucca, injected, retry_after):
    """Repeated requests that came sooner than the server asked."""
    out = []
    for number in sorted(n for fault in injected for n in fault.struck):
        refused = lucca.requests[number - 1]
        due = {"0": 0.05, "2": 2.0}.get(retry_after, 2.0)  # a date has whole seconds: 3 s ahead is at least 2
        again = next((r for r in lucca.requests[number:] if r.target == refused.target), None)
        if again is None or again.time - refused.finished < due - 0.02:
            out.append(f"{refused.target[:80]} again after {again and round(again.time - refused.finished, 3)} s, due after {due}")
    return out


def _short_tokens(ctx):
    lucca = ctx.server(token_seconds=2, latency=0.7)  # slow enough that the first token cannot last
    root = ctx.new_lake()
    result = ctx.program.sync(lucca, root)
    problems = [] if len(lucca.token_requests) > 1 else ["one token was enough: nothing was tried"]
    ctx.check("faults: tokens that live 2 seconds: equal tables",
              problems + unequal(root, expected(lucca), lucca.tenant.as_of) if result.code == 0 else [result.tail()])
    refused = sum(r.status == 401 for r in lucca.requests)
    ctx.note(f"{len(lucca.token_requests)} tokens, {refused} times 401, {result.seconds:.1f} s")


def _staying(ctx, lucca):
    """Faults that do not go away: the right exit code, and nothing for a reader to see."""
    cases = {"403": (Fault("forbidden", path="departments"), 3, {}),
             "wrong secret": (None, 3, {"secret": "canary-wrong-secret-3Xk"}),
             "HTML with 200 for ever": (Fault("html", path="employments"), None, {}),
             "503 for ever": (Fault("status", path="professions", arg=(503, None)), 75, {}),
             "400": (Fault("status", path="employees", arg=(400, None)), None, {}),
             "a page that leads to itself": (Fault("loop", path="employee-attributes"), 4, {})}
    for name, (fault, code, options) in cases.items():
        root = ctx.new_lake()
        result = ctx.program.sync(lucca.serve(lucca.tenant, [fault] if fault else []), root, timeout=150, **options)
        right = result.code not in (0, 70, 99, 101, 124) if code is None else result.code == code
        ctx.check(f"faults: {name}: exit {code or 'non-zero'}", [] if right else [result.tail()])
        ctx.check(f"faults: {name}: nothing published", nothing_published(root))
        ctx.note(f"{result.seconds:.1f} s, {len(lucca.requests)} requests, exit {result.code}")
        if name in ("403", "400"):
            tried = sum(r.path.endswith("/" + fault.path) for r in lucca.requests)
            ctx.check(f"faults: {name}: not tried again", [] if tried <= 3 else [f"{tried} requests"])
    ctx.canaries.add("canary-wrong-secret-3Xk")


def _foreign(ctx, lucca):
    root = ctx.new_lake()
    elsewhere = Fault("foreign_next", path="employees", arg=lucca.stranger)
    result = ctx.program.sync(lucca.serve(lucca.tenant, [elsewhere]), root)
    ctx.check("faults: next page at another origin: exit 4", [] if result.code == 4 else [result.tail()])
    ctx.check("faults: next page at another origin: nobody called it", [f"called: {s}" for s in lucca.strangers])
    ctx.check("faults: next page at another origin: nothing published", nothing_published(root))


# collection, path, column, a value of the wrong type that must not be repeated in the message
WRONG = [
    ("departments", ("level",), "level", "canary-wrong-text"), ("employees", ("birthDay", "day"), "birth_day", "canary-wrong-day"),
    ("job-positions", ("startsOn",), "starts_on", "canary-no-date"),
    ("employments", ("createdAt",), "created_at", "canary-no-time"), ("employees", ("givenName",), "given_name", 71_828_182_845),
    ("job-qualifications", ("rank",), "rank", 2_718_281_828_459), ("job-qualifications", ("rank",), "rank", 31415.926535),
    ("professions", ("isArchived",), "is_archived", "canary-perhaps"),
    ("employee-personal-records", ("birthDate",), "birth_date", "2023-02-30"),
    ("employments", ("legalEntity",), "legal_entity_id", "canary-no-ref"),
]


def _wrong_type(ctx, collection, path, column, wrong):
    lucca = ctx.server()
    tenant = people.build(lucca.origin)
    victims = tenant.collections[collection]
    inner = dict if path[1:] else object
    record = next(r for r in victims[len(victims) // 2:] if path[0] in r and isinstance(r[path[0]], inner))
    (record[path[0]] if path[1:] else record)[path[-1]] = wrong
    root = ctx.new_lake()
    result = ctx.program.sync(lucca.serve(tenant), root)
    name = f"faults: {type(wrong).__name__} in {collection} {'.'.join(path)}"
    ctx.check(f"{name}: exit 4", [] if result.code == 4 else [result.tail()])
    resource = collection in result.err or collection.replace("-", "_") in result.err
    named = {"resource": resource, "record id": record["id"] in result.err,
             "column": column in result.err or ".".join(path) in result.err}
    ctx.check(f"{name}: the message names resource, record and column",
              [f"no {what}: {result.err.strip()[-400:]}" for what, there in named.items() if not there])
    ctx.check(f"{name}: the message does not repeat the value", [] if str(wrong) not in result.out + result.err else [str(wrong)])
    ctx.check(f"{name}: nothing published", nothing_published(root))


def quiet(ctx):
    """Secrets and personal values in anything a sync said, in all runs so far and in the noisiest logs there are."""
    lucca = ctx.server()
    for flags in (("--log-format", "json"), ()):
        ctx.program.sync(lucca.serve(lucca.tenant), ctx.new_lake(), flags=flags, env={"RUST_LOG": "trace"})
    secrets = ctx.canaries | {"canary-secret-7Qv", "canary-s3-secret-5Hd", "canary-token-"}
    secrets |= {token for server in ctx.servers for token in server.all_tokens}
    said = "\n".join(ctx.program.said)
    leaks = sorted((value, said[max(0, said.index(value) - 80):said.index(value)]) for value in secrets if value in said)
    ctx.check(f"quiet: no secret and no personal value in {len(said)} characters of output",
              [f"{value!r} after …{before!r}" for value, before in leaks])
    ctx.check("quiet: something was said", len(ctx.program.said) > 1 and len(said) > 0)
