#!/usr/bin/env python3
"""Writes the goldens of the evaluation: measures by scikit-learn, River and MOA on recorded streams.

    python3 -m venv venv && venv/bin/pip install -r shared/goldens/evaluate/requirements.txt
    venv/bin/python shared/goldens/evaluate/generate.py

It needs Maven and Java 17 for MOA, which Maven fetches as pom.xml says.

The streams are not files: `draws` is a generator of integers that the Rust test has too, and labels,
scores and probabilities are made from its draws by whole numbers and division by powers of 2, so that
both sides hold the same bits. Each stream gives three files, floats as the 16 hexadecimal digits of
their bits, `-` for undefined:

- NAME.sklearn.txt: a line for each checkpoint and each of window, fading and everything (fading as
  sample weights `ALPHA ** age`), columns as its first line names them; lists joined by commas;
- NAME.moa.txt: as Moa.java says;
- NAME.river.txt (two classes): a line for each checkpoint, River's rolling metrics. Its ROC AUC does
  not count equal scores as half a pair, as scikit-learn's does; the scores it gets are all different.

delays.txt holds the order in which River reveals labels: for each delay, the numbers of the examples,
with `?` for a prediction and `!` for a label.
"""

import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import river
import sklearn
import sklearn.calibration
import sklearn.metrics as sk
from river import metrics, stream, utils

HERE = Path(__file__).resolve().parent
COUNT = 1000
WINDOW = 60
ALPHA = 0.97
BINS = 10
THRESHOLD = 0.25
COSTS = {
    2: [[-1.0, 5.0], [20.0, 0.5]],
    4: [[0.0, 1.0, 2.0, 3.0], [4.0, -1.0, 6.0, 7.0], [8.0, 9.0, 0.0, 11.0], [12.0, 13.0, 14.0, 0.25]],
}
CHECKPOINTS = [1, 2, 30, 60, 61, 150, 194, 250, 291, 400, 500, 630, 777, 900, 1000]


def draws(seed):
    """Knuth's MMIX linear congruential generator; the upper 31 bits, modulo n."""
    state = seed

    def draw(n):
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 33) % n

    return draw


def balanced(draw, i):
    k = draw(65)
    return int(draw(64) < k), (k - 32) / 8, k / 64


def imbalanced(draw, i):
    label = int(draw(64) == 0)
    k = min(64, min(draw(65), draw(65)) + 24 * label)
    return label, (k - 32) / 8, k / 64


def runs(draw, i):
    label = i // 97 % 2
    k = draw(65)
    return label, (k - 32) / 8, k / 64


def scores(draw, i):
    label = draw(2)
    return label, (draw(33) - 16 + 4 * label) / 4, None


def four(draw, i):
    a, b, c = sorted([draw(65), draw(65), draw(65)])
    parts = [a, b - a, c - b, 64 - c]
    at = draw(64)
    label = int(at >= a) + int(at >= b) + int(at >= c)
    return label, 0.0, [part / 64 for part in parts]


def absent(draw, i):
    """Class 3 hardly ever, class 2 rarely."""
    a, b = sorted([draw(57), draw(57)])
    parts = [a, b - a, 56 - b + draw(9)]
    parts.append(64 - sum(parts))
    label = 3 if draw(512) == 0 else 2 if draw(64) == 0 else draw(2)
    return label, 0.0, [part / 64 for part in parts]


STREAMS = {
    "balanced": (2, 1, balanced),
    "imbalanced": (2, 2, imbalanced),
    "runs": (2, 3, runs),
    "scores": (2, 4, scores),
    "four": (4, 5, four),
    "absent": (4, 6, absent),
}


def hexadecimal(value):
    if value is None or np.isnan(value):
        return "-"
    return f"{np.float64(value).view(np.uint64):016x}"


