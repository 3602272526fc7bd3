package dev.ckpt.convert.criu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.convert.BadInputException;
import dev.ckpt.convert.OutputFolder;
import dev.ckpt.convert.PlainFolder;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.FileUnixSocket;
import dev.ckpt.format.record.SocketMessage;
import dev.ckpt.format.record.SocketRights;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketQueuesTest {
  private static final int SOCKET = 5;
  private static final int PIPE = 8;
  private static final int LOST = 9;

  @TempDir private Path folder;

  private static SocketMessage message(String data) {
    return new SocketMessage(ByteString.EMPTY, 0, 0, 0, ByteString.of(data));
  }

  private static ImageState state(List<SocketMessage> messages, SocketRights... rights) {
    ByteString none = ByteString.EMPTY;
    FileUnixSocket socket =
        new FileUnixSocket(SOCKET, 2, 1, 3, 0, 0, 3, 0, 0, 0, 0, none, none, List.of(), messages);
    List<ImageObject> objects = new ArrayList<>();
    objects.add(new ImageObject(0, SOCKET, socket));
    for (SocketRights each : rights) {
      objects.add(new ImageObject(0, 0, each));
    }
    return ImageState.of(objects);
  }

  private void write(ImageState state) throws IOException {
    OutputFolder out =
        name ->
            FileChannel.open(
                folder.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    SocketQueues.write(state, Set.of(SOCKET, PIPE), out);
  }

  /** What is read where this file is a unix socket, and no other is. */
  private Map<Integer, List<SocketQueues.Packet>> read(int socket) throws IOException {
    Map<Integer, Criu.File> files = new HashMap<>();
    Criu.UnixSk usk = Criu.UnixSk.getDefaultInstance();
    files.put(socket, Criu.File.newBuilder().setType(5).setId(socket).setUsk(usk).buildPartial());
    return SocketQueues.read(
        new CriuFolder(
            new PlainFolder("it", folder),
            Criu.Pstree.getDefaultInstance(),
            Map.of(),
            Criu.Mm.getDefaultInstance(),
            Criu.Fs.getDefaultInstance(),
            List.of(),
            files,
            Map.of(),
            Map.of(),
            List.of(),
            List.of(),
            Optional.empty()));
  }

  @Test
  void messagesComeBackInTheirOrder() throws IOException {
    write(
        state(
            List.of(message("one"), message(""), message("three")),
            new SocketRights(SOCKET, 2, List.of(PIPE, SOCKET))));

    assertEquals(
        Map.of(
            SOCKET,
            List.of(
                new SocketQueues.Packet(ByteString.of("one"), List.of()),
                new SocketQueues.Packet(ByteString.EMPTY, List.of()),
                new SocketQueues.Packet(ByteString.of("three"), List.of(PIPE, SOCKET)))),
        read(SOCKET));
  }

  @Test
  void fileThatIsLostDoesNotComeAlong() throws IOException {
    write(state(List.of(message("one")), new SocketRights(SOCKET, 0, List.of(LOST, PIPE))));

    assertEquals(List.of(PIPE), read(SOCKET).get(SOCKET).get(0).files());
  }

  @Test
  void emptyQueuesMakeNoFile() throws IOException {
    write(state(List.of()));

    assertFalse(Files.exists(folder.resolve("sk-queues.img")));
    assertTrue(read(SOCKET).isEmpty());
  }

  @Test
  void refusesQueueOfWhatIsNoUnixSocket() throws IOException {
    write(state(List.of(message("one"))));

    assertThrows(BadInputException.class, () -> read(SOCKET + 1));
  }

  @Test
  void refusesMessageThatIsCutOff() throws IOException {
    write(state(List.of(message("one"))));
    Path file = folder.resolve("sk-queues.img");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));

    assertThrows(BadInputException.class, () -> read(SOCKET));
  }
}
