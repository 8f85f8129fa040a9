"""The same job with dlt: employee-attributes as of one day, by its `rest_api` source, into Parquet files of a local folder.

    venv/bin/python with_dlt.py ORIGIN FOLDER [--workers 1] [--nesting N]

As dlt's documentation sets it up, telemetry off. Prints what it loaded, and the seconds with and without importing dlt.
"""
import argparse
import json
import os
import time
from pathlib import Path

BEGUN = time.monotonic()
os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}

import dlt  # noqa: E402 - its import is measured
import pyarrow.parquet as pq  # noqa: E402
from dlt.sources.rest_api import rest_api_source  # noqa: E402

import tenant  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("origin")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", default="1", help="processes that normalise (default: dlt's own, 1)")
    parser.add_argument("--nesting", type=int, help="levels of objects that become columns; the rest stays JSON (default: all)")
    options = parser.parse_args()
    if options.workers != "1":  # work is shared by files, and without a limit there is one
        os.environ |= {"NORMALIZE__WORKERS": options.workers, "SOURCES__DATA_WRITER__FILE_MAX_ITEMS": "30000"}
    source = rest_api_source({
        "client": {
            "base_url": options.origin + "/lucca-api/",
            "headers": {"Api-Version": "2024-11-01"},
            "auth": {"type": "bearer", "token": "benchmark"},
            "paginator": {"type": "json_link", "next_url_path": "links.next.href"},
        },
        "resources": [{
            "name": "employee_attributes",
            "endpoint": {"path": "employee-attributes", "data_selector": "items",
                         "params": {"include": "links,totalCount", "limit": 1000, "applicability.asOf": tenant.AS_OF}},
        }],
    }, max_table_nesting=options.nesting)
    began = time.monotonic()
    pipeline = dlt.pipeline("lucca", pipelines_dir=str(options.folder / "state"), dataset_name="lucca",
                            destination=dlt.destinations.filesystem(bucket_url=(options.folder / "lake").as_uri()))
    pipeline.run(source, loader_file_format="parquet", write_disposition="replace")
    ended = time.monotonic()
    files = list((options.folder / "lake/lucca/employee_attributes").glob("*.parquet"))
    print(json.dumps({"rows": sum(pq.read_metadata(file).num_rows for file in files), "run_seconds": ended - began,
                      "import_seconds": began - BEGUN, "bytes": sum(file.stat().st_size for file in files),
                      "steps": {step.step: (step.finished_at - step.started_at).total_seconds()
                                for step in pipeline.last_trace.steps if step.step != "run"}}))


if __name__ == "__main__":
    main()
