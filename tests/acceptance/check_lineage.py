"""Events of OpenLineage while a run happens: to a file and to a server, and never in the way."""
import json
import uuid

from check_operate import newest
from collector import Collector
from faults import Fault

PARENT = {"run": {"runId": "01908a3c-0000-7000-8000-000000000000"}, "job": {"namespace": "airflow", "name": "hr.sync"}}


def lineage(ctx):
    """Each run tells that it begins and how it ended, with what it read and wrote."""
    lucca, root = ctx.server(), ctx.new_lake()
    file = root.parent / "lineage.jsonl"
    with Collector() as collector:
        environment = {"OPENLINEAGE_URL": collector.url, "OPENLINEAGE_API_KEY": "fake-lineage-key",
                       "OPENLINEAGE_PARENT_ID": f"airflow/hr.sync/{PARENT['run']['runId']}"}
        flags = ["--openlineage-file", file]
        result = ctx.program.sync(lucca, root, env=environment, flags=flags)
        failed = ctx.program.sync(lucca.serve(lucca.tenant, [Fault("forbidden", path="job-positions")]), root, env=environment, flags=flags)
        derived = ctx.program.run("derive", *flags, env={"LUCCA_LAKE": str(root)} | environment)
        ctx.check("lineage: exit codes are those of the commands", [] if (result.code, failed.code, derived.code) == (0, 3, 0) else [derived.tail()])
        posted = [json.loads(body) for path, _, body in collector.posted if path == "/api/v1/lineage"]
        ctx.check("lineage: the key is sent", all(h.get("authorization") == "Bearer fake-lineage-key" for h in collector.headers()))
    events = [json.loads(line) for line in file.read_text().splitlines()]
    ctx.check("lineage: file and server are told the same", events == posted)
    ctx.check("lineage: each run begins and ends", [(e["job"]["name"], e["eventType"]) for e in events]
              == [("sync", "START"), ("sync", "COMPLETE"), ("sync", "START"), ("sync", "FAIL"), ("derive", "START"), ("derive", "COMPLETE")])
    runs = [uuid.UUID(e["run"]["runId"]) for e in events]
    ctx.check("lineage: one UUID for each run", runs[::2] == runs[1::2] and len(set(runs)) == 3)
    ctx.check("lineage: the run that started it is named", all({k: e["run"]["facets"]["parent"][k] for k in PARENT} == PARENT for e in events))
    whole, failure, computed = events[1], events[3], events[5]
    reports = {r["run_id"]: r for r in newest(root)}
    first = min(reports.values(), key=lambda r: r["started_at"])
    ctx.check("lineage: inputs are the collections of the tenant", {(i["namespace"], i["name"]) for i in whole["inputs"]}
              == {(lucca.origin, r["resource"]) for r in first["resources"]})
    namespace = root.as_uri()
    ctx.check("lineage: outputs are the tables of the report, with their rows",
              {(o["namespace"], o["name"]): o["outputFacets"]["outputStatistics"]["rowCount"] for o in whole["outputs"]}
              == {(namespace, f"{t['zone']}/{t['table']}"): t["rows"] for t in first["tables"]})
    headcount = next(o for o in whole["outputs"] if o["name"] == "derived/headcount")["facets"]
    made_of = {(i["name"], i["field"]) for f in headcount["columnLineage"]["fields"].values() for i in f["inputFields"]}
    outputs = {o["name"] for o in whole["outputs"]}
    ctx.check("lineage: columns are made of columns of these tables", made_of != set() and {name for name, _ in made_of} <= outputs)
    ctx.check("lineage: columns have names and types", {"department_id", "headcount"} <= {f["name"] for f in headcount["schema"]["fields"] if f["type"]})
    ctx.check("lineage: a run that fails says why, and wrote nothing", failure["outputs"] == [] and "job-positions" in failure["run"]["facets"]["errorMessage"]["message"])
    ctx.check("lineage: what is computed anew is made of the tables of the day", {"core/employees"} <= {i["name"] for i in computed["inputs"]} <= outputs
              and "derived/headcount" in {o["name"] for o in computed["outputs"]})
    # The words of the catalogue are told: some day stands in them as an example.
    catalogue = ctx.program.run("tables", "--format", "json", env={"LUCCA_LAKE": str(root)}).out
    ctx.check("lineage: no personal value is told", [v for v in ctx.canaries if len(v) >= 6 and v in file.read_text() and v not in catalogue])
    with Collector(status=500) as refuses:
        refused = ctx.program.run("derive", env={"LUCCA_LAKE": str(root), "OPENLINEAGE_URL": refuses.url})
    ctx.check("lineage: a server that refuses is a warning", [] if refused.code == 0 and "it answered 500" in refused.err else [refused.tail()])
    wrong = ctx.program.run("derive", env={"LUCCA_LAKE": str(root), "OPENLINEAGE_URL": "http://marquez", "OPENLINEAGE_API_KEY": "canary-key"})
    ctx.check("lineage: a key is not sent in clear text", [] if wrong.code == 2 and "https" in wrong.err and "canary-key" not in wrong.err else [wrong.tail()])
