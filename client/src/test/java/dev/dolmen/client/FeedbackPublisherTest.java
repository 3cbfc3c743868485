package dev.dolmen.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of events whatever the server does. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class FeedbackPublisherTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_900_000_000, 5);

  private final BlockingQueue<PublishRequest> calls = new LinkedBlockingQueue<>();

  private FeedbackPublisher publisher(
      int queueEvents, int batchEvents, Function<PublishRequest, PublishResponse> server) {
    return new FeedbackPublisher(
        request -> {
          calls.add(request);
          return server.apply(request);
        },
        new FeedbackPublisher.Options(
            queueEvents,
            batchEvents,
            Duration.ofMillis(1),
            Duration.ofSeconds(30),
            (event, why) -> {}),
        InstantSource.fixed(NOW));
  }

  private static FeedbackEvent event(int i) {
    return FeedbackEvent.newBuilder().setEventId("e" + i).setItemId("i").build();
  }

  private static PublishResponse all(PublishRequest request, Acknowledgement.Status status) {
    PublishResponse.Builder answer = PublishResponse.newBuilder();
    request.getEventsList().forEach(e -> answer.addAcknowledgementsBuilder().setStatus(status));
    return answer.build();
  }

  private static PublishResponse accept(PublishRequest request) {
    return all(request, Acknowledgement.Status.STATUS_ACCEPTED);
  }

  @Test
  void everyEventIsSentOnceInOrderWithIdAndTime() {
    FeedbackPublisher publisher = publisher(1_000, 7, FeedbackPublisherTest::accept);
    for (int i = 0; i < 100; i++) {
      assertThat(publisher.offer(event(i))).isTrue();
    }
    assertThat(publisher.offer(FeedbackEvent.getDefaultInstance())).isTrue();
    publisher.close();
    assertThat(publisher.counts()).isEqualTo(new FeedbackPublisher.Counts(101, 0, 101, 0, 0, 0));
    assertThat(publisher.offer(event(5))).isFalse();
    List<FeedbackEvent> sent = new ArrayList<>();
    calls.forEach(call -> {
      assertThat(call.getEventsCount()).isLessThanOrEqualTo(7);
      sent.addAll(call.getEventsList());
    });
    assertThat(sent).hasSize(101);
    Timestamp now =
        Timestamp.newBuilder().setSeconds(NOW.getEpochSecond()).setNanos(NOW.getNano()).build();
    for (int i = 0; i < 100; i++) {
      assertThat(sent.get(i).getEventId()).isEqualTo("e" + i);
      assertThat(sent.get(i).getTime()).isEqualTo(now);
    }
    assertThat(sent.getLast().getEventId()).hasSize(36);
  }

  /** Whoever offers never waits: while nobody answers the queue fills, and then it says no. */
  @Test
  void aFullQueueSaysNo() throws Exception {
    Semaphore answers = new Semaphore(0);
    FeedbackPublisher publisher =
        publisher(
            10,
            1,
            request -> {
              answers.acquireUninterruptibly();
              return accept(request);
            });
    assertThat(publisher.offer(event(0))).isTrue();
    assertThat(calls.take().getEventsCount()).isEqualTo(1); // It is on its way.
    for (int i = 1; i <= 10; i++) {
      assertThat(publisher.offer(event(i))).isTrue();
    }
    assertThat(publisher.offer(event(11))).isFalse();
    assertThat(publisher.counts().full()).isEqualTo(1);
    assertThat(publisher.counts().waiting()).isEqualTo(10);
    answers.release(1_000);
    publisher.close();
    assertThat(publisher.counts().accepted()).isEqualTo(11);
  }

  @Test
  void whatFailsIsSentAgainWithTheSameIds() {
    Set<String> failures = new HashSet<>();
    Function<PublishRequest, PublishResponse> server =
        request -> {
          String id = request.getEvents(0).getEventId();
          if (failures.add(id)) {
            throw Status.UNAVAILABLE.asRuntimeException();
          }
          if (failures.add(id + " again")) {
            return all(request, Acknowledgement.Status.STATUS_UNAVAILABLE);
          }
          return all(request, Acknowledgement.Status.STATUS_DUPLICATE);
        };
    FeedbackPublisher publisher = publisher(10, 1, server);
    assertThat(publisher.offer(event(0))).isTrue();
    assertThat(publisher.offer(event(1))).isTrue();
    publisher.close();
    assertThat(publisher.counts()).isEqualTo(new FeedbackPublisher.Counts(2, 0, 2, 0, 0, 4));
    assertThat(calls.stream().map(call -> call.getEvents(0).getEventId()))
        .containsExactly("e0", "e0", "e0", "e1", "e1", "e1");
  }

  @Test
  void whatWillNeverBeTakenHoldsUpNothingElse() {
    Function<PublishRequest, PublishResponse> server =
        request -> {
          if (request.getEvents(0).getEventId().equals("e0")) {
            throw Status.PERMISSION_DENIED.withDescription("no role").asRuntimeException();
          }
          return accept(request);
        };
    List<String> said = new ArrayList<>();
    FeedbackPublisher.Options options =
        new FeedbackPublisher.Options(
            10,
            1,
            Duration.ofMillis(1),
            Duration.ofSeconds(30),
            (event, why) -> {
              said.add(event.getEventId() + " " + why.getMessage());
              throw new IllegalStateException("a listener's fault");
            });
    FeedbackPublisher publisher = new FeedbackPublisher(server, options, InstantSource.fixed(NOW));
    assertThat(publisher.offer(event(0))).isTrue();
    assertThat(publisher.offer(event(1))).isTrue();
    publisher.close();
    assertThat(publisher.counts()).isEqualTo(new FeedbackPublisher.Counts(2, 0, 1, 1, 0, 0));
    assertThat(said).containsExactly("e0 PERMISSION_DENIED: no role");
  }
}
