"""cron, systemd and Kubernetes: the examples are what their schedulers take, and treat exit codes as they are meant."""
import configparser
import os
import subprocess
import tempfile
from pathlib import Path

import kubernetes_validate
import yaml

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
HOPELESS = [2, 3, 4, 5, 6, 70]


def schedulers(ctx):
    """The script for cron by exit code, the CronJob by Kubernetes' own schema and its hardening, the drop-ins of systemd."""
    _cron(ctx)
    _kubernetes(ctx)
    for path in sorted((EXAMPLES / "systemd").glob("*.conf")):
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str
        unit.read(path)
        ctx.check(f"schedulers: {path.name} is a drop-in of the service", unit.sections() == ["Service"] and len(unit["Service"]) > 0)


def _cron(ctx):
    """The program and `sleep` are stand-ins that write down what they are asked."""
    nights = {"all is well": ([0, 0], 0, ["sync -q", "verify -q"]),
              "75, then well": ([75, 75, 0, 0], 0, ["sync -q", "sleep 900", "sync -q", "sleep 900", "sync -q", "verify -q"]),
              "75 and no end": ([75] * 9, 75, ["sync -q", "sleep 900"] * 3 + ["sync -q"]),
              "a gate": ([5], 5, ["sync -q"]), "damaged": ([0, 5], 5, ["sync -q", "verify -q"]),
              "with gc": ([0, 0, 0], 0, ["sync -q", "verify -q", "gc -q"])}
    for name, (codes, wanted, asked) in nights.items():
        with tempfile.TemporaryDirectory(prefix="acceptance-cron-") as scratch:
            log, left, settings = (Path(scratch, n) for n in ("log", "left", "env"))
            left.write_text("".join(f"{code}\n" for code in codes))
            settings.write_text("LUCCA_SEEN=yes\n" + ("LUCCA_LAKE_GC=1\n" if name == "with gc" else ""))
            _script(scratch, "sleep", f'echo "sleep $1" >>{log}')
            _script(scratch, "lucca-lake", f'test "$LUCCA_SEEN" = yes || exit 99\necho "$*" >>{log}\ncode=$(head -n 1 {left})\n'
                    f"sed -i 1d {left}\nexit $code")
            env = {"PATH": f"{scratch}:{os.environ['PATH']}", "LUCCA_LAKE_ENV": str(settings), "LUCCA_LAKE_FOLDER": scratch}
            done = subprocess.run([EXAMPLES / "cron" / "lucca-lake-nightly"], env=env, capture_output=True, text=True, timeout=60)
            said = log.read_text().splitlines()
            ctx.check(f"schedulers: cron, {name}", [] if (done.returncode, said, done.stdout + done.stderr) == (wanted, asked, "")
                      else [f"{done.returncode} {said} {done.stderr}"])


def _script(folder, name, body):
    path = Path(folder, name)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def _kubernetes(ctx):
    documents = list(yaml.safe_load_all((EXAMPLES / "kubernetes" / "cronjob.yaml").read_text()))
    problems = []
    for document in documents:
        try:
            kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)
        except kubernetes_validate.ValidationError as error:
            problems.append(f"{document['kind']}: {error}")
    ctx.check(f"schedulers: {len(documents)} documents are what Kubernetes {kubernetes_validate.latest_version()} takes", problems)
    job = next(d for d in documents if d["kind"] == "CronJob")["spec"]["jobTemplate"]["spec"]
    rules = [rule for rule in job["podFailurePolicy"]["rules"] if rule["action"] == "FailJob"]
    pod = job["template"]["spec"]
    box = pod["containers"][0]
    ctx.check("schedulers: Kubernetes tries again what is worth it", [r["onExitCodes"]["values"] for r in rules] == [HOPELESS]
              and rules[0]["onExitCodes"]["containerName"] == box["name"] and pod["restartPolicy"] == "Never")
    hardened = {"not root": pod["securityContext"]["runAsNonRoot"], "seccomp": pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault",
                "no new rights": not box["securityContext"]["allowPrivilegeEscalation"], "no capabilities": box["securityContext"]["capabilities"] == {"drop": ["ALL"]},
                "read-only": box["securityContext"]["readOnlyRootFilesystem"], "no token": not pod["automountServiceAccountToken"],
                "memory limit": "memory" in box["resources"]["limits"], "by digest": "@sha256:" in box["image"]}
    ctx.check("schedulers: the pod keeps to the restricted level", [name for name, so in hardened.items() if not so])
    settings = next(d for d in documents if d["kind"] == "ConfigMap")["data"]
    secret = next(v for v in pod["volumes"] if "secret" in v)
    folder = next(m["mountPath"] for m in box["volumeMounts"] if m["name"] == secret["name"])
    file = f"{folder}/{secret['secret']['items'][0]['path']}"
    ctx.check("schedulers: the secret is a file, and where the settings say", settings["LUCCA_CLIENT_SECRET_FILE"] == file
              and not any("SECRET" in name and not name.endswith("_FILE") for name in [*settings, *(e["name"] for e in box["env"])]))
    written = [e["value"] for e in box["env"]]
    mounts = [m["mountPath"] for m in box["volumeMounts"] if not m.get("readOnly")]
    ctx.check("schedulers: what is written is on a volume", all(any(w.startswith(m) for m in mounts) for w in written))
