#!/usr/bin/env python3
"""Writes the tables of `log` and of the logarithm inside `pow`, in src/model.

Both split z, the mantissa of x, into 128 equal intervals and keep for each 1/c of a point c near
its middle, and log(c). The construction is that of ARM's optimized routines (S. Nagy, 2018, MIT):

- for `pow`, 1/c is the multiple of 1/128 (1/256 above 1) nearest to the middle's reciprocal, so
  that z/c - 1 is exact; log(c) is kept in steps of 2^-43, and what that lacks as a second number;
- for `log`, 1/c was found by a search over 2^30 candidates an interval for one whose log(c) is
  almost exact in steps of 2^-43. The search's outcome is taken as a fact, in INVERSES below (the
  bits of 1/c); log(c) follows from it.

Needs only the standard library; the argument says which table:

    python3 shared/scripts/log_tables.py pow > shared/src/model/pow_table.rs
    python3 shared/scripts/log_tables.py log > shared/src/model/log_table.rs
"""

import struct
import sys
from decimal import Decimal, getcontext

getcontext().prec = 60

N = 128
# Bits of the least z of `pow`: 0.70573... so that 1 lies well inside its interval.
POW_START = 0x3FE6955500000000

# fmt: off
INVERSES = [
    0x3FF734F0C3E0DE9F, 0x3FF713786A2CE91F, 0x3FF6F26008FAB5A0, 0x3FF6D1A61F138C7D,
    0x3FF6B1490BC5B4D1, 0x3FF69147332F0CBA, 0x3FF6719F18224223, 0x3FF6524F99A51ED9,
    0x3FF63356AA8F24C4, 0x3FF614B36B9DDC14, 0x3FF5F66452C65C4C, 0x3FF5D867B5912C4F,
    0x3FF5BABCCB5B90DE, 0x3FF59D61F2D91A78, 0x3FF5805612465687, 0x3FF56397CEE76BD3,
    0x3FF54725E2A77F93, 0x3FF52AFF42064583, 0x3FF50F22DBB2BDDF, 0x3FF4F38F4734DED7,
    0x3FF4D843CFDE2840, 0x3FF4BD3EC078A3C8, 0x3FF4A27FC3E0258A, 0x3FF4880524D48434,
    0x3FF46DCE1B192D0B, 0x3FF453D9D3391854, 0x3FF43A2744B4845A, 0x3FF420B54115F8FB,
    0x3FF40782DA3EF4B1, 0x3FF3EE8F5D57FE8F, 0x3FF3D5D9A00B4CE9, 0x3FF3BD60C010C12B,
    0x3FF3A5242B75DAB8, 0x3FF38D22CD9FD002, 0x3FF3755BC5847A1C, 0x3FF35DCE49AD36E2,
    0x3FF34679984DD440, 0x3FF32F5CCEFFCB24, 0x3FF3187775A10D49, 0x3FF301C8373E3990,
    0x3FF2EB4EBB95F841, 0x3FF2D50A0219A9D1, 0x3FF2BEF9A8B7FD2A, 0x3FF2A91C7A0C1BAB,
    0x3FF293726014B530, 0x3FF27DFA5757A1F5, 0x3FF268B39B1D3BBF, 0x3FF2539D838FF5BD,
    0x3FF23EB7AAC9083B, 0x3FF22A012BA940B6, 0x3FF2157996CC4132, 0x3FF201201DD2FC9B,
    0x3FF1ECF4494D480B, 0x3FF1D8F5528F6569, 0x3FF1C52311577E7C, 0x3FF1B17C74CB26E9,
    0x3FF19E010C2C1AB6, 0x3FF18AB07BB670BD, 0x3FF1778A25EFBCB6, 0x3FF1648D354C31DA,
    0x3FF151B990275FDD, 0x3FF13F0EA432D24C, 0x3FF12C8B7210F9DA, 0x3FF11A3028ECB531,
    0x3FF107FBDA8434AF, 0x3FF0F5EE0F4E6BB3, 0x3FF0E4065D2A9FCE, 0x3FF0D244632CA521,
    0x3FF0C0A77CE2981A, 0x3FF0AF2F83C636D1, 0x3FF09DDB98A01339, 0x3FF08CABAF52E7DF,
    0x3FF07B9F2F4E28FB, 0x3FF06AB58C358F19, 0x3FF059EEA5ECF92C, 0x3FF04949CDD12C90,
    0x3FF038C6C6F0ADA9, 0x3FF02865137932A9, 0x3FF0182427EA7348, 0x3FF008040614B195,
    0x3FEFE01FF726FA1A, 0x3FEFA11CC261EA74, 0x3FEF6310B081992E, 0x3FEF25F63CEEADCD,
    0x3FEEE9C8039113E7, 0x3FEEAE8078CBB1AB, 0x3FEE741AA29D0C9B, 0x3FEE3A91830A99B5,
    0x3FEE01E009609A56, 0x3FEDCA01E577BB98, 0x3FED92F20B7C9103, 0x3FED5CAC66FB5CCE,
    0x3FED272CAA5EDE9D, 0x3FECF26E3E6B2CCD, 0x3FECBE6DA2A77902, 0x3FEC8B266D37086D,
    0x3FEC5894BD5D5804, 0x3FEC26B533BB9F8C, 0x3FEBF583EEECE73F, 0x3FEBC4FD75DB96C1,
    0x3FEB951E0C864A28, 0x3FEB65E2C5EF3E2C, 0x3FEB374867C9888B, 0x3FEB094B211D304A,
    0x3FEADBE885F2EF7E, 0x3FEAAF1D31603DA2, 0x3FEA82E63FD358A7, 0x3FEA5740EF09738B,
    0x3FEA2C2A90AB4B27, 0x3FEA01A01393F2D1, 0x3FE9D79F24DB3C1B, 0x3FE9AE2505C7B190,
    0x3FE9852EF297CE2F, 0x3FE95CBAEEA44B75, 0x3FE934C69DE74838, 0x3FE90D4F2F6752E6,
    0x3FE8E6528EFFD79D, 0x3FE8BFCE9FCC007C, 0x3FE899C0DABEC30E, 0x3FE87427AA2317FB,
    0x3FE84F00ACB39A08, 0x3FE82A49E8653E55, 0x3FE8060195F40260, 0x3FE7E22563E0A329,
    0x3FE7BEB377DCB5AD, 0x3FE79BAA679725C2, 0x3FE77907F2170657, 0x3FE756CADBD6130C,
]
# fmt: on


