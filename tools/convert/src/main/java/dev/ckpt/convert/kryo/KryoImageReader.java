package dev.ckpt.convert.kryo;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.KryoException;
import com.esotericsoftware.kryo.kryo5.Registration;
import dev.ckpt.convert.BadInputException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageCodec;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * Loads the objects of an image one after the other, for Java programs that look at them.
 *
 * <p>What was handed out keeps the rules of its record; that it fits to the other objects is
 * checked by whoever makes an image of them.
 *
 * <p>The stream belongs to the caller. Threading: one at a time.
 */
public final class KryoImageReader implements AutoCloseable {
  /** What is read of an object before its class is known. */
  private static final int HEAD_BYTES = 16;

  private final Kryo kryo = KryoClasses.kryo();
  private final Map<Class<?>, ObjectType> types = KryoClasses.types();
  private final BoundedInput in;
  private final String file;
  private long nrObjects;
  private String object = "beginning";
  private boolean ended;

  /**
   * Reads the beginning.
   *
   * @param file what people call it
   * @throws BadInputException if it is no such file, or of a later version
   */
  public KryoImageReader(InputStream stream, String file) throws IOException {
    this.file = file;
    in = new BoundedInput(stream);
    try {
      byte[] magic = in.readBytes(KryoClasses.MAGIC.length);
      if (!Arrays.equals(magic, KryoClasses.MAGIC)) {
        throw BadInputException.of(place(), "an image as Kryo objects", "something else");
      }
      int version = in.readInt();
      if (version > KryoClasses.VERSION) {
        throw BadInputException.newer(place(), version, KryoClasses.VERSION);
      } else if (version < 1) {
        throw BadInputException.of(place(), "a version from 1 on", Integer.toString(version));
      }
    } catch (KryoException e) {
      throw broken(e);
    }
  }

  /**
   * Reads the next object, or nothing behind the last one.
   *
   * @throws BadInputException if it is damaged or ends before its end
   */
  public Optional<LoadedObject> next() throws IOException {
    if (ended) {
      return Optional.empty();
    }
    object = "object " + nrObjects;
    in.begin(HEAD_BYTES);
    try {
      Registration registration = kryo.readClass(in);
      if (registration == null) {
        end();
        return Optional.empty();
      }
      LoadedObject loaded = load(registration.getType());
      nrObjects++;
      return Optional.of(loaded);
    } catch (KryoException e) {
      throw broken(e);
    }
  }

  private void end() throws IOException {
    ended = true;
    object = "end";
    if (!in.end()) {
      throw BadInputException.of(place(), "nothing behind the last object", "more bytes");
    }
  }

  private LoadedObject load(Class<?> type) throws IOException {
    ObjectType known = types.get(type);
    if (known == null && type != UnknownObject.class) {
      // Kryo knows some classes of its own, such as String.
      throw BadInputException.of(place(), "the class of a record", type.getName());
    }
    object = object + ", " + (known == null ? "of an unknown type" : known.name());
    int objref = in.length();
    // A number may be wider as a component than it is in the image.
    in.begin(known == null ? 2L * Limits.MAX_UNKNOWN_PAYLOAD_BYTES : 2L * known.maxPayloadBytes());
    Record content = kryo.readObject(in, type.asSubclass(Record.class));
    if (!(content instanceof PageArray array)) {
      return new LoadedObject(objref, content, Optional.empty(), ByteString.EMPTY);
    }
    Optional<PageCodec> codec = codec(ByteString.of(in.bytes()));
    ByteString pages = ByteString.of(in.bytes());
    if (pages.length() != array.dataBytes()) {
      throw BadInputException.of(
          place(), array.dataBytes() + " bytes of pages", Integer.toString(pages.length()));
    }
    return new LoadedObject(objref, content, codec, pages);
  }

  private Optional<PageCodec> codec(ByteString name) throws IOException {
    if (name.isEmpty()) {
      return Optional.empty();
    }
    for (PageCodec codec : PageCodec.values()) {
      if (ByteString.of(codec.name()).equals(name)) {
        return Optional.of(codec);
      }
    }
    throw BadInputException.of(place(), "the name of a codec", name.toString());
  }

  private BadInputException.Place place() {
    return new BadInputException.Place(file, in.total(), "", object);
  }

  /** What a writer of images says of the object that was read last. */
  BadInputException invalid(RuntimeException rule) {
    return BadInputException.of(place(), rule);
  }

  /** What Kryo says of bytes that are no objects; or what the stream has thrown. */
  private IOException broken(KryoException error) {
    return error.getCause() instanceof IOException cause ? cause : invalid(error);
  }

  /** Leaves the stream open. */
  @Override
  public void close() {
    ended = true;
  }
}
