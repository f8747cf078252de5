#!/usr/bin/env bash
# Holds services/gateway/openapi.json against the rules of OpenAPI 3.1, by a validator that is not ours.
#
#   tests/openapi.sh [FILE]
#
# Needs python3. The validator is installed once, at these versions, into target/tools.
# Exit code: 0 when the document is valid.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

file="${1:-services/gateway/openapi.json}"
wanted=(openapi-spec-validator==0.9.0 openapi-schema-validator==0.9.0 jsonschema==4.26.0 jsonschema-path==0.5.0)
tools="target/tools/openapi"

install() {
  local as=()
  [ "$(id -u)" = 0 ] || as=(sudo)
  "${as[@]}" apt-get update
  DEBIAN_FRONTEND=noninteractive "${as[@]}" apt-get install -y --no-install-recommends "$@"
}

# A folder that was left half-made by an interrupted run has no mark, and is made again.
if [ "$(cat "$tools/installed" 2>/dev/null)" != "${wanted[*]}" ]; then
  rm -rf "$tools"
  mkdir -p "$(dirname "$tools")"
  command -v python3 >/dev/null || install python3
  python3 -c 'import ensurepip, venv' 2>/dev/null || install python3-venv
  python3 -m venv "$tools"
  "$tools/bin/python" -m pip install --quiet --disable-pip-version-check "${wanted[@]}"
  echo "${wanted[*]}" >"$tools/installed"
fi

"$tools/bin/python" -m openapi_spec_validator --schema 3.1 --validation-errors all "$file"
echo "tests/openapi.sh: $file is valid OpenAPI 3.1"
