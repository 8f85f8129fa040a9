"""What the licences of linked libraries ask for: their notices, with the program wherever it goes."""
import json
import subprocess
from pathlib import Path

NAMES = ("LICENSE*", "LICENCE*", "COPYING*", "COPYRIGHT*", "NOTICE*", "UNLICENSE*")


def write(root, machine, target):
    """One text: every library that is linked, then each text of a licence once, with whom it came from."""
    cargo, system = ["--locked", "--manifest-path", str(root / "Cargo.toml")], f"{machine}-unknown-linux-gnu"
    tree = _run("cargo", "tree", *cargo, "--target", system, "--edges", "normal", "--prefix", "none", "--format", "{p}")
    linked = {tuple(line.split()[:2]) for line in tree.splitlines() if line}
    metadata = json.loads(_run("cargo", "metadata", *cargo, "--filter-platform", system, "--format-version", "1"))
    libraries = sorted((p for p in metadata["packages"] if (p["name"], "v" + p["version"]) in linked and p["source"]),
                       key=lambda p: (p["name"], p["version"]))
    texts = {}
    lines = ["lucca-lake is linked with these libraries:", ""]
    for library in libraries:
        name = f"{library['name']} {library['version']}"
        lines.append(f"{name}: {library['license'] or 'licence as below'}" + (f", {', '.join(library['authors'])}" if library["authors"] else ""))
        for text in _texts(Path(library["manifest_path"]).parent):
            texts.setdefault(text, []).append(name)
    lines += ["", "The texts that came with them:"]
    for text, names in texts.items():
        lines += ["", "-" * 80, ", ".join(names) + ":", "", text]
    target.write_text("\n".join(lines) + "\n")
    print(f"{len(libraries)} libraries are linked, with {len(texts)} different texts of licences")


def _texts(folder):
    for path in sorted({path for name in NAMES for path in folder.glob(name) if path.is_file()}):
        yield "\n".join(line.rstrip() for line in path.read_text(errors="replace").strip().splitlines())


def _run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
