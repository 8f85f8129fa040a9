"""The wheel in a virtual environment of its own, as pip installs it."""
import os
import sys
from pathlib import Path

import packages
from packages import run, well


def wheel(ctx):
    """pip installs the wheel, the program and its demo run, the manual is there, and uninstalling leaves nothing."""
    made = packages.made(ctx)
    if made is None:
        return
    built = next(made.glob("*.whl"))
    venv = Path(ctx.scratch.name, "wheel-venv")
    run(sys.executable, "-m", "venv", "--without-pip", venv)
    python, program = venv / "bin/python", venv / "bin/lucca-lake"
    # The pip of the checks, on another environment: a fresh one of its own would be the same and take longer.
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check", "--no-input"]
    before = _files(venv)
    installed = run(*pip, "install", "--no-index", "--no-compile", built)
    ctx.check("wheel: pip installs it with no index", well(installed, "Successfully installed lucca-lake-"))
    ctx.check("wheel: it carries licences", sorted({"LICENSE", "NOTICES"} - {Path(name).name for name in packages.in_wheel(built)}))

    version = run(ctx.program.binary, "--version").stdout
    ctx.check("wheel: the program is of the same version", well(run(program, "--version"), version))
    here = Path(ctx.scratch.name, "wheel-demo")
    here.mkdir()
    env = {"PATH": f"{venv}/bin:{os.environ['PATH']}", "HOME": ctx.program.home.name}
    demo = run("lucca-lake", "demo", "--employees", "40", cwd=here, env=env)
    ctx.check("wheel: its demo ends well", well(demo, "Headcount", "Probation deadlines", "published as number 1"))
    ctx.check("wheel: and leaves a lake", (here / "lake/core/employees").is_dir())
    page = run("man", "-M", venv / "share/man", "lucca-lake-sync", env=env | {"MANPAGER": "cat", "LC_ALL": "C.UTF-8"})
    ctx.check("wheel: man finds its pages", well(page, "lucca-lake-sync", "--max-requests"))
    names = [name.partition(".data/data/")[2] for name in packages.in_wheel(built)]
    wanted = {"share/bash-completion/completions/lucca-lake", "share/zsh/site-functions/_lucca-lake", "share/fish/vendor_completions.d/lucca-lake.fish",
              "share/man/man1/lucca-lake.1", "share/man/man5/lucca-lake.toml.5"}
    ctx.check("wheel: it has completions and the manual", sorted(wanted - set(names)))

    shown = run(sys.executable, "-m", "auditwheel", "show", built)
    tag = built.stem.split("-", 4)[-1]
    ctx.check("wheel: auditwheel finds the same tag", well(shown, f'"{tag}"'))
    glibc = "_".join(map(str, packages.newest_glibc(program)))
    ctx.check("wheel: which is of the glibc that is linked", [] if f"manylinux_{glibc}_" in tag else [f"{tag}, but {glibc}"])

    removed = run(*pip, "uninstall", "--yes", "lucca-lake")
    ctx.check("wheel: pip uninstalls it", well(removed, "Successfully uninstalled lucca-lake-"))
    ctx.check("wheel: nothing stays behind", sorted(map(str, _files(venv) - before)))


def _files(folder):
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file() or path.is_symlink()}
