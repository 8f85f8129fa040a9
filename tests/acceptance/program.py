"""Runs the program as a scheduler would: a bare environment, an empty working directory, nothing but the documented names."""
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from handlers import CLIENT_ID, CLIENT_SECRET

# Between us and the program, as small as a Python can be: Linux counts the memory of the process that forks towards the peak of
# the child until it runs the new program, and ours holds a whole tenant.
_MEASURE = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(child.pid, 0)
open(sys.argv[1], "w").write(str(usage.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status) & 255)
"""


@dataclass
class Result:
    """Outcome of one command; `peak_mb` is the largest resident memory."""

    code: int
    out: str
    err: str
    seconds: float
    peak_mb: float

    def tail(self):
        return f"exit {self.code} after {self.seconds:.1f} s: {self.err.strip()[-700:]}"


class Program:
    """The binary under test and every word it said about a sync."""

    def __init__(self, binary):
        self.binary, self.said = str(Path(binary).resolve()), []
        # One user's for as long as the checks take: processes of one user know of each other through it.
        self.home = tempfile.TemporaryDirectory(prefix="acceptance-home-")

    def run(self, *args, env=(), timeout=180, cwd=None):
        """Runs to the end; a run over `timeout` seconds is killed and has code 124."""
        bare = {"PATH": os.environ.get("PATH", ""), "RUST_BACKTRACE": "0"} | dict(env)
        with tempfile.TemporaryDirectory(prefix="acceptance-") as here:
            bare["HOME"] = self.home.name
            usage = Path(here, "peak")
            command = [sys.executable, "-S", "-E", "-c", _MEASURE, str(usage), self.binary, *map(str, args)]
            begun = time.monotonic()
            child = subprocess.Popen(command, env=bare, cwd=cwd or here, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, start_new_session=True)
            try:
                out, err = child.communicate(timeout=timeout)
                code = child.returncode
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, 9)
                (out, err), code = child.communicate(), 124
            peak = int(usage.read_text()) / 1024 if usage.exists() else 0.0
        return Result(code, out.decode(errors="replace"), err.decode(errors="replace"), time.monotonic() - begun, peak)

    @staticmethod
    def names(lucca, lake, secret=CLIENT_SECRET):
        """The environment that a sync of `lucca` into `lake` needs."""
        return {"LUCCA_BASE_URL": lucca.origin, "LUCCA_TOKEN_URL": lucca.accounts + "/connect/token", "LUCCA_CLIENT_ID": CLIENT_ID,
                "LUCCA_CLIENT_SECRET": secret, "LUCCA_LAKE": str(lake)}

    def start_sync(self, lucca, lake, *, rpm=6000, env=()):
        """A sync that the caller ends: the process itself, its output as bytes from `communicate()`."""
        bare = {"PATH": os.environ.get("PATH", ""), "HOME": self.home.name} | self.names(lucca, lake) | dict(env)
        command = [self.binary, "sync", "--as-of", str(lucca.tenant.as_of), "--requests-per-minute", str(rpm)]
        return subprocess.Popen(command, env=bare, cwd=tempfile.gettempdir(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def sync(self, lucca, lake, *, as_of=None, rpm=6000, secret=CLIENT_SECRET, env=(), timeout=180, flags=()):
        """One sync; `rpm` None leaves the default budget."""
        args = ["--as-of", str(as_of or lucca.tenant.as_of)] + (["--requests-per-minute", rpm] if rpm else [])
        result = self.run("sync", *args, *flags, env=self.names(lucca, lake, secret) | dict(env), timeout=timeout)
        self.said.append(result.out + result.err)
        return result

    @contextmanager
    def fake_tenant(self, *flags):
        """The program's own fake of a tenant, for checks that only need plenty of data: the environment to read it with."""
        command = [self.binary, "fake-tenant", "--requests-per-minute", "1000000", *map(str, flags)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                              cwd=tempfile.gettempdir(), text=True) as server:
            try:
                yield dict(server.stdout.readline().strip().removeprefix("export ").split("=", 1) for _ in range(4))
            finally:
                server.kill()

    def query(self, lake, sql, *flags, env=()):
        """One SQL statement over a lake."""
        return self.run("query", "--lake", str(lake), *flags, sql, env=env, timeout=60)
