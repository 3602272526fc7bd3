package dev.ckpt.convert.kryo;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.KryoException;
import com.esotericsoftware.kryo.kryo5.io.Output;
import dev.ckpt.convert.ChannelStream;
import dev.ckpt.convert.RecordTypes;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.PageCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/** Writes an image as Kryo objects. */
final class KryoImageWriter {
  private static final int BUFFER_BYTES = 64 << 10;

  private final Kryo kryo = KryoClasses.kryo();
  private final Set<ObjectType> converted = RecordTypes.converted();
  private final Output out;

  private KryoImageWriter(Output out) {
    this.out = out;
  }

  /** Writes all of it; the channel stays open. */
  static void write(ImageReader image, WritableByteChannel channel) throws IOException {
    try (ChannelStream stream = new ChannelStream(channel);
        Output out = new Output(stream, BUFFER_BYTES)) {
      new KryoImageWriter(out).write(image);
    } catch (KryoException e) {
      // What the channel throws comes wrapped.
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private void write(ImageReader image) throws IOException {
    out.writeBytes(KryoClasses.MAGIC);
    out.writeInt(KryoClasses.VERSION);
    image.onUnknown(this::writeUnknown);
    for (Optional<ImageObject> next = image.next(); next.isPresent(); next = image.next()) {
      ObjectType type = next.get().record().type();
      if (converted.contains(type)) {
        write(next.get().objref(), (Record) next.get().record());
        if (type == ObjectType.PAGE_ARRAY) {
          writePages(image.codec(), image.pages());
        }
      }
    }
    kryo.writeClass(out, null);
  }

  private void writeUnknown(int type, int objref, ByteBuffer payload) {
    byte[] bytes = new byte[payload.remaining()];
    payload.get(bytes);
    write(objref, new UnknownObject(type, ByteString.of(bytes)));
  }

  private void write(int objref, Record content) {
    kryo.writeClass(out, content.getClass());
    out.writeVarInt(objref, true);
    kryo.writeObject(out, content);
  }

  private void writePages(Optional<PageCodec> codec, ByteBuffer pages) {
    byte[] name = codec.map(PageCodec::name).orElse("").getBytes(StandardCharsets.US_ASCII);
    out.writeVarInt(name.length, true);
    out.writeBytes(name);
    byte[] bytes = new byte[pages.remaining()];
    pages.get(bytes);
    out.writeVarInt(bytes.length, true);
    out.writeBytes(bytes);
  }
}
