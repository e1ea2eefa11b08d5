"""Reads batch frames as the protocol document describes them, with nothing but Python's own
library: a second opinion on the format. Prints what each file given holds."""

import struct
import sys

HEAD = struct.Struct("<4sBBHiiqqIII")
ENTRY = struct.Struct("<qIiiI")


def take(data, at, length):
    """Bytes at `at`, None for a length of -1, and where the next thing begins."""
    if length == -1:
        return None, at
    if length < 0 or at + length > len(data):
        raise ValueError(f"length {length} at byte {at} of {len(data)}")
    return data[at : at + length], at + length


def read_headers(data):
    headers, at = [], 0
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at)
        name, at = take(data, at + 4, length)
        (length,) = struct.unpack_from("<i", data, at)
        value, at = take(data, at + 4, length)
        headers.append((name, value))
    return headers


def read_frame(frame):
    magic, version, kind, flags, partition, epoch, base, next_offset, count, topic_length, data_length = (
        HEAD.unpack_from(frame)
    )
    if (magic, version, kind, flags) != (b"GRAD", 1, 1, 0):
        raise ValueError(f"not a batch frame of version 1: {frame[:8].hex()}")
    topic, at = take(frame, HEAD.size, topic_length)
    index, at = take(frame, at, count * ENTRY.size)
    data, at = take(frame, at, data_length)
    if at != len(frame):
        raise ValueError(f"{len(frame) - at} bytes too many")
    records, at = [], 0
    for timestamp, delta, key_length, value_length, headers_length in ENTRY.iter_unpack(index):
        key, at = take(data, at, key_length)
        value, at = take(data, at, value_length)
        headers, at = take(data, at, headers_length)
        records.append((base + delta, timestamp, key, value, read_headers(headers)))
    if at != len(data):
        raise ValueError(f"{len(data) - at} bytes of data belong to no record")
    return topic.decode(), partition, epoch, base, next_offset, records


def shown(value):
    return "null" if value is None else f'"{value.hex()}"'


def main():
    for path in sys.argv[1:]:
        with open(path, encoding="ascii") as file:
            frame = bytes.fromhex(file.read())
        topic, partition, epoch, base, next_offset, records = read_frame(frame)
        name = path.rsplit("/", 1)[-1].removesuffix(".hex")
        print(name, topic, partition, epoch, base, next_offset)
        for offset, timestamp, key, value, headers in records:
            parts = [shown(key), shown(value)]
            parts += [f"{shown(name)}={shown(value)}" for name, value in headers]
            print(" ", offset, timestamp, *parts)


if __name__ == "__main__":
    main()
