"""Traces and metrics for an OpenTelemetry collector: whole, in their places, without personal values, and never in the way."""
import socket
from collections import Counter

from check_operate import families, newest
from collector import Collector, values
from faults import Fault

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def telemetry(ctx):
    """A collector gets one trace of a run, continued from its caller's, and the numbers of the file of metrics."""
    lucca, root = ctx.server(), ctx.new_lake()
    metrics = root.parent / "telemetry.prom"
    with Collector() as collector:
        environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_EXPORTER_OTLP_HEADERS": "x-tenant=hr-data",
                       "OTEL_SERVICE_NAME": "lucca-nightly", "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test",
                       "TRACEPARENT": f"00-{TRACE}-{PARENT}-01"}
        result = ctx.program.sync(lucca, root, env=environment, flags=["--metrics-file", metrics])
        ctx.check("telemetry: a sync that is collected ends well", [] if result.code == 0 and "WARN" not in result.err else [result.tail()])
        of_spans(ctx, collector.spans(), newest(root)[0])
        ctx.check("telemetry: the collector's headers are sent", all(h.get("x-tenant") == "hr-data" for h in collector.headers()) and collector.posted != [])
        in_file = {(n, *rest): v for (n, *rest), v in families(metrics).items()}
        ctx.check("telemetry: metrics are those of the file", [] if collector.metrics() == in_file else [str(set(collector.metrics().items()) ^ set(in_file.items()))[:600]])
        told = b" ".join(body for _, _, body in collector.posted).decode(errors="replace")
        ctx.check("telemetry: no personal value is told", [v for v in ctx.canaries if len(v) >= 6 and v in told])
        ctx.check("telemetry: no address with a query is told", "?" not in "".join(s.name + str(values(s.attributes)) for s, _ in collector.spans()))
    with Collector() as collector:
        environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
        failed = ctx.program.sync(lucca.serve(lucca.tenant, [Fault("forbidden", path="job-positions")]), root, env=environment)
        run = next((s for s, _ in collector.spans() if s.name == "sync"), None)
        ctx.check("telemetry: a run that fails is told with its error", run is not None and run.status.code == 2
                  and "job-positions" in run.status.message and values(run.attributes)["process.exit.code"] == failed.code == 3)
        derived = ctx.program.run("derive", env={"LUCCA_LAKE": str(root)} | environment)
        tables = [s.name for s, _ in collector.spans() if s.name.startswith("compute ")]
        ctx.check("telemetry: derive tells its tables", derived.code == 0 and "compute headcount" in tables and len(tables) == len(set(tables)))
        before = len(collector.posted)
        ctx.program.run("verify", env={"LUCCA_LAKE": str(root), "OTEL_SDK_DISABLED": "true"} | environment)
        ctx.check("telemetry: nothing is told when it is turned off", len(collector.posted) == before)
    of_outages(ctx, root)


def of_spans(ctx, spans, report):
    by_id = {s.span_id: s for s, _ in spans}
    runs = [s for s, _ in spans if s.name == "sync"]
    ctx.check("telemetry: one trace, the caller's", {s.trace_id.hex() for s, _ in spans} == {TRACE} and [s.parent_span_id.hex() for s in runs] == [PARENT])
    ctx.check("telemetry: service and resource are as the variables say", all(r["service.name"] == "lucca-nightly"
              and r["deployment.environment.name"] == "test" for _, r in spans))
    resources = {s.name.removeprefix("read "): s for s, _ in spans if s.name.startswith("read ")}
    ctx.check("telemetry: every resource below the run", set(resources) == {r["resource"] for r in report["resources"]}
              and all(s.parent_span_id == runs[0].span_id for s in resources.values()))
    requests = [s for s, _ in spans if "http.request.method" in values(s.attributes)]
    of = Counter(values(s.attributes)["lucca.resource"] for s in requests)
    ctx.check("telemetry: as many requests as the report says", [] if of == Counter(report["requests"]["requests_by_resource"]) else [f"{of} {report['requests']}"])
    below = [s.name for s in requests if by_id.get(s.parent_span_id) not in [*resources.values(), *runs]]
    ctx.check("telemetry: requests lie below their resources", below)
    # 400 is how a collection says that it does not give pages of a thousand.
    ctx.check("telemetry: each was answered", {values(s.attributes)["http.response.status_code"] for s in requests} == {200, 400} and all(s.kind == 3 for s in requests))
    tables = {s.name.removeprefix("compute ") for s, _ in spans if s.name.startswith("compute ")}
    ctx.check("telemetry: the derived tables are told, below the run", {"headcount", "probation_deadlines"} <= tables
              and all(s.parent_span_id == runs[0].span_id for s, _ in spans if s.name.startswith("compute ")))
    ctx.check("telemetry: the run tells how it ended", {"lucca.run_id": report["run_id"], "lucca.outcome": "published", "process.exit.code": 0}.items()
              <= values(runs[0].attributes).items())


def of_outages(ctx, root):
    """A collector that is not there, refuses or hangs changes no exit code, is said once, and costs seconds at most."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
    alone = ctx.program.run("verify", env={"LUCCA_LAKE": str(root)})
    with Collector(status=503) as refuses, Collector(hangs=60) as hangs:
        for name, url, most in [("is not there", nobody, 3), ("refuses", refuses.url, 3), ("hangs", hangs.url, 8), ("makes no sense", "::", 3)]:
            result = ctx.program.run("verify", env={"LUCCA_LAKE": str(root), "OTEL_EXPORTER_OTLP_ENDPOINT": url})
            said = sum("OpenTelemetry collector" in line for line in result.err.splitlines())
            ctx.check(f"telemetry: a collector that {name} is said once", [] if result.code == alone.code == 0 and said == 1 else [f"{said} {result.tail()}"])
            ctx.check(f"telemetry: a collector that {name} costs {most} s at most", [] if result.seconds - alone.seconds < most else [f"{result.seconds}"])
