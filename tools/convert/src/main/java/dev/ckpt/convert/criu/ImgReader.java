package dev.ckpt.convert.criu;

import com.google.errorprone.annotations.MustBeClosed;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.ckpt.convert.BadInputException;
import dev.ckpt.convert.InputFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.util.Optional;

/**
 * Reads one file: the magic numbers, then messages behind their lengths, and raw bytes where a kind
 * has some. A field that we do not know is an error, for it says something.
 */
final class ImgReader implements AutoCloseable {
  /** Of a message. The longest is of an address space: some 60 bytes for a mapping. */
  private static final int MAX_MESSAGE_BYTES = 64 << 20;

  private final Optional<SeekableByteChannel> channel;
  private final String file;
  private final ByteBuffer word = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);

  /** Where the last message began. */
  private long at;

  private long nrMessages;

  /** Opens a file and reads its magic numbers. One that is not there is as one without messages. */
  @MustBeClosed
  @SuppressWarnings("MustBeClosedChecker") // what is opened here belongs to what is returned
  static ImgReader open(InputFolder folder, ImgKind kind, String file) throws IOException {
    Optional<SeekableByteChannel> channel =
        folder.has(file) ? Optional.of(folder.open(file)) : Optional.empty();
    ImgReader reader = new ImgReader(channel, folder.name() + "/" + file);
    boolean done = false;
    try {
      reader.readMagic(kind);
      done = true;
      return reader;
    } finally {
      if (!done) {
        reader.close();
      }
    }
  }

  private ImgReader(Optional<SeekableByteChannel> channel, String file) {
    this.channel = channel;
    this.file = file;
  }

  /** NB: CRIU takes a file of no bytes at all for one without messages. */
  private void readMagic(ImgKind kind) throws IOException {
    if (left() == 0) {
      return;
    }
    if (kind != ImgKind.INVENTORY) {
      requireMagic(ImgKind.COMMON_MAGIC);
    }
    requireMagic(kind.magic());
  }

  private void requireMagic(int expected) throws IOException {
    at = position();
    int magic = readWord();
    if (magic != expected) {
      throw bad("magic", "0x" + Integer.toHexString(expected), "0x" + Integer.toHexString(magic));
    }
  }

  private int readWord() throws IOException {
    readFully(word.clear());
    return word.flip().getInt();
  }

  /** Reads exactly what there is room for. */
  void readFully(ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      if (channel.isEmpty() || channel.get().read(into) < 0) {
        throw bad("end", into.remaining() + " more bytes", "the end of the file");
      }
    }
  }

  /** Reads the next message; nothing at the end of the file. */
  <M extends Message> Optional<M> next(Parser<M> parser) throws IOException {
    at = position();
    long left = left();
    if (left == 0) {
      return Optional.empty();
    }
    int len = readWord();
    if (len < 0 || len > Math.min(left - Integer.BYTES, MAX_MESSAGE_BYTES)) {
      throw bad(
          "length", "at most what is left of the file", Long.toString(Integer.toUnsignedLong(len)));
    }
    byte[] bytes = new byte[len];
    readFully(ByteBuffer.wrap(bytes));
    nrMessages++;
    try {
      M message = parser.parseFrom(bytes);
      Optional<String> unknown = UnknownFields.find(message);
      if (unknown.isPresent()) {
        throw bad("message " + nrMessages, "fields that are known", unknown.get());
      }
      return Optional.of(message);
    } catch (InvalidProtocolBufferException e) {
      throw BadInputException.of(place("message " + nrMessages), new IllegalArgumentException(e));
    }
  }

  /** Reads the one message of a file. */
  <M extends Message> M only(Parser<M> parser) throws IOException {
    if (channel.isEmpty()) {
      throw bad("file", "one of this name", "none");
    }
    Optional<M> message = next(parser);
    if (message.isEmpty()) {
      throw bad("message", "one", "the end of the file");
    }
    return message.get();
  }

  /** How many bytes there are behind what was read. */
  long left() throws IOException {
    return channel.isPresent() ? channel.get().size() - position() : 0;
  }

  private long position() throws IOException {
    return channel.isPresent() ? channel.get().position() : 0;
  }

  /** Says what is wrong in the last message. */
  BadInputException bad(String what, String expected, String actual) {
    return BadInputException.of(place(what), expected, actual);
  }

  private BadInputException.Place place(String what) {
    return new BadInputException.Place(file, at, "", what);
  }

  @Override
  public void close() throws IOException {
    if (channel.isPresent()) {
      channel.get().close();
    }
  }
}
