"""An Airflow operator for lucca-lake: what an exit code means to Airflow, secrets by the environment, the report as XCom."""
from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseHook, BaseOperator, ObjectStoragePath
from airflow.sdk.exceptions import AirflowException, AirflowFailException

# What running again would not mend: each needs somebody, and a retry would only spend requests of the tenant's budget.
HOPELESS = {2: "the command line or the configuration is wrong", 3: "authentication failed or a permission is missing",
            4: "the API broke its contract", 5: "a quality gate held the snapshot back, or the lake is damaged",
            6: "another run was faster or holds the lake", 70: "a defect of lucca-lake"}
# A run that is told to stop says so within seconds, and the next one goes on with what it had read.
SECONDS_TO_STOP = 45


class LuccaLakeOperator(BaseOperator):
    """Runs one command of lucca-lake.

    :param command: such as ``sync``, ``check``, ``verify`` or ``query``.
    :param arguments: what follows the command, templated. Nothing secret: arguments are seen by every user of the machine.
    :param lake: where the lake is, templated; otherwise ``LUCCA_LAKE`` of the worker.
    :param lucca_conn_id: a connection whose host is the tenant's address, login the client id, and password the secret; with
        ``token_url`` in its extras where that is not the default. Without it the worker's own ``LUCCA_*`` variables count.
    :param env: more variables for the program, such as those of the lake's store, templated.
    :param program: the program, by name or path.

    Exit code 75 (rate limit, server error, network) fails the attempt, so that the task's ``retries`` count; every code of
    ``HOPELESS`` fails the task at once. What a command prints as JSON is its XCom; of ``sync`` it is the summary of the run's report.
    """

    template_fields: Sequence[str] = ("arguments", "lake", "env")
    ui_color = "#e8f3ee"

    def __init__(self, *, command: str, arguments: Sequence[str] = (), lake: str | None = None, lucca_conn_id: str | None = None,
                 env: dict[str, str] | None = None, program: str = "lucca-lake", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.command, self.arguments, self.lake, self.env = command, list(arguments), lake, env or {}
        self.lucca_conn_id, self.program, self._process = lucca_conn_id, program, None

    def execute(self, context: Any) -> Any:
        environment = os.environ | self._connection() | ({"LUCCA_LAKE": self.lake} if self.lake else {}) | self.env
        command = [self.program, "--log-format", "json", self.command, *self.arguments]
        self._process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, text=True, bufsize=1)
        try:
            run, last = self._told(self._process.stderr)
            printed = self._process.stdout.read()
            code = self._process.wait()
        finally:
            self.on_kill()
        summary = self._summary(run, environment) if self.command == "sync" else None
        if summary:
            context["ti"].xcom_push(key="report", value=summary)
        if code in HOPELESS:
            raise AirflowFailException(f"lucca-lake {self.command} ended with code {code}, {HOPELESS[code]}: {last}")
        if code:
            raise AirflowException(f"lucca-lake {self.command} ended with code {code}: {last}")
        return summary or _json(printed)

    def on_kill(self) -> None:
        """Asks the program to stop and waits for it: it gives the lake back and keeps the pages it has read."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _connection(self) -> dict[str, str]:
        if not self.lucca_conn_id:
            return {}
        connection = BaseHook.get_connection(self.lucca_conn_id)
        host = connection.host or ""
        said = {"LUCCA_BASE_URL": host if "://" in host else f"https://{host}", "LUCCA_CLIENT_ID": connection.login,
                "LUCCA_CLIENT_SECRET": connection.password, "LUCCA_TOKEN_URL": connection.extra_dejson.get("token_url")}
        return {name: value for name, value in said.items() if value}

    def _told(self, lines: Any) -> tuple[str | None, str]:
        """Passes the program's log on as it comes; returns the id of the run and the last line."""
        run, last = None, ""
        for line in filter(None, map(str.strip, lines)):
            said = _json(line)
            if isinstance(said, dict):
                run = said.get("run", run)
                line = " ".join(f"{name}={value}" for name, value in said.items() if name not in ("timestamp", "level", "message"))
                line = f"{said.get('message', '')} {line}".strip()
                self.log.log(logging.getLevelNamesMapping().get(said.get("level", "INFO"), logging.INFO), "%s", line)
            else:
                self.log.info("%s", line)
            last = line
        return run, last

    def _summary(self, run: str | None, environment: dict[str, str]) -> dict[str, Any] | None:
        """What other tasks may want of `report.json`. It holds no personal value. A lake in a bucket is read with that store's provider."""
        try:
            lake = environment.get("LUCCA_LAKE", "lake")
            lake = lake if "://" in lake else f"file://{os.path.abspath(lake)}"
            report = json.loads((ObjectStoragePath(lake) / f"_lake/runs/{run}/report.json").read_text())
        except (OSError, ValueError, ImportError) as error:
            self.log.warning("the report of run %s cannot be read: %s", run, error)
            return {"run_id": run} if run else None
        kept = ("run_id", "as_of", "seconds", "outcome", "published", "unpublished", "absent", "skipped")
        return {name: report[name] for name in kept if name in report} | {
            "requests": report["requests"]["requests"], "too_many_requests": report["requests"]["too_many_requests"],
            "rows": {table["table"]: table["rows"] for table in report["tables"]},
            "drift": sorted({drift["resource"] for drift in report["resources"] if drift["drift"]})}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
