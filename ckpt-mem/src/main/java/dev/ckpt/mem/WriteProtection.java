package dev.ckpt.mem;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.KernelFeatures;
import dev.ckpt.core.kernel.NewerFeature;
import dev.ckpt.core.kernel.Userfaultfd;
import java.util.Optional;

/** Whether this kernel tells which pages were written. */
final class WriteProtection {
  /** What a userfaultfd(2) must be able to do. */
  static final long FEATURES =
      Userfaultfd.UFFD_FEATURE_WP_ASYNC | Userfaultfd.UFFD_FEATURE_PAGEFAULT_FLAG_WP;

  private WriteProtection() {}

  /** Why writes cannot be watched here; nothing if they can. */
  static Optional<String> obstacle() {
    try (Fd userfault = Userfaultfd.open()) {
      NewerFeature.UFFD_FEATURE_WP_ASYNC.failIfHidden();
      Userfaultfd.api(userfault, FEATURES);
      KernelFeatures.tryPagemapScan();
      return Optional.empty();
    } catch (SyscallException e) {
      return Optional.of(
          "this kernel does not tell which pages were written (userfaultfd with WP_ASYNC and"
              + " PAGEMAP_SCAN, Linux 6.7): "
              + e.getMessage());
    }
  }
}
