package dev.ckpt.format.diff;

import dev.ckpt.format.ImageObject;
import dev.ckpt.format.record.ObjectReference;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which objects of two states are the same thing: what is known by itself, by that; what it leads
 * to, if it does so in both.
 */
final class StateMatch implements RecordFields.References {
  private final StateGraph a;
  private final StateGraph b;
  private final Map<ImageObject, ImageObject> ofA = new IdentityHashMap<>();
  private final Map<ImageObject, ImageObject> ofB = new IdentityHashMap<>();
  private final Map<Integer, Integer> objrefs = new HashMap<>();
  private final ArrayDeque<ImageObject> open = new ArrayDeque<>();

  StateMatch(StateGraph a, StateGraph b) {
    this.a = a;
    this.b = b;
    // All of these before what they lead to: a file is known by its path, whoever has it open.
    a.roots().forEach((key, root) -> pair(root, b.roots().get(key)));
    List<ImageObject> roots = a.roots().values().stream().filter(ofA::containsKey).toList();
    for (ImageObject root : roots) {
      open.addLast(root);
      follow();
    }
  }

  private boolean pair(ImageObject inA, ImageObject inB) {
    if (inA == null
        || inB == null
        || inA.record().type() != inB.record().type()
        || ofA.containsKey(inA)
        || ofB.containsKey(inB)) {
      return false;
    }
    ofA.put(inA, inB);
    ofB.put(inB, inA);
    if (inA.objref() != 0) {
      objrefs.put(inA.objref(), inB.objref());
    }
    return true;
  }

  private void follow() {
    while (!open.isEmpty()) {
      ImageObject inA = open.removeFirst();
      ImageObject inB = ofA.get(inA);
      List<ObjectReference> fromA = inA.record().references();
      List<ObjectReference> fromB = inB.record().references();
      for (int i = 0; i < Math.min(fromA.size(), fromB.size()); i++) {
        ImageObject target = a.get(fromA.get(i).objref());
        boolean known = StateGraph.isRoot(target.record().type());
        if (!known && pair(target, b.get(fromB.get(i).objref()))) {
          open.addLast(target);
        }
      }
      a.attached(inA)
          .forEach(
              (key, attachment) -> {
                if (pair(attachment, b.attached(inB).get(key))) {
                  open.addLast(attachment);
                }
              });
    }
  }

  /** The same thing in the second state; null if it is not there. */
  ImageObject inB(ImageObject inA) {
    return ofA.get(inA);
  }

  /** Whether an object of the second state is in the first. */
  boolean isInA(ImageObject inB) {
    return ofB.containsKey(inB);
  }

  /** The reference of the same thing in the second state, or 0. */
  int objrefInB(int objref) {
    return objrefs.getOrDefault(objref, 0);
  }

  @Override
  public boolean same(int inA, int inB) {
    return objrefInB(inA) == inB;
  }

  @Override
  public String nameInA(int objref) {
    return a.name(a.get(objref));
  }

  @Override
  public String nameInB(int objref) {
    return b.name(b.get(objref));
  }
}