class Examples:
    """A recorded stream as arrays."""

    def __init__(self, classes, seed, example):
        draw = draws(seed)
        rows = [example(draw, i) for i in range(COUNT)]
        self.classes = classes
        self.labels = np.array([row[0] for row in rows])
        self.scores = np.array([row[1] for row in rows])
        self.probabilities = None if rows[0][2] is None else np.array([row[2] for row in rows])
        if classes == 2:
            self.predicted = (self.scores > 0).astype(int)
        else:
            self.predicted = self.probabilities.argmax(axis=1)

    def measures(self, part, weights):
        """All columns by scikit-learn over a part of the stream; weights may be None."""
        labels, predicted = self.labels[part], self.predicted[part]
        weights = None if weights is None else weights[part]
        classes = list(range(self.classes))
        by = {"sample_weight": weights}
        if self.classes == 2:
            averaging = {"zero_division": np.nan}
        else:
            averaging = {"average": "macro", "zero_division": 0}
        confusion = sk.confusion_matrix(labels, predicted, labels=classes, **by)
        columns = {
            "accuracy": sk.accuracy_score(labels, predicted, **by),
            "precision": sk.precision_score(labels, predicted, **averaging, **by),
            "recall": sk.recall_score(labels, predicted, **averaging, **by),
            "f1": sk.f1_score(labels, predicted, **averaging, **by),
            "balanced_accuracy": sk.balanced_accuracy_score(labels, predicted, **by),
            "kappa": sk.cohen_kappa_score(labels, predicted, labels=classes, **by),
            "confusion": confusion.ravel(),
        }
        each = sk.precision_recall_fscore_support(
            labels, predicted, labels=classes, zero_division=np.nan, **by
        )
        columns |= dict(zip(["precisions", "recalls", "f1s"], each))
        columns["cost"] = (confusion * np.array(COSTS[self.classes])).sum()
        columns |= self.ranking(part) if weights is None else {"roc_auc": None, "pr_auc": None}
        columns |= self.probability(part, weights)
        return columns

    def ranking(self, part):
        labels, scores = self.labels[part], self.scores[part]
        if self.classes > 2:
            return {"roc_auc": None, "pr_auc": None}
        positive = labels.any()
        return {
            "roc_auc": sk.roc_auc_score(labels, scores) if positive and not labels.all() else None,
            "pr_auc": sk.average_precision_score(labels, scores) if positive else None,
        }

    def probability(self, part, weights):
        if self.probabilities is None:
            return dict.fromkeys(["log_loss", "brier", "ece", "bin_weights", "bin_means", "bin_true"])
        labels, said = self.labels[part], self.probabilities[part]
        classes = list(range(self.classes))
        columns = {"log_loss": sk.log_loss(labels, said, labels=classes, sample_weight=weights)}
        if self.classes == 2:
            columns["brier"] = sk.brier_score_loss(labels, said, pos_label=1, sample_weight=weights)
            confidence, came_true = said, labels
            decided = (said > THRESHOLD).astype(int)
            confusion = sk.confusion_matrix(labels, decided, labels=[0, 1], sample_weight=weights)
            columns["cost"] = (confusion * np.array(COSTS[2])).sum()
        else:
            columns["brier"] = sk.brier_score_loss(
                labels, said, labels=classes, sample_weight=weights
            )
            confidence = said.max(axis=1)
            came_true = (self.predicted[part] == labels).astype(int)
        return columns | reliability(confidence, came_true, weights)


def reliability(confidence, came_true, weights):
    """The bins in numpy, held against scikit-learn's where there are no weights."""
    ones = np.ones(len(confidence)) if weights is None else weights
    edges = np.linspace(0, 1, BINS + 1)
    bins = np.searchsorted(edges[1:-1], confidence)
    weight = np.bincount(bins, ones, BINS)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(bins, ones * confidence, BINS) / weight
        true = np.bincount(bins, ones * came_true, BINS) / weight
    if weights is None:
        full = weight > 0
        theirs = sklearn.calibration.calibration_curve(came_true, confidence, n_bins=BINS, pos_label=1)
        np.testing.assert_array_equal(theirs, (true[full], mean[full]))
    error = np.nansum(weight * np.abs(true - mean)) / weight.sum()
    return {"ece": error, "bin_weights": weight, "bin_means": mean, "bin_true": true}


