"""Reads back what a client wrote: rows, different ids, and whether these are all the ids served.

    venv/bin/python count.py VALUES FOLDER [FOLDER]
"""
import json
import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

import tenant

ids = pa.chunked_array([chunk for folder in sys.argv[2:] for chunk in ds.dataset(folder).to_table(["id"])["id"].chunks])
numbers = pc.unique(ids.cast("int64"))
first, last = tenant.FIRST_VALUE, tenant.FIRST_VALUE + int(sys.argv[1]) - 1
print(json.dumps({"rows": len(ids), "different": len(numbers),
                  "all": len(numbers) == int(sys.argv[1]) and pc.min_max(numbers).as_py() == {"min": first, "max": last}}))
