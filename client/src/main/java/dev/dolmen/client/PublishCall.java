package dev.dolmen.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** One call with some events, and what becomes of each of them. One thread. */
final class PublishCall {
  /** No server takes an event of so many bytes: its texts have narrower bounds. */
  private static final int EVENT_BYTES_MAX = 64 << 10;

  private static final Acknowledgement SILENCE =
      Acknowledgement.newBuilder().setStatus(Acknowledgement.Status.STATUS_UNAVAILABLE).build();

  private final Function<PublishRequest, PublishResponse> send;
  private final IntConsumer accepted;
  private final BiConsumer<FeedbackEvent, Acknowledgement> refused;

  /**
   * What is left of a call.
   *
   * @param again events that are to be sent again, in their order
   * @param asked for how long the server asks to be left alone; 0 if it does not say
   * @param tooLarge whether a call with fewer of them may do better
   */
  record Left(List<FeedbackEvent> again, Duration asked, boolean tooLarge) {}

  /**
   * @param send throws {@link StatusRuntimeException} where there is no answer
   * @param accepted told how many more events the server has
   * @param refused takes each event that it will never have
   */
  PublishCall(
      Function<PublishRequest, PublishResponse> send,
      IntConsumer accepted,
      BiConsumer<FeedbackEvent, Acknowledgement> refused) {
    this.send = send;
    this.accepted = accepted;
    this.refused = refused;
  }

  /** Sends events and tells what becomes of them, but for those that are left. */
  Left send(List<FeedbackEvent> events) {
    try {
      PublishRequest request = PublishRequest.newBuilder().addAllEvents(events).build();
      return answered(events, send.apply(request));
    } catch (StatusRuntimeException e) {
      return failed(events, e);
    }
  }

  /** An event that the answer is silent about is sent again: it has an id. */
  private Left answered(List<FeedbackEvent> events, PublishResponse answer) {
    List<FeedbackEvent> again = new ArrayList<>();
    int taken = 0;
    for (int i = 0; i < events.size(); i++) {
      Acknowledgement each =
          i < answer.getAcknowledgementsCount() ? answer.getAcknowledgements(i) : SILENCE;
      switch (each.getStatus()) {
        case STATUS_ACCEPTED, STATUS_DUPLICATE -> taken++;
        case STATUS_UNAVAILABLE -> again.add(events.get(i));
        default -> refused.accept(events.get(i), each);
      }
    }
    accepted.accept(taken);
    return new Left(again, Duration.ZERO, false);
  }

  private Left failed(List<FeedbackEvent> events, StatusRuntimeException failure) {
    Status status = failure.getStatus();
    Duration wait = retryAfter(failure);
    // The server says when to come again, unless the message would be as large then.
    boolean tooLarge = status.getCode() == Status.Code.RESOURCE_EXHAUSTED && wait == null;
    boolean hopeless =
        tooLarge && events.size() == 1 && events.get(0).getSerializedSize() > EVENT_BYTES_MAX;
    if (hopeless || !mayComeRight(status)) {
      refuseAll(events, status);
      return new Left(List.of(), Duration.ZERO, false);
    }
    return new Left(List.copyOf(events), wait == null ? Duration.ZERO : wait, tooLarge);
  }

  private static boolean mayComeRight(Status status) {
    return switch (status.getCode()) {
      case UNAVAILABLE,
          RESOURCE_EXHAUSTED,
          DEADLINE_EXCEEDED,
          ABORTED,
          CANCELLED,
          INTERNAL,
          UNKNOWN ->
          true;
      default -> false;
    };
  }

  /** When to come again, by the status's details; null if they do not say. */
  private static @Nullable Duration retryAfter(StatusRuntimeException failure) {
    com.google.rpc.Status status = StatusProto.fromThrowable(failure);
    if (status == null) {
      return null;
    }
    for (Any detail : status.getDetailsList()) {
      if (detail.is(RetryInfo.class)) {
        try {
          com.google.protobuf.Duration delay = detail.unpack(RetryInfo.class).getRetryDelay();
          return Duration.ofSeconds(Math.max(0, delay.getSeconds()), Math.max(0, delay.getNanos()));
        } catch (InvalidProtocolBufferException e) {
          return null; // Who sends what cannot be read has not said it.
        }
      }
    }
    return null;
  }

  private void refuseAll(List<FeedbackEvent> events, Status status) {
    String why = status.getCode() + ": " + status.getDescription();
    for (FeedbackEvent event : events) {
      refused.accept(
          event,
          Acknowledgement.newBuilder()
              .setEventId(event.getEventId())
              .setStatus(Acknowledgement.Status.STATUS_REJECTED)
              .setMessage(why)
              .build());
    }
  }
}
