package dev.ckpt.tests.fuzz;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.BuildId;
import dev.ckpt.core.kernel.ControlMessage;
import dev.ckpt.core.kernel.Netinet;
import dev.ckpt.core.kernel.PacketDiag;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.kernel.UdpDiag;
import dev.ckpt.core.kernel.UnixDiag;
import dev.ckpt.core.tracee.SeccompData;
import dev.ckpt.core.tracee.SeccompProgram;
import dev.ckpt.core.tracee.Vdso;
import dev.ckpt.core.tracee.VdsoElf;
import dev.ckpt.core.tracee.x86_64.CpuFlags;
import dev.ckpt.core.tracee.x86_64.LoopCode;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.CpuX86_64;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * What else reads bytes of files, of tasks, of images and of the kernel. Some of it is no business
 * of other packages: it is called by reflection.
 */
final class KernelTargets {
  private static final long PAGE = 4096;
  private static final long STACK = 0x7ffc_0000_0000L;

  private KernelTargets() {}

  static List<FuzzTarget> all() throws IOException, ReflectiveOperationException {
    byte[] vdso = Vdso.ownContent();
    FuzzTarget.Seeds own = () -> List.of(vdso);
    List<FuzzTarget> all = new ArrayList<>();
    all.add(FuzzTarget.of("elf.BuildId", SyscallException.class, own, buildId()));
    all.add(
        FuzzTarget.of(
            "elf.VdsoElf",
            CorruptImageException.class,
            own,
            in -> VdsoElf.of(in).find(List.of("time"))));
    all.add(FuzzTarget.of("elf.VdsoBridge", CorruptImageException.class, own, bridge(vdso)));
    all.add(
        FuzzTarget.of(
            "task.LoopCode", NothingRefused.class, () -> List.of(loop()), LoopCode::left));
    all.add(
        FuzzTarget.of(
            "task.SeccompProgram",
            NothingRefused.class,
            KernelTargets::filters,
            KernelTargets::run));
    all.add(
        FuzzTarget.of(
            "task.SignalFrames",
            UnsupportedStateException.class,
            KernelTargets::frames,
            signalFrames()));
    all.add(
        FuzzTarget.of(
            "text.CpuFlags",
            NothingRefused.class,
            () -> List.of("fpu sse avx2".getBytes()),
            in -> CpuFlags.missing(ByteString.of(in), ByteString.of("fpu"))));
    all.add(
        FuzzTarget.of(
            "net.ControlMessage",
            SyscallException.class,
            () -> List.of(ControlMessage.of(1, new int[] {5, 6})),
            KernelTargets::controlMessages));
    all.add(
        FuzzTarget.of(
            "net.UdpQueue", SyscallException.class, KernelTargets::datagrams, datagram()));
    all.addAll(netlink());
    return all;
  }

  private static Method method(Class<?> type, String name, Class<?>... parameters)
      throws ReflectiveOperationException {
    Method method = type.getDeclaredMethod(name, parameters);
    method.setAccessible(true);
    return method;
  }

