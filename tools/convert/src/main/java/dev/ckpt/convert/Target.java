package dev.ckpt.convert;

import java.nio.channels.WritableByteChannel;
import java.util.Optional;

/**
 * Where an image goes in another format.
 *
 * @param channel takes the bytes in order; belongs to the caller
 * @param side a second file beside it for the pages; without one they stand in the first
 */
public record Target(WritableByteChannel channel, Optional<SideFile> side) {
  /**
   * A file that belongs to another.
   *
   * @param name without a folder, by which the other one names it
   * @param channel takes the bytes in order; belongs to the caller
   */
  public record SideFile(String name, WritableByteChannel channel) {}
}
