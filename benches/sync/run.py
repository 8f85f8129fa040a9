"""Whole runs of one program, or of several side by side: seconds, processor seconds and memory of `sync`, of `derive`, and of a
backfill.

    python benches/sync/run.py --bin target/release/lucca-lake [--bin OLDER] [--employees 1000 --employees 10000] [--days 10]
                               [--rounds 1] [--json]

The embedded fake tenant of the first program serves all of them, without a rate limit and in a process of its own, whose work
does not count. Each round runs every program once, in turn, into new lakes; the best of the rounds counts, of memory the most.
`backfill` is what each further day of a run over --days days costs: the run, less a run over its last day alone, by the number
of the other days. Ratios are of the first program to each other one: below 1, the first is better.
"""
import argparse
import datetime
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

AS_OF = "2026-11-24"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", action="append", required=True)
    parser.add_argument("--employees", type=int, action="append", help="size of the tenant; may be given several times")
    parser.add_argument("--days", type=int, default=0, help="days of the backfill; none without")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--work", help="where the lakes are made; by default the system's temporary folder")
    parser.add_argument("--json", action="store_true", help="one JSON object in place of the table")
    options = parser.parse_args()
    options.bin = [str(Path(program).resolve()) for program in options.bin]
    results = {}
    for employees in options.employees or [1000]:
        with tempfile.TemporaryDirectory(dir=options.work, prefix="bench-sync-") as folder:
            results[employees] = of_tenant(options, employees, Path(folder))
    if options.json:
        print(json.dumps({"as_of": AS_OF, "rounds": options.rounds, "programs": options.bin, "employees": results}, indent=1))
        return
    print(f"{'employees':>9} {'what':<9} {'program':<40} {'seconds':>8} {'CPU':>8} {'MB':>6} {'requests':>8}  ratios of seconds, CPU, MB")
    for employees, measured in results.items():
        for what, costs in measured.items():
            for program, cost in zip(options.bin, costs):
                show(employees, what, program, cost, costs[0])


def show(employees, what, program, cost, first):
    ratios = "".join(f"{first[of] / cost[of]:6.2f}" for of in ("seconds", "cpu", "mb") if cost is not first)
    print(f"{employees:>9} {what:<9} {program[-40:]:<40} {cost['seconds']:>8.3f} {cost['cpu']:>8.3f} {cost['mb']:>6.0f} "
          f"{cost.get('requests', ''):>8}  {ratios}")


def of_tenant(options, employees, folder):
    """What → its costs by program."""
    served = subprocess.Popen([options.bin[0], "fake-tenant", "--employees", str(employees), "--today", AS_OF,
                               "--requests-per-minute", "100000000"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        env = exported(served.stdout)
        rounds = [[of_program(program, env, options.days, folder / f"{number}-{round}") for number, program in enumerate(options.bin)]
                  for round in range(options.rounds)]
    finally:
        served.kill()
        served.wait()
    return {what: [best([of_round[number][what] for of_round in rounds]) for number in range(len(options.bin))]
            for what in rounds[0][0]}


def exported(lines):
    """The environment that reads from the tenant, as it is printed for a shell."""
    env = {}
    for line in lines:
        name, _, value = line.removeprefix("export ").strip().partition("=")
        env[name] = value.strip("'\"")
        if name == "FAKE_TENANT_PID":
            return env
    sys.exit("the fake tenant did not start")


def of_program(program, env, days, folder):
    folder.mkdir()
    env = env | {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder), "LUCCA_LOG": "warn"}

    def run(lake, *command):
        lake = folder / lake
        cost = measured([program, *command], env | {"LUCCA_LAKE": str(lake)}, folder)
        reports = sorted(lake.glob("_lake/runs/*/report.json"), key=lambda report: report.stat().st_mtime_ns)
        return cost | {"requests": json.loads(reports[-1].read_text())["requests"]["requests"]} if command[0] == "sync" else cost

    costs = {"sync": run("lake", "sync", "--as-of", AS_OF), "derive": run("lake", "derive")}
    if days > 1:
        last = datetime.date.fromisoformat(AS_OF)
        span = ["--from", str(last - datetime.timedelta(days - 1)), "--to", AS_OF, "--every", "day"]
        many = run("many", "sync", *span)
        one = run("one", "sync", "--from", AS_OF, "--to", AS_OF, "--every", "day")
        costs["backfill"] = {of: (many[of] - one[of]) / (days - 1) for of in ("seconds", "cpu")} | {"mb": many["mb"]}
    return costs


def measured(command, env, folder):
    """Runs a command that has to succeed; its costs."""
    log = folder / "log.txt"
    with log.open("w") as out:
        begun = time.perf_counter()
        child = subprocess.Popen(command, env=env, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begun
    code = os.waitstatus_to_exitcode(status)
    child.returncode = code
    if code:
        sys.exit(f"{' '.join(map(str, command))} ended with {code}:\n{log.read_text()[-3000:]}")
    return {"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "mb": usage.ru_maxrss / 1024}


def best(costs):
    return {of: (max if of == "mb" else min)(cost[of] for cost in costs) for of in costs[0]}


if __name__ == "__main__":
    main()
