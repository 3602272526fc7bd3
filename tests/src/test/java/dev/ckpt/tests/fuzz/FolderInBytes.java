package dev.ckpt.tests.fuzz;

import dev.ckpt.convert.InputFolder;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.Map;

/** A folder as one input: for each file the length of its name, that, its length, and its bytes. */
record FolderInBytes(Map<String, ByteBuffer> files) implements InputFolder {
  /** Takes an input apart; whatever cannot be taken apart is no file. */
  static FolderInBytes of(byte[] input) {
    Map<String, ByteBuffer> files = new HashMap<>();
    ByteBuffer left = ByteBuffer.wrap(input);
    while (left.hasRemaining()) {
      int nameLen = Math.min(Byte.toUnsignedInt(left.get()), left.remaining());
      byte[] name = new byte[nameLen];
      left.get(name);
      int len = left.remaining() < Integer.BYTES ? 0 : left.getInt();
      len = Math.max(0, Math.min(len, left.remaining()));
      files.put(new String(name, StandardCharsets.UTF_8), left.slice(left.position(), len));
      left.position(left.position() + len);
    }
    return new FolderInBytes(files);
  }

  /** The input that becomes these files. */
  static byte[] of(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      byte[] name = file.getKey().getBytes(StandardCharsets.UTF_8);
      out.writeByte(name.length);
      out.write(name);
      out.writeInt(file.getValue().length);
      out.write(file.getValue());
    }
    return bytes.toByteArray();
  }

  @Override
  public String name() {
    return "input";
  }

  @Override
  public boolean has(String file) {
    return files.containsKey(file);
  }

  @Override
  public SeekableByteChannel open(String file) throws IOException {
    if (!has(file)) {
      throw new NoSuchFileException(file);
    }
    return new BytesChannel(files.get(file));
  }
}
