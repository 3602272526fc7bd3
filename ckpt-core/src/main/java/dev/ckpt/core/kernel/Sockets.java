package dev.ckpt.core.kernel;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import java.io.ByteArrayOutputStream;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Calls on sockets, our own or duplicates of a target's. */
public final class Sockets {
  /** Bytes of the longest address: {@code struct sockaddr_storage}. */
  public static final int SOCKADDR_BYTES = 128;

  /** Bytes of {@code struct msghdr}. */
  public static final int MSGHDR_BYTES = 56;

  /** Bytes that one SCM_CREDENTIALS takes: CMSG_SPACE of three ints. */
  public static final int CREDENTIALS_BYTES = 32;

  /** Descriptors that one message carries at most (net/scm.h). */
  public static final int SCM_MAX_FD = 253;

  /** Bytes of {@code struct sock_fprog}: how many instructions, and where. */
  public static final int SOCK_FPROG_BYTES = 16;

  /** A filter of one instruction, BPF_RET of 0 bytes: nothing passes. */
  public static final byte[] DROP_ALL = {6, 0, 0, 0, 0, 0, 0, 0};

  public static final int POLLIN = 1;
  public static final int POLLPRI = 2;
  public static final int POLLERR = 8;
  public static final int POLLHUP = 0x10;
  public static final int POLLRDHUP = 0x2000;

  static final int IOVEC_BYTES = 16;
  // linux/bpf_common.h, linux/filter.h
  private static final int SOCK_FILTER_BYTES = 8;
  private static final int BPF_LD_W_ABS = 0x20;
  private static final int BPF_JEQ_ELSE_SKIP = 0x15 | 1 << 24;
  private static final int BPF_RET = 6;
  private static final int SKF_AD_OFF = -0x1000;
  private static final int SKF_AD_MARK = 20;

  private static final int FIONREAD = 0x541b;
  private static final int SIOCOUTQ = 0x5411;
  private static final int OPTION_BYTES = 256;

  private Sockets() {}

  /**
   * What /proc/PID/fd/N, a socket, calls its protocol: {@code TCP}, {@code UNIX-STREAM}. Source:
   * net/socket.c, sockfs_xattr_get.
   */
  public static String protocolName(String path) throws SyscallException {
    byte[] attribute = Files.bytes("system.sockprotoname");
    NativeBuffer file = NativeBuffer.of(Files.cString(Files.bytes(path)));
    NativeBuffer name = NativeBuffer.of(Files.cString(attribute));
    NativeBuffer value = NativeBuffer.allocate(OPTION_BYTES);
    long n =
        Call.check(
            LibC.syscall(
                Numbers.GETXATTR,
                file.address(),
                name.address(),
                value.address(),
                value.size(),
                0,
                0),
            "",
            "getxattr",
            path,
            "system.sockprotoname");
    Reference.reachabilityFence(file);
    Reference.reachabilityFence(name);
    // The name comes with the zero that ends it.
    return new String(value.getBytes(0, Math.max(0, (int) n - 1)), StandardCharsets.US_ASCII);
  }

  /** socket(2). */
  @MustBeClosed
  public static Fd open(int domain, int type, int protocol) throws SyscallException {
    return new Fd(
        Call.check(
            LibC.socket(domain, type | Fcntl.O_CLOEXEC, protocol),
            "",
            "socket",
            domain,
            type,
            protocol));
  }

  /** An option's bytes; nothing where this kind of socket has no such option. */
  public static Optional<byte[]> option(Fd socket, int level, int name) throws SyscallException {
    NativeBuffer value = NativeBuffer.allocate(OPTION_BYTES);
    NativeBuffer len = NativeBuffer.allocate(Long.BYTES);
    len.putInt(0, OPTION_BYTES);
    int done = LibC.getsockopt(socket.number(), level, name, value.address(), len.address());
    if (done == -1 && hasNone(Call.errno())) {
      return Optional.empty();
    }
    Call.check(done, "", "getsockopt", socket.number(), level, name);
    return Optional.of(value.getBytes(0, len.getInt(0)));
  }

  private static boolean hasNone(int errno) {
    return errno == Errno.ENOPROTOOPT || errno == Errno.EOPNOTSUPP || errno == Errno.EINVAL;
  }

  /** An option that is an int. */
  public static int optionInt(Fd socket, int level, int name) throws SyscallException {
    NativeBuffer value = NativeBuffer.allocate(Long.BYTES);
    NativeBuffer len = NativeBuffer.allocate(Long.BYTES);
    len.putInt(0, Integer.BYTES);
    Call.check(
        LibC.getsockopt(socket.number(), level, name, value.address(), len.address()),
        "",
        "getsockopt",
        socket.number(),
        level,
        name);
    return value.getInt(0);
  }

