package dev.ckpt.rstr;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Files;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.GhostFolder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes removed folders again: each under a name of ours, in what is left of the way to where it
 * was, and removes it when the task has opened it and works in it.
 */
public final class GhostFolders {
  private static final int OWNER_ONLY = 0700;

  private final RstrContext context;
  private final BatchRunner run;

  /** The name each one has for the time being, by the reference to its record. */
  private final Map<Integer, ByteString> names = new LinkedHashMap<>();

  GhostFolders(RstrContext context, BatchRunner run) {
    this.context = context;
    this.run = run;
  }

  /** Sees whether each could be made. */
  static void check(Checks checks) {
    for (GhostFolder folder : checks.state().shared(GhostFolder.class).values()) {
      ByteString above = GhostFiles.folder(folder.path());
      try {
        Files.checkAccess(above.toByteArray(), Files.W_OK | Files.X_OK);
      } catch (SyscallException e) {
        checks.refuse(
            RefusalCode.GHOST_FOLDER,
            folder.path() + " was removed, and none can be made again (" + e.getMessage() + ")",
            "make " + above + " writable");
      }
    }
  }

  /** Has the task make all of them. */
  void create() throws CkptException {
    for (Map.Entry<Integer, GhostFolder> entry :
        context.state().shared(GhostFolder.class).entrySet()) {
      ByteString above = GhostFiles.folder(entry.getValue().path());
      ByteString name = above.concat(ByteString.of("/.ckpt-" + UUID.randomUUID()));
      names.put(entry.getKey(), name);
      context.onFailure(() -> removeLeft(name));
      byte[] path = name.toByteArray();
      Batch batch = run.room(1, path.length + 1);
      batch.call("mkdir " + name, SyscallNumbers.MKDIR, batch.string(path), OWNER_ONLY);
    }
    run.flush();
  }

  /** The name that one has for the time being. */
  public ByteString name(int objref) {
    return names.get(objref);
  }

  /** The same of the working folder, if it is one of these. */
  Optional<ByteString> working() {
    return context.state().shared(GhostFolder.class).entrySet().stream()
        .filter(entry -> entry.getValue().working())
        .map(entry -> name(entry.getKey()))
        .findFirst();
  }

  /** Has the task remove them, when it uses all of them; only now may their rights be missing. */
  void remove() throws CkptException {
    for (Map.Entry<Integer, ByteString> entry : names.entrySet()) {
      GhostFolder folder = context.state().get(entry.getKey(), GhostFolder.class);
      byte[] path = entry.getValue().toByteArray();
      Batch batch = run.room(3, path.length + 1);
      Batch.Data name = batch.string(path);
      batch.call("chown", SyscallNumbers.CHOWN, name, folder.uid(), folder.gid());
      batch.call("chmod", SyscallNumbers.CHMOD, name, folder.mode() & ~FileStat.S_IFMT);
      batch.call("rmdir", SyscallNumbers.RMDIR, name);
    }
    run.flush();
  }

  private static void removeLeft(ByteString name) throws CkptException {
    try {
      Files.removeFolder(name.toByteArray());
    } catch (SyscallException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }
}
