"""Airflow: the DAG of examples/airflow is run by Airflow itself over a fake tenant, and the operator maps every exit code."""
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import lake as published

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "airflow"
DAY = "2026-11-20"
TASKS = ("check", "sync", "verify", "deadlines", "are_any_due", "notify")
HOPELESS = ("2", "3", "4", "5", "6", "70")


def airflow(ctx):
    """The DAG from check to notice by `airflow dags test`; XCom, assets and secrets; the operator by exit code."""
    bin_ = _environment()
    with tempfile.TemporaryDirectory(prefix="acceptance-airflow-") as scratch:
        scratch = Path(scratch)
        (scratch / "bin").mkdir()
        (scratch / "bin" / "lucca-lake").symlink_to(ctx.program.binary)
        shutil.copytree(EXAMPLE, scratch / "dags", ignore=shutil.ignore_patterns("__pycache__"))
        env = {"PATH": f"{scratch / 'bin'}:{bin_}:{os.environ['PATH']}", "HOME": str(scratch), "AIRFLOW_HOME": str(scratch / "home"),
               "AIRFLOW__CORE__DAGS_FOLDER": str(scratch / "dags"), "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
               "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{scratch}/airflow.db", "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}
        _operator(ctx, bin_, env, scratch)
        _dag(ctx, bin_, env, scratch)


def _environment():
    """The programs of the virtual environment with Airflow, which is beside ours."""
    folder = Path(os.environ.get("ACCEPTANCE_AIRFLOW") or Path(sys.prefix).with_name("airflow"), "bin")
    if not (folder / "airflow").exists():
        raise FileNotFoundError(f"no Airflow: python3 -m venv {folder.parent} && {folder}/pip install -r tests/acceptance/requirements-airflow.txt")
    return folder


def _operator(ctx, bin_, env, scratch):
    """Stand-ins of the program that only end with a code."""
    (scratch / "stubs").mkdir()
    command = [bin_ / "python", Path(__file__).with_name("airflow_operator.py"), EXAMPLE, scratch / "stubs"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    told = re.search(r"^RESULT (.*)$", done.stdout, re.M)
    if not ctx.check("airflow: the operator can be asked", [] if told else [done.stderr[-700:]]):
        return
    told = json.loads(told[1])
    codes = {code: result.get("raised") for code, result in told["codes"].items()}
    wanted = {code: "AirflowFailException" if code in HOPELESS else None if code == "0" else "AirflowException" for code in codes}
    ctx.check("airflow: 75 is tried again, what nobody mends by trying again is not", [] if codes == wanted else [str(codes)])
    ctx.check("airflow: an error says the code and the program's last word",
              [r["said"] for c, r in told["codes"].items() if c != "0" and not (f"code {c}" in r["said"] and "why" in r["said"])])
    secret = told["secrets"]
    ctx.check("airflow: secrets go by the environment and not by an argument", [] if secret["returned"] == {"rows": 3}
              and secret["arguments"] == "--log-format json verify --format json"
              and secret["variables"] == "https://example.ilucca.net an-application canary-secret https://token.example /data/lake" else [str(secret)])
    reported = told["reported"]
    ctx.check("airflow: a run that fails pushes its report too", [] if reported["raised"] == "AirflowException"
              and reported["pushed"]["report"]["rows"] == {"employees": 7} and reported["pushed"]["report"]["drift"] == ["employees"]
              and "wide" not in reported["pushed"]["report"] else [str(reported)])
    ctx.check("airflow: a kill is passed on and waited for",
              [] if told["killed"] == {"waited": True, "ended": True, "raised": ["AirflowException"]} else [str(told["killed"])])


def _dag(ctx, bin_, env, scratch):
    root = ctx.new_lake()
    with ctx.program.fake_tenant("--employees", 60, "--today", DAY) as tenant:
        env = env | tenant | {"LUCCA_LAKE": str(root)}
        run = lambda *args: subprocess.run([bin_ / "airflow", *args], env=env, capture_output=True, text=True, timeout=300)  # noqa: E731
        migrated = run("db", "migrate")
        tested = run("dags", "test", "lucca_lake_daily", DAY)
    said = tested.stdout + tested.stderr
    if not ctx.check("airflow: dags test ends well", [] if migrated.returncode == tested.returncode == 0 else [migrated.stderr[-300:] + said[-700:]]):
        return
    with sqlite3.connect(scratch / "airflow.db") as db:
        states = dict(db.execute("SELECT task_id, state FROM task_instance"))
        pushed = {(task, key): json.loads(value) for task, key, value in db.execute("SELECT task_id, key, value FROM xcom")}
        assets = {name for name, in db.execute("SELECT a.name FROM asset_event e JOIN asset a ON a.id = e.asset_id")}
        dump = "\n".join(db.iterdump())
    ctx.check("airflow: every task of it succeeds", [] if states == dict.fromkeys(TASKS, "success") else [str(states)])
    report = json.loads(next(Path(root, "_lake", "runs").glob("*/report.json")).read_text())
    found = pushed.get(("sync", "return_value"), {})
    ctx.check("airflow: the report's summary is the XCom of sync, for the day of the run", [] if found.get("run_id") == report["run_id"]
              and found["as_of"] == DAY and found["rows"] == {t["table"]: t["rows"] for t in report["tables"]} else [str(found)[:300]])
    dag = (EXAMPLE / "lucca_lake_daily.py").read_text()
    ctx.check("airflow: an asset of each table is updated", [] if assets == {f"lucca.{n}" for n in re.findall(r'"([a-z_]+)"', dag[dag.index("ASSETS"):
              dag.index("# Counts")]) if n not in ("core", "derived", "lucca")} else [str(assets)])
    rows = duckdb.sql("SELECT status, count(*) AS people FROM read_parquet(?) WHERE days_left BETWEEN 0 AND 14 GROUP BY ALL ORDER BY status",
                      params=[[str(p) for p in published.files(root, "probation_deadlines")]]).fetchall()
    wanted = [{"status": status, "people": people} for status, people in rows]
    ctx.check("airflow: the notice says what the lake's files say", [] if rows and pushed.get(("deadlines", "return_value")) == wanted
              and all(f"{people} probation periods end within 14 days: {status}" in said for status, people in rows) else [f"{pushed} {rows}"[:500]])
    secret = tenant["LUCCA_CLIENT_SECRET"]
    ctx.check("airflow: the secret is neither in the log nor in the database", [w for w, text in {"log": said, "database": dump}.items() if secret in text])
