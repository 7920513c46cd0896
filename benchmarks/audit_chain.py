"""How long the audit takes to write and to verify: python benchmarks/audit_chain.py [lines]."""

import os
import sys
import tempfile
import time
from pathlib import Path

from kithmap.desk import audit
from kithmap.desk.workspace import new_workspace
from kithmap.register.audit import Act

LINES = 100_000
BATCH = 1000


def main() -> None:
    """Write lines, a thousand at once, and verify them all."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = folder
        with new_workspace(Path(folder) / "workspace", who="ann") as workspace:
            details = {"build": "01M7", "options": {"by": "list", "ages": "under 18"}, "rows": 53}
            acts = [Act("ann", "ask", "allow", "overlap", "PP-2026-01", details)] * BATCH
            began = time.perf_counter()
            for _ in range(lines // BATCH):
                audit.note_all(workspace, acts)
            written = time.perf_counter()
            proof = audit.verify(workspace)
            verified = time.perf_counter()
            one = time.perf_counter()
            for act in acts[:100]:
                audit.note(workspace, act)
            alone = time.perf_counter()
    print(f"{lines:,} lines written {BATCH:,} at once: {(written - began) / lines * 1e6:.1f} us each")
    print(f"one line alone, committed to the disk: {(alone - one) / 100 * 1e3:.2f} ms")
    print(f"{proof.lines:,} lines verified in {verified - written:.2f} s; whole: {proof.intact}")


if __name__ == "__main__":
    main()
