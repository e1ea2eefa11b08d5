#!/usr/bin/env python3
"""Opens models that the engine saved, and lets scikit-learn go on with them.

    GRADUALLY_SAVE_MODELS=FOLDER cargo test --package shared --test sgd
    python shared/saves/go_on.py FOLDER

A file is `CONFIGURATION-SEED-BATCH.joblib`: the model of a configuration of the goldens after so
many batches. Opened here, it must hold what scikit-learn's own model held after that batch, and
after every further batch what scikit-learn's own model held then: the same bits, by the hashes of
the goldens, as if one program had learned all of it.

scikit-learn 1.5 computes the slope of `log_loss` by another formula, whose last bits differ. There
such a model is opened and goes on, and what it comes to is scikit-learn 1.5's own.
"""

import json
import sys
import warnings
from pathlib import Path

import joblib
import numpy as np
import sklearn
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.linear_model import SGDClassifier

GOLDENS = Path(__file__).resolve().parent.parent / "goldens" / "sgd"
sys.path.insert(0, str(GOLDENS))
from generate import BATCHES, batch, hash_of, state  # noqa: E402

FILES = ("trajectories.txt", "passive_aggressive.txt")
VERSION = tuple(int(part) for part in sklearn.__version__.split(".")[:2])


def goldens():
    """Each configuration by its name, and the hashes of its seeds."""
    found = {}
    for file in FILES:
        for line in (GOLDENS / file).read_text(encoding="ascii").splitlines()[1:]:
            if line.startswith("{"):
                configuration = json.loads(line)
                hashes = []
                found[configuration["name"]] = (configuration, hashes)
            elif line.startswith("seed"):
                hashes.append([int(word, 16) for word in line.split()[1:]])
    return found


def opened(path):
    model = joblib.load(path)
    assert type(model) is SGDClassifier, type(model)
    return model


def check(path, configuration, hashes):
    """The first thing that differs, or None."""
    seed, start = (int(part) for part in path.stem.split("-")[1:])
    model = opened(path)
    if hash_of(state(model)) != hashes[seed][start - 1]:
        return f"holds {state(model)}"
    dtype = configuration["settings"].get("dtype", "float64")
    for number in range(start, BATCHES):
        sizes = configuration["sizes"]
        size = sizes[(number + seed) % len(sizes)]
        classes = configuration["classes"]
        X, y, weights = batch(configuration["width"], classes, seed, number, size)
        X = np.ascontiguousarray(X.astype(dtype))
        model.partial_fit(X, y, sample_weight=weights if configuration["weighted"] else None)
        own_bits = VERSION < (1, 6) and configuration["settings"]["loss"] == "log_loss"
        if not own_bits and hash_of(state(model)) != hashes[seed][number]:
            return f"differs after batch {number + 1}"
    if model.t_ != 1 + sum(sizes[(n + seed) % len(sizes)] for n in range(BATCHES)):
        return f"counts t to {model.t_}"
    scores = model.decision_function(X)
    says = scores > 0 if classes == 2 else scores.argmax(axis=1)
    assert (model.predict(X) == says).all()
    if configuration["settings"]["loss"] in ("log_loss", "modified_huber"):
        assert model.predict_proba(X).shape == (size, classes)
    return None


def main():
    folder = Path(sys.argv[1])
    configurations = goldens()
    checked, wrong = 0, []
    for path in sorted(folder.glob("*.joblib")):
        configuration, hashes = configurations[path.stem.split("-")[0]]
        newer_rates = configuration["settings"].get("learning_rate") in ("pa1", "pa2")
        if newer_rates and VERSION < (1, 8):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            written_by = "1.8.0" if newer_rates else "1.7.2"
            if sklearn.__version__ != written_by:
                warnings.simplefilter("ignore", InconsistentVersionWarning)
            found = check(path, configuration, hashes)
        checked += 1
        if found:
            wrong.append(f"{path.name}: {found}")
    print(f"scikit-learn {sklearn.__version__}: {checked} models opened, {len(wrong)} went wrong")
    for line in wrong:
        print(line)
    sys.exit(1 if wrong or not checked else 0)


main()
