package dev.ckpt.cli;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.format.SealSecret;
import java.security.SecureRandom;

/** Secrets for files that a sealed image is made of, and that nobody sees. */
final class Secrets {
  private static final int SECRET_BYTES = 32;

  private Secrets() {}

  /** One that nobody knows once it is closed. */
  @MustBeClosed
  static SealSecret forgotten() {
    byte[] random = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(random);
    return SealSecret.ofKeyFile(random);
  }

  /** How to dump into such a file: sealed if the image is. */
  static CheckpointOptions with(CheckpointOptions options, SealSecret secret) {
    return options.key().isPresent() ? options.withKey(secret.newKey()) : options;
  }
}
