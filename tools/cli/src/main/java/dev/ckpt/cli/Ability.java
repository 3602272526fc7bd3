package dev.ckpt.cli;

import dev.ckpt.cli.text.JsonObject;

/**
 * One thing that this machine, or our rights on it, allow or not.
 *
 * @param name of it
 * @param need who cannot do without
 * @param works whether it is allowed
 * @param detail how it is done, or why it is not allowed and what is done instead
 */
record Ability(String name, Need need, boolean works, String detail) {
  /** Who needs it. */
  enum Need {
    /** No dump without it. */
    DUMP,
    /** No restore without it. */
    RESTORE,
    /** Neither. */
    BOTH,
    /** Both do without. */
    NOBODY;

    /** Whether a dump needs it. */
    boolean forDump() {
      return this == DUMP || this == BOTH;
    }

    /** Whether a restore needs it. */
    boolean forRestore() {
      return this == RESTORE || this == BOTH;
    }
  }

  JsonObject json() {
    return new JsonObject()
        .put("name", name)
        .put("works", works)
        .put("neededByDump", need.forDump())
        .put("neededByRestore", need.forRestore())
        .put("detail", detail);
  }
}
