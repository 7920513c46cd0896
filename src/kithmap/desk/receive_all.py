"""Receive many extracts: read ahead in processes of their own, and kept one after another.

Reading takes most of the time and touches nothing; keeping is short, in order, and under the
workspace's lock, exactly as for one extract.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from kithmap.desk import readers
from kithmap.desk.readers import Reading
from kithmap.desk.receive import check_may_receive, reading_of, receive
from kithmap.desk.workspace import Workspace
from kithmap.errors import KithmapError
from kithmap.model.keys import RECEIPT_SHIFT
from kithmap.register.receipts import Receipt

if TYPE_CHECKING:
    from kithmap.ingest.receive import Received

Progress = Callable[[str, int, int], None]

READERS = 2
AHEAD = 6
# Starting the readers takes a second or two: not worth it for a handful of small files.
FEW_BYTES = 2 * 2**20
KEYS = ("row_id", "mention_id", "other_mention_id")


@dataclass(frozen=True)
class Sent:
    """An extract to receive: its file, the layout it is read with, the agreement it came under."""

    file: Path
    layout: str
    agreement: str


def receive_all(
    workspace: Workspace, extracts: Sequence[Sent], *, who: str, progress: Progress | None = None
) -> tuple[Receipt, ...]:
    """Receive extracts in their order, and give their receipts.

    Raises: as `receive`, at the first extract that is refused; those before it are kept.
    """
    kept: list[Receipt] = []
    for done, (sent, read) in enumerate(_read_ahead(workspace, extracts, who)):
        if progress is not None:
            progress(sent.file.name, done, len(extracts))
        receipt = receive(
            workspace, sent.file, layout=sent.layout, agreement=sent.agreement, who=who, read=read
        )
        kept.append(receipt)
    return tuple(kept)


def _read_ahead(
    workspace: Workspace, extracts: Sequence[Sent], who: str
) -> Iterator[tuple[Sent, Callable[[Reading], "Received"] | None]]:
    if sum(sent.file.stat().st_size for sent in extracts if sent.file.is_file()) < FEW_BYTES:
        yield from ((sent, None) for sent in extracts)
        return
    waiting = deque(extracts)
    reading: deque[tuple[Sent, Future[Received] | None]] = deque()
    with ProcessPoolExecutor(READERS, get_context("spawn"), initializer=readers.set_up) as pool:
        while waiting or reading:
            while waiting and len(reading) < AHEAD:
                sent = waiting.popleft()
                reading.append((sent, _begin(workspace, sent, who, pool)))
            sent, future = reading.popleft()
            yield sent, _renumbering(future) if future else None


def _begin(
    workspace: Workspace, sent: Sent, who: str, pool: ProcessPoolExecutor
) -> "Future[Received] | None":
    """Begin to read an extract; one that may not be received is refused when its turn comes."""
    try:
        plan, agreed = check_may_receive(workspace, sent.layout, sent.agreement, who)
    except KithmapError:
        return None
    return pool.submit(readers.read, reading_of(workspace, sent.file, plan, agreed, 0))


def _renumbering(future: "Future[Received]") -> "Callable[[Reading], Received]":
    return lambda wanted: renumbered(future.result(), wanted.receipt_no)


def renumbered(received: "Received", receipt_no: int) -> "Received":
    """What was read before its receipt had a number, with its keys as of that number."""
    import pyarrow as pa
    import pyarrow.compute as pc

    offset = receipt_no << RECEIPT_SHIFT
    tables = {
        name: pa.table(
            [pc.add(table[c], offset) if c in KEYS else table[c] for c in table.column_names],
            schema=table.schema,
        )
        for name, table in received.tables.items()
    }
    return replace(received, tables=tables, receipt=replace(received.receipt, receipt_no=receipt_no))
