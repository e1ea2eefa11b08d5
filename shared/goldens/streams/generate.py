#!/usr/bin/env python3
"""Writes river.txt: what River's own generators say to the fields of our records.

    python3 -m venv venv && venv/bin/pip install -r shared/goldens/streams/requirements.txt
    venv/bin/python shared/goldens/streams/generate.py

Our records come from `cargo run --example stream`. River's generators draw fields and label them
in one go, so they get a source of random numbers that gives back our fields: what they then say
is River's label for them. STAGGER and Agrawal have their rules as functions, which are called.

A line of river.txt is: settings of the stream as JSON, seed, records, 64-bit FNV-1a hash of the
records (each with a newline), and River's labels, one digit each.
"""

import json
import subprocess
import sys
from itertools import chain
from pathlib import Path
from unittest import mock

from river.datasets import synth
from river.datasets.synth import hyper_plane, led, sea

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
COUNT = 2000


def stream(seed, count, settings, *flags):
    command = ["cargo", "run", "--quiet", "--release", "-p", "shared", "--example", "stream", "--"]
    command += [str(seed), str(count), json.dumps(settings), *flags]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


class Given:
    """Random numbers that were drawn before."""

    def __init__(self, units=(), integers=()):
        self.units, self.integers = iter(units), iter(integers)

    def random(self):
        return next(self.units)

    def uniform(self, _least, _most):
        return next(self.units)

    def randint(self, _least, _most):
        return next(self.integers)


def first(module, generator, given):
    """The first record of a River generator that draws what is given."""
    with mock.patch.object(module.random, "Random", lambda _seed: given):
        return next(iter(generator))


def numbers(record):
    return [record[f"x{i}"] for i in range(len(record) - 2)]


def agrawal(function):
    rule = getattr(synth.Agrawal, f"_classification_function_{function - 1}")

    def label(r, _):
        return rule(
            r["salary"], r["commission"], r["age"], int(r["elevel"].removeprefix("level")),
            int(r["car"].removeprefix("car")), int(r["zipcode"].removeprefix("zipcode")) - 1,
            r["hvalue"], r["hyears"], r["loan"],
        )  # fmt: skip

    return label


def sea_label(concept):
    def label(record, _):
        x, y = first(sea, synth.SEA(variant=concept), Given(units=numbers(record)))
        assert list(x.values()) == numbers(record)
        return int(y)

    return label


def stagger(concept):
    generator = synth.STAGGER()
    rule = generator._functions[concept]
    names = [generator.size_labels, generator.color_labels, generator.shape_labels]

    def label(r, _):
        codes = [{w: i for i, w in n.items()} for n in names]
        return rule(codes[0][r["size"]], codes[1][r["color"]], codes[2][r["shape"]])

    return label


def led_label(record, _):
    """The digit for which River draws these segments."""
    segments = numbers(record)[:7]
    for digit in range(10):
        given = Given(units=[1.0] * 7, integers=[digit])
        x, y = first(led, synth.LED(), given)
        if list(x.values()) == segments:
            return y
    raise ValueError(segments)


def hyperplane(record, weights):
    values = numbers(record)
    plane = synth.Hyperplane(n_features=len(values), n_drift_features=0, noise_percentage=0.0)
    x, y = first(hyper_plane, plane, Given(units=chain(weights, values, [1.0])))
    assert list(x.values()) == values
    return y


def cases():
    for function in range(1, 11):
        yield {"agrawal": {"function": function}}, agrawal(function)
    for concept in range(4):
        yield {"sea": {"concept": concept, "noise": 0}}, sea_label(concept)
    for concept in range(3):
        yield {"stagger": {"concept": concept}}, stagger(concept)
    yield {"led": {"noise": 0}}, led_label
    yield {"hyperplane": {"features": 2, "drifting": 0, "noise": 0}}, hyperplane
    yield {"hyperplane": {"noise": 0, "drifting": 10, "magnitude": 0.01}}, hyperplane


def main():
    lines = []
    for seed, (settings, label) in enumerate(cases(), 1):
        data = stream(seed, COUNT, settings)
        records = [json.loads(line) for line in data.splitlines()]
        weights = [None] * COUNT
        if "hyperplane" in settings:
            weights = map(json.loads, stream(seed, COUNT, settings, "--weights").splitlines())
        labels = [label(r, w) for r, w in zip(records, weights)]
        wrong = sum(r["label"] != y for r, y in zip(records, labels))
        print(settings, f"{wrong} labels differ", file=sys.stderr)
        digits = "".join(map(str, labels))
        lines.append(f"{json.dumps(settings)}\t{seed}\t{COUNT}\t{fnv(data):016x}\t{digits}\n")
    (HERE / "river.txt").write_text("".join(lines))


if __name__ == "__main__":
    main()
