package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.core.backend.Backends;
import dev.ckpt.core.backend.PageFiller;
import dev.ckpt.core.error.UnsupportedStateException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("live")
class VmReadvFillerLiveTest extends PageFillerContract {
  private static final String NAME = "vm-readv";

  @Override
  PageFiller.Provider provider() {
    return named(NAME);
  }

  @Test
  void isChosenByNameAndByItself() throws UnsupportedStateException {
    assertEquals(NAME, Backends.pageFiller(NAME).name());
    assertEquals(NAME, Backends.pageFiller(Backends.AUTO).name());
  }

  /** A backend more needs a subclass more. */
  @Test
  void everyBackendHasItsContract() {
    assertEquals(
        List.of(NAME, "parasite"),
        Backends.pageFillers().stream().map(PageFiller.Provider::name).toList());
  }
}
