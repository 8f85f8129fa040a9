"""A second opinion on the store: the cases that `cargo test` runs against the S3 of its own, in stores that are not ours.

    python3 -m venv venv && venv/bin/pip install -r tests/acceptance/requirements.txt
    npm ci --prefix tests/acceptance/node
    venv/bin/python tests/acceptance/other_stores.py

They are an S3 (moto), Azure storage (Azurite), and a stand-in of Google Cloud Storage. Nothing leaves the machine. Exit code 1 when a
case fails, or when the cases did not run there.
"""
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import loopback_azure
import loopback_gcs
import loopback_s3

# A filter that matches nothing must not pass.
LEAST_CASES = 25


@contextmanager
def s3():
    """An S3 that is not ours."""
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "canary-s3-secret"}
    with loopback_s3.running(*keys.values()) as (endpoint, bucket):
        env = keys | {"AWS_ENDPOINT_URL": endpoint, "AWS_REGION": loopback_s3.REGION}
        yield ("s3://lake", env, lambda: bucket.list_objects_v2(Bucket="lake", Prefix="test-").get("KeyCount", 0),
               lambda: [u["Key"] for u in bucket.list_multipart_uploads(Bucket="lake").get("Uploads", [])])


@contextmanager
def azure():
    """Azure storage."""
    with loopback_azure.running() as (env, container):
        yield "az://lake", env, lambda: len(container.names("test-")), list


@contextmanager
def gcs():
    """Google Cloud Storage."""
    with loopback_gcs.running() as (address, bucket):
        yield "gs://lake", loopback_gcs.environment(address), lambda: len(bucket.names("test-", "")), lambda: list(bucket.uploads)


def problems_on(store):
    """Runs the cases there, and says what is wrong."""
    root = Path(__file__).resolve().parents[2]
    with store() as (url, env, written, uploads):
        command = ["cargo", "test", "--locked", "--lib", "::bucket::"]
        tests = subprocess.run(command, cwd=root, env=os.environ | env | {"LUCCA_TEST_BUCKET": url}, stdout=subprocess.PIPE, text=True)
        print(tests.stdout)
        done = re.search(r"test result: (\w+)\. (\d+) passed; (\d+) failed; (\d+) ignored", tests.stdout)
        left, there = uploads(), written()
    problems = []
    if tests.returncode != 0 or not done or done[1] != "ok":
        problems.append("cases failed")
    if done and (int(done[2]) < LEAST_CASES or int(done[4])):
        problems.append(f"{done[2]} cases passed and {done[4]} were ignored, of at least {LEAST_CASES}")
    if not there:
        problems.append("nothing was written there: the cases ran elsewhere")
    if left:
        problems.append(f"uploads were left open: {left}")
    if not problems:
        print(f"ok   {done[2]} cases: {store.__doc__}")
    return problems


def main():
    stores = (s3, azure, gcs)
    # At the same time: each waits for a server of its own.
    with ThreadPoolExecutor() as pool:
        problems = [f"{store.__doc__} {problem}" for store, found in zip(stores, pool.map(problems_on, stores)) for problem in found]
    for problem in problems:
        print(f"FAIL {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
