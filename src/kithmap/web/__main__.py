"""Serve the pages, with a worker beside them for long work: what `kithmap serve` runs."""

import os
import signal
import sys
from pathlib import Path

import uvicorn

from kithmap.desk.worker import kept_alive
from kithmap.web.asgi import WORKSPACE, application
from kithmap.web.logs import LOGGING


def main() -> None:
    """Run the server on the host and port that the command gave, until it is told to stop."""
    host, port = sys.argv[1], int(sys.argv[2])
    # Uvicorn raises the signal that stopped it once more when it has stopped: the worker is to be ended then.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # Several openings of a build stand side by side, each with its own memory.
    os.environ.setdefault("KITHMAP_MEMORY", "1GB")
    served = application()
    with kept_alive(Path(os.environ[WORKSPACE])):
        uvicorn.run(
            served, host=host, port=port, log_config=LOGGING,
            access_log=False, server_header=False, proxy_headers=os.environ.get("KITHMAP_HTTPS") == "1", timeout_keep_alive=30,
        )  # fmt: skip


if __name__ == "__main__":
    main()
