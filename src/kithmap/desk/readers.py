"""What a process that reads extracts is told, and how it is set up; all it imports for it is what it reads with."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kithmap.desk.collecting import collect_seldom
from kithmap.ingest.files import SourceFile
from kithmap.ingest.layouts import Layout

if TYPE_CHECKING:
    from kithmap.ingest.receive import Received

# Looked at by the libraries as they are loaded, which is after a reader has begun.
_SETTINGS: Mapping[str, str] = {
    # The readers share the cores as it is; for small columns, threads of their own cost more than they bring.
    "POLARS_MAX_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # One extract needs as much memory as the one before it. Giving it back between two of them, as these
    # libraries do after half a second or less, and taking it anew doubles the faults of pages.
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:10000,muzzy_decay_ms:10000",
    "MIMALLOC_PURGE_DELAY": "10000",
}


@dataclass(frozen=True)
class Reading:
    """All that reading an extract needs: nothing of the workspace, so that any process may do it."""

    file: Path | SourceFile
    layout: Layout
    receipt_no: int
    la_code: str | None
    allowed_columns: tuple[str, ...] | None
    authorities: Mapping[str, str]

    def read(self) -> "Received":
        """Read it."""
        from kithmap.ingest.receive import read_extract

        return read_extract(
            self.file,
            self.layout,
            receipt_no=self.receipt_no,
            la_code=self.la_code,
            allowed_columns=self.allowed_columns,
            authorities=self.authorities,
        )


def set_up() -> None:
    """Make of this process a reader of many extracts, one after another."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    collect_seldom()


def read(wanted: Reading) -> "Received":
    """Read an extract in this process."""
    return wanted.read()
