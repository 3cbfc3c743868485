package dev.dolmen.server.api;

import dev.dolmen.server.trace.CallTrace;
import dev.dolmen.trainer.ingest.PublishInFlight;
import dev.dolmen.trainer.ingest.PublishResult;
import dev.dolmen.trainer.log.LogRecordTooLargeException;
import dev.dolmen.trainer.log.LogUnavailableException;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.PublishResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The events of one request on their way into the log. One thread at a time. */
final class FeedbackBatch {
  /**
   * What all fields and messages of one answer may take, so that a client that reads 4 MiB reads
   * the answer to the largest request: its ids take up to three quarters of that.
   */
  private static final int DETAILS_CHARS_MAX = 128 << 10;

  private static final String CUT = "see the first messages";

  private final List<Entry> entries;
  private final Consumer<Acknowledgement> counter;
  private final CallTrace.Part append;

  /** An event that is answered, or that is on its way. */
  private record Entry(
      String eventId, @Nullable PublishInFlight inFlight, @Nullable Acknowledgement answer) {}

  /**
   * @param counter told of every answer
   * @param append told when the log holds all that it takes of them
   */
  FeedbackBatch(int events, Consumer<Acknowledgement> counter, CallTrace.Part append) {
    entries = new ArrayList<>(events);
    this.counter = counter;
    this.append = append;
  }

  /** The next event is on its way. */
  void add(String eventId, PublishInFlight inFlight) {
    entries.add(new Entry(eventId, inFlight, null));
  }

  /** The next event is answered already. */
  void add(Acknowledgement answer) {
    entries.add(new Entry(answer.getEventId(), null, answer));
  }

  int events() {
    return entries.size();
  }

  /** Whether {@link #answer} would return at once. */
  boolean isDone() {
    return entries.stream().allMatch(e -> e.inFlight == null || e.inFlight.isDone());
  }

  /** Waits until the log holds all events, or for as long as it lets wait, and answers them. */
  PublishResponse answer() {
    PublishResponse.Builder response = PublishResponse.newBuilder();
    int details = 0;
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      Acknowledgement answer =
          entry.inFlight == null ? entry.answer : answer(entry.eventId, i, entry.inFlight);
      if (answer != null) {
        counter.accept(answer);
        details += answer.getField().length() + answer.getMessage().length();
        response.addAcknowledgements(
            details > DETAILS_CHARS_MAX
                ? cut(answer, response.getAcknowledgementsCount())
                : answer);
      }
    }
    append.end();
    return response.build();
  }

  private static Acknowledgement cut(Acknowledgement answer, int index) {
    return answer.getMessage().isEmpty()
        ? answer
        : answer.toBuilder().setField("events[" + index + ']').setMessage(CUT).build();
  }

  private static Acknowledgement answer(String eventId, int index, PublishInFlight inFlight) {
    Acknowledgement.Builder answer = Acknowledgement.newBuilder().setEventId(eventId);
    try {
      PublishResult result = inFlight.await();
      return switch (result.status()) {
        case ACCEPTED ->
            answer
                .setStatus(Acknowledgement.Status.STATUS_ACCEPTED)
                .setLogOffset(result.offset())
                .build();
        case DUPLICATE ->
            answer
                .setStatus(Acknowledgement.Status.STATUS_DUPLICATE)
                .setLogOffset(result.offset())
                .build();
      };
    } catch (LogRecordTooLargeException e) {
      return tooLarge(eventId, index, e);
    } catch (LogUnavailableException e) {
      return unavailable(eventId, e);
    }
  }

  /** The log can never take it. */
  static Acknowledgement tooLarge(String eventId, int index, LogRecordTooLargeException e) {
    return Acknowledgement.newBuilder()
        .setEventId(eventId)
        .setStatus(Acknowledgement.Status.STATUS_REJECTED)
        .setField("events[" + index + ']')
        .setMessage(String.valueOf(e.getMessage()))
        .build();
  }

  static Acknowledgement unavailable(String eventId, LogUnavailableException e) {
    return Acknowledgement.newBuilder()
        .setEventId(eventId)
        .setStatus(Acknowledgement.Status.STATUS_UNAVAILABLE)
        .setMessage(String.valueOf(e.getMessage()))
        .build();
  }
}
