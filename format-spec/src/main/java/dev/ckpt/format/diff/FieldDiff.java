package dev.ckpt.format.diff;

/**
 * A field of an object that is not the same in two images.
 *
 * @param name of the record's component; of one within a list as in {@code limits[7].cur}
 * @param a its value in the one, as people read it; {@code none} if there is no such element
 * @param b its value in the other
 */
public record FieldDiff(String name, String a, String b) {}
