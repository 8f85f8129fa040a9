"""An S3 on loopback that counts its requests: moto behind a server that passes everything on. It holds a lake's manifests, views and
digest, and the data files of one day: what a `query` or a `sync` of the next day reads."""
import collections
import contextlib
import http.client
import http.server
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "acceptance"))
import loopback_s3  # noqa: E402

KEYS = "test", "not-a-secret"


@contextlib.contextmanager
def running(lake, day):
    """Yields what to set so that the program uses it, and a function that tells the requests so far by kind."""
    counts = collections.Counter()
    with loopback_s3.running(*KEYS) as (endpoint, bucket):
        for path in sorted(Path(lake).rglob("*")):
            kept = path.suffix in (".json", ".sql") or f"as_of={day}" in path.parts
            if path.is_file() and kept and "runs" not in path.parts:
                bucket.upload_file(str(path), "lake", f"lake/{path.relative_to(lake)}")
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _forward(endpoint.removeprefix("http://"), counts))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield {
                "LUCCA_LAKE": "s3://lake/lake", "AWS_ENDPOINT": f"http://127.0.0.1:{server.server_port}", "AWS_ALLOW_HTTP": "true",
                "AWS_REGION": loopback_s3.REGION, "AWS_ACCESS_KEY_ID": KEYS[0], "AWS_SECRET_ACCESS_KEY": KEYS[1],
            }, lambda: dict(counts)
        finally:
            server.shutdown()


def _forward(to, counts):
    class Forward(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self):
            counts["LIST" if self.command == "GET" and "list-type=" in self.path else self.command] += 1
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            sent = {k: v for k, v in self.headers.items() if k.lower() not in ("content-length", "connection")}
            there = http.client.HTTPConnection(to)
            there.request(self.command, self.path, body=content or None, headers=sent)
            answer = there.getresponse()
            body = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                    self.send_header(name, value)
            self.send_header("Content-Length", answer.getheader("Content-Length") if self.command == "HEAD" else str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            there.close()

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = forward

        def log_message(self, *_):
            pass

    return Forward
