#!/usr/bin/env python3
"""Writes what scikit-learn's and Spark's own encoders make of batches, as bits.

    python3 -m venv venv && venv/bin/pip install -r shared/goldens/encode/requirements.txt
    venv/bin/python shared/goldens/encode/generate.py            (Spark needs Java 17)
    venv/bin/python shared/goldens/encode/generate.py scaler     (one file: see FILES)

Each file has a case a line, as JSON: what goes in, and what came out. Floats that went in are
decimal (shortest round trip), those that came out are the 16 hexadecimal digits of their bits. A
matrix of features is written as its shape and the 64-bit FNV-1a hash of the bits of all its values, row
by row, most significant byte first, with -0.0 as 0.0; its first row is written in full.

    scaler.ndjson     StandardScaler.partial_fit, batch after batch, missing numbers too
    stable.ndjson     OneHotEncoder(drop), StandardScaler, FeatureHasher of words, comparisons,
                      PolynomialFeatures(interaction_only), SimpleImputer's indicator
    hashed.ndjson     FeatureHasher on whole examples, numbers as they are and scaled
    per_batch.ndjson  Spark's pipeline of StringIndexer, OneHotEncoder and StandardScaler, fitted on
                      each batch in one partition
"""

import json
import random
import struct
import sys
import warnings
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
HOME = ["RENT", "OWN", "MORTGAGE", "OTHER"]
INTENT = ["PERSONAL", "EDUCATION", "MEDICAL", "VENTURE", "HOMEIMPROVEMENT", "DEBTCONSOLIDATION"]


def bits(value: float) -> str:
    return struct.pack(">d", value).hex()


