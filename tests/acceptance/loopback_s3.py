"""An S3 that is not ours: moto, on loopback, with one empty bucket called `lake`."""
import contextlib
import http.client
import http.server
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import boto3

REGION = "eu-west-3"


@contextlib.contextmanager
def running(key_id, secret):
    """Yields its address and a client of it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    beside = Path(sys.executable).parent / "moto_server"
    program = str(beside) if beside.exists() else "moto_server"
    server = subprocess.Popen([program, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        endpoint = f"http://127.0.0.1:{port}"
        keys = {"aws_access_key_id": key_id, "aws_secret_access_key": secret}
        client = boto3.client("s3", endpoint_url=endpoint, region_name=REGION, **keys)
        client.create_bucket(Bucket="lake", CreateBucketConfiguration={"LocationConstraint": REGION})
        yield endpoint, client
    finally:
        server.terminate()
        server.wait()


def _wait_for(port):
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("moto_server did not start")


def overwriting(endpoint):
    """The same S3 as some clones are: a put that should happen only if absent happens always."""
    return forwarding(endpoint, left_out=("if-none-match",))


@contextlib.contextmanager
def forwarding(endpoint, left_out=(), tell=lambda command, path: None):
    """Yields the address of a server that passes everything on to an S3, but for some headers, and tells of each request."""
    class Forward(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self):
            tell(self.command, self.path)
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            to = http.client.HTTPConnection(endpoint.removeprefix("http://"))
            sent = {k: v for k, v in self.headers.items() if k.lower() not in (*left_out, "content-length", "connection")}
            to.request(self.command, self.path, body=content or None, headers=sent)
            answer = to.getresponse()
            body = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                    self.send_header(name, value)
            self.send_header("Content-Length", answer.getheader("Content-Length") if self.command == "HEAD" else str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            to.close()

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = forward

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Forward)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
