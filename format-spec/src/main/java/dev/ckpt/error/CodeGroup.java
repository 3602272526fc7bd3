package dev.ckpt.error;

/** What the codes of a group are about. */
public enum CodeGroup {
  /** The process as such. */
  TARGET("The target", ""),

  /** What it has set for itself. */
  SETTINGS("Its settings", ""),

  /** What it has mapped. */
  MEMORY(
      "Its memory",
      "The remedy for those without one is to unmap it before the dump, or to start the program"
          + " without it."),

  /** What it has open. */
  FILES(
      "Its files", "The remedy for those without one is to close the descriptor before the dump."),

  /** Where an image is to go. */
  IMAGE_FILE("The image file of a dump", ""),

  /** What a restore finds otherwise than it must be. */
  RESTORE("A restore", ""),

  /** No refusal. */
  FAILURE(
      "Codes that are no refusals",
      "These end a command with 1 (125 for a restore in the foreground). Something went wrong;"
          + " there is no image, or no task.");

  private final String title;
  private final String intro;

  CodeGroup(String title, String intro) {
    this.title = title;
    this.intro = intro;
  }

  /** As a heading. */
  public String title() {
    return title;
  }

  /** What holds for all of them; may be empty. */
  public String intro() {
    return intro;
  }
}
