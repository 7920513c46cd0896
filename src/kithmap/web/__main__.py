"""Serve the pages: what `kithmap serve` runs."""

import os
import sys

import uvicorn

from kithmap.web.asgi import application
from kithmap.web.logs import LOGGING


def main() -> None:
    """Run the server on the host and port that the command gave."""
    host, port = sys.argv[1], int(sys.argv[2])
    uvicorn.run(
        application(), host=host, port=port, log_config=LOGGING,
        access_log=False, server_header=False, proxy_headers=os.environ.get("KITHMAP_HTTPS") == "1", timeout_keep_alive=30,
    )  # fmt: skip


if __name__ == "__main__":
    main()
