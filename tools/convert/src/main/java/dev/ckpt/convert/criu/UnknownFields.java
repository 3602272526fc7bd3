package dev.ckpt.convert.criu;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a message has that our description of it has not. */
final class UnknownFields {
  private UnknownFields() {}

  /** The first such field, in the message or in one that it holds, as people would name it. */
  static Optional<String> find(Message message) {
    if (!message.getUnknownFields().asMap().isEmpty()) {
      int number = message.getUnknownFields().asMap().keySet().iterator().next();
      return Optional.of("field " + number + " of " + message.getDescriptorForType().getName());
    }
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      if (field.getKey().getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        Optional<String> found = findIn(field.getValue());
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> findIn(Object value) {
    List<?> all = value instanceof List<?> list ? list : List.of(value);
    for (Object each : all) {
      Optional<String> found = find((Message) each);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }
}
