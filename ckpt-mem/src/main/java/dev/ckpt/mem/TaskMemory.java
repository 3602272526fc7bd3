package dev.ckpt.mem;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.checkpoint.CkptContext;
import dev.ckpt.core.checkpoint.EmbeddedFiles;
import dev.ckpt.core.checkpoint.FileRefs;
import dev.ckpt.core.checkpoint.GhostFiles;
import dev.ckpt.core.checkpoint.Mempolicies;
import dev.ckpt.core.checkpoint.MmCheckpoint;
import dev.ckpt.core.checkpoint.MmTracking;
import dev.ckpt.core.checkpoint.Progress;
import dev.ckpt.core.checkpoint.SurveyContext;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.image.PageQueue;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.proc.MapsEntry;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.SmapsEntry;
import dev.ckpt.core.thread.Pace;
import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.Mempolicy;
import dev.ckpt.format.record.PreDump;
import dev.ckpt.format.record.VmaGuard;
import dev.ckpt.format.record.VmaKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The checkpoint of one task's memory, from the survey of its mappings to the last page. */
final class TaskMemory implements MmCheckpoint {
  private static final int PROT_READ = 1;

  /** A file as all mappings of it show it. */
  private record MappedFile(ByteString name, int devMajor, int devMinor, long inode) {
    static MappedFile of(MapsEntry vma) {
      return new MappedFile(vma.name(), vma.devMajor(), vma.devMinor(), vma.inode());
    }

    // Written out: see Index.Entry.
    @Override
    public boolean equals(Object other) {
      return other instanceof MappedFile that
          && inode == that.inode
          && devMajor == that.devMajor
          && devMinor == that.devMinor
          && name.equals(that.name);
    }

    @Override
    public int hashCode() {
      return 31 * name.hashCode() + Long.hashCode(inode);
    }
  }

  private final List<Mapping> mappings = new ArrayList<>();
  private final Map<SharedObject.Key, SharedObject> objects = new LinkedHashMap<>();
  private Optional<SharedObject> program = Optional.empty();

  /** Files that their names lead to: most are mapped in several pieces. */
  private final Set<MappedFile> named = new HashSet<>();

  private final Optional<WriteTracker> tracker;
  private final boolean readsRunning;

  /** Those whose pages the tracker tells of from now on. */
  private final Set<Mapping> watched = new HashSet<>();

  private List<Mempolicy> policies = List.of();
  private int mmObjref;

  /**
   * Of a task that is watched from dump to dump, or is not.
   *
   * @param readsRunning whether its pages are read when it runs again
   */
  TaskMemory(Optional<WriteTracker> tracker, boolean readsRunning) {
    this.tracker = tracker;
    this.readsRunning = readsRunning;
  }

  @Override
  public boolean readsRunning() {
    return readsRunning;
  }

  @Override
  public Optional<Long> writtenBytes() throws CkptException {
    return tracker.isPresent() ? tracker.get().writtenBytes() : Optional.empty();
  }

  @Override
  public void survey(SurveyContext context) throws CkptException {
    if (tracker.isPresent()) {
      tracker.get().begin(context.proc().status());
      refuseUnseen(context);
    }
    VmaSurvey survey =
        new VmaSurvey(context.refusals(), tracker.filter(WriteTracker::isOn).isPresent());
    boolean keeps = tracker.filter(WriteTracker::hasParent).isPresent();
    ImageMappings images = new ImageMappings(context.pid());
    for (SmapsEntry entry : context.proc().smaps().entries()) {
      Optional<VmaKind> kind = survey.kindOf(entry);
      if (kind.isPresent()) {
        mappings.add(
            images.isOne(kind.get(), entry.vma())
                ? Mapping.ofImage(entry)
                : new Mapping(entry, kind.get(), keeps));
      }
    }
    try (PageMap pagemap = PagemapScan.open(context.pid())) {
      for (Mapping mapping : mappings) {
        look(context, survey, pagemap, mapping);
      }
    }
    lookAtProgram(context, survey);
    ObjectHolders.refuseShared(context, objects);
  }

