package dev.ckpt.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a process id. */
final class PidConverter implements ITypeConverter<Integer> {
  @Override
  public Integer convert(String text) {
    try {
      int pid = Integer.parseInt(text);
      // NB: kill(2) takes 0 and less for groups of processes.
      if (pid > 0 && text.charAt(0) != '+') {
        return pid;
      }
    } catch (NumberFormatException e) {
      throw mistake(text);
    }
    throw mistake(text);
  }

  private static TypeConversionException mistake(String text) {
    return new TypeConversionException("'" + text + "' is not a process id");
  }
}
