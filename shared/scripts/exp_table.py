#!/usr/bin/env python3
"""Writes src/model/exp_table.rs: 2^(j/128) for j = 0..127 as a head and a relative tail.

head = the double nearest to 2^(j/128), less j/128 of an exponent step, so that adding k << 45 to
its bits gives 2^(k/128); tail = (2^(j/128) - head) / head. Needs only the standard library:

    python3 shared/scripts/exp_table.py > shared/src/model/exp_table.rs
"""

import struct
from decimal import Decimal, getcontext

getcontext().prec = 80


def bits(value: float) -> int:
    return struct.unpack("<Q", struct.pack("<d", value))[0]


def grouped(value: int) -> str:
    digits = f"{value:016x}"
    return "0x" + "_".join(digits[i : i + 4] for i in range(0, 16, 4))


def table(name: str, doc: str, values: list[int]) -> str:
    lines = [f"/// {doc}", "#[rustfmt::skip]", f"pub(super) const {name}: [u64; 128] = ["]
    for row in range(0, 128, 4):
        lines.append("    " + ", ".join(grouped(v) for v in values[row : row + 4]) + ",")
    return "\n".join([*lines, "];"])


heads, tails = [], []
for j in range(128):
    exact = Decimal(2) ** (Decimal(j) / 128)
    head = float(exact)
    heads.append((bits(head) - (j << 45)) % 2**64)
    tails.append(bits(float((exact - Decimal(head)) / Decimal(head))))

print("//! Powers 2^(j/128), written by `scripts/exp_table.py`.\n")
print(table("HEADS", "Bits of the double nearest to 2^(j/128), less `j << 45`.", heads))
print()
print(table("TAILS", "Bits of what the head lacks, relative to it.", tails))
