#!/usr/bin/env python3
"""Writes the goldens of SGDClassifier: trajectories of weights by scikit-learn itself, as bits.

    python3.11 -m venv old && old/bin/pip install -r shared/goldens/sgd/requirements.txt
    python3.11 -m venv new && new/bin/pip install -r shared/goldens/sgd/requirements-pa.txt
    old/bin/python shared/goldens/sgd/generate.py
    new/bin/python shared/goldens/sgd/generate.py

Run by scikit-learn 1.7.2 it writes `trajectories.txt`, run by 1.8 or later it writes
`passive_aggressive.txt` (the rates pa1 and pa2, which 1.7 does not have). Both need x86-64 Linux
with glibc 2.36 or later and FMA. No record is needed: the samples come from a counter-based
generator of exact integers (SplitMix64), which `shared/tests/sgd.rs` repeats.

A file holds configurations. Each begins with a JSON line: name, settings, number of features
and classes, sizes of the batches, whether samples are weighted. Then follow

    seed HASH … HASH        for each of 20 seeds: the state after each of 50 batches
    batch t intercept… coef…     seed 0 in full, after some batches

A hash is 64-bit FNV-1a over the bytes of the big-endian f64 of t, then of each class's
intercept and weights; seeds drive both the samples and `random_state`. Floats are the 16
hexadecimal digits of their bits.
"""

import json
import platform
import struct
import sys
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.linear_model import SGDClassifier

HERE = Path(__file__).resolve().parent
SEEDS, BATCHES = 20, 50
IN_FULL = (1, 2, 10, 50)
MASK = (1 << 64) - 1

MIXED = [1, 2, 3, 5, 17, 40, 100, 7, 1, 64]
NAMED = {
    "large": [1000, 300, 1, 700],
    "hundred": [100],
    "one": [1],
    "mixed": MIXED,
}


def config(name, width=13, classes=2, sizes="mixed", weighted=False, **settings):
    return {
        "name": name,
        "width": width,
        "classes": classes,
        "sizes": NAMED[sizes],
        "weighted": weighted,
        "settings": settings,
    }


LOSSES = [
    "log_loss",
    "hinge",
    "perceptron",
    "modified_huber",
    "squared_hinge",
    "squared_error",
    "huber",
    "epsilon_insensitive",
    "squared_epsilon_insensitive",
]
CONSTANT = {"learning_rate": "constant", "eta0": 0.05}
INVSCALING = {"learning_rate": "invscaling", "eta0": 0.5}
WEIGHTS = {"0": 1.0, "1": 5.0}
NARROW = {"dtype": "float32"}
# Weights leave the range of numbers at the default rate.
GENTLE = {"squared_hinge", "squared_error", "squared_epsilon_insensitive"}


def of_losses(**more):
    for loss in LOSSES:
        gentle = {"alpha": 0.01} if loss in GENTLE else {}
        name = "_".join([loss, *(v for v in more.values() if isinstance(v, str)), ""])
        if more.get("average"):
            name += "average_"
        if more.get("classes"):
            name += f"{more['classes']}_classes_"
        yield config(name[:-1], loss=loss, **gentle, **more)


