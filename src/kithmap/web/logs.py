"""Logs as lines of JSON: when, what kind of thing, which page; never a name, a path or what somebody typed."""

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

TOLD = ("error", "page", "job", "kind", "step")


class Lines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """A record as a line: of an error, the places it passed, not its words."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in TOLD if hasattr(record, name)}
        if record.exc_info and record.exc_info[2] is not None:
            frames = traceback.extract_tb(record.exc_info[2])
            line["places"] = [
                f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames
            ]
        return json.dumps(line)


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "kithmap.web.logs.Lines"}},
    "handlers": {"err": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "loggers": {
        "kithmap": {"handlers": ["err"], "level": "INFO"},
        "uvicorn": {"handlers": ["err"], "level": "WARNING"},
        # Django's own words name paths; the failures that matter are told by kithmap.web.failures.
        "django": {"handlers": ["err"], "level": "CRITICAL", "propagate": False},
    },
}
