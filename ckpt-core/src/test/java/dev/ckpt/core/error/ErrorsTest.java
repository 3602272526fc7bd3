package dev.ckpt.core.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.core.kernel.Errno;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErrorsTest {
  @Test
  void aSyscallTellsTargetCallArgumentsAndErrno() {
    SyscallException e =
        new SyscallException("[pid 812 tid 815]", "mmap", "0x0, 4096", Errno.ENOMEM);
    assertEquals("[pid 812 tid 815] mmap(0x0, 4096) = ENOMEM(12)", e.getMessage());
    assertEquals("SYSCALL_FAILED", e.code().name());
    assertEquals("mmap", e.call());
    assertEquals(12, e.errno());
    assertEquals("kcmp() = errno 4095", new SyscallException("", "kcmp", "", 4095).getMessage());
  }

  @Test
  void aTargetThatIsGoneSaysWhatWeDid() {
    TargetGoneException e = new TargetGoneException(812, "read /proc/812/stat");
    assertEquals("[pid 812] read /proc/812/stat: the target is gone", e.getMessage());
    assertEquals("TARGET_GONE", e.code().name());
    assertEquals(812, e.pid());
  }

  @Test
  void everyReasonIsListed() {
    List<Refusal> reasons =
        new ArrayList<>(
            List.of(
                new Refusal(RefusalCode.FD_SOCKET, "[pid 812] fd 5 (socket:[1])", "close it"),
                new Refusal(
                    RefusalCode.SECCOMP, "[pid 812] runs under seccomp", "start it without")));
    UnsupportedStateException e = new UnsupportedStateException(reasons);
    reasons.clear();
    assertEquals("FD_SOCKET", e.code().name(), "the first one's");
    assertEquals(
        "FD_SOCKET: [pid 812] fd 5 (socket:[1]): close it\n"
            + "SECCOMP: [pid 812] runs under seccomp: start it without",
        e.getMessage());
    assertEquals(2, e.refusals().size());
    assertEquals(CkptException.class, UnsupportedStateException.class.getSuperclass());
  }

  @Test
  void noReasonIsNoRefusal() {
    assertThrows(IndexOutOfBoundsException.class, () -> new UnsupportedStateException(List.of()));
  }
}
