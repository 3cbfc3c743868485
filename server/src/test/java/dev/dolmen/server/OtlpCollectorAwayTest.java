package dev.dolmen.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.dolmen.server.OtlpCollector.Mood;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.OtlpConfig;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.SessionContext;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Calls are answered whatever the collector does, and what waits for it is bounded. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it hangs for ever.
class OtlpCollectorAwayTest {
  private static final int QUEUE = 512;

  /** Of five stages and a call each. */
  private static final int SPANS = 6;

  @TempDir Path directory;

  private final Logger logger = (Logger) LoggerFactory.getLogger("dev.dolmen.server.otlp");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    lines.start();
    logger.addAppender(lines);
    logger.setLevel(Level.INFO);
  }

  @AfterEach
  void detach() {
    logger.detachAppender(lines);
    logger.setLevel(null);
  }

  private DolmenConfig config(OtlpCollector collector, Duration timeout) {
    return TestServer.config(directory.resolve("data"))
        .withTelemetry(
            new OtlpConfig(
                collector.endpoint(),
                "",
                "",
                timeout,
                "dolmen",
                new OtlpConfig.Traces(1, QUEUE, false),
                Duration.ZERO));
  }

  private static void ask(TestServer server, int times) {
    for (int i = 0; i < times; i++) {
      server
          .recommendations()
          .recommend(
              RecommendRequest.newBuilder()
                  .setSession(SessionContext.newBuilder().setSessionId("s"))
                  .setK(1)
                  .build());
    }
  }

  private static double count(MeterRegistry meters, String outcome) {
    return meters.get("dolmen.telemetry.spans").tag("outcome", outcome).counter().count();
  }

  private static double awaitCount(MeterRegistry meters, String outcome, double atLeast)
      throws InterruptedException {
    double count = count(meters, outcome);
    while (count < atLeast) {
      Thread.sleep(10);
      count = count(meters, outcome);
    }
    return count;
  }

  private List<String> said(Level level) {
    return List.copyOf(lines.list).stream()
        .filter(line -> line.getLevel().equals(level))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  @Test
  void oneThatIsAwayIsSaidOnceAndOnceMoreWhenItIsBack() throws Exception {
    OtlpCollector gone = new OtlpCollector();
    gone.close();
    try (TestServer server = new TestServer(config(gone, Duration.ofSeconds(1)))) {
      MeterRegistry meters = server.running().meters();
      ask(server, 1);
      double failed = awaitCount(meters, "failed", SPANS);
      ask(server, 1);
      awaitCount(meters, "failed", failed + SPANS);
      assertThat(said(Level.WARN))
          .singleElement()
          .asString()
          .startsWith("Spans cannot be sent to " + gone.endpoint() + "/v1/traces");
      try (OtlpCollector back = new OtlpCollector(gone.port())) {
        while (count(meters, "sent") == 0) {
          ask(server, 1);
          Thread.sleep(10);
        }
        back.await(span -> span.getName().endsWith("/Recommend"));
        assertThat(said(Level.WARN)).hasSize(1);
      }
      assertThat(said(Level.INFO))
          .singleElement()
          .asString()
          .containsPattern("again; [1-9][0-9]+ were lost");
    }
  }

  @Test
  void oneThatRefusesCostsItsBatch() throws Exception {
    try (OtlpCollector collector = new OtlpCollector();
        TestServer server = new TestServer(config(collector, Duration.ofSeconds(10)))) {
      collector.become(Mood.REFUSES);
      ask(server, 1);
      awaitCount(server.running().meters(), "failed", SPANS);
      assertThat(said(Level.WARN)).singleElement().asString().contains("400");
      collector.become(Mood.TAKES);
      ask(server, 1);
      awaitCount(server.running().meters(), "sent", SPANS);
    }
  }

  /** A batch is on its way for a minute, and the server closes long before. */
  @Test
  void oneThatHangsHoldsABoundedNumberOfSpans() throws Exception {
    int calls = 400;
    MeterRegistry meters;
    try (OtlpCollector collector = new OtlpCollector()) {
      collector.become(Mood.HANGS);
      try (TestServer server = new TestServer(config(collector, Duration.ofMinutes(1)))) {
        meters = server.running().meters();
        ask(server, calls);
        assertThat(meters.get("dolmen.telemetry.spans.waiting").gauge().value())
            .isBetween(1.0, (double) QUEUE);
        // What neither waits nor is on its way has no room.
        assertThat(count(meters, "dropped"))
            .isGreaterThanOrEqualTo(calls * SPANS - 2 * QUEUE - SPANS);
      }
      assertThat(count(meters, "sent")).isZero();
      assertThat(said(Level.WARN)).hasSizeLessThanOrEqualTo(1);
    }
  }
}
