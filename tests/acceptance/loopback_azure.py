"""Azure's Blob Storage as its maker emulates it: Azurite, on loopback and in memory, with one container called `lake`."""
import base64
import contextlib
import hashlib
import hmac
import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import time
from email.utils import formatdate
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit
from xml.etree import ElementTree

ACCOUNT = "lakes"
KEY = base64.b64encode(b"canary-azure-key-of-the-emulator").decode()
CONTAINER = "lake"


def program():
    """Azurite as `npm ci` in the folder `node` installs it, or from the path."""
    here = Path(__file__).parent / "node" / "node_modules" / ".bin" / "azurite-blob"
    found = str(here) if here.exists() else shutil.which("azurite-blob")
    if not found:
        raise FileNotFoundError("no azurite-blob: run `npm ci` in tests/acceptance/node")
    return found


@contextlib.contextmanager
def running():
    """Yields the environment that leads there, and its container."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="azurite-") as folder:
        command = [program(), "--inMemoryPersistence", "--blobPort", str(port), "--silent", "--disableTelemetry", "--skipApiVersionCheck"]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
                                  env=os.environ | {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"})
        try:
            _wait_for(port)
            container = Container(port)
            container.ask("PUT", f"/{CONTAINER}?restype=container")
            yield {"AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT, "AZURE_STORAGE_ACCOUNT_KEY": KEY,
                   "AZURE_STORAGE_ENDPOINT": f"http://127.0.0.1:{port}/{ACCOUNT}"}, container
        finally:
            server.terminate()
            server.wait()


class Container:
    """What is in the container, by requests that are signed here: nothing of the program's own."""

    def __init__(self, port):
        self.port = port

    def names(self, prefix):
        found, marker = [], ""
        while True:
            listing = self.ask("GET", f"/{CONTAINER}?comp=list&marker={quote(marker)}&prefix={quote(prefix)}&restype=container")
            root = ElementTree.fromstring(listing.decode("utf-8-sig"))
            found += [name.text for name in root.iterfind("Blobs/Blob/Name")]
            marker = root.findtext("NextMarker") or ""
            if not marker:
                return found

    def read(self, name):
        return self.ask("GET", f"/{CONTAINER}/{quote(name)}")

    def ask(self, method, target):
        """One request with Shared Key authorization."""
        target = f"/{ACCOUNT}{target}"
        said = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-12-02"}
        url = urlsplit(target)
        resource = f"/{ACCOUNT}{url.path}" + "".join(f"\n{name}:{value}" for name, value in sorted(parse_qsl(url.query, True)))
        to_sign = method + "\n" * 12 + "".join(f"{name}:{value}\n" for name, value in sorted(said.items())) + resource
        signature = base64.b64encode(hmac.new(base64.b64decode(KEY), to_sign.encode(), hashlib.sha256).digest()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, target, headers=said | {"Authorization": f"SharedKey {ACCOUNT}:{signature}", "Content-Length": "0"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status >= 300:
            raise OSError(f"Azurite: {method} {target}: {answer.status} {body[:300]}")
        return body


def _wait_for(port):
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("azurite-blob did not start")
