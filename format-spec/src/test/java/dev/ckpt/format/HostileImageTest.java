package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.UnknownObjectException;
import dev.ckpt.format.RawStream.Raw;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostileImageTest {
  private static final int OPTIONAL = 1;

  private static List<Raw> objects() throws Exception {
    List<Raw> objects = new ArrayList<>(RawStream.parse(Samples.image()));
    objects.remove(objects.size() - 1);
    return objects;
  }

  private static int position(List<Raw> objects, ObjectType type) {
    for (int i = 0; i < objects.size(); i++) {
      if (objects.get(i).type() == type.number()) {
        return i;
      }
    }
    throw new AssertionError("no " + type);
  }

  private static CorruptImageException assertCorrupt(List<Raw> objects) {
    byte[] image = RawStream.withTail(objects);
    return assertThrows(CorruptImageException.class, () -> Images.readAll(image));
  }

  private static Raw patched(Raw raw, int offset, int value) {
    byte[] payload = raw.payload().clone();
    ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, value);
    return Raw.of(raw.type(), raw.flags(), raw.objref(), payload);
  }

  @Test
  void readsItsOwnStreams() throws Exception {
    assertEquals(Samples.NR_OBJECTS, Images.readAll(RawStream.withTail(objects())).size());
  }

  @ParameterizedTest
  @ValueSource(ints = {4097, 0x1000_0000, -1})
  void rejectsTooManyRuns(int nrRuns) throws Exception {
    List<Raw> objects = objects();
    int at = position(objects, ObjectType.PAGE_ARRAY);
    objects.set(at, patched(objects.get(at), 8, nrRuns));
    assertEquals("PAGE_ARRAY", assertCorrupt(objects).objectType());
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5, 0, 6, -1})
  void rejectsPageKindsOfLaterVersions(int kind) throws Exception {
    List<Raw> objects = objects();
    int at = position(objects, ObjectType.PAGE_ARRAY);
    objects.set(at, patched(objects.get(at), 28, kind));
    assertEquals("PAGE_ARRAY", assertCorrupt(objects).objectType());
  }

  @Test
  void rejectsBytesInThePaddingBeforeThePages() throws Exception {
    List<Raw> objects = objects();
    int at = position(objects, ObjectType.PAGE_ARRAY);
    objects.set(at, patched(objects.get(at), 48, 1));
    assertTrue(assertCorrupt(objects).getMessage().contains("zero in the padding"));
  }

  private static List<Raw> objectsOfChild() throws Exception {
    List<Raw> objects = new ArrayList<>(RawStream.parse(Samples.childImage()));
    objects.remove(objects.size() - 1);
    return objects;
  }

  @Test
  void rejectsPagesOfAParentThatDoNotAscend() throws Exception {
    List<Raw> objects = objectsOfChild();
    int at = position(objects, ObjectType.PARENT_PAGES);
    objects.add(at + 3, objects.get(at));
    CorruptImageException e = assertCorrupt(objects);
    assertEquals("PARENT_PAGES", e.objectType());
    assertTrue(e.expected().contains("of owner " + ParentSamples.MM), e.getMessage());
  }

  @Test
  void rejectsRunsOfPagesOfAParentThatDoNotAscend() throws Exception {
    List<Raw> objects = objectsOfChild();
    int at = position(objects, ObjectType.PARENT_PAGES);
    // The length of the first of two runs: up to the second, then into it.
    objects.set(at, patched(objects.get(at), 24, 3));
    Images.readAll(RawStream.withTail(objects));
    objects.set(at, patched(objects.get(at), 24, 4));
    assertEquals("PARENT_PAGES", assertCorrupt(objects).objectType());
  }

  @Test
  void rejectsPagesOfAParentThatNobodyCanOwn() throws Exception {
    for (int objref : new int[] {0, -1, 77}) {
      List<Raw> objects = objectsOfChild();
      int at = position(objects, ObjectType.PARENT_PAGES);
      Raw raw = objects.get(at);
      objects.set(at, patched(raw, 8, objref));
      if (objref > 0) {
        // What the parent has is not known here.
        Images.readAll(RawStream.withTail(objects));
      } else {
        assertEquals("PARENT_PAGES", assertCorrupt(objects).objectType());
      }
      objects.set(at, patched(raw, 0, objref));
      assertEquals("PARENT_PAGES", assertCorrupt(objects).objectType());
    }
  }

  @Test
  void rejectsPagesOfAParentOfAFileThatIsNotEmbedded() throws Exception {
    List<Raw> objects = objectsOfChild();
    int exe = position(objects, ObjectType.FILE_REF);
    int last = position(objects, ObjectType.PAGE_ARRAY) - 1;
    objects.set(last, patched(objects.get(last), 0, Samples.EXE));
    Images.readAll(RawStream.withTail(objects));
    Raw raw = objects.get(exe);
    objects.set(exe, patched(raw, raw.payload().length - 4, 0));
    assertEquals("PARENT_PAGES", assertCorrupt(objects).objectType());
  }

  @Test
  void skipsUnknownObjectsThatAreOptional() throws Exception {
    List<Raw> objects = objects();
    objects.add(position(objects, ObjectType.INDEX), Raw.of(999, OPTIONAL, 0, new byte[13]));
    objects.add(3, Raw.of(60_000, OPTIONAL, 0, new byte[0]));
    // Offsets in the index move with the page array, so this one has to be moved by hand.
    int index = position(objects, ObjectType.INDEX);
    Raw raw = objects.get(index);
    long offset = ByteBuffer.wrap(raw.payload()).order(ByteOrder.LITTLE_ENDIAN).getLong(4);
    int array = position(objects, ObjectType.PAGE_ARRAY);
    byte[] payload = objects.get(array).payload();
    byte[] moved = new byte[payload.length - 24];
    System.arraycopy(payload, 0, moved, 0, 48);
    System.arraycopy(payload, payload.length - 4096, moved, moved.length - 4096, 4096);
    objects.set(array, Raw.of(450, 0, 0, moved));
    objects.set(index, patched(raw, 4, (int) offset + 24));
    List<ImageObject> read = Images.readAll(RawStream.withTail(objects));
    assertEquals(Samples.NR_OBJECTS, read.size());
  }

  @Test
  void refusesUnknownObjectsThatAreNotOptional() throws Exception {
    List<Raw> objects = objects();
    objects.add(3, Raw.of(999, 0, 0, new byte[13]));
    byte[] image = RawStream.withTail(objects);
    UnknownObjectException e =
        assertThrows(UnknownObjectException.class, () -> Images.readAll(image));
    assertEquals("IMAGE_UNKNOWN_OBJECT", e.code().name());
    assertEquals(999, e.type());
  }

  @Test
  void noticesDamageInAnObjectThatItSkips() throws Exception {
    List<Raw> objects = objects();
    objects.add(1, Raw.of(999, OPTIONAL, 0, new byte[9]));
    byte[] image = RawStream.withTail(objects);
    int payload = 16 + 24 + (objects.get(0).payload().length + 7) / 8 * 8 + 24;
    for (int i = payload; i < payload + 16; i++) {
      byte[] damaged = image.clone();
      damaged[i] = 1;
      assertThrows(CorruptImageException.class, () -> Images.readAll(damaged));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 0x8000, 1})
  void rejectsFlagsThatTheTypeDoesNotHave(int flags) throws Exception {
    List<Raw> objects = objects();
    Raw task = objects.get(1);
    objects.set(1, Raw.of(task.type(), flags, 0, task.payload()));
    assertEquals("object header", assertCorrupt(objects).objectType());
  }

  @Test
  void rejectsAnObjrefThatDoesNotIncrease() throws Exception {
    for (int objref : new int[] {0, 1, -5}) {
      List<Raw> objects = objects();
      int at = position(objects, ObjectType.MM);
      Raw mm = objects.get(at);
      objects.set(at, Raw.of(mm.type(), 0, objref, mm.payload()));
      assertCorrupt(objects);
    }
  }

  @Test
  void rejectsAnObjrefWhereNothingRefersTo() throws Exception {
    List<Raw> objects = objects();
    Raw task = objects.get(1);
    objects.set(1, Raw.of(task.type(), 0, 1, task.payload()));
    assertEquals("TASK", assertCorrupt(objects).objectType());
  }

  @Test
  void rejectsReferencesThatLeadNowhereOrToAnotherType() throws Exception {
    for (int file : new int[] {Samples.EXE, Samples.MM, 77}) {
      List<Raw> objects = objects();
      int at = position(objects, ObjectType.FD);
      objects.set(at, patched(objects.get(at), 8, file));
      CorruptImageException e = assertCorrupt(objects);
      assertEquals("FD", e.objectType());
      assertTrue(e.actual().contains("objref " + file), e.getMessage());
    }
  }

  @Test
  void rejectsAReferenceToALaterObject() throws Exception {
    List<Raw> objects = objects();
    Raw exe = objects.remove(position(objects, ObjectType.FILE_REF));
    objects.add(position(objects, ObjectType.MM) + 1, exe);
    assertEquals("MM", assertCorrupt(objects).objectType());
  }

  @Test
  void rejectsEveryExchangeOfNeighboursAcrossParts() throws Exception {
    List<Raw> objects = objects();
    for (int i = 0; i + 1 < objects.size(); i++) {
      ObjectType one = ObjectType.of(objects.get(i).type()).orElseThrow();
      ObjectType other = ObjectType.of(objects.get(i + 1).type()).orElseThrow();
      if (one.phase() != other.phase()) {
        List<Raw> exchanged = new ArrayList<>(objects);
        exchanged.set(i, objects.get(i + 1));
        exchanged.set(i + 1, objects.get(i));
        assertCorrupt(exchanged);
      }
    }
  }

  @Test
  void rejectsWhatMayStandThereOnlyOnce() throws Exception {
    for (ObjectType type :
        List.of(
            ObjectType.HEADER, ObjectType.STATISTICS, ObjectType.INDEX, ObjectType.PAGE_ARRAY)) {
      List<Raw> objects = objects();
      int at = position(objects, type);
      objects.add(at, objects.get(at));
      assertCorrupt(objects);
    }
  }

  @Test
  void rejectsAStreamWithoutAnyOneObject() throws Exception {
    Raw tail = RawStream.tail(objects());
    for (int i = 0; i < objects().size(); i++) {
      List<Raw> objects = objects();
      objects.remove(i);
      objects.add(tail);
      byte[] image = RawStream.of(objects);
      assertThrows(CorruptImageException.class, () -> Images.readAll(image));
    }
  }

  @Test
  void rejectsEveryWrongFieldOfTheTail() throws Exception {
    List<Raw> objects = objects();
    Raw tail = RawStream.tail(objects);
    for (int at = 0; at < 40; at += 4) {
      int value = ByteBuffer.wrap(tail.payload()).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
      List<Raw> wrong = new ArrayList<>(objects);
      wrong.add(patched(tail, at, value + 8));
      byte[] image = RawStream.of(wrong);
      CorruptImageException e =
          assertThrows(CorruptImageException.class, () -> Images.readAll(image));
      assertEquals("TAIL", e.objectType());
    }
  }

  @Test
  void rejectsEveryWrongFieldOfTheIndex() throws Exception {
    for (int at = 0; at < 36; at += 4) {
      List<Raw> objects = objects();
      int index = position(objects, ObjectType.INDEX);
      Raw raw = objects.get(index);
      int value = ByteBuffer.wrap(raw.payload()).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
      objects.set(index, patched(raw, at, value + 8));
      assertEquals("INDEX", assertCorrupt(objects).objectType());
    }
  }
}