  /** Refuses to read the pages of a running task if nobody tells what it writes meanwhile. */
  private void refuseUnseen(SurveyContext context) {
    WriteTracker watcher = tracker.orElseThrow();
    if (readsRunning && !watcher.isOn() && !watcher.wantsDescriptor()) {
      context
          .refusals()
          .add(
              RefusalCode.WRITES_UNSEEN,
              "a pre-dump: " + watcher.reason().orElse("its writes cannot be watched"),
              "dump it without");
    }
  }

  private void look(SurveyContext context, VmaSurvey survey, PageMap pagemap, Mapping mapping)
      throws CkptException {
    switch (mapping.kind()) {
      case ANON_PRIVATE:
      case STACK:
        if (mapping.isOfImage()) {
          scan(survey, pagemap, mapping, PageMap.Want.COPIED);
          mapping.takeAll();
          break;
        }
        scan(survey, pagemap, mapping, PageMap.Want.CONTENT);
        if (mapping.isDroppable()) {
          mapping.pages().clear();
        }
        break;
      case FILE_PRIVATE:
        scan(survey, pagemap, mapping, PageMap.Want.COPIED);
        lookAtFile(context, survey, mapping);
        break;
      case FILE_SHARED:
      case ANON_SHARED:
        // Only for its guard regions: content is that of the file or object.
        scan(survey, pagemap, mapping, PageMap.Want.COPIED);
        mapping.pages().clear();
        lookAtFile(context, survey, mapping);
        break;
      default:
        break;
    }
  }

  private void scan(VmaSurvey survey, PageMap pagemap, Mapping mapping, PageMap.Want want)
      throws CkptException {
    if (mapping.isBareReserve() && !pagemap.findsMoreThanPages()) {
      return;
    }
    if (tracker.isEmpty() || !tracker.get().watch(pagemap, mapping, mapping)) {
      if (mapping.isWatched()) {
        survey.refuseWatched(mapping.entry());
      }
      MapsEntry vma = mapping.entry().vma();
      pagemap.scan(vma.start(), vma.end(), want, mapping);
    } else {
      watched.add(mapping);
    }
  }

  private void lookAtFile(SurveyContext context, VmaSurvey survey, Mapping mapping)
      throws CkptException {
    String mapFile = mapFile(context, mapping);
    MapsEntry vma = mapping.entry().vma();
    if (!mapping.isView() && !mapping.isMemfd()) {
      MappedFile file = MappedFile.of(vma);
      if (named.contains(file) || leadsToMapping(mapping, mapFile)) {
        named.add(file);
        return;
      }
      Optional<String> obstacle = ghostObstacle(mapFile);
      if (obstacle.isPresent()) {
        survey.refuseDeleted(mapping.entry(), obstacle.get());
        return;
      }
    }
    SharedObject object = hold(vma.name(), FileStat.of(mapFile), mapFile);
    if (vma.shared() && mapping.entry().hasFlag("mw")) {
      object.isWrittenTo();
    }
    object.isMapped();
    if (!object.isOurs()) {
      survey.refuseSegment(mapping.entry());
    }
    mapping.isOf(object);
  }

  private static Optional<String> ghostObstacle(String mapFile) throws CkptException {
    try {
      return GhostFiles.obstacle(FileStat.of(mapFile));
    } catch (SyscallException e) {
      if (e.errno() == Errno.EPERM || e.errno() == Errno.EACCES) {
        return Optional.of("can be read by root only");
      }
      throw e;
    }
  }

  /** The program file may be deleted too, and need not be mapped. */
  private void lookAtProgram(SurveyContext context, VmaSurvey survey) throws CkptException {
    String path = "/proc/" + context.pid() + "/exe";
    ByteString link = context.proc().link("exe");
    FileStat stat = FileStat.of(path);
    if (FileRefs.nameLeadsTo(link, stat)) {
      return;
    }
    Optional<String> obstacle = GhostFiles.obstacle(stat);
    if (obstacle.isPresent()) {
      survey.refuseDeletedProgram(link, obstacle.get());
    } else {
      program = Optional.of(hold(link, stat, path));
    }
  }

