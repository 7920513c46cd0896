"""TOML files that somebody hands in: read into values."""

import tomllib
from pathlib import Path
from typing import Any

from kithmap.errors import DataProblem, UnreadableFile
from kithmap.governance.agreed_files import GUIDE


def read_toml(file: Path) -> dict[str, Any]:
    """The values of a TOML file.

    Raises: UnreadableFile, DataProblem.
    """
    try:
        return parse_toml(file.name, file.read_bytes())
    except OSError as fault:
        raise UnreadableFile(
            f"The file {file.name} cannot be read as text.", "A TOML file in UTF-8.", "Check the path."
        ) from fault


def parse_toml(name: str, body: bytes) -> dict[str, Any]:
    """The values of what a TOML file of some name holds.

    Raises: UnreadableFile, DataProblem.
    """
    try:
        return tomllib.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        raise UnreadableFile(
            f"The file {name} cannot be read as text.", "A TOML file in UTF-8.", "Save it as UTF-8."
        ) from fault
    except tomllib.TOMLDecodeError as fault:
        raise DataProblem(
            f"The file {name} is not TOML: {fault}.",
            f"A TOML file, as {GUIDE} shows.",
            "Correct the line it names, and add the file again.",
        ) from fault
