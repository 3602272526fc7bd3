package dev.ckpt.convert.criu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.record.Cred;
import dev.ckpt.format.record.FileOwner;
import dev.ckpt.format.record.FilePidfd;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FownsTest {
  private static final int FILE = 5;
  private static final int PID = 812;
  private static final Cred CRED =
      new Cred(PID, 7, 8, 9, 8, 7, 7, 7, 7, List.of(), 0, 0, 0, 0, 0, 0, false);

  @Test
  void ownerComesBack() {
    for (FileOwner owner :
        List.of(
            new FileOwner(FILE, FileOwner.F_OWNER_TID, PID, 10, false),
            new FileOwner(FILE, FileOwner.F_OWNER_PGRP, PID, 0, true),
            new FileOwner(FILE, FileOwner.F_OWNER_TID, 0, 10, false),
            new FileOwner(FILE, FileOwner.F_OWNER_TID, 0, 0, true))) {
      int flags = owner.async() ? Fowns.O_ASYNC | 2 : 2;

      Criu.Fown fown = Fowns.toCriu(owner, CRED);

      assertEquals(Optional.of(owner), Fowns.toCkpt(FILE, fown, flags));
    }
  }

  @Test
  void nobodyIsNoOwner() {
    assertEquals(Optional.empty(), Fowns.toCkpt(FILE, Fowns.NONE, 2));
  }

  @Test
  void signalsAreSentWithTheIdsOfTheTask() {
    FileOwner owner = new FileOwner(FILE, FileOwner.F_OWNER_PID, PID, 0, false);
    Criu.Creds creds = Criu.Creds.newBuilder().setUid(7).setEuid(8).buildPartial();

    Criu.Fown fown = Fowns.toCriu(owner, CRED);

    assertFalse(Fowns.hasOtherIds(fown, creds));
    assertTrue(Fowns.hasOtherIds(fown.toBuilder().setEuid(0).build(), creds));
    assertFalse(Fowns.hasOtherIds(Fowns.NONE, creds));
  }

  @Test
  void pidfdComesBack() {
    FilePidfd pidfd = new FilePidfd(PID, 0, 04002);

    Criu.Pidfd there = Pidfds.toCriu(FILE, pidfd, Fowns.NONE);

    assertEquals(04000, there.getFlags());
    assertEquals(pidfd, Pidfds.toCkpt(there));
  }
}
