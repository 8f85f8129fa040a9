"""Operating it: the history of runs, metrics that node_exporter takes, a notification, logs that can be read."""
import json
import re
import stat
import sys
import time
from pathlib import Path

import yaml
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus

import lake
from faults import Fault

ALERTS = Path(__file__).parents[2] / "examples/prometheus/alerts.yml"
# Leaves what it was told, one line a time, in the file of its first argument.
TOLD = """
import json, os, sys
told = json.load(sys.stdin)
told["variables"] = {k: v for k, v in os.environ.items() if k.startswith("LUCCA_")}
open(sys.argv[1], "a").write(json.dumps(told) + "\\n")
print("this goes to stderr")
"""


def operate(ctx):
    """History, metrics and notifications tell the same of runs that went well, failed and were held back."""
    lucca, root = ctx.server(), ctx.new_lake()
    folder = root.parent / "operated"
    folder.mkdir()
    metrics, told = folder / "lucca.prom", folder / "told.jsonl"
    flags = ["--metrics-file", metrics, "--notify-command", sys.executable, "-c", TOLD, told]
    well = ctx.program.sync(lucca, root, flags=flags)
    ctx.check("operate: a sync that is watched ends well", [] if well.code == 0 else [well.tail()])
    first = families(metrics)
    ctx.check("operate: what the notified program prints is no output", "this goes to stderr" in well.err and "this goes" not in well.out)

    before = time.time()
    failed = ctx.program.sync(lucca.serve(lucca.tenant, [Fault("forbidden", path="job-positions")]), root, flags=flags)
    second = families(metrics)
    verified = ctx.program.run("verify", *flags[:2], *flags[2:], env={"LUCCA_LAKE": str(root)})
    third = families(metrics)
    ctx.program.said += [verified.out + verified.err]
    damage(root)
    damaged = ctx.program.run("verify", *flags, env={"LUCCA_LAKE": str(root)})
    fourth = families(metrics)
    ctx.check("operate: exit codes are those of the commands", [well.code, failed.code, verified.code, damaged.code] == [0, 3, 0, 5])
    of_metrics(ctx, root, metrics, [first, second, third, fourth], failed, before)
    of_history(ctx, root, lucca)
    of_notifications(ctx, told, root)
    of_alerts(ctx, fourth)
    of_failures(ctx, root, folder)
    of_logs(ctx)


def families(path):
    """Every value of a file of metrics, by name and labels; both parsers read the same."""
    text = path.read_text()
    read = [{(s.name, *sorted(s.labels.items())): s.value for f in parse(text) for s in f.samples} for parse in (openmetrics, prometheus)]
    assert read[0] == read[1] and read[0], text
    return read[0]


def value(samples, name, **labels):
    """The one value of a metric with these labels among others, or none."""
    found = [v for (n, *rest), v in samples.items() if n == name and set(labels.items()) <= set(rest)]
    assert len(found) <= 1, f"{name} {labels}: {found}"
    return found[0] if found else None


def damage(root):
    """Flips a byte of a published file."""
    file = next(p for p in lake.files(root) if p.stat().st_size > 1000)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def of_metrics(ctx, root, path, states, failed, before):
    first, second, third, fourth = states
    report = newest(root)[-1]
    mode = stat.S_IMODE(path.stat().st_mode)
    ctx.check("operate: everybody may read the metrics", [] if mode == 0o644 else [oct(mode)])
    ctx.check("operate: nothing lies beside them", [p.name for p in path.parent.iterdir() if p.name not in ("lucca.prom", "told.jsonl")])
    ctx.check("operate: rows of tables are those of the report",
              {dict(k[1:])["table"]: v for k, v in first.items() if k[0] == "lucca_lake_table_rows"} == {t["table"]: t["rows"] for t in report["tables"]})
    ctx.check("operate: requests and duration are those of the report",
              (value(first, "lucca_lake_last_run_requests", command="sync"), value(first, "lucca_lake_last_run_duration_seconds", command="sync"))
              == (report["requests"]["requests"], report["seconds"]))
    labels = {"command": "sync", "lake": str(root)}
    success = "lucca_lake_last_success_timestamp_seconds"
    ctx.check("operate: a failure keeps the time of the last success and the rows", value(second, success, **labels) == value(first, success, **labels) < before
              and {k: v for k, v in second.items() if k[0] == "lucca_lake_table_rows"} == {k: v for k, v in first.items() if k[0] == "lucca_lake_table_rows"})
    ctx.check("operate: a failure is told by its code and time", value(second, "lucca_lake_last_run_exit_code", **labels) == failed.code
              and before <= value(second, "lucca_lake_last_run_timestamp_seconds", **labels) <= time.time())
    ctx.check("operate: verify has metrics beside those of sync", value(third, "lucca_lake_last_run_exit_code", command="verify") == 0
              and value(third, "lucca_lake_last_run_exit_code", **labels) == failed.code)
    ctx.check("operate: damage is counted", value(fourth, "lucca_lake_last_run_findings", command="verify") == 1)


def newest(root):
    """The reports of a lake, the newest first."""
    return [json.loads(p.read_text()) for p in sorted(root.glob("_lake/runs/*/report.json"), reverse=True)]


