"""`make bench`: the whole road over a world of 100,000 young people, beside a plain script.

One line a figure, `name: value (peer: value)`. Both sides run on the same extracts in the same run,
each in a process of its own; seconds are wall time, without ours of holding the links against the
truth of the world, which the peer does not; memory is the process's peak. One turn of a machine that
others use tells little: the two sides take turns, and the turn of the middle ratio is the one printed.

    python -m benchmarks.whole_road [--young 100000] [--turns 3] [--keep FOLDER]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

MOST_TIMES_SLOWER = 1.5
MOST_GIB = 6.0
TURNS = 3
# A look takes a millisecond or two; what memory does between two looks the system remembers.
LOOK_EVERY = 0.2


def run(arguments: list[str], environment: dict[str, str]) -> tuple[dict[str, Any], float, float]:
    """Run a module in a process of its own: what it printed, its seconds, its peak GiB."""
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as printed:
        process = subprocess.Popen([sys.executable, "-m", *arguments], stdout=printed, env=environment)
        watched, peak = psutil.Process(process.pid), 0
        while process.poll() is None:
            peak = max(peak, _memory(watched))
            time.sleep(LOOK_EVERY)
        seconds = time.perf_counter() - began
        printed.seek(0)
        text = printed.read()
    if process.returncode:
        raise SystemExit(f"{arguments[0]} ended with {process.returncode}")
    return json.loads(text.splitlines()[-1] if text.strip() else "{}"), seconds, peak / 2**30


def _memory(process: psutil.Process) -> int:
    """The most that a process has taken, or what it and those that it began take now."""
    try:
        now = sum(each.memory_info().rss for each in [process, *process.children(recursive=True)])
        lines = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines()
    except (psutil.Error, OSError):
        return 0
    most = next((line.split()[1] for line in lines if line.startswith("VmHWM:")), "0")
    return max(now, int(most) * 1024)


@dataclass(frozen=True)
class Side:
    """One run of one side: what it says of itself, its seconds, its peak GiB."""

    says: dict[str, Any]
    seconds: float
    peak: float


@dataclass(frozen=True)
class Turn:
    """Both sides, one after the other."""

    ours: Side
    peer: Side

    @property
    def ratio(self) -> float:
        """How many times as long as the peer ours took."""
        return self.ours.seconds / self.peer.seconds


def main() -> None:
    """Make the world once, run both sides in turns, print the figures, fail where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--young", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--keep", type=Path, help="keep the world and the workspace here")
    arguments = parser.parse_args()
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="kithmap-bench-"))
    environment = {**os.environ, "XDG_CONFIG_HOME": str(folder / "config"), "PYTHONWARNINGS": "ignore"}
    environment.pop("KITHMAP_KEY", None)
    if not (folder / "world" / "manifest.json").is_file():
        made, seconds, peak = run(
            ["benchmarks.steps", "world", str(folder), str(arguments.young)], environment
        )
        print(
            f"world of {arguments.young:,} young people: {seconds:.1f} s, {peak:.2f} GiB, {made['rows']:,} rows"
        )
    turns = sorted(
        (take_turn(folder, environment) for _ in range(arguments.turns)), key=lambda turn: turn.ratio
    )
    middle = turns[(len(turns) - 1) // 2]
    print("ratios of the turns: " + ", ".join(f"{turn.ratio:.2f}" for turn in turns))
    report(middle.ours, middle.peer)
    if arguments.keep is None:
        shutil.rmtree(folder)
    if middle.ratio > MOST_TIMES_SLOWER or max(turn.ours.peak for turn in turns) > MOST_GIB:
        raise SystemExit("A goal is missed: at most 1.5 times the plain script, at most 6 GiB.")


def take_turn(folder: Path, environment: dict[str, str]) -> Turn:
    """Run ours, then the peer."""
    shutil.rmtree(folder / "workspace", ignore_errors=True)
    ours, seconds, peak = run(["benchmarks.steps", "road", str(folder)], environment)
    peer = run(["benchmarks.plain_script", str(folder / "world")], environment)
    return Turn(Side(ours, seconds - ours["scoring"], peak), Side(*peer))


def report(our: Side, their: Side) -> None:
    """Print one line a figure."""
    ours, peer = our.says, their.says
    print(f"rows that name people: {ours['mentions']:,} (peer: {peer['rows']:,})")
    print(f"receive: {ours['receive']:.1f} s (peer, read: {peer['read']:.1f} s)")
    print(f"link: {ours['link']:.1f} s (peer: {peer['link']:.1f} s)")
    print(f"gather: {ours['gather']:.1f} s (peer: none)")
    print(f"ask five measures: {ours['ask']:.1f} s (peer, one count: {peer['count']:.1f} s)")
    print(
        f"whole: {our.seconds:.1f} s (peer: {their.seconds:.1f} s), ratio {our.seconds / their.seconds:.2f}, goal at most 1.5"
    )
    print(f"peak memory: {our.peak:.2f} GiB (peer: {their.peak:.2f} GiB), goal at most 6")
    print(f"pairwise F1: {ours['f1']:.4f}, precision {ours['precision']:.4f}, recall {ours['recall']:.4f}")
    print(f"people: {ours['people']:,} (peer: {peer['people']:,})")
    print(f"overlap of two lists: {ours['overlap']} (peer: {peer['overlap']})")


if __name__ == "__main__":
    main()
