package dev.dolmen.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.server.access.Refusal;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The metrics port under callers who mean no good, and good ones among them. */
class MetricsEndpointTest {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final HttpLimits PATIENT = new HttpLimits(LONG, LONG, LONG, 1_000);

  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(false);
  private final List<HttpCaller> callers = new ArrayList<>();
  private MetricsEndpoint endpoint = start(PATIENT, () -> "");

  private MetricsEndpoint start(HttpLimits limits, Supplier<String> notReady) {
    return start(limits, notReady, new Open());
  }

  private MetricsEndpoint start(HttpLimits limits, Supplier<String> notReady, MetricsGuard guard) {
    try {
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      return new MetricsEndpoint(
          address,
          meters,
          new Probes(() -> "", notReady, () -> "replaying"),
          guard,
          limits,
          buffers);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Open implements MetricsGuard {
    @Override
    public boolean asks() {
      return false;
    }

    @Override
    public Optional<Refusal> refusal(List<String> authorizations) {
      return Optional.empty();
    }
  }

  /** Asks everybody and lets them in, once it goes. */
  private static final class Slow implements MetricsGuard {
    final CountDownLatch asked = new CountDownLatch(1);
    final CountDownLatch go = new CountDownLatch(1);
    final AtomicInteger calls = new AtomicInteger();

    @Override
    public boolean asks() {
      return true;
    }

    @Override
    public Optional<Refusal> refusal(List<String> authorizations) {
      calls.incrementAndGet();
      var _ = await(asked, go);
      return Optional.empty();
    }
  }

  private void restart(HttpLimits limits, Supplier<String> notReady) {
    endpoint.close();
    endpoint = start(limits, notReady);
  }

  /** Whatever the callers did, nothing that was read or written for them is kept. */
  @AfterEach
  void closeAndLookForBuffersThatAreKept() throws IOException {
    endpoint.close();
    for (HttpCaller caller : callers) {
      caller.close();
    }
    assertThat(buffers.metric().usedDirectMemory()).as("bytes kept").isZero();
    assertThat(buffers.metric().usedHeapMemory()).as("bytes kept on the heap").isZero();
  }

  private HttpCaller caller() throws IOException {
    HttpCaller caller = new HttpCaller(endpoint.port(), 4_096);
    callers.add(caller);
    return caller;
  }

  private String get(String path) throws IOException {
    return HttpCaller.get(endpoint.port(), path);
  }

  private String ask(String request) throws IOException {
    return HttpCaller.ask(endpoint.port(), request);
  }

  /** So much text that it does not fit into the sockets' buffers. */
  private void registerMuchText() {
    Gauge.builder("a.gauge", () -> 1).description("so ".repeat(3 << 20)).register(meters);
  }

  private void assertThatAllPagesAnswer() throws IOException {
    assertThat(get("/livez")).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nok\n");
    assertThat(get("/readyz")).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\nok\n");
    assertThat(get("/readyz/feedback")).startsWith("HTTP/1.1 503 ").endsWith("\r\n\r\nreplaying\n");
    assertThat(get("/metrics")).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void halfRequestsKeepNobodyFromAnAnswer() throws Exception {
    caller().send("GET /livez");
    for (int i = 0; i < 200; i++) {
      caller().send(i % 2 == 0 ? "GET /livez HTTP/1.1\r\nHost: " : "POST /metrics HTTP/1.1\r\n");
    }
    assertThatAllPagesAnswer();
  }

  @Test
  void closingEndsEveryConnection() throws Exception {
    for (int i = 0; i < 50; i++) {
      caller().send("GET /livez HTTP/1.1\r\nHost: ");
    }
    // The loop has read all of them when it has answered one that came later.
    assertThat(get("/livez")).startsWith("HTTP/1.1 200 ");
    endpoint.close();
    for (HttpCaller caller : callers) {
      assertThat(caller.bytesUntilClosed()).isZero();
    }
  }

  @Test
  void slowReadersKeepNobodyFromAnAnswer() throws Exception {
    registerMuchText();
    for (int i = 0; i < 200; i++) {
      caller().send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    assertThat(callers.getFirst().firstByte()).as("the answers are under way").isEqualTo('H');
    assertThatAllPagesAnswer();
  }

  @Test
  void aScrapeThatTakesLongKeepsNoProbeFromItsAnswer() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch scraping = new CountDownLatch(1);
    Gauge.builder("slow", () -> await(scraping, go)).register(meters);
    HttpCaller scraper = caller().send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
    scraping.await();
    assertThat(get("/readyz")).startsWith("HTTP/1.1 200 ");
    assertThat(get("/livez")).startsWith("HTTP/1.1 200 ");
    go.countDown();
    assertThat(scraper.firstByte()).isEqualTo('H');
  }

  @Test
  void aProcessThatDoesNotSayWhetherItIsReadyIsStillAlive() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(1);
    restart(PATIENT, () -> await(asked, go) > 0 ? "" : "never");
    HttpCaller probe = caller().send("GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n");
    asked.await();
    assertThat(get("/livez")).startsWith("HTTP/1.1 200 ");
    go.countDown();
    assertThat(probe.firstByte()).isEqualTo('H');
  }

  private static double await(CountDownLatch begun, CountDownLatch go) {
    begun.countDown();
    try {
      go.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return 1;
  }

  @Test
  void whoWaitsForAScrapeSharesTheNextOne() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch scraping = new CountDownLatch(1);
    AtomicInteger scrapes = new AtomicInteger();
    Gauge.builder("counted", () -> await(scraping, go) + scrapes.getAndIncrement())
        .register(meters);
    HttpCaller first = caller().send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
    scraping.await();
    for (int i = 0; i < 50; i++) {
      caller().send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    // The loop has read all of them when it has answered one that came later.
    assertThat(get("/livez")).startsWith("HTTP/1.1 200 ");
    go.countDown();
    assertThat(first.firstByte()).isEqualTo('H');
    for (HttpCaller caller : callers.subList(1, 51)) {
      assertThat(caller.firstByte()).isEqualTo('H');
    }
    assertThat(scrapes).hasValueLessThan(10);
  }

  @Test
  void whoHasGoneDoesNotWaitForAScrape() throws Exception {
    Slow guard = new Slow();
    endpoint.close();
    endpoint = start(new HttpLimits(LONG, LONG, LONG, 8), () -> "", guard);
    caller().send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
    guard.asked.await();
    for (int i = 0; i < 30; i++) {
      caller().send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
      // The loop has read it when it has answered one that came later.
      assertThat(get("/livez")).startsWith("HTTP/1.1 200 ");
    }
    guard.go.countDown();
    assertThat(callers.getLast().answer()).startsWith("HTTP/1.1 200 ");
    assertThat(guard.calls).hasValueLessThanOrEqualTo(1 + 8);
  }

  @Test
  void aRequestThatDoesNotBecomeWholeIsClosed() throws Exception {
    restart(new HttpLimits(SHORT, LONG, LONG, 100), () -> "");
    assertThat(caller().send("GET /livez HT").bytesUntilClosed()).isZero();
    assertThat(caller().bytesUntilClosed()).as("nothing sent").isZero();
  }

  @Test
  void aRequestThatComesByteByByteIsClosed() throws Exception {
    restart(new HttpLimits(SHORT, LONG, LONG, 100), () -> "");
    HttpCaller dripping = caller().send("GET /livez HTTP/1.1\r\nX: ");
    CompletableFuture<Long> closed =
        CompletableFuture.supplyAsync(() -> bytesUntilClosed(dripping));
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 1_000; i++) {
                dripping.send("a");
                Thread.sleep(20);
              }
            })
        .isInstanceOf(IOException.class);
    assertThat(closed.join()).isZero();
  }

