package dev.ckpt.convert.criu;

import com.google.protobuf.ByteString;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.record.SocketOption;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The options of sockets. An image has those that are not what a new socket has, with the bytes of
 * getsockopt(2); CRIU has a field for each that it knows.
 */
final class SocketOptions {
  private static final int SO_SNDBUF = 7;
  private static final int SO_RCVBUF = 8;
  private static final int SO_LINGER = 13;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_SNDTIMEO = 21;
  private static final int SO_BINDTODEVICE = 25;
  private static final int SO_BUF_LOCK = 72;

  private static final int SNDBUF_LOCK = 1;
  private static final int RCVBUF_LOCK = 2;
  private static final int TIMEVAL_BYTES = 16;
  private static final int LINGER_BYTES = 8;

  private SocketOptions() {}

  /**
   * Puts options into a message, of which other fields may be missing.
   *
   * @param left takes those that no field is for
   */
  static Criu.InetSk.Builder toCriu(
      SocketKind kind, List<SocketOption> options, Consumer<SocketOption> left) {
    Criu.InetSk.Builder sk = Criu.InetSk.newBuilder();
    sk.getOptsBuilder()
        .setSoSndbuf(kind.sndbuf())
        .setSoRcvbuf(kind.rcvbuf())
        .setSoSndTmoSec(0)
        .setSoSndTmoUsec(0)
        .setSoRcvTmoSec(0)
        .setSoRcvTmoUsec(0);
    int locks = 0;
    for (SocketOption option : options) {
      if (isCommon(option, SO_SNDBUF) && isInt(option)) {
        sk.getOptsBuilder().setSoSndbuf(intOf(option));
        locks |= SNDBUF_LOCK;
      } else if (isCommon(option, SO_RCVBUF) && isInt(option)) {
        sk.getOptsBuilder().setSoRcvbuf(intOf(option));
        locks |= RCVBUF_LOCK;
      } else if (!setField(kind, option, sk) && !setLonger(option, sk.getOptsBuilder())) {
        if (isCommon(option, SO_BUF_LOCK) && isInt(option)) {
          locks = intOf(option);
        } else {
          left.accept(option);
        }
      }
    }
    sk.getOptsBuilder().setSoBufLock(locks);
    return sk;
  }

  private static boolean isCommon(SocketOption option, int name) {
    return option.level() == SocketField.SOL_SOCKET && option.name() == name;
  }

  private static boolean isInt(SocketOption option) {
    return option.value().length() == Integer.BYTES;
  }

