package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;
import java.util.Arrays;

/**
 * What some kernels that we run on do not have. Whoever uses one of these has a way without it, or
 * says so.
 *
 * <p>The tests hide them from us, so that both ways are gone on any kernel: the system property
 * {@code ckpt.kernel.without} lists names with commas between; nobody else sets it. Threading: any.
 */
public enum NewerFeature {
  /** Linux 6.16. */
  PR_TIMER_CREATE_RESTORE_IDS(Errno.EINVAL),
  /** Linux 6.13. */
  MADV_GUARD_INSTALL(Errno.EINVAL),
  /** The function getrandom of the vdso: Linux 6.11. */
  VDSO_GETRANDOM(Errno.ENOSYS),
  /** Linux 6.8. */
  UFFDIO_MOVE(Errno.EINVAL),
  /** Linux 6.7. */
  UFFD_FEATURE_WP_ASYNC(Errno.EINVAL),
  /** Linux 6.7. */
  PAGEMAP_SCAN(Errno.ENOTTY),
  /** Linux 6.4. */
  PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG(Errno.EIO),
  /** Linux 6.3. */
  MEMBARRIER_CMD_GET_REGISTRATIONS(Errno.EINVAL),
  /** Linux 6.3. */
  MFD_EXEC(Errno.EINVAL),
  /** Files without a name: a matter of the file system. */
  O_TMPFILE(Errno.EOPNOTSUPP),
  /** Linux 5.14. */
  MADV_POPULATE_WRITE(Errno.EINVAL),
  /** Linux 5.13, and built with CONFIG_RSEQ. */
  PTRACE_GET_RSEQ_CONFIGURATION(Errno.EIO);

  private static final String PROPERTY = "ckpt.kernel.without";

  private final int errno;

  NewerFeature(int errno) {
    this.errno = errno;
  }

  /** Whether a test has this kernel pass for one without it. */
  public boolean isHidden() {
    String names = System.getProperty(PROPERTY, "");
    return Arrays.asList(names.split(",")).contains(name());
  }

  /** Fails as a kernel without it does, when it is hidden. */
  public void failIfHidden() throws SyscallException {
    if (isHidden()) {
      throw Call.failure(errno, "", name() + " (hidden)");
    }
  }
}
