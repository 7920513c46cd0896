#!/usr/bin/env bash
# What the tests need beyond Python: Chromium for the browser tests, a Java 17+ for Spark, PostgreSQL for the
# register's tests, which start one of their own on a free port of this machine.
# Installed with apt-get as root, or named in one line.
set -euo pipefail
wanted=()
command -v chromium >/dev/null || command -v google-chrome >/dev/null || wanted+=(chromium)
java_version=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1) || true
[ "${java_version:-0}" -ge 17 ] || wanted+=(openjdk-17-jre-headless)
command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || wanted+=(postgresql)
[ ${#wanted[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null
else
  echo "Please install: ${wanted[*]} (for example: sudo apt-get install ${wanted[*]}). Tests that need them skip." >&2
fi
