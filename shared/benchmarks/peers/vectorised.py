#!/usr/bin/env python3
"""orjson + NumPy + scikit-learn, as fast as they go: the engine's nearest relative.

    python vectorised.py RECORDS.ndjson

Cases: `stream/N` (JSON bytes to metrics, N records a batch), `fit/dense/N` (partial_fit alone).

What was done for speed: one `orjson.loads` a batch, one `itemgetter` call a row for the numbers,
one dictionary look-up a row for all three categories at once, one-hot rows taken from a table of all 48
combinations, scores by a matrix product, accuracy and log loss in NumPy, scikit-learn's checks of
parameters and of finite input off.
"""

import itertools
import sys
import warnings
from operator import itemgetter

import numpy as np
import orjson
import sklearn
from loan import CATEGORICAL, LABEL, NUMERIC
from protocol import chunks, lines, serve
from sklearn.linear_model import SGDClassifier
from sklearn.preprocessing import StandardScaler

CLASSES = np.array([0, 1])
words_of = itemgetter(*CATEGORICAL)
numbers_of = itemgetter(*NUMERIC, LABEL)

# Every combination of categories has a number, and that row of the table is its one-hot row.
COMBINATIONS = list(itertools.product(*CATEGORICAL.values()))
CODE = {words: code for code, words in enumerate(COMBINATIONS)}
ONE_HOT = np.array(
    [
        [float(word == column) for word, known in zip(words, CATEGORICAL.values()) for column in known[:-1]]
        for words in COMBINATIONS
    ]
)
HOT = ONE_HOT.shape[1]
WIDTH = HOT + len(NUMERIC)


def classifier():
    return SGDClassifier(loss="log_loss", penalty="l2", alpha=1e-4, random_state=42)


def decode(batch):
    """Codes of the categories, numbers, labels."""
    rows = orjson.loads(b"[" + b",".join(batch) + b"]")
    code = CODE.__getitem__
    codes = [code(words) for words in map(words_of, rows)]
    flat = itertools.chain.from_iterable(map(numbers_of, rows))
    numbers = np.fromiter(flat, np.float64, len(rows) * (len(NUMERIC) + 1))
    numbers = numbers.reshape(len(rows), -1)
    return codes, numbers[:, :-1], numbers[:, -1]


def encode(scaler, codes, numbers):
    scaler.partial_fit(numbers)
    features = np.empty((len(codes), WIDTH))
    features[:, :HOT] = ONE_HOT[codes]
    np.subtract(numbers, scaler.mean_, out=features[:, HOT:])
    features[:, HOT:] /= scaler.scale_
    return features


def test(model, features, labels):
    """Right predictions and log loss of the model as it is."""
    if hasattr(model, "coef_"):
        scores = features @ model.coef_[0] + model.intercept_[0]
    else:
        scores = np.zeros(len(labels))
    right = np.count_nonzero((scores > 0) == labels)
    # log(1 + exp(-z)) of the margin, without overflow.
    loss = np.logaddexp(0.0, np.where(labels > 0, -scores, scores)).mean()
    return right, loss


def stream(batches):
    model, scaler = classifier(), StandardScaler()
    right = total = 0
    for batch in batches:
        codes, numbers, labels = decode(batch)
        features = encode(scaler, codes, numbers)
        right_now, _loss = test(model, features, labels)
        model.partial_fit(features, labels, classes=CLASSES)
        right += right_now
        total += len(labels)
    return right / total


def fit(batches):
    scaler = StandardScaler()
    ready = []
    for batch in batches:
        codes, numbers, labels = decode(batch)
        ready.append((encode(scaler, codes, numbers), labels))

    def run():
        model = classifier()
        for features, labels in ready:
            model.partial_fit(features, labels, classes=CLASSES)

    return run


def prepare(case, records):
    kind, _, size = case.rpartition("/")
    batches = chunks(lines(sys.argv[1], records), int(size))
    return {"stream": lambda: lambda: stream(batches), "fit/dense": lambda: fit(batches)}[kind]()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sklearn.set_config(assume_finite=True, skip_parameter_validation=True)
    serve(["numpy", "orjson", "scikit-learn"], prepare)
