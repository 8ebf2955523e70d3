#!/bin/sh
# Records what this machine's kernel answers to each named scenario, in test/fixtures/scenarios/answers.
# Each scenario runs three times; one that does not answer the same three times is named and not recorded.
# Usage, as root: native/record-answers.sh [SCENARIO.scn...]
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc -O2 -Wall -Wextra -o "$work/oracle" native/scenario/*.c
answers=test/fixtures/scenarios/answers
mkdir -p "$answers"
[ $# -gt 0 ] || set -- traces/scenarios/*.scn
failed=0
for scenario in "$@"; do
  name=$(basename "$scenario" .scn)
  for run in 1 2 3; do
    "$work/oracle" -H "$scenario" >"$work/$run"
  done
  if cmp -s "$work/1" "$work/2" && cmp -s "$work/1" "$work/3"; then
    cp "$work/1" "$answers/$name.jsonl"
  else
    echo "$scenario: three runs gave different answers" >&2
    failed=1
  fi
done
exit $failed
