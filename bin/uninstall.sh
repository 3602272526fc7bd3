#!/bin/sh
# Removes ckpt: what bin/install put here, and nothing else.
set -eu

lib=$(readlink -f "$0")
lib=${lib%/*}
prefix=${lib%/lib/ckpt}
die() {
  printf 'uninstall: %s\n' "$*" >&2
  exit 1
}

[ -r "$lib/installed" ] || die "there is no list of what was installed in $lib"
[ -w "$lib" ] || die "cannot remove $lib: run as root"
# NB: what to look for comes by standard input, or grep would find itself.
user=$(printf '%sckpt.jar\n' "$lib"/*/ | grep -lsF -f - /proc/[0-9]*/cmdline | head -n 1)
[ -z "$user" ] || die "it runs as process $(echo "$user" | tr -dc 0-9): end it first"
to=${DESTDIR:-}
grep -qxF "f ${lib#"$to"}/uninstall" "$lib/installed" || die "$lib was moved: its list of what was installed is of no use"

folders=$(sed -n 's/^d //p' "$lib/installed" | sort -r)
sed -n 's/^f //p' "$lib/installed" | while IFS= read -r path; do rm -f "$to$path"; done
rm -rf "$lib"
# Folders that came with it go, unless others put something there.
printf '%s\n' "$folders" | while IFS= read -r path; do
  [ -z "$path" ] || rmdir "$to$path" 2> /dev/null || :
done
echo "ckpt is removed from $prefix"
