package dev.ckpt.rstr.file;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.PtyIoctl;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FilePty;
import dev.ckpt.format.record.Pty;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Makes pseudo terminals whose master sides are the task's own, under their old numbers. */
final class PtySide implements FileKind {
  private static final ByteString PTMX = ByteString.of("/dev/ptmx");
  private static final ByteString DEV_TTY = ByteString.of("/dev/tty");
  private static final int PERMISSIONS = 07777;

  /** The kernel gives the lowest number that is free; so many are opened on the way to one. */
  private static final int MAX_FILLERS = 256;

  /**
   * A pseudo terminal that was made.
   *
   * @param master the descriptor of its master side, for the time being
   * @param index its own number
   */
  private record Made(Files files, int objref, Pty pty, int master, int index) {
    void note(String text) {
      files.context().notes().add("pty /dev/pts/" + pty.index() + ": " + text);
    }
  }

  @Override
  public void restore(Files files) throws CkptException {
    List<Map.Entry<Integer, Pty>> all = new ArrayList<>(files.state().shared(Pty.class).entrySet());
    // One that is opened only to get at a later number must not have that of another.
    all.sort(Comparator.comparing(entry -> entry.getValue().index()));
    // All of them before anything else: who opens a terminal meanwhile gets the next number.
    List<Made> made = new ArrayList<>();
    for (Map.Entry<Integer, Pty> entry : all) {
      made.add(make(files, entry.getKey(), entry.getValue()));
    }
    for (Made each : made) {
      restore(each);
    }
  }

  private static Made make(Files files, int objref, Pty pty) throws CkptException {
    int flags = sides(files, objref, FilePty.MASTER).get(0).getValue().flags();
    for (int i = 0; ; i++) {
      int master = files.open(PTMX, flags | Fcntl.O_NOCTTY, 0);
      Batch batch = files.run().room(1, Integer.BYTES);
      Batch.Data index = batch.space(Integer.BYTES);
      batch.call("ioctl(TIOCGPTN)", SyscallNumbers.IOCTL, master, PtyIoctl.TIOCGPTN, index);
      files.run().flush();
      int number = batch.getInt(index, 0);
      if (number >= pty.index() || i == MAX_FILLERS) {
        Made made = new Made(files, objref, pty, master, number);
        if (number != pty.index()) {
          made.note("its name is /dev/pts/" + number + " now");
        }
        return made;
      }
    }
  }

  private static List<Map.Entry<Integer, FilePty>> sides(Files files, int objref, int side) {
    return files.state().shared(FilePty.class).entrySet().stream()
        .filter(entry -> entry.getValue().pty() == objref)
        .filter(entry -> entry.getValue().side() == side)
        .toList();
  }

  private static void restore(Made made) throws CkptException {
    Pty pty = made.pty();
    setInt(made, "TIOCSPTLCK", PtyIoctl.TIOCSPTLCK, 0);
    setBytes(made, "TCSETS2", PtyIoctl.TCSETS2, pty.termios().toByteArray());
    setBytes(made, "TIOCSWINSZ", PtyIoctl.TIOCSWINSZ, winsize(pty));
    restoreOwner(made);
    restoreSlaves(made);
    if (pty.is(Pty.PACKET)) {
      setInt(made, "TIOCPKT", PtyIoctl.TIOCPKT, 1);
    }
    if (pty.is(Pty.LOCKED)) {
      setInt(made, "TIOCSPTLCK", PtyIoctl.TIOCSPTLCK, 1);
    }
    Map.Entry<Integer, FilePty> master = sides(made.files(), made.objref(), FilePty.MASTER).get(0);
    made.files().setFlags(made.master(), master.getValue().flags());
    made.files().opened(master.getKey(), made.master());
    if (isCanonical(pty)) {
      made.note("a line that was begun and not ended, if there was one, is not kept");
    }
  }

  private static boolean isCanonical(Pty pty) {
    ByteBuffer termios = ByteBuffer.wrap(pty.termios().toByteArray());
    return (termios.order(ByteOrder.LITTLE_ENDIAN).getInt(PtyIoctl.C_LFLAG) & PtyIoctl.ICANON) != 0;
  }

