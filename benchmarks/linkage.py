"""`make bench-linkage`: every figure of linkage, one line each, `name: value (peer: value)`.

Each module runs in a process of its own, so that none is measured in the memory of another; it
prints its figures and ends with 1 where a goal is missed. So does this.

    python -m benchmarks.linkage [NAME ...]       such as: febrl world
"""

import subprocess
import sys
import time

FIGURES = {
    "febrl": "Febrl4 without its identifier, beside Splink and recordlinkage",
    "world": "the made-up world: F1, precision, name groups, refinement",
    "million": "1,000,000 records end to end, beside plain Splink",
    "incremental": "10,000 new records against 990,000",
    "explain": "explain a link; find a person in 1,000,000",
    "draws": "200 draws at 100,000 people",
    "intervals": "300 questions of 30 + 30",
    "audit": "audit samples repeated",
    "private": "encoded Febrl4",
}


def main() -> None:
    """Run the modules named, or all; end with 1 where one misses its goal."""
    names = sys.argv[1:] or list(FIGURES)
    missed: list[str] = []
    for name in names:
        print(f"\n{FIGURES[name]}", flush=True)
        began = time.perf_counter()
        done = subprocess.run([sys.executable, "-m", f"benchmarks.linkage_{name}"], check=False)
        print(f"  ({time.perf_counter() - began:.0f} s)", flush=True)
        if done.returncode:
            missed.append(name)
    if missed:
        raise SystemExit(f"A goal is missed: {', '.join(missed)}.")


if __name__ == "__main__":
    main()
