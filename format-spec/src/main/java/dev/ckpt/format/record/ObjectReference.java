package dev.ckpt.format.record;

import dev.ckpt.format.ObjectType;
import java.util.EnumSet;
import java.util.Set;

/**
 * That one object refers to another.
 *
 * @param field that holds the reference
 * @param types that the other object may have
 */
public record ObjectReference(String field, int objref, Set<ObjectType> types) {
  // NB: made when asked for and never in a static field of a record: ObjectType needs the codecs
  // of all records while its class is initialised.
  static ObjectReference to(String field, int objref, ObjectType first, ObjectType... others) {
    return new ObjectReference(field, objref, EnumSet.of(first, others));
  }

  /** To an open file description of whatever kind. */
  static ObjectReference toOpenFile(String field, int objref) {
    Set<ObjectType> types = EnumSet.allOf(ObjectType.class);
    types.removeIf(type -> !type.isOpenFile());
    return new ObjectReference(field, objref, types);
  }

  /** To an open socket of whatever family. */
  static ObjectReference toSocket(String field, int objref) {
    return to(
        field,
        objref,
        ObjectType.FILE_UNIX_SOCKET,
        ObjectType.FILE_INET_SOCKET,
        ObjectType.FILE_NETLINK_SOCKET,
        ObjectType.FILE_PACKET_SOCKET);
  }
}
