package dev.ckpt.backend.vmreadv;

import dev.ckpt.core.backend.PageFiller;
import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.backend.Probe;
import dev.ckpt.core.backend.Target;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.error.CkptException;
import java.nio.ByteBuffer;
import java.util.List;

/** Fills pages by process_vm_writev, one range after another. */
final class VmFiller implements PageFiller {
  private final RemoteMemory memory;

  private VmFiller(RemoteMemory memory) {
    this.memory = memory;
  }

  @Override
  public void fill(List<PageRange> ranges, ByteBuffer pages) throws CkptException {
    for (PageRange range : ranges) {
      memory.writeAll(range.address(), pages, Math.toIntExact(range.lenBytes()));
    }
  }

  @Override
  public void close() {
    // The memory belongs to whoever opened us.
  }

  /** What ServiceLoader finds. */
  public static final class Provider implements PageFiller.Provider {
    @Override
    public String name() {
      return VmBackend.NAME;
    }

    @Override
    public Probe probe() {
      return VmBackend.probe("process_vm_writev");
    }

    @Override
    public int rank() {
      return 1;
    }

    @Override
    public PageFiller open(Target target) {
      return new VmFiller(target.memory());
    }
  }
}
