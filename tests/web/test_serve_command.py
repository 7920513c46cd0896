"""`kithmap serve`: it prints a way in for each role, serves, and whoever stops it has stopped the pages."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.error import URLError

import pytest
from conftest import WHO, copied, wait_for


def test_stopping_the_command_stops_the_pages(made: Path, tmp_path: Path) -> None:
    folder = copied(made, tmp_path)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = str(found.getsockname()[1])
    command = [sys.executable, "-m", "kithmap", "serve", "-w", str(folder), "--port", port, "--demo-users"]
    environment = {**os.environ, "KITHMAP_USER": WHO}
    served = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz")
    finally:
        served.send_signal(signal.SIGTERM)
    said, _ = served.communicate(timeout=30)

    assert f"http://127.0.0.1:{port}/welcome/" in said
    with pytest.raises(URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5)
