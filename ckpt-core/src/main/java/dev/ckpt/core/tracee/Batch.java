package dev.ckpt.core.tracee;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.core.tracee.x86_64.LoopCode;
import java.util.ArrayList;
import java.util.List;

/**
 * A list of system calls for a target to make, one after another, in one round trip.
 *
 * <p>Arguments are numbers, addresses of data that the batch carries, addresses of space that the
 * calls fill, or results of earlier calls. The whole batch lives in the area mapped in the target:
 * first the table, then the data.
 *
 * <p>Threading: one thread.
 */
public final class Batch {
  /** An argument that is the result of an earlier call of the same batch. */
  public static final class Result {
    private final int index;

    private Result(int index) {
      this.index = index;
    }
  }

  /** Space in the area: input that was copied there or output to be read from there. */
  public static final class Data {
    private final long address;
    private final int offset;
    private final int lenBytes;

    private Data(long address, int offset, int lenBytes) {
      this.address = address;
      this.offset = offset;
      this.lenBytes = lenBytes;
    }

    /** Its address in the target. */
    public long address() {
      return address;
    }

    /** What stands at an offset in it when the call is made, as an argument. */
    public Word word(int at) {
      return new Word(offset + at);
    }
  }

  /** An argument that is read from the area when the call is made. */
  public static final class Word {
    private final int offset;

    private Word(int offset) {
      this.offset = offset;
    }
  }

  private static final int ARGUMENTS = 6;

  private final RemoteMap area;
  private final NativeBuffer image;
  private final int tableBytes;
  private final List<String> names = new ArrayList<>();
  private int dataEnd;
  private int failedAt = -1;
  private boolean run;

  Batch(RemoteMap area, NativeBuffer image, int maxCalls) {
    this.area = area;
    this.image = image;
    this.tableBytes = maxCalls * LoopCode.ENTRY_BYTES;
    this.dataEnd = tableBytes;
  }

  /** Whether another call and this much data still fit. */
  public boolean hasRoom(int calls, int lenBytes) {
    return (names.size() + calls) * LoopCode.ENTRY_BYTES <= tableBytes
        && dataEnd + lenBytes + Long.BYTES <= image.size();
  }

  /** Whether nothing was added yet. */
  public boolean isEmpty() {
    return names.isEmpty();
  }

  /** Copies bytes to where the calls can use them. */
  public Data data(byte[] content) {
    Data data = space(content.length);
    image.put(data.offset, content);
    return data;
  }

  /** Copies a path or name with the zero that ends it. */
  public Data string(byte[] text) {
    Data data = space(text.length + 1);
    image.put(data.offset, text);
    return data;
  }

  /** Room for a call to write to; zeroed. */
  public Data space(int lenBytes) {
    int offset = dataEnd;
    int rounded = (lenBytes + Long.BYTES - 1) & -Long.BYTES;
    if (offset + rounded > image.size()) {
      throw new IllegalStateException("batch data of " + lenBytes + " bytes does not fit");
    }
    for (int i = 0; i < rounded; i += Long.BYTES) {
      image.putLong(offset + i, 0);
    }
    dataEnd = offset + rounded;
    return new Data(area.address() + offset, offset, lenBytes);
  }

  /** Adds a call that ends the batch when it fails. */
  public Result call(String name, int number, Object... arguments) {
    return add(name, number, 0, arguments);
  }

  /** Adds a call whose failure is an answer like any other. */
  public Result tryCall(String name, int number, Object... arguments) {
    return add(name, number, 1, arguments);
  }

  private Result add(String name, int number, int flags, Object... arguments) {
    int at = names.size() * LoopCode.ENTRY_BYTES;
    if (at + LoopCode.ENTRY_BYTES > tableBytes || arguments.length > ARGUMENTS) {
      throw new IllegalStateException("batch is full at " + name);
    }
    long references = 0;
    image.putLong(at, number);
    for (int i = 0; i < ARGUMENTS; i++) {
      long value = 0;
      if (i < arguments.length) {
        Object argument = arguments[i];
        if (argument instanceof Result) {
          references |= 1L << i;
          value = (long) ((Result) argument).index * LoopCode.ENTRY_BYTES + LoopCode.ENTRY_RESULT;
        } else if (argument instanceof Word) {
          references |= 1L << i;
          value = ((Word) argument).offset;
        } else if (argument instanceof Data) {
          value = ((Data) argument).address;
        } else {
          value = ((Number) argument).longValue();
        }
      }
      image.putLong(at + LoopCode.ENTRY_ARGUMENTS + i * Long.BYTES, value);
    }
    image.putLong(at + LoopCode.ENTRY_RESULT, 0);
    image.putLong(at + LoopCode.ENTRY_REFERENCES, references);
    image.putLong(at + LoopCode.ENTRY_FLAGS, flags);
    names.add(name);
    return new Result(names.size() - 1);
  }

