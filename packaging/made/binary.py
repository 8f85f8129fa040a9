"""The program itself: stripped, and what it says of the system that it needs."""
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

# ELF's number of the machine → the name that wheels have for it, and Debian.
MACHINES = {62: ("x86_64", "amd64"), 183: ("aarch64", "arm64")}


@dataclass
class Program:
    """A stripped binary: `glibc` is the newest version that a symbol of it asks for."""

    path: Path
    version: str
    glibc: str
    wheel_machine: str
    debian_machine: str


def strip(source, target):
    """A stripped copy of `source`, whatever profile built it."""
    header = source.read_bytes()[:20]
    if header[:5] != b"\x7fELF\x02":
        raise SystemExit(f"{source} is no 64-bit program for Linux")
    machine = MACHINES.get(int.from_bytes(header[18:20], "little"))
    if machine is None:
        raise SystemExit(f"{source} is for a machine that no package is made for")
    subprocess.run(["strip", "-o", target, source], check=True)
    target.chmod(0o755)
    said = subprocess.run([target, "--version"], capture_output=True, text=True, check=True).stdout
    return Program(target, said.split()[1], glibc(target), *machine)


def glibc(program):
    """The newest version of glibc that a symbol asks for: the C library must be that or later."""
    symbols = subprocess.run(["objdump", "-T", program], capture_output=True, text=True, check=True).stdout
    versions = {tuple(map(int, found.split("."))) for found in re.findall(r"GLIBC_([0-9.]+)", symbols)}
    return ".".join(map(str, max(versions)))
