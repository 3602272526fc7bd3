package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;

/** System V shared memory as {@code linux/ipc.h} and {@code linux/shm.h} have it. */
public final class SysvIpc {
  public static final int IPC_PRIVATE = 0;
  public static final int IPC_CREAT = 01000;
  public static final int IPC_EXCL = 02000;
  public static final int IPC_RMID = 0;
  public static final int IPC_SET = 1;
  public static final int SHM_RDONLY = 010000;
  public static final int SHM_LOCK = 11;

  /** Size of struct shmid64_ds, bytes. */
  public static final int SHMID_DS_BYTES = 112;

  /** Where struct ipc64_perm, its first field, has the owner, the group and the permissions. */
  public static final int PERM_UID = 4;

  public static final int PERM_GID = 8;
  public static final int PERM_MODE = 20;

  private SysvIpc() {}

  /** shmctl(2) with IPC_RMID: the segment goes when nobody has it attached any more. */
  public static void removeShm(int id) throws SyscallException {
    Call.check(
        LibC.syscall(Numbers.SHMCTL, id, IPC_RMID, 0, 0, 0, 0), "", "shmctl", id, "IPC_RMID");
  }
}
