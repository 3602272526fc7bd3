package dev.ckpt.core.tracee;

/** A range of addresses in a target: first byte and length in bytes. */
public record RemoteMap(long address, long lenBytes) {
  /** The first address after it. */
  public long end() {
    return address + lenBytes;
  }

  /** Whether an address lies in it; addresses are unsigned. */
  public boolean contains(long other) {
    return Long.compareUnsigned(other, address) >= 0 && Long.compareUnsigned(other, end()) < 0;
  }
}
