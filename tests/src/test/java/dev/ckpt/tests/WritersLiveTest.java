package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.core.checkpoint.CheckpointSession;
import dev.ckpt.core.checkpoint.EmbedRule;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.TouchHook;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.thread.Outcome;
import dev.ckpt.core.thread.SideThread;
import dev.ckpt.format.FoldedPages;
import dev.ckpt.format.ImageChain;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ParentFiles;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaGuard;
import dev.ckpt.format.record.VmaKind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A program that does whatever can be done to memory, seeded, and is dumped again and again, each
 * image upon the one before. What all of them say together is compared with the memory itself.
 *
 * <p>{@code -Dckpt.writers.rounds=10000 -Dckpt.writers.seed=...} for more.
 */
@Tag("live")
class WritersLiveTest {
  private static final int ROUNDS = Integer.getInteger("ckpt.writers.rounds", 120);
  private static final int CHAIN = 24;
  private static final int PAGE = Limits.PAGE_SIZE;

  /** The kernel writes to it whenever a thread goes to another CPU. */
  private static final String NO_RSEQ = "GLIBC_TUNABLES=glibc.pthread.rseq=0";

  private int nrKept;
  private boolean mayBeEmptied;
  private boolean preDumps;
  private int nrRounds;

  @Test
  void imagesSayTogetherWhatTheMemorySays() throws Exception {
    run(List.of());
  }

  /** Pages that the kernel has emptied since the dump read as zeros, and rightly so. */
  @Test
  void memoryThatTheKernelMayEmpty() throws Exception {
    mayBeEmptied = true;
    run(List.of("free"));
  }

  /** It does all that while its memory is copied, too. */
  @Test
  void memoryThatIsCopiedMeanwhile() throws Exception {
    preDumps = true;
    run(List.of());
  }

  private void run(List<String> more) throws Exception {
    long seed = Long.getLong("ckpt.writers.seed", System.nanoTime() >>> 12);
    System.out.println("WritersLiveTest seed " + seed);
    Path program = Programs.folder().resolve("engine/writer");
    List<String> words = new ArrayList<>();
    words.addAll(List.of(NO_RSEQ, program.toString(), "STATUS", Long.toString(seed)));
    words.addAll(more);
    try (LiveProgram live = LiveProgram.start(Path.of("/usr/bin/env"), words)) {
      live.withWork(() -> Signals.kill(live.pid(), Signals.SIGUSR2));
      live.awaitReady();
      while (nrRounds < ROUNDS) {
        chain(live, "seed " + seed);
      }
      live.finish(0);
    }
    assertTrue(nrKept > ROUNDS, "pages were kept: " + nrKept);
  }

  private void chain(LiveProgram live, String where) throws Exception {
    try (CheckpointSession session = CheckpointSession.open(live.pid())) {
      for (int i = 0; i < CHAIN && nrRounds < ROUNDS; i++) {
        write(live);
        Path image = live.besides("image-" + i);
        if (preDumps && (i == 0 || i % 3 != 0)) {
          preDump(live, session, image);
          continue;
        }
        CheckpointResult result = session.dump(options(live), image, true);
        String round = where + ", round " + nrRounds;
        assertEquals(Optional.empty(), session.whyWhole(), round);
        nrKept += (int) result.keptPages();
        compare(live.pid(), image, round);
      }
    }
  }

  private static CheckpointOptions options(LiveProgram live) {
    return CheckpointOptions.of(live.pid()).withSync(false).withEmbed(EmbedRule.NONE);
  }

  /** The program goes on, as fast as it can, from when it runs again until its pages are copied. */
  private void preDump(LiveProgram live, CheckpointSession session, Path image) throws Exception {
    CountDownLatch runs = new CountDownLatch(1);
    AtomicBoolean over = new AtomicBoolean();
    Future<Void> writing =
        SideThread.once(
            "writing",
            () -> {
              runs.await();
              while (!over.get()) {
                write(live);
              }
              return null;
            });
    try (ImageFileOutput output = ImageFileOutput.create(image, true)) {
      session.preDump(options(live).withHook(new Thawed(runs)), output, image);
    } finally {
      over.set(true);
      runs.countDown();
      Outcome.of(writing);
    }
  }

