package dev.ckpt.convert;

import java.util.List;

/**
 * A format that an image can be put into, and made of again. Found by {@link
 * java.util.ServiceLoader}. What it writes is one file ({@link StreamFormat}) or a folder of them
 * ({@link FolderFormat}).
 *
 * <p>Threading: one conversion at a time and object; several may run beside each other.
 */
public interface Format {
  /** By which people ask for it: small letters and digits. */
  String name();

  /** How the names of its files end, such as {@code .json}; the first is the usual one. */
  List<String> suffixes();
}
