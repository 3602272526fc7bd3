package dev.ckpt.format;

import dev.ckpt.format.ObjectType.Phase;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.ObjectReference;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.ParentPages;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What one object demands of those before it: order, object references, ascending pages. Writer and
 * reader go by the same instance methods, so that what is written can be read.
 */
final class StreamRules {
  private Phase phase;
  private long nrObjects;
  private int nrStateObjects;
  private int nrPageArrays;
  private int lastObjref;
  private final Map<Integer, ObjectType> targets = new HashMap<>();
  private final Map<Integer, Long> pagesEnd = new HashMap<>();
  private final Map<Integer, Long> parentPagesEnd = new HashMap<>();
  private final Set<Integer> withoutContent = new HashSet<>();

  /** Takes the next object, or throws and is as before. */
  void accept(int objref, ImageRecord object) {
    ObjectType type = object.type();
    checkOrder(type);
    checkObjref(type, objref);
    for (ObjectReference reference : object.references()) {
      checkReference(reference);
    }
    if (object instanceof PageArray array) {
      checkOwner(array.owner());
      checkAscending(pagesEnd, array.owner(), array.addr());
      pagesEnd.put(array.owner(), array.end());
      nrPageArrays++;
    } else if (object instanceof ParentPages pages) {
      checkOwner(pages.owner());
      checkAscending(parentPagesEnd, pages.owner(), pages.addr());
      parentPagesEnd.put(pages.owner(), pages.end());
    }
    if (type.referable()) {
      targets.put(objref, type);
      lastObjref = objref;
    }
    if (object instanceof FileRef file && !file.embedded()) {
      withoutContent.add(objref);
    }
    if (type.phase() == Phase.STATE) {
      nrStateObjects++;
    }
    phase = type.phase();
    nrObjects++;
  }

  /** Takes an object of an unknown type, which is optional. */
  void acceptUnknown(int typeNumber, int objref) {
    String found = "optional object type " + typeNumber;
    if (phase == null || phase == Phase.SEAL) {
      throw new RuleViolation("HEADER first", found);
    }
    if (phase.compareTo(Phase.INDEX) >= 0) {
      throw new RuleViolation("only INDEX and TAIL from the first INDEX on", found);
    }
    checkNrObjects();
    if (objref != 0) {
      checkIncreasing(objref);
      lastObjref = objref;
    }
    nrObjects++;
  }

  private void checkOrder(ObjectType type) {
    checkNrObjects();
    Phase next = type.phase();
    if (next == Phase.SEAL && phase != null) {
      throw new RuleViolation("SEAL first and only there", type.name());
    }
    boolean begin = phase == null || phase == Phase.SEAL;
    if (next != Phase.SEAL && begin != (next == Phase.HEADER)) {
      throw new RuleViolation("HEADER first and only there", type.name());
    }
    if (phase != null && next.compareTo(phase) < 0) {
      throw new RuleViolation("nothing before " + phase + " any more", type.name());
    }
    if (next == Phase.STATISTICS && phase == Phase.STATISTICS) {
      throw new RuleViolation("at most one STATISTICS", "another");
    }
    if (phase == Phase.TAIL || (next == Phase.TAIL && phase != Phase.INDEX)) {
      throw new RuleViolation("TAIL behind INDEX, and nothing behind it", type.name());
    }
    if (next == Phase.STATE && nrStateObjects == Limits.MAX_STATE_OBJECTS) {
      throw new RuleViolation("at most " + Limits.MAX_STATE_OBJECTS + " state objects", "more");
    }
    if (next == Phase.PAGES && nrPageArrays == Limits.MAX_PAGE_ARRAYS) {
      throw new RuleViolation("at most " + Limits.MAX_PAGE_ARRAYS + " page arrays", "more");
    }
  }

  private void checkNrObjects() {
    if (nrObjects == Limits.MAX_OBJECTS) {
      throw new RuleViolation("at most " + Limits.MAX_OBJECTS + " objects", "more");
    }
  }

  private void checkObjref(ObjectType type, int objref) {
    if (type.referable()) {
      checkIncreasing(objref);
    } else if (objref != 0) {
      throw new RuleViolation("no objref on " + type, Integer.toString(objref));
    }
  }

  private void checkIncreasing(int objref) {
    if (objref <= lastObjref) {
      throw new RuleViolation("an objref above " + lastObjref, Integer.toString(objref));
    }
  }

  private void checkReference(ObjectReference reference) {
    ObjectType target = targets.get(reference.objref());
    if (target == null || !reference.types().contains(target)) {
      throw new RuleViolation(
          "in " + reference.field() + " an earlier object of " + reference.types(),
          "objref " + reference.objref() + (target == null ? "" : ", a " + target));
    }
  }

  private void checkOwner(int owner) {
    if (withoutContent.contains(owner)) {
      throw new RuleViolation("pages only of a FILE_REF that is embedded", "owner " + owner);
    }
  }

  private static void checkAscending(Map<Integer, Long> ends, int owner, long addr) {
    long end = ends.getOrDefault(owner, 0L);
    if (addr < end) {
      throw new RuleViolation(
          "pages of owner " + owner + " from " + Long.toHexString(end) + " on",
          Long.toHexString(addr));
    }
  }
}
