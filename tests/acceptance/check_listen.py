"""The receiver of webhooks: nothing acknowledged is lost, and whoever is not Lucca gets the right status and nothing else."""
import asyncio
import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from webhook_sender import OLD_SECRET, SECRET, Load, ask, deliver, event, signed, timestamp

RATE, SECONDS = 1000, 10
# Connections that are answered at once, and the longest time that a head may take.
CONNECTIONS, HEAD_SECONDS = 128, 10


class Listener:
    """`lucca-lake listen` over one lake: what it said, and its end."""

    def __init__(self, ctx, lake, *flags, env=None, port=None):
        self.lake, self.port, self.said = lake, port or free_port(), []
        bare = {"PATH": os.environ.get("PATH", ""), "HOME": ctx.program.home.name, "LUCCA_LAKE": str(lake)}
        bare |= {"LUCCA_WEBHOOK_SECRET": f"{SECRET} {OLD_SECRET}"} if env is None else env
        command = [ctx.program.binary, "listen", "--address", f"127.0.0.1:{self.port}", *map(str, flags)]
        self.process = subprocess.Popen(command, env=bare, cwd=tempfile.gettempdir(), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self._wait_until_it_listens()

    def _read(self):
        for line in self.process.stderr:
            self.said.append(line)

    def _wait_until_it_listens(self):
        due = time.monotonic() + 20
        while time.monotonic() < due and self.process.poll() is None:
            try:
                if ask(self.port, "GET", "/health")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)

    def end(self, by=signal.SIGTERM):
        """Exit code after a signal."""
        self.process.send_signal(by)
        code = self.process.wait(timeout=40)
        self.reader.join(timeout=5)
        return code


@contextmanager
def listening(ctx, lake, *flags, **options):
    listener = Listener(ctx, lake, *flags, **options)
    try:
        yield listener
    finally:
        if listener.process.poll() is None:
            listener.process.kill()
            listener.process.wait()
        ctx.program.said.append("".join(listener.said))


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def received(folder):
    """Bodies in the sealed files of a spool, read by the description of the format alone; what else there is of files."""
    bodies, problems = [], []
    for path in sorted(Path(folder).glob("*")):
        if path.suffix != ".events":
            problems += [path.name] if path.name not in ("lock", "seen") else []
            continue
        data = path.read_bytes()
        while data:
            head, _, rest = data.partition(b"\n")
            match = re.fullmatch(rb"lucca-event (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) (\d+) ([0-9a-f]{64})", head)
            length = int(match[2]) if match else 0
            body, data = rest[:length], rest[length + 1:]
            if not match or hashlib.sha256(match[1] + b"\n" + body).hexdigest() != match[3].decode():
                problems.append(f"{path.name}: damaged")
                break
            bodies.append(body)
    return bodies, problems


def listen(ctx):
    """1,000 signed events a second with kill -9 in between, hostile requests, challenges, commands, misuse."""
    _load(ctx)
    _statuses(ctx)
    _slow(ctx)
    _commands(ctx)
    _fake_tenant(ctx)
    _misuse(ctx)


def _load(ctx):
    lake, load = ctx.new_lake(), None
    with listening(ctx, lake) as first:
        load = Load(first.port)
        at = [0.3 * SECONDS, 0.7 * SECONDS]
        listeners = [first]

        def kill():
            for pause in (at[0], at[1] - at[0]):
                time.sleep(pause)
                listeners[-1].end(signal.SIGKILL)
                listeners.append(Listener(ctx, lake, port=first.port))

        killer = threading.Thread(target=kill)
        killer.start()
        seconds = asyncio.run(load.send(range(RATE * SECONDS), RATE))
        killer.join()
        again = deliver(first.port, load.sent[0])[:2]
        code = listeners[-1].end()
    bodies, problems = received(lake / "_lake/events")
    counted = Counter(bodies)
    sent = {body: number for number, body in load.sent.items()}
    lost = [number for number in load.acknowledged if counted[load.sent[number]] == 0]
    ctx.check("listen: every acknowledged event is kept, after two kill -9", [f"lost: {n}" for n in lost] + problems)
    ctx.check("listen: none is kept twice or was never sent",
              [f"{n} times: event {sent.get(body)}" for body, n in counted.items() if n > 1 or body not in sent])
    ctx.check("listen: an event that comes again after it all is known", again == (200, "known\n"))
    ctx.check("listen: SIGTERM: exit 0", [] if code == 0 else [f"exit {code}: {''.join(listeners[-1].said)}"])
    ctx.check("listen: every event was acknowledged in the end", len(load.acknowledged) == RATE * SECONDS)
    _table(ctx, lake, load.acknowledged)
    ctx.note(f"{len(load.acknowledged)} events in {seconds:.1f} s, {len(load.acknowledged) / seconds:.0f} a second, "
             f"{load.again} sent again, the slowest answer after {load.slowest * 1000:.0f} ms")
    said = "".join(line for listener in listeners for line in listener.said)
    ctx.check("listen: neither secrets nor bodies are told",
              [word for word in (SECRET, OLD_SECRET, "Canary-", "familyName") if word in said])


