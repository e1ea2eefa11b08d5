"""Runs of records that are not as the lab's producer makes them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

HOME, INTENT, DEFAULT = "person_home_ownership", "loan_intent", "previous_loan_defaults_on_file"
UNREAD = ("timestamp", "application_id")


@dataclass
class Odd:
    """A generated stream, some records of which are changed."""

    name: str
    seed: int
    size: int
    batches: int
    # Per batch: which of its records (all without a list), what is changed in each.
    edits: list[tuple[int, Iterable[int] | None, Any]]
    # Batches that end the lab's query, and that Gradually learns from without their bad records.
    bad: list[int] = field(default_factory=list)
    replaced: dict[str, str | None] = field(default_factory=dict)

    def change(self, values: list[str]) -> list[str | None]:
        changed: list[str | None] = list(values)
        for batch, places, edit in self.edits:
            for place in range(self.size) if places is None else places:
                index = batch * self.size + place
                value = changed[index]
                after = edit(value) if callable(edit) else edit
                if after != value:
                    changed[index] = self.replaced[str(index)] = after
        return changed


def text(record: dict[str, Any]) -> str:
    kept = {name: value for name, value in record.items() if name not in UNREAD}
    return json.dumps(kept, separators=(",", ":"), ensure_ascii=False)


def put(**fields: Any):
    """Other values in these fields."""
    return lambda value: text({**json.loads(value), **fields})


def without(name: str):
    """The field is not there."""
    return lambda value: text({key: word for key, word in json.loads(value).items() if key != name})


def swap(name: str, word: str, instead: str):
    """Another word where this one stands."""

    def edit(value: str) -> str:
        record = json.loads(value)
        return text({**record, name: instead}) if record[name] == word else value

    return edit


def odd_runs() -> list[Odd]:
    no_json = ["not JSON", "", None, "null", "{}", '{"loan_amnt":', "[]", "17", "\u0000"]
    return [
        Odd("bad records", 4, 60, 5, [(1, [7 * i], value) for i, value in enumerate(no_json[:4])]
            + [(3, [5 * i], value) for i, value in enumerate(no_json)]),
        # A row that a later field drops is still counted by the fields before it.
        Odd("words are missing", 5, 60, 5, [
            (1, range(0, 60, 9), without(INTENT)),
            (2, range(0, 12), put(**{HOME: "OTHER", INTENT: None})),
            (3, range(0, 9), put(**{INTENT: "MEDICAL", DEFAULT: None})),
            (3, range(20, 23), put(**{HOME: None})),
        ]),
        Odd("a batch lacks a word", 6, 60, 8, [
            (2, None, swap(HOME, "RENT", "OWN")),
            (4, None, swap(INTENT, "MEDICAL", "EDUCATION")),
            (6, [30], put(**{HOME: "CASTLE"})),
        ]),
        Odd("a field has one word in a batch", 7, 60, 6, [
            (0, None, swap(DEFAULT, "Yes", "No")),
            (3, None, put(**{HOME: "OWN"})),
        ]),
        # Other batches that lack a word have as many columns, and scikit-learn takes them.
        Odd("the first batch lacks a word", 8, 60, 6, [
            (0, None, swap(HOME, "RENT", "OWN")),
            (2, None, swap(INTENT, "MEDICAL", "EDUCATION")),
            (4, None, swap(HOME, "OTHER", "OWN")),
            (5, None, swap(HOME, "OTHER", "\U0001f3e0")),
        ]),
        Odd("words that Java orders otherwise", 9, 60, 3, [
            (batch, None, swap(HOME, word, instead))
            for batch in range(3)
            for word, instead in [("RENT", "\U0001f3e0"), ("OWN", "\ufe4f"), ("OTHER", "\u00e9t\u00e9")]
        ]),
        Odd("an empty word", 10, 60, 3, [(1, [3], put(**{HOME: ""}))]),
        Odd("nothing is left of a batch", 11, 40, 7, [
            (0, None, "not JSON"),
            (2, None, without(DEFAULT)),
            (4, None, None),
            (5, None, put(**{HOME: None})),
        ]),
        Odd("one class at first", 12, 40, 5, [(0, None, put(label=1)), (1, None, put(label=1)), (3, None, put(label=0))]),
        Odd("ties", 13, 12, 30, []),
        Odd("more ties", 15, 16, 30, []),
        Odd("numbers", 16, 40, 9, [
            (1, None, put(person_income=30000)),
            (2, None, put(loan_int_rate=0.0, loan_percent_income=0.1)),
            (3, range(0, 40, 3), put(loan_percent_income=0.0)),
            (4, range(0, 40, 2), put(loan_amnt=-2147483648, loan_int_rate=-0.0)),
            (5, [2], put(loan_int_rate=1e100)),
            (6, [2], put(loan_int_rate=1e-300)),
            (7, None, put(loan_int_rate=1e-200)),
        ]),
        Odd("what is a bad record here", 17, 40, 8, [
            (1, [5], put(person_income=None)),
            (2, [5], without("loan_int_rate")),
            (3, [5, 6], put(label=None)),
            (4, [5], put(loan_amnt="12000")),
            (6, [5], put(loan_percent_income="NaN")),
        ], bad=[1, 2, 3, 4, 6]),
    ]
