#!/usr/bin/env python3
"""The lab's own job: Spark fits indexers, one-hot encoders and scalers anew on every batch, then
scikit-learn learns from what it gives.

    python lab.py RECORDS.ndjson

Case: `stream/N`, N records a batch. Every batch is a plain DataFrame that Java reads from a text file,
without the streaming query around it: offsets and checkpoints, which the lab's job pays for as well,
are left out in its favour. The rest is the lab's: nothing is cached, each column has a stage of its
own, and what is measured is the same batch after training.
"""

import os
import sys
import tempfile
import warnings

import numpy as np
from loan import CATEGORICAL, LABEL, NUMERIC
from protocol import chunks, lines, peak_memory_bytes, serve
from pyspark.ml import Pipeline
from pyspark.ml.feature import OneHotEncoder, StandardScaler, StringIndexer, VectorAssembler
from pyspark.sql import SparkSession
from pyspark.sql.functions import col, from_json
from sklearn.linear_model import SGDClassifier

SCHEMA = """timestamp string, application_id string, person_income int, person_home_ownership string,
loan_amnt int, loan_intent string, loan_int_rate double, loan_percent_income double,
previous_loan_defaults_on_file string, label int"""


def session():
    builder = SparkSession.builder.appName("lab").master("local[*]")
    builder = builder.config("spark.ui.enabled", "false")
    spark = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def categorical(name):
    indexer = StringIndexer(inputCol=name, outputCol=f"{name}_index", handleInvalid="skip")
    return [indexer, OneHotEncoder(inputCol=f"{name}_index", outputCol=f"{name}_hot")]


def numeric(name):
    vector = VectorAssembler(inputCols=[name], outputCol=f"{name}_vector", handleInvalid="skip")
    scaler = StandardScaler(
        inputCol=f"{name}_vector", outputCol=f"{name}_scaled", withMean=True, withStd=True
    )
    return [vector, scaler]


def pipeline():
    stages = [stage for name in CATEGORICAL for stage in categorical(name)]
    stages += [stage for name in NUMERIC for stage in numeric(name)]
    columns = [f"{name}_hot" for name in CATEGORICAL] + [f"{name}_scaled" for name in NUMERIC]
    return Pipeline(stages=[*stages, VectorAssembler(inputCols=columns, outputCol="features")])


def learn(spark, model, file):
    """One batch, from text to accuracy on the batch itself."""
    raw = spark.read.text(file)
    parsed = raw.select(from_json(col("value"), SCHEMA).alias("record")).select("record.*")
    encoded = pipeline().fit(parsed).transform(parsed)
    rows = encoded.select("features", LABEL).collect()
    features = np.array([row["features"].toArray() for row in rows])
    labels = np.array([row[LABEL] for row in rows])
    model.partial_fit(features, labels, classes=[0, 1])
    return float((model.predict(features) == labels).mean())


def prepare(spark, folder, case, records):
    kind, size = case.split("/")
    if kind != "stream":
        raise KeyError(case)
    files = []
    for number, batch in enumerate(chunks(lines(sys.argv[1], records), int(size))):
        files.append(os.path.join(folder, f"{size}-{number}.ndjson"))
        with open(files[-1], "wb") as file:
            file.write(b"\n".join(batch))

    def run():
        model = SGDClassifier(loss="log_loss", penalty="l2", max_iter=1, warm_start=True)
        for file in files:
            learn(spark, model, file)

    return run


def main():
    warnings.simplefilter("ignore")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    spark = session()
    java = spark.sparkContext._gateway.proc.pid

    def memory():
        """Of Python and of Java together."""
        both = [peak_memory_bytes(), peak_memory_bytes(java)]
        return None if None in both else sum(both)

    with tempfile.TemporaryDirectory() as folder:
        serve(
            ["pyspark", "scikit-learn"],
            lambda case, records: prepare(spark, folder, case, records),
            memory,
        )
    spark.stop()


if __name__ == "__main__":
    main()
