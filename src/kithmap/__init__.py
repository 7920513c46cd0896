"""Kithmap: contextual profiling of peer-on-peer abuse.

A measure is a question asked of linked records, for a stated purpose; its answer
leaves only as a release.
"""

__version__ = "0.1.0"
