"""What was worked out is kept while it is asked for, never more than is allowed, and worked out once."""

import threading

import pytest

from kithmap.desk.remembered import Remembered


def test_a_value_is_worked_out_once():
    kept: Remembered[list[int]] = Remembered(10, len)
    first = kept.get("a", lambda: [1, 2])
    assert kept.get("a", lambda: pytest.fail("worked out again")) is first
    assert (len(kept), kept.held) == (1, 2)


def test_what_was_asked_for_longest_ago_goes_first():
    kept: Remembered[list[int]] = Remembered(4, len)
    a, b = kept.get("a", lambda: [1, 1]), kept.get("b", lambda: [2, 2])
    kept.get("a", list)
    kept.get("c", lambda: [3, 3])
    assert kept.held == 4
    assert kept.get("a", list) is a
    assert kept.get("b", lambda: [9]) is not b


def test_what_is_larger_than_all_that_is_kept_is_not_kept():
    kept: Remembered[list[int]] = Remembered(2, len)
    assert kept.get("a", lambda: [1, 2, 3]) == [1, 2, 3]
    assert (len(kept), kept.held) == (0, 0)


def test_a_fault_is_not_kept():
    kept: Remembered[list[int]] = Remembered(4, len)

    def fail() -> list[int]:
        raise ValueError("not now")

    with pytest.raises(ValueError, match="not now"):
        kept.get("a", fail)
    assert kept.get("a", lambda: [1]) == [1]


def test_several_who_wait_for_the_same_wait_for_one():
    kept: Remembered[list[int]] = Remembered(4, len)
    begun, may_end = threading.Event(), threading.Event()
    worked: list[int] = []

    def slowly() -> list[int]:
        begun.set()
        assert may_end.wait(10)
        worked.append(1)
        return worked

    got: list[list[int]] = []
    threads = [threading.Thread(target=lambda: got.append(kept.get("a", slowly))) for _ in range(4)]
    for each in threads:
        each.start()
    assert begun.wait(10)
    may_end.set()
    for each in threads:
        each.join(10)
    assert worked == [1]
    assert len(got) == 4
    assert all(each is worked for each in got)
    kept.clear()
    assert (len(kept), kept.held) == (0, 0)
