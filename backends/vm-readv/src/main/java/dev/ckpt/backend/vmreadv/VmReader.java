package dev.ckpt.backend.vmreadv;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.backend.PageReader;
import dev.ckpt.core.backend.Probe;
import dev.ckpt.core.backend.Target;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.error.CkptException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/** Reads pages by process_vm_readv, many ranges in one call. */
final class VmReader implements PageReader {
  private final RemoteMemory memory;

  private VmReader(RemoteMemory memory) {
    this.memory = memory;
  }

  @Override
  public void read(List<PageRange> ranges, ByteBuffer into) throws CkptException {
    memory.readAll(PageRange.pairs(ranges), into);
  }

  @Override
  public void readRunning(List<PageRange> ranges, ByteBuffer into, Consumer<PageRange> missed)
      throws CkptException {
    memory.readRunning(
        PageRange.pairs(ranges), into, page -> missed.accept(new PageRange(page, 1)));
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
    public int rank() {
      return 1;
    }

    @Override
    public PageReader open(Target target) {
      return new VmReader(target.memory());
    }
  }
}
