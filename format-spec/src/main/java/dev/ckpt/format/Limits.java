package dev.ckpt.format;

/**
 * The most that an image may hold of anything. A reader checks each before it allocates, so that a
 * hostile image costs no more memory than it has bytes; a writer keeps to the same.
 */
public final class Limits {
  /** Oldest format version that this build reads. */
  public static final int MIN_VERSION = 1;

  /** Newest format version that this build reads, and the one that it writes. */
  public static final int MAX_VERSION = 1;

  /** Bytes in a page, and the alignment of page data in the stream. */
  public static final int PAGE_SIZE = 4096;

  /** First address that no user mapping reaches: 2^47. */
  public static final long USER_SPACE_END = 1L << 47;

  /** Payload bytes of an object, unless its type says otherwise. */
  public static final int MAX_PAYLOAD_BYTES = 16 << 20;

  /** Content bytes of one pipe: root may raise fs.pipe-max-size beyond the usual 1 MiB. */
  public static final int MAX_PIPE_BYTES = 64 << 20;

  /** Buffers in a pipe: one page each. */
  public static final int MAX_PIPE_BUFFERS = 16384;

  /** Payload bytes of a pipe, which has some fields beside its content. */
  public static final int MAX_PIPE_PAYLOAD_BYTES = MAX_PIPE_BYTES + MAX_PIPE_BUFFERS * 4 + 64;

  /** Payload bytes of an optional object of a type that the reader does not know. */
  public static final int MAX_UNKNOWN_PAYLOAD_BYTES = MAX_PIPE_PAYLOAD_BYTES;

  /** Pages with data in one page array: 1 MiB. */
  public static final int MAX_ARRAY_DATA_PAGES = 256;

  /** Runs in one page array. */
  public static final int MAX_ARRAY_RUNS = 4096;

  /** Pages in one run. */
  public static final long MAX_RUN_PAGES = 1L << 31;

  /** Runs of pages in one PARENT_PAGES object. */
  public static final int MAX_PARENT_RUNS = 1 << 20;

  /** Images that an image may build on, one upon the other. */
  public static final int MAX_PARENTS = 256;

  /** Payload bytes of a page array: counts, runs, padding, pages. */
  public static final int MAX_ARRAY_PAYLOAD_BYTES =
      16 + 16 * MAX_ARRAY_RUNS + (PAGE_SIZE - 1) + MAX_ARRAY_DATA_PAGES * PAGE_SIZE;

  /** Payload bytes of a compressed page array: counts, runs, less than the pages. */
  public static final int MAX_COMPRESSED_ARRAY_PAYLOAD_BYTES =
      16 + 16 * MAX_ARRAY_RUNS + MAX_ARRAY_DATA_PAGES * PAGE_SIZE - 1;

  /** Page arrays in one image. */
  public static final int MAX_PAGE_ARRAYS = 1 << 24;

  /** Entries in one index object; a longer index is several objects. */
  public static final int MAX_INDEX_ENTRIES = 1 << 18;

  /** State objects in one image. */
  public static final int MAX_STATE_OBJECTS = 1 << 22;

  /** Objects of any kind before the tail. */
  public static final long MAX_OBJECTS = 1L << 26;

  /** Bytes of a path, as PATH_MAX, and of the name of a mapping. */
  public static final int MAX_PATH_BYTES = 4096;

  /** Bytes of a short name: kernel release, host, producer, statistic, memory object. */
  public static final int MAX_NAME_BYTES = 256;

  /** Bytes of a thread's name, as TASK_COMM_LEN. */
  public static final int MAX_COMM_BYTES = 16;

  /** Bytes of a mask of CPUs: 8192 of them, the most that x86-64 kernels are built for. */
  public static final int MAX_CPU_MASK_BYTES = 1024;

  /** Bytes of a mask of NUMA nodes: 1024 of them, the most that kernels are built for. */
  public static final int MAX_NODE_MASK_BYTES = 128;

  /** Bytes of the names of all features of a CPU. */
  public static final int MAX_CPU_FEATURES_BYTES = 8192;

  /** Bytes of /proc/PID/cgroup. */
  public static final int MAX_CGROUP_BYTES = 64 << 10;

  /** Bytes of the auxiliary vector. */
  public static final int MAX_AUXV_BYTES = 4096;

  /** Bytes of a vdso, which has two pages today. */
  public static final int MAX_VDSO_BYTES = 64 << 10;

  /** Bytes of an ELF build id. */
  public static final int MAX_BUILD_ID_BYTES = 64;

  /** Bytes of one XSAVE area. */
  public static final int MAX_XSAVE_BYTES = 64 << 10;

  /** Bytes of a struct termios. */
  public static final int MAX_TERMIOS_BYTES = 128;

  /** Bytes of a socket address, as struct sockaddr_storage. */
  public static final int MAX_SOCKADDR_BYTES = 128;

  /** Bytes of the name of a unix socket, as sun_path. */
  public static final int MAX_SUN_PATH_BYTES = 108;

  /** Options of one socket. */
  public static final int MAX_SOCKET_OPTIONS = 256;

  /** Bytes of one option of a socket. */
  public static final int MAX_SOCKET_OPTION_BYTES = 256;

  /** Bytes of the filter of a socket or of seccomp: BPF_MAXINSNS instructions of 8 bytes. */
  public static final int MAX_FILTER_BYTES = 4096 * 8;

  /** Messages that wait in one socket. */
  public static final int MAX_SOCKET_MESSAGES = 16384;

  /** Bytes of all messages that wait in one socket. */
  public static final int MAX_SOCKET_QUEUE_BYTES = 8 << 20;

  /** Files that come with one message, as SCM_MAX_FD. */
  public static final int MAX_SOCKET_RIGHTS = 253;

  /** Bytes of one queue of a TCP connection, which net.ipv4.tcp_rmem and tcp_wmem limit. */
  public static final int MAX_TCP_QUEUE_BYTES = 32 << 20;

  /** Payload bytes of a TCP connection: two queues, and some fields beside them. */
  public static final int MAX_TCP_PAYLOAD_BYTES = 2 * MAX_TCP_QUEUE_BYTES + 128;

  /** Senders that are named for one multicast group. */
  public static final int MAX_GROUP_SOURCES = 256;

  /** Memberships of one packet socket, and how often one of them counts. */
  public static final int MAX_PACKET_MEMBERSHIPS = 256;

  /** Bytes of a link-layer address, as MAX_ADDR_LEN. */
  public static final int MAX_LINK_ADDRESS_BYTES = 32;

  /** Bytes of a UDP datagram, whose length is 16 bits wide. */
  public static final int MAX_DATAGRAM_BYTES = 65535;

  /** Supplementary groups of a thread, as NGROUPS_MAX. */
  public static final int MAX_GROUPS = 65536;

  /** Pending signals of one queue. */
  public static final int MAX_SIGINFOS = 65536;

  /** Entries of a statistics object. */
  public static final int MAX_STATISTICS = 256;

  /** Rounds of PBKDF2 that a reader computes: half a minute. */
  public static final int MAX_KDF_ITERATIONS = 10_000_000;

  /** Bytes of a passphrase. */
  public static final int MAX_PASSPHRASE_BYTES = 1024;

  /** Bytes of a key file, at least: as many as the key has. */
  public static final int MIN_KEY_FILE_BYTES = 32;

  /** Bytes of a key file. */
  public static final int MAX_KEY_FILE_BYTES = 64 << 10;

  private Limits() {}
}
