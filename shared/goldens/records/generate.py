#!/usr/bin/env python3
"""Writes the goldens from record to weights: what scikit-learn learns of a stream, as bits.

    python3 -m venv venv && venv/bin/pip install -r shared/goldens/records/requirements.txt
    venv/bin/python shared/goldens/records/generate.py

The streams are the project's own generator (`cargo run --example stream`) and `records.ndjson`,
which this script writes with Python's own random numbers and many spellings of JSON. Each golden
is a text file: a JSON line that says what was run, then a line a batch:

    tested_right same_batch_right t intercept coef[0] … coef[12]

with floats as the 16 hexadecimal digits of their bits, and a last line with the scaler's means and
variances. Many more settings, without records, are in `../sgd`. Nothing here knows the Rust
code: features are built with NumPy and StandardScaler.
"""

import json
import platform
import random
import struct
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.linear_model import SGDClassifier
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
BATCHES = 50

HOME = ["RENT", "OWN", "MORTGAGE", "OTHER"]
INTENT = ["PERSONAL", "EDUCATION", "MEDICAL", "VENTURE", "HOMEIMPROVEMENT", "DEBTCONSOLIDATION"]
PREVIOUS = ["Yes", "No"]
CATEGORICAL = [
    ("person_home_ownership", HOME),
    ("loan_intent", INTENT),
    ("previous_loan_defaults_on_file", PREVIOUS),
]
NUMERIC = ["person_income", "loan_amnt", "loan_int_rate", "loan_percent_income"]

# name: (stream, records a batch, settings)
GOLDENS = {
    "batch_1": (1, 1, {}),
    "batch_17": (3, 17, {}),
    "batch_100": (4, 100, {"alpha": 0.003, "random_state": 0}),
    "batch_300": (5, 300, {}),
    "batch_1000": (7, 1000, {}),
    "python_records": ("records.ndjson", 17, {}),
    "no_shuffle": (9, 100, {"shuffle": False}),
    "average": (11, 100, {"average": True}),
    "penalty_l1": (15, 100, {"penalty": "l1", "alpha": 0.001}),
    "rate_invscaling": (20, 100, {"learning_rate": "invscaling", "eta0": 0.5}),
}


def bits(value: float) -> str:
    return struct.pack(">d", value).hex()


def stream(source: int | str, count: int) -> list[dict]:
    if isinstance(source, str):
        lines = (HERE / source).read_text(encoding="utf-8").splitlines()
    else:
        command = ["cargo", "run", "--release", "--quiet", "-p", "shared", "--example", "stream"]
        command += ["--", str(source), str(count)]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        lines = done.stdout.splitlines()
    return [json.loads(line) for line in lines[:count]]


def one_hot(records: list[dict]) -> np.ndarray:
    columns = [
        [float(record[field] == category) for record in records]
        for field, categories in CATEGORICAL
        for category in categories[:-1]
    ]
    return np.array(columns).T


def run(name: str, source: int | str, size: int, settings: dict) -> None:
    records = stream(source, size * BATCHES)
    assert len(records) == size * BATCHES, (name, len(records))
    defaults = {"loss": "log_loss", "random_state": 42}
    model = SGDClassifier(**(defaults | settings), warm_start=True)
    scaler = StandardScaler()
    head = {
        "name": name,
        "stream": source,
        "batch_records": size,
        "settings": defaults | {k: "none" if v is None else v for k, v in settings.items()},
        "scikit_learn": sklearn.__version__,
        "numpy": np.__version__,
    }
    lines = [json.dumps(head)]
    for batch in range(BATCHES):
        part = records[batch * size : (batch + 1) * size]
        y = np.array([record["label"] for record in part])
        numbers = np.array([[float(record[field]) for field in NUMERIC] for record in part])
        scaler.partial_fit(numbers)
        X = np.ascontiguousarray(np.hstack([one_hot(part), scaler.transform(numbers)]))
        tested = int((model.predict(X) == y).sum()) if batch else int((y == 0).sum())
        model.partial_fit(X, y, classes=[0, 1])
        learned = int((model.predict(X) == y).sum())
        weights = [model.intercept_[0], *model.coef_[0]]
        lines.append(" ".join([str(tested), str(learned), bits(model.t_), *map(bits, weights)]))
    lines.append(" ".join(map(bits, [*scaler.mean_, *scaler.var_])))
    (HERE / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="ascii")


def python_records(count: int) -> None:
    """Records that no code of this project wrote, in many spellings."""
    rng = random.Random(20240229)
    lines = []
    for number in range(count):
        income = rng.randint(12000, 72000)
        amount = rng.randint(1000, 35000)
        record = {
            "timestamp": f"2024-02-29T12:00:{number % 60:02d}.5",
            "application_id": f"Nº {number} – é",
            "person_income": rng.choice([income, float(income)]),
            "person_home_ownership": rng.choice(HOME),
            "loan_amnt": amount,
            "loan_intent": rng.choice(INTENT),
            "loan_int_rate": rng.choice([round(rng.uniform(10, 20), 1), rng.uniform(10, 20)]),
            "loan_percent_income": round(amount / income, 2),
            "previous_loan_defaults_on_file": rng.choice(PREVIOUS),
            "label": rng.randint(0, 1),
        }
        if rng.random() < 0.3:
            record["extra"] = {"label": [None, {"person_income": "x"}]}
        items = list(record.items())
        if rng.random() < 0.5:
            rng.shuffle(items)
        compact = (",", ":") if rng.random() < 0.5 else None
        text = json.dumps(dict(items), ensure_ascii=rng.random() < 0.5, separators=compact)
        if rng.random() < 0.2:
            text = text.replace(str(amount), f"{amount / 1000}e3", 1)
        if rng.random() < 0.2:
            text = text.replace("RENT", "R\\u0045NT")
        lines.append(text)
    (HERE / "records.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    # Far from convergence is what a stream is.
    warnings.filterwarnings("ignore")
    print(f"scikit-learn {sklearn.__version__}, {platform.machine()}, {platform.libc_ver()}")
    wanted = sys.argv[1:] or list(GOLDENS)
    python_records(17 * BATCHES)
    for name in wanted:
        source, size, settings = GOLDENS[name]
        run(name, source, size, settings)
        print(name)


main()
