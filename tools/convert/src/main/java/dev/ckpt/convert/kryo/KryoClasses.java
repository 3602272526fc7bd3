package dev.ckpt.convert.kryo;

import com.esotericsoftware.kryo.kryo5.Kryo;
import dev.ckpt.convert.RecordTypes;
import dev.ckpt.format.ObjectType;
import java.util.HashMap;
import java.util.Map;

/**
 * What a file of Kryo objects begins with, and the classes that it may hold.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type      field
 *      0     8  8 bytes   magic    89 'C' 'K' 'K' 'R' 'Y' 'O' 0a
 *      8     4  int       version  1
 *     12        objects
 *
 * object:
 *               class     the number of its type, or 99: an object of an unknown type
 *               varint    objref
 *               fields    of the record, in their order
 *               bytes     of a PAGE_ARRAY the name of the codec, or none
 *               bytes     of a PAGE_ARRAY the pages
 *
 * behind the last object:
 *               class     none
 * </pre>
 *
 * <p>Classes, varints and numbers are written as Kryo 5 does it.
 */
final class KryoClasses {
  static final byte[] MAGIC = {(byte) 0x89, 'C', 'K', 'K', 'R', 'Y', 'O', '\n'};

  /** The newest version that this build reads, and the one that it writes. */
  static final int VERSION = 1;

  private static final int UNKNOWN = 99;

  private KryoClasses() {}

  /** Names of the classes for errors. */
  static Map<Class<?>, ObjectType> types() {
    Map<Class<?>, ObjectType> types = new HashMap<>();
    for (ObjectType type : RecordTypes.converted()) {
      types.put(RecordTypes.of(type), type);
    }
    return types;
  }

  /** A Kryo that knows these classes, and takes no others. */
  static Kryo kryo() {
    Kryo kryo = new Kryo(new NumberedClasses(), null);
    kryo.setRegistrationRequired(true);
    kryo.setReferences(false);
    kryo.register(UnknownObject.class, new RecordSerializer(UnknownObject.class), UNKNOWN);
    for (ObjectType type : RecordTypes.converted()) {
      Class<? extends Record> record = RecordTypes.of(type);
      kryo.register(record, new RecordSerializer(record), type.number());
    }
    return kryo;
  }
}
