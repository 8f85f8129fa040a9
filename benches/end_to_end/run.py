"""lucca-lake and dlt read the same employee-attributes from the same server, in turn, and what each took is printed.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    python3 run.py --bin target/release/lucca-lake --dlt venv/bin/python

Ours also reads the people, keeps every page in case it dies, splits the values into two tables, follows their references,
hashes, verifies and publishes; dlt reads one collection. Both are measured as processes, from start to exit, into new folders
below --work. The server and the client share the machine's cores; a round begins once other processes leave them alone, and what
these took all the same is printed. A round fails in which lucca-lake had to wait, and, where --dlt names a Python, one whose
Parquet files do not hold every id served exactly once.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import tenant

HERE = Path(__file__).resolve().parent
TABLES = ("employee_attributes", "personal_attributes")
# Between us and the client, as small as a Python can be: Linux counts our memory towards the child's until it runs its program.
MEASURE = """
import json, os, subprocess, sys, time
begun = time.monotonic()
child = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(child.pid, 0)
open(sys.argv[1], "w").write(json.dumps({"seconds": time.monotonic() - begun, "peak_mb": usage.ru_maxrss / 1024,
                                         "user": usage.ru_utime, "system": usage.ru_stime}))
sys.exit(os.waitstatus_to_exitcode(status) & 255)
"""


def measured(command, env, folder):
    """Runs to the end; its costs and what it printed."""
    costs = folder / "costs.json"
    bare = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder)} | env
    command = [sys.executable, "-S", "-E", "-c", MEASURE, costs, *command]
    done = subprocess.run(command, env=bare, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"{command[6]} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return json.loads(costs.read_text()), done.stdout


def ours(options, served, folder):
    origin = served["origin"]
    env = {"LUCCA_BASE_URL": origin, "LUCCA_TOKEN_URL": origin + "/connect/token", "LUCCA_CLIENT_ID": "benchmark",
           "LUCCA_CLIENT_SECRET": "benchmark", "LUCCA_LAKE": str(folder / "lake"), "LUCCA_LOG": "warn"}
    command = [options.bin, "sync", "--as-of", tenant.AS_OF, "--tables", ",".join(TABLES), "--requests-per-minute", "100000000"]
    costs, _ = measured(command, env, folder)
    report = json.loads(next(folder.glob("lake/_lake/runs/*/report.json")).read_text())
    costs["rows"] = sum(table["rows"] for table in report["tables"] if table["table"] in TABLES)
    costs["bytes"] = sum(table["bytes"] for table in report["tables"] if table["table"] in TABLES)
    costs["folders"] = [folder / "lake/core/employee_attributes", folder / "lake/personal/personal_attributes"]
    requests = report["requests"]
    waits = [requests["retries"], requests["too_many_requests"], requests["retry_wait_seconds"], report["seconds_lost_to_others"]]
    if any(waits):
        sys.exit(f"lucca-lake had to wait: {requests}")
    return costs


def theirs(options, served, folder):
    command = [options.dlt, HERE / "with_dlt.py", served["origin"], folder, *options.dlt_options.split()]
    costs, printed = measured(command, {}, folder)
    return costs | json.loads(printed.splitlines()[-1]) | {"folders": [folder / "lake/lucca/employee_attributes"]}


def processor(pid):
    """Seconds of processor time that a process took so far, and that all did."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, nice, system, _, _, interrupts, soft = map(int, Path("/proc/stat").read_text().split()[1:8])
    ticks = [int(fields[11]) + int(fields[12]), user + nice + system + interrupts + soft]
    return [count / os.sysconf("SC_CLK_TCK") for count in ticks]