  private static long bytesUntilClosed(HttpCaller caller) {
    try {
      return caller.bytesUntilClosed();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void anAnswerThatIsNotTakenIsClosed() throws Exception {
    registerMuchText();
    long whole = get("/metrics").length();
    restart(new HttpLimits(LONG, SHORT, LONG, 100), () -> "");
    HttpCaller slow = caller().send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
    // Reading earlier would be taking it.
    Thread.sleep(SHORT.multipliedBy(4));
    assertThat(slow.bytesUntilClosed()).isLessThan(whole);
  }

  @Test
  void whoDoesNotCloseAfterItsAnswerIsClosed() throws Exception {
    restart(new HttpLimits(LONG, LONG, SHORT, 100), () -> "");
    HttpCaller caller = caller().send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n");
    assertThat(caller.answer()).endsWith("ok\n");
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 1_000; i++) {
                caller.send("GET /livez HTTP/1.1\r\n\r\n");
                Thread.sleep(20);
              }
            })
        .isInstanceOf(IOException.class);
  }

  @Test
  void oneConnectionTooManyClosesTheEldest() throws Exception {
    restart(new HttpLimits(LONG, LONG, LONG, 8), () -> "");
    for (int i = 0; i < 20; i++) {
      caller().send("GET /livez");
    }
    for (HttpCaller eldest : callers.subList(0, 12)) {
      assertThat(eldest.bytesUntilClosed()).isZero();
    }
    HttpCaller newest = callers.getLast().send(" HTTP/1.1\r\nHost: a\r\n\r\n");
    assertThat(newest.answer()).startsWith("HTTP/1.1 200 ");
    assertThatAllPagesAnswer();
  }

  @Test
  void headGetsTheHeadersOfGet() throws Exception {
    assertThat(ask("HEAD /livez HTTP/1.1\r\nHost: a\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ")
        .contains("content-length: 3\r\n")
        .endsWith("\r\n\r\n");
  }

  @Test
  void prometheusGetsTheFormatThatItAccepts() throws Exception {
    Gauge.builder("a", () -> 1).register(meters);
    assertThat(get("/metrics?a=b"))
        .contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n")
        .contains("\na 1.0\n");
    assertThat(
            ask(
                "GET /metrics HTTP/1.1\r\nAccept: application/openmetrics-text;version=1.0.0\r\n\r\n"))
        .contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n")
        .endsWith("# EOF\n");
    assertThat(get("/livez")).contains("content-type: text/plain; charset=utf-8\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PRI", "get"})
  void otherMethodsAreNotAllowedAndTheirBodyIsNotRead(String method) throws Exception {
    assertThat(ask(method + " /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\nabc"))
        .startsWith("HTTP/1.1 405 ")
        .contains("allow: GET, HEAD\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/livez/", "/metrics/x", "/readyz/../livez", "//livez", "/%6civez", "/LIVEZ"})
  void unknownPathsAreNotFound(String path) throws Exception {
    assertThat(get(path)).startsWith("HTTP/1.1 404 ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /livez HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "GET /livez HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        "GET /livez HTTP/1.1\r\nContent-Length: 3, 4\r\n\r\nabcd",
        "GET /livez HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "GET /livez HTTP/1.1\r\nContent-Length: +3\r\n\r\nabc",
        "GET /livez HTTP/1.1\r\nContent-Length: 0x3\r\n\r\nabc",
        "GET /livez HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "GET /livez HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /livez HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "GET /livez HTTP/1.1\r\nTransfer-Encoding:\tchunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "GET /livez HTTP/1.1\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "GET /livez HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET http://127.0.0.1/livez HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET livez HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /livez HTTP/1.1\r\nX: a\0b\r\n\r\n",
        "GET /livez HTTP/1.1\r\nX\0Y: a\r\n\r\n",
        "GET /livez HTTP/1.1\r\nX Y: a\r\n\r\n",
        "GET /livez HTTP/1.1\r\n: a\r\n\r\n",
        "GET /livez HTTP/1.1\r\nX: a\rY: b\r\n\r\n",
        "GET /livez HTTP/1.1\nHost: a\n\n",
        "GET /livez\r\n\r\n",
        "GET  HTTP/1.1\r\n\r\n",
        "G\0T /livez HTTP/1.1\r\n\r\n",
        "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\r\n\r\n",
      })
  void whatTwoReadersCouldUnderstandDifferentlyIsRefused(String request) throws Exception {
    assertThat(ask(request)).startsWith("HTTP/1.1 400 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/li\0vez", "/livez\0", "/livez\u007f", "/livez\u00ff", "/livez#a"})
  void oddBytesInAPathFindNothing(String path) throws Exception {
    assertThat(get(path)).containsPattern("^HTTP/1.1 40[04] ");
  }

  @Test
  void aSecondRequestIsNotAnswered() throws Exception {
    String second = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n";
    String first = "GET /livez HTTP/1.1\r\nHost: a\r\n";
    assertThat(ask(first + "\r\n" + second)).containsOnlyOnce("HTTP/1.1").endsWith("\nok\n");
    assertThat(ask(first + "Content-Length: " + second.length() + "\r\n\r\n" + second))
        .containsOnlyOnce("HTTP/1.1")
        .endsWith("\nok\n");
  }

  @Test
  void requestLineAndHeadersAreBounded() throws Exception {
    assertThat(get("/livez?" + "a".repeat(1_500))).startsWith("HTTP/1.1 200 ");
    assertThat(get("/livez?" + "a".repeat(3_000))).startsWith("HTTP/1.1 414 ");
    String line = "GET /livez HTTP/1.1\r\n";
    assertThat(ask(line + "X: " + "a".repeat(8_000) + "\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    assertThat(ask(line + "X: " + "a".repeat(9_000) + "\r\n\r\n")).startsWith("HTTP/1.1 431 ");
    assertThat(ask(line + "X: a\r\n".repeat(3_000) + "\r\n")).startsWith("HTTP/1.1 431 ");
  }

  @Test
  void otherVersionsAreRefused() throws Exception {
    assertThat(ask("GET /livez HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    assertThat(ask("GET /livez HTTP/2.0\r\n\r\n")).startsWith("HTTP/1.1 505 ");
    assertThat(ask("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).startsWith("HTTP/1.1 505 ");
  }

  @Test
  void aPageThatFailsIsAnError() throws Exception {
    restart(
        PATIENT,
        () -> {
          throw new IllegalStateException("made up");
        });
    assertThat(get("/readyz")).startsWith("HTTP/1.1 500 ").doesNotContain("made up");
    assertThat(get("/livez")).startsWith("HTTP/1.1 200 ");
  }
}
