package dev.dolmen.trainer.session;

import dev.dolmen.parameterstore.fid.Features;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The last events of one session, oldest first. Immutable. */
public final class SessionHistory {
  private final int[] items;
  private final byte[] types;
  private final long[] timesMs;
  private final @Nullable Features[] contexts;

  /** Takes over the arrays, all of the same length, at least 1. */
  SessionHistory(int[] items, byte[] types, long[] timesMs, @Nullable Features[] contexts) {
    this.items = items;
    this.types = types;
    this.timesMs = timesMs;
    this.contexts = contexts;
  }

  /** The session's first event. */
  static SessionHistory first(int item, int type, long timeMs, @Nullable Features context) {
    return new SessionHistory(
        new int[] {item}, new byte[] {(byte) type}, new long[] {timeMs}, new Features[] {context});
  }

  /** This history and one more event, of which the last {@code maxLength} are kept. */
  SessionHistory then(int item, int type, long timeMs, @Nullable Features context, int maxLength) {
    int kept = Math.min(items.length, maxLength - 1);
    int from = items.length - kept;
    int[] i = Arrays.copyOfRange(items, from, from + kept + 1);
    byte[] t = Arrays.copyOfRange(types, from, from + kept + 1);
    long[] ms = Arrays.copyOfRange(timesMs, from, from + kept + 1);
    @Nullable Features[] c = Arrays.copyOfRange(contexts, from, from + kept + 1);
    i[kept] = item;
    t[kept] = (byte) type;
    ms[kept] = timeMs;
    c[kept] = context;
    return new SessionHistory(i, t, ms, c);
  }

  /** Number of events, at least 1. */
  public int length() {
    return items.length;
  }

  /** Catalogue index of event {@code i}'s item; the item may have been deleted since. */
  public int item(int i) {
    return items[i];
  }

  /** Number of event {@code i}'s {@link dev.dolmen.v1.EventType}. */
  public int type(int i) {
    return types[i];
  }

  /** When event {@code i} happened, milliseconds since 1970. */
  public long timeMs(int i) {
    return timesMs[i];
  }

  /** Context of event {@code i}, or null if it came with none. */
  public @Nullable Features context(int i) {
    return contexts[i];
  }

  /** When the last event happened, milliseconds since 1970. */
  public long lastMs() {
    return timesMs[timesMs.length - 1];
  }
}
