#!/bin/sh
# build.sh DIR: compiles every program into DIR (victims into DIR/victims, engine programs into DIR/engine), two at a
# time, only what is older than its sources, and copies scripts/ there. CC and CFLAGS may be set; CFLAGS come after ours.
set -eu
[ $# -eq 1 ] || { echo "usage: $0 DIR" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/victims" "$1/engine" "$1/scripts"
out=$(cd "$1" && pwd)
cd "$here"
CC=${CC:-gcc}
flags="-O2 -g -Wall -Wextra -Werror -pthread -std=gnu11 -I. ${CFLAGS:-}"
export CC flags out

older() { # older TARGET SOURCE...: TARGET is missing or older than a SOURCE
    target=$1; shift
    [ -e "$target" ] || return 0
    [ -n "$(find "$@" -newer "$target" -print)" ]
}

if older "$out/selfcheck.o" selfcheck.c selfcheck.h build.sh; then
    # shellcheck disable=SC2086
    $CC $flags -c -o "$out/selfcheck.o" selfcheck.c
fi
for source in *.c victims/*.c engine/*.c; do
    [ "$source" = selfcheck.c ] && continue
    case $source in *'*.c') continue ;; esac
    program=${source%.c}
    header=selfcheck.h
    case $source in
        victims/*) header="selfcheck.h filters.h victims/victim.h" ;;
        *seccomp*) header="selfcheck.h filters.h" ;;
        random_state.c) header="selfcheck.h random/*.h" ;;
    esac
    # shellcheck disable=SC2086
    if older "$out/$program" "$source" selfcheck.c $header build.sh; then
        echo "$program"
    fi
done | xargs -r -P 2 -n 1 sh -c '$CC $flags -o "$out/.$(basename "$1").tmp" "$1.c" "$out/selfcheck.o" &&
    mv "$out/.$(basename "$1").tmp" "$out/$1"' sh
for script in scripts/*.py scripts/*.pl; do
    cp -p "$script" "$out/$script"
done
