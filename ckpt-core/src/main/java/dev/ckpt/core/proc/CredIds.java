package dev.ckpt.core.proc;

/**
 * The four uids, or the four gids, of a task.
 *
 * <p>Units: uid_t, unsigned 32 bits, kept in ints with the same bits.
 *
 * @param fs the one that file accesses are checked with
 */
public record CredIds(int real, int effective, int saved, int fs) {

  static CredIds read(TextCursor in) throws ProcFormatException {
    int real = in.unsignedInt();
    in.expect('\t');
    int effective = in.unsignedInt();
    in.expect('\t');
    int saved = in.unsignedInt();
    in.expect('\t');
    return new CredIds(real, effective, saved, in.unsignedInt());
  }

  // Written out: see Index.Entry.
  @Override
  public boolean equals(Object other) {
    return other instanceof CredIds that
        && real == that.real
        && effective == that.effective
        && saved == that.saved
        && fs == that.fs;
  }

  @Override
  public int hashCode() {
    return 31 * real + effective;
  }
}
