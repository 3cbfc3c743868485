package dev.dolmen.server.http;

import com.google.rpc.Code;
import dev.dolmen.parameterstore.feature.ShownText;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import javax.net.ssl.SSLContext;

/**
 * The HTTP/JSON API of a server elsewhere. What comes back is taken only if it is JSON, is not
 * followed elsewhere, and is bounded in bytes and time. Any thread.
 */
public final class RemoteApi implements Closeable {
  /** Largest answer, as it is sent: compressed or not. */
  static final int MAX_ANSWER_BYTES = 32 << 20;

  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration WHOLE = Duration.ofSeconds(60);
  private static final List<String> PASSED_BACK =
      List.of("content-type", "content-encoding", "retry-after", "vary");

  private final HttpClient client;
  private final String base;
  private final Function<Throwable, String> explain;

  /**
   * For one server.
   *
   * @param base its address, of which the path is put before those of the API
   * @param tls what is trusted, and shown, where the address begins with https
   * @param explain says in a sentence why no answer came
   */
  public RemoteApi(URI base, SSLContext tls, Function<Throwable, String> explain) {
    String text = base.toString();
    this.base = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    this.explain = explain;
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .sslContext(tls)
            .build();
  }

  /** Its address, without a slash at the end. */
  public String base() {
    return base;
  }

  /**
   * Where something of the server is.
   *
   * @param path with its query, as they go over the line
   * @throws IllegalArgumentException if that is no address
   */
  public URI at(String path) {
    return URI.create(base + path);
  }

  /**
   * A call.
   *
   * @param verb HTTP method
   * @param uri of the server, see {@link #at}
   * @param headers to send
   * @param body empty for none
   */
  @SuppressWarnings("ArrayRecordComponent") // A carrier, never compared.
  public record Call(String verb, URI uri, Map<String, String> headers, byte[] body) {}

  /**
   * What the server said.
   *
   * @param status of HTTP
   * @param headers those that may be passed on
   */
  @SuppressWarnings("ArrayRecordComponent") // A carrier, never compared.
  public record Answer(int status, Map<String, String> headers, byte[] body) {
    /** Whether it is what this API answers with. */
    public boolean isJson() {
      String type = headers.getOrDefault("content-type", "").toLowerCase(Locale.ROOT);
      String bare = type.split(";", -1)[0].strip();
      return bare.equals(HttpReply.JSON) || bare.equals(HttpReply.LINES);
    }
  }

  /**
   * Calls; cancelling what is returned ends the call.
   *
   * @return fails with an IOException if no answer came
   */
  public CompletableFuture<Answer> call(Call call) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(call.uri())
            .timeout(WHOLE)
            .method(
                call.verb(),
                call.body().length == 0
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofByteArray(call.body()));
    call.headers().forEach(request::setHeader);
    CompletableFuture<HttpResponse<byte[]>> sent =
        client.sendAsync(
            request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
    CompletableFuture<Answer> answer =
        sent.thenApply(RemoteApi::answer).orTimeout(WHOLE.toMillis(), TimeUnit.MILLISECONDS);
    var _ =
        answer.whenComplete((_, failure) -> {
          if (failure != null) {
            sent.cancel(true);
          }
        });
    return answer;
  }

  private static Answer answer(HttpResponse<byte[]> response) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String name : PASSED_BACK) {
      response.headers().firstValue(name).ifPresent(value -> headers.put(name, value));
    }
    return new Answer(response.statusCode(), headers, response.body());
  }

  /** What a page is told of an answer. */
  HttpReply reply(Answer answer) {
    if (!answer.isJson()) {
      return HttpReply.failure(bad(notTheApi(answer.status())));
    }
    return new HttpReply(
        HttpResponseStatus.valueOf(answer.status()), answer.body(), answer.headers());
  }

  /** Says that something else answers at the address. */
  public String notTheApi(int status) {
    String redirected =
        status >= 300 && status < 400 ? ", which leads elsewhere: name that place itself" : "";
    return base
        + " answered with status "
        + status
        + " and no JSON of Dolmen's"
        + redirected
        + ". Expected Dolmen's HTTP port (server.http.port)";
  }

  /** What a page is told where no answer came. */
  HttpReply reply(Throwable failure) {
    Throwable cause = cause(failure);
    if (cause instanceof TimeoutException || cause instanceof HttpTimeoutException) {
      return HttpReply.failure(
          HttpFailure.of(
              HttpResponseStatus.GATEWAY_TIMEOUT, Code.DEADLINE_EXCEEDED, problem(failure)));
    }
    return HttpReply.failure(bad(problem(failure)));
  }

  /** Says why no answer came. */
  public String problem(Throwable failure) {
    Throwable cause = cause(failure);
    String why =
        cause instanceof TimeoutException
            ? "no answer within " + WHOLE.toSeconds() + " seconds"
            : explain.apply(cause);
    return base + ": " + ShownText.within(why, 500);
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private static HttpFailure bad(String message) {
    return HttpFailure.of(HttpResponseStatus.BAD_GATEWAY, Code.UNAVAILABLE, message);
  }

  /** Ends running calls. */
  @Override
  public void close() {
    client.shutdownNow();
  }

  /**
   * Calls and waits.
   *
   * @throws IOException if no answer came; its message is for a person
   */
  public Answer ask(Call call) throws IOException {
    try {
      return call(call).join();
    } catch (CompletionException e) {
      throw new IOException(problem(e), e);
    }
  }
}
