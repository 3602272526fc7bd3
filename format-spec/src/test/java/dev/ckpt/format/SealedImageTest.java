package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.error.UnknownObjectException;
import dev.ckpt.format.RawStream.Raw;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.PageKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedImageTest {
  private static final int SEAL_OFFSET = 16;
  private static final int HEADER_OFFSET = SEAL_OFFSET + 24 + 80;

  @TempDir Path folder;

  private final SealSecret file = SealSecret.ofKeyFile(SealedImages.keyFile());
  private final SealSecret typed = SealSecret.ofPassphrase(SealedImages.passphrase());

  @AfterEach
  void wipe() {
    file.close();
    typed.close();
  }

  private ImageKey key() {
    return file.derive(0, SealedImages.salt(1));
  }

  private void assertRefused(byte[] image, String what) {
    assertThrows(CorruptImageException.class, () -> SealedImages.readAll(image, file), what);
    assertThrows(CkptException.class, () -> openAndVerify(image, file), what);
  }

  private void openAndVerify(byte[] image, KeySource keys) throws Exception {
    Path path = Files.write(folder.resolve("sealed.ckpt"), image);
    try (ImageFile opened = ImageFile.open(path, keys)) {
      opened.verify();
    }
  }

  @Test
  void readsBackWhatWasSealed() throws Exception {
    List<ImageRecord> written = Samples.ofImage();
    for (ImageKey key :
        List.of(key(), typed.derive(SealedImages.ITERATIONS, SealedImages.salt(2)))) {
      List<ImageRecord> read =
          SealedImages.readAll(SealedImages.image(key), seal -> key).stream()
              .map(ImageObject::record)
              .toList();
      // INDEX and TAIL tell of other places.
      int nr = written.size() - 2;
      assertEquals(written.subList(0, nr), read.subList(0, nr));
      assertEquals(written.size(), read.size());
    }
  }

  @Test
  void keepsPagesAtPageBoundaries() throws Exception {
    byte[] image = SealedImages.image(key());
    Path path = Files.write(folder.resolve("sealed.ckpt"), image);
    try (ImageFile opened = ImageFile.open(path, file)) {
      ByteBuffer header =
          ByteBuffer.wrap(image)
              .order(ByteOrder.LITTLE_ENDIAN)
              .position((int) opened.pageArray(0).offset());
      long end = header.position() + 24 + header.getLong(header.position() + 8);
      assertEquals(0, (end - 16) % Limits.PAGE_SIZE);
    }
  }

  @Test
  void saysThatAnImageIsSealed() throws Exception {
    byte[] image = SealedImages.image(key());
    CkptException none =
        assertThrows(CkptException.class, () -> SealedImages.readAll(image, KeySource.NONE));
    assertEquals(FailureCode.IMAGE_SEALED, none.code());
    assertEquals(
        FailureCode.IMAGE_SEALED,
        assertThrows(CkptException.class, () -> SealedImages.readAll(image, typed)).code());
    assertEquals(
        FailureCode.IMAGE_SEALED,
        assertThrows(CkptException.class, () -> openAndVerify(image, KeySource.NONE)).code());
  }

  @Test
  void tellsAWrongKeyFromDamage() throws Exception {
    byte[] other = SealedImages.keyFile();
    other[39] ^= 1;
    byte[] image = SealedImages.image(key());
    try (SealSecret wrong = SealSecret.ofKeyFile(other)) {
      assertEquals(
          FailureCode.IMAGE_KEY,
          assertThrows(CkptException.class, () -> SealedImages.readAll(image, wrong)).code());
      assertEquals(
          FailureCode.IMAGE_KEY,
          assertThrows(CkptException.class, () -> openAndVerify(image, wrong)).code());
      image[image.length / 2] ^= 1;
      assertThrows(CkptException.class, () -> SealedImages.readAll(image, file));
    }
    byte[] typedImage =
        SealedImages.shortImage(typed.derive(SealedImages.ITERATIONS, SealedImages.salt(3)));
    try (SealSecret wrong = SealSecret.ofPassphrase("correct hors".getBytes())) {
      assertEquals(
          FailureCode.IMAGE_KEY,
          assertThrows(CkptException.class, () -> SealedImages.readAll(typedImage, wrong)).code());
    }
  }

  @Test
  void noticesEveryFlippedByte() throws Exception {
    byte[] image = SealedImages.shortImage(key());
    for (int i = 0; i < image.length; i += i < 600 || i > image.length - 600 ? 1 : 17) {
      byte[] damaged = image.clone();
      damaged[i] ^= (byte) (1 << i % 8);
      assertRefused(damaged, "byte " + i);
    }
  }

  /** With checksums that are right: only the tags are left to notice it. */
  @Test
  void noticesEveryByteThatSomebodyChanges() throws Exception {
    List<Raw> objects = RawStream.parse(SealedImages.shortImage(key()));
    for (int at = 0; at < objects.size(); at++) {
      Raw raw = objects.get(at);
      for (int i = 0; i < raw.payload().length; i += i < 200 ? 1 : 13) {
        byte[] payload = raw.payload().clone();
        payload[i] ^= (byte) (1 << i % 8);
        List<Raw> changed = new ArrayList<>(objects);
        changed.set(at, Raw.of(raw.type(), raw.flags(), raw.objref(), payload));
        byte[] image = RawStream.of(changed);
        assertThrows(
            CkptException.class, () -> SealedImages.readAll(image, file), at + " byte " + i);
      }
    }
  }

  @Test
  void noticesHeadersThatSomebodyChanges() throws Exception {
    List<Raw> objects = RawStream.parse(SealedImages.shortImage(key()));
    for (int at = 0; at < objects.size(); at++) {
      Raw raw = objects.get(at);
      for (Raw other :
          List.of(
              Raw.of(raw.type() + 1, raw.flags(), raw.objref(), raw.payload()),
              Raw.of(raw.type(), raw.flags() ^ 1, raw.objref(), raw.payload()),
              Raw.of(raw.type(), raw.flags() ^ 2, raw.objref(), raw.payload()),
              Raw.of(raw.type(), raw.flags(), raw.objref() + 1, raw.payload()),
              Raw.of(990, 3, raw.objref(), raw.payload()))) {
        List<Raw> changed = new ArrayList<>(objects);
        changed.set(at, other);
        byte[] image = RawStream.of(changed);
        assertThrows(CkptException.class, () -> SealedImages.readAll(image, file), "" + other);
      }
    }
  }

  @Test
  void noticesObjectsThatAreMovedRepeatedExchangedOrLeftOut() throws Exception {
    List<Raw> objects = RawStream.parse(SealedImages.shortImage(key()));
    // Two page arrays of one length, in each other's place.
    List<Raw> exchanged = new ArrayList<>(objects);
    assertEquals(450, objects.get(3).type());
    exchanged.set(3, objects.get(4));
    exchanged.set(4, objects.get(3));
    assertRefused(RawStream.of(exchanged), "exchanged");
    for (int at = 0; at < objects.size(); at++) {
      List<Raw> repeated = new ArrayList<>(objects);
      repeated.add(at, objects.get(at));
      assertRefused(RawStream.of(repeated), "repeated " + at);
      List<Raw> without = new ArrayList<>(objects);
      without.remove(at);
      byte[] image = RawStream.of(without);
      assertThrows(CkptException.class, () -> SealedImages.readAll(image, file), "without " + at);
    }
  }

  /** Two images of one task, sealed with one secret, differ in nothing but their salts. */
  @Test
  void noticesObjectsOfAnotherImageOfTheSameSecret() throws Exception {
    List<Raw> objects = RawStream.parse(SealedImages.shortImage(key()));
    List<Raw> others =
        RawStream.parse(SealedImages.shortImage(file.derive(0, SealedImages.salt(9))));
    for (int at = 1; at < objects.size(); at++) {
      List<Raw> mixed = new ArrayList<>(objects);
      mixed.set(at, others.get(at));
      assertRefused(RawStream.of(mixed), "object " + at);
    }
    List<Raw> seal = new ArrayList<>(objects);
    seal.set(0, others.get(0));
    assertRefused(RawStream.of(seal), "the SEAL of another");
  }

  @Test
  void noticesACutAtEveryByte() throws Exception {
    byte[] image = SealedImages.shortImage(key());
    for (int len = 0; len < image.length; len += len < 600 || len > image.length - 600 ? 1 : 37) {
      assertRefused(Arrays.copyOf(image, len), "length " + len);
    }
  }

  @Test
  void refusesToMixSealedAndPlainObjects() throws Exception {
    List<Raw> sealed = RawStream.parse(SealedImages.shortImage(key()));
    List<Raw> plain = RawStream.parse(Samples.shortImage());
    List<Raw> mixed = new ArrayList<>(plain);
    mixed.add(0, sealed.get(0));
    assertRefused(RawStream.of(mixed), "plain behind a SEAL");
    mixed = new ArrayList<>(sealed);
    mixed.remove(0);
    assertRefused(RawStream.of(mixed), "sealed without a SEAL");
    mixed = new ArrayList<>(plain);
    mixed.add(1, sealed.get(0));
    assertRefused(RawStream.of(mixed), "a SEAL behind the HEADER");
  }

  @Test
  void opensUnknownObjectsBeforeItSkipsThem() throws Exception {
    ImageKey key = key();
    List<Raw> objects = new ArrayList<>(RawStream.parse(SealedImages.image(key)).subList(0, 2));
    long offset = HEADER_OFFSET + 24 + (objects.get(1).payload().length + 7) / 8 * 8;
    ObjectHeader header = new ObjectHeader(999, 3, 0, 5 + 16, 0);
    ByteBuffer payload = key.cipher().seal(header, offset, ByteBuffer.wrap(new byte[5]));
    byte[] bytes = new byte[payload.remaining()];
    payload.get(bytes);
    objects.add(Raw.of(999, 3, 0, bytes));
    objects.add(Raw.of(998, 2, 0, new byte[20]));
    byte[] image = RawStream.of(objects);
    // It comes to the next one, which may not be skipped.
    assertThrows(UnknownObjectException.class, () -> SealedImages.readAll(image, file));
    bytes[0] ^= 1;
    byte[] changed = RawStream.of(objects);
    assertThrows(CorruptImageException.class, () -> SealedImages.readAll(changed, file));
  }

  @Test
  void refusesTooManyIterationsWithoutComputingThem() throws Exception {
    List<Raw> objects = RawStream.parse(SealedImages.image(key()));
    for (int iterations : new int[] {Limits.MAX_KDF_ITERATIONS + 1, Integer.MAX_VALUE, -1, 0}) {
      byte[] seal = objects.get(0).payload().clone();
      ByteBuffer.wrap(seal).order(ByteOrder.LITTLE_ENDIAN).putInt(4, 1).putInt(8, iterations);
      List<Raw> hostile = new ArrayList<>(objects);
      hostile.set(0, Raw.of(110, 0, 0, seal));
      byte[] image = RawStream.of(hostile);
      assertThrows(CorruptImageException.class, () -> SealedImages.readAll(image, typed));
    }
  }

  @Test
  void findsSinglePages() throws Exception {
    Path path = Files.write(folder.resolve("s.ckpt"), SealedImages.shortImage(key()));
    try (FileChannel channel = FileChannel.open(path);
        ImageFile opened = new ImageFile(channel, file)) {
      assertEquals(2, opened.nrPageArrays());
      ByteBuffer page = ByteBuffer.allocate(Limits.PAGE_SIZE);
      for (int i = 1; i >= 0; i--) {
        int owner = opened.pageArray(i).owner();
        assertEquals(
            Optional.of(PageKind.DATA),
            opened.readPage(owner, (long) i * Limits.PAGE_SIZE, page.clear()));
        assertEquals(Samples.pages(), page.flip());
      }
      opened.verify();
      assertEquals(Samples.header(), opened.state().header());
    }
  }

  @Test
  void showsNothingOfWhatItHolds() throws Exception {
    String image = new String(SealedImages.image(key()), StandardCharsets.ISO_8859_1);
    String plain = new String(Samples.image(), StandardCharsets.ISO_8859_1);
    for (String secret : List.of("/dev/null", "in flight", "6.9.1-test", "ckpt 0.1.0")) {
      assertTrue(plain.contains(secret), secret);
      assertFalse(image.contains(secret), secret);
    }
    byte[] page = new byte[64];
    Samples.pages().get(page);
    String part = new String(page, StandardCharsets.ISO_8859_1);
    assertTrue(plain.contains(part));
    assertFalse(image.contains(part));
  }

  @Test
  void neverUsesASaltTwice() {
    assertFalse(file.newKey().seal().salt().equals(file.newKey().seal().salt()));
  }

  @Test
  void wipesSecretsAndKeys() {
    byte[] bytes = SealedImages.keyFile();
    SealSecret secret = SealSecret.ofKeyFile(bytes);
    ImageKey key = secret.newKey();
    secret.close();
    assertEquals(ByteBuffer.wrap(new byte[bytes.length]), ByteBuffer.wrap(bytes));
    assertThrows(IllegalStateException.class, secret::newKey);
    assertThrows(IllegalStateException.class, key::cipher);
  }

  @Test
  void showsNoSecretInTexts() throws Exception {
    String hex = ByteString.of(SealedImages.keyFile()).toString();
    for (Object object : List.of(file, typed, key(), key().cipher())) {
      assertFalse(object.toString().contains(hex), object.toString());
      assertFalse(object.toString().contains(SealedImages.PASSPHRASE), object.toString());
    }
  }

  @Test
  void takesSecretsOfTheRightLengthOnly() {
    for (int len : new int[] {0, 31, Limits.MAX_KEY_FILE_BYTES + 1}) {
      assertThrows(
          IllegalArgumentException.class, () -> SealSecret.ofKeyFile(new byte[len]), "" + len);
    }
    assertThrows(IllegalArgumentException.class, () -> SealSecret.ofPassphrase(new byte[0]));
    assertThrows(
        IllegalArgumentException.class,
        () -> SealSecret.ofPassphrase(new byte[Limits.MAX_PASSPHRASE_BYTES + 1]));
  }
}
