"""What a command costs in a lake of 10, 100 and 1,000 days: the start of `query`, `snapshots`, one more day, the views.

    python benches/days/run.py --bin target/release/lucca-lake [--days 10 100 1000] [--rounds 20] [--people 40] [--s3] [--json]

The program reads one day from its own fake tenant. The others are that day again under earlier dates, as runs of those days would
have published it, with hard links for data files (`copies.py`). `query` and `snapshots` are run so many rounds, `sync` publishes a
new day in each of four, the first of which is not counted: what a first run has to do once is not in it. Seconds are means, of the
processor (user and system) and of the clock. Other work on the machine disturbs the former less.

With `--s3`, requests to the store are counted as well: an S3 on loopback holds the manifests of all days, and the files of the newest.
"""
import argparse
import contextlib
import datetime
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import copies

SYNCS = 4
# Every file of a lake of so many days at most is checked: the copied days are as good as others.
CHECKED = 20
TENANT = ["--requests-per-minute", "1000000"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--days", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--s3", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    measured = [one_lake(options, days) for days in options.days]
    print(json.dumps(measured, indent=2) if options.json else as_table(measured))


def one_lake(options, days):
    """Everything that is measured of a lake of so many days."""
    newest = datetime.date.today() - datetime.timedelta(SYNCS + 2)
    with tempfile.TemporaryDirectory(prefix="days-") as folder, tenant(options, datetime.date.today()) as env:
        program = Program(options.bin, Path(folder), env)
        program.run("sync", "--as-of", newest)
        copies.days_before(program.lake, days)
        snapshots = program.run("snapshots")[0]
        assert len(re.findall(r" current ", snapshots)) == days, snapshots[-2000:]
        syncs = [program.run("sync", "--as-of", newest + datetime.timedelta(n + 1))[1] for n in range(SYNCS)]
        found = {"days": days, "sync of one more day": mean(syncs[1:])}
        middle = newest - datetime.timedelta(days // 2)
        for what, command in {
            "query: start": ["query", "SELECT 1"],
            "query: the newest day": ["query", "SELECT count(*) FROM employees"],
            "query: a day": ["query", "--as-of", middle, "SELECT count(*) FROM employees"],
            "query: all days": ["query", "SELECT count(*) FROM all_days.employees"],
            "snapshots": ["snapshots"],
        }.items():
            rounds = options.rounds if what in ("query: start", "query: the newest day", "query: a day") else max(1, options.rounds // 5)
            found[what] = mean([program.run(*command)[1] for _ in range(rounds)])
        if days <= CHECKED:
            program.run("verify")
        found["bytes"] = {
            str(path.relative_to(program.lake)): path.stat().st_size
            for pattern in ("views/*", "_lake/*.json") for path in sorted(program.lake.glob(pattern))
        }
        if options.s3:
            found["requests"] = requests(program, newest + datetime.timedelta(SYNCS))
        return found


class Program:
    """The program over one lake, and what each command took."""

    def __init__(self, binary, folder, env):
        self.binary, self.folder, self.lake = str(Path(binary).resolve()), folder, folder / "lake"
        self.env = {"PATH": os.environ["PATH"], "HOME": str(folder)} | env | {"LUCCA_LAKE": str(self.lake)}

    def run(self, *args, env=()):
        """What it printed, and its seconds of the processor and of the clock."""
        command = [self.binary, *map(str, args)]
        output = self.folder / "output"
        with output.open("wb") as out:
            begun = time.perf_counter()
            child = subprocess.Popen(command, env=self.env | dict(env), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
            _, status, usage = os.wait4(child.pid, 0)
            clock = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        said = output.read_text()
        if child.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {child.returncode}:\n{said}")
        return said, {"processor": usage.ru_utime + usage.ru_stime, "clock": clock}


@contextlib.contextmanager
def tenant(options, today):
    """A fake tenant whose today is that; what to set so that the program reads it."""
    command = [str(Path(options.bin).resolve()), "fake-tenant", "--employees", str(options.people), "--today", str(today), *TENANT]
    with tempfile.TemporaryDirectory(prefix="tenant-") as home:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ | {"HOME": home}) as server:
            try:
                env = {}
                while "LUCCA_CLIENT_SECRET" not in env:
                    line = server.stdout.readline()
                    if not line:
                        raise SystemExit("the fake tenant did not start")
                    if assigned := re.fullmatch(r"export (\w+)='?(.*?)'?", line.strip()):
                        env[assigned[1]] = assigned[2]
                yield env | {"LUCCA_REQUESTS_PER_MINUTE": "1000000"}
            finally:
                server.terminate()


def requests(program, newest):
    """Requests to an S3 by command."""
    import counting_s3

    with counting_s3.running(program.lake, newest) as (env, counted):
        found = {}
        for what, command in {
            "query: the newest day": ["query", "SELECT count(*) FROM employees"],
            "query: a day": ["query", "--as-of", newest, "SELECT count(*) FROM employees"],
            # The objects are new ones, which the digest does not know: the first reads all manifests.
            "sync, the first": ["sync", "--as-of", newest + datetime.timedelta(1)],
            "sync of one more day": ["sync", "--as-of", newest + datetime.timedelta(2)],
        }.items():
            before = counted()
            program.run(*command, env=env)
            found[what] = {method: n - before.get(method, 0) for method, n in counted().items() if n > before.get(method, 0)}
        return found


def mean(taken):
    return {of: round(sum(one[of] for one in taken) / len(taken), 4) for of in ("processor", "clock")}


def as_table(measured):
    """A line for each figure, a column for each number of days."""
    lines = [f"{'days':<40}" + "".join(f"{lake['days']:>20,}" for lake in measured)]
    for what, figure in measured[0].items():
        if what == "days":
            continue
        if what == "bytes":
            for name in measured[-1][what]:
                lines.append(f"{name + ', bytes':<40}" + "".join(f"{lake[what].get(name, 0):>20,}" for lake in measured))
        elif what == "requests":
            for name in figure:
                counts = (", ".join(f"{n} {method}" for method, n in lake[what][name].items()) for lake in measured)
                lines.append(f"{'requests, ' + name:<40}" + "".join(f" {count:>19}" for count in counts))
        else:
            seconds = (f"{lake[what]['processor']:.3f} ({lake[what]['clock']:.3f})" for lake in measured)
            lines.append(f"{what + ', s':<40}" + "".join(f"{one:>20}" for one in seconds))
    return "\n".join(lines) + "\nseconds of the processor (of the clock)"


if __name__ == "__main__":
    main()
