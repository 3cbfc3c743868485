package dev.dolmen.server.api;

import dev.dolmen.trainer.Ingest;
import dev.dolmen.trainer.PublishResult;
import dev.dolmen.trainer.log.LogUnavailableException;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.Acknowledgement.Status;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Logs feedback and acknowledges what the log holds.
 *
 * <p>A stream is read one message at a time: the next is asked for when this one is acknowledged,
 * the trainer is not too far behind, and the caller takes its acknowledgements. So a fast sender
 * waits, and memory stays bounded by one message a stream.
 */
final class FeedbackEndpoint extends FeedbackServiceGrpc.FeedbackServiceImplBase {
  private static final int EVENTS_MAX = 10_000;

  private final Validation validation;
  private final Ingest ingest;
  private final Map<Status, Counter> counters = new EnumMap<>(Status.class);

  FeedbackEndpoint(Validation validation, Ingest ingest, MeterRegistry meters) {
    this.validation = validation;
    this.ingest = ingest;
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
    out.onNext(log(request));
    out.onCompleted();
  }

  @Override
  public StreamObserver<PublishRequest> publish(StreamObserver<PublishResponse> out) {
    ServerCallStreamObserver<PublishResponse> call =
        (ServerCallStreamObserver<PublishResponse>) out;
    call.disableAutoRequest();
    Publishing publishing = new Publishing(call);
    call.setOnReadyHandler(publishing::onReady);
    return publishing;
  }

  /** One stream; gRPC calls it from one thread at a time. */
  private final class Publishing implements StreamObserver<PublishRequest> {
    private final ServerCallStreamObserver<PublishResponse> call;
    private boolean asked;

    Publishing(ServerCallStreamObserver<PublishResponse> call) {
      this.call = call;
    }

    void onReady() {
      if (!asked && call.isReady()) {
        asked = true;
        call.request(1);
      }
    }

    @Override
    public void onNext(PublishRequest request) {
      asked = false;
      call.onNext(log(request));
      onReady();
    }

    @Override
    public void onError(Throwable cancelled) {
      // The caller is gone; everything acknowledged is in the log.
    }

    @Override
    public void onCompleted() {
      call.onCompleted();
    }
  }

  private PublishResponse log(PublishRequest request) {
    int n = request.getEventsCount();
    if (n == 0 || n > EVENTS_MAX) {
      throw Fields.invalid("events", n + " events, expected 1 to " + EVENTS_MAX);
    }
    PublishResponse.Builder response = PublishResponse.newBuilder();
    for (int i = 0; i < n; i++) {
      if (i % BackPressure.EVERY_RECORDS == 0) {
        BackPressure.awaitCapacity(ingest);
      }
      Acknowledgement acknowledgement = log(request.getEvents(i), i);
      response.addAcknowledgements(acknowledgement);
      Counter counter = counters.get(acknowledgement.getStatus());
      if (counter != null) {
        counter.increment();
      }
    }
    return response.build();
  }

  private Acknowledgement log(FeedbackEvent event, int i) {
    Acknowledgement.Builder answer = Acknowledgement.newBuilder().setEventId(event.getEventId());
    try {
      validation.feedback(event, ingest::knows);
      PublishResult result = ingest.publish(typed(event));
      return switch (result.status()) {
        case ACCEPTED ->
            answer.setStatus(Status.STATUS_ACCEPTED).setLogOffset(result.offset()).build();
        case DUPLICATE -> answer.setStatus(Status.STATUS_DUPLICATE).build();
      };
    } catch (InvalidRequestException e) {
      return answer
          .setStatus(Status.STATUS_REJECTED)
          .setField("events[" + i + "]." + e.field())
          .setMessage(e.problem())
          .build();
    } catch (LogUnavailableException e) {
      return answer
          .setStatus(Status.STATUS_UNAVAILABLE)
          .setMessage(String.valueOf(e.getMessage()))
          .build();
    }
  }

  private static FeedbackEvent typed(FeedbackEvent event) {
    return event.getType() == EventType.EVENT_TYPE_UNSPECIFIED
        ? event.toBuilder().setType(EventType.EVENT_TYPE_CLICK).build()
        : event;
  }
}
