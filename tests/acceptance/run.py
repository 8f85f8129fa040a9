"""Acceptance check of the program from the outside: an independent API, independent readers, every value compared.

    python3 -m venv venv && venv/bin/pip install -r tests/acceptance/requirements.txt
    venv/bin/python tests/acceptance/run.py --bin target/debug/lucca-lake [--only values --only faults]

Nothing leaves the machine: the API, the token endpoint and S3 are on loopback. ACCEPTANCE_SLOW=1 adds a run that crosses the rate
window and takes minutes. Exit code 1 when a check fails.
"""
import argparse
import sys
import traceback

import check_airflow
import check_analytics
import check_benches
import check_catalogue
import check_clouds
import check_delta
import check_ducklake
import check_faults
import check_iceberg
import check_image
import check_init
import check_legacy
import check_lineage
import check_listen
import check_mcp
import check_operate
import check_operations
import check_package
import check_portable
import check_portraits
import check_prompt
import check_readers
import check_recipes
import check_report
import check_resume
import check_schedulers
import check_structure
import check_telemetry
import check_values
import check_warehouses
import check_wheel
import check_xlsx
from context import Context
from program import Program

# `quiet` last: it reads everything the other runs said.
CHECKS = {
    "values": check_values.values,
    "derived": check_values.derived,
    "analytics": check_analytics.analytics_tables,
    "structure": check_structure.structure,
    "demo": check_operations.demo,
    "rerun": check_operations.rerun,
    "s3": check_operations.s3,
    "budget": check_operations.budget,
    "concurrency": check_operations.concurrency,
    "faults": check_faults.faults,
    "killed": check_resume.killed,
    "stopped": check_resume.stopped,
    "alone": check_resume.alone,
    "pace": check_resume.pace,
    "memory": check_operations.memory,
    "readers": check_readers.readers,
    "portable": check_portable.portable,
    "portraits": check_portraits.portraits,
    "warehouses": check_warehouses.warehouses,
    "report": check_report.report,
    "catalogue": check_catalogue.catalogue,
    "xlsx": check_xlsx.xlsx,
    "iceberg": check_iceberg.iceberg,
    "ducklake": check_ducklake.ducklake,
    "azure": check_clouds.azure,
    "gcs": check_clouds.gcs,
    "airflow": check_airflow.airflow,
    "schedulers": check_schedulers.schedulers,
    "recipes": check_recipes.recipes,
    "legacy": check_legacy.legacy,
    "benches": check_benches.benches,
    "init": check_init.init,
    "wheel": check_wheel.wheel,
    "package": check_package.package,
    "image": check_image.image,
    "operate": check_operate.operate,
    "telemetry": check_telemetry.telemetry,
    "lineage": check_lineage.lineage,
    "prompt": check_prompt.prompt,
    "listen": check_listen.listen,
    "mcp": check_mcp.mcp,
    "quiet": check_faults.quiet,
}
# For a build with the feature of that name; only when asked for.
WITH_DELTA = {"delta": check_delta.delta, "delta-s3": check_delta.delta_s3}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="the lucca-lake binary")
    parser.add_argument("--only", action="append", choices=[*CHECKS, *WITH_DELTA], help="run this check; may be repeated")
    options = parser.parse_args()
    context = Context(Program(options.bin))
    try:
        for name in options.only or CHECKS:
            check = (CHECKS | WITH_DELTA)[name]
            print(f"== {name}: {check.__doc__.splitlines()[0]}", flush=True)
            try:
                check(context)
            except Exception:  # one broken check must not hide the others
                context.check(f"{name}: runs to its end", traceback.format_exc().splitlines()[-6:])
    finally:
        context.close()
    for name in context.failed:
        print(f"FAIL {name}")
    print(f"{context.passed} passed, {len(context.failed)} failed")
    return 1 if context.failed else 0


if __name__ == "__main__":
    sys.exit(main())
