"""The Debian package: as dpkg installs it, its manual, completions and service."""
import configparser
import gzip
import os
import re
import shlex
import shutil
from pathlib import Path

import packages
from check_prompt import Terminal
from handlers import CLIENT_ID, CLIENT_SECRET
from packages import run, well

NOBODY = 65534


def package(ctx):
    """dpkg installs it into a tree of its own and takes it away again; its manual, completions and service are right."""
    made = packages.made(ctx)
    if made is None:
        return
    deb, scratch = next(made.glob("*.deb")), Path(ctx.scratch.name, "package")
    tree = scratch / "tree"
    scratch.mkdir()
    members = packages.unpacked(deb, tree)
    _files(ctx, members)
    _depends(ctx, deb, tree)
    _installed(ctx, deb, scratch / "root")
    _manual(ctx, tree, scratch)
    _completions(ctx, tree, scratch)
    _units(ctx, tree)
    _service(ctx, tree, scratch)


def _files(ctx, members):
    wanted = {"usr/bin/lucca-lake": 0o755, "etc/lucca-lake/lucca-lake.toml": 0o644, "lib/systemd/system/lucca-lake.service": 0o644,
              "lib/systemd/system/lucca-lake.timer": 0o644, "usr/share/man/man1/lucca-lake.1.gz": 0o644,
              "usr/share/man/man1/lucca-lake-webhooks-endpoints-list.1.gz": 0o644, "usr/share/man/man5/lucca-lake.toml.5.gz": 0o644,
              "usr/share/bash-completion/completions/lucca-lake": 0o644, "usr/share/zsh/vendor-completions/_lucca-lake": 0o644,
              "usr/share/fish/vendor_completions.d/lucca-lake.fish": 0o644, "usr/share/doc/lucca-lake/copyright": 0o644,
              "usr/share/doc/lucca-lake/changelog.Debian.gz": 0o644, "usr/share/doc/lucca-lake/NOTICES.gz": 0o644}
    ctx.check("package: it holds every part, with its mode",
              [f"{path}: {members.get(path) and oct(members[path].mode)}" for path, mode in wanted.items() if path not in members or members[path].mode != mode])
    ctx.check("package: all of it is root's, and nobody else can change it",
              [name for name, member in members.items() if member.uid or member.gid or member.mode & 0o022])


def _depends(ctx, deb, tree):
    said = run("dpkg-deb", "--field", deb, "Depends").stdout
    glibc = ".".join(map(str, packages.newest_glibc(tree / "usr/bin/lucca-lake")))
    linked = run("ldd", tree / "usr/bin/lucca-lake").stdout
    libraries = {Path(line.split()[0]).name for line in linked.splitlines() if line.split()} - {"linux-vdso.so.1"}
    libraries = {name for name in libraries if not name.startswith("ld-linux")}
    # libc6 brings libm too.
    ctx.check("package: it depends on what it is linked with",
              [] if said.strip() == f"libc6 (>= {glibc}), libgcc-s1" and libraries <= {"libc.so.6", "libm.so.6", "libgcc_s.so.1"} else [said, str(libraries)])


def _installed(ctx, deb, root):
    """As dpkg does it, its scripts included, in a root of its own."""
    (root / "var/lib/dpkg/info").mkdir(parents=True)
    (root / "var/lib/dpkg/status").touch()
    dpkg = ["dpkg", f"--root={root}", "--force-depends", "--force-script-chrootless", "--force-not-root"]
    ctx.check("package: dpkg installs it", well(run(*dpkg, "--install", deb), "Setting up lucca-lake"))
    ctx.check("package: the program is there", well(run(root / "usr/bin/lucca-lake", "--version"), "lucca-lake 0."))
    config = root / "etc/lucca-lake/lucca-lake.toml"
    ctx.check("package: its configuration is one that the program reads",
              well(run(root / "usr/bin/lucca-lake", "--config", config, "config"), "/var/lib/lucca-lake/lake"))
    config.write_text(config.read_text() + "# changed\n")
    ctx.check("package: installing it again keeps a changed configuration",
              well(run(*dpkg, "--install", deb)) + ([] if config.read_text().endswith("# changed\n") else ["it is lost"]))
    ctx.check("package: dpkg removes it", well(run(*dpkg, "--remove", "lucca-lake")) + ([] if config.exists() else ["and the configuration"]))
    ctx.check("package: and purges it", well(run(*dpkg, "--purge", "lucca-lake"), "Purging configuration files"))
    left = [path for path in root.rglob("*") if path.is_file() and "var/lib/dpkg" not in str(path)]
    ctx.check("package: then nothing is left", [str(path) for path in left])


