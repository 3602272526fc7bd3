package dev.ckpt.format;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ObjectType.Phase;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.Task;
import dev.ckpt.format.record.TaskThread;
import dev.ckpt.format.record.Vma;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * Everything in an image but its pages: what a restore checks before it creates anything.
 * Immutable; all lists and maps are in the order of the stream.
 */
public final class ImageState {
  private final List<ImageObject> objects;
  private final Map<Integer, ImageRecord> byObjref = new LinkedHashMap<>();
  private final Map<Class<?>, List<ImageRecord>> byClass = new LinkedHashMap<>();

  private ImageState(List<ImageObject> objects) {
    this.objects = List.copyOf(objects);
    for (ImageObject object : objects) {
      ImageRecord content = object.record();
      byClass.computeIfAbsent(content.getClass(), c -> new ArrayList<>()).add(content);
      if (object.objref() != 0) {
        byObjref.put(object.objref(), content);
      }
    }
  }

  /**
   * Reads the header and all state objects; what the reader returns next is the first page array,
   * or what follows where there is none.
   */
  public static ImageState read(ImageReader reader) throws IOException {
    List<ImageObject> objects = new ArrayList<>();
    while (reader
        .peek()
        .map(ObjectType::phase)
        .filter(p -> p.compareTo(Phase.PAGES) < 0)
        .isPresent()) {
      objects.add(reader.next().orElseThrow());
    }
    return new ImageState(objects);
  }

  /** What was read, with some of it exchanged by the caller. */
  public static ImageState of(List<ImageObject> objects) {
    return new ImageState(objects);
  }

  /** The header. */
  public Header header() throws CorruptImageException {
    return only(Header.class);
  }

  /** The process. */
  public Task task() throws CorruptImageException {
    return only(Task.class);
  }

  /** Its address space. */
  public Mm mm() throws CorruptImageException {
    return only(Mm.class);
  }

  /** The reference of its address space, which owns the pages of private memory. */
  public int mmObjref() throws CorruptImageException {
    Mm mm = mm();
    return byObjref.entrySet().stream()
        .filter(entry -> entry.getValue() == mm)
        .mapToInt(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  /** Its threads, the thread group leader first. */
  public List<TaskThread> threads() {
    return all(TaskThread.class);
  }

  /** Its mappings. */
  public List<Vma> vmas() {
    return all(Vma.class);
  }

  /** Header and state objects with their offsets and references. */
  public List<ImageObject> objects() {
    return objects;
  }

  /** All objects of a class; none is an empty list. */
  public <T extends ImageRecord> List<T> all(Class<T> type) {
    return byClass.getOrDefault(type, List.of()).stream().map(type::cast).toList();
  }

  /**
   * The one object of a class.
   *
   * @throws CorruptImageException if there is none, or more than one
   */
  public <T extends ImageRecord> T only(Class<T> type) throws CorruptImageException {
    List<ImageRecord> found = byClass.getOrDefault(type, List.of());
    if (found.size() != 1) {
      throw new CorruptImageException(
          Preamble.BYTES, type.getSimpleName(), "exactly one", Integer.toString(found.size()));
    }
    return type.cast(found.get(0));
  }

  /**
   * The object of a class that belongs to a thread.
   *
   * @throws CorruptImageException if there is none
   */
  public <T extends ImageRecord> T ofThread(int tid, Class<T> type, ToIntFunction<T> tidOf)
      throws CorruptImageException {
    for (T found : all(type)) {
      if (tidOf.applyAsInt(found) == tid) {
        return found;
      }
    }
    throw new CorruptImageException(
        Preamble.BYTES, type.getSimpleName(), "one of thread " + tid, "none");
  }

  /** The objects of a class that others refer to, by their references. */
  public <T extends ImageRecord> Map<Integer, T> shared(Class<T> type) {
    Map<Integer, T> found = new LinkedHashMap<>();
    byObjref.forEach(
        (objref, content) -> {
          if (type.isInstance(content)) {
            found.put(objref, type.cast(content));
          }
        });
    return found;
  }

  /** What an object reference refers to, or empty if to nothing here. */
  public Optional<ImageRecord> find(int objref) {
    return Optional.ofNullable(byObjref.get(objref));
  }

  /**
   * What an object reference refers to.
   *
   * @throws CorruptImageException if it is nothing of this class
   */
  public <T extends ImageRecord> T get(int objref, Class<T> type) throws CorruptImageException {
    ImageRecord content = byObjref.get(objref);
    if (!type.isInstance(content)) {
      throw new CorruptImageException(
          Preamble.BYTES,
          "objref " + objref,
          "a " + type.getSimpleName(),
          content == null ? "nothing" : content.type().name());
    }
    return type.cast(content);
  }
}
