#!/bin/sh
# Tests kv_server with a shell and curl. The server runs as long as this script does, and is reached at
# $TETHER_URL. By hand:
#
#   tether-run -- kv_server --port=0 -- samples/shell/kv_server_test.sh
set -eu

# expect WHAT WANTED FOUND
expect() {
  [ "$2" = "$3" ] || { echo "$1: expected '$2', found '$3'" >&2; exit 1; }
}

status() {
  curl --silent --output /dev/null --write-out '%{http_code}' "$@"
}

expect 'a key that is not there' 404 "$(status "$TETHER_URL/kv/colour")"
expect 'a new key' 201 "$(status --request PUT --data blue "$TETHER_URL/kv/colour")"
expect 'its value' blue "$(curl --silent "$TETHER_URL/kv/colour")"
expect 'another value' 204 "$(status --request PUT --data red "$TETHER_URL/kv/colour")"
expect 'a key that is removed' 204 "$(status --request DELETE "$TETHER_URL/kv/colour")"
expect 'and is gone' 404 "$(status "$TETHER_URL/kv/colour")"
