package dev.dolmen.server.ranking;

import com.google.protobuf.util.Timestamps;
import dev.dolmen.trainer.session.SessionSteps;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.ExplainedEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * The last events of a session that were read: those whose say in the scores is told apart. Reused
 * by one thread.
 */
final class ExplainedEvents {
  /** At most, so that the work of a request is bounded. */
  static final int MAX = 20;

  /**
   * So many of the last are left out one after the other, at most: each is a session more to encode
   * and to score with, and a request with reasons may take twice one without.
   */
  static final int LEFT_OUT = 5;

  private final int[] steps = new int[MAX];
  private final List<ExplainedEvent> events = new ArrayList<>(MAX);
  private int before;

  /**
   * Becomes the last of a session's events.
   *
   * @param read numbers of the steps that were read, oldest first
   * @param count how many were
   * @param id of a step's item
   */
  void of(SessionSteps session, int[] read, int count, IntFunction<String> id) {
    events.clear();
    before = Math.max(0, count - MAX);
    for (int i = before; i < count; i++) {
      int step = read[i];
      steps[i - before] = step;
      events.add(
          ExplainedEvent.newBuilder()
              .setItemId(id.apply(session.item(step)))
              .setTypeValue(session.type(step))
              .setTime(Timestamps.fromMillis(session.timeMs(step)))
              .build());
    }
  }

  /** How many there are. */
  int size() {
    return events.size();
  }

  /** The first of the events that are left out; those before it are told of in parts alone. */
  int firstLeftOut() {
    return Math.max(0, size() - LEFT_OUT);
  }

  /** The step of an event. */
  int step(int event) {
    return steps[event];
  }

  /** The event that stands so far from the session's end, 1 for the last; -1 for another or 0. */
  int fromEnd(int distance) {
    return distance > 0 && distance <= size() ? size() - distance : -1;
  }

  /** The item of an event; empty for -1. */
  String item(int event) {
    return event < 0 ? "" : events.get(event).getItemId();
  }

  /** Whether the visitor bought the event's item with it. */
  boolean isPurchase(int event) {
    return event >= 0 && events.get(event).getType() == EventType.EVENT_TYPE_PURCHASE;
  }

  /** As an answer lists them. */
  List<ExplainedEvent> list() {
    return events;
  }
}
