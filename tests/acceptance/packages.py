"""What `packaging/build` makes of the program under test, made once for all checks of it."""
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"


def made(ctx):
    """The folder with all of it, or None when nothing was made."""
    folder = Path(ctx.scratch.name, "dist")
    if not folder.exists():
        built = run(sys.executable, PACKAGING / "build", "--bin", ctx.program.binary, "--output", folder, "--quick")
        ctx.check("packaging: everything is built of the given binary", [] if built.returncode == 0 else [built.stderr[-700:]])
        for line in built.stdout.splitlines():
            ctx.note(line.replace(str(folder), "dist").replace(ctx.program.binary, Path(ctx.program.binary).name))
    return folder if any(folder.glob("*.deb")) else None


def run(*command, **options):
    """Runs to the end, with what it said as text."""
    options = {"stdin": subprocess.DEVNULL, "timeout": 180} | options
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace", **options)


def well(result, *wanted):
    """Problems of a command that should have ended well and said some things."""
    said = result.stdout + result.stderr
    problems = [] if result.returncode == 0 else [f"exit {result.returncode}: {said.strip()[-700:]}"]
    return problems + [f"says no {text!r}: {said.strip()[-400:]}" for text in wanted if text not in said]


def unpacked(package, folder):
    """The package's files below `folder`, and what tar says of each."""
    run("dpkg-deb", "--extract", package, folder)
    listed = subprocess.run(["dpkg-deb", "--fsys-tarfile", package], capture_output=True, check=True).stdout
    path = folder.with_suffix(".tar")
    path.write_bytes(listed)
    with tarfile.open(path) as archive:
        return {member.name.removeprefix("./"): member for member in archive.getmembers()}


def newest_glibc(binary):
    """By its symbols, read apart from how the packaging reads them."""
    content = Path(binary).read_bytes()
    return max(tuple(map(int, found.split(b"."))) for found in re.findall(rb"\0GLIBC_(\d+\.\d+)(?:\.\d+)?(?=\0)", content))


def in_wheel(wheel):
    """Names of what a wheel holds."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()
