#!/usr/bin/env python3
"""Lets DuckDB read a run's exported metrics, and compares every cell with the run's own table.

    gradually train … --out RUN && gradually export RUN --to metrics.parquet
    python shared/saves/same_metrics.py RUN/metrics.csv metrics.parquet
"""

import csv
import sys
from pathlib import Path

import duckdb


def main() -> None:
    table, exported = sys.argv[1:]
    with Path(table).open(encoding="ascii", newline="") as file:
        head, *wanted = csv.reader(file)
    found = duckdb.connect().execute("SELECT * FROM read_parquet(?)", [exported])
    kinds = {column[0]: str(column[1]) for column in found.description}
    assert list(kinds) == head, list(kinds)
    counts = {name for name in head if name.endswith(("_id", "records"))}
    rows = found.fetchall()
    assert len(rows) == len(wanted) > 0, len(rows)
    for row, texts in zip(rows, wanted):
        for name, value, text in zip(head, row, texts):
            number = None if not text else int(text) if name in counts else float(text)
            assert type(value) is type(number) and value == number, (name, value, text)
    nulls = sum(value is None for row in rows for value in row)
    assert nulls, "a batch without an example has no accuracy"
    means = duckdb.connect().execute("SELECT avg(accuracy), sum(records) FROM read_parquet(?)", [exported]).fetchone()
    assert means[0] > 0.5 and means[1] == sum(int(texts[head.index("records")]) for texts in wanted), means
    print(f"DuckDB {duckdb.__version__}: {len(rows)} rows, {len(head)} columns, {nulls} nulls")


if __name__ == "__main__":
    main()
