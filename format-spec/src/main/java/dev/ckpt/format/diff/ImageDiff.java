package dev.ckpt.format.diff;

import dev.ckpt.format.FoldedPages;
import dev.ckpt.format.ImageChain;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.ParentSource;
import dev.ckpt.format.diff.ObjectDiff.Where;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Vma;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How two images differ as their user means it: in what they say of the task. Objects are compared
 * with what they are in the other image, be it under another number or in another place; pages by
 * what they read as, wherever in a chain they are and however they are written.
 *
 * <p>What no two dumps have in common is not compared: the UUIDs and times of HEADER, STATISTICS.
 * Nor is how an image is sealed, and what of it is in a parent.
 *
 * <p>Memory: the state of both, and a page array of each image.
 *
 * @param stateA of the first image
 * @param stateB of the second
 * @param objects that differ, those of the first image in its order, then the others
 * @param pages that differ, by mapping in ascending order, then by memory object
 */
public record ImageDiff(
    ImageState stateA, ImageState stateB, List<ObjectDiff> objects, List<PagesDiff> pages) {
  /** Fields of HEADER that are of the dump and not of the task. */
  private static final Set<String> OF_THE_DUMP =
      Set.of("uuid", "parentUuid", "monotonicNanos", "boottimeNanos", "realtimeNanos");

  /** Makes the lists unchangeable. */
  public ImageDiff {
    objects = List.copyOf(objects);
    pages = List.copyOf(pages);
  }

  /**
   * Compares two images.
   *
   * @param nameA what people call the first one
   * @param a the first one, from its first object; read to its end, and so checked
   * @param parentsA where the images are that it builds on
   * @param nameB what people call the second one
   * @param b the second one; what is read of it is checked. It is closed
   * @param parentsB where the images are that it builds on
   * @throws dev.ckpt.error.CkptException if one of all these is missing or damaged
   */
  // What is opened here belongs to the chains, which are closed.
  @SuppressWarnings("MustBeClosedChecker")
  public static ImageDiff compare(
      String nameA,
      ImageReader a,
      ParentSource parentsA,
      String nameB,
      ImageFile b,
      ParentSource parentsB)
      throws IOException {
    try (b) {
      Side side = new Side(nameA, a);
      ImageState stateA = side.state();
      ImageState stateB = Side.reading(nameB, b::state);
      StateGraph graphA = new StateGraph(stateA);
      StateGraph graphB = new StateGraph(stateB);
      StateMatch match = new StateMatch(graphA, graphB);
      try (ImageChain chainA = Side.reading(nameA, () -> ImageChain.open(stateA, parentsA));
          ImageChain chainB =
              Side.reading(nameB, () -> ImageChain.from(b, nameB, stateB, parentsB))) {
        PageWalk walk = Side.reading(nameB, () -> new PageWalk(match, stateA, stateB, b, chainB));
        List<PagesDiff> pages = walk.compare(nameA, new FoldedPages(side, chainA));
        side.requireEnd();
        return new ImageDiff(stateA, stateB, objects(graphA, graphB, match, stateA, stateB), pages);
      }
    }
  }

  private static List<ObjectDiff> objects(
      StateGraph a, StateGraph b, StateMatch match, ImageState stateA, ImageState stateB) {
    Places placesA = new Places(stateA);
    Places placesB = new Places(stateB);
    List<ObjectDiff> found = new ArrayList<>();
    for (ImageObject inA : a.objects()) {
      ImageRecord record = inA.record();
      ImageObject inB = match.inB(inA);
      List<FieldDiff> fields = List.of();
      if (inB != null) {
        fields = RecordFields.compare(record, inB.record(), match, name -> ofTheDump(record, name));
      }
      if (inB == null || !fields.isEmpty()) {
        Where where = inB == null ? Where.ONLY_A : Where.BOTH;
        found.add(new ObjectDiff(where, a.name(inA), what(record, placesA), record, fields));
      }
    }
    for (ImageObject inB : b.objects()) {
      if (!match.isInA(inB)) {
        String what = what(inB.record(), placesB);
        found.add(new ObjectDiff(Where.ONLY_B, b.name(inB), what, inB.record(), List.of()));
      }
    }
    return found;
  }

  private static String what(ImageRecord record, Places places) {
    return record instanceof Vma vma ? places.name(vma) : "";
  }

  /** Whether the images are the same. */
  public boolean same() {
    return objects.isEmpty() && pages.isEmpty();
  }

  /** The same with the images exchanged. */
  public ImageDiff swapped() {
    return new ImageDiff(
        stateB,
        stateA,
        objects.stream().map(ObjectDiff::swapped).toList(),
        pages.stream().map(PagesDiff::swapped).toList());
  }

  /** Whether a field of an object is of the dump and not of the task. */
  static boolean ofTheDump(ImageRecord record, String field) {
    return record instanceof Header && OF_THE_DUMP.contains(field);
  }
}
