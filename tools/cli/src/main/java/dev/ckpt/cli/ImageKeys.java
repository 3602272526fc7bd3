package dev.ckpt.cli;

import dev.ckpt.cli.args.Spec;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.cli.text.Units;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.SecretPrompt;
import dev.ckpt.core.kernel.Terminal;
import dev.ckpt.core.thread.Outcome;
import dev.ckpt.core.thread.SideThread;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ImageKey;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.Limits;
import dev.ckpt.format.SealSecret;
import dev.ckpt.format.record.Seal;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Keys of sealed images: of a key file, or of a passphrase that is asked for at the terminal. No
 * argument and no variable of the environment holds a secret, for others can see those. Wiped when
 * it is closed.
 */
final class ImageKeys implements KeySource, AutoCloseable {
  static final String KEY_FILE = "--key-file";

  private static final int TRIES = 3;

  private final Optional<Path> keyFile;
  private final String image;
  private final List<SealSecret> secrets = new ArrayList<>();

  private ImageKeys(Optional<Path> keyFile, String image) {
    this.keyFile = keyFile;
    this.image = image;
  }

  /** The option that names a key file of an image to read. */
  static OptionSpec keyFileOption() {
    return Spec.value(
        "FILE",
        "Take the key of a sealed image from FILE, which has at least 32 bytes and is for its"
            + " owner only. Without it the passphrase is asked for at the terminal.",
        KEY_FILE);
  }

  /** The key file that the arguments name. */
  static Optional<Path> keyFile(ParseResult arguments) throws UsageException {
    Optional<String> name = Spec.value(arguments, KEY_FILE);
    return name.isPresent()
        ? Optional.of(CkptCommand.path("the key file", name.get()))
        : Optional.empty();
  }

  /**
   * Keys for an image that is read or made.
   *
   * @param image what people call it
   */
  static ImageKeys of(Optional<Path> keyFile, String image) {
    return new ImageKeys(keyFile, Units.printable(image));
  }

  /** The key of a new image; asks twice for a passphrase, and before anything else is done. */
  ImageKey newKey() throws IOException {
    Future<Object> warm = warmUp();
    ImageKey key = (keyFile.isPresent() ? ofFile() : ofNewPassphrase()).newKey();
    Outcome.of(warm);
    return key;
  }

  /** The key of a new image that is sealed as one was that was read with these. */
  ImageKey newKeyOfSameSecret() throws IOException {
    return secrets.get(0).newKey();
  }

  @Override
  public ImageKey keyOf(Seal seal) throws IOException {
    warmUp();
    if (keyFile.isPresent()) {
      return ofFile().keyOf(seal);
    }
    if (seal.kdf() == Seal.KEY_FILE) {
      throw new CkptException(
          FailureCode.IMAGE_SEALED,
          "image " + image + " is sealed with a key file: give --key-file");
    }
    return askUntilRight(seal);
  }

  private static Future<Object> warmUp() {
    return SideThread.once(
        "cipher-warm-up",
        () -> {
          ImageKey.warmUp();
          return null;
        });
  }

  private SealSecret ofFile() throws IOException {
    return kept(KeyFile.read(keyFile.orElseThrow()));
  }

  private SealSecret kept(SealSecret secret) {
    secrets.add(secret);
    return secret;
  }

  private SealSecret ofNewPassphrase() throws CkptException {
    try (SecretPrompt prompt = SecretPrompt.open()) {
      byte[] first = prompt.ask("Passphrase for image " + image + ": ");
      byte[] second = prompt.ask("The same again: ");
      boolean same = MessageDigest.isEqual(first, second);
      Arrays.fill(second, (byte) 0);
      if (!same) {
        Arrays.fill(first, (byte) 0);
        throw refused("the two passphrases differ", "type the same one twice");
      }
      return checked(first);
    } catch (SyscallException e) {
      throw Terminal.hungUp(e)
          ? refused("there is no terminal to ask for a passphrase at", "give --key-file")
          : e;
    }
  }

  private SealSecret checked(byte[] passphrase) throws CkptException {
    if (passphrase.length == 0 || passphrase.length > Limits.MAX_PASSPHRASE_BYTES) {
      Arrays.fill(passphrase, (byte) 0);
      throw refused("no passphrase was typed", "type 1 to 1024 characters");
    }
    return kept(SealSecret.ofPassphrase(passphrase));
  }

  private ImageKey askUntilRight(Seal seal) throws CkptException {
    try (SecretPrompt prompt = SecretPrompt.open()) {
      String text = "Passphrase of image " + image + ": ";
      for (int i = 1; ; i++) {
        try {
          return checked(prompt.ask(text)).keyOf(seal);
        } catch (CkptException e) {
          if (e.code() != FailureCode.IMAGE_KEY || i == TRIES) {
            throw e;
          }
          text = "That is not it. Passphrase of image " + image + ": ";
        }
      }
    } catch (SyscallException e) {
      throw Terminal.hungUp(e)
          ? new CkptException(
              FailureCode.IMAGE_SEALED,
              "image "
                  + image
                  + " is sealed, and there is no terminal to ask for its passphrase at",
              e)
          : e;
    }
  }

  private static CkptException refused(String why, String remedy) {
    return new UnsupportedStateException(List.of(new Refusal(RefusalCode.PASSPHRASE, why, remedy)));
  }

  @Override
  public void close() {
    secrets.forEach(SealSecret::close);
  }
}
