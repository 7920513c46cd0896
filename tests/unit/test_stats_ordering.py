"""Many whole numbers are put in order, equal ones as they came."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kithmap.stats.ordering import stable_order

few = st.lists(st.integers(0, 5), max_size=40)
# So large that a number and its place do not fit into one.
large = st.lists(st.integers(2**62 - 3, 2**62), max_size=40)


@given(keys=few | large)
def test_equal_numbers_stay_in_the_order_in_which_they_came(keys: list[int]) -> None:
    expected = sorted(range(len(keys)), key=lambda place: keys[place])
    assert stable_order(np.array(keys, dtype=np.int64)).tolist() == expected