def _manual(ctx, tree, scratch):
    pages = sorted((tree / "usr/share/man").rglob("*.gz"))
    for page in pages:
        (scratch / page.stem).write_bytes(gzip.decompress(page.read_bytes()))
    linted = run("mandoc", "-T", "lint", "-W", "error", *(scratch / page.stem for page in pages))
    ctx.check(f"package: mandoc reads all {len(pages)} pages of the manual", well(linted) + linted.stdout.splitlines())
    env = {"PATH": os.environ["PATH"], "MANPAGER": "cat", "MANWIDTH": "100", "LC_ALL": "C.UTF-8"}
    for name, words in (("lucca-lake", ("LUCCA_BASE_URL", "EXIT STATUS", "lucca-lake-sync(1)")), ("lucca-lake-sync", ("--max-requests",)),
                        ("lucca-lake.toml", ("requests_per_minute", "Default 50."))):
        shown = run("man", "--warnings", "-M", tree / "usr/share/man", name, env=env)
        ctx.check(f"package: man shows {name}", well(shown, *words) + shown.stderr.splitlines())


def _completions(ctx, tree, scratch):
    bash = tree / "usr/share/bash-completion/completions/lucca-lake"
    asked = [("sy", "sync"), ("sync --max", "--max-requests"), ("webhooks endpoints li", "list"), ("tables --format js", "json"), ("--log-format j", "json"),
             ("completions f", "fish")]
    for typed, wanted in asked:
        words = ["lucca-lake", *typed.split(" ")]
        script = f'. {bash}; COMP_WORDS=({shlex.join(words)}); COMP_CWORD={len(words) - 1}; ' \
                 f'f=$(complete -p lucca-lake | sed -n "s/.* -F \\([^ ]*\\) .*/\\1/p"); "$f" lucca-lake {shlex.quote(words[-1])} {shlex.quote(words[-2])}; ' \
                 'printf "%s\\n" "${COMPREPLY[@]}"'
        said = run("bash", "-euc", script)
        ctx.check(f"package: bash completes {typed!r}", well(said) + ([] if said.stdout.split()[:1] == [wanted] else [said.stdout + said.stderr]))
    terminal = Terminal("/bin/bash", ["--norc", "--noprofile", "-i"], {"PATH": f"{tree}/usr/bin:{os.environ['PATH']}", "TERM": "dumb", "PS1": "ready> "})
    terminal.read_until("ready> ")
    steps = terminal.type(f". {bash}\r", "ready> ") and terminal.type("lucca-lake vers\x7f\x7f\x7f\x7fsnapsh\t", "ots ") and terminal.type("--for\t", "mat ") \
        and terminal.type("js\t", "on ") and terminal.type("\x03", "ready> ") and terminal.type("exit\r")
    terminal.close()
    ctx.check("package: and does so on a terminal", [] if steps else [repr(terminal.seen[-300:])])

    zsh = tree / "usr/share/zsh/vendor-completions/_lucca-lake"
    ctx.check("package: zsh reads its completions", well(run("zsh", "-n", zsh)))
    loaded = run("zsh", "-fc", f"fpath=({zsh.parent} $fpath); autoload -Uz compinit; compinit -u -d {scratch}/zcompdump; echo $_comps[lucca-lake]")
    ctx.check("package: and finds them by the program's name", well(loaded, "_lucca-lake"))
    fish = tree / "usr/share/fish/vendor_completions.d/lucca-lake.fish"
    ctx.check("package: fish reads its completions", well(run("fish", "--no-execute", fish)))
    said = run("fish", "--no-config", "-c", f"source {fish}; complete -C 'lucca-lake snapsh'; complete -C 'lucca-lake snapshots --for'")
    ctx.check("package: and completes", well(said, "snapshots", "--format"))


def _unit(path):
    """A unit's keys, each with all its values."""
    unit = configparser.ConfigParser(strict=False, interpolation=None, dict_type=_Many)
    unit.optionxform = str
    unit.read(path)
    return unit


class _Many(dict):
    """Keeps the values of a key that is set several times."""

    def __setitem__(self, key, value):
        if isinstance(value, list) and key in self and isinstance(self[key], list):
            self[key].extend(value)
        else:
            super().__setitem__(key, value)


