package dev.ckpt.convert.criu;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.ShmemKind;
import dev.ckpt.format.record.VdsoImage;
import dev.ckpt.format.record.VmaGuard;
import dev.ckpt.format.record.VmaKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** Writes the address space of a task: its mappings, what they show, and all pages. */
final class MemoryRecords {
  private static final int MAX_VDSO_BYTES = 1 << 16;
  private static final int ANON_MODE = 0100777;
  private static final ByteString VDSO_NAME = ByteString.of("[vdso]");
  private static final ByteString VVAR_NAME = ByteString.of("[vvar]");
  private static final ByteString VSYSCALL_NAME = ByteString.of("[vsyscall]");
  private static final ByteString STACK_NAME = ByteString.of("[stack]");

  private final CriuFolder folder;
  private final ImageWriter image;
  private final NamedFiles files;

  /** All mappings; guard regions are none. */
  private final List<Criu.Vma> vmas;

  /** Shared memory without a name, by its number of CRIU's. */
  private final Map<Long, Integer> segments = new LinkedHashMap<>();

  /** How far mappings reach into them. */
  private final Map<Long, Long> segmentSizes = new HashMap<>();

  /** First addresses of the mappings that have pages. */
  private final Set<Long> withPages = new HashSet<>();

  private int mm;
  private long vdsoStart;
  private long vdsoEnd;

  MemoryRecords(CriuFolder folder, ImageWriter image) {
    this.folder = folder;
    this.image = image;
    this.files = new NamedFiles(folder, image);
    this.vmas = folder.mm().getVmasList().stream().filter(vma -> !Guards.is(vma)).toList();
  }

  /** The files that were written so far. */
  NamedFiles files() {
    return files;
  }

  /** Writes all but the pages. */
  void writeState() throws IOException {
    Criu.Mm from = folder.mm();
    long vvarStart = 0;
    for (Criu.Vma vma : vmas) {
      VmaKind kind = VmaRecords.kind(vma);
      if (kind == VmaKind.VDSO) {
        vdsoStart = vma.getStart();
        vdsoEnd = vma.getEnd();
      } else if (kind == VmaKind.VVAR && vvarStart == 0) {
        vvarStart = vma.getStart();
      } else if (kind == VmaKind.ANON_SHARED) {
        segmentSizes.merge(
            vma.getShmid(), vma.getPgoff() + vma.getEnd() - vma.getStart(), Math::max);
      }
    }
    ByteString vdso = scan();
    int exe = files.named(from.getExeFileId());
    if (!vdso.isEmpty()) {
      image.write(new VdsoImage(vdso));
    }
    CRC32C crc = new CRC32C();
    crc.update(vdso.asByteBuffer());
    mm = image.writeShared(mm(from, exe, vvarStart, (int) crc.getValue()));
    for (Criu.Vma vma : vmas) {
      write(vma);
    }
    for (VmaGuard guard : Guards.toCkpt(from.getVmasList())) {
      image.write(guard);
    }
  }

