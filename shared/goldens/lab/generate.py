#!/usr/bin/env python3
"""Writes what the lab's own consumer makes of generated applications: Spark fits indexers, one-hot
encoders and scalers anew on every batch, scikit-learn learns from what they give.

    python3 -m venv venv && venv/bin/pip install -r shared/goldens/lab/requirements.txt
    venv/bin/python shared/goldens/lab/generate.py               (Spark needs Java 17; cargo makes the records)

A line a batch: seed, records of a batch, number of the batch, rows that Spark gave, how many of them the
model got right before it learned from them (- for the first batch, where there is no model), how many
afterwards (the lab's accuracy), and the 64-bit FNV-1a hash of the bits of its weights and intercept, most
significant byte first.

The lab leaves random_state open, so that no two of its runs are equal; here it is 42. Spark reads each batch as
one partition, as the lab's topic has one.
"""

import os
import struct
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
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


def records(seed: int, count: int) -> list[bytes]:
    command = ["cargo", "run", "--quiet", "--package", "shared", "--example", "stream", "--", str(seed), str(count)]
    return subprocess.run(command, check=True, capture_output=True).stdout.splitlines()


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


def encoded(spark: SparkSession, folder: str, batch: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
    path = os.path.join(folder, "batch.ndjson")
    Path(path).write_bytes(b"\n".join(batch))
    lines = spark.read.text(path).coalesce(1)
    parsed = lines.select(from_json(col("value"), FIELDS).alias("record")).select("record.*")
    rows = pipeline().fit(parsed).transform(parsed).select("features", "label").collect()
    return np.array([row["features"].toArray() for row in rows]), np.array([row["label"] for row in rows])


def fnv(values: np.ndarray) -> str:
    hash_ = 0xCBF29CE484222325
    for byte in b"".join(struct.pack(">d", value) for value in values):
        hash_ = ((hash_ ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{hash_:016x}"


def run(spark: SparkSession, folder: str, seed: int, size: int, batches: int) -> list[str]:
    values = records(seed, size * batches)
    model = SGDClassifier(loss="log_loss", penalty="l2", max_iter=1, warm_start=True, random_state=42)
    lines = []
    for number in range(batches):
        features, labels = encoded(spark, folder, values[number * size : (number + 1) * size])
        before = str((model.predict(features) == labels).sum()) if number else "-"
        model.partial_fit(features, labels, classes=[0, 1])
        after = (model.predict(features) == labels).sum()
        weights = np.concatenate([model.coef_[0], model.intercept_])
        lines.append(f"{seed} {size} {number} {len(labels)} {before} {after} {fnv(weights)}")
        print(lines[-1], flush=True)
    return lines


def main() -> None:
    warnings.simplefilter("ignore")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    with tempfile.TemporaryDirectory() as folder:
        lines = [line for seed, size, batches in RUNS for line in run(spark, folder, seed, size, batches)]
    spark.stop()
    (HERE / "lab.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
