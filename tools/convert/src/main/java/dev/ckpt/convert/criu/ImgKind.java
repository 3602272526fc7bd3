package dev.ckpt.convert.criu;

/**
 * The files of a folder, by the numbers that they begin with.
 *
 * <p>Source: criu/include/magic.h, criu/image-desc.c.
 */
enum ImgKind {
  INVENTORY("inventory", 0x58313116),
  PSTREE("pstree", 0x50273030),
  CORE("core", 0x55053847),
  IDS("ids", 0x54432030),
  MM("mm", 0x57492820),
  PAGEMAP("pagemap", 0x56084025),
  PAGES("pages", 0),
  FDINFO("fdinfo", 0x56213732),
  FILES("files", 0x56303138),
  FS("fs", 0x51403912),
  REMAP_FPATH("remap-fpath", 0x59133954),
  GHOST_FILE("ghost-file", 0x52583605),
  MEMFD("memfd", 0x48453499),
  PIPES_DATA("pipes-data", 0x56453709),
  FIFO_DATA("fifo-data", 0x59333054),
  SK_QUEUES("sk-queues", 0x56264026),
  TCP_STREAM("tcp-stream", 0x51465506),
  SECCOMP("seccomp", 0x64413049),
  FILELOCKS("filelocks", 0x54323616),
  TIMENS("timens", 0x43114433);

  /** What all files but the inventory and the pages begin with. */
  static final int COMMON_MAGIC = 0x54564319;

  private final String name;
  private final int magic;

  ImgKind(String name, int magic) {
    this.name = name;
    this.magic = magic;
  }

  /** The one file of this kind. */
  String file() {
    return name + ".img";
  }

  /** The file of this kind that belongs to something with a number. */
  String file(long number) {
    return name + "-" + number + ".img";
  }

  /** The pages of a shared segment. */
  static String shmemPagemap(long shmid) {
    return "pagemap-shmem-" + Long.toUnsignedString(shmid) + ".img";
  }

  /** A file without a name, and its content. */
  static String ghostFile(int id) {
    return GHOST_FILE.name + "-" + Integer.toHexString(id) + ".img";
  }

  /** A TCP connection, by the inode of its socket. */
  static String tcpStream(int ino) {
    return TCP_STREAM.name + "-" + Integer.toHexString(ino) + ".img";
  }

  /** What it begins with, behind the common magic; 0: nothing at all. */
  int magic() {
    return magic;
  }
}
