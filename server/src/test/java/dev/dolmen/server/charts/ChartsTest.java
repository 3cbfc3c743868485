package dev.dolmen.server.charts;

import static dev.dolmen.server.charts.StandInPrometheus.line;
import static dev.dolmen.server.charts.StandInPrometheus.matrix;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.server.config.PrometheusConfig;
import dev.dolmen.server.reload.UnusableFileException;
import dev.dolmen.v1.ChartPoint;
import dev.dolmen.v1.ChartSeries;
import dev.dolmen.v1.ChartSpan;
import dev.dolmen.v1.GetChartsResponse;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is made of what a Prometheus says, and of one that says nothing. */
class ChartsTest {
  private static final String NOTHING = matrix();

  @TempDir Path directory;
  private StandInPrometheus prometheus;
  private volatile Instant now = Instant.parse("2026-03-01T12:00:00Z");
  private final InstantSource clock = () -> now;

  @BeforeEach
  void start() throws Exception {
    prometheus = new StandInPrometheus(200, NOTHING);
  }

  @AfterEach
  void stop() {
    prometheus.close();
  }

  private PrometheusConfig config(String url, String headersFile, Duration timeout) {
    return new PrometheusConfig(url, "job=\"a shop\"", headersFile, "", timeout);
  }

  private Charts charts() throws Exception {
    return Charts.of(
        config(prometheus.url(), "", Duration.ofSeconds(20)), clock, new SimpleMeterRegistry());
  }

  private Charts impatient(String url) throws Exception {
    return Charts.of(config(url, "", Duration.ofMillis(150)), clock, new SimpleMeterRegistry());
  }

  private static GetChartsResponse hour(Charts charts) throws NoChartsException {
    return Objects.requireNonNull(charts.of(ChartSpan.CHART_SPAN_HOUR));
  }

  private static void refused(Charts charts, String why) {
    assertThatThrownBy(() -> hour(charts))
        .isInstanceOf(NoChartsException.class)
        .hasMessageContaining(why);
  }

  @Test
  void eachSpanIsAskedForWithItsStepsAndWhatIsSelected() throws Exception {
    try (Charts charts = charts()) {
      assertThat(hour(charts).getSpanSeconds()).isEqualTo(3_600);
      assertThat(charts.of(ChartSpan.CHART_SPAN_DAY)).isNotNull();
      assertThat(charts.of(ChartSpan.CHART_SPAN_WEEK)).isNotNull();
      assertThat(charts.of(ChartSpan.CHART_SPAN_UNSPECIFIED)).isNull();
      assertThat(charts.of(ChartSpan.UNRECOGNIZED)).isNull();
    }
    List<String> asked = new ArrayList<>();
    for (StandInPrometheus.Request request : prometheus.requests()) {
      assertThat(request.path()).isEqualTo("/api/v1/query_range");
      long end = Long.parseLong(request.form().get("end"));
      assertThat(end).isEqualTo(now.getEpochSecond());
      long span = end - Long.parseLong(request.form().get("start"));
      String query = request.form().getOrDefault("query", "");
      asked.add(span + " by " + request.form().get("step"));
      assertThat(query.split("job=\"a shop\"}", -1))
          .hasSizeGreaterThan(ChartFigure.values().length);
      assertThat(query).doesNotContain("$");
    }
    assertThat(asked).containsExactly("3600 by 30", "86400 by 600", "604800 by 3600");
  }

  @Test
  void linesComeInOrderWithoutWhatIsNoNumber() throws Exception {
    prometheus.says(
        200,
        matrix(
            line("lag_records", "[1772366400, \"7\"]"),
            line(
                "calls",
                "[1772366340, \"1.5e2\"]",
                "[1772366370, \"NaN\"]",
                "[1772366385.5, \"+Inf\"]",
                "[1772366400, \"0\"]")));
    try (Charts charts = charts()) {
      GetChartsResponse answer = hour(charts);
      assertThat(answer.getEnd().getSeconds()).isEqualTo(now.getEpochSecond());
      assertThat(answer.getSeriesList())
          .extracting(ChartSeries::getName)
          .containsExactly(
              "calls",
              "events_learned",
              "failed_calls",
              "call_seconds",
              "freshness_p99_seconds",
              "lag_records",
              "recall_at_20",
              "resident_bytes");
      assertThat(answer.getSeries(0).getPointsList())
          .extracting(ChartPoint::getValue)
          .containsExactly(150.0, 0.0);
      assertThat(answer.getSeries(0).getPoints(1).getTime().getSeconds()).isEqualTo(1_772_366_400);
      assertThat(answer.getSeries(1).getPointsList()).isEmpty();
      assertThat(answer.getSeries(5).getPoints(0).getValue()).isEqualTo(7);
    }
  }

