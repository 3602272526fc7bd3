package dev.ckpt.rstr.file;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.format.record.GhostFile;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Opens files without a name; the objects are there already, with their content. */
final class UnlinkedFile implements FileKind {
  @Override
  public void restore(Files files) throws CkptException {
    Set<Integer> taken = new HashSet<>();
    for (Map.Entry<Integer, FileRegular> entry :
        files.state().shared(FileRegular.class).entrySet()) {
      FileRegular file = entry.getValue();
      if (files.state().find(file.file()).orElseThrow() instanceof GhostFile) {
        files.opened(entry.getKey(), open(files, file, taken));
      }
    }
  }

  private static int open(Files files, FileRegular file, Set<Integer> taken) throws CkptException {
    boolean tmpfile = (file.flags() & Fcntl.O_TMPFILE) == Fcntl.O_TMPFILE;
    boolean both = (file.flags() & Fcntl.O_ACCMODE) == Fcntl.O_RDWR;
    if (!tmpfile || !both || !taken.add(file.file())) {
      // NB: with O_TMPFILE open(2) would make another file.
      int flags = tmpfile ? file.flags() & ~Fcntl.O_TMPFILE : file.flags();
      return files.open(Files.self(files.objects().fdOf(file.file())), flags, file.pos());
    }
    // The flag stays visible only on what O_TMPFILE made.
    int made = files.objects().fdOf(file.file());
    files.run().call("lseek", SyscallNumbers.LSEEK, made, file.pos(), Fcntl.SEEK_SET);
    files.setFlags(made, file.flags());
    return made;
  }
}
