"""How fast the pages answer when twenty people ask at once.

    python -m benchmarks.pages WORKSPACE [--users 20] [--seconds 30] [--pause 1.0]

Serves a workspace that has demonstration users (`kithmap serve --demo-users` makes them), lets that many
visitors open pages of each kind for a while, each with a pause between, on this machine's own address, and
says how long the server took: the first answer of each page, when nothing is remembered yet, apart from the rest.
"""

import argparse
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from kithmap.desk.demo_users import make_demo_users
from kithmap.desk.workspace import open_workspace

LISTS = ("/questions", "/builds", "/extracts", "/jobs")
FIGURES = (
    "/overlap", "/overlap?by=harm", "/questions/prevalence", "/questions/prevalence?by=age",
    "/questions/shared_contexts", "/questions/schools", "/questions/sources", "/overlap?lists=CSE,gangs",
)  # fmt: skip
GOALS = {"lists": 0.3, "figures": 0.8}
PURPOSE = "PP-2026-01"
Times = dict[str, list[float]]


def main() -> None:
    """Serve, load, and say how long answers took."""
    asked = _arguments()
    folder = Path(asked.workspace)
    with open_workspace(folder) as opened:
        links = {user.role.value: token for user, token in make_demo_users(opened, who=asked.who)}
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    served = subprocess.Popen(
        [sys.executable, "-m", "kithmap.web", "127.0.0.1", str(port)],
        env={**os.environ, "KITHMAP_WORKSPACE": str(folder)},
    )
    try:
        _load(address, f"/welcome/{links['analyst']}", asked, served.pid)
    finally:
        served.terminate()
        served.wait(30)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace")
    parser.add_argument("--who", default="demo-analyst")
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--pause", type=float, default=1.0)
    return parser.parse_args()


def _load(address: str, link: str, asked: argparse.Namespace, server: int) -> None:
    first = Visitor(address)
    first.wait()
    first.begin(link)
    for path in (*LISTS, *FIGURES):
        print(f"{first.seconds(path):7.3f} s  the first {path}")
    times: Times = {"lists": [], "figures": []}
    faults: list[str] = []
    until = time.monotonic() + asked.seconds
    with ThreadPoolExecutor(asked.users) as visiting:
        for place in range(asked.users):
            visitor = Visitor(address, first)
            visiting.submit(_visit, visitor, place, until, asked.pause, (times, faults))
    for kind, goal in GOALS.items():
        found = sorted(times[kind])
        half, most = found[len(found) // 2], found[int(len(found) * 0.95)]
        print(
            f"{kind}: {len(found)} answers, half within {half * 1000:.0f} ms, 95 % within {most * 1000:.0f} ms"
            f" (goal {goal * 1000:.0f} ms: {'met' if most <= goal else 'missed'})"
        )
    print(f"{len(faults)} errors{': ' + '; '.join(sorted(set(faults))) if faults else ''}")
    print(f"the server holds {_held(server):.2f} GiB")


class Visitor:
    """A browser without scripts: it keeps its cookies and follows where it is sent."""

    def __init__(self, address: str, like: "Visitor | None" = None) -> None:
        self.address = address
        self.cookies = CookieJar()
        for cookie in like.cookies if like else ():
            self.cookies.set_cookie(cookie)
        self.opener = build_opener(HTTPCookieProcessor(self.cookies))

    def read(self, path: str, form: dict[str, str] | None = None) -> str:
        """A page's text."""
        sent = urlencode(form).encode() if form is not None else None
        with self.opener.open(self.address + path, sent, timeout=120) as answer:
            return answer.read().decode()

    def seconds(self, path: str) -> float:
        """How long a page took, to its last byte."""
        began = time.perf_counter()
        self.read(path)
        return time.perf_counter() - began

    def wait(self) -> None:
        """Wait until the server answers."""
        for _ in range(600):
            try:
                self.read("/healthz")
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise SystemExit("The server did not answer.")

    def begin(self, link: str) -> None:
        """Begin as the user of a link, for the purpose."""
        self.read(link)
        token = self.read("/purpose").split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        self.read("/purpose?next=/questions", {"csrfmiddlewaretoken": token, "purpose": PURPOSE})


def _visit(visitor: Visitor, place: int, until: float, pause: float, told: tuple[Times, list[str]]) -> None:
    """One visitor: a list, then two figures, and again; each begins elsewhere."""
    times, faults = told
    number = place
    time.sleep(pause * place / 20)
    while time.monotonic() < until:
        kind = "figures" if number % 3 else "lists"
        paths = LISTS if kind == "lists" else FIGURES
        try:
            times[kind].append(visitor.seconds(paths[number % len(paths)]))
        except OSError as fault:
            faults.append(str(fault))
        number += 1
        time.sleep(pause)


def _held(process: int) -> float:
    """The memory that a process holds, in GiB."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 2**20


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


if __name__ == "__main__":
    main()
