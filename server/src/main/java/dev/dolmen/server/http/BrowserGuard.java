package dev.dolmen.server.http;

import com.google.rpc.Code;
import dev.dolmen.parameterstore.feature.ShownText;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Against what a page from elsewhere can make a visitor's browser send. A browser names the page's
 * origin; a call of an origin that is not configured is refused. Where no key is asked for, so that
 * only this machine is let in, the host has to be this machine's, too: a name of somebody else's
 * can be made to lead here. A page that came from here itself, by the same host, is let in. Who is
 * no browser names no origin and is not concerned. Any thread.
 */
public final class BrowserGuard {
  private static final String PREFLIGHT_SECONDS = "600";

  /** The last three are of clients of gRPC-Web. */
  private static final String CALLERS_HEADERS =
      "authorization, content-type, content-encoding, grpc-timeout, x-grpc-web, x-user-agent";

  private final Set<String> origins;
  private final BooleanSupplier openToThisMachine;

  /**
   * For one server.
   *
   * @param origins of pages from elsewhere that may call, such as https://shop.example
   * @param openToThisMachine whether everybody is let in who calls from this machine, and nobody
   *     else
   */
  public BrowserGuard(List<String> origins, BooleanSupplier openToThisMachine) {
    this.origins = Set.copyOf(origins);
    this.openToThisMachine = openToThisMachine;
  }

  /**
   * What becomes of a request.
   *
   * @param headers of the answer, whoever gives it
   * @param reply the answer; null if it is somebody else's to give
   */
  record Verdict(Map<String, String> headers, @Nullable HttpReply reply) {}

  Verdict look(HttpRequest request, String verb) {
    String host = request.headers().get(HttpHeaderNames.HOST, "");
    if (openToThisMachine.getAsBoolean() && !isThisMachine(host)) {
      return refused(
          "host: "
              + ShownText.of(host)
              + ", expected localhost or an address of this machine, as nobody else is let in");
    }
    List<String> sent = request.headers().getAll(HttpHeaderNames.ORIGIN);
    if (sent.isEmpty()) {
      return unnamed(request, verb);
    }
    String origin = sent.getFirst();
    if (sent.size() == 1 && isOwn(origin, host)) {
      return verb.equals("OPTIONS") ? noPreflight() : new Verdict(Map.of(), null);
    }
    if (sent.size() == 1 && origins.contains(origin)) {
      return configured(request, verb, origin);
    }
    return refused(
        "origin: " + ShownText.of(origin) + ", expected one of server.http.cors_origins, or none");
  }

  /** A page that this server gave out itself: its console. */
  private static boolean isOwn(String origin, String host) {
    return origin.equalsIgnoreCase("http://" + host) || origin.equalsIgnoreCase("https://" + host);
  }

  /** Pictures and scripts are asked for without an origin; a browser says whose page wants them. */
  private static Verdict unnamed(HttpRequest request, String verb) {
    if (verb.equals("OPTIONS")) {
      return noPreflight();
    }
    String site = request.headers().get("sec-fetch-site", "none");
    boolean own = site.equals("none") || site.equals("same-origin");
    if (!own && !request.headers().get("sec-fetch-mode", "").equals("navigate")) {
      return refused(
          "sec-fetch-site: "
              + ShownText.of(site)
              + ", expected same-origin, none or no such header");
    }
    return new Verdict(Map.of(), null);
  }

  private static Verdict configured(HttpRequest request, String verb, String origin) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("access-control-allow-origin", origin);
    headers.put("vary", "origin");
    if (!verb.equals("OPTIONS")) {
      headers.put("access-control-expose-headers", "retry-after");
      return new Verdict(headers, null);
    }
    if (!request.headers().contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD)) {
      return noPreflight();
    }
    headers.put("access-control-allow-methods", "GET, POST, PATCH");
    headers.put("access-control-allow-headers", CALLERS_HEADERS);
    headers.put("access-control-max-age", PREFLIGHT_SECONDS);
    return new Verdict(
        headers, new HttpReply(HttpResponseStatus.NO_CONTENT, new byte[0], Map.of()));
  }

  private static Verdict noPreflight() {
    return new Verdict(
        Map.of(),
        HttpReply.failure(
            HttpFailure.otherMethod("OPTIONS", "*", List.of("GET", "PATCH", "POST"))));
  }

  private static Verdict refused(String message) {
    return new Verdict(
        Map.of(),
        HttpReply.failure(
            HttpFailure.of(HttpResponseStatus.FORBIDDEN, Code.PERMISSION_DENIED, message)));
  }

  /** Literal addresses and the one name that nobody else can give away. */
  private static boolean isThisMachine(String host) {
    String name = host.replaceFirst(":\\d+$", "");
    return name.equalsIgnoreCase("localhost")
        || name.matches("127(\\.\\d{1,3}){3}")
        || name.equals("[::1]");
  }
}
