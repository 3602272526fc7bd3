package dev.ckpt.rstr;

import dev.ckpt.core.backend.FaultServer;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.format.PageStream;
import dev.ckpt.format.record.Vma;
import java.util.Optional;

/**
 * Everything is there before the task runs.
 *
 * @param pages all of them, to the tail of the image
 */
record EagerMemory(PageStream pages) implements NewMemory {
  @Override
  public PageStream pages(RstrContext context) {
    return pages;
  }

  @Override
  public boolean comesLater(Vma vma) {
    return false;
  }

  @Override
  public void serveRest(RstrContext context, BatchRunner run) {}

  @Override
  public Optional<FaultServer> server() {
    return Optional.empty();
  }
}
