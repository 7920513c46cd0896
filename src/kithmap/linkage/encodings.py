"""A file of encodings: filters, and a manifest that says how they were made and never of whom."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from kithmap.errors import EncodingFault
from kithmap.linkage.encode import WORD, Encodings

FORMAT = 1
MANIFEST = b"kithmap encodings"
EXPECTED = "A whole file that `kithmap encode` of this version made."
AGAIN = "Ask the holder to encode the list again, and to send the file once more."


@dataclass(frozen=True)
class Manifest:
    """How the encodings of a file were made.

    key_mark: a code made with the project's key, the same for files made with the same key.
    people: how many there are, rounded up to tens. cleaning: by which version of the
    rules names were cleaned.
    """

    project: str
    key_mark: str
    people: int
    parameters: dict[str, Any]
    cleaning: str
    kithmap: str
    made_on: str
    format: int = FORMAT


def write_encodings(path: Path, encodings: Encodings, manifest: Manifest) -> None:
    """Write a file of encodings; it is whole, or it is not there."""
    columns: dict[str, pa.Array] = {"known": pa.array(encodings.known)}
    for number in range(encodings.tokens.shape[1]):
        columns[f"token_{number}"] = pa.array(encodings.tokens[:, number])
        filters = np.ascontiguousarray(encodings.filters[:, number]).astype("<u8")
        kind = pa.binary(8 * filters.shape[1])
        columns[f"filter_{number}"] = pa.Array.from_buffers(
            kind, encodings.size, [None, pa.py_buffer(filters.tobytes())]
        )
    told = json.dumps(asdict(manifest), sort_keys=True)
    table = pa.table(columns).replace_schema_metadata({MANIFEST: told.encode()})
    aside = path.with_name(f"{path.name}.part")
    aside.touch(mode=0o600)
    # Chance does not compress.
    pq.write_table(table, aside, compression="none", use_dictionary=False, write_page_checksum=True)
    aside.replace(path)


def read_encodings(path: Path) -> tuple[Encodings, Manifest]:
    """Read a file of encodings.

    Raises: EncodingFault when it is not whole, not such a file, or of another version.
    """
    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
        told = (file.schema_arrow.metadata or {}).get(MANIFEST)
        table = file.read()
    except (OSError, pa.ArrowException) as fault:
        raise EncodingFault(f"{path.name} cannot be read as encodings.", EXPECTED, AGAIN) from fault
    if told is None:
        raise EncodingFault(f"{path.name} is not a file of encodings.", EXPECTED, AGAIN)
    said = json.loads(told)
    if said.get("format") != FORMAT:
        raise EncodingFault(f"{path.name} was made by another version of Kithmap.", EXPECTED, AGAIN)
    manifest = Manifest(**said)
    return _read_columns(path, table, manifest), manifest


def _read_columns(path: Path, table: pa.Table, manifest: Manifest) -> Encodings:
    rules, words = len(manifest.parameters["rules"]), manifest.parameters["bits"] // WORD
    wanted = {"known", *(f"{kind}_{number}" for kind in ("token", "filter") for number in range(rules))}
    if set(table.column_names) != wanted:
        raise EncodingFault(f"{path.name} does not hold what its manifest says.", EXPECTED, AGAIN)
    tokens = [table[f"token_{number}"].to_numpy() for number in range(rules)]
    filters = [
        np.frombuffer(b"".join(table[f"filter_{number}"].to_numpy()), dtype="<u8").reshape(-1, words)
        for number in range(rules)
    ]
    return Encodings(
        np.stack(tokens, axis=1), np.stack(filters, axis=1), table["known"].to_numpy().astype(np.uint8)
    )


def check_comparable(manifests: Sequence[tuple[str, Manifest]]) -> None:
    """Refuse unless all files were made for one project, with one key, in one way.

    Raises: EncodingFault.
    """
    (first, one), *others = manifests
    for name, other in others:
        for what, differs in (
            ("for another project", one.project != other.project),
            ("with another key", one.key_mark != other.key_mark),
            ("with other parameters", one.parameters != other.parameters),
            ("by a version that cleans names otherwise", one.cleaning != other.cleaning),
        ):
            if differs:
                raise EncodingFault(
                    f"{name} was made {what} than {first}.",
                    "Files made for one project, with its one key, by one version of Kithmap.",
                    "Ask the holders to encode both lists again with the same key file and version.",
                )
