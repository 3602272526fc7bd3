package dev.ckpt.format.diff;

import dev.ckpt.format.record.Vma;
import java.util.Optional;

/**
 * The pages of one mapping, memory object or file that are not the same in two images.
 *
 * @param vma the mapping, as the first image has it, or else the second; none if these are pages of
 *     something else, whose addresses are offsets in it
 * @param what it is, as people know it
 * @param nrDiffer pages that both images have, each with other content
 * @param nrOnlyA pages that only the first has
 * @param nrOnlyB pages that only the second has
 * @param first address of the first of all these
 */
public record PagesDiff(
    Optional<Vma> vma, String what, long nrDiffer, long nrOnlyA, long nrOnlyB, long first) {
  /** The same with the images exchanged. */
  PagesDiff swapped() {
    return new PagesDiff(vma, what, nrDiffer, nrOnlyB, nrOnlyA, first);
  }
}
