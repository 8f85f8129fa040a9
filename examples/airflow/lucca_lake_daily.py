"""The lake of each day: check, sync, verify, and a notice where probation periods end soon."""
import os
from datetime import datetime, timedelta

from airflow.sdk import DAG, Asset, task

from lucca_lake import LuccaLakeOperator

LAKE = os.environ.get("LUCCA_LAKE", "/data/lucca")
ROOT = LAKE if "://" in LAKE else f"file://{os.path.abspath(LAKE)}"
# The tables that other DAGs wait for: `schedule=[Asset("lucca.headcount")]` runs one after each publication.
ASSETS = [Asset(name=f"lucca.{name}", uri=f"{ROOT}/{zone}/{name}", group="lucca")
          for zone, names in {"core": ["employees", "employments", "departments", "job_positions"],
                              "derived": ["headcount", "movements", "probation_deadlines"]}.items() for name in names]
# Counts and no names: what is pushed to XCom stays in Airflow's database.
DEADLINES = "SELECT status, count(*) AS people FROM probation_deadlines WHERE days_left BETWEEN 0 AND 14 GROUP BY status ORDER BY status"

with DAG(
    dag_id="lucca_lake_daily",
    schedule="15 5 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,         # `airflow backfill create` reads days before: attributes as of each, the rest as it is now
    max_active_runs=1,     # a second run would only end with code 6
    default_args={
        "lake": LAKE,
        "lucca_conn_id": os.environ.get("LUCCA_CONN_ID"),  # in its place the worker's own LUCCA_* variables
        "retries": 3,      # count for code 75 only
        "retry_delay": timedelta(minutes=15),
        "retry_exponential_backoff": True,
        "execution_timeout": timedelta(minutes=10),
    },
    tags=["hr"],
    doc_md=__doc__,
):
    check = LuccaLakeOperator(task_id="check", command="check")
    sync = LuccaLakeOperator(task_id="sync", command="sync", arguments=["--as-of", "{{ ds }}"], outlets=ASSETS,
                             execution_timeout=timedelta(hours=3))
    verify = LuccaLakeOperator(task_id="verify", command="verify")
    deadlines = LuccaLakeOperator(task_id="deadlines", command="query", arguments=["--format", "json", DEADLINES])

    @task.short_circuit
    def are_any_due(counts):
        return bool(counts)

    @task
    def notify(counts):
        """To be replaced by whatever your people read; the names are a query away, for those who may see them."""
        for line in counts:
            print(f"{line['people']} probation periods end within 14 days: {line['status']}")

    check >> sync >> verify >> deadlines
    are_any_due(deadlines.output) >> notify(deadlines.output)
