package dev.ckpt.convert.criu;

import dev.ckpt.convert.InputFolder;
import dev.ckpt.convert.OutputFolder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A folder of a test, both ways. */
record TestFolder(Path path) implements InputFolder, OutputFolder {
  @Override
  public String name() {
    return "folder";
  }

  @Override
  public boolean has(String file) {
    return Files.exists(path.resolve(file));
  }

  @Override
  public SeekableByteChannel open(String file) throws IOException {
    return FileChannel.open(path.resolve(file));
  }

  @Override
  public SeekableByteChannel create(String file) throws IOException {
    return FileChannel.open(
        path.resolve(file), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** The names of its files, and what is in them. */
  Map<String, byte[]> content() throws IOException {
    Map<String, byte[]> content = new TreeMap<>();
    try (Stream<Path> files = Files.list(path)) {
      for (Path file : files.toList()) {
        content.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return content;
  }

  void write(String file, byte[] bytes) throws IOException {
    Files.write(path.resolve(file), bytes);
  }
}
