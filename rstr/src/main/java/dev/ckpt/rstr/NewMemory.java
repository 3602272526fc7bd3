package dev.ckpt.rstr;

import dev.ckpt.core.backend.FaultServer;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.format.PageStream;
import dev.ckpt.format.record.Vma;
import java.io.IOException;
import java.util.Optional;

/** Where the contents of a new task's memory come from, and when. */
interface NewMemory {
  /** The pages that come before it runs; asked once, first. */
  PageStream pages(RstrContext context) throws IOException;

  /** Whether the pages of a mapping come later. */
  boolean comesLater(Vma vma);

  /** Begins to serve those, as soon as the others are there. */
  void serveRest(RstrContext context, BatchRunner run) throws IOException;

  /** Who serves them; none if all are there. */
  Optional<FaultServer> server();
}
