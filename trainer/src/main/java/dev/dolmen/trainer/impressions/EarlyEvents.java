package dev.dolmen.trainer.impressions;

import dev.dolmen.trainer.state.StateCopy;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * Feedback whose impression is not in the log yet: a visitor can be faster than the queue through
 * which impressions are logged. Bounded by number, the oldest making room.
 */
final class EarlyEvents {
  private final int max;

  /** In order of arrival. */
  private final LinkedHashSet<Event> events = new LinkedHashSet<>();

  private final Map<String, LinkedHashSet<Event>> byRequest = new HashMap<>();

  /** One event, told from others by identity. */
  static final class Event {
    final String requestId;
    final String itemId;
    final int type;
    final long timeMs;

    /** Time of the joiner when it came. */
    final long arrivedMs;

    /** As {@link WaitingImpression#owner}. */
    long owner = ImpressionJoiner.ANYBODY;

    Event(String requestId, String itemId, int type, long timeMs, long arrivedMs) {
      this.requestId = requestId;
      this.itemId = itemId;
      this.type = type;
      this.timeMs = timeMs;
      this.arrivedMs = arrivedMs;
    }
  }

  /**
   * @param max events at most
   */
  EarlyEvents(int max) {
    this.max = max;
  }

  int size() {
    return events.size();
  }

  /** Adds an event; returns how many others had to make room. */
  int add(Event event) {
    events.add(event);
    byRequest.computeIfAbsent(event.requestId, id -> new LinkedHashSet<>()).add(event);
    int removed = 0;
    while (events.size() > max) {
      removeFirst();
      removed++;
    }
    return removed;
  }

  /** Takes the events of a request, in order of arrival. */
  List<Event> take(String requestId) {
    LinkedHashSet<Event> taken = byRequest.remove(requestId);
    if (taken == null) {
      return List.of();
    }
    taken.forEach(events::remove);
    return List.copyOf(taken);
  }

  /** Gives up the events that arrived before {@code timeMs}; returns how many those were. */
  int expire(long timeMs) {
    int removed = 0;
    while (!events.isEmpty() && events.getFirst().arrivedMs < timeMs) {
      removeFirst();
      removed++;
    }
    return removed;
  }

  private void removeFirst() {
    Event event = events.removeFirst();
    LinkedHashSet<Event> siblings = byRequest.get(event.requestId);
    if (siblings == null || !siblings.remove(event)) {
      throw new IllegalStateException("no event of request " + event.requestId);
    }
    if (siblings.isEmpty()) {
      byRequest.remove(event.requestId);
    }
  }

  /** The whole state as of now. */
  StateCopy copy() {
    List<Event> now = new ArrayList<>(events);
    return out -> write(out, now);
  }

  private static void write(DataOutput out, List<Event> events) throws IOException {
    out.writeInt(events.size());
    for (Event event : events) {
      out.writeUTF(event.requestId);
      out.writeUTF(event.itemId);
      out.writeInt(event.type);
      out.writeLong(event.timeMs);
      out.writeLong(event.arrivedMs);
      out.writeLong(event.owner);
    }
  }

  /** Reads what a copy wrote; of more than fit the newest are kept. */
  void readFrom(DataInput in) throws IOException {
    for (int n = in.readInt(); n > 0; n--) {
      Event read =
          new Event(in.readUTF(), in.readUTF(), in.readInt(), in.readLong(), in.readLong());
      read.owner = in.readLong();
      add(read);
    }
  }
}