  /** Whether an eBPF program filters what comes in (SO_ATTACH_BPF), which nobody can read. */
  public static boolean hasOtherFilter(Fd socket) throws SyscallException {
    NativeBuffer len = NativeBuffer.allocate(Long.BYTES);
    int done =
        LibC.getsockopt(socket.number(), Socket.SOL_SOCKET, Socket.SO_GET_FILTER, 0, len.address());
    if (done == -1 && Call.errno() == Errno.EACCES) {
      return true;
    }
    Call.check(done, "", "getsockopt", socket.number(), "SO_GET_FILTER");
    return false;
  }

  /**
   * The instructions of the classic program that filters what comes in; empty where there is none.
   */
  public static byte[] filter(Fd socket) throws SyscallException {
    final int instructionBytes = 8;
    final int maxInstructions = 4096;
    // NB: the length counts instructions.
    NativeBuffer len = NativeBuffer.allocate(Long.BYTES);
    len.putInt(0, maxInstructions);
    NativeBuffer program = NativeBuffer.allocate(maxInstructions * instructionBytes);
    Call.check(
        LibC.getsockopt(
            socket.number(),
            Socket.SOL_SOCKET,
            Socket.SO_GET_FILTER,
            program.address(),
            len.address()),
        "",
        "getsockopt",
        socket.number(),
        "SO_GET_FILTER");
    return program.getBytes(0, len.getInt(0) * instructionBytes);
  }

  /** setsockopt(2). */
  public static void setOption(Fd socket, int level, int name, byte[] value)
      throws SyscallException {
    NativeBuffer bytes = NativeBuffer.of(value);
    Call.check(
        LibC.setsockopt(socket.number(), level, name, bytes.address(), value.length),
        "",
        "setsockopt",
        socket.number(),
        level,
        name);
    Reference.reachabilityFence(bytes);
  }

