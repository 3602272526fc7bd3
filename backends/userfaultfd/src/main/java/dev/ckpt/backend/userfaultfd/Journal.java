package dev.ckpt.backend.userfaultfd;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.backend.LazyRange;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Files;
import dev.ckpt.core.kernel.MappedMemory;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What a successor has to know if we are killed: what was to be served at first, and every event
 * since. It is memory that outlives us (memfd), and the kernel itself writes events into it: one
 * that was taken from a userfaultfd is there, whenever we die.
 *
 * <p>Of missing pages nothing is written down: who asks again gets an answer again.
 *
 * <p>Threading: whoever may read events.
 */
final class Journal implements AutoCloseable {
  /** An event never lies across two pages: the first byte of it makes sure of its page. */
  private static final int SLOT_BYTES = 64;

  private static final int SLOT_MESSAGE = 32;
  private static final int SETUP = 8;
  private static final int PAGE = 4096;

  /** Nothing of it is there before it is used; a task makes some 100,000 calls in a second. */
  private static final int EVENTS_BYTES = 1 << 30;

  /**
   * What is to be served.
   *
   * @param pid the task
   * @param uuid of the image
   * @param userfault number of its userfaultfd
   * @param image number of the image's descriptor
   * @param tether numbers of its descriptors
   * @param path of the image
   * @param trusting whether its parents may be another user's
   * @param maxRate bytes in a second at most, of pages that nobody waits for; 0 for any
   * @param ranges what was missing at first
   */
  record Setup(
      int pid,
      UUID uuid,
      int userfault,
      int image,
      List<Integer> tether,
      Path path,
      boolean trusting,
      long maxRate,
      List<LazyRange> ranges) {}

  private final Fd file;
  private final MappedMemory memory;
  private final Setup setup;
  private final ByteBuffer events;
  private final long address;
  private int slot;

  private Journal(Fd file, MappedMemory memory, Setup setup, int setupBytes) {
    this.file = file;
    this.memory = memory;
    this.setup = setup;
    int begin = (SETUP + setupBytes + PAGE - 1) & -PAGE;
    events =
        memory
            .view(begin, (int) (memory.lenBytes() - begin) & -SLOT_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    address = NativeBuffer.addressOf(events);
  }

  /** Begins one. */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  static Journal begin(Setup setup) throws IOException {
    byte[] bytes = bytes(setup);
    Fd file = Files.memfd("ckpt-lazy", 0);
    try {
      long lenBytes = EVENTS_BYTES + ((SETUP + bytes.length + PAGE - 1) & -PAGE);
      Files.truncate(file, lenBytes);
      MappedMemory memory = MappedMemory.of(file, lenBytes);
      memory.view(0, SETUP + bytes.length).putInt(bytes.length).position(SETUP).put(bytes);
      return new Journal(file, memory, setup, bytes.length);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** Goes on with the one that a predecessor has left. */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  static Journal inherited(int number) throws IOException {
    Fd file = new Fd(number);
    long lenBytes = Files.seek(file, 0, 2);
    MappedMemory memory = MappedMemory.of(file, lenBytes);
    int setupBytes = memory.view(0, Integer.BYTES).getInt();
    byte[] bytes = new byte[setupBytes];
    memory.view(SETUP, setupBytes).get(bytes);
    return new Journal(file, memory, setup(bytes), setupBytes);
  }

  private static byte[] bytes(Setup setup) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(setup.pid());
    out.writeLong(setup.uuid().getMostSignificantBits());
    out.writeLong(setup.uuid().getLeastSignificantBits());
    out.writeInt(setup.userfault());
    out.writeInt(setup.image());
    out.writeInt(setup.tether().get(0));
    out.writeInt(setup.tether().get(1));
    out.writeUTF(setup.path().toString());
    out.writeBoolean(setup.trusting());
    out.writeLong(setup.maxRate());
    out.writeInt(setup.ranges().size());
    for (LazyRange range : setup.ranges()) {
      out.writeLong(range.start());
      out.writeLong(range.end());
      out.writeInt(range.owner());
      out.writeLong(range.addr());
    }
    return bytes.toByteArray();
  }

  private static Setup setup(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    int pid = in.readInt();
    UUID uuid = new UUID(in.readLong(), in.readLong());
    int userfault = in.readInt();
    int image = in.readInt();
    List<Integer> tether = List.of(in.readInt(), in.readInt());
    Path path = Path.of(in.readUTF());
    boolean trusting = in.readBoolean();
    long maxRate = in.readLong();
    List<LazyRange> ranges = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      ranges.add(new LazyRange(in.readLong(), in.readLong(), in.readInt(), in.readLong()));
    }
    return new Setup(pid, uuid, userfault, image, tether, path, trusting, maxRate, ranges);
  }

  /** What it began with. */
  Setup setup() {
    return setup;
  }

  /** The number of its own descriptor. */
  int number() {
    return file.number();
  }

  /**
   * Takes the next event from a userfaultfd into the journal, where it stays if it has to.
   *
   * @return whether there was one; it is {@link #message}
   */
  boolean read(Fd userfault) throws CkptException {
    if (slot + SLOT_BYTES > events.capacity()) {
      throw new CkptException(
          FailureCode.INTERNAL, "the task has changed its memory too often to be followed");
    }
    // NB: this finds the page too, so that nothing can keep the kernel from writing behind it.
    events.putInt(slot, userfault.number()).put(slot + SLOT_MESSAGE, (byte) 0);
    return userfault.readNow(address + slot + SLOT_MESSAGE, UffdMessage.BYTES) == UffdMessage.BYTES;
  }

  /** The event that was read last. */
  UffdMessage message() {
    return new UffdMessage(events, slot + SLOT_MESSAGE);
  }

  /** Has the last event stay. */
  void keep() {
    slot += SLOT_BYTES;
  }

  /** What is done with an event that was read before. */
  interface Replay {
    /** Takes it, with the number of the userfaultfd that it came from. */
    void take(int userfault, UffdMessage message) throws IOException;
  }

  /** Goes through all events of a predecessor, and goes on behind the last one. */
  void replay(Replay replay) throws IOException {
    while (slot + SLOT_BYTES <= events.capacity() && isKept(message().event())) {
      replay.take(events.getInt(slot), message());
      slot += SLOT_BYTES;
    }
  }

  /** Whether such an event stays in the journal. */
  static boolean isKept(int event) {
    return event != 0 && event != UffdMessage.PAGEFAULT;
  }

  @Override
  public void close() {
    memory.close();
    file.close();
  }
}
