package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.CkptContext;
import dev.ckpt.core.checkpoint.Refusals;
import dev.ckpt.core.checkpoint.SurveyContext;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.FdInfo;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.ProcMissingException;
import dev.ckpt.core.proc.ProcReadException;
import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.Fd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Descriptors and the open file descriptions behind them. */
public final class Files {
  private final SurveyContext target;
  private final Optional<CkptContext> dump;
  private final List<OpenFile> open = new ArrayList<>();
  private final Map<Integer, Integer> objrefs = new TreeMap<>();
  private List<Integer> fds = List.of();

  private Files(SurveyContext target, Optional<CkptContext> dump) {
    this.target = target;
    this.dump = dump;
  }

  /** Looks at every descriptor of a frozen task and refuses what cannot be saved. */
  public static Files survey(CkptContext context) throws CkptException {
    return new Files(context, Optional.of(context)).survey();
  }

  /** The same of a task that runs; what is closed meanwhile shows as a failed call. */
  public static void foretell(SurveyContext target) throws CkptException {
    new Files(target, Optional.empty()).survey();
  }

  private Files survey() throws CkptException {
    int ttyNr = target.proc().stat().ttyNr();
    FileKinds kinds = new FileKinds(target.pid(), ttyNr, target.refusals());
    fds = target.proc().fds();
    for (int fd : fds) {
      look(fd, kinds);
    }
    Sharers.refuse(this);
    for (OpenFile file : open) {
      FileOwners.survey(target, file);
    }
    for (Map.Entry<FileKind, List<OpenFile>> entry : byKind(open).entrySet()) {
      entry.getKey().survey(this, entry.getValue());
    }
    return this;
  }

  private static Map<FileKind, List<OpenFile>> byKind(List<OpenFile> files) {
    Map<FileKind, List<OpenFile>> byKind = new LinkedHashMap<>();
    for (OpenFile file : files) {
      byKind.computeIfAbsent(file.kind(), kind -> new ArrayList<>()).add(file);
    }
    return byKind;
  }

  /** All that {@link #ask} may have the task call. */
  public List<RemoteCall> questions() {
    List<RemoteCall> questions = new ArrayList<>();
    byKind(open).forEach((kind, files) -> questions.addAll(kind.questions(files)));
    return questions;
  }

  /** Asks the task what only it can tell of its files, by calls of its first thread. */
  public void ask(RemoteSyscalls calls) throws CkptException {
    for (Map.Entry<FileKind, List<OpenFile>> entry : byKind(open).entrySet()) {
      entry.getKey().ask(this, entry.getValue(), calls);
    }
  }

  /** Takes hold of what would change from here on although the task is frozen. */
  public void hold() throws IOException {
    for (Map.Entry<FileKind, List<OpenFile>> entry : byKind(open).entrySet()) {
      entry.getKey().hold(this, entry.getValue());
    }
  }

  /** Refuses what can be seen in /proc alone, without touching the task or its descriptors. */
  public static void preview(int pid, Refusals refusals) throws CkptException {
    ProcFs proc = ProcFs.of(pid);
    FileKinds kinds = new FileKinds(pid, proc.stat().ttyNr(), refusals);
    List<OpenFile> seen = new ArrayList<>();
    for (int fd : proc.fds()) {
      try {
        FileStat stat = FileStat.of("/proc/" + pid + "/fd/" + fd);
        ByteString link = proc.fdLink(fd);
        FdInfo info = proc.fdInfo(fd);
        kinds
            .of(fd, link, info, stat)
            .ifPresent(kind -> seen.add(new OpenFile(List.of(fd), link, info, stat, kind)));
      } catch (ProcMissingException | ProcReadException e) {
        // Closed while we looked; what is there when the task is frozen counts.
        continue;
      } catch (SyscallException e) {
        if (e.errno() != Errno.ENOENT) {
          throw e;
        }
      }
    }
    for (Map.Entry<FileKind, List<OpenFile>> entry : byKind(seen).entrySet()) {
      entry.getKey().preview(pid, entry.getValue(), refusals);
    }
  }

  /** The task that they are of. */
  SurveyContext target() {
    return target;
  }

  /** The dump that they belong to; to foretell one takes no more than the target. */
  CkptContext context() {
    return dump.orElseThrow();
  }

  /** Every open file description that is not refused, by its lowest descriptor. */
  List<OpenFile> all() {
    return open;
  }

  /** Every descriptor's number, refused ones too, this one first. */
  List<Integer> numbersFrom(int first) {
    List<Integer> numbers = new ArrayList<>(fds);
    if (numbers.remove((Integer) first)) {
      numbers.add(0, first);
    }
    return numbers;
  }

  /** The description behind a descriptor; nothing when it was refused. */
  Optional<OpenFile> find(int fd) {
    return open.stream().filter(file -> file.fds().contains(fd)).findFirst();
  }

  /** The reference to a description's record, once it has one. */
  int objref(OpenFile file) {
    return objrefs.get(file.fd());
  }

  private void look(int fd, FileKinds kinds) throws CkptException {
    ByteString link = target.proc().fdLink(fd);
    FdInfo info = target.proc().fdInfo(fd);
    for (int i = 0; i < open.size(); i++) {
      if (open.get(i).link().equals(link) && sameDescription(open.get(i).fd(), fd)) {
        open.set(i, open.get(i).with(fd));
        return;
      }
    }
    FileStat stat = FileStat.of("/proc/" + target.pid() + "/fd/" + fd);
    Optional<FileKind> kind = kinds.of(fd, link, info, stat);
    if (kind.isPresent()) {
      open.add(new OpenFile(List.of(fd), link, info, stat, kind.get()));
    }
  }

  private boolean sameDescription(int fd, int other) throws SyscallException {
    int pid = target.pid();
    return Tasks.kcmp(pid, pid, Tasks.KcmpType.FILE, fd, other) == 0;
  }

  /**
   * Adds the records: descriptions first, then what ties them to each other, then the descriptors
   * in ascending order, then what the descriptions hold.
   */
  public void save() throws CkptException {
    CkptContext context = context();
    Map<Integer, OpenFile> descriptions = new LinkedHashMap<>();
    for (OpenFile file : open) {
      int objref = file.kind().save(this, file);
      descriptions.put(objref, file);
      file.fds().forEach(fd -> objrefs.put(fd, objref));
    }
    for (OpenFile file : open) {
      file.kind().join(this, file);
    }
    for (Map.Entry<Integer, Integer> entry : objrefs.entrySet()) {
      boolean closeOnExec = context.proc().fdInfo(entry.getKey()).closeOnExec();
      context.add(new Fd(entry.getKey(), closeOnExec ? Fcntl.FD_CLOEXEC : 0, entry.getValue()));
    }
    for (Map.Entry<Integer, OpenFile> entry : descriptions.entrySet()) {
      FileOwners.save(context, entry.getKey(), entry.getValue());
      FileLocks.save(context, entry.getKey(), entry.getValue());
    }
  }
}
