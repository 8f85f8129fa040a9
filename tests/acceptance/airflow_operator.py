"""Run by Airflow's own Python: what `LuccaLakeOperator` makes of each exit code, of a kill, and of secrets. Prints JSON.

    python airflow_operator.py EXAMPLE_FOLDER SCRATCH_FOLDER
"""
import json
import os
import sys
import threading
import time
from pathlib import Path

example, scratch = sys.argv[1:]
sys.path.insert(0, example)
os.environ["AIRFLOW_CONN_LUCCA"] = json.dumps({"conn_type": "http", "host": "https://example.ilucca.net", "login": "an-application",
                                               "password": "canary-secret", "extra": {"token_url": "https://token.example"}})
from lucca_lake import LuccaLakeOperator  # noqa: E402


class TaskInstance:
    """Keeps what is pushed."""

    def __init__(self):
        self.pushed = {}

    def xcom_push(self, key, value):
        self.pushed[key] = value


def stub(name, script):
    path = Path(scratch, name)
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(0o755)
    return str(path)


def executed(program, **arguments):
    """What a run returned or raised, and what it pushed."""
    instance = TaskInstance()
    operator = LuccaLakeOperator(task_id="x", program=program, **{"command": "verify"} | arguments)
    try:
        return {"returned": operator.execute({"ti": instance}), "pushed": instance.pushed}
    except Exception as error:
        return {"raised": type(error).__name__, "said": str(error), "pushed": instance.pushed}


def by_code():
    return {code: executed(stub(f"ends-{code}", f'echo \'{{"level": "ERROR", "message": "why"}}\' >&2; exit {code}\n'))
            for code in (0, 1, 2, 3, 4, 5, 6, 70, 75, 137)}


def secrets():
    seen = Path(scratch, "seen")
    program = stub("tells", f'{{ echo "$@"; echo "$LUCCA_BASE_URL $LUCCA_CLIENT_ID $LUCCA_CLIENT_SECRET $LUCCA_TOKEN_URL $LUCCA_LAKE"; }} >{seen}\n'
                   'echo \'{"rows": 3}\'\n')
    done = executed(program, lucca_conn_id="lucca", arguments=["--format", "json"], lake="/data/lake")
    arguments, variables = seen.read_text().splitlines()
    return done | {"arguments": arguments, "variables": variables}


def reported():
    """A run that fails, and leaves a report."""
    report = {"run_id": "r-1", "as_of": "2026-11-20", "outcome": {"status": "failed"}, "requests": {"requests": 5, "too_many_requests": 1},
              "tables": [{"table": "employees", "rows": 7}], "resources": [{"resource": "employees", "drift": [{}]}], "wide": ["more"]}
    folder = Path(scratch, "lake", "_lake", "runs", "r-1")
    folder.mkdir(parents=True)
    (folder / "report.json").write_text(json.dumps(report))
    program = stub("reports", 'echo \'{"level": "INFO", "message": "sync", "run": "r-1"}\' >&2; exit 75\n')
    return executed(program, command="sync", lake=str(Path(scratch, "lake")))


def killed():
    """A kill is passed on, and waited for."""
    began, asked = Path(scratch, "began"), Path(scratch, "asked")
    program = stub("stops", f"trap 'sleep 1; echo asked >{asked}; exit 75' TERM\necho >{began}\nwhile :; do sleep 0.1; done\n")
    operator = LuccaLakeOperator(task_id="x", program=program, command="sync")
    raised = []

    def run():
        try:
            operator.execute({"ti": TaskInstance()})
        except Exception as error:
            raised.append(type(error).__name__)

    thread = threading.Thread(target=run)
    thread.start()
    while not began.exists():
        time.sleep(0.02)
    operator.on_kill()
    waited = asked.exists()
    thread.join(10)
    return {"waited": waited, "ended": not thread.is_alive(), "raised": raised}


print("RESULT " + json.dumps({"codes": by_code(), "secrets": secrets(), "reported": reported(), "killed": killed()}))
