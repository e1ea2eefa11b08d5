#!/usr/bin/env python3
"""Writes classifiers as scikit-learn and joblib save them, and the numbers that they go on to.

    ./x goldens open

runs this in three environments, one for each version of scikit-learn whose files are opened
(`requirements-1.5.txt` and so on). The version VERSION writes `VERSION.txt` and the folder
`VERSION/`. No record is needed: the samples come from a counter-based generator of exact integers
(SplitMix64), which `shared/tests/open.rs` repeats.

Each line of the text is JSON: the file's name, the number of features, the classes as JSON, the
dtype, whether `random_state` is None in the file and 42 from then on (`seeded`), whether the model is to go on to the same
bits (`exact`), then `before` and, after each of two further batches of 17 samples, `after`: the bits
of t, and of each row's intercept and weights.

The numbers after the further batches are those of the classifier that goes on in memory. The script
also loads each file and lets it go on: the same bits come of it, except in the middle of
one-against-the-rest averaging (`loaded_differs`), where `joblib.load` makes two arrays of one.

scikit-learn 1.5 computes the slope of `log_loss` by another formula than 1.7, whose last bits differ:
such a model is not `exact`.
"""

import argparse
import json
import pickle
import struct
import sys
import warnings
from pathlib import Path

import joblib
import numpy as np
import pandas
import scipy.sparse
import sklearn
from sklearn.linear_model import SGDClassifier

HERE = Path(__file__).resolve().parent
MASK = (1 << 64) - 1
VERSION = ".".join(sklearn.__version__.split(".")[:2])
SIZE = 17


def words(seed):
    """SplitMix64 (G. Steele, D. Lea and C. Flood, 2014)."""
    state = seed & MASK
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


def batch(width, classes, number):
    """Features are whole multiples of 1/256 between -2 and 2; labels are numbers of classes."""
    source = words(number)
    X, y = [], []
    for _ in range(SIZE):
        row = [(next(source) % 1024 - 512) / 256 for _ in range(width)]
        noise = next(source)
        label = int(sum(row) > 0) + int(row[0] > 0.5) if noise % 8 else noise >> 32
        X.append(row)
        y.append(label % classes)
    return np.array(X), np.array(y)


def bits(value):
    return struct.pack(">d", float(value)).hex()


def numbers(model):
    rows = [
        bits(value)
        for intercept, coef in zip(model.intercept_, model.coef_)
        for value in (intercept, *coef)
    ]
    return [bits(model.t_), *rows]


TWO = [0, 1]
THREE = [0, 1, 2]
CONSTANT = {"learning_rate": "constant", "eta0": 0.05}


def case(name, classes=TWO, width=4, dtype="float64", how="partial_fit", dump=joblib.dump, **settings):
    settings.setdefault("random_state", 7)
    settings.setdefault("alpha", 0.01)
    return {
        "name": name,
        "classes": classes,
        "width": width,
        "dtype": dtype,
        "how": how,
        "dump": dump,
        "settings": settings,
    }


def pickled(protocol):
    def dump(model, path):
        path.write_bytes(pickle.dumps(model, protocol=protocol))

    return dump


def compressed(how):
    def dump(model, path):
        joblib.dump(model, path, compress=how)
        if how[0] == "gzip":
            # The time at which it was made is no golden.
            file = path.read_bytes()
            path.write_bytes(file[:4] + bytes(4) + file[8:])

    return dump


LOSSES = [
    "hinge",
    "log_loss",
    "modified_huber",
    "squared_hinge",
    "perceptron",
    "squared_error",
    "huber",
    "epsilon_insensitive",
    "squared_epsilon_insensitive",
]
# The lab's own call, and the name of its first file.
LAB = {"loss": "log_loss", "penalty": "l2", "max_iter": 1, "warm_start": True, "random_state": None}

