# Sourced by the commands beside it, which set $root first: finds or installs what they need.

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$@"; exit 1; }

# Reads java_version, java_build and java_major of the Java in directory $1. Its release file is
# asked first: that takes no time, "java -version" takes as long as a whole dump.
read_java_version() {
  java_version='' java_build=''
  if [ -r "$1/release" ]; then
    while IFS='="' read -r key _ value _; do
      case $key in
        JAVA_VERSION) java_version=$value ;;
        JAVA_RUNTIME_VERSION) java_build=$value ;;
      esac
    done < "$1/release"
  fi
  [ -n "$java_version" ] ||
    java_version=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p')
  java_build=${java_build:-$java_version}
  java_major=${java_version%%[!0-9]*}
}

# Sets java_home to a Java 17 or later; with $1=javac to a JDK, with $2 to none later than that.
find_java() {
  on_path=$(command -v java) && on_path=$(readlink -f "$on_path") || on_path=''
  for java_home in "${JAVA_HOME:-}" "${on_path%/bin/java}" /usr/lib/jvm/*; do
    [ -n "$java_home" ] && [ -x "$java_home/bin/${1:-java}" ] && [ -x "$java_home/bin/java" ] || continue
    read_java_version "$java_home"
    [ "${java_major:-0}" -ge 17 ] && [ "$java_major" -le "${2:-999}" ] && return 0
  done
  return 1
}

# Runs apt-get; $log takes what it has to say.
apt_get() {
  for try in first second; do
    DEBIAN_FRONTEND=noninteractive apt-get "$@" < /dev/null >> "$log" 2>&1 && return
    # An old package list names files that are gone.
    [ "$try" = second ] || [ "$(id -u)" != 0 ] || apt-get update -qq >> "$log" 2>&1 || :
  done
  return 1
}

# Installs Debian packages, or says the one line that does.
apt_install() {
  command -v apt-get > /dev/null || die "please install: $*"
  [ "$(id -u)" = 0 ] || die "please run: sudo apt-get install -y $*"
  say "installing $*"
  apt_get install -y -qq --no-install-recommends "$@" && return
  tail -n 20 "$log" >&2
  die "apt-get failed, see $log"
}

# The first of the named packages that this system can install.
first_available() {
  for package in "$@"; do
    apt-cache show "$package" 2> /dev/null | grep -q . && echo "$package" && return
  done
  return 1
}

# Makes sure of a JDK, Maven and the packages named in the arguments; sets java_home to the JDK.
# Leaves the environment alone: what ckpt starts would inherit it.
need_build_tools() {
  mkdir -p "$root/target" && : > "$log" || die "cannot write $log"
  wanted=$*
  command -v mvn > /dev/null || wanted="$wanted maven"
  if ! find_java javac || [ -n "$wanted" ]; then
    command -v apt-get > /dev/null ||
      die "please install a JDK (17 or later) and Maven${*:+, and $*}"
    first_available maven > /dev/null || [ "$(id -u)" != 0 ] || apt-get update -qq >> "$log" 2>&1 || :
    find_java javac ||
      wanted="$(first_available openjdk-17-jdk-headless openjdk-25-jdk-headless \
        openjdk-21-jdk-headless default-jdk-headless || echo default-jdk-headless) $wanted"
    # shellcheck disable=SC2086 # a list of words
    apt_install $wanted
    find_java javac || die "no JDK of 17 or later was found after installing $wanted"
  fi
}
