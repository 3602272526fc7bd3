package dev.ckpt.format;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** What the column "valid" of SPEC.md's layout tables says. */
final class SpecValid {
  private SpecValid() {}

  /** Whether a reference is to one of the types; shared has those of the objects before. */
  static boolean refers(String valid, long objref, Map<Long, String> shared) {
    String type = shared.get(objref);
    if (type == null || valid.isEmpty()) {
      return valid.isEmpty() || (objref == 0 && valid.startsWith("0 or "));
    }
    boolean open = type.matches("FILE_(?!REF|LOCK|OWNER).*");
    String types = valid.replaceFirst("^(0 or )?an? ", "");
    return switch (types) {
      case "open file description" -> open;
      case "open socket" -> open && type.endsWith("_SOCKET");
      default -> List.of(types.split(", | or ")).contains(type);
    };
  }

  /** Whether a number, length or count is valid; numberOf knows the fields before it. */
  static boolean holds(String valid, long value, boolean signed, ToLongFunction<String> numberOf) {
    long flip = signed ? 0 : Long.MIN_VALUE;
    return valid.isEmpty()
        || Arrays.stream(valid.split(" and "))
            .allMatch(clause -> clause(clause, value, flip, numberOf));
  }

  private static boolean clause(
      String text, long value, long flip, ToLongFunction<String> numberOf) {
    String[] word = text.split(" ");
    String[] part = text.split(" unless | if | is ");
    if (part.length == 3) {
      boolean is = in(part[2], numberOf.applyAsLong(part[1]), flip, numberOf);
      return is == text.contains(" unless ") || clause(part[0], value, flip, numberOf);
    }
    if (!text.matches("[a-z]+ .*")) {
      return Arrays.stream(text.split(", | or ")).anyMatch(r -> in(r, value, flip, numberOf));
    }
    if (word[0].equals("bits")) {
      long low = -1L << Integer.parseInt(word[1]);
      long high = -1L >>> (Long.SIZE - 1 - Integer.parseInt(word[3]));
      return (value & ~(low & high)) == 0;
    }
    long other = numberOf.applyAsLong(word[word.length - 1]);
    int order = Long.compare(value ^ flip, other ^ flip);
    return switch (word[0] + " " + word[1]) {
      case "at least" -> order >= 0;
      case "at most" -> order <= 0;
      case "a multiple" -> Long.remainderUnsigned(value, other) == 0;
      default -> word[0].equals("above") ? order > 0 : order < 0;
    };
  }

  private static boolean in(String range, long value, long flip, ToLongFunction<String> numberOf) {
    String[] end = range.split(" to ");
    long low = numberOf.applyAsLong(end[0]) ^ flip;
    long high = numberOf.applyAsLong(end[end.length - 1]) ^ flip;
    return (value ^ flip) >= low && (value ^ flip) <= high;
  }
}
