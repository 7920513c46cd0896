"""Runs that are killed, for test_killed_runs: told on standard input when, they die there.

Started as `python runs_to_kill.py receive|build|withdraw|work`. Each line of standard input is a workspace, a
file or a dash, and a moment: `whole` (calls are counted), `plain` (they are not), `calls N` (killed at the N-th
call of any Python function), `seconds S` (killed then) or, for `work`, `step N` (killed when the N-th step is
told; each step's name is written to the file). Work is never given up, however often it is killed.
For each one a child is forked, so that what takes seconds to import is imported once, and a line is
printed: how the child ended, how many calls it had made, how long it took.
"""

import atexit
import os
import signal
import sys
import time
import traceback
from pathlib import Path

from desk_made import ANALYST

from kithmap.desk import worker
from kithmap.desk.build import build
from kithmap.desk.receive import receive
from kithmap.desk.withdraw import withdraw
from kithmap.desk.workspace import open_workspace
from kithmap.register import jobs

LAYOUT = "gangs_panel_list"
PLACES = (
    "kithmap.contexts.gather", "kithmap.engines.duckdb", "kithmap.ingest.receive", "kithmap.linkage.link", "splink",
    "ibis.backends.duckdb", "graspologic_native", "nicknames", "duckdb",
)  # fmt: skip


def work(kind: str, folder: str, file: str, last_step: int = 0) -> None:
    with open_workspace(Path(folder)) as workspace:
        if kind == "work":
            jobs.MOST_ATTEMPTS = 99
            worker.work(workspace, worker.Orders(worker.RUNS, True, until_step(last_step, Path(file))))
        elif kind == "receive":
            receive(workspace, Path(file), layout=LAYOUT, agreement=LAYOUT, who=ANALYST)
        elif kind == "withdraw":
            withdraw(workspace, file, reason="holder", who=ANALYST)
        else:
            build(workspace, who=ANALYST)


def until_step(last: int, file: Path):
    """Write down the steps that are told; at the last one, die as `kill -9` would have it."""
    told: list[str] = []

    def tell(step: str, _done: int, _total: int) -> None:
        if step not in told:
            told.append(step)
            file.write_text("\n".join(told), encoding="utf-8")
        if len(told) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    return tell


def count_calls(last: int | None, out: int) -> None:
    """Count every call in this process; at the last one, die as `kill -9` would have it."""
    calls = 0

    def at_call(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        if event in ("call", "c_call"):
            calls += 1
            if calls == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(at_call)
    atexit.register(lambda: os.write(out, str(calls).encode()))


def run(kind: str, folder: str, file: str, moment: str, how_far: str) -> str:
    read, write = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if moment in ("whole", "calls"):
                count_calls(int(how_far) if moment == "calls" else None, write)
            work(kind, folder, file, int(how_far) if moment == "step" else 0)
            code = 0
        finally:
            sys.setprofile(None)
            if code:
                traceback.print_exc()
            sys.stderr.flush()
            atexit._run_exitfuncs()
            os._exit(code)
    os.close(write)
    if moment == "seconds":
        time.sleep(float(how_far))
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with os.fdopen(read) as said:
        calls = said.read() or "0"
    return f"{os.waitstatus_to_exitcode(status)} {calls} {time.monotonic() - began:.3f}"


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    from importlib import import_module

    for place in PLACES:
        import_module(place)
    say("ready")
    for line in sys.stdin:
        folder, file, moment, how_far = line.rstrip("\n").split("\t")
        say(run(sys.argv[1], folder, file, moment, how_far))


if __name__ == "__main__":
    main()
