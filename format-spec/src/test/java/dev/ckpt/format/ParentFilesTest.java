package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ParentImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParentFilesTest {
  private static final UUID RIGHT = UUID.fromString("11111111-2222-3333-4444-555555555555");
  private static final UUID WRONG = UUID.fromString("66666666-7777-8888-9999-000000000000");

  @TempDir Path temp;

  private final OpenedFiles opened = new OpenedFiles();

  /** Where the parent was. */
  private Path recorded;

  /** Where it would be beside the image. */
  private Path beside;

  @BeforeEach
  void makeFolders() throws IOException {
    recorded = Files.createDirectory(temp.resolve("old")).resolve("parent.ckpt");
    beside = Files.createDirectory(temp.resolve("new")).resolve("parent.ckpt");
  }

  private static void write(Path path, UUID uuid) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      writer.write(Samples.header(uuid, Header.NO_PARENT));
      writer.finish();
    }
    Files.write(path, bytes.toByteArray());
  }

  private static ParentImage parent(Path path) {
    return new ParentImage(ByteString.of(path.toString()));
  }

  /** Opens it, and says which files were opened for it, of which the last is the right one. */
  private List<Path> find(Optional<Path> folder, ParentImage parent) throws IOException {
    try (ImageFile file = opened.parents(folder, KeySource.NONE).open(parent, RIGHT)) {
      assertEquals(RIGHT, file.header().uuid());
      assertEquals(1, opened.nrOpen());
    }
    assertEquals(0, opened.nrOpen());
    return opened.paths();
  }

  private List<Path> find() throws IOException {
    return find(Optional.of(beside.getParent()), parent(recorded));
  }

  private Code refusal(ParentImage parent) {
    CkptException e =
        assertThrows(CkptException.class, () -> find(Optional.of(beside.getParent()), parent));
    assertEquals(0, opened.nrOpen());
    assertTrue(
        e.getMessage().contains(RIGHT.toString()) || e.getMessage().contains("no path"),
        e.getMessage());
    return e.code();
  }

  @Test
  void looksBesideTheImageFirst() throws Exception {
    write(beside, RIGHT);
    write(recorded, RIGHT);
    assertEquals(List.of(beside), find());
  }

  @Test
  void looksWhereTheParentWas() throws Exception {
    write(recorded, RIGHT);
    assertEquals(List.of(recorded), find());
  }

  @Test
  void takesTheRightOneWhereItWasAlthoughAnotherIsBeside() throws Exception {
    write(beside, WRONG);
    write(recorded, RIGHT);
    assertEquals(List.of(beside, recorded), find());
  }

  @Test
  void takesTheRightOneBesideAlthoughAnotherIsWhereItWas() throws Exception {
    write(beside, RIGHT);
    write(recorded, WRONG);
    assertEquals(List.of(beside), find());
  }

  /** What comes through a pipe is nowhere. */
  @Test
  void looksWhereTheParentWasAloneIfTheImageHasNoFolder() throws Exception {
    write(beside, RIGHT);
    write(recorded, RIGHT);
    assertEquals(List.of(recorded), find(Optional.empty(), parent(recorded)));
  }

  @Test
  void opensAFileOnceIfBothAreTheSame() throws Exception {
    write(recorded, WRONG);
    CkptException e =
        assertThrows(
            CkptException.class, () -> find(Optional.of(recorded.getParent()), parent(recorded)));
    assertEquals(FailureCode.PARENT_OTHER, e.code());
    assertEquals(List.of(recorded), opened.paths());
  }

  @Test
  void saysThatThereAreOthersOnly() throws Exception {
    write(beside, WRONG);
    assertEquals(FailureCode.PARENT_OTHER, refusal(parent(recorded)));
    write(recorded, WRONG);
    assertEquals(FailureCode.PARENT_OTHER, refusal(parent(recorded)));
  }

  @Test
  void saysThatThereIsNone() {
    assertEquals(FailureCode.PARENT_MISSING, refusal(parent(recorded)));
    assertEquals(FailureCode.PARENT_MISSING, refusal(parent(Path.of("/"))));
    assertEquals(List.of(), opened.paths());
  }

  @Test
  void saysThatThereIsNoneWhereThePathIsNone() {
    for (byte[] path :
        List.of(
            new byte[] {'/', 'a', 0, 'b'},
            new byte[] {'/', 0},
            new byte[] {'/', 'a', (byte) 0xff, (byte) 0xfe},
            new byte[] {'/', (byte) 0xc3},
            ("/" + "x".repeat(4095)).getBytes(StandardCharsets.US_ASCII),
            "/dev/null/parent".getBytes(StandardCharsets.US_ASCII))) {
      ParentImage parent = new ParentImage(ByteString.of(path));
      assertEquals(FailureCode.PARENT_MISSING, refusal(parent), parent.toString());
    }
    assertEquals(List.of(), opened.paths());
  }

  /** Nothing of what a path may lead to is touched, but regular files: a pipe would block. */
  @Test
  void opensRegularFilesAlone() throws Exception {
    Files.createDirectory(beside);
    Files.createSymbolicLink(recorded, Path.of("/dev/zero"));
    assertEquals(FailureCode.PARENT_MISSING, refusal(parent(recorded)));
    Files.delete(beside);
    assertEquals(0, new ProcessBuilder("mkfifo", beside.toString()).start().waitFor());
    assertEquals(FailureCode.PARENT_MISSING, refusal(parent(recorded)));
    assertEquals(List.of(), opened.paths());
    Files.delete(recorded);
    write(recorded, RIGHT);
    assertEquals(List.of(recorded), find());
  }

  @Test
  void followsALinkToTheParent() throws Exception {
    write(temp.resolve("elsewhere"), RIGHT);
    Files.createSymbolicLink(beside, temp.resolve("elsewhere"));
    assertEquals(List.of(beside), find());
  }

  @Test
  void takesNoRelativePath() {
    assertThrows(
        IllegalArgumentException.class, () -> new ParentImage(ByteString.of("parent.ckpt")));
  }

  @Test
  void asksForTheKeyOfASealedParent() throws Exception {
    try (SealSecret secret = SealSecret.ofKeyFile(SealedImages.keyFile())) {
      Files.write(recorded, SealedImages.shortImage(secret.derive(0, SealedImages.salt(1))));
      UUID uuid = Samples.header().uuid();
      ParentFiles keyless = opened.parents(KeySource.NONE);
      CkptException e =
          assertThrows(CkptException.class, () -> close(keyless.open(parent(recorded), uuid)));
      assertEquals(FailureCode.IMAGE_SEALED, e.code());
      assertEquals(0, opened.nrOpen());
      try (ImageFile file = opened.parents(secret).open(parent(recorded), uuid)) {
        assertEquals(uuid, file.header().uuid());
      }
    }
    assertEquals(0, opened.nrOpen());
  }

  private static void close(ImageFile file) throws IOException {
    file.close();
  }
}
