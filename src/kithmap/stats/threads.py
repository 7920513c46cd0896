"""Work on arrays, done by as many threads as there are processors: arrays let each other run."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

R = TypeVar("R")


def in_threads(act: Callable[..., R], *each: Iterable[object]) -> list[R]:
    """Do the same with one thing after another, several at a time.

    What is done with one must not touch what is done with another, and chance must be each one's own.

    Shape: one answer for each, in order.

    >>> in_threads(pow, [2, 3], [5, 2])
    [32, 9]
    """
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(act, *each))
