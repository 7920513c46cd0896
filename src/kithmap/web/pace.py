"""How often one address may try to come in: guessing at many accounts is slow, whichever names it tries."""

from collections import deque
from threading import Lock

from kithmap.desk import clock

# A whole office may come from one address of a proxy; somebody who guesses needs far more than this.
TRIES, WITHIN_SECONDS = 100, 5 * 60
MOST_ADDRESSES = 10_000

_tries: dict[str, deque[float]] = {}
_lock = Lock()


def is_too_fast(address: str) -> bool:
    """Whether an address has tried too often lately; a try that is not too often is counted."""
    now = clock.now().timestamp()
    with _lock:
        tried = _tries.setdefault(address, deque(maxlen=TRIES))
        if len(tried) == TRIES and now - tried[0] < WITHIN_SECONDS:
            return True
        tried.append(now)
        if len(_tries) > MOST_ADDRESSES:
            _forget(now)
    return False


def _forget(now: float) -> None:
    for address in [each for each, tried in _tries.items() if now - tried[-1] >= WITHIN_SECONDS]:
        del _tries[address]
    while len(_tries) > MOST_ADDRESSES:
        del _tries[next(iter(_tries))]
