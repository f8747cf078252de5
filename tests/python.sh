#!/usr/bin/env bash
# Prints the path of a Python with what deploy/samples/agency.py needs. It is made once, in a virtual environment.
#
#   tests/python.sh            under target/tests-venv
#   tests/python.sh FOLDER     there
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p "${CARGO_TARGET_DIR:-target}"
venv="$(realpath -m "${1:-${CARGO_TARGET_DIR:-target}/tests-venv}")"
needs=deploy/samples/requirements.txt
mkdir -p "$(dirname "$venv")"

exec 9>"$venv.lock" # two that start at once make one
flock 9
if ! cmp --silent "$needs" "$venv/made-of"; then
  rm -rf "$venv"
  python3 -m venv "$venv" >&2
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$needs" >&2
  cp "$needs" "$venv/made-of" # last: a run that was cut short is done again
fi
echo "$venv/bin/python"
