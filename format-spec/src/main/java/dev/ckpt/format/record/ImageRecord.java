package dev.ckpt.format.record;

import dev.ckpt.format.ObjectType;
import java.util.List;

/** What an object of the stream says. */
public sealed interface ImageRecord
    permits CpuFeatures,
        CpuX86_64,
        Cred,
        EpollItem,
        Fd,
        FileChrdev,
        FileEpoll,
        FileEventfd,
        FileFifo,
        FileInetSocket,
        FileInotify,
        FileLock,
        FileMemfd,
        FileNamed,
        FileNetlinkSocket,
        FilePacketSocket,
        FileOwner,
        FilePidfd,
        FilePipe,
        FilePty,
        FileRef,
        FileRegular,
        FileSignalfd,
        FileTimerfd,
        FileTty,
        FileUnixSocket,
        GhostFolder,
        Header,
        Index,
        InotifyWatch,
        Itimers,
        Loginuid,
        LsmLabel,
        MemoryObject,
        Mempolicy,
        Mm,
        MulticastGroup,
        PageArray,
        PageArrayCompressed,
        ParentImage,
        ParentPages,
        Pipe,
        Pkeys,
        Pty,
        RestartBlock,
        PosixTimer,
        PreDump,
        Rlimits,
        Sched,
        Seal,
        Seccomp,
        SeccompFilter,
        Sigactions,
        Sigpending,
        SocketFilter,
        SocketRights,
        Statistics,
        Tail,
        Task,
        TaskThread,
        TcpSock,
        TimeNs,
        UdpDatagram,
        VdsoImage,
        Vma,
        VmaGuard,
        VmaPkey {
  /** The type of object that this record is the payload of. */
  ObjectType type();

  /** Every object that this one refers to; each must stand before it in the stream. */
  default List<ObjectReference> references() {
    return List.of();
  }
}
