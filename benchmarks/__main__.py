"""Run the benchmarks: ``python -m benchmarks [rating|quoting|peers|bill|catalog|memory|start ...] [--customers N]``.

Figures of one machine mean little; each is printed beside a peer or a raw limit measured in the same run, as a ratio.
"""

from __future__ import annotations

import argparse

from benchmarks import bill, catalog, memory, peers, quoting, rating, start

BENCHMARKS = {
    "rating": rating.main,
    "quoting": quoting.main,
    "peers": peers.main,
    "start": start.main,
    "bill": bill.main,
    "memory": memory.main,
    "catalog": catalog.main,
}


def main() -> None:
    """Run those that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="default: all")
    parser.add_argument("--customers", type=int, default=100_000)
    args = parser.parse_args()
    for name in args.names or BENCHMARKS:
        print(f"== {name}")
        BENCHMARKS[name](args.customers)


if __name__ == "__main__":
    main()
