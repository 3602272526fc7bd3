package dev.ckpt.cli;

/** The version of this build, as its jar says. */
final class Version {
  private Version() {}

  static String line() {
    String version = Version.class.getPackage().getImplementationVersion();
    return "ckpt " + (version == null ? "(not packaged)" : version);
  }
}
