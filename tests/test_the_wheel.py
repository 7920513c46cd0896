"""The wheel holds all that an installed Kithmap needs, and what a browser is sent most of all."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import kithmap

HOME = Path(kithmap.__file__).parents[2]
STATIC = "kithmap/web/static/"


def test_the_wheel_holds_pages_styles_scripts_and_data(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=HOME, check=True, capture_output=True,
    )  # fmt: skip
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        held = set(wheel.namelist())
        sent = json.loads(wheel.read(f"{STATIC}manifest.json"))
    assert {f"{STATIC}{name}" for name in sent.values()} <= held
    assert {"kithmap.css", "kithmap.js"} <= set(sent)
    source = {
        f"kithmap/{path.relative_to(HOME / 'src' / 'kithmap')}"
        for path in (HOME / "src" / "kithmap").rglob("*")
        if path.is_file()
    }
    missing = {name for name in source - held if "__pycache__" not in name}
    assert not missing
