package dev.ckpt.core.checkpoint;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.kernel.Clocks;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.CpuFeatures;
import dev.ckpt.format.record.Header;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** What an image says of where and when it was made. */
final class Headers {
  private static final String PRODUCER = "ckpt";
  private static final long MILLION = 1_000_000L;

  private Headers() {}

  /**
   * That of a new checkpoint.
   *
   * @param parent the one that it builds on
   */
  static Header header(UUID parent) throws CkptException {
    return new Header(
        Header.EM_X86_64,
        PageRange.PAGE_SIZE,
        ByteString.of(ProcFs.osRelease()),
        ProcFs.bootId(),
        TimeNamespace.machineTime(Clocks.CLOCK_MONOTONIC),
        TimeNamespace.machineTime(Clocks.CLOCK_BOOTTIME),
        System.currentTimeMillis() * MILLION,
        UUID.randomUUID(),
        parent,
        ByteString.of(PRODUCER),
        ByteString.of(hostname()));
  }

  static CpuFeatures cpuFeatures() throws CkptException {
    return new CpuFeatures(ProcFs.cpuInfo().flags());
  }

  private static String hostname() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).trim();
    } catch (IOException e) {
      // Hidden from us: an image without the name of its machine is as good.
      return "";
    }
  }
}