def sklearn_lines(examples):
    lines = []
    for at in CHECKPOINTS:
        age = np.arange(at - 1, at - 1 - COUNT, -1)
        ways = {
            "window": (slice(max(0, at - WINDOW), at), None),
            "fading": (slice(0, at), ALPHA ** np.maximum(age, 0)),
            "everything": (slice(0, at), None),
        }
        for over, (part, weights) in ways.items():
            columns = examples.measures(part, weights)
            if over == "everything":
                columns["roc_auc"] = columns["pr_auc"] = None
            if not lines:
                lines.append(" ".join(["at", "over", *columns]))
            words = [",".join(map(hexadecimal, np.atleast_1d(c))) if c is not None else "-" for c in columns.values()]
            lines.append(" ".join([str(at), over, *words]))
    return lines


def moa_lines(examples, jars):
    rows = zip(examples.labels, examples.predicted, range(1, COUNT + 1))
    rows = "".join(f"{label} {said} {int(at in CHECKPOINTS)}\n" for label, said, at in rows)
    arguments = ["java", "-cp", f"{jars}/*", str(HERE / "Moa.java")]
    arguments += [str(examples.classes), str(WINDOW), repr(ALPHA)]
    run = subprocess.run(arguments, input=rows, capture_output=True, text=True, check=True)
    # Java writes NaN and infinity, where a denominator is 0.
    def word(text):
        finite = len(text) != 16 or np.isfinite(np.uint64(int(text, 16)).view(np.float64))
        return text if finite else "-"
    lines = [" ".join(map(word, line.split())) for line in run.stdout.splitlines()]
    return ["at over accuracy kappa kappa_temporal moa_kappa_m majority no_change", *lines]


def river_lines(examples):
    rolling = {
        "accuracy": utils.Rolling(metrics.Accuracy, WINDOW),
        "kappa": utils.Rolling(metrics.CohenKappa, WINDOW),
        "balanced_accuracy": utils.Rolling(metrics.BalancedAccuracy, WINDOW),
        "f1": utils.Rolling(metrics.F1, WINDOW),
    }
    roc = metrics.RollingROCAUC(window_size=WINDOW)
    lines = [" ".join(["at", *rolling, "roc_auc"])]
    for i in range(COUNT):
        label, said = bool(examples.labels[i]), bool(examples.predicted[i])
        for metric in rolling.values():
            metric.update(label, said)
        roc.update(label, float(examples.scores[i]) + i / 2**20)
        if i + 1 in CHECKPOINTS:
            words = [hexadecimal(metric.get()) for metric in [*rolling.values(), roc]]
            lines.append(" ".join([str(i + 1), *words]))
    return lines


def delay_lines():
    lines = []
    for delay in range(5):
        events = stream.simulate_qa(((i, i) for i in range(8)), moment=None, delay=delay + 1)
        lines.append(" ".join([str(delay), *(f"{i}{'?' if y is None else '!'}" for i, _, y in events)]))
    return lines


def write(name, lines):
    (HERE / f"{name}.txt").write_text("\n".join(lines) + "\n")


def main():
    print(f"scikit-learn {sklearn.__version__}, River {river.__version__}, numpy {np.__version__}")
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as jars:
        maven = ["mvn", "-q", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"]
        subprocess.run([*maven, f"-DoutputDirectory={jars}"], check=True, stdout=sys.stderr)
        for name, (classes, seed, example) in STREAMS.items():
            examples = Examples(classes, seed, example)
            write(f"{name}.sklearn", sklearn_lines(examples))
            write(f"{name}.moa", moa_lines(examples, jars))
            if classes == 2:
                write(f"{name}.river", river_lines(examples))
    write("delays", delay_lines())


if __name__ == "__main__":
    main()
