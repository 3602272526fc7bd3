# Sourced by the ckpt command, which sets $app first: the folder that ckpt.jar is in. Finds a Java, sees to the class
# archive, becomes the JVM. What runs each time is in words of the shell: every program costs a millisecond.

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
      # The shell reads byte by byte, and a long list of modules may follow.
      [ -z "$java_version" ] || [ -z "$java_build" ] || break
    done < "$1/release"
  fi
  [ -n "$java_version" ] ||
    java_version=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p')
  java_build=${java_build:-$java_version}
  java_major=${java_version%%[!0-9]*}
}

# True when java_home has the program $1 of a Java of 17 or later, but not later than $2.
is_java() {
  [ -n "$java_home" ] && [ -x "$java_home/bin/$1" ] && [ -x "$java_home/bin/java" ] || return 1
  read_java_version "$java_home"
  [ "${java_major:-0}" -ge 17 ] && [ "$java_major" -le "$2" ]
}

# Sets java_home to a Java 17 or later; with $1=javac to a JDK, with $2 to none later than that.
find_java() {
  on_path=$(command -v java) && on_path=$(readlink -f "$on_path") || on_path=''
  for java_home in "${JAVA_HOME:-}" "${on_path%/bin/java}" /usr/lib/jvm/*; do
    is_java "${1:-java}" "${2:-999}" && return 0
  done
  return 1
}

# The same for the JVM to become. An installed command knows one: looking for another takes time.
choose_java() {
  java_home=''
  if [ -z "${JAVA_HOME:-}" ] && [ -r "$app/java-home" ]; then
    IFS= read -r java_home < "$app/java-home" || :
  fi
  is_java java 999 || find_java
}

# Runs a function while nobody else has the lock that is file $1. What it starts must not keep it: 9>&-.
locked() {
  exec 9> "$1"
  flock 9
  shift
  "$@"
  exec 9>&-
}

# A class archive takes half off the start. All works without it too; an empty file says that it could
# not be made.
make_archive() {
  ! has_archive || return 0 # somebody else made it while we waited
  (run_java -XX:DumpLoadedClassList="$archive.list" -cp "$app/ckpt.jar" dev.ckpt.cli.Training) \
    < /dev/null > /dev/null 2>&1 9>&- || :
  (run_java -Xshare:dump -XX:SharedClassListFile="$archive.list" -XX:SharedArchiveFile="$archive.new" \
    -cp "$app/ckpt.jar") < /dev/null > /dev/null 2>&1 9>&- || : > "$archive.new"
  rm -f "$archive.list" "$app/ckpt-$java_major."*.jsa # those of older builds of this Java
  mv -f "$archive.new" "$archive"
}

# True when the archive is there and of this build.
has_archive() { [ "$archive" -nt "$app/built" ]; }

# How far the JVM compiles: with its first compiler only, which saves a third of a start.
tiers=-XX:TieredStopAtLevel=1

# True for the path of a sealed image: the type of the first object, at byte 16, is 110, the letter n. What read drops
# are the zeros of the version.
is_sealed() {
  [ -f "$1" ] && [ -r "$1" ] || return 1
  LC_ALL=C first='' second=''
  { IFS= read -r first && IFS= read -r second; } < "$1" 2> /dev/null || :
  case $first,$second in
    *CKPT?,?????n* | *CKPT?,??????n*) return 0 ;;
  esac
  return 1
}

# True when the arguments speak of a cipher, which is slow with the first compiler: 10 MiB/s.
need_cipher() {
  for word in "$@"; do
    case $word in
      --encrypt | --key-file | --key-file=*) return 0 ;;
    esac
    ! is_sealed "$word" || return 0
  done
  return 1
}

# Becomes the JVM. Not by -jar: Java would read the manifest, with classes that are in no archive. ArchiveRelocationMode:
# the archive is mapped at the place it was made for; else all pointers in it are changed at each start. -Xmn: else
# what is thrown away piles up, the more the larger the machine. JNA gets its library from us, and looks nowhere else:
# a JVM loads only the one that is for its processor. The locale says how Java understands names of files: in that of
# cron or a service it would know ASCII only. What the JVM has to say belongs on standard error: it lists its threads on
# SIGQUIT. Picocli need not look for types of Java that no option has: 5 ms.
run_java() {
  set -- "$tiers" -XX:+UseSerialGC -Xmn12m -XX:-UsePerfData \
    -Xshare:auto -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0 \
    -XX:+DisplayVMOutputToStderr \
    -Xlog:disable -Xlog:all=error:stderr "-Xlog:cds*=off:stderr" \
    "-Djna.boot.library.path=$app/native/linux-x86-64:$app/native/linux-aarch64" \
    -Djna.nosys=true -Djna.noclasspath=true -Djna.platform.library.path= \
    '-Dpicocli.converters.excludes=java[.].*' \
    -Dslf4j.provider=org.slf4j.nop.NOPServiceProvider -Dslf4j.internal.verbosity=WARN "$@"
  # What Chronicle and JNA do would be warned of.
  [ "$java_major" -lt 24 ] ||
    set -- --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED "$@"
  LC_ALL=C.UTF-8 exec "$java_home/bin/java" "$@"
}

# Makes the archive where there is none for this Java, if we may write beside ckpt.jar.
see_to_archive() {
  archive=$app/ckpt-$java_build.jsa
  if ! has_archive && [ -w "$app" ]; then
    locked "$app/lock" make_archive
  fi
}

# The JVM takes the first descriptors that are free for files of its own: none of the first three may be. What is
# then written to standard output is an error, as it should be. NB: not ":", which would end us when it fails.
fill_descriptors() {
  true 9>&2 2> /dev/null || exec 2> /dev/null
  true 2> /dev/null 9<&0 || exec 0< /dev/null
  true 2> /dev/null 9>&1 || exec 1< /dev/null
}

# Becomes the command, with the Java that was chosen.
launch() {
  fill_descriptors
  # No JVM starts in a folder that was deleted, and the shell has no name for one.
  [ -n "${PWD:-}" ] || die "the folder that this runs in is gone: go to another one"
  see_to_archive
  ! need_cipher "$@" || tiers=-XX:TieredStopAtLevel=4
  if [ -s "$archive" ]; then
    run_java -XX:SharedArchiveFile="$archive" -cp "$app/ckpt.jar" dev.ckpt.cli.Main "$@"
  fi
  run_java -cp "$app/ckpt.jar" dev.ckpt.cli.Main "$@"
}
