#!/usr/bin/env python3
"""Goes through a run of `gradually train` with what it saved: raw applications in, the same bits out.

    gradually train --file RECORDS --batch-records N --out RUN
    python shared/saves/same_run.py RUN RECORDS N

From every batch's encoder and model, scikit-learn makes the next batch's by itself: the encoder's
scaler takes the raw numbers in, the encoder transforms the raw applications, the model learns. That
must be, to the last bit, what the run saved after that batch. And what a loaded model says of its
own batch must be as right as the run's metrics say.
"""

import json
import sys
import warnings
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import InconsistentVersionWarning

STATE = ("mean_", "var_", "scale_", "n_samples_seen_")


def opened(run, number):
    """Encoder, its parts, and model after a batch."""
    encoder = joblib.load(run / "encoders" / f"encoder_{number + 1}_batch_{number}.joblib")
    model = joblib.load(run / "models" / f"model_{number + 1}_batch_{number}.joblib")
    assert type(encoder) is ColumnTransformer
    return encoder, encoder.named_transformers_["numbers"], model


def take_in(scaler, frame):
    """Row by row in memory, for in which order the scaler adds depends on that. A data frame has its
    columns one by one, and so the scaler is given an array, which has no names."""
    numbers = np.ascontiguousarray(frame[list(scaler.feature_names_in_)].to_numpy(float))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "X does not have valid feature names")
        scaler.partial_fit(numbers)


def same(found, wanted):
    return np.array_equal(np.asarray(found), np.asarray(wanted))


def main():
    run, records, size = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    lines = [json.loads(line) for line in records.read_text(encoding="utf-8").splitlines()]
    batches = [pd.DataFrame(lines[start : start + size]) for start in range(0, len(lines), size)]
    assert len(batches) > 2
    old = sklearn.__version__.startswith("1.5.")
    for number, frame in enumerate(batches):
        encoder, scaler, model = opened(run, number)
        described = json.loads((run / "models" / f"model_{number + 1}_batch_{number}.json").read_text())
        assert list(encoder.get_feature_names_out()) == described["feature_names"]
        assert same(model.coef_, described["coef"]) and same(model.intercept_, described["intercept"])
        says = model.predict(encoder.transform(frame))
        metrics = json.loads((run / "metrics" / f"batch_{number}_metrics.json").read_text())
        assert np.mean(says == frame["label"]) == metrics["accuracy"], number
        if number + 1 < len(batches):
            next_frame = batches[number + 1]
            next_encoder, next_scaler, next_model = opened(run, number + 1)
            take_in(scaler, next_frame)
            for name in STATE:
                assert same(getattr(scaler, name), getattr(next_scaler, name)), (number, name)
            features = encoder.transform(next_frame)
            assert same(features, next_encoder.transform(next_frame))
            model.partial_fit(features, next_frame["label"].to_numpy())
            # 1.5 computes the slope of log_loss by a formula of its own.
            if not old:
                assert same(model.coef_, next_model.coef_), number
                assert same(model.intercept_, next_model.intercept_), number
            assert model.t_ == next_model.t_
    print(f"scikit-learn {sklearn.__version__}: the same run of {len(batches)} batches")


with warnings.catch_warnings():
    warnings.simplefilter("error")
    if sklearn.__version__ != "1.7.2":
        warnings.simplefilter("ignore", InconsistentVersionWarning)
    main()
