package dev.dolmen.trainer.impressions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.trainer.Shop;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.LogFactory;
import dev.dolmen.trainer.log.LogUnavailableException;
import dev.dolmen.v1.Impression;
import dev.dolmen.v1.LogRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ImpressionLogTest {
  @TempDir Path directory;
  private @Nullable FeedbackLog log;

  @BeforeEach
  void open() throws IOException {
    log = LogFactory.CONFIGURED.open(directory, Shop.options(directory).log());
  }

  @AfterEach
  void close() {
    log().close();
  }

  private FeedbackLog log() {
    if (log == null) {
      throw new IllegalStateException("not open");
    }
    return log;
  }

  private long append(byte[] record) {
    return log().begin(record).await();
  }

  private static byte[] impression(String requestId) {
    return LogRecord.newBuilder()
        .setImpression(Impression.newBuilder().setRequestId(requestId))
        .build()
        .toByteArray();
  }

  /** The log, which cannot be read the first times. */
  private FeedbackLog away(int[] times) {
    return (FeedbackLog)
        Proxy.newProxyInstance(
            ImpressionLogTest.class.getClassLoader(),
            new Class<?>[] {FeedbackLog.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("tailer") && times[0]-- > 0) {
                throw new LogUnavailableException("away");
              }
              try {
                return method.invoke(log(), arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            });
  }

  private static String requestId(@Nullable Impression impression) {
    return impression == null ? "none" : impression.getRequestId();
  }

  @Test
  void readsTheRecordThatFollows() {
    long first = append(impression("a"));
    append(impression("b"));
    ImpressionLog impressions = new ImpressionLog(log());
    assertThat(requestId(impressions.after(0))).isEqualTo("a");
    assertThat(requestId(impressions.after(first))).isEqualTo("b");
  }

  @Test
  void whatIsNoImpressionAndWhatIsNotThereAreNone() {
    long offset = append(LogRecord.newBuilder().setDeleteItemId("x").build().toByteArray());
    ImpressionLog impressions = new ImpressionLog(log());
    assertThat(impressions.after(0)).isNull();
    assertThat(impressions.after(offset)).as("the log's end").isNull();
    assertThat(impressions.after(offset + 1_000)).as("beyond it").isNull();
  }

  @Test
  void waitsForALogThatIsAway() {
    append(impression("a"));
    int[] times = {3};
    assertThat(requestId(new ImpressionLog(away(times)).after(0))).isEqualTo("a");
    assertThat(times[0]).isEqualTo(-1);
  }

  @Test
  void doesNotWaitWhenTrainingEnds() {
    append(impression("a"));
    ImpressionLog impressions = new ImpressionLog(away(new int[] {Integer.MAX_VALUE}));
    impressions.end();
    assertThatThrownBy(() -> impressions.after(0)).isInstanceOf(LogUnavailableException.class);
  }

  @Test
  void aDamagedRecordIsNotTakenForNone() {
    append("no record".getBytes(StandardCharsets.UTF_8));
    ImpressionLog impressions = new ImpressionLog(log());
    assertThatThrownBy(() -> impressions.after(0)).isInstanceOf(UncheckedIOException.class);
  }
}
