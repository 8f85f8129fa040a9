"""The Debian package: a tree by a declared list, packed by dpkg-deb."""
import email.utils
import gzip
import hashlib
import os
import shutil
import subprocess
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
# Of the packaging itself; goes up when it changes and the program does not.
REVISION = 1


def build(program, stage, output, *, quick):
    """Builds it from what `stage` holds, and returns its path."""
    version = f"{program.version}-{REVISION}"
    date = email.utils.formatdate(int(os.environ["SOURCE_DATE_EPOCH"]))
    (stage / "changelog.Debian").write_text(
        f"lucca-lake ({version}) stable; urgency=medium\n\n  * Version {program.version}; changelog.gz says what is new.\n\n"
        f" -- {_maintainer()}  {date}\n")
    shutil.copy(HERE.parent / "CHANGELOG.md", stage / "changelog")
    tree = stage / "tree"
    files = tomllib.loads((HERE / "debian/files.toml").read_text())["file"]
    conffiles = [f"/{file['to']}" for file in files if file.get("conffile")]
    for file in files:
        _place(stage, tree, **file)
    placed = sorted(path for path in tree.rglob("*") if path.is_file())
    control = tree / "DEBIAN"
    control.mkdir()
    values = {"VERSION": version, "ARCHITECTURE": program.debian_machine, "GLIBC": program.glibc,
              "MAINTAINER": _maintainer(), "INSTALLED_SIZE": str(sum(path.stat().st_size // 1024 + 1 for path in placed))}
    text = (HERE / "debian/control").read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    (control / "control").write_text(text)
    (control / "conffiles").write_text("".join(f"{path}\n" for path in conffiles))
    (control / "md5sums").write_text("".join(
        f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(tree)}\n" for path in placed if f"/{path.relative_to(tree)}" not in conffiles))
    for name in ("postinst", "prerm", "postrm"):
        shutil.copy(HERE / "debian" / name, control / name)
        (control / name).chmod(0o755)
    for folder in (path for path in [tree, *tree.rglob("*")] if path.is_dir()):
        folder.chmod(0o755)
    package = output / f"lucca-lake_{version}_{program.debian_machine}.deb"
    compression = ["-Zgzip", "-z1"] if quick else ["-Zxz"]
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", *compression, tree, package], check=True, stdout=subprocess.DEVNULL)
    return package


def _place(stage, tree, *, to, mode=0o644, gzip=False, conffile=False, **source):
    """Copies the files that `from` names to where they go."""
    first, _, rest = source["from"].partition("/")
    folder, pattern = (stage, rest) if first == "made" else (HERE, source["from"])
    found = sorted(folder.glob(pattern))
    if not found:
        raise SystemExit(f"packaging/debian/files.toml names {source['from']}, which is not there")
    for path in found:
        target = tree / to / path.name if to.endswith("/") else tree / to
        target.parent.mkdir(parents=True, exist_ok=True)
        if gzip:
            target = target.with_name(target.name + ".gz")
            target.write_bytes(_packed(path.read_bytes()))
        else:
            shutil.copyfile(path, target)
        target.chmod(mode)


def _packed(content):
    return gzip.compress(content, 9, mtime=0)


def _maintainer():
    """Who answers for this package: by the variables that Debian's own tools read."""
    name, address = (os.environ.get(variable) for variable in ("DEBFULLNAME", "DEBEMAIL"))
    return f"{name or 'The administrator of this machine'} <{address or 'root@localhost'}>"
