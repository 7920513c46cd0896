"""What a machine refuses the engine: no room on the disk, no memory. In our own words, never the engine's."""

from collections.abc import Generator
from contextlib import contextmanager

import duckdb

from kithmap.errors import MachineProblem

# As the system says it, and DuckDB after it: written where nothing more can be, or spilled there.
NO_ROOM = ("No space left", "File too large", "Disk quota", "Could not write", "failed to offload")


@contextmanager
def told() -> Generator[None]:
    """Within, what the machine refuses is told in three sentences.

    Raises: MachineProblem.
    """
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException) as fault:
        # Without its cause: the engine's own words may hold a piece of a file or of a statement.
        if any(words in str(fault) for words in NO_ROOM):
            raise MachineProblem(
                "The disk that the workspace is on is full, or may not be written to.",
                "Room for about as much again as the records take.",
                "Make room (`kithmap doctor` says how much there is), then run this again; nothing half-done is kept.",
            ) from None
        if isinstance(fault, duckdb.OutOfMemoryException):
            raise MachineProblem(
                "The memory that the engine may use is not enough.",
                "As much as KITHMAP_MEMORY says, 4GB where it says nothing.",
                "Set KITHMAP_MEMORY to more, or use a machine with more memory; then run this again.",
            ) from None
        raise