  private static byte[] winsize(Pty pty) {
    return ByteBuffer.allocate(PtyIoctl.WINSIZE_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort((short) pty.rows())
        .putShort((short) pty.cols())
        .putShort((short) pty.xpixel())
        .putShort((short) pty.ypixel())
        .array();
  }

  private static void setInt(Made made, String name, long request, int value) throws CkptException {
    setBytes(
        made,
        name,
        request,
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  private static void setBytes(Made made, String name, long request, byte[] value)
      throws CkptException {
    Batch batch = made.files().run().room(1, value.length);
    batch.call(
        "ioctl(" + name + ")", SyscallNumbers.IOCTL, made.master(), request, batch.data(value));
  }

  /** The file of the slave side belongs to us at first; its old owner had to be set, or was we. */
  private static void restoreOwner(Made made) throws CkptException {
    Pty pty = made.pty();
    String path = "/dev/pts/" + made.index();
    FileStat stat = FileStat.of(path);
    byte[] name = path.getBytes(StandardCharsets.US_ASCII);
    if (stat.uid() != pty.uid() || stat.gid() != pty.gid()) {
      Batch batch = made.files().run().room(1, name.length + 1);
      Batch.Result changed =
          batch.tryCall("chown", SyscallNumbers.CHOWN, batch.string(name), pty.uid(), pty.gid());
      made.files().run().flush();
      if (batch.result(changed) != 0) {
        made.note("its file cannot be given to user " + Integer.toUnsignedString(pty.uid()));
      }
    }
    if ((stat.mode() & PERMISSIONS) != pty.mode()) {
      Batch batch = made.files().run().room(1, name.length + 1);
      batch.call("chmod", SyscallNumbers.CHMOD, batch.string(name), pty.mode());
    }
  }

  private static void restoreSlaves(Made made) throws CkptException {
    Pty pty = made.pty();
    int slave = -1;
    for (Map.Entry<Integer, FilePty> entry : sides(made.files(), made.objref(), FilePty.SLAVE)) {
      slave = openSlave(made, entry.getValue().flags());
      made.files().opened(entry.getKey(), slave);
    }
    if (pty.is(Pty.CONTROLLING) || pty.is(Pty.HUNG_UP)) {
      int number = slave >= 0 ? slave : openSlave(made, Fcntl.O_RDWR);
      if (pty.is(Pty.CONTROLLING)) {
        call(made, "ioctl(TIOCSCTTY)", SyscallNumbers.IOCTL, number, PtyIoctl.TIOCSCTTY, 0);
      }
      restoreDevTty(made);
      if (slave < 0) {
        call(made, "close", SyscallNumbers.CLOSE, number);
      }
    } else {
      restoreDevTty(made);
    }
    if (pty.is(Pty.EXCLUSIVE) && slave >= 0) {
      call(made, "ioctl(TIOCEXCL)", SyscallNumbers.IOCTL, slave, PtyIoctl.TIOCEXCL, 0);
    }
  }

  private static void call(Made made, String name, int number, Object... arguments)
      throws CkptException {
    made.files().run().call(name, number, arguments);
  }

  /** By that name only where it is the restored task's controlling terminal, too. */
  private static void restoreDevTty(Made made) throws CkptException {
    for (Map.Entry<Integer, FilePty> entry : sides(made.files(), made.objref(), FilePty.DEV_TTY)) {
      int flags = entry.getValue().flags();
      made.files()
          .opened(
              entry.getKey(),
              made.pty().is(Pty.CONTROLLING)
                  ? made.files().open(DEV_TTY, flags, 0)
                  : openSlave(made, flags));
    }
  }

  /** By its master, whatever the name of the file is. */
  private static int openSlave(Made made, int flags) throws CkptException {
    Batch batch = made.files().run().room(3, 0);
    Batch.Result fd =
        batch.call(
            "ioctl(TIOCGPTPEER)",
            SyscallNumbers.IOCTL,
            made.master(),
            PtyIoctl.TIOCGPTPEER,
            (flags | Fcntl.O_NOCTTY) & ~Fcntl.FASYNC);
    return made.files().moved(batch, fd);
  }
}
