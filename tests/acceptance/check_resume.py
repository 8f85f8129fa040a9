"""Runs that die, runs that are told to stop, two runs at once, and a budget that others spend too."""
import random
import signal
import threading
import time
from collections import Counter

import lake
import people
from context import expected, unequal
from faults import Fault

KILLS = 20
# Requests that may be on their way, or answered and not yet kept, when a run is killed.
UNDER_WAY = 16


def killed(ctx):
    """kill -9 at random instants, then the same command: equal tables, and only what was missing is asked for."""
    lucca = ctx.server(lambda origin: people.build(origin, scale=3), latency=0.02)
    ctx.synced("killed, whole", lucca.serve(lucca.tenant), ctx.new_lake())
    whole, tables = len(lucca.requests), expected(lucca)
    rng, root, before = random.Random(7), ctx.new_lake(), None
    again, unreadable, wrong, later = 0, [], [], []
    for number in range(KILLS):
        lucca.serve(lucca.tenant)
        run = ctx.program.start_sync(lucca, root)
        _kill_after(run, lucca, rng.randrange(1, whole + 2), rng.random() * 0.3)
        time.sleep(0.1)  # requests on their way end
        done = Counter(r.target for r in lucca.requests if r.status == 200)
        seen = ctx.program.query(root, "SELECT count(*) FROM employees", "--format", "csv")
        readable = seen.code == 0 if before else seen.code in (0, 2)
        unreadable += [] if readable else [f"kill {number}: {seen.tail()}"]
        published = bool(lake.manifests(root)) and len(lake.manifests(root)) > (before or 0)
        second = ctx.program.sync(lucca.serve(lucca.tenant), root)
        wrong += [] if second.code == 0 else [f"kill {number}: {second.tail()}"]
        wrong += [f"kill {number}: {d}" for d in unequal(root, tables, lucca.tenant.as_of)[:2]]
        repeated = sum(min(n, done[t]) for t, n in Counter(r.target for r in lucca.requests).items())
        if not published:  # what is published is used up, and the same command means everything anew
            later += [] if repeated <= UNDER_WAY else [f"kill {number}: {repeated} of {sum(done.values())} asked for again"]
            again += repeated
        before = len(lake.manifests(root))
    ctx.check(f"killed: {KILLS} times: the lake stays readable", unreadable)
    ctx.check(f"killed: {KILLS} times: equal tables after the next run", wrong)
    ctx.check(f"killed: {KILLS} times: only what was missing is asked for", later)
    ctx.check("killed: manifest fits", lake.manifest_problems(root, lucca.tenant.as_of) + lake.strays(root))
    ctx.note(f"{whole} requests of a whole run; {again} pages asked for twice in {KILLS} kills")


def _kill_after(run, lucca, requests, seconds):
    due = time.monotonic() + 60
    while len(lucca.requests) < requests and run.poll() is None and time.monotonic() < due:
        time.sleep(0.002)
    time.sleep(seconds)
    run.kill()
    run.communicate()


def stopped(ctx):
    """SIGTERM: ends within seconds with exit 75, publishes nothing, and the next run goes on; --fresh does not."""
    lucca, root = ctx.server(lambda origin: people.build(origin, scale=3), latency=0.1), ctx.new_lake()
    ctx.synced("stopped, whole", lucca.serve(lucca.tenant), ctx.new_lake())
    tables = expected(lucca)
    for name, flags in (("the next run goes on", ()), ("--fresh asks for everything", ("--fresh",))):
        run = ctx.program.start_sync(lucca.serve(lucca.tenant), root)
        while len(lucca.requests) < 30 and run.poll() is None:
            time.sleep(0.005)
        begun = time.monotonic()
        run.send_signal(signal.SIGTERM)
        _, said = run.communicate(timeout=60)
        took = time.monotonic() - begun
        ctx.check(f"stopped, {name}: exit 75 within 5 seconds", run.returncode == 75 and took < 5)
        done = {r.target for r in lucca.requests if r.status == 200}
        second = ctx.program.sync(lucca.serve(lucca.tenant), root, flags=flags)
        repeated = sum(r.target in done for r in lucca.requests)
        problems = [] if second.code == 0 else [second.tail()]
        ctx.check(f"stopped, {name}: equal tables", problems + unequal(root, tables, lucca.tenant.as_of))
        right = repeated >= len(done) - 1 if flags else repeated <= UNDER_WAY
        ctx.check(f"stopped, {name}", [] if right else [f"{repeated} of {len(done)} asked for again"])
    lucca.serve(lucca.tenant)
    third = ctx.program.sync(lucca, root)
    ctx.check("stopped: what is published is used up: a run of the same day asks for everything",
              third.code == 0 and len(lucca.requests) >= len(done))
    failing = [Fault("status", path="employments", arg=(503, None))]
    fewer = ("--tolerate", "rows_dropped,values_dropped")  # this tenant is a third of the one before
    ctx.program.sync(lucca.serve(people.build(lucca.origin), failing), root, timeout=150, flags=fewer)
    after = ctx.program.sync(lucca.serve(lucca.tenant), root, flags=fewer)
    ctx.check("stopped: a run that ended with 75 is continued",
              [] if after.code == 0 and "continued" in after.err else [after.tail()])
    small = ctx.new_lake()
    ctx.synced("stopped, small", lucca.serve(lucca.tenant), small)
    ctx.check("stopped: equal tables after 75", unequal(root, expected(lucca), lucca.tenant.as_of))


