package dev.dolmen.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.dolmen.parameterstore.feature.ShownText;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads messages from JSON, as protobuf's mapping has it (fields by either of their names, 64-bit
 * numbers as text or number, null for what is not there), but strictly: a key that is no field, a
 * key that comes twice, a value of another type or beyond its range, or a second alternative of the
 * same choice is a problem, which names the field. Nothing is built but the message, so what a text
 * can make this hold is as much as the message. Stateless.
 *
 * @see <a href="https://protobuf.dev/programming-guides/json/">ProtoJSON</a>
 */
final class JsonReader {
  /** No message of the API is nested deeper. */
  private static final int DEPTH_MAX = 32;

  /** Digits of a number. */
  private static final int NUMBER_CHARS_MAX = 100;

  /** Fields that are listed for who has asked for another. */
  private static final int LISTED_MAX = 16;

  /** Symbols are not kept: names come from callers. */
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxNumberLength(NUMBER_CHARS_MAX)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private JsonReader() {}

  /**
   * Reads one message from all of a text in UTF-8. An empty one is an empty message.
   *
   * @throws JsonProblem if it is none
   */
  static void read(byte[] json, Message.Builder into) throws JsonProblem {
    try (JsonParser parser = parser(json)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        return;
      }
      message(parser, into);
      end(parser);
    } catch (IOException e) {
      throw problem(e);
    }
  }

  /**
   * Reads what one field of a message holds, or one element of it, from all of a text.
   *
   * @throws JsonProblem if it is none
   */
  static void readField(byte[] json, FieldDescriptor field, Message.Builder into)
      throws JsonProblem {
    try (JsonParser parser = parser(json)) {
      if (parser.nextToken() == null) {
        throw new JsonProblem("", "is empty, expected " + JsonValues.expected(field));
      }
      Object value = element(parser, field, into);
      end(parser);
      if (field.isRepeated()) {
        into.addRepeatedField(field, value);
      } else {
        into.setField(field, value);
      }
    } catch (IOException e) {
      throw problem(e);
    }
  }

  private static JsonParser parser(byte[] json) throws IOException {
    return FACTORY.createParser(
        new InputStreamReader(
            new ByteArrayInputStream(json),
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)));
  }

  private static void end(JsonParser parser) throws IOException, JsonProblem {
    if (parser.nextToken() != null) {
      throw new JsonProblem("", "goes on behind its end, expected one JSON value");
    }
  }

  private static JsonProblem problem(IOException e) {
    return switch (e) {
      case CharacterCodingException _ -> new JsonProblem("", "is no UTF-8");
      case JsonProcessingException json ->
          new JsonProblem(
              "", "is no JSON: " + ShownText.of(json.getOriginalMessage()) + place(json));
      default -> throw new UncheckedIOException(e); // Memory cannot fail to be read.
    };
  }

  private static String place(JsonProcessingException e) {
    return e.getLocation() == null
        ? ""
        : ", line " + e.getLocation().getLineNr() + " column " + e.getLocation().getColumnNr();
  }

  private static void message(JsonParser parser, Message.Builder into)
      throws IOException, JsonProblem {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new JsonProblem("", shown(parser) + ", expected an object");
    }
    Set<FieldDescriptor> given = new HashSet<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      FieldDescriptor field = field(into.getDescriptorForType(), name);
      parser.nextToken();
      try {
        if (parser.currentToken() != JsonToken.VALUE_NULL) {
          refuseSecond(field, given, into);
          value(parser, field, into);
        }
      } catch (JsonProblem e) {
        throw e.in(field.getName());
      }
    }
  }

  private static FieldDescriptor field(Descriptor type, String name) throws JsonProblem {
    FieldDescriptor field = type.findFieldByName(name);
    if (field != null) {
      return field;
    }
    for (FieldDescriptor other : type.getFields()) {
      if (other.getJsonName().equals(name)) {
        return other;
      }
    }
    throw new JsonProblem(ShownText.of(name), "is no field" + fieldsOf(type));
  }

  private static String fieldsOf(Descriptor type) {
    return type.getFields().stream()
        .limit(LISTED_MAX)
        .map(FieldDescriptor::getName)
        .collect(
            Collectors.joining(
                ", ", ", expected one of ", type.getFields().size() > LISTED_MAX ? "…" : ""));
  }

  /** A field has two names, of which the text may have both. */
  private static void refuseSecond(
      FieldDescriptor field, Set<FieldDescriptor> given, Message.Builder into) throws JsonProblem {
    @Nullable OneofDescriptor choice = field.getRealContainingOneof();
    if (!given.add(field)) {
      throw new JsonProblem("", "comes twice");
    }
    if (choice != null && into.hasOneof(choice)) {
      throw new JsonProblem(
          "", "comes besides " + into.getOneofFieldDescriptor(choice).getName() + ", expected one");
    }
  }

  private static void value(JsonParser parser, FieldDescriptor field, Message.Builder into)
      throws IOException, JsonProblem {
    if (field.isMapField()) {
      map(parser, field, into);
    } else if (field.isRepeated()) {
      list(parser, field, into);
    } else {
      into.setField(field, element(parser, field, into));
    }
  }

  private static void list(JsonParser parser, FieldDescriptor field, Message.Builder into)
      throws IOException, JsonProblem {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw new JsonProblem("", shown(parser) + ", expected a list");
    }
    for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
      try {
        into.addRepeatedField(field, element(parser, field, into));
      } catch (JsonProblem e) {
        throw e.in("[" + i + "]");
      }
    }
  }

  private static void map(JsonParser parser, FieldDescriptor field, Message.Builder into)
      throws IOException, JsonProblem {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new JsonProblem("", shown(parser) + ", expected an object");
    }
    FieldDescriptor key = field.getMessageType().findFieldByName("key");
    FieldDescriptor value = field.getMessageType().findFieldByName("value");
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      try {
        Message.Builder entry = into.newBuilderForField(field);
        entry.setField(key, JsonValues.ofText(key, name));
        entry.setField(value, element(parser, value, entry));
        into.addRepeatedField(field, entry.build());
      } catch (JsonProblem e) {
        throw e.in("[" + ShownText.of(name) + "]");
      }
    }
  }

  /** What the parser stands at, as one value of a field. */
  private static Object element(JsonParser parser, FieldDescriptor field, Message.Builder into)
      throws IOException, JsonProblem {
    JsonToken token = parser.currentToken();
    if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
      if (field.getMessageType().equals(Timestamp.getDescriptor())) {
        return time(parser);
      }
      Message.Builder inner = into.newBuilderForField(field);
      message(parser, inner);
      return inner.build();
    }
    return switch (token) {
      case VALUE_STRING -> JsonValues.ofText(field, parser.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> JsonValues.ofNumber(field, parser.getText());
      case VALUE_TRUE, VALUE_FALSE -> JsonValues.ofTruth(field, token == JsonToken.VALUE_TRUE);
      default ->
          throw new JsonProblem("", shown(parser) + ", expected " + JsonValues.expected(field));
    };
  }

  private static Timestamp time(JsonParser parser) throws IOException, JsonProblem {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw new JsonProblem("", shown(parser) + ", expected " + JsonValues.TIME);
    }
    return JsonValues.time(parser.getText());
  }

  /** What the parser stands at, for a message. */
  private static String shown(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "a list";
      case VALUE_STRING -> '"' + ShownText.of(parser.getText()) + '"';
      default -> ShownText.of(parser.getText());
    };
  }
}
