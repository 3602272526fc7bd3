package dev.ckpt.core.proc;

/** What a task is doing, by the letter in {@code stat} and {@code status} (fs/proc/array.c). */
public enum TaskState {
  RUNNING('R'),
  SLEEPING('S'),
  DISK_SLEEP('D'),
  STOPPED('T'),
  TRACING_STOP('t'),
  DEAD('X'),
  ZOMBIE('Z'),
  PARKED('P'),
  IDLE('I');

  private final char letter;

  TaskState(char letter) {
    this.letter = letter;
  }

  /** The kernel's letter. */
  public char letter() {
    return letter;
  }

  /** Whether the task has ended: it has no memory, no files, and never runs again. */
  public boolean ended() {
    return this == ZOMBIE || this == DEAD;
  }

  static TaskState read(TextCursor in) throws ProcFormatException {
    int letter = in.peek();
    for (TaskState state : values()) {
      if (state.letter == letter) {
        in.skip();
        return state;
      }
    }
    throw in.bad("not the letter of a task state");
  }
}
