#!/usr/bin/env python3
"""Writes trajectories of River's logistic regression with adaptive optimisers, as bits.

    python3 -m venv venv && venv/bin/pip install -r shared/goldens/optim/requirements.txt
    venv/bin/python shared/goldens/optim/generate.py

`hashes.txt` has two lines a run: what was run, as JSON, and the hash of the state after each of
50 batches of 20 samples. `weights.txt` has the states themselves of a few runs: after the JSON,
a line a batch with intercept and weights as the 16 hexadecimal digits of their bits.

The hash is FNV-1a with 64 bits over the little-endian bytes of: intercept, weights, what the
optimiser keeps (AdaGrad g2; Adam m, v; FTRL-Proximal z, n), and with l1 max_cum_l1, cum_l1.

The samples come from integers, so that every program computes them alike. SplitMix64 (G. Steele
et al., 2014), from the run's seed, gives 64-bit numbers; a sample takes one for its label and then
one for each of 8 features, `r`:

    feature 0 to 3: r mod 2
    feature 4 to 7: (r mod 4097 - 2048) / 512, but 0 if r div 2^32 is a multiple of 3

and its label is 1 if f0 + f4 - 2 f5 + f6 > (label's number mod 5) - 2, with exact arithmetic.
"""

import json
import struct
from pathlib import Path

import river
from river import linear_model, optim

HERE = Path(__file__).resolve().parent
BATCHES, BATCH, WIDTH = 50, 20, 8
SEEDS = range(1, 6)
MASK = 2**64 - 1

# name: (optimiser with its settings, settings of the model)
RUNS = {
    "adagrad": ({"name": "adagrad"}, {}),
    "adagrad_fast": ({"name": "adagrad", "lr": 1.0, "eps": 1e-12}, {}),
    "adagrad_smooth_l2": ({"name": "adagrad", "eps": 1.0}, {"l2": 0.01}),
    "adagrad_l1": ({"name": "adagrad"}, {"l1": 0.003}),
    "adagrad_hinge": ({"name": "adagrad"}, {"loss": "hinge"}),
    "adagrad_squared": ({"name": "adagrad", "lr": 0.05}, {"loss": "squared", "l2": 0.001}),
    "adagrad_intercept": ({"name": "adagrad"}, {"intercept_init": -0.7, "intercept_lr": 0.3}),
    "adagrad_clipped": ({"name": "adagrad"}, {"clip_gradient": 0.25, "intercept_lr": 0.0}),
    "adam": ({"name": "adam"}, {}),
    "adam_slow": ({"name": "adam", "lr": 0.001}, {}),
    "adam_forgetful": ({"name": "adam", "beta_1": 0.5, "beta_2": 0.9, "eps": 0.1}, {}),
    "adam_no_momentum": ({"name": "adam", "beta_1": 0.0, "lr": 3.0}, {}),
    "adam_l2": ({"name": "adam", "lr": 0.02}, {"l2": 0.01}),
    "adam_l1": ({"name": "adam", "lr": 0.02}, {"l1": 0.01}),
    "adam_hinge": ({"name": "adam"}, {"loss": "hinge"}),
    "adam_squared": ({"name": "adam"}, {"loss": "squared", "clip_gradient": 1.5}),
    "ftrl": ({"name": "ftrl_proximal"}, {}),
    "ftrl_fast": ({"name": "ftrl_proximal", "alpha": 2.0, "beta": 0.1, "l2": 0.0}, {}),
    "ftrl_l1": ({"name": "ftrl_proximal", "l1": 2.0}, {}),
    "ftrl_l2": ({"name": "ftrl_proximal", "alpha": 0.3}, {"l2": 0.01}),
    "ftrl_hinge": ({"name": "ftrl_proximal", "alpha": 0.1}, {"loss": "hinge"}),
    "ftrl_squared": ({"name": "ftrl_proximal", "alpha": 0.1, "l1": 0.1}, {"loss": "squared"}),
    "ftrl_mcmahan": ({"name": "ftrl_proximal", "variant": "mcmahan"}, {}),
    "ftrl_mcmahan_l1": (
        {"name": "ftrl_proximal", "alpha": 0.5, "l1": 2.0, "variant": "mcmahan"},
        {"loss": "hinge"},
    ),
}
FULL = ["adagrad", "adam", "ftrl", "ftrl_mcmahan"]


