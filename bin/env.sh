# Sourced by the commands beside it, which set $root first: finds or installs what they need, builds the command.

app=$root/tools/cli/target/app
log=$root/target/build.log
. "$root/bin/launch.sh"

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

# True when there is no build, or something that goes into it is newer. Directories count too: they
# change when a file in them is deleted.
is_stale() {
  [ -f "$app/built" ] || return 0
  set -- "$root/pom.xml"
  for pom in "$root"/*/pom.xml "$root"/*/*/pom.xml; do
    case $pom in
      "$root"/tests/* | "$root"/bench/*) ;;
      *) set -- "$@" "$pom" "${pom%/pom.xml}/src/main" ;;
    esac
  done
  [ -n "$(find "$@" -newer "$app/built" -print -quit 2> /dev/null)" ]
}

# Builds the command if it is stale, while no other builds here.
build() {
  is_stale || return 0
  mkdir -p "$root/target" && [ -w "$root/target" ] || die "cannot write to $root/target"
  locked "$root/target/build.lock" build_alone
}

build_alone() {
  is_stale || return 0 # somebody else built while we waited
  need_build_tools 9>&-
  say "building, this once (log: $log)"
  touch "$root/target/build.started"
  (cd "$root" && JAVA_HOME=$java_home mvn -B -ntp -Pquick -pl tools/cli -am package) \
    < /dev/null >> "$log" 2>&1 9>&- || {
    grep -E '^\[ERROR\] (/|Failed)' "$log" >&2 || tail -n 40 "$log" >&2
    die "the build failed, see $log"
  }
  # So that a source edited while the build ran is newer than the build.
  touch -r "$root/target/build.started" "$app/built"
}
