#!/usr/bin/env python3
"""Lets other programs predict with saved models, and compares with what the engine says.

    cargo run --package shared --example saves -- FOLDER 100000
    python shared/saves/same_predictions.py FOLDER

For each model of FOLDER: its ONNX file in ONNX's checker and in ONNX Runtime, its module in Python,
its query in SQLite and DuckDB, and its JSON file against the published schema. Labels must be the
engine's on every record; decisions the same bits in ONNX Runtime and Python; probabilities, and
whatever databases compute, within 1e-12 (relative to the largest term of the sum, where a sum is
that of large numbers). What the model could not have learned from must be refused everywhere.
"""

import copy
import importlib.util
import json
import math
import sqlite3
import subprocess
import sys
from pathlib import Path

import duckdb
import jsonschema
import numpy as np
import onnx
import onnxruntime

TOLERANCE = 1e-12
ROOT = Path(__file__).resolve().parent.parent.parent
SCHEMA = json.loads((ROOT / "docs" / "model.schema.json").read_text(encoding="utf-8"))


class Case:
    """A model with the records that it did not learn from, and what the engine says of them."""

    def __init__(self, folder):
        self.name = folder.name
        self.files = {path.suffix: path for path in folder.glob("model_*")}
        self.lines = (folder / "records.ndjson").read_bytes().split(b"\n")[:-1]
        self.records = [json.loads(line) for line in self.lines]
        said = (folder / "predictions.ndjson").read_text(encoding="utf-8").splitlines()
        said = [json.loads(line) for line in said]
        self.labels = [one["label"] for one in said]
        self.decisions = np.array([one["decision"] for one in said])
        self.probabilities = None
        if "probabilities" in said[0]:
            self.probabilities = np.array([one["probabilities"] for one in said])
        self.model = json.loads(self.files[".json"].read_text(encoding="utf-8"))
        fields = self.model["encoder"]["schema"]["fields"]
        self.fields = [field for field in fields if field["kind"] in ("categorical", "numeric")]

    def columns(self, records):
        """Each field with its values; None where there is none."""
        for field in self.fields:
            yield field, [record.get(field["name"]) for record in records]

    def refused(self):
        """Records that the model could not have learned from: field, record."""
        for field in self.fields:
            name = field["name"]
            good = next((one for one in self.records if one.get(name) is not None), self.records[0])
            if field["missing"] == "error":
                yield name, {**good, name: None}
            if field["kind"] == "categorical" and "fixed" in field["vocabulary"]:
                yield name, {**good, name: "another word"}
            if field["kind"] == "numeric":
                yield name, {**good, name: math.inf}


def close(found, wanted, scale=1.0):
    assert np.shape(found) == np.shape(wanted), (np.shape(found), np.shape(wanted))
    return float(np.max(np.abs(np.asarray(found) - wanted) / scale))


def same_bits(found, wanted):
    return np.array_equal(np.asarray(found, float).view(np.int64), wanted.view(np.int64))


class Onnx:
    def __init__(self, case):
        path = str(case.files[".onnx"])
        onnx.checker.check_model(path, full_check=True)
        model = onnx.load(path)
        self.properties = {one.key: one.value for one in model.metadata_props}
        # A log that is not asked for would be on stderr for every refusal.
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        self.session = onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])
        assert [one.name for one in model.graph.input] == [one.name for one in self.session.get_inputs()]
        self.names = dict(zip(json.loads(self.properties["fields"]), (i.name for i in self.session.get_inputs())))

    def run(self, case, records):
        inputs = {}
        for field, values in case.columns(records):
            if field["kind"] == "categorical":
                array = np.array(["" if value is None else value for value in values], object)
            else:
                array = np.array([math.nan if value is None else value for value in values], float)
            inputs[self.names[field["name"]]] = array.reshape(-1, 1)
        outputs = [one.name for one in self.session.get_outputs()]
        return dict(zip(outputs, self.session.run(None, inputs)))


def check_onnx(case):
    runtime = Onnx(case)
    settings = json.loads(runtime.properties["settings"])
    assert settings == case.model["settings"]
    assert json.loads(runtime.properties["positions"]) == case.model["positions"]
    found = runtime.run(case, case.records)
    assert found["label"].tolist() == case.labels
    assert same_bits(found["decision_function"], case.decisions)
    worst = 0.0
    assert ("probabilities" in found) == (case.probabilities is not None)
    if case.probabilities is not None:
        worst = close(found["probabilities"], case.probabilities)
        assert worst <= TOLERANCE, worst
    for field, record in case.refused():
        try:
            runtime.run(case, [record])
        except onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument as error:
            message = str(error)
        assert runtime.names[field] in message and "/must_be_a" in message, (field, message)
        message = ""
    return worst


