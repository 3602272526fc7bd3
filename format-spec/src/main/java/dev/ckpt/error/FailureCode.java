package dev.ckpt.error;

/** What went wrong: nothing that was asked for is impossible, but it was not done. */
public enum FailureCode implements Code {
  SYSCALL_FAILED("a kernel call failed: which, with which arguments, with which errno"),
  TARGET_GONE("the task ended meanwhile"),
  IMAGE_NO_ROOM(
      "the image does not fit: the file system is full, a quota is used up, or it would be a larger"
          + " file than may be; there is no image, the task runs on"),
  PROC_ACCESS(
      "we may not read a file of /proc; the line says what it takes. The usual one for another"
          + " user's task"),
  PROC_MISSING("this kernel has no such file of /proc"),
  PROC_READ("a file of /proc could not be read"),
  PROC_FORMAT("a file of /proc has text that we do not understand"),
  IMAGE_CORRUPT("the image is damaged or cut: offset, object, expected, found"),
  IMAGE_VERSION("the image is of another format version"),
  IMAGE_SEALED(
      "the image is sealed, and no key was given: `--key-file`, or the passphrase at a terminal"),
  IMAGE_KEY("the passphrase or key file is not that of the image"),
  IMAGE_UNKNOWN_OBJECT("the image has an object of an unknown kind that may not be skipped"),
  PARENT_MISSING("an image that the image builds on is not beside it, nor where it was"),
  PARENT_OTHER("the file with the name of the image's parent is another image"),
  MERGE_PRE_DUMP("an image of a pre-dump is good for others to build on, and not alone"),
  MERGE_UNSEALS("an image is not sealed and builds on one that is: that would show"),
  CONVERT_INPUT(
      "a file that is to become an image is not what its format allows: where, in which object,"
          + " what was expected and found"),
  CONVERT_LOSS(
      "the other format cannot say all that there is, and nobody said that it may be left out"),
  CONVERT_VERSION("such a file is of a later version of its format"),
  CORE_PRE_DUMP("an image of a pre-dump is of many moments: no core file is made of it"),
  CORE_FILE_CHANGED("a mapped file was changed while its content went into a core file"),
  MAPPING_UNKNOWN("the image has no mapping and no memory object of this name or address"),
  PARENTS_TOO_MANY("the image builds on too many others, or on itself"),
  INTERRUPTED(
      "SIGINT, SIGTERM or SIGHUP came before the image was whole, and the task runs on; or before"
          + " the restored task ran, and nothing is left of it"),
  OUTPUT_LOST("the result could not be written out, e.g. into a closed pipe"),
  IMAGE_WOULD_BE_LOST("the file for JSON or for the pid is an image"),
  NO_SUCH_FILE("a file named on the command line is not there"),
  ACCESS_DENIED("a file named on the command line is not ours to use"),
  IO_FAILED("a file cannot be read or written"),
  PATH_INVALID("what the command line names cannot be a file"),
  CPUS_UNKNOWN("the list of the machine's CPUs cannot be read"),
  NO_SIGNALS("this JVM does not let us pass signals on"),
  USAGE("wrong arguments; ends with 2"),
  INTERNAL("a defect of ckpt; `-vv` shows where"),
  DEMO_TIMEOUT("the demo waited in vain"),
  DEMO_WRONG("the demo did not see what it should"),
  DEMO_LEFT_OVER("the demo could not clean up"),
  FAULT_SWITCH(
      "the switch of the survival tests (`CKPT_FAULT_KILL`) has a setting that makes no sense"),
  PTRACE_SCOPE("row of `ckpt check`: ptrace is closed by yama"),
  MAP_FILES("row of `ckpt check`: mapped files cannot be looked up");

  private final String meaning;

  FailureCode(String meaning) {
    this.meaning = meaning;
  }

  @Override
  public CodeGroup group() {
    return CodeGroup.FAILURE;
  }

  @Override
  public String meaning() {
    return meaning;
  }

  @Override
  public String remedy() {
    return "";
  }
}