  /** What a call returned: its value, or minus its error number. */
  public long result(Result result) {
    if (!run) {
      throw new IllegalStateException("the batch has not run");
    }
    return image.getLong(result.index * LoopCode.ENTRY_BYTES + LoopCode.ENTRY_RESULT);
  }

  /**
   * Demands of a call that might fail that it did not.
   *
   * @throws SyscallException when it did
   */
  public void require(Result result) throws SyscallException {
    long value = result(result);
    if (value < 0) {
      throw new SyscallException("", names.get(result.index), "", (int) -value);
    }
  }

  /** The number of a call in its batch. */
  static int index(Result result) {
    return result.index;
  }

  /** Where in the target the entry of a call stands. */
  long entry(int index) {
    return area.address() + (long) index * LoopCode.ENTRY_BYTES;
  }

  /** Where in the target the result of a call will stand, for a later call that reads it there. */
  public long address(Result result) {
    return entry(result.index) + LoopCode.ENTRY_RESULT;
  }

  /** What stands in a data space now. */
  public byte[] bytes(Data data) {
    return image.getBytes(data.offset, data.lenBytes);
  }

  /** Eight bytes of a data space. */
  public long getLong(Data data, int offset) {
    return image.getLong(data.offset + offset);
  }

  /** Four bytes of a data space. */
  public int getInt(Data data, int offset) {
    return image.getInt(data.offset + offset);
  }

  /** Puts eight bytes into a data space before the batch runs. */
  public void putLong(Data data, int offset, long value) {
    image.putLong(data.offset + offset, value);
  }

  /** Puts four bytes into a data space before the batch runs. */
  public void putInt(Data data, int offset, int value) {
    image.putInt(data.offset + offset, value);
  }

  /** Asks a gate about every call. */
  void admit(SeccompGate gate) {
    for (int call = 0; call < names.size(); call++) {
      int at = call * LoopCode.ENTRY_BYTES;
      long references = image.getLong(at + LoopCode.ENTRY_REFERENCES);
      List<Long> arguments = new ArrayList<>();
      for (int i = 0; i < ARGUMENTS; i++) {
        boolean reference = (references >>> i & 1) != 0;
        arguments.add(
            reference
                ? null
                : Long.valueOf(image.getLong(at + LoopCode.ENTRY_ARGUMENTS + i * Long.BYTES)));
      }
      gate.admit(names.get(call), (int) image.getLong(at), arguments);
    }
  }

  int nrCalls() {
    return names.size();
  }

  RemoteMap area() {
    return area;
  }

  int usedBytes() {
    return dataEnd;
  }

  int tableUsedBytes() {
    return names.size() * LoopCode.ENTRY_BYTES;
  }

  int tableBytes() {
    return tableBytes;
  }

  NativeBuffer image() {
    return image;
  }

  /** Says that results of calls are here, of all or of those up to a pause. */
  void answered() {
    run = true;
  }

  void completed(int entriesLeft) {
    run = true;
    failedAt = entriesLeft == 0 ? -1 : names.size() - entriesLeft;
  }

  boolean failed() {
    return failedAt >= 0;
  }

  String failedCall() {
    return names.get(failedAt);
  }

  long failedResult() {
    return image.getLong(failedAt * LoopCode.ENTRY_BYTES + LoopCode.ENTRY_RESULT);
  }

  String failedArguments() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < ARGUMENTS; i++) {
      int at = failedAt * LoopCode.ENTRY_BYTES + LoopCode.ENTRY_ARGUMENTS + i * Long.BYTES;
      text.append(i == 0 ? "" : ", ").append("0x").append(Long.toHexString(image.getLong(at)));
    }
    return text.toString();
  }
}