def _units(ctx, tree):
    units = tree / "lib/systemd/system"
    # It looks for the program where the unit says it is: below this root.
    checked = run("systemd-analyze", "verify", f"--root={tree}", "--man=no", "--recursive-errors=no", "lucca-lake.service", "lucca-lake.timer")
    ctx.check("package: systemd takes the units", well(checked) + checked.stderr.splitlines())
    own = units / "lucca-lake.service.d"
    own.mkdir()
    for path in sorted((packages.ROOT / "examples/systemd").glob("*.conf")):
        shutil.copy(path, own)
        checked = run("systemd-analyze", "verify", f"--root={tree}", "--man=no", "--recursive-errors=no", "lucca-lake.service")
        ctx.check(f"package: and with the example {path.name}", well(checked) + checked.stderr.splitlines())
    shutil.rmtree(own)
    rated = run("systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=15", units / "lucca-lake.service")
    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", rated.stdout)
    ctx.check("package: the service may do little", well(rated))
    ctx.note(f"systemd-analyze security: exposure {exposure.group(1) if exposure else '?'} of 10")
    calendar = run("systemd-analyze", "calendar", _unit(units / "lucca-lake.timer")["Timer"]["OnCalendar"].splitlines()[0])
    ctx.check("package: the timer's time is one", well(calendar, "Next elapse"))


def _service(ctx, tree, scratch):
    """The service's own command, as a user of its own with its credentials in a folder, as systemd would run it."""
    service = _unit(tree / "lib/systemd/system/lucca-lake.service")["Service"]
    lucca = ctx.server()
    state, credentials = scratch / "state", scratch / "credentials"
    for folder in (state, credentials):
        folder.mkdir(mode=0o700)
    lake = state / "lucca-lake/lake"
    (state / "lucca-lake").mkdir(mode=0o700)
    loaded = [value.split(":", 1) for value in service["LoadCredential"].splitlines()]
    ctx.check("package: what the service is given is where the package says", [] if [source for _, source in loaded] == ["/etc/lucca-lake/lucca-lake.toml", "/etc/lucca-lake/client-secret"] else [str(loaded)])
    config = (tree / "etc/lucca-lake/lucca-lake.toml").read_text().replace("/var/lib/lucca-lake", str(state / "lucca-lake"))
    (credentials / loaded[0][0]).write_text(config + f'base_url = "{lucca.origin}"\ntoken_url = "{lucca.accounts}/connect/token"\n'
                                            f'client_id = "{CLIENT_ID}"\nrequests_per_minute = 6000\n')
    (credentials / loaded[1][0]).write_text(CLIENT_SECRET + "\n")
    for path in credentials.iterdir():
        path.chmod(0o400)
    user = {}
    if os.geteuid() == 0:
        user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        for path in (state, state / "lucca-lake", credentials, *credentials.iterdir()):
            os.chown(path, NOBODY, NOBODY)
        for folder in (Path(ctx.scratch.name), scratch):
            folder.chmod(0o711)
    meant = {"%d": str(credentials), "%S": str(state)}
    expand = lambda text: re.sub(r"%[dS]", lambda found: meant[found.group()], text)  # noqa: E731
    command = shlex.split(expand(service["ExecStart"]))
    command[0] = str(tree) + command[0]
    env = dict(word.split("=", 1) for word in shlex.split(expand(service["Environment"]))) | {"PATH": "/usr/bin:/bin"}
    ran = run(*command, env=env, cwd=expand(service["WorkingDirectory"]), umask=0o027, **user)
    ctx.program.said.append(ran.stdout + ran.stderr)
    ctx.check("package: the service's command reads the account", well(ran))
    ctx.check("package: and says nothing of it", [] if ran.stdout + ran.stderr == "" else [ran.stdout + ran.stderr])
    snapshots = ctx.program.run("snapshots", "--lake", lake, "--format", "json")
    ctx.check("package: into the only folder that it may write to", [] if '"current"' in snapshots.out or '"as_of"' in snapshots.out else [snapshots.tail()])
    (credentials / loaded[1][0]).unlink()
    refused = run(*command, env=env, cwd=expand(service["WorkingDirectory"]), **user)
    ctx.check("package: without its secret it ends with a code that is not tried again", [] if str(refused.returncode) in service["RestartPreventExitStatus"].split() else [refused.stderr])