def alone(ctx):
    """Two runs at once: the second says who is working, and exits 6."""
    lucca, root = ctx.server(latency=0.3), ctx.new_lake()
    run = ctx.program.start_sync(lucca, root)
    while not lucca.requests and run.poll() is None:
        time.sleep(0.005)
    asked = len(lucca.requests)
    for name, place in (("same lake", root), ("same tenant, another lake", ctx.new_lake())):
        second = ctx.program.sync(lucca, place)
        named = f"process {run.pid}" in second.err
        ctx.check(f"alone: {name}: exit 6 and the holder's name", [] if second.code == 6 and named else [second.tail()])
    ctx.check("alone: the second spends nothing", asked > 0)
    other = ctx.server()
    third = ctx.program.sync(other, root)
    ctx.check("alone: same lake, another tenant: exit 6", [] if third.code == 6 else [third.tail()])
    run.communicate()
    ctx.check("alone: the first ends well", run.returncode == 0)
    ctx.check("alone: equal tables", unequal(root, expected(lucca), lucca.tenant.as_of))


def pace(ctx):
    """A window of 5 seconds: used fully when alone, shared without a storm with a greedy neighbour."""
    for latency, most in ((0.0, 1.05), (0.2, 1.2)):
        lucca = ctx.server(lambda origin: people.build(origin, scale=12), rate=(50, 5.0), latency=latency)
        result = ctx.synced(f"pace, {latency} s a response", lucca, ctx.new_lake(), rpm=600)
        sent, spent = len(lucca.requests), max(r.finished for r in lucca.requests) - min(r.time for r in lucca.requests)
        ctx.check(f"pace, {latency} s a response: no 429 when alone", lucca.too_many == 0)
        allowed = most * sent / 50 * 5 + latency + 1
        ctx.check(f"pace, {latency} s a response: the window is used", [] if spent <= allowed else [f"{spent:.1f} s, {allowed:.1f} allowed"])
        ctx.note(f"{sent} requests in {spent:.1f} s, {spent / (sent / 50 * 5):.2f} of N ÷ 50 windows; run {result.seconds:.1f} s")
    lucca = ctx.server(lambda origin: people.build(origin, scale=12), rate=(50, 5.0))
    over = threading.Event()
    neighbour = threading.Thread(target=_neighbour, args=(lucca, over))
    neighbour.start()
    time.sleep(5)  # the window is theirs
    root = ctx.new_lake()
    result = ctx.program.sync(lucca, root, rpm=600, timeout=170)
    over.set()
    neighbour.join()
    ours = sum(r.status == 429 for r in lucca.requests)
    ctx.check("pace: a greedy neighbour: ends well or with exit 75", [] if result.code in (0, 75) else [result.tail()])
    if result.code == 0:
        ctx.check("pace: a greedy neighbour: equal tables", unequal(root, expected(lucca), lucca.tenant.as_of))
        ctx.check("pace: a greedy neighbour: the report tells what it cost", "lost to others" in result.err)
    ctx.check("pace: a greedy neighbour: no storm", [] if ours <= len(lucca.requests) / 2 else [f"{ours} of {len(lucca.requests)} refused"])
    ctx.note(f"exit {result.code} after {result.seconds:.0f} s: {len(lucca.requests)} requests, {ours} refused")


def _neighbour(lucca, over):
    """Takes three fifths of the window, without a thought for others."""
    while not over.wait(0.16):
        try:
            lucca.admit()
        except Exception:  # refused like everybody else
            pass
