package dev.ckpt.cli.text;

import java.io.PrintStream;

/**
 * A JSON object of which one member is a list that may be longer than memory: its elements are
 * written as they come.
 */
public final class JsonList {
  private final PrintStream out;
  private String separator = "";
  private boolean ended;

  /**
   * Begins it.
   *
   * @param out where it goes; flushed and closed by its owner
   * @param head the members before the list, at least one
   * @param name of the list
   */
  public JsonList(PrintStream out, JsonObject head, String name) {
    this.out = out;
    String members = head.toString();
    out.print(members.substring(0, members.length() - 1) + ",\"" + name + "\":[");
  }

  /** Writes an element. */
  public void add(JsonObject element) {
    out.print(separator + element);
    separator = ",";
  }

  /**
   * Ends the list and the object, unless that was done.
   *
   * @param tail the members behind the list, at least one
   */
  public void end(JsonObject tail) {
    if (!ended) {
      ended = true;
      out.println("]," + tail.toString().substring(1));
    }
  }
}
