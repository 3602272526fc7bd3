package dev.ckpt.format.record;

/** How a {@link Vma} came to be, and so how to make it anew. */
public enum VmaKind {
  /** Private memory without a file. */
  ANON_PRIVATE(1, false),
  /** Shared memory without a file: a view of a {@link Shmem} or {@link SysvShm}. */
  ANON_SHARED(2, true),
  /** A private mapping of a file or memory object. */
  FILE_PRIVATE(3, true),
  /** A shared mapping of a file. */
  FILE_SHARED(4, true),
  /** Private memory that grows down. */
  STACK(5, false),
  /** The kernel's code page; its content is a {@link VdsoImage}. */
  VDSO(6, false),
  /** The kernel's data pages beside the vdso; never content. */
  VVAR(7, false),
  /** The kernel's page at a fixed address above 2^47; never content. */
  VSYSCALL(8, false);

  private static final VmaKind[] BY_NUMBER = values();

  private final int number;
  private final boolean backed;

  VmaKind(int number, boolean backed) {
    this.number = number;
    this.backed = backed;
  }

  /** The number on disk. */
  public int number() {
    return number;
  }

  /** Whether a mapping of this kind refers to a file or memory object. */
  public boolean backed() {
    return backed;
  }

  /** Whether the kernel makes such a mapping by itself. */
  public boolean isKernels() {
    return this == VDSO || this == VVAR || this == VSYSCALL;
  }

  /**
   * The kind of this number.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static VmaKind of(int number) {
    if (number < 1 || number > BY_NUMBER.length) {
      throw new IllegalArgumentException("kind must be 1 to 8, found " + number);
    }
    return BY_NUMBER[number - 1];
  }
}
