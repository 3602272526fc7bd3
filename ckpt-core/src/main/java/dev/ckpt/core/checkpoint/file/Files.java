package dev.ckpt.core.checkpoint.file;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.checkpoint.CkptContext;
import dev.ckpt.core.checkpoint.Refusals;
import dev.ckpt.core.checkpoint.SurveyContext;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.proc.FdInfo;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.ProcMissingException;
import dev.ckpt.core.proc.ProcReadException;
import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Descriptors and the open file descriptions behind them. */
public final class Files {
  /**
   * A dump that was killed may have left a stopped task with one, which it closes on its way home.
   */
  private static final ByteString USERFAULTFD = ByteString.of("anon_inode:[userfaultfd]");

  private final SurveyContext target;
  private final Optional<CkptContext> dump;
  private final Descriptions open = new Descriptions();
  private final Map<OpenFile, Integer> objrefs = new HashMap<>();
  private final FileKinds kinds;
  private final Flight flight;
  private List<Integer> fds = List.of();
  private Optional<Holders> holders = Optional.empty();

  private Files(SurveyContext target, Optional<CkptContext> dump) throws CkptException {
    this.target = target;
    this.dump = dump;
    this.kinds = new FileKinds(target.pid(), target.proc().stat().ttyNr(), target.refusals());
    this.flight = new Flight(this, kinds);
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
    fds = target.proc().fds();
    for (int fd : fds) {
      look(fd);
    }
    if (!flight.survey()) {
      surveyKinds(kind -> true);
    } else if (dump.isEmpty()) {
      surveyKinds(kind -> !kind.needsAll());
    }
    return this;
  }

  private void surveyKinds(Predicate<FileKind> which) throws CkptException {
    holders = Optional.of(new Holders(target.pid(), flight.borrowed()));
    Sharers.refuse(this);
    for (OpenFile file : open.all()) {
      FileOwners.survey(this, file);
    }
    for (Map.Entry<FileKind, List<OpenFile>> entry : byKind(open.all()).entrySet()) {
      if (which.test(entry.getKey())) {
        entry.getKey().survey(this, entry.getValue());
      }
    }
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
    if (flight.isThere()) {
      // None was surveyed yet, and any socket may be read.
      questions.addAll(SocketQueue.QUESTIONS);
    }
    byKind(open.all()).forEach((kind, files) -> questions.addAll(kind.questions(files)));
    return questions;
  }

  /**
   * Asks the task what only it can tell of its files, by calls of its first thread. Where there are
   * files in flight, none was surveyed before all of them were seen.
   */
  public void ask(RemoteSyscalls calls) throws CkptException {
    if (flight.isThere()) {
      flight.read(calls);
      if (!target.refusals().list().isEmpty()) {
        return;
      }
      surveyKinds(kind -> true);
      if (!target.refusals().list().isEmpty()) {
        return;
      }
    }
    for (Map.Entry<FileKind, List<OpenFile>> entry : byKind(open.all()).entrySet()) {
      entry.getKey().ask(this, entry.getValue(), calls);
    }
  }

  /** Takes hold of what would change from here on although the task is frozen. */
  public void hold() throws IOException {
    for (Map.Entry<FileKind, List<OpenFile>> entry : byKind(open.all()).entrySet()) {
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
        if (!proc.fdLink(fd).equals(USERFAULTFD)) {
          kinds.look(pid, fd).ifPresent(seen::add);
        }
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

  /** What waits in its sockets. */
  Flight flight() {
    return flight;
  }

  /** Who else holds what the target has, as it was when its files were surveyed. */
  Holders holders() {
    return holders.orElseThrow();
  }

  /** A duplicate of a descriptor for a file; the same open file description. */
  @MustBeClosed
  Fd duplicate(OpenFile file) throws SyscallException {
    return file.inFlight() ? Fd.duplicate(file.fd()) : target.duplicate(file.fd());
  }

  /** What /proc shows of a file now. */
  FdInfo info(OpenFile file) throws CkptException {
    return ProcFs.of(file.holder()).fdInfo(file.fd());
  }

  /** Every open file description that is not refused, by its lowest descriptor. */
  List<OpenFile> all() {
    return open.all();
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
    return open.find(fd);
  }

  /** The reference to a description's record, once it has one. */
  int objref(OpenFile file) {
    return objrefs.get(file);
  }

  private void look(int fd) throws CkptException {
    Optional<OpenFile> known = same(target.pid(), fd);
    if (known.isPresent()) {
      open.addDescriptor(known.get(), fd);
      return;
    }
    Optional<OpenFile> file = kinds.look(target.pid(), fd);
    if (file.isPresent()) {
      open.add(file.get());
    }
  }

  /** The description that a descriptor of a process refers to, if it was seen before. */
  Optional<OpenFile> same(int pid, int fd) throws CkptException {
    return same(ProcFs.of(pid).fdLink(fd), pid, fd);
  }

  /** The same, if it is known what /proc says of the descriptor. */
  Optional<OpenFile> same(ByteString link, int pid, int fd) throws SyscallException {
    return open.find(link, pid, fd);
  }

  /** Adds what the target has in flight alone. */
  void add(OpenFile file) throws SyscallException {
    open.add(file);
  }

  /**
   * Adds the records: descriptions first, then what ties them to each other, then the descriptors
   * in ascending order, then what the descriptions hold.
   */
  public void save() throws CkptException {
    CkptContext context = context();
    Map<Integer, Integer> byNumber = new TreeMap<>();
    for (OpenFile file : open.all()) {
      int objref = file.kind().save(this, file);
      objrefs.put(file, objref);
      if (!file.inFlight()) {
        file.fds().forEach(fd -> byNumber.put(fd, objref));
      }
    }
    for (OpenFile file : open.all()) {
      file.kind().join(this, file);
    }
    for (Map.Entry<Integer, Integer> entry : byNumber.entrySet()) {
      boolean closeOnExec = context.proc().fdInfo(entry.getKey()).closeOnExec();
      context.add(
          new dev.ckpt.format.record.Fd(
              entry.getKey(), closeOnExec ? Fcntl.FD_CLOEXEC : 0, entry.getValue()));
    }
    for (OpenFile file : open.all()) {
      FileOwners.save(this, file);
      FileLocks.save(context, objref(file), file);
    }
  }
}