class McMahan(optim.FTRLProximal):
    """Algorithm 1 of the paper: weights follow from z and n before every prediction."""

    def look_ahead(self, w):
        for i in self.z:
            w[i] = 0.0
            if abs(self.z[i]) > self.l1:
                rest = self.z[i] - (self.l1 if self.z[i] > 0 else -self.l1)
                w[i] = -(((self.beta + self.n[i] ** 0.5) / self.alpha + self.l2) ** -1) * rest
        return w

    def _step_with_dict(self, w, g):
        for i, gi in g.items():
            sigma = ((self.n[i] + gi**2) ** 0.5 - self.n[i] ** 0.5) / self.alpha
            self.z[i] += gi - sigma * w[i]
            self.n[i] += gi**2
        return w


OPTIMIZERS = {
    "adagrad": (optim.AdaGrad, ["g2"]),
    "adam": (optim.Adam, ["m", "v"]),
    "ftrl_proximal": (optim.FTRLProximal, ["z", "n"]),
}
LOSSES = {
    "log": optim.losses.Log,
    "hinge": optim.losses.Hinge,
    "squared": optim.losses.Squared,
}


def splitmix64(seed: int):
    state = seed
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


def samples(seed: int):
    numbers = splitmix64(seed)
    while True:
        noise = next(numbers) % 5 - 2
        x = {}
        for j in range(WIDTH):
            r = next(numbers)
            if j < 4:
                x[j] = float(r % 2)
            else:
                x[j] = 0.0 if (r >> 32) % 3 == 0 else (r % 4097 - 2048) / 512
        yield x, x[0] + x[4] - 2 * x[5] + x[6] > noise


def model(optimizer: dict, settings: dict):
    parameters = dict(optimizer)
    kind, kept = OPTIMIZERS[parameters.pop("name")]
    if parameters.pop("variant", "river") == "mcmahan":
        kind = McMahan
    settings = dict(settings)
    loss = LOSSES[settings.pop("loss", "log")]()
    return linear_model.LogisticRegression(kind(**parameters), loss, **settings), kept


def state(learner, kept: list[str]) -> list[float]:
    if isinstance(learner.optimizer, McMahan):
        learner.optimizer.look_ahead(learner._weights)
    lists = [learner.weights] + [getattr(learner.optimizer, name) for name in kept]
    values = [learner.intercept]
    for numbers in lists:
        values += [numbers.get(j, 0.0) for j in range(WIDTH)]
    if learner.l1:
        values += [learner.max_cum_l1] + [learner.cum_l1.get(j, 0.0) for j in range(WIDTH)]
    return values


def fnv1a(values: list[float]) -> str:
    code = 0xCBF29CE484222325
    for byte in struct.pack(f"<{len(values)}d", *values):
        code = ((code ^ byte) * 0x100000001B3) & MASK
    return f"{code:016x}"


def run(name: str, seed: int) -> tuple[str, list[list[float]]]:
    optimizer, settings = RUNS[name]
    learner, kept = model(optimizer, settings)
    stream, states = samples(seed), []
    for _ in range(BATCHES):
        for _ in range(BATCH):
            learner.learn_one(*next(stream))
        states.append(state(learner, kept))
    what = {"name": name, "seed": seed, "settings": {"optimizer": optimizer, **settings}}
    return json.dumps(what), states


def main() -> None:
    print(f"River {river.__version__}")
    hashes, weights = [], []
    for name in RUNS:
        for seed in SEEDS:
            what, states = run(name, seed)
            hashes += [what, " ".join(fnv1a(values) for values in states)]
            if name in FULL and seed == SEEDS[0]:
                weights.append(what)
                for values in states:
                    line = (struct.pack(">d", v).hex() for v in values[: 1 + WIDTH])
                    weights.append(" ".join(line))
    (HERE / "hashes.txt").write_text("\n".join(hashes) + "\n")
    (HERE / "weights.txt").write_text("\n".join(weights) + "\n")


main()
