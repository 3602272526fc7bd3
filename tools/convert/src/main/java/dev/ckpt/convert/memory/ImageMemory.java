package dev.ckpt.convert.memory;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageChain;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.MemoryObject;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The memory that an image has, and those that it builds on: the address space, and beside it each
 * memory object and embedded file once, be it mapped or not.
 *
 * <p>Threading: one thread at a time.
 */
public final class ImageMemory {
  private final ImageState state;
  private final ImageChain pages;
  private final Mappings mappings;
  private final Map<Integer, Area> objects = new LinkedHashMap<>();

  /**
   * Begins to look.
   *
   * @param pages of the image and all that it builds on; stays open as long as this is used
   * @throws CorruptImageException if the mappings do not ascend, or overlap
   */
  public ImageMemory(ImageState state, ImageChain pages) throws CorruptImageException {
    this.state = state;
    this.pages = pages;
    mappings = Mappings.of(state);
    state.shared(MemoryObject.class).forEach((objref, it) -> add(objref, it, it.size()));
    state
        .shared(FileRef.class)
        .forEach(
            (objref, file) -> {
              if (file.embedded()) {
                add(objref, file, file.size());
              }
            });
  }

  private void add(int objref, ImageRecord object, long size) {
    long least = size < 0 || size > Limits.USER_SPACE_END ? Limits.USER_SPACE_END : size;
    long end = least + Limits.PAGE_SIZE - 1 & -Limits.PAGE_SIZE;
    if (end > 0) {
      objects.put(objref, new Area(objref, 0, end, MapsNames.of(object)));
    }
  }

  /** All of the image but its pages. */
  public ImageState state() {
    return state;
  }

  ImageChain pages() {
    return pages;
  }

  Mappings mappings() {
    return mappings;
  }

  /** What a memory object or an embedded file has; empty of anything else. */
  Optional<Area> object(int objref) {
    return Optional.ofNullable(objects.get(objref));
  }

  /** Everything: the address space, and then each memory object. */
  public List<Area> areas() {
    List<Area> areas = new ArrayList<>();
    mappings.all().forEach(vma -> add(vma, areas));
    areas.addAll(objects.values());
    return areas;
  }

  /**
   * What somebody means.
   *
   * @param said the name of mappings or of a memory object, such as {@code [heap]}, {@code heap},
   *     {@code libc.so.6}; or in hex an address, for the mapping that has it
   * @throws CkptException if there is no such mapping
   */
  public List<Area> areas(String said) throws CkptException {
    List<Area> areas = new ArrayList<>();
    Map<Integer, Area> shared = new LinkedHashMap<>();
    for (Vma vma : mappings.all()) {
      if (MapsNames.means(said, MapsNames.of(vma, state))) {
        add(vma, areas);
        object(vma.backing()).ifPresent(object -> shared.put(object.owner(), object));
      }
    }
    for (Area object : objects.values()) {
      if (object.object().filter(name -> MapsNames.means(said, name)).isPresent()) {
        shared.put(object.owner(), object);
      }
    }
    areas.addAll(shared.values());
    if (areas.isEmpty()) {
      addAt(said, areas);
    }
    if (areas.isEmpty()) {
      throw new CkptException(
          FailureCode.MAPPING_UNKNOWN,
          "the image has no mapping and no memory object '" + said + "'; ckpt show -v lists them");
    }
    return areas;
  }

  private void addAt(String said, List<Area> areas) {
    Optional<Vma> vma = Addresses.parse(said).flatMap(mappings::at);
    if (vma.isPresent()) {
      add(vma.get(), areas);
      object(vma.get().backing()).ifPresent(object -> areas.add(part(vma.get(), object)));
    }
  }

  /** What of an object is in a mapping; all of it if the image makes no sense there. */
  private static Area part(Vma vma, Area object) {
    long from = vma.pgoffBytes();
    if (from < 0 || from >= object.end()) {
      return object;
    }
    long end = Math.min(object.end(), from + vma.lenBytes());
    return new Area(object.owner(), from, end, object.object());
  }

  /** Adds a mapping, to the area before it if it follows that and both have pages of their own. */
  private void add(Vma vma, List<Area> areas) {
    if (vma.kind() == VmaKind.VSYSCALL) {
      return;
    }
    Area last = areas.isEmpty() ? null : areas.get(areas.size() - 1);
    boolean follows = last != null && last.object().isEmpty() && last.end() == vma.start();
    if (follows && !isVdso(vma.start()) && !isVdso(last.start())) {
      areas.set(
          areas.size() - 1, new Area(mappings.mm(), last.start(), vma.end(), Optional.empty()));
    } else {
      areas.add(new Area(mappings.mm(), vma.start(), vma.end(), Optional.empty()));
    }
  }

  /** Whether an address is in the vdso, whose content is no page of the address space. */
  boolean isVdso(long addr) {
    return mappings.at(addr).filter(vma -> vma.kind() == VmaKind.VDSO).isPresent();
  }

  /** What an address of the task is called, or an offset in an object. */
  public ByteString name(Area area, long addr) {
    return area.object()
        .orElseGet(
            () -> mappings.at(addr).map(vma -> MapsNames.of(vma, state)).orElse(ByteString.EMPTY));
  }

  /**
   * Whether a page reads as zeros that no image has: it was never written. Not of a mapped file:
   * there it is the file's.
   */
  boolean readsZeros(Area area, long addr) {
    return area.object().isPresent()
        || mappings
            .at(addr)
            .filter(vma -> vma.kind() == VmaKind.ANON_PRIVATE || vma.kind() == VmaKind.STACK)
            .isPresent();
  }

  /** The file that has what an image has not of a mapping. */
  Optional<FileRef> outerFile(Vma vma) {
    return state
        .find(vma.backing())
        .filter(FileRef.class::isInstance)
        .map(FileRef.class::cast)
        .filter(file -> !file.embedded());
  }
}