def fnv(matrix: np.ndarray) -> str:
    h = 0xCBF29CE484222325
    for byte in (np.ascontiguousarray(matrix, dtype=np.float64) + 0.0).astype(">f8").tobytes():
        h = ((h ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{h:016x}"


def matrix(values: np.ndarray) -> dict:
    first = [bits(v + 0.0) for v in values[0]] if len(values) else []
    return {"rows": len(values), "width": values.shape[1], "hash": fnv(values), "first": first}


def write(name: str, cases: list[dict]) -> None:
    lines = [json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in cases]
    path = HERE / f"{name}.ndjson"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{path.name}: {len(cases)} cases, {path.stat().st_size} bytes")


def nullable(numbers: np.ndarray) -> list:
    return [None if np.isnan(v) else float(v) for v in numbers.ravel()]


def numbers(rng: random.Random, kind: str, shape: tuple[int, int]) -> np.ndarray:
    """Numbers of a kind; a different one in each column where that is what the kind is about."""
    draw = {
        "plain": lambda _: rng.uniform(-3, 3),
        "money": lambda c: [rng.randint(12000, 72000), round(rng.uniform(10, 20), 1)][c % 2],
        "huge": lambda _: rng.uniform(1, 9) * 10 ** rng.randint(100, 140),
        "tiny": lambda _: rng.uniform(1, 9) * 10.0 ** rng.randint(-150, -100),
        "mixed": lambda _: rng.choice([0.0, 1e-9, -1e9, 1.0, 0.1]),
        "constant": lambda c: [0.1, 5.0, 1e6, -3.0][c % 4] if c % 2 == 0 else rng.random(),
        "shifted": lambda _: 1e9 + rng.random(),
    }[kind]
    rows, width = shape
    drawn = [[float(draw(c)) for c in range(width)] for _ in range(rows)]
    return np.array(drawn).reshape(rows, width)


def with_missing(rng: random.Random, values: np.ndarray, share: float) -> np.ndarray:
    for place in np.ndindex(values.shape):
        if rng.random() < share:
            values[place] = np.nan
    # The first row is whole: a column that has never had a value is another matter.
    return values


def scaler() -> None:
    from sklearn.preprocessing import StandardScaler

    rng = random.Random(1)
    cases = []
    plans = [
        (4, "money", [2, 1, 300, 17, 1000], 0),
        (1, "plain", [1, 2, 7, 8, 9, 100, 128, 129, 137, 300, 1000], 0),
        (1, "plain", [5, 64, 300], 0.3),
        (2, "money", [3, 100, 200], 0),
        (3, "shifted", [10, 100, 100], 0),
        (5, "mixed", [4, 50, 300], 0),
        (9, "plain", [2, 33, 100], 0.2),
        (4, "huge", [3, 60, 60], 0),
        (4, "tiny", [3, 60, 60], 0.1),
        (4, "constant", [2, 1, 40, 40], 0),
        (4, "money", [12, 300, 40], 0.25),
    ]
    for width, kind, sizes, missing in plans:
        model, batches = StandardScaler(), []
        for number, size in enumerate(sizes):
            part = numbers(rng, kind, (size, width))
            if missing and size > 1:
                part = with_missing(rng, part, missing)
                # Each column has a value in each batch: scikit-learn loses its variance otherwise.
                part[0] = numbers(rng, kind, (1, width))
            model.partial_fit(part)
            scaled = np.nan_to_num(model.transform(part), nan=0.0)
            seen = np.broadcast_to(model.n_samples_seen_, (width,))
            batches.append(
                {
                    "numbers": nullable(part),
                    "mean": [bits(v) for v in model.mean_],
                    "var": [bits(v) for v in model.var_],
                    "scale": [bits(v) for v in model.scale_],
                    "n_samples_seen": [int(n) for n in seen],
                    "scaled": matrix(scaled),
                }
            )
        cases.append({"name": f"{kind} {width}", "width": width, "batches": batches})
    write("scaler", cases)


def field(name: str, vocabulary, missing: object = "error") -> dict:
    return {"name": name, "kind": "categorical", "vocabulary": vocabulary, "missing": missing}


def numeric(name: str, missing: object = "error") -> dict:
    return {"name": name, "kind": "numeric", "missing": missing}


def schema(fields: list[dict]) -> dict:
    label = {"name": "label", "classes": [0, 1]}
    head = {"format": "gradually-schema", "version": 1, "name": "golden"}
    return {**head, "fields": fields, "label": label}


def one_hot(field: dict, words: list, state: dict) -> tuple[np.ndarray, list[str]]:
    """The columns of a categorical field by scikit-learn."""
    from sklearn.feature_extraction import FeatureHasher
    from sklearn.preprocessing import OneHotEncoder

    (kind, what), missing = next(iter(field["vocabulary"].items())), field["missing"]
    if isinstance(missing, dict):
        words = [missing["constant"] if word is None else word for word in words]
    if kind == "hashed":
        hasher = FeatureHasher(n_features=what, input_type="string")
        known = [[] if word is None else [word] for word in words]
        columns, names = hasher.transform(known).toarray(), [f"{field['name']}#{i}" for i in range(what)]
        if missing == "own_category":
            own = np.array([[float(word is None)] for word in words])
            columns, names = np.hstack([columns, own]), [*names, f"missingindicator_{field['name']}"]
        return columns, names
    if kind == "fixed":
        categories, dropped = list(what), [what[-1]]
    else:
        seen = state.setdefault(field["name"], [])
        for word in words:
            if word is not None and word not in seen and len(seen) < what:
                seen.append(word)
        # Columns that no word has yet are there too.
        categories, dropped = [*seen, *(f"\0{i}" for i in range(len(seen), what))], None
    if missing == "own_category":
        categories.append(None)
    encoder = OneHotEncoder(
        categories=[np.array(categories, dtype=object)],
        drop=dropped,
        handle_unknown="error" if kind == "fixed" else "ignore",
        sparse_output=False,
    )
    columns = encoder.fit_transform(np.array([[word] for word in words], dtype=object))
    names = list(encoder.get_feature_names_out([field["name"]]))
    names = [n.replace(f"{field['name']}_\0", f"{field['name']}#") for n in names]
    if missing == "own_category":
        names[-1] = f"missingindicator_{field['name']}"
    return columns, names


def products(X: np.ndarray, names: list[str], of: dict, interactions: list[str]) -> tuple:
    from sklearn.preprocessing import PolynomialFeatures

    made, made_names = [], []
    for interaction in interactions:
        a, b = sorted((of[f] for f in interaction.split("*")), key=lambda columns: columns[0])
        both = [*a, *b]
        poly = PolynomialFeatures(degree=2, interaction_only=True, include_bias=False)
        values = poly.fit_transform(X[:, both])
        for column, name in enumerate(poly.get_feature_names_out([names[c] for c in both])):
            powers = np.flatnonzero(poly.powers_[column])
            if len(powers) == 2 and powers[0] < len(a) <= powers[1]:
                made.append(values[:, column])
                made_names.append(name)
    return made, made_names


def stable_batch(case: dict, rows: list[dict], state: dict) -> tuple[np.ndarray, list[str]]:
    from sklearn.impute import MissingIndicator
    from sklearn.preprocessing import StandardScaler

    fields = case["schema"]["fields"]
    parts, names, of = [], [], {}
    for f in (f for f in fields if f["kind"] == "categorical"):
        columns, its_names = one_hot(f, [row[f["name"]] for row in rows], state)
        of[f["name"]] = list(range(len(names), len(names) + len(its_names)))
        parts.append(columns)
        names += its_names
    numerics = [f for f in fields if f["kind"] == "numeric"]
    raw = np.array(
        [
            [
                (f["missing"]["constant"] if isinstance(f["missing"], dict) else np.nan)
                if row[f["name"]] is None
                else float(row[f["name"]])
                for f in numerics
            ]
            for row in rows
        ]
    ).reshape(len(rows), len(numerics))
    if numerics:
        scaler = state.setdefault("scaler", StandardScaler()).partial_fit(raw)
        parts.append(np.nan_to_num(scaler.transform(raw), nan=0.0))
        for f in numerics:
            of[f["name"]] = [len(names)]
            names.append(f["name"])
        mean = [i for i, f in enumerate(numerics) if f["missing"] == "mean"]
        if mean:
            indicator = MissingIndicator(features="all").fit(raw[:, mean])
            parts.append(indicator.transform(raw[:, mean]).astype(float))
            names += indicator.get_feature_names_out([numerics[i]["name"] for i in mean]).tolist()
    for threshold in case["settings"]["stable"].get("thresholds", []):
        sign = "<" if "<" in threshold else ">"
        name, value = threshold.split(sign)
        column = raw[:, [f["name"] for f in numerics].index(name)]
        there = column < float(value) if sign == "<" else column > float(value)
        parts.append(there.astype(float)[:, None])
        names.append(threshold)
    X = np.hstack(parts)
    made, made_names = products(X, names, of, case["settings"]["stable"].get("interactions", []))
    return np.column_stack([X, *made]), names + made_names


def stable() -> None:
    rng = random.Random(2)
    words = ["é", "😀", "", "a b", "RENT", "x_y", "日本", "None", "nan", "longer than the others"]
    home, intent = field("home", {"fixed": HOME}), field("intent", {"fixed": INTENT})
    open_ = field("word", {"first_seen": 6})
    cases = [
        {"name": "loan", "fields": [home, intent, numeric("income"), numeric("rate")], "stable": {}},
        {
            "name": "thresholds and every kind of interaction",
            "fields": [home, intent, numeric("income"), numeric("rate")],
            "stable": {
                "thresholds": ["income<30000", "rate>15", "rate>0.4"],
                "interactions": ["home*intent", "rate*home", "income*rate"],
            },
        },
        {
            "name": "missing words",
            "fields": [
                field("home", {"fixed": HOME}, "own_category"),
                field("intent", {"fixed": INTENT}, {"constant": "MEDICAL"}),
                field("word", {"first_seen": 6}, "own_category"),
                field("other", {"first_seen": 12}, {"constant": "RENT"}),
                numeric("x"),
            ],
            "stable": {"interactions": ["home*word", "x*other"]},
        },
        {"name": "first seen", "fields": [open_, numeric("x")], "stable": {"interactions": ["word*x"]}},
        {
            "name": "hashed words",
            "fields": [
                field("word", {"hashed": 4}),
                field("other", {"hashed": 3}, "own_category"),
                numeric("x"),
            ],
            "stable": {"interactions": ["word*other", "word*x"]},
        },
        {
            "name": "missing numbers",
            "fields": [home, numeric("x", "mean"), numeric("y", {"constant": -7.25}), numeric("z", "mean")],
            "stable": {"thresholds": ["y<-7", "x>0"], "interactions": ["x*z", "home*x"]},
        },
        {"name": "words alone", "fields": [home, intent], "stable": {"interactions": ["intent*home"]}},
        {"name": "a number alone", "fields": [numeric("x")], "stable": {"thresholds": ["x>1"]}},
    ]
    done = []
    for case in cases:
        fields = case.pop("fields")
        case = {"name": case["name"], "schema": schema(fields), "settings": {"stable": case["stable"]}}
        state, batches = {}, []
        for size in [2, 30, 1, 100]:
            rows = []
            for number in range(size):
                row = {}
                for f in fields:
                    missing = f["missing"] != "error" and number > 0 and rng.random() < 0.25
                    if f["kind"] == "numeric":
                        value = rng.choice([rng.uniform(-9, 9), rng.randint(12000, 72000), 0])
                    else:
                        value = rng.choice(f["vocabulary"].get("fixed", words))
                    row[f["name"]] = None if missing else value
                rows.append(row)
            X, names = stable_batch(case, rows, state)
            batches.append({"rows": rows, "names": names, "features": matrix(X)})
        done.append({**case, "batches": batches})
    write("stable", done)


def hashed() -> None:
    from sklearn.feature_extraction import FeatureHasher
    from sklearn.preprocessing import StandardScaler

    rng = random.Random(3)
    words = ["RENT", "OWN", "é", "😀", "", "a=b", "日本語", "No"]
    some = [
        field("home", {"fixed": HOME}),
        numeric("income"),
        field("word", {"first_seen": 100}, "own_category"),
        numeric("rate", "mean"),
        field("größe", {"hashed": 9}, {"constant": "None"}),
        numeric("amount", {"constant": 2.5}),
    ]
    many = [numeric(f"x{i}") for i in range(9)] + [field(f"w{i}", {"first_seen": 9}) for i in range(7)]
    cases = []
    for name, fields, size, alternate, scale in [
        ("default width", some, 1 << 20, True, False),
        ("scaled", some, 1 << 20, True, True),
        ("sixteen", some, 16, True, False),
        ("unsigned", some, 7, False, True),
        ("one column", some, 1, True, False),
        ("collisions", many, 3, True, False),
        ("collisions, unsigned and scaled", many, 4, False, True),
        ("not a power of two", many, 1000, True, True),
    ]:
        hasher = FeatureHasher(n_features=size, alternate_sign=alternate, input_type="dict")
        scaler = StandardScaler()
        numerics = [f["name"] for f in fields if f["kind"] == "numeric"]
        batches = []
        for count in [2, 40, 1, 60]:
            rows = []
            for number in range(count):
                row = {}
                for f in fields:
                    missing = f["missing"] != "error" and number > 0 and rng.random() < 0.2
                    if f["kind"] == "numeric":
                        value = rng.choice([rng.uniform(-9, 9), 0, 0.1, rng.randint(0, 72000)])
                    else:
                        value = rng.choice(f["vocabulary"].get("fixed", words))
                    row[f["name"]] = None if missing else value
                rows.append(row)
            constants = {f["name"]: f["missing"]["constant"] for f in fields if isinstance(f["missing"], dict)}
            full = [{k: constants.get(k) if v is None else v for k, v in row.items()} for row in rows]
            if scale:
                raw = np.array([[row[n] if row[n] is not None else np.nan for n in numerics] for row in full], dtype=float)
                scaler.partial_fit(raw)
                for row, scaled in zip(full, scaler.transform(raw)):
                    row.update((n, v) for n, v in zip(numerics, scaled) if not np.isnan(v))
            dicts = []
            for row in full:
                present = {}
                for k, v in row.items():
                    present.update({k: v} if v is not None else {f"missingindicator_{k}": 1})
                dicts.append(present)
            X = hasher.transform(dicts)
            X.sort_indices()
            entries = [
                [[int(c), bits(v + 0.0)] for c, v in zip(X[i].indices, X[i].data)] for i in range(min(2, len(rows)))
            ]
            # Wide rows are hashed by their entries: row, column, value.
            coo = X.tocoo()
            order = np.lexsort((coo.col, coo.row))
            flat = np.column_stack([coo.row[order], coo.col[order], coo.data[order]]).astype(float)
            batches.append({"rows": rows, "first": entries, "entries": len(flat), "hash": fnv(flat)})
        settings = {"n_features": size, "alternate_sign": alternate, "scale_numbers": scale}
        cases.append({"name": name, "schema": schema(fields), "settings": {"hashed": settings}, "batches": batches})
    write("hashed", cases)


def batches_for_spark() -> list[tuple[str, list[tuple], list[str]]]:
    """Batches as (name, rows of words and numbers, categorical fields and numeric fields)."""
    rng = random.Random(4)

    def rows(size, choices, kind, width=2, missing=0.0):
        drawn = numbers(rng, kind, (size, width))
        words = [[None if rng.random() < missing else rng.choice(c) for c in choices] for _ in range(size)]
        return [(*w, *map(float, n)) for w, n in zip(words, drawn)]

    lab = [HOME, INTENT, ["Yes", "No"]]
    astral = ["😀", "﹏", "é", "e", "E", "Z", "\uffff", "𐀀", "日本", "a b"]
    two = [["a", "b"], ["q", "r"]]
    made = [(f"lab {size}", rows(size, lab, "money", 4), 3) for size in [17, 60, 100, 300, 1000]]
    made += [
        ("two rows", [("a", "q", 1.0, 2.0), ("b", "r", 4.0, 2.5)], 2),
        ("ties of code units", [(w, "x" if i % 2 else "y", i * 1.1, 0.5) for i, w in enumerate(astral)], 2),
        ("ties and frequencies", rows(40, [astral, ["u", "v", "w"]], "plain"), 2),
        ("one missing word", [("a", "q", 1.0, 7.0), (None, "r", 100.0, 7.5), ("b", "r", 3.0, 9.0), ("b", "q", 4.0, 1.0)], 2),
        ("missing words", rows(80, [["a", "b", "c"], ["q", "r"], ["Yes", "No"]], "money", 2, 0.2), 3),
        ("a category lost by a later field", [("c", None, 100.0, 1.0), ("b", "r", 2.0, 2.0), ("a", "s", 3.0, 4.0), ("a", "s", 4.0, 8.0)], 2),
        ("a missing word ends a tie", [("a", "q", 1.0, 1.0), ("b", "r", 2.0, 3.0), ("a", None, 3.0, 5.0), ("b", "q", 9.0, 2.0), (None, "r", 5.0, 5.0), (None, "r", 5.0, 6.0)], 2),
        ("no OTHER", rows(30, [HOME[:3], INTENT, ["Yes", "No"]], "money", 4), 3),
        ("two purposes", rows(30, [HOME, INTENT[:2], ["Yes", "No"]], "money", 4), 3),
        ("constant column", rows(25, two, "constant", 4), 2),
        ("constant of rounding", [("ab"[i % 2], "qr"[i // 2 % 2], 0.1, 1e-3 + 1e16) for i in range(9)], 2),
        ("huge", rows(30, two, "huge"), 2),
        ("tiny", rows(30, two, "tiny"), 2),
        ("zeros among numbers", rows(50, two, "mixed", 3), 2),
        ("zeros alone", [("ab"[i % 2], "qr"[i // 2 % 2], 0.0, -0.0) for i in range(6)], 2),
        ("shifted", rows(200, two, "shifted"), 2),
        ("plain", rows(500, two, "plain", 3), 2),
        ("numbers alone", rows(20, [], "plain", 2), 0),
        ("one row of numbers", [(3.5, -1.0)], 0),
        ("words alone", [("ab"[i % 2], "qrs"[i % 3]) for i in range(11)], 2),
        ("one category", [("a", "r", 1.0, 1.0), ("a", "s", 2.0, 1.0), ("a", "s", 2.0, 5.0)], 2),
        ("one category is left", [(None, "r", 1.0, 1.0), ("a", "s", 2.0, 1.0), ("b", "s", 2.0, 0.0)], 2),
        ("all missing", [(None, "r", 1.0, 1.0), (None, "s", 2.0, 1.0)], 2),
        ("nothing is left", [("a", None, 1.0, 1.0), (None, "s", 2.0, 1.0), ("b", None, 3.0, 1.0)], 2),
        ("an empty word", [("", "r", 1.0, 1.0), ("a", "s", 2.0, 1.0), ("", "s", 3.0, 1.0)], 2),
        ("an empty word that is last", [("", "r", 1.0, 1.0), ("a", "s", 2.0, 1.0), ("a", "s", 3.0, 1.0)], 2),
        ("a missing number", [("a", "r", 1.0, None), ("b", "s", 2.0, 1.0)], 2),
        ("a missing number in a dropped row", [("a", "r", 1.0, 2.0), ("b", "s", 2.0, 1.0), (None, "s", 3.0, None)], 2),
        ("too huge", [("a", "r", 1e308, 1.0), ("b", "s", -1e308, 2.0)], 2),
    ]
    return made


def per_batch() -> None:
    from pyspark.ml import Pipeline
    from pyspark.ml.feature import OneHotEncoder, StandardScaler, StringIndexer, VectorAssembler
    from pyspark.sql import SparkSession
    from pyspark.sql.types import DoubleType, StringType, StructField, StructType

    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.sql.shuffle.partitions", "1").getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    cases = []
    for name, rows, words in batches_for_spark():
        numeric_fields = [f"x{i}" for i in range(len(rows[0]) - words)]
        word_fields = [f"w{i}" for i in range(words)]
        columns = [StructField(f, StringType()) for f in word_fields]
        columns += [StructField(f, DoubleType()) for f in numeric_fields]
        columns.append(StructField("row", DoubleType()))
        numbered = [(*row, float(number)) for number, row in enumerate(rows)]
        frame = spark.createDataFrame(spark.sparkContext.parallelize(numbered, 1), StructType(columns))
        indexers, scalers, stages = [], [], []
        for f in word_fields:
            indexers.append(len(stages))
            stages.append(StringIndexer(inputCol=f, outputCol=f"{f}_i", handleInvalid="skip"))
            stages.append(OneHotEncoder(inputCol=f"{f}_i", outputCol=f"{f}_o", dropLast=True))
        for f in numeric_fields:
            stages.append(VectorAssembler(inputCols=[f], outputCol=f"{f}_v"))
            scalers.append(len(stages))
            stages.append(StandardScaler(inputCol=f"{f}_v", outputCol=f"{f}_s", withMean=True, withStd=True))
        inputs = [f"{f}_o" for f in word_fields] + [f"{f}_s" for f in numeric_fields]
        stages.append(VectorAssembler(inputCols=inputs, outputCol="features"))
        case = {
            "name": name,
            "words": [row[:words] for row in rows],
            "numbers": [row[words:] for row in rows],
        }
        try:
            fitted = Pipeline(stages=stages).fit(frame)
            got = fitted.transform(frame).select("row", "features").collect()
            features = np.array([row.features.toArray() for row in got])
            if not np.isfinite(features).all():
                raise ArithmeticError("not finite")
            case |= {
                "kept": [int(row.row) for row in got],
                "categories": [fitted.stages[i].labels for i in indexers],
                "mean": [bits(fitted.stages[i].mean[0]) for i in scalers],
                "std": [bits(fitted.stages[i].std[0]) for i in scalers],
                "features": matrix(features),
            }
        except Exception as error:  # what Spark throws is what is recorded
            said = [line for line in str(error).splitlines() if "SparkException: Enc" in line]
            case["error"] = (said or str(error).splitlines())[0].strip()
        cases.append(case)
        print(f"  {name}: {case.get('error', 'ok')}")
    spark.stop()
    write("per_batch", cases)


FILES = {"scaler": scaler, "stable": stable, "hashed": hashed, "per_batch": per_batch}


def main() -> None:
    # Numbers of every size, and few of them, are what is wanted here.
    warnings.filterwarnings("ignore")
    for name in sys.argv[1:] or FILES:
        FILES[name]()


main()
