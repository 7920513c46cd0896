"""`make bench`: the whole road over a world of 100,000 young people, beside a plain script.

One line a figure, `name: value (peer: value)`. Both sides run on the same extracts in the same run,
each in a process of its own; seconds are wall time, without ours of holding the links against the
truth of the world, which the peer does not; memory is the process's peak.

    python -m benchmarks.whole_road [--young 100000] [--keep FOLDER]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

MOST_TIMES_SLOWER = 1.5
MOST_GIB = 6.0


def run(arguments: list[str], environment: dict[str, str]) -> tuple[dict[str, Any], float, float]:
    """Run a module in a process of its own: what it printed, its seconds, its peak GiB."""
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as printed:
        process = subprocess.Popen([sys.executable, "-m", *arguments], stdout=printed, env=environment)
        watched, peak = psutil.Process(process.pid), 0
        while process.poll() is None:
            peak = max(peak, _memory(watched))
            time.sleep(0.05)
        seconds = time.perf_counter() - began
        printed.seek(0)
        text = printed.read()
    if process.returncode:
        raise SystemExit(f"{arguments[0]} ended with {process.returncode}")
    return json.loads(text.splitlines()[-1] if text.strip() else "{}"), seconds, peak / 2**30


def _memory(process: psutil.Process) -> int:
    try:
        return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)])
    except psutil.Error:
        return 0


def main() -> None:
    """Make the world once, run both sides, print the figures, fail where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--young", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="keep the world and the workspace here")
    arguments = parser.parse_args()
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="kithmap-bench-"))
    environment = {**os.environ, "XDG_CONFIG_HOME": str(folder / "config"), "PYTHONWARNINGS": "ignore"}
    environment.pop("KITHMAP_KEY", None)
    world = folder / "world"
    if not (world / "manifest.json").is_file():
        made, seconds, peak = run(
            ["benchmarks.steps", "world", str(folder), str(arguments.young)], environment
        )
        print(
            f"world of {arguments.young:,} young people: {seconds:.1f} s, {peak:.2f} GiB, {made['rows']:,} rows"
        )
    shutil.rmtree(folder / "workspace", ignore_errors=True)
    ours, our_seconds, our_peak = run(["benchmarks.steps", "road", str(folder)], environment)
    our_seconds -= ours["scoring"]
    peer, peer_seconds, peer_peak = run(["benchmarks.plain_script", str(world)], environment)
    report(ours, our_seconds, our_peak, peer, peer_seconds, peer_peak)
    if arguments.keep is None:
        shutil.rmtree(folder)
    if our_seconds > MOST_TIMES_SLOWER * peer_seconds or our_peak > MOST_GIB:
        raise SystemExit("A goal is missed: at most 1.5 times the plain script, at most 6 GiB.")


def report(
    ours: dict[str, Any],
    seconds: float,
    peak: float,
    peer: dict[str, Any],
    peer_seconds: float,
    peer_peak: float,
) -> None:
    """Print one line a figure."""
    print(f"rows that name people: {ours['mentions']:,} (peer: {peer['rows']:,})")
    print(f"receive: {ours['receive']:.1f} s (peer, read: {peer['read']:.1f} s)")
    print(f"link: {ours['link']:.1f} s (peer: {peer['link']:.1f} s)")
    print(f"gather: {ours['gather']:.1f} s (peer: none)")
    print(f"ask five measures: {ours['ask']:.1f} s (peer, one count: {peer['count']:.1f} s)")
    print(
        f"whole: {seconds:.1f} s (peer: {peer_seconds:.1f} s), ratio {seconds / peer_seconds:.2f}, goal at most 1.5"
    )
    print(f"peak memory: {peak:.2f} GiB (peer: {peer_peak:.2f} GiB), goal at most 6")
    print(f"pairwise F1: {ours['f1']:.4f}, precision {ours['precision']:.4f}, recall {ours['recall']:.4f}")
    print(f"people: {ours['people']:,} (peer: {peer['people']:,})")
    print(f"overlap of two lists: {ours['overlap']} (peer: {peer['overlap']})")


if __name__ == "__main__":
    main()