def bits(value: float) -> int:
    return struct.unpack("<Q", struct.pack("<d", value))[0]


def double(value: int) -> float:
    return struct.unpack("<d", struct.pack("<Q", value))[0]


def grouped(value: int) -> str:
    digits = f"{value:016x}"
    return "0x" + "_".join(digits[i : i + 4] for i in range(0, 16, 4))


def table(name: str, doc: str, rows: list[tuple[float, ...]]) -> str:
    width = len(rows[0])
    head = f"pub(super) const {name}: [[u64; {width}]; {N}] = ["
    lines = [f"/// {doc}", "#[rustfmt::skip]", head]
    lines += ["    [" + ", ".join(grouped(bits(v)) for v in row) + "]," for row in rows]
    return "\n".join([*lines, "];"])


def nearest(value: Decimal, steps: int) -> Decimal:
    """The multiple of 1/steps nearest to value."""
    return (value * steps).to_integral_value() / steps


def pow_row(i: int) -> tuple[float, float, float]:
    # The last interval ends at twice the start: the exponent field counts on.
    low, high = (Decimal(double(POW_START + (j << 45))) for j in (i, i + 1))
    middle = (low + high) / 2
    inverse = nearest(1 / middle, N if middle < 1 else 2 * N)
    log = -inverse.ln()
    head = nearest(log, 2**43)
    return float(inverse), float(head), float(log - head)


def log_row(inverse: int) -> tuple[float, float]:
    return double(inverse), float(-Decimal(double(inverse)).ln())


def main() -> None:
    if sys.argv[1:] == ["pow"]:
        print("//! Logarithms for `pow`, written by `scripts/log_tables.py`.\n")
        doc = "Bits of `1/c`, of the head of `log(c)` and of what the head lacks."
        print(table("ROWS", doc, [pow_row(i) for i in range(N)]))
    elif sys.argv[1:] == ["log"]:
        print("//! Logarithms for `log`, written by `scripts/log_tables.py`.\n")
        print(table("ROWS", "Bits of `1/c` and of `log(c)`.", [log_row(v) for v in INVERSES]))
    else:
        sys.exit("usage: log_tables.py pow|log")


main()
