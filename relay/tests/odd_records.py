"""Loan applications as other producers write them, good and bad, with nothing but Python's own
library: one JSON object a line with the case's name, its value's bytes in hexadecimal (null for
Kafka's null), and a part of the reason if the record is bad."""

import json

GOOD = {
    "timestamp": "2025-05-01T12:00:00.123456",
    "application_id": "7d0c6c2e-7f0c-4d0e-9d57-0a3a4e1d5c11",
    "person_income": 41000,
    "person_home_ownership": "RENT",
    "loan_amnt": 9000,
    "loan_intent": "MEDICAL",
    "loan_int_rate": 13.5,
    "loan_percent_income": 0.22,
    "previous_loan_defaults_on_file": "No",
    "label": 0,
}


def emit(name, value, bad=None):
    if isinstance(value, dict):
        value = json.dumps(value)
    if isinstance(value, str):
        value = value.encode()
    print(json.dumps({"name": name, "value": None if value is None else value.hex(), "bad": bad}))


def without(key):
    return {name: value for name, value in GOOD.items() if name != key}


def main():
    emit("default spelling", GOOD)
    emit("compact", json.dumps(GOOD, separators=(",", ":")))
    emit("indented", json.dumps(GOOD, indent=2).replace("\n", "\r\n"))
    emit("keys the other way round", dict(reversed(GOOD.items())))
    emit("more keys", {**GOOD, "branch": {"city": "Köln", "codes": [1, [2, {"a": None}]]}})
    emit("non-ASCII, escaped", {**GOOD, "note": "größer als ☃ 𝄞"})
    emit("non-ASCII, as UTF-8", json.dumps({**GOOD, "note": "größer als ☃ 𝄞"}, ensure_ascii=False))
    emit("escaped key", json.dumps(GOOD).replace('"label"', '"\\u006cabel"'))
    emit("another spelling of numbers", json.dumps(GOOD).replace("41000", "4.1e4").replace("9000", "9000.0"))
    emit("without what is not needed", {k: v for k, v in GOOD.items() if k not in ("timestamp", "application_id")})
    emit("a megabyte, good", {**GOOD, "note": "x" * 1_000_000})
    emit("a megabyte, not JSON", b"x" * 1_000_000, "JSON")
    emit("null field", {**GOOD, "loan_intent": None}, "loan_intent")
    emit("missing field", without("person_income"), "person_income")
    emit("missing label", without("label"), "label")
    emit("label 2", {**GOOD, "label": 2}, "label")
    emit("number as a string", {**GOOD, "loan_amnt": "9000"}, "loan_amnt")
    emit("unknown category", {**GOOD, "person_home_ownership": "CASTLE"}, "CASTLE")
    emit("not JSON", b"income=41000", "JSON")
    emit("cut off", json.dumps(GOOD)[:-20], "JSON")
    emit("not UTF-8", json.dumps({**GOOD, "note": "?"}).encode().replace(b"?", b"\xff"), "UTF-8")
    emit("an array", b"[1, 2]", "object")
    emit("empty", b"", "empty")
    emit("null", None, "null")
    emit("good again", GOOD)


if __name__ == "__main__":
    main()
