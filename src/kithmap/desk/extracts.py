"""Where mentions stand: extract, row and slot, as people write it and as judgements keep it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kithmap.errors import NotFound, WrongUse
from kithmap.model.keys import MAX_ROW, MAX_SLOT, Origin, receipt_no_of, row_id, row_of, slot_of


@dataclass(frozen=True)
class Extracts:
    """The extracts of a build, as its manifest lists them: receipt, name and hash of each."""

    listed: Iterable[Mapping[str, Any]]

    @cached_property
    def _by_receipt(self) -> dict[int, Mapping[str, Any]]:
        return {int(extract["receipt_no"]): extract for extract in self.listed}

    @cached_property
    def _receipts(self) -> dict[str, list[int]]:
        """The receipts of every file, by its name and by its hash."""
        found: dict[str, list[int]] = {}
        for receipt_no, extract in self._by_receipt.items():
            for key in (extract["name"], extract["sha256"]):
                found.setdefault(key, []).append(receipt_no)
        return found

    def mention_of(self, reference: str) -> int:
        """The key of the mention that a reference names: FILE:ROW:SLOT, or RECEIPT:ROW:SLOT.

        Raises: WrongUse for text of another form, NotFound for a file that is not in the build.
        """
        name, row, slot = _parse(reference)
        if name.isdecimal() and int(name) in self._by_receipt:
            return row_id(int(name), row) + slot
        receipts = self._receipts.get(name, [])
        if not receipts:
            raise NotFound(
                f"The build has no extract '{name}'.",
                "The name of a file in the build, or the number of its receipt.",
                "See `kithmap links` for the files and rows.",
            )
        if len(receipts) > 1:
            raise WrongUse(
                f"{len(receipts)} extracts of the build are named '{name}'.",
                f"The number of one's receipt: {', '.join(map(str, sorted(receipts)))}.",
                f"Write {receipts[0]}:{row}:{slot}.",
            )
        return row_id(receipts[0], row) + slot

    def reference_of(self, mention_id: int) -> str:
        """A mention as people write it: FILE:ROW:SLOT, or RECEIPT:ROW:SLOT where files share a name."""
        receipt_no = receipt_no_of(mention_id)
        name = self._by_receipt[receipt_no]["name"]
        place = name if len(self._receipts[name]) == 1 else receipt_no
        return f"{place}:{row_of(mention_id)}:{slot_of(mention_id)}"

    def origin_of(self, mention_id: int) -> Origin:
        """A mention as judgements keep it: the file's hash, row and slot."""
        sha256 = self._by_receipt[receipt_no_of(mention_id)]["sha256"]
        return Origin(sha256, row_of(mention_id), slot_of(mention_id))

    def mentions_at(self, origin: Origin) -> list[int]:
        """The mentions at a place: one, none, or several where a file was read with several layouts."""
        receipts = self._receipts.get(origin.sha256, [])
        return [row_id(receipt_no, origin.row) + origin.slot for receipt_no in receipts]


def _parse(reference: str) -> tuple[str, int, int]:
    parts = reference.strip().split(":")
    numbers: list[int] = []
    while len(parts) > 1 and len(numbers) < 2 and parts[-1].isdecimal():
        numbers.insert(0, int(parts.pop()))
    name, row, slot = ":".join(parts), *([*numbers, 1][:2] if numbers else (0, 0))
    if not name or not 0 < row <= MAX_ROW or not 0 < slot <= MAX_SLOT:
        raise WrongUse(
            f"'{reference}' does not name a mention.",
            "FILE:ROW:SLOT, such as panel.csv:14:1: the 14th data row, the first person in it.",
            "Write it so; the slot may be left out where it is 1.",
        )
    return name, row, slot