  private static boolean leadsToMapping(Mapping mapping, String mapFile) throws CkptException {
    FileStat named;
    try {
      named = FileStat.of(mapping.entry().vma().name().toByteArray());
    } catch (SyscallException e) {
      // Whatever the reason: the restore would not find it either.
      return false;
    }
    if (named.ino() != mapping.entry().vma().inode()) {
      return false;
    }
    try {
      return named.sameFile(FileStat.of(mapFile));
    } catch (SyscallException e) {
      // Only root may follow these links; others have the inode number to go by.
      if (e.errno() == Errno.EPERM || e.errno() == Errno.EACCES) {
        return true;
      }
      throw e;
    }
  }

  private static String mapFile(SurveyContext context, Mapping mapping) {
    return "/proc/" + context.pid() + "/map_files/" + mapping.entry().vma().range();
  }

  // What is opened here belongs to what is kept until close.
  @SuppressWarnings("MustBeClosedChecker")
  private SharedObject hold(ByteString link, FileStat stat, String path) throws SyscallException {
    SharedObject known = objects.get(SharedObject.Key.of(link, stat));
    if (known != null) {
      return known;
    }
    SharedObject object = SharedObject.of(link, stat, Fd.open(path, Fcntl.O_RDONLY));
    objects.put(object.key(), object);
    return object;
  }

  @Override
  public List<RemoteCall> questions() {
    return tracker.filter(WriteTracker::wantsDescriptor).isPresent()
        ? WriteTracker.CALLS
        : List.of();
  }

  /** Watches all that can be from now on. All of it is in the image of this dump. */
  private void watch(CkptContext context, RemoteSyscalls calls) throws CkptException {
    WriteTracker watcher = tracker.orElseThrow();
    watcher.open(calls);
    refuseUnseen(context);
    try (PageMap pagemap = PagemapScan.open(context.pid())) {
      for (Mapping mapping : mappings) {
        if (watcher.watch(pagemap, mapping, PageMap.NOBODY)) {
          watched.add(mapping);
        }
      }
    }
  }

  @Override
  public void ask(CkptContext context, RemoteSyscalls calls) throws CkptException {
    if (tracker.filter(WriteTracker::wantsDescriptor).isPresent()) {
      watch(context, calls);
    }
    List<Long> starts = new ArrayList<>();
    for (Mapping mapping : mappings) {
      if (!mapping.kind().isKernels()) {
        starts.add(mapping.entry().vma().start());
      }
    }
    policies = Mempolicies.ofMappings(calls, starts);
  }

  @Override
  public int saveObject(CkptContext context, int holder, int fd) throws CkptException {
    // NB: opened anew, for a duplicate would share the target's file offset.
    String path = "/proc/" + holder + "/fd/" + fd;
    return reference(context, hold(ProcFs.of(holder).fdLink(fd), FileStat.of(path), path));
  }

  private static int reference(CkptContext context, SharedObject object) throws CkptException {
    int objref = context.share("memory object", object.key(), object::record);
    object.written(objref);
    return objref;
  }

  @Override
  public void save(CkptContext context, long brk, int lockFuture) throws CkptException {
    int exeFile =
        program.isPresent() ? reference(context, program.get()) : MmRecords.saveExe(context);
    mmObjref = MmRecords.saveMm(context, mappings, exeFile, brk, lockFuture);
    for (Mapping mapping : mappings) {
      MmRecords.saveVma(context, mapping, backing(context, mapping));
      for (PageRange guard : mapping.guards()) {
        context.add(new VmaGuard(guard.address(), guard.end()));
      }
    }
    policies.forEach(context::add);
    if (tracker.isPresent()) {
      tracker.get().save(context, mmObjref, kept());
    }
    if (readsRunning) {
      context.add(new PreDump(PreDump.READ));
    }
  }

