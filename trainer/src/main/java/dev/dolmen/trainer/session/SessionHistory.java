package dev.dolmen.trainer.session;

import dev.dolmen.parameterstore.feature.Features;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The last steps of one session, at least 1, in the order of their times. Immutable. */
public final class SessionHistory implements SessionSteps {
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
    return with(items.length, item, type, timeMs, context, maxLength);
  }

  /**
   * This history and one more event.
   *
   * @param place events before it
   * @param maxLength events kept, the last ones: the first goes if there were as many, so the place
   *     must not be 0 then
   */
  SessionHistory with(
      int place, int item, int type, long timeMs, @Nullable Features context, int maxLength) {
    int from = Math.max(0, items.length + 1 - maxLength);
    int length = items.length + 1 - from;
    int at = place - from;
    int[] i = new int[length];
    byte[] t = new byte[length];
    long[] ms = new long[length];
    @Nullable Features[] c = new Features[length];
    spread(items, from, at, i);
    spread(types, from, at, t);
    spread(timesMs, from, at, ms);
    spread(contexts, from, at, c);
    i[at] = item;
    t[at] = (byte) type;
    ms[at] = timeMs;
    c[at] = context;
    return new SessionHistory(i, t, ms, c);
  }

  /** Copies all but the first {@code from}, and leaves a gap. */
  @SuppressWarnings("SuspiciousSystemArraycopy") // Both are arrays of one type.
  private static void spread(Object all, int from, int gap, Object to) {
    int rest = Array.getLength(to) - 1 - gap;
    System.arraycopy(all, from, to, 0, gap);
    System.arraycopy(all, from + gap, to, gap + 1, rest);
  }

  /** The first events, at least 1. */
  SessionHistory first(int length) {
    return new SessionHistory(
        Arrays.copyOf(items, length),
        Arrays.copyOf(types, length),
        Arrays.copyOf(timesMs, length),
        Arrays.copyOf(contexts, length));
  }

  /** The same events in other contexts. */
  public SessionHistory withContexts(UnaryOperator<@Nullable Features> change) {
    @Nullable Features[] changed = new Features[contexts.length];
    for (int i = 0; i < changed.length; i++) {
      changed[i] = change.apply(contexts[i]);
    }
    return new SessionHistory(items, types, timesMs, changed);
  }

  /** Events that are not after a time, looked at from the last on. */
  int placeOf(long timeMs) {
    int place = items.length;
    while (place > 0 && timesMs[place - 1] > timeMs) {
      place--;
    }
    return place;
  }

  @Override
  public int length() {
    return items.length;
  }

  @Override
  public int item(int i) {
    return items[i];
  }

  @Override
  public int type(int i) {
    return types[i];
  }

  @Override
  public long timeMs(int i) {
    return timesMs[i];
  }

  @Override
  public @Nullable Features context(int i) {
    return contexts[i];
  }

  /** Bytes of the heap that it takes. */
  long bytes() {
    return bytes(items.length);
  }

  /** Bytes of the heap that so many events take: five objects, and what is in four arrays. */
  static long bytes(int length) {
    return length == 0 ? 0 : 112 + 17L * length;
  }

  /** When the last event happened, milliseconds since 1970. */
  public long lastMs() {
    return timesMs[timesMs.length - 1];
  }

  /** Events about an item that are no older than {@code fromMs}. */
  public int countOf(int item, long fromMs) {
    int n = 0;
    for (int i = 0; i < items.length; i++) {
      n += items[i] == item && timesMs[i] >= fromMs ? 1 : 0;
    }
    return n;
  }

  /** Writes the first {@code length} events. */
  public void writeTo(DataOutput out, int length) throws IOException {
    for (int i = 0; i < length; i++) {
      out.writeInt(items[i]);
      out.writeByte(types[i]);
      out.writeLong(timesMs[i]);
      writeContext(out, contexts[i]);
    }
  }

  /** Reads {@code length} events, at least 1, that {@link #writeTo} wrote. */
  public static SessionHistory readFrom(DataInput in, int length) throws IOException {
    int[] items = new int[length];
    byte[] types = new byte[length];
    long[] timesMs = new long[length];
    @Nullable Features[] contexts = new Features[length];
    for (int i = 0; i < length; i++) {
      items[i] = in.readInt();
      types[i] = in.readByte();
      timesMs[i] = in.readLong();
      contexts[i] = readContext(in);
    }
    return new SessionHistory(items, types, timesMs, contexts);
  }

  private static void writeContext(DataOutput out, @Nullable Features context) throws IOException {
    if (context == null) {
      out.writeShort(-1);
      return;
    }
    out.writeShort(context.fids().length);
    for (int i = 0; i < context.fids().length; i++) {
      out.writeLong(context.fids()[i]);
      out.writeFloat(context.weights()[i]);
    }
    out.writeShort(context.columnStart().length);
    for (int start : context.columnStart()) {
      out.writeShort(start);
    }
  }

  private static @Nullable Features readContext(DataInput in) throws IOException {
    int n = in.readShort();
    if (n < 0) {
      return null;
    }
    long[] fids = new long[n];
    float[] weights = new float[n];
    for (int i = 0; i < n; i++) {
      fids[i] = in.readLong();
      weights[i] = in.readFloat();
    }
    int[] columnStart = new int[in.readShort()];
    for (int i = 0; i < columnStart.length; i++) {
      columnStart[i] = in.readShort();
    }
    return new Features(fids, weights, columnStart);
  }
}
