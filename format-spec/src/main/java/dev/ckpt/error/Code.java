package dev.ckpt.error;

import java.util.List;
import java.util.stream.Stream;

/**
 * Every code there is, as errno.h has every error number: why something was refused ({@link
 * RefusalCode}), or what went wrong ({@link FailureCode}). Scripts go by the names, so none is ever
 * renamed or given another meaning.
 *
 * <p>docs/refusals.md is made from the two, by {@code RefusalCodesTest}; texts are Markdown.
 */
public sealed interface Code permits RefusalCode, FailureCode {
  /** What stands in messages and in JSON. */
  String name();

  /** What it is about. */
  CodeGroup group();

  /** What was found. */
  String meaning();

  /** What the user can do about it; empty when the group says it, or when nothing helps. */
  String remedy();

  /** All there are, refusals first. */
  static List<Code> all() {
    return Stream.<Code>concat(Stream.of(RefusalCode.values()), Stream.of(FailureCode.values()))
        .toList();
  }
}
