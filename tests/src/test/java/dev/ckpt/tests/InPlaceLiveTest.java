package dev.ckpt.tests;

import dev.ckpt.core.image.PageQueue;
import dev.ckpt.core.kernel.NewerFeature;
import dev.ckpt.format.ImageFile;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages that are read to where they stand in the image; of small tasks, for it is slow else. */
@Tag("live")
class InPlaceLiveTest {
  private static final String WITHOUT = "ckpt.kernel.without";

  @AfterEach
  void clear() {
    System.clearProperty(PageQueue.BY_TURNS_ALWAYS);
    System.clearProperty(WITHOUT);
  }

  private static void comesBack(String name) throws IOException {
    try (LiveProgram live = LiveProgram.start(new Programs.Program(name, "save", 0))) {
      live.awaitReady();
      Path image = live.besides("image");
      live.dump(image, true);
      try (ImageFile file = ImageFile.open(image)) {
        file.verify();
      }
      live.restore(image, false);
      live.finish(0);
    }
  }

  /** With zero pages in between, hidden pages, shared memory, files, and many small mappings. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "page_holes",
        "zero_pages",
        "vma_parts",
        "many_vmas",
        "mallocs",
        "anon_shared",
        "file_private",
        "memfd_mapped_closed",
        "sysv_shm"
      })
  void comesBackWithTheSameContent(String name) throws IOException {
    System.setProperty(PageQueue.BY_TURNS_ALWAYS, "true");
    comesBack(name);
  }

  /** Whoever cannot make page cache ready beforehand does without. */
  @Test
  void comesBackWithoutAWindow() throws IOException {
    System.setProperty(WITHOUT, NewerFeature.MADV_POPULATE_WRITE.name());
    comesBack("bigmem 64");
  }

  @Test
  void comesBackIfItIsLarge() throws IOException {
    comesBack("bigmem 64");
  }
}