def check_python(case):
    spec = importlib.util.spec_from_file_location("scored", case.files[".py"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert [module.predict(record) for record in case.records] == case.labels
    found = [module.decision_function(record) for record in case.records]
    assert same_bits(found, case.decisions if case.decisions.shape[1] > 1 else case.decisions[:, 0])
    worst = 0.0
    if case.probabilities is not None:
        worst = close([module.predict_proba(record) for record in case.records], case.probabilities)
        assert worst <= TOLERANCE, worst
    for field, record in case.refused():
        for function in (module.predict, module.decision_function):
            try:
                function(record)
                raise AssertionError(f"{field} was not refused")
            except ValueError as error:
                assert repr(field) in str(error), error
    # As a program, with a line that is no application.
    lines = b"\n".join([*case.lines[:20], b"[1]", b"not JSON", b""])
    command = [sys.executable, "-I", case.files[".py"]]
    said = subprocess.run(command, input=lines, stdout=subprocess.PIPE, check=True).stdout
    said = [json.loads(line) for line in said.splitlines()]
    assert [one.get("label") for one in said] == [*case.labels[:20], None, None]
    assert "error" in said[20] and "error" in said[21]
    return worst


def identifier(name):
    return '"' + name.replace('"', '""') + '"'


def check_sql(case, connection, real):
    columns = [(field["name"], "TEXT" if field["kind"] == "categorical" else real) for field in case.fields]
    listed = ", ".join(f"{identifier(name)} {kind}" for name, kind in columns)
    connection.execute(f"CREATE TABLE applications (place INTEGER, {listed})")
    # DuckDB takes rows one by one, slowly.
    count = len(case.records) if real == "REAL" else min(len(case.records), 2000)
    records = case.records[:count] + [record for _, record in case.refused()]
    rows = [[place, *row] for place, row in enumerate(zip(*(values for _, values in case.columns(records))))]
    holes = ", ".join("?" for _ in rows[0])
    connection.executemany(f"INSERT INTO applications VALUES ({holes})", rows)
    cursor = connection.execute(case.files[".sql"].read_text(encoding="utf-8"))
    names = [one[0] for one in cursor.description]
    answers = sorted(cursor.fetchall(), key=lambda row: row[0])
    found = {name: [row[place] for row in answers] for place, name in enumerate(names)}
    said = [name for name in names if name.startswith("predicted_")]
    for name in said:
        assert all(value is None for value in found[name][count:]), name
    assert found["predicted_label"][:count] == case.labels[:count]
    decisions = [found[name][:count] for name in said if "decision" in name]
    decisions = np.array(decisions, float).T
    terms = np.maximum(1.0, np.max(np.abs(case.model["coef"])))
    worst = close(decisions, case.decisions[:count], terms)
    assert worst <= TOLERANCE, worst
    if case.probabilities is not None:
        probabilities = np.array([found[name][:count] for name in said if "probability" in name], float).T
        wanted = case.probabilities[:count, -probabilities.shape[1] :]
        found_worst = close(probabilities, wanted)
        assert found_worst <= TOLERANCE, found_worst
        worst = max(worst, found_worst)
    return worst


def sqlite(case):
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("SELECT EXP(0)")
    except sqlite3.OperationalError:
        # SQLite has it since 3.35, if it was built with it.
        connection.create_function("EXP", 1, lambda x: None if x is None else math.exp(x))
    return check_sql(case, connection, "REAL")


def duck(case):
    return check_sql(case, duckdb.connect(), "DOUBLE")


def check_schema(path):
    """The file is valid, every key of its upper levels is described, and none of these is valid."""
    validator = jsonschema.Draft202012Validator(SCHEMA)
    model = json.loads(path.read_text(encoding="utf-8"))
    validator.validate(model)
    assert set(model) <= set(SCHEMA["properties"]), path
    assert set(model["encoder"]) <= set(SCHEMA["$defs"]["encoder"]["properties"]), path
    for place, value in BROKEN:
        broken = copy.deepcopy(model)
        *parents, key = place
        inner = broken
        for parent in parents:
            inner = inner[parent]
        if value is GONE:
            del inner[key]
        else:
            inner[key] = value
        assert not validator.is_valid(broken), (path, place)


GONE = object()
BROKEN = [
    *(((key,), GONE) for key in SCHEMA["required"]),
    (("version",), 2),
    (("format",), "gradually-snapshot"),
    (("t",), "1"),
    (("coef",), [["0.5"]]),
    (("intercept",), []),
    (("classes",), [0.5, 1]),
    (("positions",), [{"partition": 0}]),
    (("state",), {"svm": {}}),
    (("encoder", "kind"), "other"),
    (("encoder", "schema", "fields"), [{"name": "x", "kind": "numeric", "vocabulary": {"fixed": ["a"]}}]),
    (("encoder", "schema", "label", "classes"), [1]),
    (("settings", "modle"), {}),
    (("settings", "model", "loss"), "logistic"),
    (("settings", "model", "eta0"), 0),
    (("settings", "trigger"), {"records": 1, "seconds": 1}),
    (("settings", "drift"), {"adwin": {"detla": 0.1}}),
]


CHECKS = {"ONNX Runtime": check_onnx, "Python": check_python, "SQLite": sqlite, "DuckDB": duck}


def main():
    folders = sorted(path for path in Path(sys.argv[1]).iterdir() if path.is_dir())
    assert folders
    for folder in folders:
        for path in folder.glob("*.json"):
            check_schema(path)
        if not (folder / "records.ndjson").exists():
            print(f"{folder.name}: a valid file")
            continue
        case = Case(folder)
        worst = [f"{name} {check(case):.1e}" for name, check in CHECKS.items()]
        print(f"{case.name}: {len(case.records)} records; largest difference: {', '.join(worst)}", flush=True)


main()
