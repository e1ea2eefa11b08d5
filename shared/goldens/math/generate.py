#!/usr/bin/env python3
"""Writes hashes of powers and logarithms by the C library's `pow` and `log`.

    python3 shared/goldens/math/generate.py

Needs only Python, on x86-64 Linux with glibc 2.28 or later and a processor with FMA. `hashes.txt`
has a line a kind of argument: its name and a hash for every 1000 results, 20 of them: FNV-1a with
64 bits over the results' little-endian bytes.

Arguments come from integers r, s of SplitMix64 (G. Steele et al., 2014), seeded 1 for every kind:

    pow_rates   (1 + r mod 10^9) ^ ((s mod 4001 - 2000) / 1000)
    pow_any     (the number with the bits r mod 0x7ff0...0) ^ ((s mod 8193 - 4096) / 1024)
    pow_near_1  (1 + (r mod 2^20 - 2^19) / 2^23) ^ ((s mod 200001 - 100000) / 8)
    pow_quick   (1 + r mod 10^9) / 1000 to the power 2, 0.5 or -1, as s mod 3 says
    log_any     log of the number with the bits 1 + r mod (0x7ff0...0 - 1)
    log_near_1  log(1 + (r mod 2^20 - 2^19) / 2^22)
"""

import math
import platform
import struct
from pathlib import Path

HERE = Path(__file__).resolve().parent
BLOCKS, BLOCK = 20, 1000
MASK = 2**64 - 1
INFINITY_BITS = 0x7FF0000000000000


def splitmix64(seed: int):
    state = seed
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


def of_bits(bits: int) -> float:
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def power(x: float, y: float) -> float:
    """C's pow for x >= 0: Python raises where it gives infinity."""
    try:
        return math.pow(x, y)
    except (OverflowError, ValueError):
        return math.inf


KINDS = {
    "pow_rates": lambda r, s: power(1.0 + r % 10**9, (s % 4001 - 2000) / 1000),
    "pow_any": lambda r, s: power(of_bits(r % INFINITY_BITS), (s % 8193 - 4096) / 1024),
    "pow_near_1": lambda r, s: power(
        1.0 + (r % 2**20 - 2**19) / 2**23, (s % 200001 - 100000) / 8
    ),
    "pow_quick": lambda r, s: power((1.0 + r % 10**9) / 1000, [2.0, 0.5, -1.0][s % 3]),
    "log_any": lambda r, _: math.log(of_bits(1 + r % (INFINITY_BITS - 1))),
    "log_near_1": lambda r, _: math.log(1.0 + (r % 2**20 - 2**19) / 2**22),
}


def fnv1a(values: list[float]) -> str:
    code = 0xCBF29CE484222325
    for byte in struct.pack(f"<{len(values)}d", *values):
        code = ((code ^ byte) * 0x100000001B3) & MASK
    return f"{code:016x}"


def main() -> None:
    print(platform.machine(), platform.libc_ver())
    lines = []
    for name, result in KINDS.items():
        numbers = splitmix64(1)
        words = [name]
        for _ in range(BLOCKS):
            words.append(fnv1a([result(next(numbers), next(numbers)) for _ in range(BLOCK)]))
        lines.append(" ".join(words))
    (HERE / "hashes.txt").write_text("\n".join(lines) + "\n")


main()
