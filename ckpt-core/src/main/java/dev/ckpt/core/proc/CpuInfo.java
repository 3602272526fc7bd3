package dev.ckpt.core.proc;

import dev.ckpt.format.ByteString;
import java.nio.charset.StandardCharsets;

/**
 * {@code /proc/cpuinfo}, which has a paragraph for each CPU.
 *
 * <p>Source: show_cpuinfo in arch/x86/kernel/cpu/proc.c.
 *
 * @param flags names of the features of the first CPU, one blank between two
 */
public record CpuInfo(ByteString flags) {
  private static final String NAME = "flags";
  private static final String SEPARATOR = ": ";

  /**
   * Parses the whole file.
   *
   * @throws ProcFormatException if no line has flags
   */
  public static CpuInfo parse(byte[] text) throws ProcFormatException {
    String line =
        new String(text, StandardCharsets.ISO_8859_1)
            .lines()
            .filter(each -> each.startsWith(NAME) && each.contains(SEPARATOR))
            .findFirst()
            .orElseThrow(() -> new ProcFormatException("cpuinfo", 1, "want a line of " + NAME));
    String flags = line.substring(line.indexOf(SEPARATOR) + SEPARATOR.length());
    return new CpuInfo(ByteString.of(flags.getBytes(StandardCharsets.ISO_8859_1)));
  }
}