def _table(ctx, lake, acknowledged):
    """The next sync puts what was received into the table `events`, and leaves none of it beside."""
    with ctx.program.fake_tenant("--employees", 20) as env:
        result = ctx.program.run("sync", "--lake", str(lake), "--tables", "events", env=env)
    ctx.program.said.append(result.out + result.err)
    if not ctx.check("listen: a sync of events ends well", [] if result.code == 0 else [result.tail()]):
        return
    rows = ctx.program.query(lake, "SELECT id FROM events WHERE data LIKE '%Canary-%'", "--format", "json")
    counted = Counter(row["id"] for row in json.loads(rows.out))
    ctx.check("listen: every acknowledged event is in the table, once",
              [f"{counted[str(n)]} times: event {n}" for n in acknowledged if counted[str(n)] != 1]
              + [f"never sent: {extra}" for extra in counted.keys() - {str(n) for n in acknowledged}])
    left = received(lake / "_lake/events")
    ctx.check("listen: what is in the table is not kept beside it", [] if left == ([], []) else [f"{len(left[0])} {left[1]}"])


def _statuses(ctx):
    lake, one = ctx.new_lake(), event(1)
    headers = signed(one)
    chunked = ((b"x" * 65536 for _ in range(20)), headers)
    cases = {
        "signed": (("POST", "/", one, headers), 200), "the same request again": (("POST", "/", one, headers), 200),
        "signed with the older secret": (("POST", "/elsewhere?x=1", event(2), signed(event(2), OLD_SECRET)), 200),
        "forged": (("POST", "/", one, signed(one, "no-secret")), 401), "unsigned": (("POST", "/", one, {}), 401),
        "another body": (("POST", "/", event(3), headers), 401),
        "six minutes old": (("POST", "/", one, signed(one, at=timestamp(-360))), 401),
        "six minutes ahead": (("POST", "/", one, signed(one, at=timestamp(360))), 401),
        "four minutes old": (("POST", "/", event(4), signed(event(4), at=timestamp(-240))), 200),
        "no JSON": (("POST", "/", b"<x/>", signed(b"<x/>")), 400), "no object": (("POST", "/", b"7", signed(b"7")), 400),
        "2 MiB": (("POST", "/", b"x" * (2 << 20), headers), 413), "1.25 MiB in chunks": (("POST", "/", *chunked), 413),
        "PUT": (("PUT", "/", one, headers), 405), "DELETE": (("DELETE", "/", None, headers), 405),
        "no challenge": (("GET", "/", None, {}), 400), "a long challenge": (("GET", "/?echo=" + "x" * 1025, None, {}), 400),
        "a long address": (("GET", "/?echo=" + "x" * 20000, None, {}), 431),
    }
    with listening(ctx, lake) as listener:
        wrong = []
        for name, (request, status) in cases.items():
            try:
                found = ask(listener.port, *request)[0]
            except OSError as error:
                # It does not wait for the rest of what is too large, which some systems tell before the answer is read.
                found = status if status in (413, 431) else error
            wrong += [] if found == status else [f"{name}: {found}, not {status}"]
        ctx.check("listen: each request gets its status", wrong)
        echo = [ask(listener.port, "GET", f"/hooks/lucca?{name}=%3Cb%3Ea%2Bb") for name in ("echo", "challenge")]
        ctx.check("listen: a challenge is answered with itself, as plain text",
                  [f"{e[0]} {e[1]}" for e in echo if e[:2] != (200, "<b>a+b") or not e[2]["content-type"].startswith("text/plain")
                   or e[2]["x-content-type-options"] != "nosniff"])
        garbage = [_raw(listener.port, text) for text in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"GET\r\n\r\n",
                                                          b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")]
        ctx.check("listen: what is no HTTP gets 400", [repr(said) for said in garbage if not said.startswith(b"HTTP/1.1 400")])
        code = listener.end()
    bodies, problems = received(lake / "_lake/events")
    ids = sorted(json.loads(body)["id"] for body in bodies)
    ctx.check("listen: what was refused is not kept, and what was repeated is kept once",
              problems + ([] if ids == ["1", "2", "4"] and code == 0 else [f"{ids}, exit {code}"]))


def _raw(port, text):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(text)
        said = b""
        while more := connection.recv(4096):
            said += more
        return said


def _slow(ctx):
    with listening(ctx, ctx.new_lake()) as listener:
        slow = [socket.create_connection(("127.0.0.1", listener.port), timeout=30) for _ in range(CONNECTIONS - 1)]
        for number, connection in enumerate(slow):
            connection.sendall(b"POST / HTTP/1.1\r\nX: "[:1 + number % 20])
        time.sleep(0.3)
        begun, meanwhile = time.monotonic(), deliver(listener.port, event(1))[0]
        for _ in range(2):  # the first may come before the place of the delivery above is free again
            slow.append(socket.create_connection(("127.0.0.1", listener.port), timeout=30))
            time.sleep(0.5)
        beyond = deliver(listener.port, event(2))[0]
        for connection in slow:  # a byte now and then does not win time
            connection.sendall(b"x")
        ends = [_ends(connection) for connection in slow]
        seconds, after = time.monotonic() - begun, deliver(listener.port, event(2))[0]
        code = listener.end()
    ctx.check("listen: slow heads: the others are answered meanwhile", meanwhile == 200)
    ctx.check("listen: one connection too many: 503", [] if beyond == 503 else [f"{beyond}"])
    late = [] if seconds < HEAD_SECONDS + 3 else [f"after {seconds:.1f} s"]
    ctx.check("listen: slow heads: their connections end", late + ([] if all(ends) else ["some do not"]))
    ctx.check("listen: slow heads: there is room again", [] if (after, code) == (200, 0) else [f"{after}, exit {code}"])


def _ends(connection):
    try:
        while connection.recv(4096):
            pass
        return True
    except ConnectionError:
        return True
    except OSError:
        return False
    finally:
        connection.close()


def _commands(ctx):
    lake, events = ctx.new_lake(), [event(number) for number in range(5)]
    with tempfile.TemporaryDirectory(prefix="acceptance-exec-") as here:
        out = Path(here, "out")
        script = f"test -z \"$LUCCA_WEBHOOK_SECRET\" && cat >> {out} && echo >> {out} && sleep 0.2"
        with listening(ctx, lake, "--exec", "sh", "-c", script) as listener:
            begun = time.monotonic()
            statuses = [deliver(listener.port, body)[0] for body in [*events, events[0]]]
            seconds, due = time.monotonic() - begun, time.monotonic() + 20
            while time.monotonic() < due and (not out.exists() or out.read_bytes().count(b"\n") < len(events)):
                time.sleep(0.05)
            listener.end()
        ran = out.read_bytes().splitlines() if out.exists() else []
    ctx.check("listen: a command runs once for each event, one after another", ran == events and set(statuses) == {200})
    ctx.check("listen: the answer does not wait for it", [] if seconds < 0.9 else [f"{seconds:.1f} s"])
    with listening(ctx, ctx.new_lake(), "--exec", "/no/such/program") as listener:
        status, code = deliver(listener.port, event(1))[0], listener.end()
        ctx.check("listen: a command that cannot be run changes nothing", [] if (status, code) == (200, 0) else [f"{status} {code}"])


def _fake_tenant(ctx):
    lake, port = ctx.new_lake(), free_port()
    command = [ctx.program.binary, "fake-tenant", "--deliver-to", f"http://127.0.0.1:{port}/hook", "--change-every", "0.1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True,
                          cwd=tempfile.gettempdir()) as tenant:
        try:
            said = {}
            while "FAKE_TENANT_PID" not in said:
                name, value = tenant.stdout.readline().strip().removeprefix("export ").split("=", 1)
                said[name] = value.strip("'")
            secret = {"LUCCA_WEBHOOK_SECRET": said["LUCCA_WEBHOOK_SECRET"]}
            with listening(ctx, lake, env=secret, port=port) as listener:
                time.sleep(2)
                code = listener.end()
        finally:
            tenant.kill()
    bodies, problems = received(lake / "_lake/events")
    topics = {json.loads(body)["topic"] for body in bodies}
    due = {"employee.created", "employment.created", "employment.updated", "job-position.created", "job-position.updated"}
    ctx.check("listen: what the fake tenant sends of joiners, leavers and moves arrives",
              problems + ([] if topics == due and code == 0 else [f"{topics}, exit {code}"]))


def _misuse(ctx):
    lake, secret = ctx.new_lake(), {"LUCCA_WEBHOOK_SECRET": SECRET}
    with listening(ctx, lake) as listener:
        cases = {
            "a second receiver": (["--lake", lake, "--address", "127.0.0.1:0"], secret, 6, "being received by process"),
            "a port that is taken": (["--lake", ctx.new_lake(), "--address", f"127.0.0.1:{listener.port}"], secret, 2, "address"),
            "an address of all": (["--lake", lake, "--address", "0.0.0.0:0"], secret, 2, "plain HTTP"),
            "no secret": (["--lake", lake], {}, 2, "LUCCA_WEBHOOK_SECRET"),
            "a secret and --insecure": (["--lake", lake, "--insecure"], secret, 2, "leave out one"),
            "a lake elsewhere and no spool": (["--lake", "s3://bucket/lake"], secret, 2, "--spool"),
        }
        for name, (flags, env, code, said) in cases.items():
            result = ctx.program.run("listen", *flags, env=env, timeout=20)
            ctx.check(f"listen: {name}: exit {code}", [] if result.code == code and said in result.err else [result.tail()])
        listener.end()
    with listening(ctx, ctx.new_lake(), "--insecure", "--log-format", "json", env={}) as listener:
        status, code = ask(listener.port, "POST", "/", event(1))[0], listener.end()
        last = [json.loads(line) for line in listener.said if line.startswith("{")][-1]
        ctx.check("listen: --insecure takes what is unsigned, and the last line of the log counts it",
                  [] if (status, code, last.get("kept")) == (200, 0, 1) else [f"{status} {code} {last}"])