  /** setsockopt(2) of an option that is an int. */
  public static void setOption(Fd socket, int level, int name, int value) throws SyscallException {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder());
    setOption(socket, level, name, bytes.putInt(value).array());
  }

  /** Has a socket drop whatever comes in, as if the network had lost it (SO_ATTACH_FILTER). */
  public static void dropInput(Fd socket) throws SyscallException {
    attachFilter(socket, DROP_ALL);
  }

  /** The same, but for packets with a mark (SO_MARK) of ours. */
  public static void dropAllBut(Fd socket, int mark) throws SyscallException {
    // struct sock_filter: code u16, jt u8, jf u8, k u32
    ByteBuffer program = ByteBuffer.allocate(4 * SOCK_FILTER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    program.putInt(BPF_LD_W_ABS).putInt(SKF_AD_OFF + SKF_AD_MARK);
    program.putInt(BPF_JEQ_ELSE_SKIP).putInt(mark);
    program.putInt(BPF_RET).putInt(-1);
    attachFilter(socket, program.put(DROP_ALL).array());
  }

  private static void attachFilter(Fd socket, byte[] code) throws SyscallException {
    NativeBuffer program = NativeBuffer.of(code);
    NativeBuffer head = NativeBuffer.allocate(SOCK_FPROG_BYTES);
    head.putInt(0, code.length / SOCK_FILTER_BYTES);
    head.putLong(Long.BYTES, program.address());
    Call.check(
        LibC.setsockopt(
            socket.number(),
            Socket.SOL_SOCKET,
            Socket.SO_ATTACH_FILTER,
            head.address(),
            SOCK_FPROG_BYTES),
        "",
        "setsockopt",
        socket.number(),
        "SO_ATTACH_FILTER");
    Reference.reachabilityFence(program);
  }

  /** bind(2). */
  public static void bind(Fd socket, byte[] name) throws SyscallException {
    NativeBuffer address = NativeBuffer.of(name);
    Call.check(
        LibC.bind(socket.number(), address.address(), name.length),
        "",
        "bind",
        socket.number(),
        name.length);
    Reference.reachabilityFence(address);
  }

  /** connect(2). */
  public static void connect(Fd socket, byte[] peer) throws SyscallException {
    NativeBuffer address = NativeBuffer.of(peer);
    Call.check(
        LibC.connect(socket.number(), address.address(), peer.length),
        "",
        "connect",
        socket.number(),
        peer.length);
    Reference.reachabilityFence(address);
  }

  /** shutdown(2). */
  public static void shutdown(Fd socket, int how) throws SyscallException {
    Call.check(LibC.shutdown(socket.number(), how), "", "shutdown", socket.number(), how);
  }

  /** Memory that what waits in a socket takes up (SO_MEMINFO, SK_MEMINFO_RMEM_ALLOC). */
  public static int receivedBytes(Fd socket) throws SyscallException {
    return ByteBuffer.wrap(option(socket, Socket.SOL_SOCKET, Socket.SO_MEMINFO).orElseThrow())
        .order(ByteOrder.LITTLE_ENDIAN)
        .getInt();
  }

  /** getsockname(2): family and address. */
  public static byte[] name(Fd socket) throws SyscallException {
    NativeBuffer name = NativeBuffer.allocate(SOCKADDR_BYTES);
    NativeBuffer len = NativeBuffer.allocate(Long.BYTES);
    len.putInt(0, SOCKADDR_BYTES);
    Call.check(
        LibC.getsockname(socket.number(), name.address(), len.address()),
        "",
        "getsockname",
        socket.number());
    return name.getBytes(0, Math.min(len.getInt(0), SOCKADDR_BYTES));
  }

  /** getpeername(2); nothing where the socket is not connected. */
  public static Optional<byte[]> peer(Fd socket) throws SyscallException {
    NativeBuffer name = NativeBuffer.allocate(SOCKADDR_BYTES);
    NativeBuffer len = NativeBuffer.allocate(Long.BYTES);
    len.putInt(0, SOCKADDR_BYTES);
    int done = LibC.getpeername(socket.number(), name.address(), len.address());
    if (done == -1 && Call.errno() == Errno.ENOTCONN) {
      return Optional.empty();
    }
    Call.check(done, "", "getpeername", socket.number());
    return Optional.of(name.getBytes(0, Math.min(len.getInt(0), SOCKADDR_BYTES)));
  }

  /** poll(2) of one socket, without waiting. */
  public static int events(Fd socket) throws SyscallException {
    NativeBuffer pollfd = NativeBuffer.allocate(Long.BYTES);
    pollfd.putInt(0, socket.number());
    pollfd.putInt(4, POLLIN | POLLPRI | POLLRDHUP);
    Call.check(LibC.poll(pollfd.address(), 1, 0), "", "poll", socket.number());
    return pollfd.getInt(4) >>> 16;
  }

  /** How many bytes wait to be read (SIOCINQ). */
  public static int inputBytes(Fd socket) throws SyscallException {
    NativeBuffer count = NativeBuffer.allocate(Long.BYTES);
    socket.ioctl(FIONREAD, count.address());
    return count.getInt(0);
  }

  /** How many bytes wait to be sent or to be acknowledged by the other end (SIOCOUTQ). */
  public static int outputBytes(Fd socket) throws SyscallException {
    NativeBuffer count = NativeBuffer.allocate(Long.BYTES);
    socket.ioctl(SIOCOUTQ, count.address());
    return count.getInt(0);
  }

  /**
   * Looks at what waits in a stream socket (MSG_PEEK) without taking it.
   *
   * <p>NB: there is room for credentials only, and only where the kernel puts them first, so that
   * descriptors in flight are never installed in us; then the message says MSG_CTRUNC.
   */
  public static Message peek(Fd socket, int maxBytes) throws SyscallException {
    int controlBytes = controlBytes(socket);
    NativeBuffer data = NativeBuffer.allocate(Math.max(1, maxBytes));
    NativeBuffer head = NativeBuffer.allocate(MSGHDR_BYTES + IOVEC_BYTES + CREDENTIALS_BYTES);
    head.putLong(16, head.address(MSGHDR_BYTES));
    head.putLong(24, 1);
    head.putLong(32, head.address(MSGHDR_BYTES + IOVEC_BYTES));
    head.putLong(40, controlBytes);
    head.putLong(MSGHDR_BYTES, data.address());
    head.putLong(MSGHDR_BYTES + Long.BYTES, maxBytes);
    long n =
        Call.check(
            LibC.recvmsg(socket.number(), head.address(), Socket.MSG_PEEK | Socket.MSG_DONTWAIT),
            "",
            "recvmsg",
            socket.number(),
            maxBytes,
            "MSG_PEEK");
    byte[] control =
        head.getBytes(
            MSGHDR_BYTES + IOVEC_BYTES, (int) Math.min(CREDENTIALS_BYTES, head.getLong(40)));
    return new Message(
        new byte[0], ControlMessage.parse(control), head.getInt(48), data.getBytes(0, (int) n));
  }

  /** Room for ancillary data in which no descriptor can be installed: see {@link #peek}. */
  public static int controlBytes(Fd socket) throws SyscallException {
    // Since Linux 6.16 sockets of other families have no such option.
    boolean asked =
        option(socket, Socket.SOL_SOCKET, Socket.SO_PASSCRED)
            .filter(value -> value[0] != 0)
            .isPresent();
    return asked ? CREDENTIALS_BYTES : 0;
  }

  /**
   * A message as recvmsg(2) gives it.
   *
   * @param sender its address, empty where there is none
   * @param control ancillary data
   * @param flags such as MSG_CTRUNC
   */
  public record Message(byte[] sender, List<ControlMessage> control, int flags, byte[] data) {
    /** Takes a copy of the list. */
    public Message {
      control = List.copyOf(control);
    }

    /** pid, uid and gid of the sender, where SO_PASSCRED asked for them. */
    public Optional<int[]> credentials() {
      return ofCredentials().map(ControlMessage::asInts);
    }

    /** The same as it came. */
    public Optional<ControlMessage> ofCredentials() {
      return ancillary(Socket.SCM_CREDENTIALS).findFirst();
    }

    /** Our numbers for all descriptors that came along, the pidfd of the sender too. */
    public int[] descriptors() {
      return IntStream.concat(
              Arrays.stream(rights()), numbers(Socket.SCM_PIDFD).filter(fd -> fd >= 0))
          .toArray();
    }

    /** Our numbers for the files that came along. */
    public int[] rights() {
      return numbers(Socket.SCM_RIGHTS).toArray();
    }

    /** Whether something of this type of SOL_SOCKET came along. */
    public boolean has(int type) {
      return ancillary(type).findFirst().isPresent();
    }

    private IntStream numbers(int type) {
      return ancillary(type).flatMapToInt(c -> Arrays.stream(c.asInts()));
    }

    private Stream<ControlMessage> ancillary(int type) {
      return control.stream().filter(c -> c.level() == Socket.SOL_SOCKET && c.type() == type);
    }
  }

  /**
   * Sends without waiting and without SIGPIPE.
   *
   * @param to where to, empty for a connected socket
   * @param credentials pid, uid and gid to send along, or none
   * @return how much was taken
   */
  public static int send(Fd socket, byte[] to, Optional<int[]> credentials, byte[] data)
      throws SyscallException {
    return send(socket, to, credentials, new int[0], data);
  }

  /**
   * The same with descriptors of ours.
   *
   * @param rights their numbers, at most {@link #SCM_MAX_FD}
   */
  public static int send(
      Fd socket, byte[] to, Optional<int[]> credentials, int[] rights, byte[] data)
      throws SyscallException {
    NativeBuffer bytes = NativeBuffer.of(data);
    NativeBuffer address = NativeBuffer.of(to);
    NativeBuffer head = NativeBuffer.allocate(MSGHDR_BYTES + IOVEC_BYTES);
    byte[] along = ancillary(credentials, rights);
    NativeBuffer control = NativeBuffer.of(along);
    if (to.length > 0) {
      head.putLong(0, address.address());
      head.putInt(8, to.length);
    }
    head.putLong(16, head.address(MSGHDR_BYTES));
    head.putLong(24, 1);
    head.putLong(MSGHDR_BYTES, bytes.address());
    head.putLong(MSGHDR_BYTES + Long.BYTES, data.length);
    if (along.length > 0) {
      head.putLong(32, control.address());
      head.putLong(40, along.length);
    }
    long n =
        LibC.sendmsg(socket.number(), head.address(), Socket.MSG_DONTWAIT | Socket.MSG_NOSIGNAL);
    Call.check(n, "", "sendmsg", socket.number(), data.length);
    Reference.reachabilityFence(bytes);
    Reference.reachabilityFence(address);
    Reference.reachabilityFence(control);
    return (int) n;
  }

  private static byte[] ancillary(Optional<int[]> credentials, int[] rights) {
    ByteArrayOutputStream control = new ByteArrayOutputStream();
    credentials.ifPresent(
        creds -> control.writeBytes(ControlMessage.of(Socket.SCM_CREDENTIALS, creds)));
    if (rights.length > 0) {
      control.writeBytes(ControlMessage.of(Socket.SCM_RIGHTS, rights));
    }
    return control.toByteArray();
  }

  /** A unix address: family, and a path with the zero that ends it, or an abstract name. */
  public static byte[] unixAddress(byte[] name) {
    final int family = 2;
    boolean path = name.length > 0 && name[0] != 0;
    byte[] address = new byte[family + name.length + (path ? 1 : 0)];
    address[0] = Socket.AF_UNIX;
    System.arraycopy(name, 0, address, family, name.length);
    return address;
  }

  /** The bytes of a sockaddr behind its family, without a path's final zero. */
  public static byte[] pathOf(byte[] sockaddrUn) {
    final int family = 2;
    if (sockaddrUn.length <= family) {
      return new byte[0];
    }
    byte[] path = Arrays.copyOfRange(sockaddrUn, family, sockaddrUn.length);
    boolean named = path[0] != 0 && path[path.length - 1] == 0;
    return named ? Arrays.copyOf(path, path.length - 1) : path;
  }
}
