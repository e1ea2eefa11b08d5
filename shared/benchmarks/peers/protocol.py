"""How a peer is asked: a request a line on stdin, an answer a line on stdout, both JSON.

    {"case": "stream/1000", "records": 100000, "passes": 1}
    {"case": "stream/1000", "records": 100000, "seconds": 0.31, "accuracy": 0.76}

The first line says that the peer is ready, and its versions. A case is a function of the records
that prepares what must not count and gives back the pass that is timed.
"""

import json
import re
import sys
import time
from importlib.metadata import version
from itertools import islice


def each_line(path, count):
    """The first `count` records of the file as bytes, which is how a Kafka client gives them."""
    found = 0
    with open(path, "rb") as file:
        for found, line in enumerate(islice(file, count), 1):
            yield line.rstrip(b"\n")
    if found < count:
        raise SystemExit(f"{path} has {found} records, and {count} are wanted")


def lines(path, count):
    """The same in memory."""
    return list(each_line(path, count))


def chunks(values, size):
    return [values[start : start + size] for start in range(0, len(values), size)]


def peak_memory_bytes(pid="self"):
    """The most memory that a process has held, where Linux tells."""
    try:
        with open(f"/proc/{pid}/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1)) * 1024
    except OSError:
        return None


def serve(packages, prepare, memory=peak_memory_bytes):
    """Answers until stdin ends. `prepare(case, records)` gives the pass, a function without
    arguments that returns the accuracy or None; unknown cases are its KeyError."""
    ready = {"python": sys.version.split()[0], **{name: version(name) for name in packages}}
    say({"ready": ready})
    prepared = {}
    for line in sys.stdin:
        request = json.loads(line)
        case, records, passes = request["case"], request["records"], request["passes"]
        if (case, records) not in prepared:
            prepared.clear()
            prepared[case, records] = prepare(case, records)
        seconds, accuracy = timed(prepared[case, records], passes)
        say(
            {
                "case": case,
                "records": records * passes,
                "seconds": seconds,
                "accuracy": accuracy,
                "peak_memory_bytes": memory(),
            }
        )


def timed(run, passes):
    start = time.perf_counter()
    for _ in range(passes):
        accuracy = run()
    return time.perf_counter() - start, accuracy


def say(answer):
    print(json.dumps(answer), flush=True)
