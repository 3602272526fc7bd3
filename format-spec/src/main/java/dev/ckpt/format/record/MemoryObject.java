package dev.ckpt.format.record;

import dev.ckpt.format.ByteString;

/**
 * Something whose content is in the image and that mappings and descriptors refer to. It owns the
 * page arrays of that content; their addresses are byte offsets in the object.
 */
public sealed interface MemoryObject extends ImageRecord permits GhostFile, Shmem, SysvShm {
  /** What it was called; may be empty. */
  ByteString name();

  /** Bytes, which need not be whole pages. */
  long size();
}
