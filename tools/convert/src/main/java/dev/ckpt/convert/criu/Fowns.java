package dev.ckpt.convert.criu;

import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.record.Cred;
import dev.ckpt.format.record.FileOwner;
import java.util.Optional;

/** Whom the signals of an open file go to. O_ASYNC itself is among the flags of the file. */
final class Fowns {
  static final int O_ASYNC = 020000;

  /** Nobody. */
  static final Criu.Fown NONE =
      Criu.Fown.newBuilder()
          .setUid(0)
          .setEuid(0)
          .setSignum(0)
          .setPidType(FileOwner.F_OWNER_TID)
          .setPid(0)
          .build();

  private Fowns() {}

  /**
   * As CRIU has it.
   *
   * @param cred of the task: the ids that the signals are sent with are those of whoever named the
   *     owner, and an image has them from the task
   */
  static Criu.Fown toCriu(FileOwner owner, Cred cred) {
    Criu.Fown.Builder fown =
        NONE.toBuilder().setSignum(owner.signal()).setPidType(owner.kind()).setPid(owner.pid());
    return owner.pid() == 0 ? fown.build() : fown.setUid(cred.uid()).setEuid(cred.euid()).build();
  }

  /**
   * As an image has it; nothing where no signals are sent.
   *
   * @param flags of the file
   */
  static Optional<FileOwner> toCkpt(int file, Criu.Fown fown, int flags) {
    boolean async = (flags & O_ASYNC) != 0;
    return fown.getPid() == 0 && fown.getSignum() == 0 && !async
        ? Optional.empty()
        : Optional.of(
            new FileOwner(file, fown.getPidType(), fown.getPid(), fown.getSignum(), async));
  }

  /** Whether the signals are sent with other ids than an image would have. */
  static boolean hasOtherIds(Criu.Fown fown, Criu.Creds creds) {
    return fown.getPid() != 0
        && (fown.getUid() != creds.getUid() || fown.getEuid() != creds.getEuid());
  }
}