  private Mm mm(Criu.Mm from, int exe, long vvarStart, int vdsoCrc32c) {
    ByteBuffer auxv =
        ByteBuffer.allocate((from.getSavedAuxvCount() + 2) * Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    from.getSavedAuxvList().forEach(auxv::putLong);
    // Up to the last pair, which is zero; CRIU may have cut it off, or only half of a pair.
    int lenBytes = auxv.position() / 16 * 16 + 16;
    return new Mm(
        from.getStartCode(),
        from.getEndCode(),
        from.getStartData(),
        from.getEndData(),
        from.getStartBrk(),
        from.getBrk(),
        from.getStartStack(),
        from.getArgStart(),
        from.getArgEnd(),
        from.getEnvStart(),
        from.getEnvEnd(),
        ByteString.of(auxv.clear().limit(lenBytes)),
        exe,
        vdsoStart,
        vdsoEnd,
        vvarStart,
        vdsoCrc32c,
        Vmas.COREDUMP_FILTER,
        0);
  }

  private void write(Criu.Vma vma) throws IOException {
    VmaKind kind = VmaRecords.kind(vma);
    if (kind == VmaKind.FILE_SHARED && files.isAnon((int) vma.getShmid())) {
      image.write(
          VmaRecords.toCkpt(
              vma,
              VmaKind.ANON_SHARED,
              files.named((int) vma.getShmid()),
              ByteString.EMPTY,
              false));
      return;
    }
    int backing =
        switch (kind) {
          case ANON_SHARED -> segment(vma);
          case FILE_PRIVATE, FILE_SHARED -> files.named((int) vma.getShmid());
          default -> 0;
        };
    ByteString name =
        switch (kind) {
          case VDSO -> VDSO_NAME;
          case VVAR -> VVAR_NAME;
          case VSYSCALL -> VSYSCALL_NAME;
          case STACK -> STACK_NAME;
          case ANON_PRIVATE ->
              (vma.getStatus() & Vmas.HEAP) != 0 ? Vmas.HEAP_NAME : ByteString.EMPTY;
          default -> ByteString.EMPTY;
        };
    image.write(VmaRecords.toCkpt(vma, kind, backing, name, withPages.contains(vma.getStart())));
  }

  private int segment(Criu.Vma vma) throws IOException {
    Integer known = segments.get(vma.getShmid());
    if (known != null) {
      return known;
    }
    long size = segmentSizes.get(vma.getShmid());
    int huge = vma.getFlags() & Vmas.HUGE_SIZE;
    int flags = (vma.getFlags() & Vmas.MAP_HUGETLB) != 0 ? OpenFiles.MFD_HUGETLB | huge : 0;
    Shmem shmem = new Shmem(ShmemKind.ANON, ByteString.EMPTY, size, 0, flags, ANON_MODE);
    int objref = image.writeShared(shmem);
    segments.put(vma.getShmid(), objref);
    return objref;
  }

  /** Looks where the pages are: at those of the vdso, and which mappings have some at all. */
  private ByteString scan() throws IOException {
    if (vdsoEnd - vdsoStart > MAX_VDSO_BYTES) {
      throw new IllegalArgumentException("a vdso of " + (vdsoEnd - vdsoStart) + " bytes");
    }
    TreeMap<Long, Criu.Vma> byStart = new TreeMap<>();
    vmas.forEach(vma -> byStart.put(vma.getStart(), vma));
    ByteBuffer vdso = ByteBuffer.allocate((int) (vdsoEnd - vdsoStart));
    try (PagemapReader pages = open(pagemap())) {
      Optional<PagemapReader.Run> next = pages.next();
      while (next.isPresent()) {
        PagemapReader.Run run = next.get();
        Long first = byStart.floorKey(run.start());
        byStart.subMap(first == null ? run.start() : first, run.end()).values().stream()
            .filter(vma -> vma.getEnd() > run.start())
            .forEach(vma -> withPages.add(vma.getStart()));
        readVdso(run, pages, vdso);
        next = pages.next();
      }
    }
    return ByteString.of(vdso.clear());
  }

  private void readVdso(PagemapReader.Run run, PagemapReader pages, ByteBuffer vdso)
      throws IOException {
    long from = Math.max(run.start(), vdsoStart);
    long to = Math.min(run.end(), vdsoEnd);
    if (from >= to) {
      pages.skip(run.end() - run.start());
      return;
    }
    pages.skip(from - run.start());
    int at = (int) (from - vdsoStart);
    pages.readFully(vdso.limit(at + (int) (to - from)).position(at));
    pages.skip(run.end() - to);
  }

  private String pagemap() {
    return ImgKind.PAGEMAP.file(folder.tree().getPid());
  }

  @MustBeClosed
  private PagemapReader open(String pagemap) throws IOException {
    return PagemapReader.open(folder.folder(), pagemap);
  }

  /** Writes the pages of all owners. */
  void writePages() throws IOException {
    writePages(mm, pagemap());
    for (Map.Entry<Long, Integer> segment : segments.entrySet()) {
      writePages(segment.getValue(), ImgKind.shmemPagemap(segment.getKey()));
    }
    for (Map.Entry<Integer, Integer> memfd : files.memfds().entrySet()) {
      Criu.MemfdInode inode = folder.memfdsById().get(memfd.getKey());
      String pagemap = ImgKind.shmemPagemap(Integer.toUnsignedLong(inode.getShmid()));
      writePages(memfd.getValue(), pagemap);
    }
    for (Map.Entry<Integer, Integer> ghost : files.ghosts().entrySet()) {
      GhostReader.writePages(folder.folder(), ghost.getKey(), ghost.getValue(), image);
    }
  }

  private void writePages(int owner, String pagemap) throws IOException {
    PageArrays arrays = new PageArrays(image, owner);
    try (PagemapReader pages = open(pagemap)) {
      for (Optional<PagemapReader.Run> next = pages.next(); next.isPresent(); next = pages.next()) {
        write(owner, next.get(), pages, arrays);
      }
    }
    arrays.flush();
  }

  /** NB: a run may begin before the vdso and end behind it. */
  private void write(int owner, PagemapReader.Run run, PagemapReader pages, PageArrays arrays)
      throws IOException {
    if (owner != mm || run.end() <= vdsoStart || run.start() >= vdsoEnd) {
      arrays.add(run.start(), run.end(), pages::readFully);
      return;
    }
    if (run.start() < vdsoStart) {
      arrays.add(run.start(), vdsoStart, pages::readFully);
    }
    pages.skip(Math.min(run.end(), vdsoEnd) - Math.max(run.start(), vdsoStart));
    if (run.end() > vdsoEnd) {
      arrays.add(vdsoEnd, run.end(), pages::readFully);
    }
  }
}
