package dev.dolmen.trainer.session;

import dev.dolmen.parameterstore.feature.Features;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The last steps of one session, at least 1, oldest first. Immutable. */
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
