package dev.ckpt.core.checkpoint.file;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class NamedFileTest {
  @Test
  void whatShowsTheTaskOrTheMachineIsTheSameViewAgain() {
    assertTrue(NamedFile.isViewOf(812, "/proc/812/status"));
    assertTrue(NamedFile.isViewOf(812, "/proc/meminfo"));
  }

  @Test
  void whatShowsAnotherProcessIsNot() {
    assertFalse(NamedFile.isViewOf(812, "/proc/813/status"));
    assertFalse(NamedFile.isViewOf(812, "/proc/4294968108/status"), "no number of a process");
  }
}
