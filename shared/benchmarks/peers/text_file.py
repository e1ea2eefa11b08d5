#!/usr/bin/env python3
"""Vowpal Wabbit's C++ driver on a file in its own text format.

    python text_file.py RECORDS.ndjson

Case: `file/N`; N, the engine's records a batch, means nothing here. The records are converted first, which
does not count. Python only starts the driver: reading, parsing, testing and learning are C++, and the driver
parses in a thread of its own beside the one that learns. Its defaults scale and adapt, as the engine's scaler does.
"""

import os
import sys

import orjson
from loan import CATEGORICAL, LABEL, NUMERIC
from protocol import each_line, serve
from vowpalwabbit import Workspace


def convert(path, records):
    """Labels are -1 and 1, a category is a feature by its name, a number has a name and a value.

    Vowpal Wabbit scales features itself, so that the numbers stand as they are.
    """
    text = f"{path}.{records}.vw"
    if os.path.exists(text):
        return text
    aside = f"{text}.part"
    with open(aside, "w", encoding="ascii") as file:
        for value in each_line(path, records):
            record = orjson.loads(value)
            words = " ".join(record[name] for name in CATEGORICAL)
            numbers = " ".join(f"{name}:{record[name]}" for name in NUMERIC)
            file.write(f"{1 if record[LABEL] else -1} | {words} {numbers}\n")
    os.replace(aside, text)
    return text


def learn(text):
    arguments = ["--data", text, "--loss_function", "logistic", "--binary", "--quiet"]
    driver = Workspace(arg_list=arguments)
    driver.finish()
    # With --binary the progressive loss is the share of wrong predictions.
    return 1.0 - driver.get_sum_loss() / driver.get_weighted_examples()


def prepare(case, records):
    if not case.startswith("file/"):
        raise KeyError(case)
    text = convert(sys.argv[1], records)
    return lambda: learn(text)


if __name__ == "__main__":
    serve(["vowpalwabbit"], prepare)
