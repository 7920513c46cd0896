"""An exact attack on tables of every kind, in code that shares nothing with what protects them.

`make bench-disclosure` does the same for 500 tables.
"""

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kithmap.governance.disclosure import protect_linked
from kithmap.governance.levels import LEVELS, Level
from kithmap.stats.witnesses import verify_certificate

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.disclosure_attack import NARROWEST, attack, groups_told
from benchmarks.disclosure_tables import KINDS, make_tables


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=3, deadline=None, derandomize=True, phases=[Phase.generate])
@given(seed=st.integers(0, 10_000), level=st.sampled_from([Level.R1, Level.R3]))
def test_no_attack_bounds_a_protected_count_closely_or_tells_of_a_group(kind, seed, level):
    made = make_tables(kind, np.random.default_rng(seed))
    protections = protect_linked(made.tables, LEVELS[level])
    shown = [each.rows for each in protections]
    assert all(width >= NARROWEST for width in attack(made, shown, LEVELS[level].round_to))
    assert groups_told(made, shown) == 0
    for each in protections:
        for proof in each.proofs.values():
            small = np.flatnonzero((proof.true > 0) & (proof.true < NARROWEST))
            assert verify_certificate(proof, [(int(cell), ()) for cell in small])


def test_the_attack_finds_what_withholding_only_small_counts_leaves_open():
    from benchmarks.disclosure import _only_small

    made = [make_tables(kind, np.random.default_rng(1)) for kind in KINDS]
    assert any(width == 0 for each in made for width in attack(each, _only_small(each), 1))
