"""The prompt of `query` on a real pseudo-terminal."""
import os
import pty
import select
import signal
import stat
import time
from pathlib import Path

SECONDS = 30


class Terminal:
    """The program at the other end of a pseudo-terminal."""

    def __init__(self, binary, arguments, env):
        self.child, self.end = pty.fork()
        if self.child == 0:
            os.execve(binary, [binary, *arguments], env)
        self.seen = ""

    def read_until(self, text, since=0):
        """Everything seen since, as soon as `text` is in it."""
        begun = time.monotonic()
        while text not in self.seen[since:]:
            ready, _, _ = select.select([self.end], [], [], 0.1)
            if ready:
                try:
                    self.seen += os.read(self.end, 65536).decode(errors="replace")
                except OSError:  # the program ended
                    break
            if time.monotonic() - begun > SECONDS:
                break
        return self.seen[since:]

    def type(self, keys, *then):
        """Sends keys, and tells whether all of `then` was shown afterwards, in that order."""
        since = len(self.seen)
        os.write(self.end, keys.encode())
        for text in then:
            shown = self.read_until(text, since)
            if text not in shown:
                return False
            since += shown.index(text) + len(text)
        return True

    def close(self):
        """The exit code, whatever it takes."""
        begun = time.monotonic()
        while time.monotonic() - begun < SECONDS:
            pid, status = os.waitpid(self.child, os.WNOHANG)
            if pid:
                os.close(self.end)
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.05)
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)
        return None


def prompt(ctx):
    """A session at a terminal: statements over several lines, completion, history, Ctrl-C, Ctrl-D."""
    lucca, root = ctx.server(), ctx.new_lake()
    ctx.synced("prompt", lucca, root)
    day, state = str(lucca.tenant.as_of), Path(ctx.scratch.name, "state")
    people = len(lucca.tenant.collections["employees"])
    env = {"PATH": os.environ.get("PATH", ""), "TERM": "xterm", "XDG_STATE_HOME": str(state), "LUCCA_LAKE": str(root)}
    terminal = Terminal(ctx.program.binary, ["query", "--format", "csv"], env)
    ready, goes_on = f"{day}> ", "-> "
    steps = [
        ("it greets with the day", ready in terminal.read_until(ready)),
        ("a line alone is no statement", terminal.type("SELECT count(*) AS people,\r", goes_on)),
        ("a statement runs at its end", terminal.type("'x' AS mark FROM employees;\r", f"{people},x", ready)),
        ("an error shows the place", terminal.type("SELECT nothing_like_it FROM employees;\r", "^^^^^^^^^^^^^^^", ready)),
        ("Tab completes a table", terminal.type("SELECT count(*) AS n FROM probationary_per\t", "iods")),
        ("and the statement runs", terminal.type(";\r", "n\r\n", ready)),
        ("Ctrl-C abandons a line", terminal.type("SELECT 'abandoned", "abandoned") and terminal.type("\x03", ready)),
        ("the arrow key brings a statement back", terminal.type("\x1b[A", "iods;")),
        ("\\d lists tables", terminal.type("\x05\x15\\d\r", "employments", ready)),
        ("Ctrl-C stops a running statement", _stopped(terminal)),
        ("and another one runs", terminal.type("SELECT 40 + 2 AS answer;\r", "answer\r\n42", ready)),
        ("Ctrl-D ends it", terminal.type("\x04") and terminal.close() == 0),
    ]
    for name, well in steps:
        ctx.check(f"prompt: {name}", [] if well else [repr(terminal.seen[-400:])])
    history = state / "lucca-lake" / "history"
    kept = history.read_text() if history.exists() else ""
    ctx.check("prompt: statements are kept", [] if "SELECT count(*) AS people" in kept and "abandoned" not in kept else [kept])
    ctx.check("prompt: by their owner only", history.exists() and stat.S_IMODE(history.stat().st_mode) == 0o600)

    history.unlink()
    terminal = Terminal(ctx.program.binary, ["query", "--no-history"], env)
    terminal.read_until(ready)
    ran = terminal.type("SELECT 40 + 2 AS answer;\r", "(1 row)", ready) and terminal.type("\\q\r") and terminal.close() == 0
    ctx.check("prompt: --no-history keeps nothing", ran and not history.exists())
    piped = ctx.program.run("query", "--lake", str(root))
    ctx.check("prompt: none where nobody types", [] if piped.code == 2 and "found 0" in piped.err else [piped.tail()])


def _stopped(terminal):
    since = len(terminal.seen)
    os.write(terminal.end, b"SELECT count(*) FROM generate_series(1, 1000000000000) t(a) WHERE a % 7 = 3;\r")
    time.sleep(1)  # it is running, not being typed
    os.write(terminal.end, b"\x03")
    return "stopped" in terminal.read_until("stopped", since)
