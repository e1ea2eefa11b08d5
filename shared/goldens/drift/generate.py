#!/usr/bin/env python3
"""Writes the goldens of the drift detectors: what River itself says, value by value.

    python3 -m venv venv && venv/bin/pip install -r shared/goldens/drift/requirements.txt
    venv/bin/python shared/goldens/drift/generate.py [DETECTOR ...]

Streams are not stored: both sides make them, from a seed and the parts in `streams.json`, with
SplitMix64 (Steele, Lea and Flood 2014) and arithmetic that is exact or rounded alike anywhere. A
part is `[kind, count, from, to, spread]`; its level goes from `from` to `to` in even steps, and a
value is, with u uniform in [0, 1):

    errors    1 if u < level, otherwise 0
    uniform   level + spread·(u − ½)
    normal    level + spread·(the sum of twelve u of 32 bits − 6): nearly normal, without a logarithm
    whole     ⌊level + spread·u⌋
    constant  level

`DETECTOR.txt` holds four lines a case: a JSON object with settings, stream and seed; the indices
at which there was drift; those at which there was a warning, as runs `first-last`; and a hash of all
flags and statistics so far, twenty times in the course of the stream. The hash is FNV-1a over 64-bit
words: after each value the flags (drift 1, warning 2), then the bits of every statistic in the order
in which the engine lists them, with the bits 7ff8… for one that is not defined yet.

`p_values.txt` holds p-values of SciPy's exact two-sample test: the size n, then the p-values' bits
for h = 1, 2, …. `samples.txt` holds seed, n, k and the hash of twenty samples of Python's `random`.
"""

import json
import math
import platform
import random
import struct
import sys
import types
import warnings
from pathlib import Path

import river
import scipy
from river import drift
from river.drift import kswin as kswin_module
from scipy import stats

HERE = Path(__file__).resolve().parent
MASK = 2**64 - 1
BASIS, PRIME = 0xCBF29CE484222325, 0x100000001B3
UNDEFINED = 0x7FF8 << 48
CHECKPOINTS = 20

# Streams of errors, which every detector takes.
ERRORS = {
    "steady": [["errors", 6000, 0.2, 0.2, 0]],
    "sudden": [["errors", 2000, 0.1, 0.1, 0], ["errors", 2000, 0.4, 0.4, 0]],
    "slight": [["errors", 3000, 0.2, 0.2, 0], ["errors", 3000, 0.27, 0.27, 0]],
    "gradual": [
        ["errors", 1500, 0.1, 0.1, 0],
        ["errors", 2000, 0.1, 0.5, 0],
        ["errors", 1500, 0.5, 0.5, 0],
    ],
    "recurring": [["errors", 800, level, level, 0] for level in (0.1, 0.4) * 4],
    "falling": [["errors", 1500, 0.6, 0.6, 0], ["errors", 2500, 0.1, 0.1, 0]],
    "improving": [["errors", 5000, 0.5, 0.02, 0], ["errors", 1000, 0.3, 0.3, 0]],
    "rare": [["errors", 5000, 0.002, 0.002, 0], ["errors", 3000, 0.02, 0.02, 0]],
    "runs": [
        ["constant", 1200, 0, 0, 0],
        ["constant", 60, 1, 1, 0],
        ["constant", 900, 0, 0, 0],
        ["constant", 1, 1, 1, 0],
        ["constant", 400, 0, 0, 0],
        ["errors", 800, 0.5, 0.5, 0],
        ["constant", 500, 1, 1, 0],
        ["constant", 700, 0, 0, 0],
    ],
    "shares": [["uniform", 2500, 0.3, 0.3, 0.6], ["uniform", 2500, 0.5, 0.5, 1.0]],
    "long_errors": [
        ["errors", 9000, 0.3, 0.3, 0],
        ["errors", 6000, 0.25, 0.25, 0],
        ["errors", 5000, 0.35, 0.35, 0],
    ],
}

