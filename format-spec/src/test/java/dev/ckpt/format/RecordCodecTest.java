package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.record.ImageRecord;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecordCodecTest {
  private static final long PAYLOAD_OFFSET = 4000;

  static List<ImageRecord> samples() {
    return Samples.all();
  }

  @SuppressWarnings("unchecked")
  private static byte[] encode(ImageRecord object) {
    ChronicleOutput out = new ChronicleOutput();
    ((RecordCodec<ImageRecord>) object.type().codec()).write(object, out);
    byte[] payload = Arrays.copyOf(out.array(), out.lenBytes());
    out.release();
    return payload;
  }

  private static ImageRecord decode(ObjectType type, byte[] payload) throws CorruptImageException {
    ByteBuffer in = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    return ObjectDecoder.decode(type, in, PAYLOAD_OFFSET);
  }

  @Test
  void hasASampleOfEveryType() {
    Set<ObjectType> types = samples().stream().map(ImageRecord::type).collect(Collectors.toSet());
    assertEquals(EnumSet.allOf(ObjectType.class), types);
  }

  @ParameterizedTest
  @MethodSource("samples")
  void readsWhatWasWritten(ImageRecord object) throws Exception {
    ImageRecord read = decode(object.type(), encode(object));
    assertEquals(object, read);
    assertEquals(object.hashCode(), read.hashCode());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void rejectsBytesBehindTheLastField(ImageRecord object) {
    byte[] payload = encode(object);
    byte[] longer = Arrays.copyOf(payload, payload.length + 1);
    CorruptImageException e =
        assertThrows(CorruptImageException.class, () -> decode(object.type(), longer));
    assertEquals(PAYLOAD_OFFSET + payload.length, e.offset());
    assertEquals(object.type().name(), e.objectType());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void rejectsPayloadCutAnywhere(ImageRecord object) {
    byte[] payload = encode(object);
    for (int len = 0; len < payload.length; len++) {
      byte[] cut = Arrays.copyOf(payload, len);
      CorruptImageException e =
          assertThrows(CorruptImageException.class, () -> decode(object.type(), cut));
      assertEquals("IMAGE_CORRUPT", e.code().name());
      assertTrue(e.offset() >= PAYLOAD_OFFSET && e.offset() <= PAYLOAD_OFFSET + len);
    }
  }

  /** With random bytes no record may do anything but read or refuse. */
  @ParameterizedTest
  @MethodSource("samples")
  void readsOrRejectsEveryByteValueAnywhere(ImageRecord object) {
    byte[] payload = encode(object);
    for (int i = 0; i < payload.length; i++) {
      byte before = payload[i];
      for (int value : new int[] {0, 1, 0x7f, 0x80, 0xff}) {
        payload[i] = (byte) value;
        try {
          ImageRecord read = decode(object.type(), payload);
          assertTrue(Arrays.equals(payload, encode(read)), "another encoding of " + read);
        } catch (CorruptImageException e) {
          assertEquals(object.type().name(), e.objectType());
        }
      }
      payload[i] = before;
    }
  }

  @Test
  void hasNumbersInBlocksOfAHundredAndNoneTwice() {
    for (ObjectType type : ObjectType.values()) {
      assertEquals(type, ObjectType.of(type.number()).orElseThrow());
      assertTrue(type.number() >= 100 && type.number() < 600, type.name());
    }
  }
}
