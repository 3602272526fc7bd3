package dev.ckpt.format;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.RawStream.Raw;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Finds the lengths and counts of a payload: the codec itself says where it asks for one. */
final class LengthFields implements RecordInput {
  /** One u32 field: where it stands in the payload, and the most that it may say. */
  record Field(int at, int max) {}

  private final ChronicleInput in;
  private final int lenBytes;
  private final List<Field> fields = new ArrayList<>();

  private LengthFields(byte[] payload) {
    in = new ChronicleInput(ByteBuffer.wrap(payload), 0, "a sample");
    lenBytes = payload.length;
  }

  /** Those of a well-formed object, in their order. */
  static List<Field> of(Raw raw) throws CorruptImageException {
    LengthFields found = new LengthFields(raw.payload());
    ObjectType.of(raw.type()).orElseThrow().codec().read(found);
    return found.fields;
  }

  private void note(int max) {
    fields.add(new Field(lenBytes - (int) in.remaining(), max));
  }

  @Override
  public int u8() throws CorruptImageException {
    return in.u8();
  }

  @Override
  public int u16() throws CorruptImageException {
    return in.u16();
  }

  @Override
  public int u32() throws CorruptImageException {
    return in.u32();
  }

  @Override
  public long u64() throws CorruptImageException {
    return in.u64();
  }

  @Override
  public boolean bool32() throws CorruptImageException {
    return in.bool32();
  }

  @Override
  public void reserved32() throws CorruptImageException {
    in.reserved32();
  }

  @Override
  public int objref() throws CorruptImageException {
    return in.objref();
  }

  @Override
  public int objref64() throws CorruptImageException {
    return in.objref64();
  }

  @Override
  public UUID uuid() throws CorruptImageException {
    return in.uuid();
  }

  @Override
  public ByteString fixed(int lenBytes) throws CorruptImageException {
    return in.fixed(lenBytes);
  }

  @Override
  public ByteString bytes(int maxBytes) throws CorruptImageException {
    note(maxBytes);
    return in.bytes(maxBytes);
  }

  @Override
  public int count(int max, int elementBytes) throws CorruptImageException {
    note(max);
    return in.count(max, elementBytes);
  }

  @Override
  public long remaining() {
    return in.remaining();
  }

  @Override
  public CorruptImageException corrupt(String expected, String actual) {
    return in.corrupt(expected, actual);
  }
}
