package dev.ckpt.convert.kryo;

import com.esotericsoftware.kryo.kryo5.KryoException;
import com.esotericsoftware.kryo.kryo5.io.Output;
import dev.ckpt.format.ByteString;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Writes and reads the values of one Java type, as components of records have them. */
interface Field {
  /** Writes a value. */
  void write(Object value, Output out);

  /** Reads one, of what the object may still have. */
  Object read(BoundedInput in);

  /** The one place that says how each type of a component is written. */
  static Field of(Type type) {
    if (type == int.class || type == Integer.class) {
      return new IntField();
    } else if (type == long.class) {
      return new LongField();
    } else if (type == boolean.class) {
      return new BooleanField();
    } else if (type == ByteString.class) {
      return new BytesField();
    } else if (type == UUID.class) {
      return new UuidField();
    } else if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
      return new ListField(of(list.getActualTypeArguments()[0]));
    } else if (type instanceof Class<?> named && named.isEnum()) {
      return new EnumField((Enum<?>[]) named.getEnumConstants());
    } else if (type instanceof Class<?> named && named.isRecord()) {
      return new RecordSerializer(named.asSubclass(Record.class));
    }
    throw new IllegalArgumentException("no way to write a " + type);
  }

  /** Four bytes. */
  record IntField() implements Field {
    @Override
    public void write(Object value, Output out) {
      out.writeInt((Integer) value);
    }

    @Override
    public Object read(BoundedInput in) {
      in.spend(Integer.BYTES);
      return in.readInt();
    }
  }

  /** Eight bytes. */
  record LongField() implements Field {
    @Override
    public void write(Object value, Output out) {
      out.writeLong((Long) value);
    }

    @Override
    public Object read(BoundedInput in) {
      in.spend(Long.BYTES);
      return in.readLong();
    }
  }

  /** One byte, 0 or 1. */
  record BooleanField() implements Field {
    @Override
    public void write(Object value, Output out) {
      out.writeBoolean((Boolean) value);
    }

    @Override
    public Object read(BoundedInput in) {
      in.spend(1);
      byte value = in.readByte();
      if (value != 0 && value != 1) {
        throw new KryoException("a truth value of " + value);
      }
      return value == 1;
    }
  }

  /** A length and the bytes. */
  record BytesField() implements Field {
    @Override
    public void write(Object value, Output out) {
      byte[] bytes = ((ByteString) value).toByteArray();
      out.writeVarInt(bytes.length, true);
      out.writeBytes(bytes);
    }

    @Override
    public Object read(BoundedInput in) {
      return ByteString.of(in.bytes());
    }
  }

  /** Sixteen bytes. */
  record UuidField() implements Field {
    @Override
    public void write(Object value, Output out) {
      UUID uuid = (UUID) value;
      out.writeLong(uuid.getMostSignificantBits());
      out.writeLong(uuid.getLeastSignificantBits());
    }

    @Override
    public Object read(BoundedInput in) {
      in.spend(2 * Long.BYTES);
      return new UUID(in.readLong(), in.readLong());
    }
  }

  /** The name of a constant: its place among the others may change. */
  record EnumField(Enum<?>... constants) implements Field {
    @Override
    public void write(Object value, Output out) {
      byte[] name = ((Enum<?>) value).name().getBytes(StandardCharsets.US_ASCII);
      out.writeVarInt(name.length, true);
      out.writeBytes(name);
    }

    @Override
    public Object read(BoundedInput in) {
      ByteString name = ByteString.of(in.bytes());
      for (Enum<?> constant : constants) {
        if (ByteString.of(constant.name()).equals(name)) {
          return constant;
        }
      }
      throw new KryoException("a constant '" + name + "'");
    }
  }

  /** A count and the elements. How many a record may have is the record's to say. */
  record ListField(Field element) implements Field {
    @Override
    public void write(Object value, Output out) {
      List<?> values = (List<?>) value;
      out.writeVarInt(values.size(), true);
      values.forEach(each -> element.write(each, out));
    }

    @Override
    public Object read(BoundedInput in) {
      // NB: each takes bytes of what the object may have, so that the list ends somewhere.
      List<Object> values = new ArrayList<>();
      for (int left = in.length(); left > 0; left--) {
        values.add(element.read(in));
      }
      return values;
    }
  }
}
