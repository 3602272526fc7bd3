package dev.ckpt.convert.report;

import java.util.Locale;

/** What a page of a mapping is in an image, in the order in which kinds are shown. */
enum Kind {
  /** In the image, of private memory without a file. */
  DATA("data", "private memory in this image"),
  /** In the image, because it was written. */
  DIRTY("dirty", "written since the parent image, or changed against the mapped file"),
  /** In the image, of memory that can be shared. */
  SHARED("shared", "shared memory, memfds and removed files in this image"),
  /** In a parent image. */
  PARENT("same as parent", "not written since: the parent image has it"),
  /** In the image as one of zeros, without bytes. */
  ZERO("zero", "known to be zero, which takes no room"),
  /** Not in the image. */
  ABSENT("not in the image", "as the mapped file has it, or never written");

  private final String label;
  private final String meaning;

  Kind(String label, String meaning) {
    this.label = label;
    this.meaning = meaning;
  }

  /** How people call it. */
  String label() {
    return label;
  }

  /** What that means. */
  String meaning() {
    return meaning;
  }

  /** Its class in the style sheet, which has its colour. */
  String style() {
    return "k-" + name().toLowerCase(Locale.ROOT);
  }
}