# Streams of reals, for those that take them.
REALS = {
    "uniform": [["uniform", 5000, 0, 0, 2]],
    "uniform_shift": [["uniform", 2000, 0, 0, 1], ["uniform", 2000, 0.5, 0.5, 1]],
    "normal_shift": [["normal", 2000, 5, 5, 1], ["normal", 2000, 4.5, 4.5, 1]],
    "normal_spread": [["normal", 2000, 0, 0, 1], ["normal", 2000, 0, 0, 3]],
    "normal_gradual": [
        ["normal", 1500, -2, -2, 0.5],
        ["normal", 2000, -2, 1, 0.5],
        ["normal", 1000, 1, 1, 0.5],
    ],
    "constant": [["constant", 1500, 0.1, 0.1, 0], ["constant", 1500, 0.3, 0.3, 0]],
    "ramp": [["constant", 3000, -10, 20, 0]],
    "whole": [["whole", 2000, 0, 0, 6], ["whole", 2000, 1, 1, 9]],
    "large": [["normal", 1500, 3e9, 3e9, 1e8], ["normal", 1500, -1e9, -1e9, 1e8]],
    "small": [["uniform", 1500, 1e-9, 1e-9, 1e-9], ["uniform", 1500, 4e-9, 4e-9, 1e-9]],
    "long_uniform": [["uniform", 12000, 0.4, 0.4, 1], ["uniform", 8000, 0.45, 0.45, 1]],
    "long_normal": [
        ["normal", 8000, 0, 0, 1],
        ["normal", 4000, 0, 0.4, 1],
        ["normal", 8000, 0.4, 0.4, 1],
    ],
}

STREAMS = ERRORS | REALS

# Settings that are not at their defaults, for each detector.
SETTINGS = {
    "adwin": [
        {},
        {"delta": 0.5},
        {"delta": 0.05, "clock": 1},
        {"delta": 1e-5, "clock": 100},
        {"delta": 0.2, "clock": 7, "max_buckets": 2},
        {"delta": 0.1, "clock": 1, "max_buckets": 3, "min_window_length": 1, "grace_period": 0},
        {"max_buckets": 20, "min_window_length": 30},
        {"delta": 0.9, "clock": 13, "max_buckets": 40, "grace_period": 500},
    ],
    "ddm": [
        {},
        {"warm_start": 0},
        {"warm_start": 100, "warning_threshold": 1.0, "drift_threshold": 1.5},
        {"warning_threshold": 3.5, "drift_threshold": 2.5},
        {"warm_start": 5, "warning_threshold": 0.0, "drift_threshold": 4.0},
    ],
    "eddm": [
        {},
        {"alpha": 0.8, "beta": 0.75},
        {"warm_start": 5},
        {"warm_start": 100, "alpha": 0.98, "beta": 0.5},
        {"warm_start": 0, "alpha": 1.0, "beta": 0.6},
    ],
    "hddm_a": [
        {},
        {"two_sided_test": True},
        {"drift_confidence": 1e-6, "warning_confidence": 0.05},
        {"drift_confidence": 0.02, "warning_confidence": 0.3, "two_sided_test": True},
        {"drift_confidence": 1e-30, "warning_confidence": 1.0},
        {"drift_confidence": 0.037, "warning_confidence": 0.011, "two_sided_test": True},
    ],
    "hddm_w": [
        {},
        {"two_sided_test": True},
        {"lambda_val": 0.2, "warning_confidence": 0.05},
        {"lambda_val": 0.013, "drift_confidence": 0.0037, "two_sided_test": True},
        {"lambda_val": 0.5, "drift_confidence": 1e-7, "warning_confidence": 1e-3},
        {"lambda_val": 0.001, "drift_confidence": 0.1, "warning_confidence": 0.7},
        {"lambda_val": 1.0, "drift_confidence": 0.4, "two_sided_test": True},
    ],
    "page_hinkley": [
        {},
        {"threshold": 5.0},
        {"threshold": 20.0, "mode": "up"},
        {"threshold": 20.0, "mode": "down", "delta": 0.05},
        {"min_instances": 300, "threshold": 10.0, "alpha": 1.0},
        {"min_instances": 0, "threshold": 1.0, "alpha": 0.97, "delta": 0.0},
    ],
    "kswin": [
        {"seed": 42},
        {"seed": 0, "alpha": 0.0001},
        {"seed": 1234567890123456789, "window_size": 300, "stat_size": 30},
        {"seed": 7, "alpha": 0.05, "window_size": 20, "stat_size": 5},
        {"seed": 4294967296, "alpha": 0.02, "window_size": 250, "stat_size": 50},
    ],
}

