#!/bin/sh
# Unpacks Debian packages, and those they depend on, as far as they are not installed, into target/debian for the tests.
# Nothing is installed: no service starts, and no right is needed. Prints a line for each that cannot be had: NAME: why.
set -eu

root=$(readlink -f "$0")
root=${root%/tests/programs/*}
into=$root/target/debian
. "$root/bin/env.sh"
log=$root/target/packages.log

has() {
  [ -e "$into/.unpacked/$1" ] || [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null)" = installed ]
}

# What apt would install for some packages. NB: the C library is left out: that of the running system must do.
needed_for() {
  apt-get install --simulate -qq --no-install-recommends "$@" < /dev/null 2>> "$log" > "$into/.simulated" &&
    awk '$1 == "Inst" && $2 !~ /^(libc6|libc-bin|libc-l10n|locales)(:|$)/ { print $2 }' "$into/.simulated"
}

unpack() (
  needed=$(needed_for "$@") || exit 1
  rm -rf "$into/.new"
  mkdir "$into/.new"
  cd "$into/.new"
  # shellcheck disable=SC2086 # a list of words
  [ -z "$needed" ] || apt_get download -qq $needed || exit 1
  for deb in *.deb; do
    [ ! -e "$deb" ] || dpkg-deb -x "$deb" "$into" >> "$log" 2>&1 || exit 1
  done
  (cd "$into/.unpacked" && touch "$@")
)

mkdir -p "$into/.unpacked"
: > "$log"
missing=''
for package in "$@"; do
  has "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if ! command -v apt-get > /dev/null; then
  for package in $missing; do echo "$package: there is no apt-get"; done
  exit 0
fi
# shellcheck disable=SC2086 # a list of words
if ! unpack $missing; then
  # The lists of packages are old or not there, or one package is unknown here.
  [ "$(id -u)" != 0 ] || apt-get update -qq >> "$log" 2>&1 || :
  for package in $missing; do
    unpack "$package" || echo "$package: apt-get cannot get it, see $log"
  done
fi
