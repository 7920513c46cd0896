"""What was worked out already, kept in memory by everything it depends on; bounded, and of this process alone.

A key holds whatever an answer rests on: the build, the question, the rows and columns that may be seen, the
sample that puts counts right. Whether somebody may ask is never remembered: it is checked on every ask.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

_Value = TypeVar("_Value")


class Remembered(Generic[_Value]):
    """Values by their keys, the one asked for last kept longest; each is worked out once, however many wait for it.

    most: how much is kept in all, by what `size` says of each value.
    """

    def __init__(self, most: int, size: Callable[[_Value], int]) -> None:
        self._most = most
        self._size = size
        self._kept: OrderedDict[Hashable, tuple[_Value, int]] = OrderedDict()
        self._held = 0
        self._lock = Lock()
        self._working: dict[Hashable, Lock] = {}

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def held(self) -> int:
        """How much is kept now."""
        return self._held

    def get(self, key: Hashable, work_out: Callable[[], _Value]) -> _Value:
        """The value of a key, worked out where it is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
            mine = self._working.setdefault(key, Lock())
        with mine:
            with self._lock:
                if key in self._kept:
                    return self._kept[key][0]
            try:
                value = work_out()
            finally:
                with self._lock:
                    self._working.pop(key, None)
            self._keep(key, value)
            return value

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._held = 0

    def _keep(self, key: Hashable, value: _Value) -> None:
        size = self._size(value)
        if size > self._most:
            return
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = (value, size)
            self._held += size
            while self._held > self._most:
                _, (_, gone) = self._kept.popitem(last=False)
                self._held -= gone
