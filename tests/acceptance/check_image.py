"""The tree that an image would hold, made by the Dockerfile's own steps."""
import json
import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import packages
from packages import run, well

# Becomes the program in `root`, as the user, with an environment and nothing else.
_ENTER = """
import json, os, sys
root, here, user, environment, *command = sys.argv[1:]
os.chroot(root)
os.chdir(here)
os.setgroups([])
os.setgid(int(user))
os.setuid(int(user))
os.execve(command[0], command, json.loads(environment))
"""


def image(ctx):
    """The Dockerfile is sound, and its steps, done in a tree with what its base has, make one that the demo runs in."""
    made = packages.made(ctx)
    if made is None:
        return
    dockerfile, root = made / "image/Dockerfile", Path(ctx.scratch.name, "image")
    linted = run(Path(sys.executable).with_name("hadolint"), "--failure-threshold", "info", dockerfile)
    ctx.check("image: hadolint finds nothing", well(linted) + linted.stdout.splitlines())
    if os.geteuid() != 0:
        ctx.note("image: its tree can be entered by root alone")
        return
    base, said, environment = _base(root), {}, {}
    for step in re.sub(r"\\\n\s*", "", dockerfile.read_text()).splitlines():
        word, _, rest = step.partition(" ")
        if word == "COPY":
            owner, source, target = re.fullmatch(r"(?:--chown=(\d+):\d+ )?(\S+) (\S+)", rest).groups()
            _copy(made / "image" / source, root / target.lstrip("/"), int(owner or 0))
        elif word == "ENV":
            environment |= dict(pair.split("=", 1) for pair in shlex.split(rest))
        else:
            said[word] = rest
    before, user = _tree(root), said["USER"].split(":")[0]
    command = [*json.loads(said["ENTRYPOINT"]), "demo", "--employees", "30"]
    ran = run(sys.executable, "-c", _ENTER, root, said["WORKDIR"], user, json.dumps(environment), *command)
    ctx.check(f"image: the demo runs in it as user {user}", well(ran, "Probation deadlines", "published as number 1"))
    changed = sorted(path for path in _tree(root) ^ before if not path.startswith("data/"))
    ctx.check("image: it writes into its volume alone", changed)
    ctx.check("image: where the lake is", (root / "data/lake/core/employees").is_dir())
    ctx.note(f"the tree has {len(before)} files and folders; of the base: {', '.join(base)}")


def _base(root):
    """The libraries that the program is linked with, from this machine, and the certificates."""
    copied = []
    for line in run("ldd", shutil.which("true")).stdout.splitlines():
        found = re.search(r"(/\S+)", line)
        copied += [found.group(1)] if found else []
    copied += [line for name in ("libm.so.6", "libgcc_s.so.1") for line in _library(name)]
    copied += [path for path in ("/etc/ssl/certs/ca-certificates.crt",) if Path(path).exists()]
    for path in copied:
        target = root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        target.chmod(0o755)
    (root / "tmp").mkdir()
    return sorted(Path(path).name for path in copied)


def _library(name):
    cache = run("/sbin/ldconfig", "-p").stdout
    return re.findall(rf"{re.escape(name)} .*=> (/\S+)", cache)[:1]


def _copy(source, target, owner):
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy(source, target)
    for path in [target, *target.rglob("*")]:
        os.chown(path, owner, owner)


def _tree(root):
    return {f"{path.relative_to(root)} {path.lstat().st_size}" if path.is_file() else f"{path.relative_to(root)}" for path in root.rglob("*")}
