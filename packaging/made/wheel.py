"""The wheel: the program as a script of the environment, its manual and completions as data of it. No Python in it."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent


def build(program, stage, output, *, quick):
    """Builds it from what `stage` holds, and returns its path."""
    source = stage / "wheel"
    source.mkdir()
    for path in (HERE / "wheel/pyproject.toml", HERE / "wheel/hatch_build.py", HERE / "wheel/README.md", HERE.parent / "LICENSE", stage / "NOTICES"):
        shutil.copy(path, source)
    shutil.copy(program.path, source / "lucca-lake")
    share = source / "share"
    shutil.copytree(stage / "man", share / "man/man1", ignore=shutil.ignore_patterns("*.5"))
    shutil.copytree(stage / "man", share / "man/man5", ignore=shutil.ignore_patterns("*.1"))
    completions = stage / "completions"
    for shell, place in (("bash", "bash-completion/completions/lucca-lake"), ("zsh", "zsh/site-functions/_lucca-lake"),
                         ("fish", "fish/vendor_completions.d/lucca-lake.fish")):
        (share / place).parent.mkdir(parents=True)
        shutil.copy(completions / f"lucca-lake.{shell}", share / place)
    tag = f"py3-none-manylinux_{program.glibc.replace('.', '_')}_{program.wheel_machine}"
    told = {"LUCCA_LAKE_WHEEL_VERSION": program.version, "LUCCA_LAKE_WHEEL_TAG": tag, "LUCCA_LAKE_WHEEL_QUICK": "1" if quick else ""}
    built = subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", output.resolve()], cwd=source,
                           env=os.environ | told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if built.returncode:
        raise SystemExit(f"no wheel was built; is hatchling there, as packaging/requirements.txt names it?\n{built.stdout}")
    return output / f"lucca_lake-{program.version}-{tag}.whl"
