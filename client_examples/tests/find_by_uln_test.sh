#!/bin/sh
# Tests of find_by_uln.sh, each with a Learning Records Service of its own. lrs-soap has to be on the path.
#
#   sh find_by_uln_test.sh
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
server=
failed=0

finish() {
    [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server"; } || true
    rm -rf "$folder"
}
trap finish EXIT

lrs-soap serve --port 0 --database "sqlite:///$folder/lrs.db" --ready-file "$folder/ready.json" \
    --log-level warning 2>"$folder/log" &
server=$!
until [ -e "$folder/ready.json" ]; do
    kill -0 "$server" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
    sleep 0.1
done
address=$(sed -E 's/.*"address": "([^"]*)".*/\1/' "$folder/ready.json")

# Asks the control interface: METHOD PATH [JSON].
control() {
    curl --silent --show-error --fail-with-body --request "$1" "$address/_lrs$2" \
        ${3:+--header 'Content-Type: application/json' --data "$3"}
}

# Runs the program that is tested, and keeps its exit status and what it prints.
find_by_uln() {
    status=0
    LEARNING_RECORDS_ADDRESS=$address/w/$world LEARNING_RECORDS_RETRIES=1 \
        sh find_by_uln.sh "$@" >"$folder/output" 2>"$folder/errors" || status=$?
}

a_learner_is_found() {
    control POST "/worlds/$world/learners" '{"ULN": "6002150128", "FamilyName": "Lovelace", "GivenName": "Ada",
        "DateOfBirth": "2005-12-10", "Gender": "2", "LastKnownPostCode": "ZZ99 9ZZ"}'
    find_by_uln 6002150128 Lovelace Ada
    [ "$status" -eq 0 ] && grep -q '<ResponseCode>WSRC0004</ResponseCode>' "$folder/output"
}

out_of_hours_it_is_said_to_come_again() {
    control PATCH "/worlds/$world/policy" '{"service_hours": ["Mon-Fri 08:00-20:00"]}'
    control PUT "/worlds/$world/clock" '{"set": "2026-03-10T20:00"}'
    find_by_uln 4170265830 Okafor Grace
    [ "$status" -eq 2 ] && grep -q WSEC0004 "$folder/errors"
}

why_a_name_is_only_similar() {
    find_by_uln 4170265830 Okafer Grace
    control GET "/worlds/$world/exchanges?code=WSRC0003" | grep -q 'names: given EQUAL, family SIMILAR'
}

for test in a_learner_is_found out_of_hours_it_is_said_to_come_again why_a_name_is_only_similar; do
    world=$(echo "$test" | tr _ - | cut -c 1-40)
    control POST /worlds "{\"name\": \"$world\"}" >"$folder/control"
    if "$test" >"$folder/control"; then
        echo "ok $test"
    else
        failed=1
        echo "not ok $test"
        cat "$folder/control" "$folder/output" "$folder/errors"
        # What was asked, and why it was answered so.
        control GET "/worlds/$world/exchanges"
    fi
    control DELETE "/worlds/$world"
done
exit "$failed"
