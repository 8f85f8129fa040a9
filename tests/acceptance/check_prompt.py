"""The prompt of `query` on a real pseudo-terminal."""
import csv
import fcntl
import os
import pty
import select
import signal
import stat
import struct
import termios
import time
from pathlib import Path

import duckdb

SECONDS = 30


class Terminal:
    """The program at the other end of a pseudo-terminal."""

    def __init__(self, binary, arguments, env, lines=24, columns=80):
        self.child, self.end = pty.fork()
        if self.child == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
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
        ("Tab completes a column of a table behind the cursor", terminal.type("SELECT  FROM probationary_periods p" + "\x1b[D" * 28 + "p.ini\t", "initial_")),
        ("and a day", terminal.type("\x05\x15\\as_of " + day[:6] + "\t", day[6:]) and terminal.type("\r", ready)),
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
    ran = terminal.type("SELECT 40 + 2 AS answer;\r", "(1 row, ", " s)", ready) and terminal.type("quit\r") and terminal.close() == 0
    ctx.check("prompt: --no-history keeps nothing", ran and not history.exists())
    _looks(ctx, env, ready, people)
    piped = ctx.program.run("query", "--lake", str(root))
    ctx.check("prompt: none where nobody types", [] if piped.code == 2 and "found 0" in piped.err else [piped.tail()])


