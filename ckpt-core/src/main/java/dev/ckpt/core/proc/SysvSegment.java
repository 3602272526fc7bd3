package dev.ckpt.core.proc;

import java.util.ArrayList;
import java.util.List;

/**
 * A segment of System V shared memory, from {@code /proc/sysvipc/shm}: every one of our IPC
 * namespace, whether we may use it or not.
 *
 * <p>Source: sysvipc_shm_proc_show in ipc/shm.c.
 *
 * @param key 0 for IPC_PRIVATE, and when it is marked for removal
 * @param mode permissions, SHM_DEST 01000 and SHM_LOCKED 02000
 * @param sizeBytes as it was asked for
 * @param cpid who made it
 * @param nattch how many mappings it has
 * @param ctimeSeconds when it was made, or changed by IPC_SET
 */
public record SysvSegment(
    int key,
    int id,
    int mode,
    long sizeBytes,
    int cpid,
    long nattch,
    int uid,
    int gid,
    int cuid,
    int cgid,
    long ctimeSeconds) {
  /**
   * Parses the whole file.
   *
   * @throws ProcFormatException if a line but the first is no segment
   */
  public static List<SysvSegment> parseAll(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("sysvipc/shm", text);
    List<SysvSegment> segments = new ArrayList<>();
    in.skipSpaces();
    in.expect("key ");
    in.restOfLine();
    while (!in.atEnd()) {
      segments.add(read(in));
    }
    return List.copyOf(segments);
  }

  private static SysvSegment read(TextCursor in) throws ProcFormatException {
    in.skipSpaces();
    final int key = in.signedInt();
    in.skipSpaces();
    final int id = in.count();
    in.skipSpaces();
    final int mode = in.octalInt();
    in.skipSpaces();
    final long sizeBytes = in.decimal();
    in.skipSpaces();
    final int cpid = in.count();
    in.skipSpaces();
    in.count(); // lpid
    in.skipSpaces();
    final long nattch = in.decimal();
    in.skipSpaces();
    final int uid = in.unsignedInt();
    in.skipSpaces();
    final int gid = in.unsignedInt();
    in.skipSpaces();
    final int cuid = in.unsignedInt();
    in.skipSpaces();
    final int cgid = in.unsignedInt();
    in.skipSpaces();
    in.decimal(); // atime
    in.skipSpaces();
    in.decimal(); // dtime
    in.skipSpaces();
    final long ctimeSeconds = in.decimal();
    in.restOfLine();
    return new SysvSegment(
        key, id, mode, sizeBytes, cpid, nattch, uid, gid, cuid, cgid, ctimeSeconds);
  }
}
