"""A second opinion on the store: the cases that `cargo test` runs against the S3 of its own, against one that is not ours.

    python3 -m venv venv && venv/bin/pip install -r tests/acceptance/requirements.txt
    venv/bin/python tests/acceptance/second_s3.py

Nothing leaves the machine. Exit code 1 when a case fails, or when the cases did not run there.
"""
import os
import re
import subprocess
import sys
from pathlib import Path

import loopback_s3

# A filter that matches nothing must not pass.
LEAST_CASES = 25


def main():
    root = Path(__file__).resolve().parents[2]
    with loopback_s3.running("test", "canary-s3-secret") as (endpoint, bucket):
        command = ["cargo", "test", "--locked", "--lib", "::s3::"]
        tests = subprocess.run(command, cwd=root, env=os.environ | {"LUCCA_TEST_S3": endpoint}, stdout=subprocess.PIPE, text=True)
        print(tests.stdout)
        done = re.search(r"test result: (\w+)\. (\d+) passed; (\d+) failed; (\d+) ignored", tests.stdout)
        written = bucket.list_objects_v2(Bucket="lake", Prefix="test-").get("KeyCount", 0)
        uploads = [u["Key"] for u in bucket.list_multipart_uploads(Bucket="lake").get("Uploads", [])]
    problems = []
    if tests.returncode != 0 or not done or done[1] != "ok":
        problems.append("cases failed")
    if done and (int(done[2]) < LEAST_CASES or int(done[4])):
        problems.append(f"{done[2]} cases passed and {done[4]} were ignored, of at least {LEAST_CASES}")
    if not written:
        problems.append("nothing was written to this S3: the cases ran elsewhere")
    if uploads:
        problems.append(f"uploads were left open: {uploads}")
    for problem in problems:
        print(f"FAIL {problem}")
    if not problems:
        print(f"ok   {done[2]} cases on an S3 that is not ours")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