def await_quiet(pid, patience):
    """Waits until half a second passes in which others take less than a twentieth of a core, or patience ends."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        before = processor(pid)[1]
        time.sleep(0.5)
        if processor(pid)[1] - before < 0.025:
            return


def check(name, options, served, costs):
    """Stops where not every value was written once."""
    found = {"rows": costs["rows"], "all": costs["rows"] == served["values"]}
    if options.dlt:
        count = [options.dlt, HERE / "count.py", str(served["values"]), *costs["folders"]]
        found |= json.loads(subprocess.run(count, check=True, capture_output=True, text=True).stdout)
    if found["rows"] != served["values"] or not found["all"]:
        sys.exit(f"{name} wrote {found} of {served['values']} values")


def round_of(name, client, options, served, server):
    """One run of one client into a new folder."""
    folder = Path(tempfile.mkdtemp(prefix=f"bench-{name}-", dir=options.work))
    try:
        await_quiet(server.pid, options.patience)
        before = processor(server.pid)
        costs = client(options, served, folder)
        costs["server"], everybody = (now - then for now, then in zip(processor(server.pid), before))
        costs["others"] = max(0.0, everybody - costs["server"] - costs["user"] - costs["system"])
        check(name, options, served, costs)
    finally:
        if not options.keep:
            shutil.rmtree(folder)
    rate, megabytes = served["values"] / costs["seconds"], served["bytes"] / 1e6 / costs["seconds"]
    print(f"{name:10} {costs['seconds']:8.3f} s {rate:10,.0f} values/s {megabytes:8.1f} MB/s   peak {costs['peak_mb']:6.0f} MB   "
          f"cpu {costs['user']:.2f} + {costs['system']:.2f} s, server {costs['server']:.2f} s, others {costs['others']:.2f} s   "
          f"{costs['bytes'] / 1e6:.1f} MB of Parquet"
          + (f"   pipeline alone {costs['run_seconds']:.2f} s {costs['steps']}" if "steps" in costs else ""), flush=True)
    return costs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=lambda path: Path(path).resolve(), required=True, help="the lucca-lake binary")
    parser.add_argument("--dlt", type=Path, help="a Python that has dlt; without it only lucca-lake runs")
    parser.add_argument("--dlt-options", default="", help="passed on to with_dlt.py")
    parser.add_argument("--employees", type=int, default=3000, help="people; each has sixty values (default: 3000)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--gzip", action="store_true", help="serve compressed pages, as Lucca does")
    parser.add_argument("--work", default=tempfile.gettempdir(), help="where the clients write")
    parser.add_argument("--patience", type=float, default=60, help="seconds to wait for a quiet machine (default: 60)")
    parser.add_argument("--keep", action="store_true", help="leave what they wrote")
    options = parser.parse_args()
    command = [sys.executable, HERE / "serve.py", "--employees", str(options.employees)] + ["--gzip"] * options.gzip
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        try:
            served = json.loads(server.stdout.readline())
            print(f"{served['values']:,} values of {options.employees:,} people, {served['bytes'] / 1e6:.1f} MB of JSON")
            for connections in (1, 4):
                drain = [sys.executable, HERE / "drain.py", served["origin"], str(served["values"])]
                drain += ["--connections", str(connections)]
                read = json.loads(subprocess.run(drain, check=True, capture_output=True, text=True).stdout)
                print(f"a client that only reads, {connections} connections: {read['bytes'] / 1e6 / read['seconds']:,.0f} MB/s")
            clients = {"lucca-lake": ours} | ({"dlt": theirs} if options.dlt else {})
            if options.gzip:  # pages are packed when they are first asked for
                for name, client in clients.items():
                    round_of("warm-up", client, options, served, server)
            took = {name: [] for name in clients}
            for _ in range(options.rounds):
                for name, client in clients.items():
                    took[name].append(round_of(name, client, options, served, server))
        finally:
            server.stdin.close()
    median = {name: statistics.median(costs["seconds"] for costs in rounds) for name, rounds in took.items()}
    if options.dlt:
        alone = statistics.median(costs["run_seconds"] for costs in took["dlt"])
        ratio, less = median["dlt"] / median["lucca-lake"], alone / median["lucca-lake"]
        print(f"lucca-lake is {ratio:.1f} times as fast as dlt (medians of whole processes; {less:.1f} without dlt's import)")


if __name__ == "__main__":
    main()
