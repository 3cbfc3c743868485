package dev.dolmen.trainer.impressions;

import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.session.SessionHistory;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.BitSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An impression that waits for its clicks, with the session as it was when it was shown. */
final class WaitingImpression {
  /** The impression came before the process did: its tag stands in the log. */
  static final int UNREAD = -2;

  final String requestId;
  final long timeMs;

  /** Offset of the log record before it. */
  final long before;

  /** Bytes of the log up to it. */
  final long atBytes;

  /** Catalogue indexes by position; -1 for an item that was gone when the impression came. */
  final int[] items;

  /** The session when the impression came; null if nothing was known of it. */
  @Nullable SessionHistory session;

  /** Events of it up to the impression's time. */
  final int length;

  /**
   * Hash of the id of the session that it was shown to; {@link ImpressionJoiner#ANYBODY} if it has
   * none, or comes from a snapshot that does not say. Written apart.
   */
  long owner = ImpressionJoiner.ANYBODY;

  boolean acted;

  /** Of its row in a snapshot. */
  int number = -1;

  /** Which of all impressions it was: the order in which they wait. */
  long order;

  /** Of {@link ImpressionObserver}, or {@link #UNREAD}; not part of the state. */
  int tag = UNREAD;

  /** Positions of items clicked; null while there are none, as is mostly so. */
  @Nullable BitSet clicked;

  WaitingImpression(
      String requestId,
      long timeMs,
      long before,
      long atBytes,
      int[] items,
      @Nullable SessionHistory session,
      int length) {
    this.requestId = requestId;
    this.timeMs = timeMs;
    this.before = before;
    this.atBytes = atBytes;
    this.items = items;
    this.session = session;
    this.length = length;
  }

  int positionOf(int item) {
    for (int i = 0; i < items.length; i++) {
      if (items[i] == item) {
        return i;
      }
    }
    return -1;
  }

  /** Whether anything can be learned from it. */
  boolean hasSession() {
    return session != null;
  }

  /** Marks an item as clicked; false if it was before. */
  boolean click(int position) {
    BitSet bits = clicked;
    if (bits == null) {
      bits = new BitSet(items.length);
      clicked = bits;
    }
    boolean first = !bits.get(position);
    bits.set(position);
    return first;
  }

  /** Whether any item is clicked. */
  boolean isClicked() {
    return clicked != null;
  }

  boolean isClicked(int position) {
    BitSet bits = clicked;
    return bits != null && bits.get(position);
  }

  /** Keeps what it refers to from being given to others. */
  void retain(Catalog catalog) {
    for (int item : items) {
      if (item >= 0) {
        catalog.retain(item);
      }
    }
    SessionHistory prefix = session;
    for (int i = 0; prefix != null && i < length; i++) {
      catalog.retain(prefix.item(i));
    }
  }

  void release(Catalog catalog) {
    for (int item : items) {
      if (item >= 0) {
        catalog.release(item);
      }
    }
    SessionHistory prefix = session;
    for (int i = 0; prefix != null && i < length; i++) {
      catalog.release(prefix.item(i));
    }
  }

  /**
   * Writes it as of when the state was copied.
   *
   * @param actedThen what {@link #acted} was
   * @param clickedThen a copy of what {@link #clicked} was
   */
  void writeTo(DataOutput out, boolean actedThen, @Nullable BitSet clickedThen) throws IOException {
    out.writeUTF(requestId);
    out.writeLong(timeMs);
    out.writeLong(before);
    out.writeLong(atBytes);
    out.writeBoolean(actedThen);
    out.writeLong(owner);
    out.writeShort(items.length);
    for (int item : items) {
      out.writeInt(item);
    }
    long[] bits = clickedThen == null ? new long[0] : clickedThen.toLongArray();
    out.writeByte(bits.length);
    for (long word : bits) {
      out.writeLong(word);
    }
    SessionHistory prefix = session;
    out.writeShort(length);
    if (prefix != null) {
      prefix.writeTo(out, length);
    }
  }

  /** After it was read. */
  void changeContexts(UnaryOperator<@Nullable Features> change) {
    SessionHistory before = session;
    if (before != null) {
      session = before.withContexts(change);
    }
  }

  static WaitingImpression readFrom(DataInput in) throws IOException {
    String requestId = in.readUTF();
    long timeMs = in.readLong();
    long before = in.readLong();
    long atBytes = in.readLong();
    boolean acted = in.readBoolean();
    long owner = in.readLong();
    int[] items = new int[in.readShort()];
    for (int i = 0; i < items.length; i++) {
      items[i] = in.readInt();
    }
    long[] bits = new long[in.readByte()];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = in.readLong();
    }
    int length = in.readShort();
    SessionHistory session = length == 0 ? null : SessionHistory.readFrom(in, length);
    WaitingImpression read =
        new WaitingImpression(requestId, timeMs, before, atBytes, items, session, length);
    read.acted = acted;
    read.owner = owner;
    read.clicked = bits.length == 0 ? null : BitSet.valueOf(bits);
    return read;
  }
}
