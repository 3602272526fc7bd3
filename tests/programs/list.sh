# Sourced before each command of programs-list, which ListedRun sets $DEBIAN, $PORT, $PID and $TWIN for.

PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin:/usr/games
PATH=$PATH:$DEBIAN/usr/bin:$DEBIAN/bin:$DEBIAN/usr/sbin:$DEBIAN/sbin:$DEBIAN/usr/games
LD_LIBRARY_PATH=$DEBIAN/usr/lib/x86_64-linux-gnu:$DEBIAN/lib/x86_64-linux-gnu:$DEBIAN/usr/lib
HOME=$PWD
LC_ALL=C
export PATH LD_LIBRARY_PATH HOME LC_ALL

# Where a file or folder of a package is: usr share/misc.
usr() {
  for found in "$DEBIAN/usr/$1" "/usr/$1"; do
    [ -e "$found" ] && echo "$found" && return
  done
  return 1
}

# Sends its input to the port, and prints what comes until the other side closes. With -1 it is the first to close.
ask() {
  perl -MIO::Socket::INET -e '
    alarm 10;
    my $to = IO::Socket::INET->new("127.0.0.1:$ARGV[0]") or exit 1;
    print $to $_ while <STDIN>;
    $to->flush;
    exit if $ARGV[1];
    print while <$to>' "$PORT" "$@"
}

# Prints the page that a web server has under a path.
get() {
  printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$1" | ask | sed '1,/^\r*$/d'
}

# Sends a datagram to the port.
say() {
  perl -MIO::Socket::INET -e '
    IO::Socket::INET->new(PeerAddr => "127.0.0.1:$ARGV[0]", Proto => "udp")->send($ARGV[1])' "$PORT" "$1"
}

# Prints the address that a name server has for a name.
resolve() {
  perl -MIO::Socket::INET -e '
    alarm 10;
    my $to = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$ARGV[0]", Proto => "udp");
    my $name = pack("(C/a*)*x", split(/\./, $ARGV[1]));
    $to->send(pack("n6a*n2", 1, 0x100, 1, 0, 0, 0, $name, 1, 1)) or exit 1;
    $to->recv(my $answer, 512) // exit 1;
    print join(".", unpack("C4", substr($answer, -4))), "\n"' "$PORT" "$1"
}
