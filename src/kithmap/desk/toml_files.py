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
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as fault:
        raise UnreadableFile(
            f"The file {file.name} cannot be read as text.", "A TOML file in UTF-8.", "Check the path."
        ) from fault
    except tomllib.TOMLDecodeError as fault:
        raise DataProblem(
            f"The file {file.name} is not TOML: {fault}.",
            f"A TOML file, as {GUIDE} shows.",
            "Correct the line it names, and add the file again.",
        ) from fault