CLASSES = {
    "adwin": drift.ADWIN,
    "ddm": drift.binary.DDM,
    "eddm": drift.binary.EDDM,
    "hddm_a": drift.binary.HDDMA,
    "hddm_w": drift.binary.HDDMW,
    "page_hinkley": drift.PageHinkley,
    "kswin": drift.KSWIN,
}


class SplitMix64:
    def __init__(self, seed: int) -> None:
        self.state = seed

    def word(self) -> int:
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def uniform(self) -> float:
        return (self.word() >> 11) * 2.0**-53

    def normal(self) -> float:
        return sum((self.word() >> 32) * 2.0**-32 for _ in range(12)) - 6.0


def values(parts: list, seed: int):
    rng = SplitMix64(seed)
    for kind, count, first, last, spread in parts:
        for i in range(count):
            level = first + (last - first) * (i / count)
            if kind == "errors":
                yield 1.0 if rng.uniform() < level else 0.0
            elif kind == "uniform":
                yield level + spread * (rng.uniform() - 0.5)
            elif kind == "normal":
                yield level + spread * rng.normal()
            elif kind == "whole":
                yield float(math.floor(level + spread * rng.uniform()))
            else:
                yield float(level)


def mean(m):
    return m.get() if m.n > 0 else None


def adwin(d):
    return [d.width, d.estimation, d.variance, d.total, d.n_detections]


def ddm(d):
    p = d._p.get()
    s = math.sqrt(p * (1 - p) / d._p.n)
    if d._p_min is None:
        return [p, s, p + s, None, None, None, None]
    warning = d._p_min + d.warning_threshold * d._s_min
    return [p, s, p + s, d._p_min, d._s_min, warning, d._p_min + d.drift_threshold * d._s_min]


def eddm(d):
    p = mean(d._error_distances.mean)
    s = None if p is None else d._error_distances.get() ** 0.5
    if d._p2s_prime_max == -1:
        return [p, s, None, None, d._n_errors]
    return [p, s, d._p2s_prime_max, (p + 2 * s) / d._p2s_prime_max, d._n_errors]


def hddm_a(d):
    means = [d._z, d._x_min, d._x_max]
    return [mean(m) for m in means] + [m.n for m in means]


def hddm_w(d):
    samples = [d._s1_incr, d._s2_incr, d._s1_decr, d._s2_decr]
    means = [s.ewma if s.is_init else None for s in samples]
    return [d._total.ewma, d._total.ibc, *means, d._incr_cutpoint, d._decr_cutpoint]


def page_hinkley(d):
    increase, decrease = d._sum_increase, d._sum_decrease
    least, most = d._min_increase, d._max_decrease
    tests = [increase - least, most - decrease]
    return [d._x_mean.get(), increase, decrease, least, most, *tests]


# The statistic of KSWIN's last test, which River does not keep.
last_test = []


def ks_2samp(*args, **kwargs):
    result = stats.ks_2samp(*args, **kwargs)
    last_test[:] = [float(result.statistic)]
    return result


kswin_module.stats = types.SimpleNamespace(ks_2samp=ks_2samp)


def kswin(d):
    if d.n < d.window_size:
        return [None, None, d.n]
    return [float(d.p_value), last_test[0], d.n]


STATISTICS = {f.__name__: f for f in (adwin, ddm, eddm, hddm_a, hddm_w, page_hinkley, kswin)}


def word(value) -> int:
    if value is None:
        return UNDEFINED
    return struct.unpack(">Q", struct.pack(">d", float(value)))[0]


def runs(indices: list[int]) -> str:
    found = []
    for i in indices:
        if found and found[-1][1] == i - 1:
            found[-1][1] = i
        else:
            found.append([i, i])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


