package dev.dolmen.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.trace.CallTrace;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.Acknowledgement.Status;
import dev.dolmen.v1.PublishResponse;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a request's events are answered. */
class FeedbackBatchTest {
  /** What a gRPC client reads if it is not told otherwise. */
  private static final int CLIENT_BYTES_MAX = 4 << 20;

  private static final int EVENTS = 10_000;

  /** Ids, fields and messages as long as they get, of characters that take the most bytes. */
  private static Acknowledgement rejected(int i) {
    return Acknowledgement.newBuilder()
        .setEventId(
            Fields.given("\u65e5".repeat(Fields.EVENT_ID_BYTES_MAX), Fields.EVENT_ID_BYTES_MAX))
        .setStatus(Status.STATUS_REJECTED)
        .setField("events[" + i + "]." + "f".repeat(Errors.FIELD_BYTES_MAX))
        .setMessage("\u65e5".repeat(Errors.PROBLEM_BYTES_MAX / 3))
        .build();
  }

  @Test
  void theAnswerToTheWorstRequestIsReadByEveryClient() {
    AtomicInteger counted = new AtomicInteger();
    FeedbackBatch batch =
        new FeedbackBatch(EVENTS, answer -> counted.incrementAndGet(), CallTrace.Part.NONE);
    for (int i = 0; i < EVENTS; i++) {
      batch.add(rejected(i));
    }
    PublishResponse response = batch.answer();
    assertThat(response.getSerializedSize()).isLessThan(CLIENT_BYTES_MAX);
    assertThat(response.getAcknowledgementsList())
        .hasSize(EVENTS)
        .allMatch(answer -> answer.getStatus() == Status.STATUS_REJECTED)
        .noneMatch(answer -> answer.getMessage().isEmpty());
    assertThat(counted).hasValue(EVENTS);
    assertThat(response.getAcknowledgements(0)).isEqualTo(rejected(0));
    Acknowledgement last = response.getAcknowledgements(EVENTS - 1);
    assertThat(last.getField()).isEqualTo("events[9999]");
    assertThat(last.getMessage()).isEqualTo("see the first messages");
  }

  @Test
  void fewEventsAreAnsweredWithAllTheirMessages() {
    FeedbackBatch batch = new FeedbackBatch(50, answer -> {}, CallTrace.Part.NONE);
    for (int i = 0; i < 50; i++) {
      batch.add(rejected(i));
    }
    PublishResponse response = batch.answer();
    for (int i = 0; i < 50; i++) {
      assertThat(response.getAcknowledgements(i)).isEqualTo(rejected(i));
    }
  }
}
