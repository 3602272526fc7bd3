package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Tasks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sockets that take settings or interfaces which a test must not give the machine: it has a network
 * namespace of its own, with loopback and a pair of interfaces, and the command runs in there.
 */
@Tag("live")
class OwnNetworkLiveTest {
  private static final int MISSING = 99;

  /**
   * The folder, that of the programs, that of unpacked packages; the command is in the first. NB:
   * $pid is ended on the way out, restored or not, and $other too.
   */
  private static final String PRELUDE =
      """
      set -e
      cd "$1"
      pid=
      other=
      trap '[ -z "$pid$other" ] || kill -9 $pid $other 2>/dev/null || true' EXIT
      fail() { echo "$*" >&2; exit 1; }
      await() {
        n=0
        until "$@"; do n=$((n + 1)); [ $n -lt 600 ] || fail "never: $*"; sleep 0.05; done
      }
      says() { grep -qx "$1" status 2>/dev/null; }
      over() { grep -q "^ok\\|^FAIL" status; }
      start() {
        program=$1; shift
        setsid "$program" "$PWD/status" "$@" & pid=$!
        await eval 'says ready || ! kill -0 $pid 2>/dev/null'
        says ready || fail "$(cat status)"
      }
      pair() {
        ip link add v0 index 77 type veth peer name v1 index 78
        ip link set v0 up; ip link set v1 up
      }
      end() { ./ckpt dump $pid --stop --force -o image; wait $pid || true; }
      back() { ./ckpt restore image --detach; }
      refused() {
        if ./ckpt restore image --detach 2> why; then fail "was not refused"; fi
        grep "ckpt: $1: " why || fail "$(cat why)"
      }
      verdict() { touch status.go; await over; says ok || fail "$(cat status)"; pid=; }
      tool() { PATH="$PATH:$debian/usr/bin:$debian/bin:$debian/usr/sbin" command -v "$1"; }
      goes() {
        LD_LIBRARY_PATH="$debian/usr/lib/x86_64-linux-gnu" setsid "$@" > out 2>&1 & pid=$!
      }
      # A further count of lines that hold a word.
      grown() { [ "$(grep -c "$1" out)" -gt "$2" ]; }
      more() { n0=$(grep -c "$1" out || true); await grown "$1" $((n0 + 4)); }
      debian=$3
      ip link set lo up || exit 99
      """;

  @TempDir private Path folder;

  @BeforeEach
  void needsRoot() {
    assumeTrue(Tasks.effectiveUser() == 0, "only root may make network namespaces");
  }

  private void run(String script) throws IOException {
    Path real = folder.toRealPath();
    CkptProcess.writeScript(real.resolve("ckpt"));
    List<String> words =
        List.of(
            "/usr/bin/unshare",
            "-n",
            "sh",
            "-c",
            PRELUDE + script,
            "sh",
            real.toString(),
            Programs.folder().toString(),
            Programs.root().resolve("target/debian").toString());
    try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDWR);
        CkptProcess shell = CkptProcess.start(nothing, nothing, real.resolve("errors"), words)) {
      try {
        int code = shell.awaitExit();
        assumeTrue(code != MISSING, "there is no ip(8)");
        assertEquals(0, code, shell.errors());
      } finally {
        Sessions.end(shell.pid());
      }
    }
  }

  @Test
  void pingSocketsGoOnWhereTheyAreAllowed() throws IOException {
    run(
        """
        range=/proc/sys/net/ipv4/ping_group_range
        echo 0 100 > $range
        start "$2/ping_socket"
        end
        echo 1 0 > $range
        refused NO_RIGHT_TO_NET
        echo 0 100 > $range
        back
        verdict
        """);
  }

  @Test
  void packetSocketsNeedTheirInterface() throws IOException {
    run(
        """
        pair
        start "$2/engine/packet_device" v0 v1
        end
        ip link del v0
        refused ADDRESS_GONE
        ip link add v0 type veth peer name v1
        refused ADDRESS_GONE
        ip link del v0
        pair
        back
        verdict
        """);
  }

  @Test
  void packetSocketsKnowOnceThatTheirInterfaceIsDown() throws IOException {
    run(
        """
        pair
        ip link set v0 down
        start "$2/engine/packet_device" v0 v1 down
        end
        back
        ip link set v0 up
        verdict
        """);
  }

  @Test
  void packetsThatWaitAreLostWithANote() throws IOException {
    run(
        """
        pair
        start "$2/engine/packet_device" v0 v1 waits
        end
        back 2> notes
        grep "note: socket: packets that waited in fd" notes || fail "$(cat notes)"
        verdict
        """);
  }

  private static void need(String name) throws IOException {
    DebianPackages.of(List.of(name)).need(List.of(name));
  }

  /** With a socket of ICMP, and where it may have none, with a raw one. */
  @ParameterizedTest
  @ValueSource(strings = {"0 100", "1 0"})
  void pingGoesOnCounting(String range) throws IOException {
    need("iputils-ping");
    run(
        "echo "
            + range
            + " > /proc/sys/net/ipv4/ping_group_range\n"
            + """
            goes "$(tool ping)" -n -i 0.2 127.0.0.1
            more icmp_seq=
            end
            back
            more icmp_seq=
            kill -INT $pid
            await grep -q "packets transmitted" out
            pid=
            awk -F icmp_seq= '
              NF > 1 { split($2, words, " "); if (words[1] != ++n) exit 1 }
              END { exit n < 10 }
            ' out || fail "$(cat out)"
            """);
  }

  @Test
  void arpingGoesOnAsking() throws IOException {
    need("iputils-arping");
    run(
        """
        pair
        unshare -n sleep 1000 & other=$!
        await eval '[ "$(readlink /proc/$other/ns/net)" != "$(readlink /proc/$$/ns/net)" ]'
        ip link set v1 netns $other
        nsenter -t $other -n ip addr add 198.51.100.2/24 dev v1
        nsenter -t $other -n ip link set v1 up
        ip addr add 198.51.100.1/24 dev v0
        goes "$(tool arping)" -I v0 198.51.100.2
        more "reply from"
        end
        back
        more "reply from"
        kill -INT $pid
        await grep -q "^Received" out
        pid=
        """);
  }
}