  @Override
  public UUID parentUuid() {
    return kept().isEmpty() ? Header.NO_PARENT : tracker.orElseThrow().parentUuid();
  }

  private List<PageRange> kept() {
    return mappings.stream().flatMap(mapping -> mapping.kept().stream()).toList();
  }

  private int backing(CkptContext context, Mapping mapping) throws CkptException {
    if (!mapping.kind().backed()) {
      return 0;
    }
    if (mapping.object().isPresent()) {
      return reference(context, mapping.object().get());
    }
    return FileRefs.saveMapped(
        context,
        mapping.entry().vma().name(),
        FileStat.of(mapping.entry().vma().name().toByteArray()));
  }

  @Override
  public PageCounts readPages(
      CkptContext context, Readers readers, PageQueue out, Progress progress) throws IOException {
    if (readsRunning) {
      return readRunning(context.pace(), readers, out, progress);
    }
    long total = nrPages();
    PageWriter writer = new PageWriter(out, done -> progress.pages(done, Math.max(done, total)));
    for (Mapping mapping : mappings) {
      // Where nothing is mapped over, a missing page is zero; over a file it is the file's.
      boolean zerosCount = mapping.kind() == VmaKind.FILE_PRIVATE;
      // NB: what its protection hides is for the tracer's thread alone, in some kernels
      // (proc_mem.force_override=ptrace).
      boolean anyThread =
          readers.beside().isPresent() && (mapping.entry().vma().prot() & PROT_READ) != 0;
      writer.write(
          mmObjref,
          mapping.pages(),
          new PageWriter.Manner(zerosCount, anyThread),
          (ranges, into, beside) -> readers.of(beside).read(ranges, into));
    }
    for (SharedObject object : objects.values()) {
      if (object.objref() != 0) {
        write(writer, object.objref(), object.handle(), object.size());
      }
    }
    for (EmbeddedFiles.Content file : context.embedded().all()) {
      write(writer, file.objref(), file.handle(), file.size());
    }
    long nrKept = kept().stream().mapToLong(PageRange::nrPages).sum();
    return writer.finish().withKept(nrKept);
  }

  /** Whatever is not watched, the next dump has all of. */
  private PageCounts readRunning(Pace pace, Readers readers, PageQueue out, Progress progress)
      throws IOException {
    long total = nrPages();
    PageWriter writer = new PageWriter(out, done -> progress.pages(done, Math.max(done, total)));
    WriteTracker watcher = tracker.orElseThrow();
    for (Mapping mapping : mappings) {
      if (watched.contains(mapping)) {
        writer.write(
            mmObjref,
            mapping.pages(),
            new PageWriter.Manner(false, readers.beside().isPresent()),
            (ranges, into, beside) -> {
              pace.await(ranges.stream().mapToLong(PageRange::lenBytes).sum());
              readers.of(beside).readRunning(ranges, into, watcher::missed);
            });
      }
    }
    long nrKept = kept().stream().mapToLong(PageRange::nrPages).sum();
    return writer.finish().withKept(nrKept);
  }

  private static void write(PageWriter writer, int objref, Fd handle, long size)
      throws IOException {
    List<PageRange> ranges = ObjectReader.dataRanges(handle, size);
    writer.write(objref, ranges, new PageWriter.Manner(false, true), new ObjectReader(handle));
  }

  /** Pages to look at; memory objects are not counted before they are walked. */
  private long nrPages() {
    return mappings.stream()
        .flatMap(mapping -> mapping.pages().stream())
        .mapToLong(PageRange::nrPages)
        .sum();
  }

  @Override
  public void close() {
    objects.values().forEach(SharedObject::close);
  }

  /** What ServiceLoader finds. */
  public static final class Provider implements MmCheckpoint.Provider {
    @Override
    public MmCheckpoint create() {
      return new TaskMemory(Optional.empty(), false);
    }

    @Override
    public MmTracking track(int pid) {
      return new WriteTracker(pid);
    }
  }
}
