package dev.ckpt;

import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.checkpoint.CheckpointResult;
import dev.ckpt.core.checkpoint.EmbedRule;
import dev.ckpt.core.checkpoint.Progress;
import dev.ckpt.core.checkpoint.TcpPolicy;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.format.ImageKey;
import dev.ckpt.format.SealSecret;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * An image of a running process that is about to be made:
 *
 * <pre>{@code
 * CheckpointResult result = Checkpoint.of(pid).to(Path.of("build.ckpt")).dump();
 * }</pre>
 *
 * <p>Each method that sets something returns another object and changes nothing. Threading: any.
 */
public final class Checkpoint {
  private final CheckpointOptions options;
  private final Optional<Path> image;
  private final boolean replacing;
  private final Optional<SealSecret> secret;

  private Checkpoint(
      CheckpointOptions options,
      Optional<Path> image,
      boolean replacing,
      Optional<SealSecret> secret) {
    this.options = options;
    this.image = image;
    this.replacing = replacing;
    this.secret = secret;
  }

  /** Of the process with this pid, which goes on unless it is {@link #ending}. */
  public static Checkpoint of(long pid) {
    return new Checkpoint(
        CheckpointOptions.of(Math.toIntExact(pid)), Optional.empty(), false, Optional.empty());
  }

  private Checkpoint with(CheckpointOptions changed) {
    return new Checkpoint(changed, image, replacing, secret);
  }

  /** Where the image is to stand; nothing of that name may be there unless it is replaced. */
  public Checkpoint to(Path path) {
    return new Checkpoint(options, Optional.of(path), replacing, secret);
  }

  /** A file that has the name of the image is replaced, once the image is whole. */
  public Checkpoint replacing() {
    return new Checkpoint(options, image, true, secret);
  }

  /** The process is ended once the image is whole; it never runs in between. */
  public Checkpoint ending() {
    return with(options.withStop(true));
  }

  /** The image need not be on the disk when the dump is done. */
  public Checkpoint withoutSync() {
    return with(options.withSync(false));
  }

  /** How long the threads of the process may take to stop; 5 seconds if not said. */
  public Checkpoint freezeTimeout(Duration timeout) {
    return with(options.withFreezeTimeout(timeout));
  }

  /** What becomes of TCP connections; with them the dump is refused if nothing is said. */
  public Checkpoint tcp(TcpPolicy policy) {
    return with(options.withTcp(policy));
  }

  /** TCP connections come back as ones that were reset: {@link TcpPolicy#CLOSE}. */
  public Checkpoint closingTcpConnections() {
    return tcp(TcpPolicy.CLOSE);
  }

  /** Unix connections to other processes come back closed; else the dump is refused. */
  public Checkpoint closingUnixConnections() {
    return with(options.withExtUnix(true));
  }

  /** Which named files are saved with their content; those in temporary folders if not said. */
  public Checkpoint embedding(EmbedRule rule) {
    return with(options.withEmbed(rule));
  }

  /** How pages are read, by the name of a backend; the fastest that works if not said. */
  public Checkpoint backend(String name) {
    return with(options.withBackend(name));
  }

  /** The image is sealed: nobody can read or change it without the secret, which stays open. */
  public Checkpoint sealedWith(SealSecret with) {
    return new Checkpoint(options, image, replacing, Optional.of(with));
  }

  /** Somebody is told how far it is, on the thread that does the work. */
  public Checkpoint onProgress(Progress listener) {
    return with(options.withProgress(listener));
  }

  /**
   * Makes the image; returns when it is whole and stands under its name, mode 0600. Blocks.
   *
   * @throws dev.ckpt.core.error.UnsupportedStateException when something of the process cannot be
   *     saved; all of it is listed, and nothing was changed
   * @throws dev.ckpt.error.CkptException when anything else fails; there is no image, and the
   *     process runs
   */
  public CheckpointResult dump() throws IOException {
    Path path = image.orElseThrow(() -> new IllegalStateException("to(path) was not said"));
    try (ImageFileOutput output = ImageFileOutput.create(path, replacing)) {
      return dump(output);
    }
  }

  /** Writes it to somewhere else. */
  CheckpointResult dump(ImageOutput output) throws IOException {
    if (secret.isEmpty()) {
      return dev.ckpt.core.checkpoint.Checkpoint.dump(options, output);
    }
    try (ImageKey key = secret.get().newKey()) {
      return dev.ckpt.core.checkpoint.Checkpoint.dump(options.withKey(key), output);
    }
  }
}
