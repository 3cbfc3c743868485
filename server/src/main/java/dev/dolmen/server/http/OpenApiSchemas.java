package dev.dolmen.server.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;

/**
 * Messages as JSON schemas, as {@link JsonReader} and {@link JsonWriter} have them: names as they
 * are defined, whole numbers of 64 bits as text. What is named is collected. One thread.
 */
final class OpenApiSchemas {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String PLACE = "#/components/schemas/";

  private final ProtoComments comments;
  private final ObjectNode all = JSON.objectNode();

  OpenApiSchemas(ProtoComments comments) {
    this.comments = comments;
  }

  /** Those collected so far, by name. */
  ObjectNode all() {
    return all;
  }

  /** Of a message. */
  ObjectNode of(Descriptor type) {
    ObjectNode schema = JSON.objectNode();
    if (type.getFullName().equals(Timestamp.getDescriptor().getFullName())) {
      return schema.put("type", "string").put("format", "date-time");
    }
    if (type.getFullName().equals(Duration.getDescriptor().getFullName())) {
      return schema.put("type", "string").put("pattern", "^-?[0-9]+(\\.[0-9]{1,9})?s$");
    }
    if (type.getFullName().equals(Any.getDescriptor().getFullName())) {
      return any(schema);
    }
    if (!all.has(name(type.getFullName()))) {
      message(type);
    }
    return schema.put("$ref", PLACE + name(type.getFullName()));
  }

  /** What a message of any type is, by whom it says that it is. */
  private static ObjectNode any(ObjectNode schema) {
    schema.put("type", "object");
    schema.putObject("properties").putObject("@type").put("type", "string");
    schema.putArray("required").add("@type");
    return schema;
  }

  private void message(Descriptor type) {
    ObjectNode schema = all.putObject(name(type.getFullName()));
    describe(schema, type.getFullName());
    schema.put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    for (FieldDescriptor field : type.getFields()) {
      properties.set(field.getName(), of(field));
    }
  }

  /** Of a field, with what is said of it. */
  ObjectNode of(FieldDescriptor field) {
    ObjectNode schema = JSON.objectNode();
    if (field.isMapField()) {
      schema.put("type", "object");
      schema.set("additionalProperties", one(field.getMessageType().findFieldByName("value")));
    } else if (field.isRepeated()) {
      schema.put("type", "array");
      schema.set("items", one(field));
    } else {
      schema = one(field);
    }
    describe(schema, field.getFullName());
    return schema;
  }

  private ObjectNode one(FieldDescriptor field) {
    ObjectNode schema = JSON.objectNode();
    return switch (field.getType()) {
      case DOUBLE -> schema.put("type", "number").put("format", "double");
      case FLOAT -> schema.put("type", "number").put("format", "float");
      case BOOL -> schema.put("type", "boolean");
      case STRING -> schema.put("type", "string");
      case BYTES -> schema.put("type", "string").put("contentEncoding", "base64");
      case INT32, SINT32, SFIXED32 -> schema.put("type", "integer").put("format", "int32");
      case UINT32, FIXED32 ->
          schema.put("type", "integer").put("minimum", 0).put("maximum", 4_294_967_295L);
      case INT64, SINT64, SFIXED64 -> schema.put("type", "string").put("pattern", "^-?[0-9]+$");
      case UINT64, FIXED64 -> schema.put("type", "string").put("pattern", "^[0-9]+$");
      case ENUM -> of(field.getEnumType());
      case MESSAGE, GROUP -> of(field.getMessageType());
    };
  }

  private ObjectNode of(EnumDescriptor type) {
    String name = name(type.getFullName());
    if (!all.has(name)) {
      ObjectNode schema = all.putObject(name);
      StringBuilder text = new StringBuilder(comments.of(type.getFullName()));
      schema.put("type", "string");
      for (EnumValueDescriptor value : type.getValues()) {
        schema.withArray("enum").add(value.getName());
        // Values stand next to their type, by the rules of C++.
        String comment = comments.of(type.getFullName() + "." + value.getName());
        if (!comment.isEmpty()) {
          text.append("\n\n- `").append(value.getName()).append("`: ");
          text.append(comment.replace('\n', ' '));
        }
      }
      if (!text.isEmpty()) {
        schema.put("description", text.toString().strip());
      }
    }
    return JSON.objectNode().put("$ref", PLACE + name);
  }

  private void describe(ObjectNode schema, String fullName) {
    String comment = comments.of(fullName);
    if (!comment.isEmpty()) {
      schema.put("description", comment);
    }
  }

  /** Within the package, as all that is served is of one; others keep theirs. */
  private static String name(String fullName) {
    return fullName.startsWith("dolmen.v1.") ? fullName.substring("dolmen.v1.".length()) : fullName;
  }
}
