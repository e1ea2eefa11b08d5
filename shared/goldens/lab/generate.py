#!/usr/bin/env python3
"""Writes what the lab's own consumer makes of generated applications: Spark fits indexers, one-hot
encoders and scalers anew on every batch, scikit-learn learns from what they give.

    python3 -m venv venv && venv/bin/pip install -r shared/goldens/lab/requirements.txt
    venv/bin/python shared/goldens/lab/generate.py               (Spark needs Java 17; cargo makes the records)

lab.txt has a line a batch: seed, records of a batch, number of the batch, rows that Spark gave, how many of
them the model got right before it learned from them (- for the first batch, where there is no model), how many
afterwards (the lab's accuracy), and the 64-bit FNV-1a hash of the bits of its weights and intercept, most
significant byte first.

odd.ndjson has a line a run of records that are not as the producer makes them: missing words, bad JSON, one class.
`replace` has the records that stand in the place of generated ones, by their index (null is Kafka's null); `got` has
of each batch the same figures, or what Spark or scikit-learn throws. There the lab's query ends; here the next batch
goes on with the model as it is. `bad` are batches that Gradually does not refuse as the lab does, but only one or
more records in them.

The lab leaves random_state open, so that no two of its runs are equal; here it is 42. Spark reads each batch as
one partition, as the lab's topic has one.
"""

import json
import os
import re
import struct
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
from odd import Odd, odd_runs
from pyspark.ml import Pipeline
from pyspark.ml.feature import OneHotEncoder, StandardScaler, StringIndexer, VectorAssembler
from pyspark.sql import SparkSession
from pyspark.sql.functions import col, from_json
from sklearn.linear_model import SGDClassifier

HERE = Path(__file__).resolve().parent
RUNS = [(1, 300, 30), (2, 300, 30), (3, 1000, 10)]
WORDS = ["person_home_ownership", "loan_intent", "previous_loan_defaults_on_file"]
NUMBERS = ["person_income", "loan_amnt", "loan_int_rate", "loan_percent_income"]
FIELDS = (
    "timestamp string, application_id string, person_income int, person_home_ownership string, loan_amnt int, "
    "loan_intent string, loan_int_rate double, loan_percent_income double, "
    "previous_loan_defaults_on_file string, label int"
)


def records(seed: int, count: int) -> list[str]:
    command = ["cargo", "run", "--quiet", "--package", "shared", "--example", "stream", "--", str(seed), str(count)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def pipeline() -> Pipeline:
    stages = []
    for name in WORDS:
        stages.append(StringIndexer(inputCol=name, outputCol=f"{name}#", handleInvalid="skip"))
        stages.append(OneHotEncoder(inputCol=f"{name}#", outputCol=f"{name}!"))
    for name in NUMBERS:
        stages.append(VectorAssembler(inputCols=[name], outputCol=f"{name}#"))
        stages.append(StandardScaler(inputCol=f"{name}#", outputCol=f"{name}!", withMean=True, withStd=True))
    columns = [f"{name}!" for name in WORDS + NUMBERS]
    return Pipeline(stages=[*stages, VectorAssembler(inputCols=columns, outputCol="features")])


def encoded(spark: SparkSession, batch: list[str | None]) -> tuple[np.ndarray, np.ndarray]:
    values = spark.sparkContext.parallelize([(value,) for value in batch], 1)
    lines = spark.createDataFrame(values, "value string")
    parsed = lines.select(from_json(col("value"), FIELDS).alias("record")).select("record.*")
    rows = pipeline().fit(parsed).transform(parsed).select("features", "label").collect()
    return np.array([row["features"].toArray() for row in rows]), np.array([row["label"] for row in rows])


def fnv(values: np.ndarray) -> str:
    hash_ = 0xCBF29CE484222325
    for byte in b"".join(struct.pack(">d", value) for value in values):
        hash_ = ((hash_ ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{hash_:016x}"


class Lab:
    """The consumer: one model, batch after batch."""

    def __init__(self, spark: SparkSession) -> None:
        self.spark = spark
        self.model = SGDClassifier(loss="log_loss", penalty="l2", max_iter=1, warm_start=True, random_state=42)

    def step(self, batch: list[str | None]) -> tuple[int, int | None, int, str]:
        features, labels = encoded(self.spark, batch)
        is_first = not hasattr(self.model, "coef_")
        before = None if is_first else int((self.model.predict(features) == labels).sum())
        self.model.partial_fit(features, labels, classes=[0, 1])
        after = int((self.model.predict(features) == labels).sum())
        return len(labels), before, after, fnv(np.concatenate([self.model.coef_[0], self.model.intercept_]))


def plain(spark: SparkSession, seed: int, size: int, batches: int) -> list[str]:
    values, lab, lines = records(seed, size * batches), Lab(spark), []
    for number in range(batches):
        rows, before, after, weights = lab.step(values[number * size : (number + 1) * size])
        lines.append(f"{seed} {size} {number} {rows} {'-' if before is None else before} {after} {weights}")
        print(lines[-1], flush=True)
    return lines


def first_words(error: Exception) -> str:
    """What was thrown, without names that Spark makes up for each run."""
    said = [line for line in str(error).splitlines() if re.search(r"Exception: |Error: |requirement failed", line)]
    text = (said or str(error).splitlines() or [type(error).__name__])[-1].strip()
    return re.sub(r"_[0-9a-f]{12}|\(TID.*", "", text)[:160]


def odd(spark: SparkSession, run: Odd) -> str:
    values = run.change(records(run.seed, run.size * run.batches))
    lab, got = Lab(spark), []
    for number in range(run.batches):
        try:
            figures = lab.step(values[number * run.size : (number + 1) * run.size])
            got.append(dict(zip(["rows", "before", "after", "weights"], figures)))
        except Exception as error:  # whatever ends the lab's query is recorded
            got.append({"error": first_words(error)})
        print(run.name, number, got[-1], flush=True)
    head = {"name": run.name, "seed": run.seed, "size": run.size, "bad": run.bad}
    return json.dumps({**head, "replace": run.replaced, "got": got}, separators=(",", ":"))


def write(name: str, lines: list[str]) -> None:
    (HERE / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    warnings.simplefilter("ignore")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    write("odd.ndjson", [odd(spark, run) for run in odd_runs()])
    write("lab.txt", [line for seed, size, batches in RUNS for line in plain(spark, seed, size, batches)])
    spark.stop()


if __name__ == "__main__":
    main()