CASES = [
    case("model_1_batch_0", width=13, how="labels", alpha=0.0001, **LAB),
    *(case(f"loss_{loss}", loss=loss, **CONSTANT) for loss in LOSSES),
    case("fit", how="fit"),
    case("fit_early", how="fit", penalty="l1", max_iter=3, tol=None),
    case("multiclass", THREE),
    case("multiclass_fit", THREE, how="fit", penalty="elasticnet"),
    case("average", average=True),
    case("average_later", average=1000),
    case("average_begins", average=30),
    case("average_multiclass", THREE, average=True),
    case("average_multiclass_later", THREE, average=1000),
    case("average_pickled", THREE, average=True, dump=pickled(4)),
    case("float32", dtype="float32"),
    case("float32_average", dtype="float32", average=3),
    case("float32_multiclass", THREE, dtype="float32", average=3),
    case("invscaling", learning_rate="invscaling", eta0=0.5, power_t=0.3),
    case("adaptive", learning_rate="adaptive", eta0=0.1),
    case("no_penalty", penalty=None, loss="log_loss", **CONSTANT),
    case("no_intercept", fit_intercept=False),
    case("no_shuffle", shuffle=False, random_state=None),
    case("class_weight", class_weight={0: 1, 1: 2.5}),
    case("words", ["ham", "spam", "später"], average=5),
    case("word_objects", ["no", "yes"], how="objects", class_weight={"yes": 3.0, "no": 1.0}),
    case("bools", [False, True], class_weight={False: 2.0}),
    case("floats", [-1.0, 1.0]),
    case("small_integers", [3, 250], how="int16"),
    case("data_frame", how="data_frame"),
    case("sparse", how="sparse"),
    case("numpy_settings", alpha=np.float64(0.02), random_state=np.int64(3), average=np.int32(4)),
    case("fortran", THREE, how="fortran"),
    case("big_endian", THREE, how="big_endian"),
    *(case(f"protocol_{p}", dtype="float32", dump=pickled(p)) for p in (2, 3, 4, 5)),
    case("names_protocol_2", how="data_frame", dump=pickled(2)),
    case("blank", how="blank", loss="huber"),
    case("average_multiclass_zlib", THREE, average=True, dump=compressed(("zlib", 3))),
    case("data_frame_gzip", how="data_frame", dump=compressed(("gzip", 9))),
]


def learned(case, model):
    """Lets the model learn three batches in the case's way."""
    classes, width = np.array(case["classes"]), case["width"]
    how = case["how"]
    if how == "objects":
        classes = classes.astype(object)
    if how == "int16":
        classes = classes.astype(np.int16)
    for number in (1, 2, 3):
        X, y = batch(width, len(classes), number)
        X = X.astype(case["dtype"])
        if how == "data_frame":
            X = pandas.DataFrame(X, columns=[f"feature {i}" for i in range(width)])
        if how == "sparse":
            X = scipy.sparse.csr_matrix(X)
        if how == "fit":
            return model.fit(X, classes[y])
        model.partial_fit(X, classes[y], classes=classes)
    return model


def goes_on(case, model):
    classes = np.array(case["classes"])
    if case["how"] == "objects":
        classes = classes.astype(object)
    if case["settings"].get("random_state", 0) is None:
        model.set_params(random_state=42)
    after = []
    for number in (4, 5):
        X, y = batch(case["width"], len(classes), number)
        model.partial_fit(X.astype(case["dtype"]), classes[y])
        after.append(numbers(model))
    return after


def save(case, model, path):
    """Saves the model; of some, the weights lie as other programs or machines would have them."""
    usual = getattr(model, "coef_", None)
    if case["how"] == "big_endian":
        model.coef_ = usual.astype(usual.dtype.newbyteorder(">"))
    if case["how"] == "fortran":
        model.coef_ = np.asfortranarray(usual)
    case["dump"](model, path)
    if usual is not None:
        model.coef_ = usual


def loaded(path):
    """The model of the file, its weights as a partial fit wants them."""
    model = joblib.load(path)
    model.coef_ = np.ascontiguousarray(model.coef_)
    return model


def main():
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("--environment")
    parser.parse_args()
    folder = HERE / VERSION
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    lines = []
    cases = list(CASES)
    if VERSION not in ("1.5", "1.7"):
        cases += [
            case("pa1", loss="hinge", learning_rate="pa1", eta0=0.5),
            case("pa2", loss="hinge", learning_rate="pa2", eta0=0.5, average=2),
        ]
    for one in cases:
        # For a random_state of None.
        np.random.seed(0)
        model = SGDClassifier(**one["settings"])
        path = folder / f"{one['name']}.joblib"
        line = {key: one[key] for key in ("name", "width", "classes", "dtype")}
        line["seeded"] = one["settings"].get("random_state", 0) is None
        if one["how"] == "blank":
            save(one, model, path)
            lines.append(json.dumps(line))
            continue
        model = learned(one, model)
        save(one, model, path)
        line["exact"] = VERSION != "1.5" or model.loss != "log_loss"
        line["before"] = numbers(model)
        line["after"] = goes_on(one, model)
        line["loaded_differs"] = goes_on(one, loaded(path)) != line["after"]
        if line["loaded_differs"]:
            print(f"{VERSION} {one['name']}: goes on otherwise after joblib.load", file=sys.stderr)
        lines.append(json.dumps(line, ensure_ascii=False))
    (HERE / f"{VERSION}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


main()
