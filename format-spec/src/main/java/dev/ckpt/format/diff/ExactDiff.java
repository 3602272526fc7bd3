package dev.ckpt.format.diff;

import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.ParentImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where two images differ as streams: they are the same if they hold the same objects in the same
 * order, with the same references and fields, and then the same pages, in the same order and of the
 * same kind. So a page of zeros is another one than a page that is left out.
 *
 * <p>Left out is what is of the dump and not of the task: the UUIDs and times of HEADER, the path
 * in PARENT_IMAGE, STATISTICS. Left out is also what follows from the rest: how pages are cut into
 * runs and page arrays, and with it INDEX and TAIL, which a reader has checked; and how an image is
 * sealed. Pages of parents are not read: they are the same if PARENT_PAGES says the same of them.
 *
 * <p>Memory: the state of both, and a page array of each image.
 *
 * @param found the first differences, at most {@link #MAX_FOUND}
 * @param nrFound how many there are, up to where the streams do not go on alike any more
 * @param outOfStep whether there is such a place: the last difference of all
 */
public record ExactDiff(List<Found> found, long nrFound, boolean outOfStep) {
  /** How many differences are kept. */
  public static final int MAX_FOUND = 20;

  /**
   * One difference.
   *
   * @param offsetA where in the first stream the object begins
   * @param offsetB where in the second one
   * @param a the object or page in the first one, in words
   * @param b the same of the second; equal if they are of one kind and differ in what they hold
   * @param fields of the object that differ
   */
  public record Found(long offsetA, long offsetB, String a, String b, List<FieldDiff> fields) {
    /** Makes the list unchangeable. */
    public Found {
      fields = List.copyOf(fields);
    }
  }

  /** Makes the list unchangeable. */
  public ExactDiff {
    found = List.copyOf(found);
  }

  /**
   * Compares two images, and checks both of them on the way.
   *
   * @param nameA what people call the first one
   * @param a the first one, from its first object
   * @param nameB what people call the second one
   * @param b the second one, from its first object
   * @throws dev.ckpt.error.CkptException if one of them is damaged
   */
  public static ExactDiff compare(String nameA, ImageReader a, String nameB, ImageReader b)
      throws IOException {
    Comparison comparison = new Comparison(new Side(nameA, a), new Side(nameB, b));
    comparison.run();
    return new ExactDiff(comparison.found, comparison.nrFound, comparison.outOfStep);
  }

  /** Whether the images are the same. */
  public boolean same() {
    return nrFound == 0;
  }

  /** References are numbers here. */
  private static final class Numbers implements RecordFields.References {
    @Override
    public boolean same(int a, int b) {
      return a == b;
    }

    @Override
    public String nameInA(int objref) {
      return "objref " + objref;
    }

    @Override
    public String nameInB(int objref) {
      return "objref " + objref;
    }
  }

  private static final class Comparison {
    private final Side a;
    private final Side b;
    private final List<Found> found = new ArrayList<>();
    private long nrFound;
    private boolean outOfStep;

    Comparison(Side a, Side b) {
      this.a = a;
      this.b = b;
    }

    void run() throws IOException {
      List<ImageObject> objectsA = a.state().objects();
      List<ImageObject> objectsB = b.state().objects();
      objects(objectsA, objectsB);
      if (!outOfStep) {
        pages(new PageSequence(a), new PageSequence(b));
      }
      a.readToEnd();
      b.readToEnd();
    }

    private void objects(List<ImageObject> objectsA, List<ImageObject> objectsB) {
      int nr = Math.max(objectsA.size(), objectsB.size());
      for (int i = 0; i < nr && !outOfStep; i++) {
        Optional<ImageObject> inA = get(objectsA, i);
        Optional<ImageObject> inB = get(objectsB, i);
        outOfStep = !words(inA).equals(words(inB));
        List<FieldDiff> fields = List.of();
        if (!outOfStep) {
          ImageRecord record = inA.orElseThrow().record();
          fields =
              RecordFields.compare(
                  record,
                  inB.orElseThrow().record(),
                  new Numbers(),
                  name -> record instanceof ParentImage || ImageDiff.ofTheDump(record, name));
        }
        if (outOfStep || !fields.isEmpty()) {
          add(new Found(offset(inA), offset(inB), words(inA), words(inB), fields));
        }
      }
    }

    private static Optional<ImageObject> get(List<ImageObject> objects, int i) {
      return i < objects.size() ? Optional.of(objects.get(i)) : Optional.empty();
    }

    private static String words(Optional<ImageObject> object) {
      if (object.isEmpty()) {
        return "no more state";
      }
      String type = object.get().record().type().name();
      return object.get().objref() == 0 ? type : type + " with objref " + object.get().objref();
    }

    private static long offset(Optional<ImageObject> object) {
      return object.map(ImageObject::offset).orElse(0L);
    }

    private void pages(PageSequence pagesA, PageSequence pagesB) throws IOException {
      while (true) {
        boolean inA = pagesA.has();
        boolean inB = pagesB.has();
        if (!inA && !inB) {
          return;
        }
        if (inA != inB || !pagesA.inStepWith(pagesB)) {
          outOfStep = true;
          add(
              new Found(
                  pagesA.offset(),
                  pagesB.offset(),
                  inA ? pagesA.describe() : "no more pages",
                  inB ? pagesB.describe() : "no more pages",
                  List.of()));
          return;
        }
        long nr = Math.min(pagesA.nrLeft(), pagesB.nrLeft());
        if (pagesA.isData() && !pagesA.pages(nr).equals(pagesB.pages(nr))) {
          pageByPage(pagesA, pagesB, nr);
        } else {
          pagesA.skip(nr);
          pagesB.skip(nr);
        }
      }
    }

    private void pageByPage(PageSequence pagesA, PageSequence pagesB, long nr) {
      for (long i = 0; i < nr; i++) {
        ByteBuffer inA = pagesA.pages(1);
        ByteBuffer inB = pagesB.pages(1);
        int at = inA.mismatch(inB);
        if (at != -1) {
          String page = pagesA.describe();
          FieldDiff field = new FieldDiff("byte " + at, hex(inA.get(at)), hex(inB.get(at)));
          add(new Found(pagesA.offset(), pagesB.offset(), page, page, List.of(field)));
        }
        pagesA.skip(1);
        pagesB.skip(1);
      }
    }

    private static String hex(byte value) {
      return "0x" + Integer.toHexString(Byte.toUnsignedInt(value));
    }

    private void add(Found difference) {
      nrFound++;
      if (found.size() < MAX_FOUND) {
        found.add(difference);
      }
    }
  }
}
