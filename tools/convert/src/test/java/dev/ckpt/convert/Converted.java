package dev.ckpt.convert;

import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.KeySource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Images in another format, in a folder. */
public final class Converted {
  /** The name of the file of pages. */
  public static final String SIDE = "out.pages";

  private Converted() {}

  /** Puts an image into a format, with the pages in the file itself. */
  public static byte[] inline(StreamFormat format, byte[] image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageReader reader = new ImageReader(channel(image))) {
      format.fromImage(reader, new Target(Channels.newChannel(out), Optional.empty()));
    }
    return out.toByteArray();
  }

  /** The same with the pages in a file of the folder. */
  public static byte[] beside(StreamFormat format, byte[] image, KeySource keys, Path folder)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream pages = new ByteArrayOutputStream();
    Target.SideFile side = new Target.SideFile(SIDE, Channels.newChannel(pages));
    try (ImageReader reader = new ImageReader(channel(image), keys)) {
      format.fromImage(reader, new Target(Channels.newChannel(out), Optional.of(side)));
    }
    Files.write(folder.resolve(SIDE), pages.toByteArray());
    return out.toByteArray();
  }

  /** Makes an image of what another format says, in a folder or in none. */
  public static byte[] image(StreamFormat format, byte[] bytes, Optional<Path> folder)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(out))) {
      format.toImage(new FolderSource("the file", channel(bytes), folder), writer);
    }
    return out.toByteArray();
  }

  /** The same of a stream, which may have no end. */
  public static byte[] image(StreamFormat format, InputStream stream) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(out))) {
      ReadableByteChannel in = Channels.newChannel(stream);
      format.toImage(new FolderSource("the file", in, Optional.empty()), writer);
    }
    return out.toByteArray();
  }

  private static ReadableByteChannel channel(byte[] bytes) {
    return Channels.newChannel(new ByteArrayInputStream(bytes));
  }
}
