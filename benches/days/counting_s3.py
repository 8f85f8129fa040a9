"""An S3 on loopback that counts its requests: moto behind a server that passes everything on. It holds a lake's manifests, views and
digest, and the data files of one day: what a `query` or a `sync` of the next day reads."""
import collections
import contextlib
import sys
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
        with loopback_s3.forwarding(endpoint, tell=lambda command, path: counts.update([_kind(command, path)])) as address:
            yield {
                "LUCCA_LAKE": "s3://lake/lake", "AWS_ENDPOINT": address, "AWS_ALLOW_HTTP": "true",
                "AWS_REGION": loopback_s3.REGION, "AWS_ACCESS_KEY_ID": KEYS[0], "AWS_SECRET_ACCESS_KEY": KEYS[1],
            }, lambda: dict(counts)


def _kind(command, path):
    return "LIST" if command == "GET" and "list-type=" in path else command