  private static Object call(Method method, Object... arguments) throws Throwable {
    try {
      return method.invoke(null, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static FuzzTarget.Reader buildId() throws ReflectiveOperationException {
    Class<?> source = Class.forName("dev.ckpt.core.kernel.BuildId$Source");
    Method find = method(BuildId.class, "find", source);
    return input -> {
      InvocationHandler read =
          (proxy, method, arguments) -> {
            long offset = (long) arguments[0];
            int from = (int) Math.min(offset, input.length);
            int end = (int) Math.min(input.length, offset + (int) arguments[1]);
            return ByteBuffer.wrap(Arrays.copyOfRange(input, from, Math.max(from, end)));
          };
      call(find, Proxy.newProxyInstance(source.getClassLoader(), new Class<?>[] {source}, read));
    };
  }

  private static FuzzTarget.Reader bridge(byte[] now) throws ReflectiveOperationException {
    Class<?> type = Class.forName("dev.ckpt.rstr.VdsoBridge");
    Method between = method(type, "between", byte[].class, byte[].class);
    Method isLost = method(type, "isLost", long.class);
    Method obstacles = method(type, "obstacles");
    Method contentFor = method(type, "contentFor", long.class);
    return input -> {
      Object bridge = call(between, input, now);
      isLost.invoke(bridge, 0L);
      if (((List<?>) obstacles.invoke(bridge)).isEmpty()) {
        contentFor.invoke(bridge, STACK);
      }
    };
  }

  private static byte[] loop() {
    LoopCode code = new LoopCode().stopWith(812, 23);
    return code.home(new UserRegs(new long[UserRegs.WORDS]), 5).toByteArray();
  }

  /** A filter that allows everything, and one that looks at the number and an argument. */
  private static List<byte[]> filters() {
    ByteBuffer some = ByteBuffer.allocate(6 * 8).order(ByteOrder.LITTLE_ENDIAN);
    some.putShort((short) 0x20).putShort((short) 0).putInt(0);
    some.putShort((short) 0x15).put((byte) 0).put((byte) 2).putInt(39);
    some.putShort((short) 0x20).putShort((short) 0).putInt(16);
    some.putShort((short) 0x45).put((byte) 1).put((byte) 0).putInt(1);
    some.putShort((short) 0x06).putShort((short) 0).putInt(0x7fff_0000);
    some.putShort((short) 0x06).putShort((short) 0).putInt(0x0005_0001);
    ByteBuffer all = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    all.putShort((short) 0x06).putShort((short) 0).putInt(0x7fff_0000);
    return List.of(some.array(), all.array());
  }

  private static void run(byte[] input) {
    SeccompProgram program =
        SeccompProgram.of(ByteString.of(Arrays.copyOf(input, input.length & -8)));
    program.answers(SeccompData.anything());
    program.answers(SeccompData.of(39).with(0, 1));
  }

  /** A stack with a frame on it: instruction pointer, flags, segments. */
  private static List<byte[]> frames() {
    ByteBuffer page = ByteBuffer.allocate((int) PAGE).order(ByteOrder.LITTLE_ENDIAN);
    page.putLong(800, STACK + 1).putLong(808, 0x246).putLong(816, UserRegs.USER_CS);
    return List.of(page.array(), new byte[(int) PAGE]);
  }

  private static FuzzTarget.Reader signalFrames() throws ReflectiveOperationException {
    Class<?> type = Class.forName("dev.ckpt.rstr.SignalFrames");
    Constructor<?> make = type.getDeclaredConstructor(ImageState.class, LongPredicate.class);
    make.setAccessible(true);
    Method look = method(type, "look", PageArray.class, ByteBuffer.class);
    long[] regs = new UserRegs(new long[UserRegs.WORDS]).with(UserRegs.RSP, STACK).toArray();
    ImageState state =
        ImageState.of(
            List.of(
                new ImageObject(0, 0, CpuX86_64.of(1, regs, ByteString.EMPTY, 0)),
                new ImageObject(
                    0,
                    0,
                    new Vma(
                        STACK,
                        STACK + 16 * PAGE,
                        3,
                        2,
                        0,
                        0,
                        0,
                        ByteString.EMPTY,
                        VmaKind.STACK))));
    return input -> {
      int nrPages = (int) Math.max(1, Math.min(16, input.length / PAGE));
      PageArray table = new PageArray(1, List.of(new PageRun(STACK, nrPages, PageKind.DATA)));
      LongPredicate lost = ip -> (ip & 1) != 0;
      try {
        look.invoke(
            make.newInstance(state, lost),
            table,
            ByteBuffer.wrap(Arrays.copyOf(input, (int) (nrPages * PAGE))));
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    };
  }

  private static void controlMessages(byte[] input) throws SyscallException {
    for (ControlMessage message : ControlMessage.parse(input)) {
      message.asInts();
    }
  }

  /** A datagram's sender, in the room that the first byte says, and its ancillary data. */
  private static FuzzTarget.Reader datagram() throws ReflectiveOperationException {
    Class<?> queue = Class.forName("dev.ckpt.core.checkpoint.file.UdpQueue");
    Method parse = method(queue, "parse", Sockets.Message.class);
    return input -> {
      int lenBytes = input.length == 0 ? 0 : Math.min(input.length - 1, input[0] & 0x1f);
      byte[] control =
          Arrays.copyOfRange(input, Math.min(input.length, 1 + lenBytes), input.length);
      byte[] sender = Arrays.copyOfRange(input, Math.min(input.length, 1), 1 + lenBytes);
      call(parse, new Sockets.Message(sender, ControlMessage.parse(control), 0, new byte[9]));
    };
  }

  /** One of IPv4 with its TTL and where it was sent to, one of IPv6 with its class. */
  private static List<byte[]> datagrams() {
    ByteBuffer ipv4 = ByteBuffer.allocate(1 + 16 + 24 + 32).order(ByteOrder.LITTLE_ENDIAN);
    ipv4.put((byte) 16).putShort((short) Socket.AF_INET).position(1 + 16);
    ipv4.putLong(20).putInt(Netinet.IPPROTO_IP).putInt(Netinet.IP_TTL).putLong(33);
    ipv4.putLong(32).putInt(Netinet.IPPROTO_IP).putInt(Netinet.IP_RECVORIGDSTADDR);
    ipv4.putShort((short) Socket.AF_INET);
    ByteBuffer ipv6 = ByteBuffer.allocate(1 + 28 + 24 + 48).order(ByteOrder.LITTLE_ENDIAN);
    ipv6.put((byte) 28).putShort((short) Socket.AF_INET6).position(1 + 28);
    ipv6.putLong(20).putInt(Netinet.IPPROTO_IPV6).putInt(Netinet.IPV6_TCLASS).putLong(33);
    ipv6.putLong(44).putInt(Netinet.IPPROTO_IPV6).putInt(Netinet.IPV6_RECVORIGDSTADDR);
    ipv6.putShort((short) Socket.AF_INET6);
    return List.of(ipv4.array(), ipv6.array());
  }

  /** The answers of sock_diag(7): their messages, and what three families say in them. */
  private static List<FuzzTarget> netlink() throws ReflectiveOperationException {
    Class<?> sockDiag = Class.forName("dev.ckpt.core.kernel.SockDiag");
    Method take = method(sockDiag, "take", ByteBuffer.class, List.class);
    List<FuzzTarget> all = new ArrayList<>();
    all.add(
        FuzzTarget.of(
            "net.SockDiag",
            SyscallException.class,
            () -> List.of(captured(16)),
            in -> call(take, ByteBuffer.wrap(in), new ArrayList<ByteBuffer>())));
    for (Class<?> type : List.of(PacketDiag.class, UdpDiag.class, UnixDiag.class)) {
      Method parse = method(type, "parse", ByteBuffer.class);
      all.add(
          FuzzTarget.of(
              "net." + type.getSimpleName(),
              SyscallException.class,
              () -> List.of(captured(0), packetSocket(), new byte[72]),
              in -> call(parse, ByteBuffer.wrap(in).order(ByteOrder.LITTLE_ENDIAN))));
    }
    return all;
  }

  /** A struct packet_diag_msg, its PACKET_DIAG_INFO and one membership. */
  private static byte[] packetSocket() {
    ByteBuffer message = ByteBuffer.allocate(16 + 28 + 48).order(ByteOrder.LITTLE_ENDIAN);
    message.put((byte) 17).put((byte) 3).putShort((short) 3).putInt(12345).putLong(1);
    message.putShort((short) 28).putShort((short) 0).position(16 + 28);
    message.putShort((short) 48).putShort((short) 1).putInt(2).putInt(3).putShort((short) 1);
    return message.putShort((short) 6).array();
  }

  /** A message of a unix socket: a struct unix_diag_msg, a name, a peer, the state of its queue. */
  private static byte[] captured(int headerBytes) {
    ByteBuffer message = ByteBuffer.allocate(headerBytes + 56).order(ByteOrder.LITTLE_ENDIAN);
    if (headerBytes != 0) {
      message.putInt(headerBytes + 56).putShort((short) 20).putShort((short) 2).putLong(0);
    }
    message.put((byte) 1).put((byte) 1).put((byte) 10).put((byte) 0).putInt(4711).putLong(0);
    message.putShort((short) 7).putShort((short) 0).put("/ab\0".getBytes());
    message.putShort((short) 8).putShort((short) 2).putInt(4712);
    message.putShort((short) 12).putShort((short) 4).putInt(1).putInt(5);
    message.putShort((short) 12).putShort((short) 1).putInt(1).putInt(5);
    return message.array();
  }
}