  private static ByteBuffer bytes(SocketOption option) {
    return option.value().asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int intOf(SocketOption option) {
    return bytes(option).getInt();
  }

  private static boolean setField(SocketKind kind, SocketOption option, Criu.InetSk.Builder sk) {
    for (SocketField field : SocketField.ALL) {
      if (field.level() == option.level()
          && field.name() == option.name()
          && field.kinds().test(kind)
          && isInt(option)) {
        int value = intOf(option);
        boolean fits = !field.isSwitch() || value == 0 || value == 1;
        if (fits) {
          field.set().accept(sk, value);
        }
        return fits;
      }
    }
    return false;
  }

  /** Those that are more than a number. */
  private static boolean setLonger(SocketOption option, Criu.SkOpts.Builder opts) {
    int lenBytes = option.value().length();
    if (isCommon(option, SO_BINDTODEVICE) && lenBytes > 1) {
      opts.setSoBoundDev(ByteString.copyFrom(bytes(option).limit(lenBytes - 1)));
    } else if (isCommon(option, SO_LINGER) && lenBytes == LINGER_BYTES && intOf(option) == 1) {
      opts.setSoLinger(bytes(option).getInt(Integer.BYTES));
    } else if (isCommon(option, SO_RCVTIMEO) && lenBytes == TIMEVAL_BYTES) {
      opts.setSoRcvTmoSec(bytes(option).getLong(0)).setSoRcvTmoUsec(bytes(option).getLong(8));
    } else if (isCommon(option, SO_SNDTIMEO) && lenBytes == TIMEVAL_BYTES) {
      opts.setSoSndTmoSec(bytes(option).getLong(0)).setSoSndTmoUsec(bytes(option).getLong(8));
    } else {
      return false;
    }
    return true;
  }

  /** Options of a message in the order of a dump. */
  static List<SocketOption> toCkpt(SocketKind kind, Criu.InetSk sk) {
    Criu.SkOpts opts = sk.getOpts();
    List<SocketOption> options = new ArrayList<>();
    for (SocketField field : SocketField.ALL) {
      if (field.kinds().test(kind) && field.get().applyAsInt(sk) != field.fresh()) {
        options.add(option(field.level(), field.name(), field.get().applyAsInt(sk)));
      }
      if (field.level() == SocketField.SOL_SOCKET) {
        longer(field.name(), opts).ifPresent(options::add);
      }
      if (isBeforeTimes(field)) {
        addTime(options, SO_RCVTIMEO, opts.getSoRcvTmoSec(), opts.getSoRcvTmoUsec());
        addTime(options, SO_SNDTIMEO, opts.getSoSndTmoSec(), opts.getSoSndTmoUsec());
      }
    }
    addBuffers(options, kind, opts);
    return options;
  }

  private static boolean isBeforeTimes(SocketField field) {
    return field.level() == SocketField.SOL_SOCKET && field.name() == SocketField.SO_RCVLOWAT;
  }

  /** What stands behind the option of this name. */
  private static Optional<SocketOption> longer(int name, Criu.SkOpts opts) {
    if (name == SocketField.SO_REUSEPORT && !opts.getSoBoundDev().isEmpty()) {
      ByteBuffer device = ByteBuffer.allocate(opts.getSoBoundDev().size() + 1);
      opts.getSoBoundDev().copyTo(device);
      return Optional.of(option(SO_BINDTODEVICE, device.clear()));
    } else if (name == SocketField.SO_PRIORITY && opts.hasSoLinger()) {
      return Optional.of(
          option(SO_LINGER, room(LINGER_BYTES).putInt(1).putInt(opts.getSoLinger())));
    }
    return Optional.empty();
  }

  private static void addTime(List<SocketOption> options, int name, long sec, long usec) {
    if (sec != 0 || usec != 0) {
      // Throws for what is no time.
      long micros = TaskTimers.time(sec, usec, TaskTimers.MICROS);
      ByteBuffer timeval =
          room(TIMEVAL_BYTES)
              .putLong(micros / TaskTimers.MICROS)
              .putLong(micros % TaskTimers.MICROS);
      options.add(option(name, timeval));
    }
  }

  /** Sizes that somebody has set. Before Linux 5.16 nobody tells, and what differs counts. */
  private static void addBuffers(List<SocketOption> options, SocketKind kind, Criu.SkOpts opts) {
    int locks = opts.hasSoBufLock() ? opts.getSoBufLock() : SNDBUF_LOCK | RCVBUF_LOCK;
    if ((locks & SNDBUF_LOCK) != 0 && opts.getSoSndbuf() != kind.sndbuf()) {
      options.add(option(SocketField.SOL_SOCKET, SO_SNDBUF, opts.getSoSndbuf()));
    }
    if ((locks & RCVBUF_LOCK) != 0 && opts.getSoRcvbuf() != kind.rcvbuf()) {
      options.add(option(SocketField.SOL_SOCKET, SO_RCVBUF, opts.getSoRcvbuf()));
    }
    if (opts.getSoBufLock() != 0) {
      options.add(option(SocketField.SOL_SOCKET, SO_BUF_LOCK, opts.getSoBufLock()));
    }
  }

  private static ByteBuffer room(int lenBytes) {
    return ByteBuffer.allocate(lenBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static SocketOption option(int level, int name, int value) {
    ByteBuffer bytes = room(Integer.BYTES).putInt(value).flip();
    return new SocketOption(level, name, dev.ckpt.format.ByteString.of(bytes));
  }

  private static SocketOption option(int name, ByteBuffer value) {
    return new SocketOption(
        SocketField.SOL_SOCKET, name, dev.ckpt.format.ByteString.of(value.rewind()));
  }

  /** Instructions as CRIU packs them: code, jt, jf and k of each, from the top. */
  static List<Long> filterToCriu(dev.ckpt.format.ByteString instructions) {
    ByteBuffer bytes = instructions.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    List<Long> words = new ArrayList<>();
    while (bytes.hasRemaining()) {
      long code = Short.toUnsignedLong(bytes.getShort());
      long jt = Byte.toUnsignedLong(bytes.get());
      long jf = Byte.toUnsignedLong(bytes.get());
      words.add(code << 48 | jt << 40 | jf << 32 | Integer.toUnsignedLong(bytes.getInt()));
    }
    return words;
  }

  /** The other way round. */
  static dev.ckpt.format.ByteString filterToCkpt(List<Long> words) {
    ByteBuffer bytes = room(words.size() * Long.BYTES);
    for (long word : words) {
      bytes
          .putShort((short) (word >>> 48))
          .put((byte) (word >>> 40))
          .put((byte) (word >>> 32))
          .putInt((int) word);
    }
    return dev.ckpt.format.ByteString.of(bytes.flip());
  }
}
