"""An S3 that is not ours: moto, on loopback, with one empty bucket called `lake`."""
import contextlib
import socket
import subprocess
import sys
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
