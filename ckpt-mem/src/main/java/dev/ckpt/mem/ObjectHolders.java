package dev.ckpt.mem;

import dev.ckpt.core.checkpoint.SurveyContext;
import dev.ckpt.core.proc.MapsEntry;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import java.io.File;
import java.util.Map;

/**
 * Finds processes besides the target that map one of its shared memory objects: a restore would
 * part them in silence. Only a look at every process's mappings tells.
 */
final class ObjectHolders {
  private ObjectHolders() {}

  /** Refuses objects that somebody else maps too. */
  static void refuseShared(SurveyContext context, Map<SharedObject.Key, SharedObject> objects) {
    if (objects.isEmpty()) {
      return;
    }
    String[] names = new File("/proc").list((dir, name) -> Character.isDigit(name.charAt(0)));
    for (String name : names == null ? new String[0] : names) {
      int pid = Integer.parseInt(name);
      if (pid != context.pid()) {
        refuseHolder(context, objects, pid);
      }
    }
  }

  private static void refuseHolder(
      SurveyContext context, Map<SharedObject.Key, SharedObject> objects, int pid) {
    try {
      for (MapsEntry entry : ProcFs.of(pid).maps().entries()) {
        SharedObject object = objects.get(SharedObject.Key.of(entry));
        context
            .refusals()
            .addIf(
                object != null && object.isSharedWith(entry),
                RefusalCode.SHMEM_OUTSIDE,
                "shared memory " + entry.name() + " is mapped by process " + pid + " too",
                "end the other process first");
      }
    } catch (CkptException e) {
      // It ended while we looked, or belongs to somebody whose memory ours cannot be.
      return;
    }
  }
}
