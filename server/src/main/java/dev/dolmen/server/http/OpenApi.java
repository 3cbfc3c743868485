package dev.dolmen.server.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.rpc.Status;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Routes as an OpenAPI 3.1 document, made of the definitions as they are served: paths, parameters,
 * bodies and answers, with the definitions' comments as descriptions. One thread.
 */
final class OpenApi {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String KEY = "key";

  private final ProtoComments comments = new ProtoComments();
  private final OpenApiSchemas schemas = new OpenApiSchemas(comments);
  private final ObjectNode paths = JSON.objectNode();
  private final ArrayNode tags = JSON.arrayNode();
  private final Set<String> tagged = new HashSet<>();
  private final Set<String> operations = new HashSet<>();

  private OpenApi() {}

  /**
   * The document.
   *
   * @param version of the program
   */
  static ObjectNode of(List<HttpRoute> routes, String version) {
    OpenApi made = new OpenApi();
    routes.forEach(made::add);
    return made.document(version);
  }

  private ObjectNode document(String version) {
    ObjectNode document = JSON.objectNode().put("openapi", "3.1.0");
    ObjectNode info = document.putObject("info");
    info.put("title", "Dolmen").put("version", version);
    info.put(
        "description",
        "Recommendations that learn while they are served. The services of gRPC over HTTP with"
            + " JSON: fields have the names of the definitions, or the same in camel case; whole"
            + " numbers of 64 bits are text. Every answer that is not of status 200 is a"
            + " google.rpc.Status.");
    info.putObject("contact").put("name", "The operator of this server");
    info.putObject("license").put("name", "Apache 2.0").put("identifier", "Apache-2.0");
    document.putArray("servers").addObject().put("url", "/");
    document.set("tags", tags);
    document.set("paths", paths);
    ArrayNode security = document.putArray("security");
    security.addObject();
    security.addObject().putArray(KEY);
    ObjectNode components = document.putObject("components");
    schemas.of(Status.getDescriptor());
    components.set("schemas", schemas.all());
    components
        .putObject("securitySchemes")
        .putObject(KEY)
        .put("type", "http")
        .put("scheme", "bearer")
        .put("description", "A key or a token, where the server asks for one.");
    components.putObject("responses").set("Failure", failure());
    return document;
  }

  private ObjectNode failure() {
    ObjectNode failure = JSON.objectNode();
    failure.put(
        "description",
        "Why there is no answer. Of bad input, details has a google.rpc.BadRequest that names the"
            + " field; of too many calls, a google.rpc.RetryInfo, as the header retry-after.");
    failure.set("content", content(HttpReply.JSON, schemas.of(Status.getDescriptor())));
    return failure;
  }

  private void add(HttpRoute route) {
    MethodDescriptor method = HttpRoutes.definition(route.method());
    comments.add(method.getFile(), route.request().getClass());
    tag(method.getService());
    ObjectNode operation =
        paths
            .withObjectProperty("/" + String.join("/", route.segments()))
            .putObject(route.verb().toLowerCase(Locale.ROOT));
    String name = method.getName();
    operation.put("operationId", operations.add(name) ? name : name + "By" + route.verb());
    String comment = comments.of(method.getFullName());
    operation.put("summary", comment.replace('\n', ' ').split("(?<=\\.) ", 2)[0]);
    operation.put("description", comment);
    operation.putArray("tags").add(method.getService().getName());
    parameters(route, operation);
    ObjectNode body = body(route);
    if (body != null) {
      operation.set("requestBody", body);
    }
    ObjectNode responses = operation.putObject("responses");
    responses.set("200", answer(route));
    responses.putObject("default").put("$ref", "#/components/responses/Failure");
  }

  private void tag(ServiceDescriptor service) {
    if (tagged.add(service.getName())) {
      tags.addObject()
          .put("name", service.getName())
          .put("description", comments.of(service.getFullName()));
    }
  }

  private void parameters(HttpRoute route, ObjectNode operation) {
    Descriptor request = route.request().getDescriptorForType();
    for (String segment : route.segments()) {
      String name = HttpRoute.variable(segment);
      if (name != null) {
        parameter(operation, "path", request.findFieldByName(name)).put("required", true);
      }
    }
    for (String name : route.hasBody() ? List.<String>of() : route.parameters()) {
      parameter(operation, "query", request.findFieldByName(name));
    }
  }

  private ObjectNode parameter(ObjectNode operation, String place, FieldDescriptor field) {
    ObjectNode parameter =
        operation
            .withArrayProperty("parameters")
            .addObject()
            .put("name", field.getName())
            .put("in", place);
    ObjectNode schema = schemas.of(field);
    if (schema.remove("description") != null) {
      parameter.put("description", comments.of(field.getFullName()));
    }
    parameter.set("schema", schema);
    return parameter;
  }

  private @Nullable ObjectNode body(HttpRoute route) {
    if (!route.hasBody()) {
      return null;
    }
    ObjectNode body = JSON.objectNode().put("required", true);
    Descriptor request = route.request().getDescriptorForType();
    FieldDescriptor part = route.body().equals("*") ? null : request.findFieldByName(route.body());
    Descriptor type = part == null ? request : part.getMessageType();
    if (route.streamsRequests()) {
      body.put("description", "One a line.");
    }
    body.set("content", content(kind(route.streamsRequests()), schemas.of(type)));
    return body;
  }

  private ObjectNode answer(HttpRoute route) {
    Descriptor response = route.response().getDescriptorForType();
    Descriptor type =
        route.responseBody().isEmpty()
            ? response
            : response.findFieldByName(route.responseBody()).getMessageType();
    boolean lines = route.streamsResponses();
    String comment = comments.of(type.getFullName());
    ObjectNode answer = JSON.objectNode();
    answer.put("description", lines ? "One a line, as they come." : orElse(comment, "The answer."));
    answer.set("content", content(kind(lines), schemas.of(type)));
    return answer;
  }

  private static String orElse(String text, String other) {
    return text.isEmpty() ? other : text;
  }

  private static String kind(boolean lines) {
    return lines ? HttpReply.LINES : HttpReply.JSON;
  }

  private static ObjectNode content(String kind, ObjectNode schema) {
    ObjectNode content = JSON.objectNode();
    content.putObject(kind).set("schema", schema);
    return content;
  }
}
