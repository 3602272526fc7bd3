package dev.ckpt.convert.criu;

import dev.ckpt.convert.OutputFolder;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.FileInetSocket;
import dev.ckpt.format.record.TcpSock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Live TCP connections: tcp-stream-INO.img, with what the task has not read, and what the other end
 * has not acknowledged. Sequence numbers and windows are as the kernel gives them on both sides.
 *
 * <p>Source: criu/sk-tcp.c, soccr/soccr.c; linux/tcp.h, TCPI_OPT_TIMESTAMPS and the next two.
 */
final class TcpStreams {
  private static final int OPTIONS = TcpSock.OPT_TIMESTAMPS | TcpSock.OPT_SACK | TcpSock.OPT_WSCALE;

  private TcpStreams() {}

  /**
   * Writes those of an image. The inode of a socket is its reference.
   *
   * <p>NB: CRIU sends at once what was never sent, and holds it back by a rule that its dump has
   * left in the firewall. Without one it would meet an other end that is not there yet, where the
   * task has both. Of such a connection all is said to have been sent: then it is sent again.
   */
  static void write(ImageState state, OutputFolder folder) throws IOException {
    Map<Integer, FileInetSocket> sockets = state.shared(FileInetSocket.class);
    Set<ByteString> names = new HashSet<>();
    state.all(TcpSock.class).forEach(tcp -> names.add(sockets.get(tcp.file()).name()));
    for (TcpSock tcp : state.all(TcpSock.class)) {
      String file = ImgKind.tcpStream(tcp.file());
      try (ImgWriter out = ImgWriter.create(folder, ImgKind.TCP_STREAM, file)) {
        boolean inside = names.contains(sockets.get(tcp.file()).peer());
        out.write(toCriu(tcp, inside ? 0 : tcp.unsentBytes()));
        out.writeRaw(ByteBuffer.wrap(tcp.receiveQueue().toByteArray()));
        out.writeRaw(ByteBuffer.wrap(tcp.sendQueue().toByteArray()));
      }
    }
  }

  /**
   * A connection, without its queues and sizes of buffers.
   *
   * @param unsentBytes at the end of what goes out
   */
  static Criu.TcpStream toCriu(TcpSock tcp, int unsentBytes) {
    Criu.TcpStream.Builder to =
        Criu.TcpStream.newBuilder()
            .setInqLen(tcp.receiveQueue().length())
            .setInqSeq(tcp.rcvNxt())
            .setOutqLen(tcp.sendQueue().length())
            .setOutqSeq(tcp.writeSeq())
            .setUnsqLen(unsentBytes)
            .setOptMask(tcp.options())
            .setSndWscale(tcp.sndWscale())
            .setMssClamp(tcp.mssClamp())
            .setSndWl1(tcp.sndWl1())
            .setSndWnd(tcp.sndWnd())
            .setMaxWindow(tcp.maxWindow())
            .setRcvWnd(tcp.rcvWnd())
            .setRcvWup(tcp.rcvWup());
    if (tcp.has(TcpSock.OPT_WSCALE)) {
      to.setRcvWscale(tcp.rcvWscale());
    }
    if (tcp.has(TcpSock.OPT_TIMESTAMPS)) {
      to.setTimestamp(tcp.timestamp());
    }
    return to.build();
  }

  /**
   * Reads that of a socket.
   *
   * @param file the reference of its open file
   */
  static TcpSock read(CriuFolder folder, Criu.InetSk socket, int file) throws IOException {
    String name = ImgKind.tcpStream(socket.getIno());
    try (ImgReader in = ImgReader.open(folder.folder(), ImgKind.TCP_STREAM, name)) {
      Criu.TcpStream stream = in.only(Criu.TcpStream.parser());
      if (!stream.hasUnsqLen() || !stream.hasSndWnd() || !stream.hasRcvWup()) {
        throw in.bad("tcp_stream", "unsq_len and the windows", "an older one without");
      }
      ByteString receiveQueue = queue(in, "inq_len", stream.getInqLen());
      return toCkpt(file, socket, stream, queue(in, "outq_len", stream.getOutqLen()), receiveQueue);
    }
  }

  private static ByteString queue(ImgReader in, String what, int len) throws IOException {
    long lenBytes = Integer.toUnsignedLong(len);
    if (lenBytes > Math.min(in.left(), Limits.MAX_TCP_QUEUE_BYTES)) {
      throw in.bad(what, "at most what is left of the file", Long.toString(lenBytes));
    }
    byte[] bytes = new byte[(int) lenBytes];
    in.readFully(ByteBuffer.wrap(bytes));
    return ByteString.of(bytes);
  }

  /**
   * A connection. NB: CRIU does not count the FIN of this end among what was not sent; where data
   * was not, it was not either.
   */
  static TcpSock toCkpt(
      int file,
      Criu.InetSk socket,
      Criu.TcpStream stream,
      ByteString sendQueue,
      ByteString receiveQueue) {
    int state = socket.getState();
    boolean closed = state != TcpSock.TCP_ESTABLISHED && state != TcpSock.TCP_CLOSE_WAIT;
    int unsent = stream.getUnsqLen();
    return new TcpSock(
        file,
        state,
        stream.getOptMask() & OPTIONS,
        stream.getSndWscale(),
        stream.getRcvWscale(),
        stream.getMssClamp(),
        stream.getTimestamp(),
        stream.getOutqSeq(),
        stream.getInqSeq(),
        stream.getSndWl1(),
        stream.getSndWnd(),
        stream.getMaxWindow(),
        stream.getRcvWnd(),
        stream.getRcvWup(),
        socket.getOpts().getSoSndbuf(),
        socket.getOpts().getSoRcvbuf(),
        closed && unsent != 0 ? unsent + 1 : unsent,
        sendQueue,
        receiveQueue);
  }
}
