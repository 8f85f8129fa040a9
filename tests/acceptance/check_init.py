"""The first five minutes: `init` on a real pseudo-terminal."""
import stat
import time
from pathlib import Path

from check_prompt import Terminal
from handlers import CLIENT_ID, CLIENT_SECRET


def init(ctx):
    """Questions on a terminal become a configuration that is checked; the secret is neither shown nor in it."""
    lucca, here = ctx.server(), Path(ctx.scratch.name, "init")
    here.mkdir()
    env = {"PATH": "/usr/bin:/bin", "TERM": "xterm", "HOME": str(here), "LUCCA_TOKEN_URL": lucca.accounts + "/connect/token",
           "LUCCA_REQUESTS_PER_MINUTE": "6000"}
    config, secret = here / "lucca-lake.toml", here / "lucca-lake.secret"
    begin = lambda: Terminal(ctx.program.binary, ["--config", str(config), "init"], env)  # noqa: E731

    terminal = begin()
    steps = [
        ("it says what it writes", f"This writes settings to {config}" in terminal.read_until("ilucca.net: ")),
        ("an address that is none is asked for again", terminal.type("acme\r", "not an address", "ilucca.net: ")),
        ("it says where applications are made", terminal.type(lucca.origin + "\r", "/identity/admin/integration-keys", "[application] ")),
        ("Enter takes the application", terminal.type("\r", "Client id: ")),
        ("it asks where the secret is", terminal.type(CLIENT_ID + "\r", "File that holds the client secret")),
        ("or for the secret", terminal.type("\r", "not shown: ")),
        ("a slip is taken back, and the secret goes to a file", terminal.type(CLIENT_SECRET + "xé\x7f\x7f\r", str(secret))),
        ("it asks for the lake", terminal.type("\r", "Where the lake goes")),
        ("it writes and checks", terminal.type(str(here / "lake") + "\r", "which only you can read", "ok      token", "read it:")),
        ("and ends well", terminal.close() == 0),
    ]
    for name, well in steps:
        ctx.check(f"init: {name}", [] if well else [repr(terminal.seen[-500:])])
    ctx.program.said.append(terminal.seen)
    ctx.check("init: the secret is not shown", CLIENT_SECRET[:8] not in terminal.seen)
    text = config.read_text() if config.exists() else ""
    ctx.check("init: nor in the configuration, which names its file", [] if CLIENT_SECRET not in text and str(secret) in text else [text])
    ctx.check("init: its file holds it exactly", secret.exists() and secret.read_text().strip() == CLIENT_SECRET)
    ctx.check("init: both are their owner's alone", [str(path) for path in (config, secret) if not path.exists() or stat.S_IMODE(path.stat().st_mode) != 0o600])

    again = begin()
    ctx.check("init: it does not replace a configuration", "--force replaces it" in again.read_until("names another file") and again.close() == 2)
    config.unlink()
    secret.unlink()

    # Given up where the terminal shows nothing: it shows again what is typed, and nothing is written.
    shell = Terminal("/bin/sh", ["-i"], env | {"PS1": "ready> "})
    shell.read_until("ready> ")
    told = shell.type(f"{ctx.program.binary} --config {config} init --client-id x --base-url {lucca.origin}\r", "type it next] ") \
        and shell.type("\r", "not shown: ") and shell.type("half a secr\x03", "nothing was written", "ready> ")
    ctx.check("init: Ctrl-C leaves", [] if told else [repr(shell.seen[-500:])])
    time.sleep(0.1)
    ctx.check("init: the terminal shows again what is typed", shell.type("echo vis''ible\r", "echo vis''ible", "visible"))
    shell.type("exit\r")
    shell.close()
    ctx.check("init: and nothing was written", [str(path) for path in (config, secret) if path.exists()])
    ctx.check("init: nor is half a secret shown", "half a" not in shell.seen)
