package dev.ckpt.core.tracee;

import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.TouchHook;
import dev.ckpt.core.proc.MapsEntry;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import java.util.List;
import java.util.Optional;

/** The code that the kernel maps into every process for calls that need no kernel entry. */
public final class Vdso {
  private static final String NAME = "[vdso]";

  private Vdso() {}

  /** The vdso among a task's mappings. */
  public static Optional<RemoteMap> find(List<MapsEntry> maps) {
    return maps.stream()
        .filter(entry -> entry.name().toString().equals(NAME))
        .findFirst()
        .map(entry -> new RemoteMap(entry.start(), entry.end() - entry.start()));
  }

  /** What stands in our own process's vdso; empty where there is none. */
  public static byte[] ownContent() throws CkptException {
    Optional<RemoteMap> own = find(ProcFs.of(Tasks.self()).maps().entries());
    if (own.isEmpty()) {
      return new byte[0];
    }
    try (RemoteMemory self = RemoteMemory.open(Tasks.self(), TouchHook.NONE)) {
      return self.readForced(own.get().address(), Math.toIntExact(own.get().lenBytes()));
    }
  }
}
