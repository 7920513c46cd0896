#!/usr/bin/env bash
# Resolves requirements/*.txt: hashes, and no address of any package index.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${UV:-uv}
common=(--python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet)
"$uv" pip compile "${common[@]}" pyproject.toml requirements/build.in -o requirements/run.txt
"$uv" pip compile "${common[@]}" --extra spark --group dev -c requirements/run.txt pyproject.toml requirements/build.in -o requirements/dev.txt
