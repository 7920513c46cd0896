"""Our side of `whole_road`, in a process of its own.

python -m benchmarks.steps world FOLDER YOUNG
python -m benchmarks.steps road FOLDER
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

WHO, PURPOSE = "demo-analyst", "PP-2026-01"
MEASURES: tuple[tuple[str, dict[str, str]], ...] = (
    ("overlap", {"by": "list"}), ("prevalence", {}), ("shared_contexts", {}), ("schools", {"harm": "CSE"}), ("sources", {}),
)  # fmt: skip


def make_world(folder: Path, young: int) -> dict[str, Any]:
    """Make the world both sides read."""
    from kithmap.world import make_world as make

    summary = make(folder / "world", young=young, seed=1)
    return {"rows": summary.rows}


def walk_the_road(folder: Path) -> dict[str, Any]:
    """Receive, link, gather and ask; seconds of each."""
    from kithmap.cli.demo import receive_world
    from kithmap.desk.ask import ask
    from kithmap.desk.build import build
    from kithmap.desk.links import links
    from kithmap.world.truth import score

    marks: dict[str, float] = {}
    began = time.perf_counter()
    workspace, _ = receive_world(folder, lambda _step, _done, _total: None, WHO)
    marks["receive"] = time.perf_counter() - began
    steps: list[tuple[str, float]] = []
    report = build(
        workspace, who=WHO, progress=lambda step, _done, _total: steps.append((step, time.perf_counter()))
    )
    built = time.perf_counter()
    gathering = next((at for step, at in steps if step == "people"), built)
    marks["gather"] = built - gathering
    marks["link"] = gathering - began - marks["receive"]
    answers = {
        name: ask(workspace, name, purpose=PURPOSE, who=WHO, options=options) for name, options in MEASURES
    }
    answered = time.perf_counter()
    marks["ask"] = answered - built
    # The benchmark's own question, which no analyst can ask: its time is not the road's.
    found = score(links(workspace, purpose="QA-2026-01", who=WHO), folder / "world" / "truth")
    marks["scoring"] = time.perf_counter() - answered
    overlap = {
        row["lists"]: row["young_people"]
        for row in answers["overlap"].table.to_pylist()
        if row["kind"] == "combination"
    }
    two = {name: count for name, count in overlap.items() if {"CSE", "gangs"} & set(name.split(" + "))}
    figures = report.to_dict()["figures"]
    return {
        **marks, "f1": found.f1, "precision": found.precision, "recall": found.recall, "overlap": two,
        "mentions": figures["mentions"], "people": figures["people"],
    }  # fmt: skip


def main() -> None:
    """Run the step named and print its figures as JSON."""
    step, folder = sys.argv[1], Path(sys.argv[2])
    print(json.dumps(make_world(folder, int(sys.argv[3])) if step == "world" else walk_the_road(folder)))


if __name__ == "__main__":
    main()
