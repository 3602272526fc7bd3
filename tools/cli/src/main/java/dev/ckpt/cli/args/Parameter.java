package dev.ckpt.cli.args;

/**
 * An argument of a command that is known by its place.
 *
 * @param label what it is, as in {@code PID}
 * @param required whether it must be given
 * @param text what it means
 */
public record Parameter(String label, boolean required, String text) {
  /** As in a synopsis. */
  String usage() {
    return required ? label : "[" + label + "]";
  }
}