  @Test
  void anAnswerIsKeptForHalfAStepAndAFailureForFiveSeconds() throws Exception {
    try (Charts charts = charts()) {
      GetChartsResponse first = hour(charts);
      now = now.plusSeconds(14);
      assertThat(hour(charts)).isSameAs(first);
      prometheus.says(503, "");
      now = now.plusSeconds(1);
      refused(charts, "status 503");
      prometheus.says(200, NOTHING);
      now = now.plusSeconds(4);
      refused(charts, "status 503");
      now = now.plusSeconds(1);
      assertThat(hour(charts)).isNotSameAs(first);
      now = now.minusSeconds(3_600); // A clock that was set back keeps nothing for an hour.
      hour(charts);
    }
    assertThat(prometheus.requests()).hasSize(4);
  }

  @Test
  void whoComesWhileOneAsksWaitsForWhatItGets() throws Exception {
    CountDownLatch answering = new CountDownLatch(1);
    prometheus.does(exchange -> {
      await(answering);
      byte[] body = NOTHING.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    try (Charts charts = charts();
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<GetChartsResponse>> answers = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        ChartSpan span = ChartSpan.forNumber(1 + i % 3);
        answers.add(callers.submit(() -> Objects.requireNonNull(charts.of(span))));
      }
      while (prometheus.requests().size() < 3) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      answering.countDown();
      for (int i = 3; i < 30; i++) {
        assertThat(answers.get(i).get()).isSameAs(answers.get(i % 3).get());
      }
    }
    assertThat(prometheus.requests()).hasSize(3);
  }

  @Test
  void oneThatDoesNotAnswerInTimeIsLeft() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    prometheus.does(exchange -> await(never));
    try (Charts charts = impatient(prometheus.url())) {
      refused(charts, "no answer within 150 ms (server.http.prometheus.timeout)");
      prometheus.does(exchange -> {
        exchange.sendResponseHeaders(200, 100);
        exchange.getResponseBody().write('{');
        exchange.getResponseBody().flush();
        await(never); // Begins, and does not go on.
      });
      now = now.plusSeconds(5);
      refused(charts, "no answer within 150 ms");
    } finally {
      never.countDown();
    }
  }

  @Test
  void moreThanIsReadIsNotRead() throws Exception {
    String filler = " ".repeat(Prometheus.MAX_ANSWER_BYTES - NOTHING.length());
    prometheus.says(200, filler + NOTHING);
    try (Charts charts = charts()) {
      assertThat(hour(charts).getSeriesCount()).isEqualTo(8);
      prometheus.says(200, filler + " " + NOTHING);
      now = now.plusSeconds(15);
      refused(charts, "capacity: 1048576");
    }
  }

