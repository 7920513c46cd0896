"""Statements of those of some values, in few words."""

from kithmap.governance.populations import population
from kithmap.governance.release_bounds import Limits
from kithmap.governance.statements import Statement

LIMITS = Limits(below=5, width=5)


def said(low, high=None, row=0, of="x", **among) -> Statement:
    """What a table says of those of these values: one number, or from one to another."""
    who = population(of, {name: words.split() for name, words in among.items()})
    return Statement(((1.0, who),), float(low), float(low if high is None else high), row)