TRAJECTORIES = [
    *of_losses(),
    *of_losses(average=7),
    *of_losses(classes=3),
    *of_losses(dtype="float32"),
    config("batches_of_one", sizes="one"),
    config("batches_of_100", sizes="hundred"),
    config("large_batches", sizes="large"),
    config("large_batches_alpha", sizes="large", alpha=0.003),
    config("penalty_none", penalty=None),
    config("penalty_l1", penalty="l1", alpha=0.001),
    config("penalty_elasticnet", penalty="elasticnet", alpha=0.001),
    config("elasticnet_half", penalty="elasticnet", l1_ratio=0.5, alpha=0.01),
    config("elasticnet_hinge", penalty="elasticnet", loss="hinge", **CONSTANT),
    config("strong_l2", alpha=10.0, **CONSTANT),
    config("crushing_l2", alpha=40.0, loss="hinge", **CONSTANT),
    config("crushing_l2_average", alpha=40.0, loss="hinge", average=3, **CONSTANT),
    config("strong_l1", penalty="l1", alpha=1.0, **CONSTANT),
    config("strong_elasticnet", penalty="elasticnet", alpha=15.0, **CONSTANT),
    config("rate_constant", **CONSTANT),
    config("rate_adaptive", learning_rate="adaptive", eta0=0.1),
    config("rate_invscaling", sizes="large", **INVSCALING),
    config("power_t_quarter", power_t=0.25, **INVSCALING),
    config("power_t_one", power_t=1.0, **INVSCALING),
    config("power_t_negative", power_t=-0.3, learning_rate="invscaling", eta0=0.01),
    config("power_t_odd", power_t=0.7, sizes="hundred", **INVSCALING),
    config("no_shuffle", shuffle=False),
    config("no_intercept", fit_intercept=False),
    config("no_intercept_average", fit_intercept=False, average=True),
    config("average", average=True),
    config("average_late", average=250),
    config("average_l1", penalty="l1", average=10, alpha=0.001),
    config("average_elasticnet", penalty="elasticnet", average=100, alpha=0.001),
    config("average_strong", average=True, alpha=10.0, **CONSTANT),
    config("epsilon", loss="huber", epsilon=0.7),
    config("class_weight", class_weight=WEIGHTS),
    config("class_weight_one", class_weight={"1": 0.3}, loss="modified_huber"),
    config("class_weight_zero", class_weight={"0": 0.0, "1": 2.0}, average=True),
    config("sample_weight", weighted=True),
    config("sample_weight_average", weighted=True, average=20),
    config("both_weights", weighted=True, class_weight=WEIGHTS, loss="hinge"),
    config("width_1", width=1),
    config("width_2", width=2, average=True),
    config("width_16", width=16, average=30),
    config("width_40", width=40, average=True),
    config("width_100", width=100),
    config("three_classes_average", classes=3, average=True),
    config("three_classes_average_late", classes=3, average=150),
    config("three_classes_l1", classes=3, penalty="l1", alpha=0.001, average=40),
    config("three_classes_weight", classes=3, class_weight={"0": 2.0, "2": 0.5}),
    config("three_classes_no_shuffle", classes=3, shuffle=False),
    config("five_classes", classes=5, sizes="hundred"),
    config("five_classes_weighted", classes=5, weighted=True, loss="modified_huber"),
    config("five_classes_average", classes=5, average=100, **CONSTANT),
    config("float32_large", sizes="large", **NARROW),
    config("float32_average", average=True, **NARROW),
    config("float32_average_late", average=250, **NARROW),
    config("float32_l1", penalty="l1", alpha=0.001, **NARROW),
    config("float32_elasticnet_average", penalty="elasticnet", average=9, alpha=0.01, **NARROW),
    config("float32_strong", alpha=10.0, average=4, **CONSTANT, **NARROW),
    config("float32_crushing", alpha=40.0, loss="hinge", **CONSTANT, **NARROW),
    config("float32_invscaling", power_t=0.25, **INVSCALING, **NARROW),
    config("float32_weights", weighted=True, class_weight={"0": 0.1, "1": 0.7}, **NARROW),
    config("float32_three_classes", classes=3, **NARROW),
    config("float32_three_classes_average", classes=3, average=60, **NARROW),
    config("float32_five_classes_l1", classes=5, penalty="l1", average=True, **NARROW),
    config("float32_width_40", width=40, average=True, **NARROW),
]


def passive_aggressive():
    for rate in ("pa1", "pa2"):
        base = {"loss": "hinge", "learning_rate": rate, "eta0": 1.0}
        yield config(rate, **base)
        yield config(f"{rate}_none", **{**base, "penalty": None, "eta0": 0.1})
        yield config(f"{rate}_average", average=5, **base)
        yield config(f"{rate}_elasticnet", penalty="elasticnet", alpha=0.001, **base)
        yield config(f"{rate}_weights", weighted=True, class_weight=WEIGHTS, **base)
        yield config(f"{rate}_three_classes", classes=3, average=30, **base)
        yield config(f"{rate}_float32", average=True, **base, **NARROW)
        yield config(f"{rate}_width_1", width=1, **base)


