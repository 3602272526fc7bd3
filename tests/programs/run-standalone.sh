#!/bin/sh
# run-standalone.sh DIR [all]: runs every save program, script and victim built in DIR, without ckpt, and checks that each
# ends with ok and the exit status of MANIFEST; with "all" the refuse modes too. Victims get pings and SIGUSR1 on the way.
# Temporary files: DIR/standalone.*, removed at the end.
set -u
[ $# -ge 1 ] || { echo "usage: $0 DIR [all]" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
built=$(cd "$1" && pwd)
tmp=$(mktemp -d "$built/standalone.XXXXXX") || exit 2
chmod 711 "$tmp"
trap 'rm -rf "$tmp"' EXIT
tab=$(printf '\t')

await() { # await FILE REGEX PID: until a line matches; fails after 60 s or when PID has ended
    tries=0
    until grep -qs "$2" "$1"; do
        kill -0 "$3" 2>/dev/null || return 1
        tries=$((tries + 1))
        [ $tries -lt 1200 ] || return 1
        sleep 0.05
    done
}

disturb() { # disturb STATUS PID: pings and signals a victim
    for k in 1 2 3 4 5; do
        kill -USR1 "$2"
        sleep 0.05
    done
    : >"$1.ping"
    await "$1" '^pong [1-9]' "$2"
}

failed=0 skipped=0 passed=0
while IFS=$tab read -r name category want kind; do
    case $name in \#* | '') continue ;; esac
    [ "$category" != refuse ] || [ "${2:-}" = all ] || continue
    program=${name%% *}
    mode=
    [ "$program" = "$name" ] || mode=${name#* }
    case $program in
    *.py) interpreter=python3 ;;
    *.pl) interpreter=perl ;;
    *) interpreter= ;;
    esac
    if [ -n "$interpreter" ] && ! command -v $interpreter >/dev/null; then
        echo "skip $name: no $interpreter"
        skipped=$((skipped + 1))
        continue
    fi
    dir=$tmp/$(echo "$name" | tr '/ ' '__')
    mkdir "$dir"
    status=$dir/status
    # shellcheck disable=SC2086
    setsid $interpreter "$built/$program" "$status" $mode </dev/null >/dev/null 2>&1 &
    pid=$!
    await "$status" '^ready$' $pid
    [ "$category" != victim ] || disturb "$status" $pid || echo "FAIL $name: no pong"
    sleep 0.1
    : >"$status.go"
    wait $pid 2>/dev/null
    got=$?
    if [ "$category" = refuse ] && [ $got = 77 ]; then
        echo "skip $name: $(tail -n 1 "$status")"
        skipped=$((skipped + 1))
    elif [ "$got" = "$want" ] && [ "$(tail -n 1 "$status")" = ok ] && [ "$(grep -c '^ready$' "$status")" = 1 ] &&
        { [ "$category" != victim ] || grep -q '^pong' "$status"; }; then
        passed=$((passed + 1))
    else
        echo "FAIL $name ($kind): exit $got, $(tr '\n' '|' <"$status" 2>/dev/null)"
        failed=$((failed + 1))
    fi
    rm -rf "$dir"
done <"$here/MANIFEST"
echo "$passed passed, $skipped skipped, $failed failed"
[ $failed = 0 ]
