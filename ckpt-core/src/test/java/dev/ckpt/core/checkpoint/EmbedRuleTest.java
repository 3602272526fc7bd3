package dev.ckpt.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.core.kernel.FileStat;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbedRuleTest {
  private static FileStat ofSize(long size) {
    return new FileStat(1, 2, FileStat.S_IFREG | 0600, 1, size, 0, 0, 0, 4096, 0, 0, 8);
  }

  @ParameterizedTest
  @CsvSource({
    "/tmp/hsperfdata_root/812, 32768,   true",
    "/var/tmp/a,               1048576, true",
    "/dev/shm/sem.x,           32,      true",
    "/tmp/big,                 1048577, false",
    "/home/me/tmp/a,           1,       false",
    "/tmpfile,                 1,       false"
  })
  void smallTemporaryFilesAreEmbedded(String path, long size, boolean embedded) {
    assertEquals(embedded, EmbedRule.TEMPORARY.isTemporary(path, ofSize(size)));
    assertEquals(false, EmbedRule.NONE.isTemporary(path, ofSize(size)));
  }

  @ParameterizedTest
  @CsvSource({
    "/srv/data/*.idx, /srv/data/a.idx,   true",
    "/srv/data/*.idx, /srv/data/b/a.idx, false",
    "/srv/**,         /srv/data/b/a.idx, true",
    "/srv/data/a.idx, /srv/data/a.idx,   true"
  })
  void patternsNameWholePaths(String glob, String path, boolean named) {
    assertEquals(named, new EmbedRule(false, List.of("/no", glob)).names(path));
  }

  /** Whatever the locale is that tests run in. */
  @Test
  void starsMatchWhatTheLocaleLacks() {
    assertEquals(true, new EmbedRule(false, List.of("/srv/*")).names("/srv/\u00e4\ud83d\ude00"));
    assertEquals(false, new EmbedRule(false, List.of("/srv")).names("/srv/\u00e4"));
  }

  @Test
  void whatIsNoPatternIsRefusedAtOnce() {
    List<String> globs = List.of("/a/{b");
    assertThrows(PatternSyntaxException.class, () -> new EmbedRule(true, globs));
  }
}
