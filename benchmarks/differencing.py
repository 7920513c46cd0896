"""Pairs of products held together: how many that tell of a few are caught, how many harmless ones pass.

Run it with `python benchmarks/differencing.py [seed]`; the pairs are those of tests/differencing_made.py.
"""

import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from differencing_made import KINDS, pairs

from kithmap.governance.release_bounds import Limits
from kithmap.governance.release_ledger import find_told

SEED = 20261122


def main() -> None:
    """Print the figures, kind by kind."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else SEED
    began = time.perf_counter()
    for disclosing, said in ((True, "caught"), (False, "passed")):
        made = pairs(disclosing=disclosing, seed=seed)
        right = Counter(
            pair.kind
            for pair in made
            if bool(find_told(pair.second, [pair.first], Limits(5, 5))) is disclosing
        )
        every = Counter(pair.kind for pair in made)
        sort = "disclosing" if disclosing else "harmless"
        print(f"{sort}: {sum(right.values())} of {len(made)} {said}")
        print("\n".join(f"  {kind}: {right[kind]} of {every[kind]}" for kind in KINDS))
    print(f"{time.perf_counter() - began:.1f} s for all of them")


if __name__ == "__main__":
    main()
