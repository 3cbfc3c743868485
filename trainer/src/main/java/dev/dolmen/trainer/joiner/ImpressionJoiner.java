package dev.dolmen.trainer.joiner;

import dev.dolmen.trainer.StateCopy;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Waiting impressions by request id. An impression leaves when its window, in the impressions' own
 * time, has passed, or when it is the oldest and there are too many.
 *
 * <p>Feedback whose impression has gone, never came or comes later in the log counts as unknown.
 */
public final class ImpressionJoiner {
  private final int maxImpressions;
  private final long windowMs;
  private final LinkedHashMap<String, Waiting> waiting = new LinkedHashMap<>();
  private long newestMs = Long.MIN_VALUE;
  private long impressions;
  private long joined;
  private long unknown;
  private long expired;
  private long clicks;
  private long clickedPositions;
  private volatile Figures figures = new Figures(0, 0, 0, 0, 0, 0, 0);

  private static final class Waiting {
    final String[] items;
    final long timeMs;
    boolean acted;

    Waiting(String[] items, long timeMs, boolean acted) {
      this.items = items;
      this.timeMs = timeMs;
      this.acted = acted;
    }

    int positionOf(String itemId) {
      for (int i = 0; i < items.length; i++) {
        if (items[i].equals(itemId)) {
          return i;
        }
      }
      return -1;
    }
  }

  /**
   * What became of impressions so far.
   *
   * @param waiting impressions that wait
   * @param impressions impressions ever
   * @param joined feedback events that found their impression, with the item in it
   * @param unknown feedback events that named a request and did not find it
   * @param expired impressions that left without any action
   * @param clicks joined events that were clicks, views or stronger
   * @param clickedPositions sum over clicks of the item's position, from 1
   */
  public record Figures(
      long waiting,
      long impressions,
      long joined,
      long unknown,
      long expired,
      long clicks,
      long clickedPositions) {}

  /**
   * @param maxImpressions impressions that wait at most
   * @param windowMs milliseconds that one waits
   */
  public ImpressionJoiner(int maxImpressions, long windowMs) {
    this.maxImpressions = maxImpressions;
    this.windowMs = windowMs;
  }

  /** Takes an impression from the log. */
  public void add(Impression impression, long timeMs) {
    newestMs = Math.max(newestMs, timeMs);
    impressions++;
    String[] items = impression.getItemIdList().toArray(new String[0]);
    Waiting before =
        waiting.putIfAbsent(impression.getRequestId(), new Waiting(items, timeMs, false));
    if (before == null) {
      makeRoom();
    }
  }

  /**
   * Joins a feedback event that names a request.
   *
   * @return the item's position in the impression, from 0, or -1 if it is not found there
   */
  public int join(FeedbackEvent event) {
    Waiting impression = waiting.get(event.getRequestId());
    int position = impression == null ? -1 : impression.positionOf(event.getItemId());
    if (impression == null || position < 0) {
      unknown++;
      return -1;
    }
    joined++;
    impression.acted = true;
    switch (event.getType()) {
      case EVENT_TYPE_DISMISS, EVENT_TYPE_DWELL, UNRECOGNIZED -> {}
      default -> {
        clicks++;
        clickedPositions += position + 1;
      }
    }
    return position;
  }

  /** Makes the figures of now visible to other threads. */
  public void publishFigures() {
    figures =
        new Figures(
            waiting.size(), impressions, joined, unknown, expired, clicks, clickedPositions);
  }

  /** Figures as of the last {@link #publishFigures}. Any thread. */
  public Figures figures() {
    return figures;
  }

  private void makeRoom() {
    while (true) {
      Waiting oldest = oldest();
      if (oldest == null
          || (waiting.size() <= maxImpressions && newestMs - oldest.timeMs <= windowMs)) {
        return;
      }
      if (!oldest.acted) {
        expired++;
      }
      waiting.pollFirstEntry();
    }
  }

  private @Nullable Waiting oldest() {
    Iterator<Waiting> values = waiting.values().iterator();
    return values.hasNext() ? values.next() : null;
  }

  /** Writes the whole state. */
  public void writeTo(DataOutput out) throws IOException {
    copy().writeTo(out);
  }

  /** What {@link #writeTo} writes, as of now. */
  public StateCopy copy() {
    long[] counts = {newestMs, impressions, joined, unknown, expired, clicks, clickedPositions};
    int n = waiting.size();
    String[] requests = waiting.keySet().toArray(new String[0]);
    Waiting[] waitingNow = waiting.values().toArray(new Waiting[0]);
    boolean[] acted = new boolean[n];
    for (int i = 0; i < n; i++) {
      acted[i] = waitingNow[i].acted;
    }
    return out -> {
      for (long count : counts) {
        out.writeLong(count);
      }
      write(out, requests, waitingNow, acted);
    };
  }

  private static void write(DataOutput out, String[] requests, Waiting[] waiting, boolean[] acted)
      throws IOException {
    out.writeInt(requests.length);
    for (int i = 0; i < requests.length; i++) {
      Waiting w = waiting[i];
      out.writeUTF(requests[i]);
      out.writeLong(w.timeMs);
      out.writeBoolean(acted[i]);
      out.writeInt(w.items.length);
      for (String item : w.items) {
        out.writeUTF(item);
      }
    }
  }

  /** Reads what {@link #writeTo} wrote into this new joiner. */
  public void readFrom(DataInput in) throws IOException {
    newestMs = in.readLong();
    impressions = in.readLong();
    joined = in.readLong();
    unknown = in.readLong();
    expired = in.readLong();
    clicks = in.readLong();
    clickedPositions = in.readLong();
    for (int n = in.readInt(); n > 0; n--) {
      String requestId = in.readUTF();
      long timeMs = in.readLong();
      boolean acted = in.readBoolean();
      String[] items = new String[in.readInt()];
      for (int i = 0; i < items.length; i++) {
        items[i] = in.readUTF();
      }
      waiting.put(requestId, new Waiting(items, timeMs, acted));
    }
    publishFigures();
  }
}
