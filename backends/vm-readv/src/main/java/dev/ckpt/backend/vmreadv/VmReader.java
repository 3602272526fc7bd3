package dev.ckpt.backend.vmreadv;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.backend.PageReader;
import dev.ckpt.core.backend.Probe;
import dev.ckpt.core.backend.Target;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.error.CkptException;
import java.nio.ByteBuffer;
import java.util.List;

/** Reads pages by process_vm_readv, many ranges in one call. */
final class VmReader implements PageReader {
  private final RemoteMemory memory;

  private VmReader(RemoteMemory memory) {
    this.memory = memory;
  }

  @Override
  public void read(List<PageRange> ranges, ByteBuffer into) throws CkptException {
    long[] all = new long[2 * ranges.size()];
    int at = 0;
    for (PageRange range : ranges) {
      all[at++] = range.address();
      all[at++] = range.lenBytes();
    }
    memory.readAll(all, into);
  }

  @Override
  public void close() {
    // The memory belongs to whoever opened us.
  }

  /** What ServiceLoader finds. */
  public static final class Provider implements PageReader.Provider {
    @Override
    public String name() {
      return VmBackend.NAME;
    }

    @Override
    public Probe probe() {
      return VmBackend.probe("process_vm_readv");
    }

    @Override
    public PageReader open(Target target) {
      return new VmReader(target.memory());
    }
  }
}
