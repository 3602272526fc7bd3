package dev.ckpt.convert.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonToken;
import dev.ckpt.format.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Bytes that may be a socket address: {@code {"inet": "127.0.0.1", "port": 8080}}, and with {@code
 * inet6} also {@code flowinfo} and {@code scope}. Others look as bytes do.
 *
 * <p>Source: struct sockaddr_in in linux/in.h, struct sockaddr_in6 in linux/in6.h.
 */
final class SocketAddressShape implements Shape {
  private static final String INET = "inet";
  private static final String INET6 = "inet6";
  private static final String PORT = "port";
  private static final String FLOWINFO = "flowinfo";
  private static final String SCOPE = "scope";

  private static final short AF_INET = 2;
  private static final short AF_INET6 = 10;
  private static final int INET_BYTES = 16;
  private static final int INET6_BYTES = 28;
  private static final int PORT_OFFSET = 2;
  private static final int INET_ADDR_OFFSET = 4;
  private static final int INET_ZERO_OFFSET = 8;
  private static final int FLOWINFO_OFFSET = 4;
  private static final int INET6_ADDR_OFFSET = 8;
  private static final int SCOPE_OFFSET = 24;
  private static final int MAX_PORT = 0xffff;
  private static final int COUNT_BYTES = 4;

  private static final NumberShape NUMBER = NumberShape.ofInt(SCOPE);
  private static final NumberShape FLAGS = NumberShape.ofInt("flags");

  private final BytesShape bytes = new BytesShape();

  @Override
  public void write(Object value, JsonGenerator out) throws IOException {
    ByteString address = (ByteString) value;
    ByteBuffer in = address.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    int len = address.length();
    if (len == INET_BYTES && in.getShort(0) == AF_INET && in.getLong(INET_ZERO_OFFSET) == 0) {
      out.writeStartObject();
      out.writeStringField(INET, IpText.ofInet(in.slice(INET_ADDR_OFFSET, Integer.BYTES)));
      out.writeNumberField(PORT, port(in));
      out.writeEndObject();
    } else if (len == INET6_BYTES && in.getShort(0) == AF_INET6) {
      out.writeStartObject();
      out.writeStringField(INET6, IpText.ofInet6(in.slice(INET6_ADDR_OFFSET, 2 * Long.BYTES)));
      out.writeNumberField(PORT, port(in));
      out.writeFieldName(FLOWINFO);
      FLAGS.write(Integer.reverseBytes(in.getInt(FLOWINFO_OFFSET)), out);
      out.writeFieldName(SCOPE);
      NUMBER.write(in.getInt(SCOPE_OFFSET), out);
      out.writeEndObject();
    } else {
      bytes.write(value, out);
    }
  }

  private static int port(ByteBuffer in) {
    return Short.toUnsignedInt(Short.reverseBytes(in.getShort(PORT_OFFSET)));
  }

  @Override
  public Object read(JsonInput in) throws IOException {
    in.spend(COUNT_BYTES);
    if (in.token() != JsonToken.START_OBJECT) {
      return ByteString.of(BytesShape.bytes(in));
    }
    in.require(in.next(), JsonToken.FIELD_NAME, "inet, inet6, hex or base64");
    String kind = in.text();
    ByteString address;
    if (kind.equals(INET)) {
      address = ByteString.of(inet(in));
    } else if (kind.equals(INET6)) {
      address = ByteString.of(inet6(in));
    } else {
      address = ByteString.of(BytesShape.encoded(kind, in));
    }
    in.require(in.next(), JsonToken.END_OBJECT, "no other field");
    return address;
  }

  private static byte[] inet(JsonInput in) throws IOException {
    in.spend(INET_BYTES);
    ByteBuffer out = ByteBuffer.allocate(INET_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.putShort(0, AF_INET);
    in.next();
    byte[] addr =
        IpText.inet(in.string("an IPv4 address")).orElseThrow(() -> in.bad("an IPv4 address"));
    out.put(INET_ADDR_OFFSET, addr);
    return out.putShort(PORT_OFFSET, readPort(in)).array();
  }

  private static byte[] inet6(JsonInput in) throws IOException {
    in.spend(INET6_BYTES);
    ByteBuffer out = ByteBuffer.allocate(INET6_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.putShort(0, AF_INET6);
    in.next();
    byte[] addr =
        IpText.inet6(in.string("an IPv6 address")).orElseThrow(() -> in.bad("an IPv6 address"));
    out.put(INET6_ADDR_OFFSET, addr);
    out.putShort(PORT_OFFSET, readPort(in));
    out.putInt(FLOWINFO_OFFSET, Integer.reverseBytes(number(FLOWINFO, in)));
    return out.putInt(SCOPE_OFFSET, number(SCOPE, in)).array();
  }

  private static short readPort(JsonInput in) throws IOException {
    int port = number(PORT, in);
    if (port < 0 || port > MAX_PORT) {
      throw in.bad("a port of 0 to 65535");
    }
    return Short.reverseBytes((short) port);
  }

  private static int number(String name, JsonInput in) throws IOException {
    in.require(in.next(), JsonToken.FIELD_NAME, name);
    if (!in.text().equals(name)) {
      throw in.bad(name);
    }
    in.next();
    return (Integer) NUMBER.read(in);
  }

  @Override
  public void schema(JsonGenerator out) throws IOException {
    Schemas.reference(Schemas.SOCKET_ADDRESS, out);
  }

  /** Writes the schema of all such bytes. */
  static void define(JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeArrayFieldStart("anyOf");
    BytesShape.alternatives(out);
    alternative(INET, out, PORT);
    alternative(INET6, out, PORT, FLOWINFO, SCOPE);
    out.writeEndArray();
    out.writeEndObject();
  }

  private static void alternative(String kind, JsonGenerator out, String... numbers)
      throws IOException {
    String[] fields = new String[numbers.length + 1];
    fields[0] = kind;
    System.arraycopy(numbers, 0, fields, 1, numbers.length);
    out.writeStartObject();
    out.writeStringField("type", "object");
    out.writeObjectFieldStart("properties");
    out.writeObjectFieldStart(kind);
    out.writeStringField("type", "string");
    out.writeEndObject();
    for (String number : numbers) {
      out.writeFieldName(number);
      NUMBER.schema(out);
    }
    out.writeEndObject();
    Schemas.only(out, fields);
    out.writeEndObject();
  }
}