def splitmix(stream: int, count: int) -> np.ndarray:
    """The first `count` words of SplitMix64 from `stream`."""
    gamma = 0x9E3779B97F4A7C15
    with np.errstate(over="ignore"):
        z = np.uint64(stream & MASK) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(gamma)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def batch(width: int, classes: int, seed: int, number: int, size: int):
    """Features, labels and sample weights, all from `width + 2` words a sample.

    From left to right the columns come in threes: two that are mostly zero or one, and a
    fraction of 20 or 40 bits around zero. Now and then a whole row is zero. The label is
    the number of thresholds that a sum of the first columns exceeds, or one by chance.
    """
    words = splitmix(seed * 1_000_003 + number * 7_919, size * (width + 2)).reshape(size, -1)
    columns, chance, weight = words[:, :width], words[:, width], words[:, width + 1]
    X = np.empty((size, width))
    for j in range(width):
        word = columns[:, j]
        if j % 3 < 2:
            X[:, j] = ((word & np.uint64(3)) == 0).astype(float)
        else:
            bits = 20 if j % 2 else 40
            whole = (word >> np.uint64(64 - bits)).astype(np.int64) - (1 << (bits - 1))
            X[:, j] = whole.astype(float) / (1 << (bits - 2))
    X[chance % np.uint64(29) == 0] = 0.0
    total = X[:, : min(width, 6)].sum(axis=1)
    y = np.floor((total + 1.0) * classes / 3.0).clip(0, classes - 1).astype(int)
    by_chance = chance % np.uint64(10) == 3
    y[by_chance] = ((chance >> np.uint64(32)) % np.uint64(classes)).astype(int)[by_chance]
    return X, y, (weight % np.uint64(1000)).astype(float) / 256.0


def hash_of(numbers: list[float]) -> int:
    value = 0xCBF29CE484222325
    for byte in struct.pack(f">{len(numbers)}d", *numbers):
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def state(model: SGDClassifier) -> list[float]:
    rows = zip(model.intercept_, model.coef_)
    return [model.t_, *(float(v) for intercept, coef in rows for v in [intercept, *coef])]


def fitted(configuration: dict, seed: int):
    """The states of the model of one seed, batch by batch."""
    settings = {"loss": "log_loss", **configuration["settings"], "random_state": 42 + seed}
    dtype = settings.pop("dtype", "float64")
    weight = settings.pop("class_weight", None)
    classes = range(configuration["classes"])
    if weight is not None:
        settings["class_weight"] = {int(k): v for k, v in weight.items()}
    model = SGDClassifier(**settings)
    for number in range(BATCHES):
        sizes = configuration["sizes"]
        size = sizes[(number + seed) % len(sizes)]
        X, y, weights = batch(configuration["width"], len(classes), seed, number, size)
        X = np.ascontiguousarray(X.astype(dtype))
        sample_weight = weights if configuration["weighted"] else None
        model.partial_fit(X, y, classes=list(classes), sample_weight=sample_weight)
        yield state(model)


def lines(configuration: dict):
    shown = {k: "none" if v is None else v for k, v in configuration["settings"].items()}
    settings = {"loss": "log_loss", **shown}
    yield json.dumps({**configuration, "settings": settings})
    for seed in range(SEEDS):
        states = list(fitted(configuration, seed))
        yield " ".join([f"seed{seed}", *(f"{hash_of(numbers):016x}" for numbers in states)])
        if seed == 0:
            for number in IN_FULL:
                bits = (struct.pack(">d", v).hex() for v in states[number - 1])
                yield " ".join([f"batch{number}", *bits])


def main() -> None:
    # Far from convergence is what a stream is; a negative power_t is old-fashioned.
    warnings.filterwarnings("ignore")
    print(f"scikit-learn {sklearn.__version__}, {platform.machine()}, {platform.libc_ver()}")
    old = sklearn.__version__.startswith("1.7.")
    name = "trajectories" if old else "passive_aggressive"
    configurations = TRAJECTORIES if old else list(passive_aggressive())
    wanted = sys.argv[1:]
    if wanted:
        configurations = [c for c in configurations if c["name"] in wanted]
    written = [
        f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}",
        *(line for c in configurations for line in lines(c)),
    ]
    (HERE / f"{name}.txt").write_text("\n".join(written) + "\n", encoding="ascii")
    print(name, len(configurations))


if __name__ == "__main__":
    main()