def of_history(ctx, root, lucca):
    reports = newest(root)
    environment = {"LUCCA_LAKE": str(root)}
    listed = json.loads(ctx.program.run("runs", "--format", "json", env=environment).out)
    wanted = [(r["run_id"], r["outcome"].get("exit_code", 0), r["requests"]["requests"], sum(t["rows"] for t in r["tables"])) for r in reports]
    ctx.check("operate: runs are those of the reports, the newest first",
              [(r["run_id"], r["exit_code"], r["requests"], r["rows"]) for r in listed] == wanted and [r["outcome"] for r in listed] == ["failed", "published"])
    text = ctx.program.run("runs", env=environment)
    ctx.check("operate: the list says why a run failed", [] if text.code == 0 and "failed 3" in text.out and "job-positions" in text.out else [text.out])
    one = ctx.program.run("runs", reports[-1]["run_id"], env=environment)
    ctx.check("operate: one run is shown as it was told", [] if f"{reports[-1]['run_id']} as of {lucca.tenant.as_of}: " in one.out else [one.out])
    for name, content in [("20200101T000000Z-00000001", b"{"), ("20200102T000000Z-00000002", b""), ("odd", b"[1]")]:
        folder = root / "_lake/runs" / name
        folder.mkdir()
        (folder / "report.json").write_bytes(content)
    odd = ctx.program.run("runs", "--format", "json", env=environment)
    ctx.check("operate: reports that cannot be read are listed as such",
              [] if odd.code == 0 and [r["outcome"] for r in json.loads(odd.out)][2:] == ["unreadable"] * 3 else [odd.out + odd.err])
    many = ctx.new_lake() / "_lake/runs"
    for number in range(1000):
        folder = many / f"20260101T{number // 60:02}{number % 60:02}00Z-{number:08x}"
        folder.mkdir(parents=True)
        (folder / "report.json").write_text(json.dumps(reports[-1] | {"run_id": folder.name}))
    for arguments, most in [([], 3), (["--last", 1000], 20)]:
        result = ctx.program.run("runs", *arguments, "--format", "json", env={"LUCCA_LAKE": str(many.parents[1])})
        ctx.note(f"runs {arguments} of 1,000: {result.seconds:.2f} s, {result.peak_mb:.0f} MB")
        length = len(json.loads(result.out))
        ctx.check(f"operate: 1,000 runs are listed in {most} s", [] if result.seconds < most and length in (20, 1000) else [result.tail()])


def of_notifications(ctx, told, root):
    lines = [json.loads(line) for line in told.read_text().splitlines()]
    ctx.check("operate: each end was told once, in its order",
              [(t["command"], t["outcome"], t["exit_code"]) for t in lines]
              == [("sync", "published", 0), ("sync", "failed", 3), ("verify", "done", 0), ("verify", "failed", 5)])
    names = {"LUCCA_RUN_COMMAND", "LUCCA_RUN_OUTCOME", "LUCCA_RUN_EXIT_CODE", "LUCCA_RUN_ID"}
    ctx.check("operate: variables say the main things, and no secret is among them",
              all(names <= set(t["variables"]) and "LUCCA_CLIENT_SECRET" not in t["variables"] for t in lines)
              and lines[1]["variables"]["LUCCA_RUN_EXIT_CODE"] == "3" and lines[0]["variables"]["LUCCA_RUN_ID"] == lines[0]["run_id"])
    ctx.check("operate: it is told which lake, which day and which error", all(t["lake"] == str(root) for t in lines)
              and lines[0]["published"] == lines[0]["days"] and "job-positions" in lines[1]["error"])
    leaked = [v for v in ctx.canaries if len(v) >= 6 and any(v in json.dumps(t, ensure_ascii=False) for t in lines)]
    ctx.check("operate: no personal value is told", leaked)


def of_alerts(ctx, samples):
    """Every metric that the alerts ask for is one that is written, and every label that they match has such values."""
    rules = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
    written = {name for name, *_ in samples}
    labels = {key for _, *rest in samples for key, _ in rest}
    problems = [f"{rule['alert']}: {name}" for rule in rules for name in re.findall(r"lucca_lake_\w+", rule["expr"]) if name not in written]
    problems += [f"{rule['alert']}: label {label}" for rule in rules for label in re.findall(r"[{,](\w+)=", rule["expr"]) if label not in labels]
    problems += [f"{rule['alert']}: label {label}" for rule in rules for text in rule["annotations"].values()
                 for label in re.findall(r"\$labels\.(\w+)", text) if label not in labels]
    ctx.check("operate: alerts ask for metrics that are written", problems)
    ctx.check("operate: alerts are whole", [r["alert"] for r in rules if not ({"expr", "labels", "annotations"} <= set(r) and r["annotations"].get("summary"))])


def of_failures(ctx, root, folder):
    """What becomes of those who are told changes nothing."""
    environment = {"LUCCA_LAKE": str(root)}
    for name, flags, said in [("a folder that is not there", ["--metrics-file", folder / "none/x.prom"], "the metrics could not be written"),
                              ("a program that is not there", ["--notify-command", "/no/such/program"], "could not be run"),
                              ("a program that fails", ["--notify-command", "false"], "failed")]:
        result = ctx.program.run("gc", *flags, env=environment)
        ctx.check(f"operate: {name} is a warning", [] if result.code == 0 and "WARN" in result.err and said in result.err else [result.tail()])
    config = folder / "lucca-lake.toml"
    config.write_text('notify_command = ["true"]\n')
    config.chmod(0o600)
    found = ctx.program.run("gc", cwd=folder, env=environment)
    named = ctx.program.run("gc", "--config", config, env=environment)
    ctx.check("operate: a file that was only found runs nothing", [] if found.code == 2 and "notify_command" in found.err and named.code == 0 else [found.tail() + named.tail()])


def of_logs(ctx):
    """A sync that takes half a minute says one line for each resource, and few before."""
    lucca = ctx.server()
    result = ctx.program.sync(lucca, ctx.new_lake(), env={"LUCCA_LOG": "info"})
    read = re.findall(r"INFO read .*?resource=\"([\w-]+)\"", result.err) or re.findall(r"read resource=\"?([\w-]+)", result.err)
    ctx.check("operate: one line for each resource", [] if len(read) == len(set(read)) >= 10 and " reading " not in result.err else [result.err[-1500:]])
