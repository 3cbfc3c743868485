package dev.dolmen.server.charts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.parameterstore.feature.ShownText;
import dev.dolmen.server.config.PrometheusConfig;
import dev.dolmen.server.reload.HeadersFile;
import dev.dolmen.server.reload.NamedFile;
import dev.dolmen.server.reload.UnusableFileException;
import dev.dolmen.server.tls.TlsFile;
import dev.dolmen.server.tls.TlsFiles;
import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Asks a Prometheus over HTTP. Bounded in bytes and time, and not redirected, as that could lead
 * anywhere. Any thread; whoever calls waits.
 */
final class Prometheus implements Closeable {
  /** Largest answer: ten times what is asked for. */
  static final int MAX_ANSWER_BYTES = 1 << 20;

  private static final int CAUSES_MAX = 20;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final PrometheusConfig config;
  private final URI api;
  private final HttpClient client;

  /**
   * Opens no connection.
   *
   * @param now when certificates have to be valid
   * @throws UnusableFileException if a file cannot be used
   */
  Prometheus(PrometheusConfig config, Instant now) throws UnusableFileException {
    this.config = config;
    String base = config.url().endsWith("/") ? config.url() : config.url() + '/';
    api = URI.create(base + "api/v1/query_range");
    var _ = headers(config);
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(config.timeout())
            .followRedirects(HttpClient.Redirect.NEVER)
            .sslContext(TlsFiles.clientContext(authorities(config), none(), none(), now))
            .build();
  }

  /**
   * Reads the files that are named, and throws what they hold away.
   *
   * @throws UnusableFileException if one cannot be used
   */
  static void check(PrometheusConfig config, Instant now) throws UnusableFileException {
    var _ = headers(config);
    var _ = TlsFiles.clientContext(authorities(config), none(), none(), now);
  }

  private static Map<String, String> headers(PrometheusConfig config) throws UnusableFileException {
    return config.headersFile().isEmpty()
        ? Map.of()
        : HeadersFile.read(
            new NamedFile("server.http.prometheus.headers_file", config.headersFile()));
  }

  private static Optional<TlsFile> authorities(PrometheusConfig config) {
    return config.authoritiesFile().isEmpty()
        ? none()
        : Optional.of(
            new TlsFile("server.http.prometheus.authorities_file", config.authoritiesFile()));
  }

  private static Optional<TlsFile> none() {
    return Optional.empty();
  }

  /**
   * What a query gave at each step of a time.
   *
   * @return the member {@code data} of the answer
   * @throws NoChartsException if none came that can be used
   */
  JsonNode range(String query, Instant start, Instant end, long stepSec) throws NoChartsException {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("query", query);
    form.put("start", Long.toString(start.getEpochSecond()));
    form.put("end", Long.toString(end.getEpochSecond()));
    form.put("step", Long.toString(stepSec));
    form.put("timeout", config.timeout().toMillis() + "ms");
    HttpResponse<byte[]> answer = sent(request(form));
    JsonNode said = json(answer);
    if (answer.statusCode() != 200 || !said.path("status").asText().equals("success")) {
      String why = ShownText.within(ShownText.of(said.path("error").asText("")), 300);
      throw new NoChartsException(
          "Prometheus answers with status "
              + answer.statusCode()
              + (why.isEmpty() ? "" : ": " + why));
    }
    return said.path("data");
  }

  private HttpRequest request(Map<String, String> form) throws NoChartsException {
    String body =
        form.entrySet().stream()
            .map(e -> e.getKey() + '=' + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(api)
            .timeout(config.timeout())
            .setHeader("content-type", "application/x-www-form-urlencoded")
            .setHeader("accept", "application/json")
            .POST(BodyPublishers.ofString(body));
    try {
      headers(config).forEach(request::setHeader);
    } catch (UnusableFileException e) {
      throw new NoChartsException("Prometheus cannot be asked: " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new NoChartsException(
          "Prometheus cannot be asked: a header of headers_file cannot be set", e);
    }
    return request.build();
  }

  private HttpResponse<byte[]> sent(HttpRequest request) throws NoChartsException {
    CompletableFuture<HttpResponse<byte[]>> sent =
        client.sendAsync(
            request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
    try {
      return sent.copy().orTimeout(config.timeout().toMillis(), TimeUnit.MILLISECONDS).join();
    } catch (CompletionException e) {
      sent.cancel(true);
      throw new NoChartsException("Prometheus cannot be asked: " + why(e), e);
    }
  }

  private String why(Throwable failure) {
    if (has(failure, TimeoutException.class) || has(failure, HttpTimeoutException.class)) {
      return "no answer within "
          + config.timeout().toMillis()
          + " ms (server.http.prometheus.timeout)";
    }
    if (has(failure, UnresolvedAddressException.class)) {
      return "there is no host of the name in server.http.prometheus.url";
    }
    if (has(failure, ConnectException.class)) {
      return "nobody answers at server.http.prometheus.url";
    }
    Throwable last = failure;
    for (int i = 0; last.getCause() != null && i < CAUSES_MAX; i++) {
      last = last.getCause();
    }
    String said = ShownText.within(ShownText.of(String.valueOf(last.getMessage())), 300);
    return has(failure, SSLException.class) ? "TLS: " + said : said;
  }

  private static boolean has(Throwable failure, Class<? extends Throwable> kind) {
    Throwable cause = failure;
    for (int i = 0; cause != null && i < CAUSES_MAX; i++) {
      if (kind.isInstance(cause)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  private static JsonNode json(HttpResponse<byte[]> answer) throws NoChartsException {
    try {
      JsonNode said = MAPPER.readTree(answer.body());
      if (said != null && said.isObject()) {
        return said;
      }
    } catch (IOException e) {
      throw noJson(answer, e);
    }
    throw noJson(answer, null);
  }

  private static NoChartsException noJson(
      HttpResponse<byte[]> answer, @Nullable IOException cause) {
    String message =
        "what answers at server.http.prometheus.url has status "
            + answer.statusCode()
            + " and no JSON of Prometheus";
    return cause == null ? new NoChartsException(message) : new NoChartsException(message, cause);
  }

  /** Ends what is running. */
  @Override
  public void close() {
    client.shutdownNow();
  }
}