  /** Tells when the task runs again. */
  private record Thawed(CountDownLatch runs) implements TouchHook {
    @Override
    public void before(String call) {}

    @Override
    public void after(String call) {}

    @Override
    public void phase(String name) {
      if (name.equals("thaw")) {
        runs.countDown();
      }
    }
  }

  private void write(LiveProgram live) throws IOException {
    Path rounds = live.folder().resolve("status.rounds");
    int round = ++nrRounds;
    Signals.kill(live.pid(), Signals.SIGUSR1);
    Await.until(
        "round " + round,
        () -> live.hasEnded() || Files.exists(rounds) && Files.size(rounds) == round,
        live::describe);
    assertTrue(!live.hasEnded(), live::describe);
    Await.until("the sleep behind it", () -> sleeps(live), live::describe);
  }

  /** Or it is frozen, in that sleep. */
  private static boolean sleeps(LiveProgram live) throws IOException {
    char state = ProcFs.of(live.pid()).stat().state().letter();
    return state == 'S' || state == 't';
  }

  private void compare(int pid, Path image, String where) throws IOException {
    ParentFiles parents =
        new ParentFiles(Optional.of(image.getParent()), FileChannel::open, KeySource.NONE);
    try (FileChannel channel = FileChannel.open(image);
        ImageReader reader = new ImageReader(channel)) {
      ImageState state = ImageState.read(reader);
      try (ImageChain chain = ImageChain.open(state, parents);
          RemoteMemory memory = RemoteMemory.open(pid, TouchHook.NONE)) {
        Map<Long, byte[]> pages = pagesOf(state, new FoldedPages(reader, chain));
        for (Vma vma : state.vmas()) {
          if (vma.kind() == VmaKind.ANON_PRIVATE
              || vma.kind() == VmaKind.STACK
              || vma.kind() == VmaKind.FILE_PRIVATE) {
            compare(state, vma, pages, memory, where);
          }
        }
        reader.requireEnd();
      }
    }
  }

  private static Map<Long, byte[]> pagesOf(ImageState state, FoldedPages stream)
      throws IOException {
    int mm = state.shared(Mm.class).keySet().iterator().next();
    Map<Long, byte[]> pages = new HashMap<>();
    for (Optional<ImageObject> next = stream.next(); next.isPresent(); next = stream.next()) {
      if (next.get().record() instanceof PageArray array && array.owner() == mm) {
        ByteBuffer content = stream.pages();
        for (PageRun run : array.runs()) {
          for (long at = run.addr(); at < run.end(); at += PAGE) {
            byte[] page = new byte[PAGE];
            if (run.kind() == PageKind.DATA) {
              content.get(page);
            }
            assertEquals(null, pages.put(at, page), "told once");
          }
        }
      }
    }
    return pages;
  }

  private void compare(
      ImageState state, Vma vma, Map<Long, byte[]> pages, RemoteMemory memory, String where)
      throws IOException {
    for (long at = vma.start(); at < vma.end(); at += PAGE) {
      long address = at;
      if (state.all(VmaGuard.class).stream()
          .anyMatch(guard -> guard.start() <= address && address < guard.end())) {
        assertEquals(null, pages.get(at), "a page in a guard region");
        continue;
      }
      byte[] expected = memory.readForced(at, PAGE);
      byte[] found = pages.get(at);
      if (found == null) {
        found = vma.kind() == VmaKind.FILE_PRIVATE ? ofFile(state, vma, at) : new byte[PAGE];
      }
      if (mayBeEmptied && Arrays.equals(expected, new byte[PAGE])) {
        continue;
      }
      int wrong = Arrays.mismatch(expected, found);
      assertEquals(-1, wrong, () -> where + ": page " + Long.toHexString(address) + " of " + vma);
    }
  }

  private static byte[] ofFile(ImageState state, Vma vma, long at) throws IOException {
    String path = state.get(vma.backing(), dev.ckpt.format.record.FileRef.class).path().utf8();
    byte[] page = new byte[PAGE];
    try (RandomAccessFile file = new RandomAccessFile(path, "r")) {
      file.seek(vma.pgoffBytes() + at - vma.start());
      file.read(page);
    }
    return page;
  }
}
