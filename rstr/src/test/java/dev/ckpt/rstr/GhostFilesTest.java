package dev.ckpt.rstr;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.format.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GhostFilesTest {
  @TempDir private Path folder;

  private static String folderOf(Path path) {
    return GhostFiles.folder(ByteString.of(path.toString())).toString();
  }

  @Test
  void aFileIsMadeWhereItWas() {
    assertEquals(folder.toString(), folderOf(folder.resolve("gone")));
  }

  @Test
  void orInWhatIsLeftOfTheWayThere() throws IOException {
    Files.writeString(folder.resolve("file"), "no folder");
    assertEquals(folder.toString(), folderOf(folder.resolve("gone/too/file")));
    assertEquals(folder.toString(), folderOf(folder.resolve("file/file")));
    assertEquals("/", folderOf(Path.of("/there-is-no-such-folder/file")));
    assertEquals("/", folderOf(Path.of("/file")));
  }
}