def case(name: str, settings: dict, stream: str, seed: int) -> list[str]:
    detector = CLASSES[name](**settings)
    statistics = STATISTICS[name]
    total = sum(part[1] for part in STREAMS[stream])
    drifts, warned, hashes, state = [], [], [], BASIS
    for i, value in enumerate(values(STREAMS[stream], seed)):
        detector.update(value)
        warning = getattr(detector, "warning_detected", False)
        if detector.drift_detected:
            drifts.append(i)
        if warning:
            warned.append(i)
        words = [int(detector.drift_detected) | int(warning) << 1]
        words += map(word, statistics(detector))
        for w in words:
            state = ((state ^ w) * PRIME) & MASK
        if (i + 1) * CHECKPOINTS // total > i * CHECKPOINTS // total:
            hashes.append(f"{state:016x}")
    head = {"settings": {name: settings}, "stream": stream, "seed": seed}
    flags = ["drift " + " ".join(map(str, drifts)), "warning " + runs(warned)]
    return [json.dumps(head), *flags, "hash " + " ".join(hashes)]


def chosen(name: str):
    """Cases: every setting on every stream, but for KSWIN, which is slow, every fifth of them."""
    binary = name not in ("adwin", "page_hinkley", "kswin")
    streams = list(ERRORS if binary else STREAMS)
    number = 0
    for variant, settings in enumerate(SETTINGS[name]):
        for stream in streams:
            number += 1
            if name == "kswin" and (number % 5 or stream.startswith("long")) and number > 8:
                continue
            for seed in range(3 if variant == 0 and name != "kswin" else 1):
                yield settings, stream, 1000 * number + seed


def write(name: str, lines: list[str]) -> None:
    (HERE / name).write_text("\n".join(lines) + "\n", encoding="ascii")
    print(name, len(lines))


def p_values() -> list[str]:
    lines = []
    sizes = [(n, n) for n in range(1, 65)]
    for n, most in [*sizes, (100, 100), (257, 150), (500, 200), (1000, 300), (10000, 500)]:
        # The statistic h/n, by samples that lead by h.
        row = []
        for h in range(1, most + 1):
            first = [0.0] * h + [2.0] * (n - h)
            row.append(float(stats.ks_2samp(first, [2.0] * n, method="auto").pvalue))
        lines.append(f"{n} " + " ".join(f"{word(p):016x}" for p in row))
    return lines


def samples() -> list[str]:
    lines = []
    for seed in (0, 1, 42, 2**32 - 1, 2**32, 1234567890123456789, 2**64 - 1):
        for n, k in ((1, 1), (5, 5), (21, 5), (22, 5), (22, 6), (85, 21), (86, 21), (86, 22), (70, 30)):
            rng, state = random.Random(seed), BASIS
            for _ in range(20):
                for value in rng.sample(range(n), k):
                    state = ((state ^ value) * PRIME) & MASK
            lines.append(f"{seed} {n} {k} {state:016x}")
    for n, k in ((277, 30), (278, 30), (1000, 50), (5000, 700), (90000, 10000)):
        rng, state = random.Random(n), BASIS
        for _ in range(20):
            for value in rng.sample(range(n), k):
                state = ((state ^ value) * PRIME) & MASK
        lines.append(f"{n} {n} {k} {state:016x}")
    return lines


def main() -> None:
    # SciPy warns where it leaves the exact test.
    warnings.filterwarnings("ignore")
    print(f"river {river.__version__}, scipy {scipy.__version__}, {platform.libc_ver()}")
    rows = [f"  {json.dumps(name)}: {json.dumps(parts)}" for name, parts in STREAMS.items()]
    write("streams.json", ["{", ",\n".join(rows), "}"])
    write("samples.txt", samples())
    write("p_values.txt", p_values())
    for name in sys.argv[1:] or SETTINGS:
        lines = []
        for settings, stream, seed in chosen(name):
            lines += case(name, settings, stream, seed)
        write(f"{name}.txt", lines)


main()
