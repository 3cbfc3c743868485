package dev.dolmen.server.api;

import dev.dolmen.server.access.Principal;
import dev.dolmen.server.trace.CallTrace;
import dev.dolmen.server.trace.CallTraces;
import dev.dolmen.server.trace.Figure;
import dev.dolmen.server.trace.Stage;
import dev.dolmen.trainer.ingest.Ingest;
import dev.dolmen.trainer.ingest.PublishInFlight;
import dev.dolmen.trainer.log.LogRecordTooLargeException;
import dev.dolmen.trainer.log.LogUnavailableException;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.Acknowledgement.Status;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Logs feedback and acknowledges what the log holds: a request's events go to the log together, and
 * a stream's requests in the order in which they came.
 */
final class FeedbackEndpoint extends FeedbackServiceGrpc.FeedbackServiceImplBase {
  private static final int EVENTS_MAX = 10_000;

  private final Validation validation;
  private final KnownKeys keys;
  private final Ingest ingest;
  private final Duration atMost;
  private final RejectedEvents rejected;
  private final CallTraces traces;
  private final Map<Status, Counter> counters = new EnumMap<>(Status.class);

  /**
   * @param atMost how long a batch waits for the trainer to catch up
   * @param rejected told of each event that is
   * @param traces told how long the log takes
   */
  FeedbackEndpoint(
      Validation validation,
      KnownKeys keys,
      Ingest ingest,
      Duration atMost,
      RejectedEvents rejected,
      CallTraces traces,
      MeterRegistry meters) {
    this.validation = validation;
    this.keys = keys;
    this.ingest = ingest;
    this.atMost = atMost;
    this.rejected = rejected;
    this.traces = traces;
    List<Status> outcomes =
        List.of(
            Status.STATUS_ACCEPTED,
            Status.STATUS_DUPLICATE,
            Status.STATUS_REJECTED,
            Status.STATUS_UNAVAILABLE);
    for (Status status : outcomes) {
      String name = status.name().replace("STATUS_", "").toLowerCase(Locale.ROOT);
      counters.put(
          status,
          Counter.builder("dolmen.feedback.events")
              .description("Feedback events by what became of them")
              .tag("outcome", name)
              .register(meters));
    }
  }

  @Override
  public void publishBatch(PublishRequest request, StreamObserver<PublishResponse> out) {
    CallTrace trace = traces.current();
    trace.note(Figure.RECORDS, request.getEventsCount());
    PublishResponse answer =
        begin(
                request,
                Principal.current().name(),
                () -> BackPressure.awaitCapacity(ingest, atMost),
                trace)
            .answer();
    checkAnyTaken(answer);
    out.onNext(answer);
    out.onCompleted();
  }

  /** Where the log took none of them, the call says so, and when to try again. */
  private static void checkAnyTaken(PublishResponse answer) {
    List<Acknowledgement> events = answer.getAcknowledgementsList();
    if (events.stream().allMatch(e -> e.getStatus() == Status.STATUS_UNAVAILABLE)) {
      throw new LogUnavailableException(events.getFirst().getMessage());
    }
  }

  @Override
  public StreamObserver<PublishRequest> publish(StreamObserver<PublishResponse> out) {
    CallTrace trace = traces.current();
    String principal = Principal.current().name();
    return PublishStream.open(
        (ServerCallStreamObserver<PublishResponse>) out,
        request -> begin(request, principal, () -> BackPressure.awaitCapacity(ingest), trace));
  }

  /**
   * Begins to log the events of a request, behind all that were begun before.
   *
   * @param principal who sends them
   * @param capacity waits until the trainer is not too far behind
   */
  private FeedbackBatch begin(
      PublishRequest request, String principal, Runnable capacity, CallTrace trace) {
    // Before anything is checked against a catalogue that is not complete yet.
    ingest.checkOpen();
    int n = request.getEventsCount();
    if (n == 0 || n > EVENTS_MAX) {
      throw Fields.invalid("events", n + " events, expected 1 to " + EVENTS_MAX);
    }
    CallTrace.Part append = trace.begin(Stage.LOG_APPEND);
    FeedbackBatch batch = new FeedbackBatch(n, answer -> count(answer, principal), append);
    boolean begun = false;
    try {
      for (int i = 0; i < n; i++) {
        if (i % BackPressure.EVERY_RECORDS == 0) {
          capacity.run();
        }
        begin(keys.event(request.getEvents(i)), i, batch);
      }
      begun = true;
      return batch;
    } finally {
      if (!begun) {
        append.end();
      }
    }
  }

  private void begin(FeedbackEvent event, int i, FeedbackBatch batch) {
    try {
      validation.feedback(event, ingest::knows);
      batch.add(event.getEventId(), ingest.beginPublish(event));
    } catch (InvalidRequestException e) {
      PublishInFlight before = ingest.duplicate(event.getEventId());
      if (before != null) {
        // It was accepted; what has become of its item since then is not its sender's fault.
        batch.add(event.getEventId(), before);
        return;
      }
      batch.add(
          Acknowledgement.newBuilder()
              .setEventId(Fields.given(event.getEventId(), Fields.EVENT_ID_BYTES_MAX))
              .setStatus(Status.STATUS_REJECTED)
              .setField("events[" + i + "]." + e.field())
              .setMessage(e.problem())
              .build());
    } catch (LogRecordTooLargeException e) {
      batch.add(FeedbackBatch.tooLarge(event.getEventId(), i, e));
    } catch (LogUnavailableException e) {
      batch.add(FeedbackBatch.unavailable(event.getEventId(), e));
    }
  }

  private void count(Acknowledgement acknowledgement, String principal) {
    if (acknowledgement.getStatus() == Status.STATUS_REJECTED) {
      rejected.add(acknowledgement, principal);
    }
    Counter counter = counters.get(acknowledgement.getStatus());
    if (counter != null) {
      counter.increment();
    }
  }
}