  @Test
  void nobodyThereIsSaid() throws Exception {
    int unused;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      unused = socket.getLocalPort();
    }
    try (Charts charts =
        Charts.of(
            config("http://127.0.0.1:" + unused, "", ofTen()), clock, new SimpleMeterRegistry())) {
      refused(charts, "nobody answers at server.http.prometheus.url");
    }
    try (Charts charts =
        Charts.of(
            config("http://nowhere.invalid:9090", "", ofTen()), clock, new SimpleMeterRegistry())) {
      refused(charts, "there is no host of the name in server.http.prometheus.url");
    }
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Charts charts =
            Charts.of(
                config("https://127.0.0.1:" + plain.getLocalPort(), "", ofTen()),
                clock,
                new SimpleMeterRegistry())) {
      var _ = Thread.startVirtualThread(() -> answerInPlainText(plain));
      refused(charts, "TLS: ");
    }
  }

  private static void answerInPlainText(ServerSocket listening) {
    try (Socket socket = listening.accept()) {
      socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
      socket.shutdownOutput();
      socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Duration ofTen() {
    return Duration.ofSeconds(10);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "200|<html>|no JSON of Prometheus",
        "200|[]|no JSON of Prometheus",
        "200||no JSON of Prometheus",
        "302||status 302 and no JSON of Prometheus",
        "401|Unauthorized|status 401 and no JSON of Prometheus",
        "422|{\"status\": \"error\", \"error\": \"query <b> timed out\"}|status 422: query <b>"
            + " timed out",
        "200|{\"status\": \"error\"}|Prometheus answers with status 200",
        "200|{\"status\": \"success\", \"data\": {\"resultType\": \"vector\", \"result\": []}}|no"
            + " matrix",
        "200|{\"status\": \"success\", \"data\": {\"resultType\": \"matrix\"}}|no matrix",
        "200|LINE(secrets; [1, \"1\"])|a line that nobody has asked for",
        "200|LINE(calls; [1, \"x\"])|a value of calls that is no number",
        "200|LINE(calls; [1])|points of calls that are none, or not in order",
        "200|LINE(calls; [2, \"1\"], [2, \"1\"])|points of calls that are none, or not in order",
        "200|LINE(calls; [\"1\", \"1\"])|points of calls that are none, or not in order",
      })
  void whatIsNoAnswerIsNoChart(int status, String text, String why) throws Exception {
    String said = text == null ? "" : text;
    if (said.startsWith("LINE(")) {
      String[] parts = said.substring(5, said.length() - 1).split("; ", -1);
      said = matrix(line(parts[0], parts[1]));
    }
    prometheus.says(status, said);
    try (Charts charts = charts()) {
      refused(charts, why);
    }
    assertThat(prometheus.requests()).hasSize(1); // It is not followed elsewhere.
  }

  @Test
  void aLineIsNotLongerThanItsSpanAndComesOnce() throws Exception {
    String[] points = new String[122];
    for (int i = 0; i < points.length; i++) {
      points[i] = "[" + i + ", \"1\"]";
    }
    prometheus.says(200, matrix(line("calls", points)));
    try (Charts charts = charts()) {
      refused(charts, "122 points of calls");
      prometheus.says(200, matrix(line("calls", "[1, \"1\"]"), line("calls", "[1, \"1\"]")));
      now = now.plusSeconds(5);
      refused(charts, "calls comes twice");
    }
  }

  @Test
  void headersOfAFileAreSentAndReadEachTime() throws Exception {
    Path file = directory.resolve("headers");
    Files.writeString(file, "authorization: Bearer s3cret\n");
    try (Charts charts =
        Charts.of(
            config(prometheus.url(), file.toString(), ofTen()), clock, new SimpleMeterRegistry())) {
      hour(charts);
      Files.writeString(file, "authorization: Bearer other\n");
      now = now.plusSeconds(15);
      hour(charts);
      Files.writeString(file, "s3cret\n");
      now = now.plusSeconds(15);
      assertThatThrownBy(() -> hour(charts))
          .hasMessageContaining("server.http.prometheus.headers_file")
          .hasMessageContaining("line 1")
          .message()
          .doesNotContain("s3cret");
    }
    assertThat(prometheus.requests())
        .extracting(StandInPrometheus.Request::authorization)
        .containsExactly("Bearer s3cret", "Bearer other");
  }

  @Test
  void filesAreReadBeforeAStart() throws Exception {
    String none = directory.resolve("none").toString();
    for (PrometheusConfig config :
        List.of(
            config(prometheus.url(), none, ofTen()),
            new PrometheusConfig(prometheus.url(), "", "", none, ofTen()))) {
      assertThatThrownBy(() -> Charts.check(config, now))
          .isInstanceOf(UnusableFileException.class)
          .hasMessageContaining("server.http.prometheus.")
          .hasMessageContaining("no such file");
      assertThatThrownBy(() -> Charts.of(config, clock, new SimpleMeterRegistry()).close())
          .isInstanceOf(UnusableFileException.class);
    }
    assertThat(prometheus.requests()).isEmpty();
  }

  @Test
  void withoutOneNobodyIsAsked() throws Exception {
    try (Charts charts = Charts.of(PrometheusConfig.OFF, clock, new SimpleMeterRegistry())) {
      assertThat(charts.areThere()).isFalse();
      assertThatThrownBy(() -> hour(charts)).isInstanceOf(IllegalStateException.class);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
