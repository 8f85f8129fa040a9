"""The environment with those extensions of DuckDB that come as packages."""
import json
import os
import subprocess
import sys
from pathlib import Path


def python():
    """Its Python. It is beside ours: each extension is for one version of DuckDB, and not for the newest."""
    folder = Path(os.environ.get("ACCEPTANCE_EXTENSIONS") or Path(sys.prefix).with_name("extensions"), "bin")
    if not (folder / "python").exists():
        raise FileNotFoundError(f"no extensions: python3 -m venv {folder.parent} && {folder}/pip install -r tests/acceptance/requirements-extensions.txt")
    return folder / "python"


def told(script, *arguments, about):
    """What a script of ours says there, given this as JSON; or what went wrong, as a list."""
    command = [python(), Path(__file__).with_name(script), *arguments]
    done = subprocess.run(command, input=json.dumps(about), capture_output=True, text=True, timeout=120)
    return [done.stderr[-600:]] if done.returncode else json.loads(done.stdout)
