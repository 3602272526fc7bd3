package dev.ckpt.convert.criu;

import com.google.protobuf.ByteString;
import dev.ckpt.convert.PlainFolder;
import dev.ckpt.criu.proto.Criu;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The folder that a real CRIU 4.2 made of golden.c, with the program's own files where a test can
 * make them. (The names of the machine that it was made on are blotted out in the vdso.)
 */
final class GoldenFolder {
  static final int PID = 11309;

  private static final String HOME = "/tmp/ckpt-golden";
  private static final int MODE = 0755;
  private static final List<String> FILES =
      List.of(
          "core-11309.img",
          "fdinfo-2.img",
          "files.img",
          "fs-11309.img",
          "ghost-file-1.img",
          "ids-11309.img",
          "inventory.img",
          "memfd.img",
          "mm-11309.img",
          "pagemap-11309.img",
          "pagemap-shmem-308092.img",
          "pagemap-shmem-308093.img",
          "pages-1.img",
          "pages-2.img",
          "pages-3.img",
          "pipes-data.img",
          "pstree.img",
          "remap-fpath.img",
          "seccomp.img",
          "timens-0.img");

  private GoldenFolder() {}

  /**
   * Puts it into a folder.
   *
   * @param folder an empty one
   * @param home where the program and its files are to be
   */
  static TestFolder in(Path folder, Path home) throws IOException {
    TestFolder golden = new TestFolder(folder);
    for (String file : FILES) {
      try (InputStream in = GoldenFolder.class.getResourceAsStream("/criu/golden/" + file)) {
        golden.write(file, in.readAllBytes());
      }
    }
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<Criu.File> moved = new ArrayList<>();
    for (Criu.File file : messages(golden, ImgKind.FILES, ImgKind.FILES.file())) {
      moved.add(moved(file, home));
    }
    Files.delete(folder.resolve(ImgKind.FILES.file()));
    try (ImgWriter out = ImgWriter.create(golden, ImgKind.FILES, ImgKind.FILES.file())) {
      for (Criu.File file : moved) {
        out.write(file);
      }
    }
    return golden;
  }

  /** The messages of files.img. */
  static List<Criu.File> messages(TestFolder folder, ImgKind kind, String file) throws IOException {
    List<Criu.File> all = new ArrayList<>();
    try (ImgReader in = ImgReader.open(new PlainFolder("golden", folder.path()), kind, file)) {
      for (Optional<Criu.File> next = in.next(Criu.File.parser());
          next.isPresent();
          next = in.next(Criu.File.parser())) {
        all.add(next.get());
      }
    }
    return all;
  }

  private static Criu.File moved(Criu.File file, Path home) throws IOException {
    String name = file.getReg().getName().toString(StandardCharsets.UTF_8);
    if (!name.startsWith(HOME)) {
      return file;
    }
    Path to = Path.of(home + name.substring(HOME.length()));
    if (file.getReg().getSize() > 0 && (file.getReg().getMode() & MODE) == MODE) {
      Files.write(to, new byte[(int) file.getReg().getSize()]);
      Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Criu.RegFile reg =
        file.getReg().toBuilder().setName(ByteString.copyFromUtf8(to.toString())).build();
    return file.toBuilder().setReg(reg).build();
  }
}
