package dev.dolmen.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.Timestamp;
import com.google.rpc.RetryInfo;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.IntStream;
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

  private static StatusRuntimeException slowDown(Duration after) {
    RetryInfo.Builder info = RetryInfo.newBuilder();
    info.getRetryDelayBuilder().setNanos(after.toNanosPart());
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(Status.Code.RESOURCE_EXHAUSTED.value())
            .addDetails(Any.pack(info.build()))
            .build());
  }

  /** A batch that is too large for the server holds up nothing: it goes in smaller calls. */
  @Test
  void aBatchThatIsTooLargeIsSentInParts() {
    CountDownLatch all = new CountDownLatch(1);
    Function<PublishRequest, PublishResponse> server =
        request -> {
          awaitUninterruptibly(all);
          if (request.getEventsCount() > 2) {
            throw Status.RESOURCE_EXHAUSTED.withDescription("too large").asRuntimeException();
          }
          return accept(request);
        };
    FeedbackPublisher publisher = publisher(100, 8, server);
    for (int i = 0; i < 17; i++) {
      assertThat(publisher.offer(event(i))).isTrue();
    }
    all.countDown();
    publisher.close();
    assertThat(publisher.counts().accepted()).isEqualTo(17);
    assertThat(publisher.counts().refused()).isZero();
    assertThat(calls.stream().mapToInt(PublishRequest::getEventsCount).max()).hasValue(8);
    assertThat(
            calls.stream()
                .filter(call -> call.getEventsCount() <= 2)
                .flatMap(call -> call.getEventsList().stream())
                .map(FeedbackEvent::getEventId))
        .containsExactlyElementsOf(IntStream.range(0, 17).mapToObj(i -> "e" + i).toList());
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anEventThatNoServerTakesIsRefused() {
    Function<PublishRequest, PublishResponse> server =
        request -> {
          if (request.getSerializedSize() > 100_000) {
            throw Status.RESOURCE_EXHAUSTED.withDescription("too large").asRuntimeException();
          }
          return accept(request);
        };
    FeedbackPublisher publisher = publisher(10, 2, server);
    FeedbackEvent large = event(0).toBuilder().putContext("device", "x".repeat(200_000)).build();
    assertThat(publisher.offer(large)).isTrue();
    assertThat(publisher.offer(event(1))).isTrue();
    publisher.close();
    assertThat(publisher.counts().accepted()).isEqualTo(1);
    assertThat(publisher.counts().refused()).isEqualTo(1);
  }

  @Test
  void aServerThatSaysWhenIsLeftAloneUntilThen() {
    Duration after = Duration.ofMillis(300);
    List<Long> nanos = new ArrayList<>();
    Function<PublishRequest, PublishResponse> server =
        request -> {
          nanos.add(System.nanoTime());
          if (nanos.size() == 1) {
            throw slowDown(after);
          }
          return accept(request);
        };
    FeedbackPublisher publisher = publisher(10, 1, server);
    assertThat(publisher.offer(event(0))).isTrue();
    publisher.close();
    assertThat(publisher.counts().accepted()).isEqualTo(1);
    assertThat(Duration.ofNanos(nanos.get(1) - nanos.get(0))).isGreaterThanOrEqualTo(after);
  }

  @Test
  void anEventThatTheAnswerIsSilentAboutIsSentAgain() {
    Function<PublishRequest, PublishResponse> server =
        request -> calls.size() == 1 ? PublishResponse.getDefaultInstance() : accept(request);
    FeedbackPublisher publisher = publisher(10, 1, server);
    assertThat(publisher.offer(event(0))).isTrue();
    publisher.close();
    assertThat(publisher.counts()).isEqualTo(new FeedbackPublisher.Counts(1, 0, 1, 0, 0, 1));
  }

  @Test
  void aJobMayWaitForRoom() throws Exception {
    Semaphore answers = new Semaphore(0);
    FeedbackPublisher publisher =
        publisher(
            1,
            1,
            request -> {
              answers.acquireUninterruptibly();
              return accept(request);
            });
    assertThat(publisher.offer(event(0))).isTrue();
    assertThat(calls.take().getEventsCount()).isEqualTo(1); // It is on its way.
    assertThat(publisher.offer(event(1), Duration.ofSeconds(60))).isTrue();
    assertThat(publisher.offer(event(2), Duration.ofMillis(1))).isFalse();
    answers.release(1_000);
    assertThat(publisher.offer(event(3), Duration.ofSeconds(60))).isTrue();
    publisher.close();
    assertThat(publisher.offer(event(4), Duration.ofSeconds(60))).isFalse();
    assertThat(publisher.counts()).isEqualTo(new FeedbackPublisher.Counts(3, 2, 3, 0, 0, 0));
  }

  /** Whatever ends the thread that sends, nobody is told that an event will be sent. */
  @Test
  void afterADefectNothingIsTaken() {
    int room = 100_000;
    FeedbackPublisher publisher =
        publisher(
            room,
            1,
            request -> {
              throw new IllegalStateException("a defect, which this test makes");
            });
    while (publisher.offer(event(0))) {
      LockSupport.parkNanos(1_000_000); // It ends with its first batch.
    }
    assertThat(publisher.counts().waiting()).isLessThan(room);
    publisher.close();
  }

  @Test
  void aBatchThatNoServerTakesIsNoOption() {
    assertThatThrownBy(() -> publisher(10, 10_001, FeedbackPublisherTest::accept))
        .hasMessage("batchEvents: 10001, expected 1 to 10000");
    assertThatThrownBy(() -> publisher(0, 1, FeedbackPublisherTest::accept))
        .hasMessage("queueEvents: 0, expected 1 or more");
  }
}