def _looks(ctx, env, ready, people):
    """Answers on screens of several widths, whole in a pager, a file or a pipe."""
    folder = Path(ctx.scratch.name, "looks")
    folder.mkdir()
    everybody = "SELECT * FROM employees ORDER BY id;\r"
    for columns in (80, 200):
        terminal = Terminal(ctx.program.binary, ["query", "--no-history"], env, columns=columns)
        terminal.read_until(ready)
        since = len(terminal.seen)
        shown = terminal.type(everybody, "| id ", "…", f"({people} rows, 40 shown, ", "\\pager on shows all)", ready)
        lines = [line for line in terminal.seen[since:].split("\r\n") if line.startswith(("|", "+"))]
        # Other characters may take two columns, or none.
        odd = [line for line in lines if line.isascii() and len(line) > columns]
        ctx.check(f"prompt: a table fits {columns} columns", [] if shown and len(lines) == 45 and not odd else [repr(odd[:2]), terminal.seen[-300:]])
        named = terminal.type("SELECT count(*) , upper('x'), NULL, '' AS empty;\r", "| count(*) | upper('x') | NULL | empty |", "|        1 | X          | NULL |       |", ready)
        ctx.check(f"prompt: headings are what was typed, at {columns}", [] if named else [terminal.seen[-400:]])
        terminal.type("exit\r")
        ctx.check(f"prompt: exit leaves, at {columns}", terminal.close() == 0)

    seen, script, file = folder / "seen", folder / "script.sql", folder / "answer.csv"
    script.write_text("SELECT 1 AS one;\nSELECT 2 AS two")
    terminal = Terminal(ctx.program.binary, ["query", "--no-history"], {**env, "PAGER": f"cat > {seen}; true"})
    terminal.read_until(ready)
    steps = [
        ("\\x shows records", terminal.type("\\x\r", ready) and terminal.type("SELECT 1 AS a, NULL AS b;\r", "-[ 1 ]", "a | 1", "b | NULL", "(1 row", ready)),
        ("\\x off shows tables again", terminal.type("\\x off\r", ready) and terminal.type("SELECT 1 AS a;\r", "| a |", ready)),
        ("\\timing tells no time", terminal.type("\\timing\r", ready) and terminal.type("SELECT 1 AS a;\r", "(1 row)", ready)),
        ("\\pager pages what does not fit", terminal.type("\\pager on\r", ready) and terminal.type(everybody, f"({people} rows)", ready)),
        ("and shows all of it", seen.exists() and sum(line.startswith("|") for line in seen.read_text().splitlines()) == people + 1),
        ("but not what fits", terminal.type("SELECT 7 AS seven;\r", "| seven |", ready)),
        ("\\i runs a file", terminal.type(f"\\i {script}\r", "| one |", "| two |", ready)),
        ("\\o writes a file", terminal.type(f"\\o {file}\r", ready) and terminal.type("\\format csv\r", ready) and terminal.type("SELECT '' AS a, NULL AS b;\r", "has the answer", ready)),
        ("exactly", file.exists() and file.read_text() == 'a,b\n"",\n' and stat.S_IMODE(file.stat().st_mode) == 0o600),
        ("and back", terminal.type("\\o\r", ready) and terminal.type("SELECT 8 AS eight;\r", "eight\r\n8", ready)),
        ("\\d finds tables by a pattern", terminal.type("\\d emp*s\r", "core", "employees", ready)),
        ("a wrong command names the nearest", terminal.type("\\pagr\r", "did you mean \\pager?", ready)),
        ("help lists commands", terminal.type("help\r", "How answers look", "\\timing", ready)),
    ]
    terminal.type("\\q\r")
    for name, well in [*steps, ("and \\q leaves", terminal.close() == 0)]:
        ctx.check(f"prompt: {name}", [] if well else [repr(terminal.seen[-400:])])

    terminal = Terminal(ctx.program.binary, ["query", "--no-history"], {**env, "PAGER": "no-such-pager"})
    terminal.read_until(ready)
    told = terminal.type("\\pager on\r", ready) and terminal.type(everybody, "does not run: \\pager is off", ready)
    ctx.check("prompt: a pager that is not there is said", told and terminal.type("SELECT 9 AS n;\r", "| 9 |", ready) and terminal.type("\x04") and terminal.close() == 0)

    terminal = Terminal(ctx.program.binary, ["query", "SELECT * FROM employees ORDER BY id"], env)
    once = terminal.read_until("shows all)")
    ctx.check("prompt: one statement on a terminal is abridged too", [] if f"({people} rows, 40 shown, " in once and terminal.close() == 0 else [once[-300:]])
    piped = ctx.program.run("query", "--lake", env["LUCCA_LAKE"], "SELECT * FROM employees ORDER BY id").out.splitlines()
    ctx.check("prompt: and whole in a pipe", [] if sum(line.startswith("|") for line in piped) == people + 1 and "… |" not in piped[1] else piped[-3:])

    values = "SELECT * FROM (VALUES (1, '', 'a,b'), (2, NULL, '\"'), (3, 'NULL', ' ')) t(n, a, b) ORDER BY n"
    text = ctx.program.run("query", "--lake", env["LUCCA_LAKE"], "--format", "csv", values).out
    ctx.check("prompt: CSV tells null from an empty text", [] if text == 'n,a,b\n1,"","a,b"\n2,,""""\n3,NULL, \n' else [text])
    (folder / "values.csv").write_text(text)
    read = duckdb.sql(f"SELECT n, a, b FROM read_csv('{folder / 'values.csv'}', header = true, allow_quoted_nulls = false, quote = '\"')").fetchall()
    ctx.check("prompt: and DuckDB reads it so", [] if read == [(1, "", "a,b"), (2, None, '"'), (3, "NULL", " ")] else [repr(read)])
    cells = list(csv.reader(text.splitlines()))
    ctx.check("prompt: and Python the texts", [] if cells[1:] == [["1", "", "a,b"], ["2", "", '"'], ["3", "NULL", " "]] else [repr(cells)])


def _stopped(terminal):
    since = len(terminal.seen)
    os.write(terminal.end, b"SELECT count(*) FROM generate_series(1, 1000000000000) t(a) WHERE a % 7 = 3;\r")
    time.sleep(1)  # it is running, not being typed
    os.write(terminal.end, b"\x03")
    return "stopped" in terminal.read_until("stopped", since)
