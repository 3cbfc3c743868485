package dev.dolmen.server.http;

import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.dolmen.parameterstore.feature.ShownText;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One way to call a method: an HTTP method and a path, as an annotation names them.
 *
 * @param method of the service
 * @param verb HTTP method
 * @param segments of the path; those in braces stand for a field
 * @param body field that the body is; empty for none, * for the whole message
 * @param responseBody field of the answer of which each element is a line; empty for the whole
 * @param isWeb whether bodies are gRPC's frames, as gRPC-Web has them, and not JSON
 * @param request an empty request
 * @param response an empty answer
 */
record HttpRoute(
    MethodDescriptor<?, ?> method,
    String verb,
    List<String> segments,
    String body,
    String responseBody,
    boolean isWeb,
    Message request,
    Message response) {

  /** As an annotation has it. */
  static HttpRoute of(MethodDescriptor<?, ?> method, HttpRule rule) {
    String verb =
        switch (rule.getPatternCase()) {
          case GET -> "GET";
          case POST -> "POST";
          case PUT -> "PUT";
          case PATCH -> "PATCH";
          case DELETE -> "DELETE";
          default -> throw new IllegalArgumentException(method + ": " + rule);
        };
    String path =
        switch (rule.getPatternCase()) {
          case GET -> rule.getGet();
          case POST -> rule.getPost();
          case PUT -> rule.getPut();
          case PATCH -> rule.getPatch();
          default -> rule.getDelete();
        };
    return new HttpRoute(
        method,
        verb,
        List.of(path.substring(1).split("/", -1)),
        rule.getBody(),
        rule.getResponseBody(),
        false,
        prototype(method.getRequestMarshaller()),
        prototype(method.getResponseMarshaller()));
  }

  /** As gRPC-Web has it: the service's name, and the method's. */
  static HttpRoute web(MethodDescriptor<?, ?> method) {
    return new HttpRoute(
        method,
        "POST",
        List.of(method.getFullMethodName().split("/", -1)),
        "*",
        "",
        true,
        prototype(method.getRequestMarshaller()),
        prototype(method.getResponseMarshaller()));
  }

  private static Message prototype(MethodDescriptor.Marshaller<?> marshaller) {
    Object message = ((PrototypeMarshaller<?>) marshaller).getMessagePrototype();
    if (message == null) {
      throw new IllegalArgumentException("a marshaller without a prototype");
    }
    return (Message) message;
  }

  /** The field that a segment stands for; null for one that stands for itself. */
  static @Nullable String variable(String segment) {
    return segment.startsWith("{") ? segment.substring(1, segment.length() - 1) : null;
  }

  /** Whether the requests come one a line. */
  boolean streamsRequests() {
    return !method.getType().clientSendsOneMessage();
  }

  /** Whether the answers go one a line. */
  boolean streamsResponses() {
    return !method.getType().serverSendsOneMessage();
  }

  boolean hasBody() {
    return !body.isEmpty();
  }

  /** Whether a path is of this route, whatever its HTTP method. */
  boolean matches(List<String> path) {
    if (path.size() != segments.size()) {
      return false;
    }
    for (int i = 0; i < path.size(); i++) {
      String segment = segments.get(i);
      if (variable(segment) == null && !segment.equals(path.get(i))) {
        return false;
      }
    }
    return true;
  }

  /**
   * A message with what path and query say.
   *
   * @param path that {@link #matches}
   * @throws JsonProblem if a value does not fit its field, or a parameter is none
   */
  Message.Builder begin(List<String> path, List<HttpPaths.Parameter> query) throws JsonProblem {
    Message.Builder message = request.newBuilderForType();
    Set<String> set = new HashSet<>();
    for (int i = 0; i < segments.size(); i++) {
      String name = variable(segments.get(i));
      if (name != null) {
        set(message, name, HttpPaths.decoded(path.get(i)));
        set.add(name);
      }
    }
    for (HttpPaths.Parameter parameter : query) {
      FieldDescriptor field = parameterField(message.getDescriptorForType(), parameter.name());
      if (!set.add(field.getName()) && !field.isRepeated()) {
        throw new JsonProblem(field.getName(), "comes twice");
      }
      set(message, field.getName(), parameter.value());
    }
    return message;
  }

  private FieldDescriptor parameterField(Descriptor type, String name) throws JsonProblem {
    FieldDescriptor field = type.findFieldByName(name);
    if (hasBody() || field == null || !isPlain(field)) {
      List<String> known = hasBody() ? List.of() : parameters();
      throw new JsonProblem(
          ShownText.of(name),
          "is no parameter of the query, expected "
              + (known.isEmpty() ? "none" : "one of " + String.join(", ", known)));
    }
    return field;
  }

  /** Fields that a query can set: those of one plain value, or a list of these. */
  List<String> parameters() {
    List<String> names = new ArrayList<>();
    for (FieldDescriptor field : request.getDescriptorForType().getFields()) {
      if (isPlain(field) && !segments.contains("{" + field.getName() + "}")) {
        names.add(field.getName());
      }
    }
    return names;
  }

  private static boolean isPlain(FieldDescriptor field) {
    return field.getJavaType() != FieldDescriptor.JavaType.MESSAGE;
  }

  private static void set(Message.Builder message, String name, String text) throws JsonProblem {
    FieldDescriptor field = message.getDescriptorForType().findFieldByName(name);
    try {
      Object value = JsonValues.ofPlain(field, text);
      if (field.isRepeated()) {
        message.addRepeatedField(field, value);
      } else {
        message.setField(field, value);
      }
    } catch (JsonProblem e) {
      throw e.in(name);
    }
  }
}
