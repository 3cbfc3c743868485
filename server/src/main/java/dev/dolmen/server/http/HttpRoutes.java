package dev.dolmen.server.http;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All routes of some services. Any thread: they never change, and the document of them is made when
 * it is first asked for, as few servers are asked, and a start waits for nothing that it can do
 * without.
 */
public final class HttpRoutes {
  private static final String DOCUMENT = "openapi.json";

  private final List<HttpRoute> routes;
  private final Map<List<String>, HttpRoute> web;
  private final String version;
  private volatile @Nullable Document document;

  private HttpRoutes(List<HttpRoute> routes, Map<List<String>, HttpRoute> web, String version) {
    this.routes = List.copyOf(routes);
    this.web = Map.copyOf(web);
    this.version = version;
  }

  private record Document(HttpReply plain, HttpReply gzipped) {}

  /**
   * The routes that the methods' annotations name, in the order of the methods, and those of
   * gRPC-Web, which is the methods' own names.
   *
   * @param version of the program, for the document of them
   */
  public static HttpRoutes of(List<ServiceDescriptor> services, String version) {
    List<HttpRoute> routes = new ArrayList<>();
    Map<List<String>, HttpRoute> web = new HashMap<>();
    for (ServiceDescriptor service : services) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        HttpRule rule = definition(method).getOptions().getExtension(AnnotationsProto.http);
        routes.add(HttpRoute.of(method, rule));
        rule.getAdditionalBindingsList()
            .forEach(binding -> routes.add(HttpRoute.of(method, binding)));
        HttpRoute frames = HttpRoute.web(method);
        web.put(frames.segments(), frames);
      }
    }
    return new HttpRoutes(routes, web, version);
  }

  /** What the file that defines a method says of it. */
  static Descriptors.MethodDescriptor definition(MethodDescriptor<?, ?> method) {
    if (method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier supplier) {
      return supplier.getMethodDescriptor();
    }
    throw new IllegalArgumentException(method + " is not defined by a file");
  }

  /** Those that the annotations name. */
  List<HttpRoute> all() {
    return routes;
  }

  /** Whether a path is that of the document which describes the routes. */
  static boolean isDocument(List<String> path) {
    return path.equals(List.of(DOCUMENT));
  }

  /** The document, for a path that {@link #isDocument}: OpenAPI 3.1. */
  HttpReply document(boolean gzipped) {
    Document made = document;
    if (made == null) {
      made = makeDocument();
    }
    return gzipped ? made.gzipped() : made.plain();
  }

  private synchronized Document makeDocument() {
    Document made = document;
    if (made == null) {
      String text = OpenApi.of(routes, version).toPrettyString();
      HttpReply plain = HttpReply.json(text.getBytes(StandardCharsets.UTF_8));
      made = new Document(plain, plain.gzipped());
      document = made;
    }
    return made;
  }

  /** The route of a request, if there is one. */
  Optional<HttpRoute> find(String verb, List<String> path) {
    HttpRoute frames = web.get(path);
    if (frames != null) {
      return frames.verb().equals(verb) ? Optional.of(frames) : Optional.empty();
    }
    return routes.stream()
        .filter(route -> route.verb().equals(verb) && route.matches(path))
        .findFirst();
  }

  /** HTTP methods that a path has; none if it is no path. */
  List<String> verbs(List<String> path) {
    TreeSet<String> verbs = new TreeSet<>();
    if (isDocument(path)) {
      verbs.add("GET");
    }
    if (web.containsKey(path)) {
      verbs.add("POST");
    }
    routes.stream().filter(route -> route.matches(path)).forEach(route -> verbs.add(route.verb()));
    return List.copyOf(verbs);
  }
}
