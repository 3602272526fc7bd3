package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.core.backend.Backends;
import dev.ckpt.core.backend.PageReader;
import dev.ckpt.core.error.UnsupportedStateException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("live")
class VmReadvReaderLiveTest extends PageReaderContract {
  private static final String NAME = "vm-readv";

  @Override
  PageReader.Provider provider() {
    return named(NAME);
  }

  @Test
  void isChosenByNameAndByItself() throws UnsupportedStateException {
    assertEquals(NAME, Backends.pageReader(NAME).name());
    assertEquals(NAME, Backends.pageReader(Backends.AUTO).name());
  }

  /** A backend more needs a subclass more. */
  @Test
  void everyBackendHasItsContract() {
    assertEquals(
        List.of(NAME, "parasite"),
        Backends.pageReaders().stream().map(PageReader.Provider::name).toList());
  }
}
