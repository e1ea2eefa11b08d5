#!/usr/bin/env python3
"""River, one record at a time.

    python one_by_one.py RECORDS.ndjson

Case: `stream/1`, JSON bytes to metrics. The parts of River are called directly, which saves the
way of every record through the selectors and unions of its pipelines.
"""

import sys
from operator import itemgetter

import orjson
from loan import CATEGORICAL, LABEL, NUMERIC
from protocol import lines, serve
from river import linear_model, metrics, optim, preprocessing

words_of = itemgetter(*CATEGORICAL)
numbers_of = itemgetter(*NUMERIC)


def stream(values):
    scaler = preprocessing.StandardScaler()
    encoder = preprocessing.OneHotEncoder()
    model = linear_model.LogisticRegression(optim.SGD(0.01))
    accuracy, loss = metrics.Accuracy(), metrics.LogLoss()
    for value in values:
        record = orjson.loads(value)
        label = record[LABEL]
        numbers = dict(zip(NUMERIC, numbers_of(record)))
        words = dict(zip(CATEGORICAL, words_of(record)))
        scaler.learn_one(numbers)
        encoder.learn_one(words)
        features = scaler.transform_one(numbers)
        features.update(encoder.transform_one(words))
        share = model.predict_proba_one(features)[True]
        accuracy.update(label, share > 0.5)
        loss.update(label, share)
        model.learn_one(features, label)
    return accuracy.get()


def prepare(case, records):
    values = lines(sys.argv[1], records)
    return {"stream/1": lambda: lambda: stream(values)}[case]()


if __name__ == "__main__":
    serve(["orjson", "river"], prepare)
