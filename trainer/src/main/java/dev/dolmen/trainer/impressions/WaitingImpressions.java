package dev.dolmen.trainer.impressions;

import dev.dolmen.parameterstore.snapshot.RowsFormat;
import dev.dolmen.trainer.state.RowNumbers;
import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StateRows;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Impressions that wait for their clicks, by request id, in the order in which they came. Each is
 * few objects, as those of the last seconds are copied by each young collection.
 */
final class WaitingImpressions {
  private final Map<String, WaitingImpression> byRequest = new HashMap<>();
  private final ArrayDeque<WaitingImpression> inOrder = new ArrayDeque<>();
  private final RowNumbers<WaitingImpression> numbers = new RowNumbers<>();
  private final List<WaitingImpression> read = new ArrayList<>();
  private final StateRows rows =
      new StateRows("trainer/impressions", RowsFormat.VARIABLE, this::writeRow, this::readRow);
  private long arrivals;

  int size() {
    return inOrder.size();
  }

  boolean contains(String requestId) {
    return byRequest.containsKey(requestId);
  }

  @Nullable WaitingImpression get(String requestId) {
    return byRequest.get(requestId);
  }

  /** In the order in which they came. */
  Collection<WaitingImpression> all() {
    return inOrder;
  }

  @Nullable WaitingImpression oldest() {
    return inOrder.peekFirst();
  }

  void add(WaitingImpression impression) {
    impression.number = numbers.next();
    impression.order = arrivals++;
    rows.changing(impression.number);
    numbers.add(impression);
    put(impression);
  }

  private void put(WaitingImpression impression) {
    byRequest.put(impression.requestId, impression);
    inOrder.addLast(impression);
  }

  /** It is about to change. */
  void changing(WaitingImpression impression) {
    rows.changing(impression.number);
  }

  /** Takes out the one that came first. */
  WaitingImpression removeOldest() {
    WaitingImpression oldest = inOrder.element();
    rows.changing(oldest.number);
    numbers.remove(oldest.number);
    byRequest.remove(oldest.requestId);
    return inOrder.remove();
  }

  /** All of them, as of now. */
  StateCopy copy() {
    int n = size();
    WaitingImpression[] impressions = inOrder.toArray(new WaitingImpression[0]);
    boolean[] acted = new boolean[n];
    @Nullable BitSet[] clicked = new BitSet[n];
    for (int i = 0; i < n; i++) {
      acted[i] = impressions[i].acted;
      BitSet bits = impressions[i].clicked;
      clicked[i] = bits == null ? null : (BitSet) bits.clone();
    }
    return out -> {
      out.writeInt(n);
      for (int i = 0; i < n; i++) {
        impressions[i].writeTo(out, acted[i], clicked[i]);
      }
    };
  }

  /** Reads what a copy wrote. */
  void readFrom(DataInput in) throws IOException {
    for (int n = in.readInt(); n > 0; n--) {
      add(WaitingImpression.readFrom(in));
    }
  }

  StateRows rows() {
    return rows;
  }

  /** Puts them into their order. */
  void rowsRead() {
    read.sort(Comparator.comparingLong(waiting -> waiting.order));
    for (WaitingImpression waiting : read) {
      put(waiting);
      arrivals = waiting.order + 1;
    }
    read.clear();
    numbers.restored(rows.limit());
  }

  private void writeRow(int number, DataOutput out) throws IOException {
    WaitingImpression waiting = numbers.get(number);
    if (waiting != null) {
      out.writeLong(waiting.order);
      waiting.writeTo(out, waiting.acted, waiting.clicked);
    }
  }

  private void readRow(int number, DataInput in) throws IOException {
    long order = in.readLong();
    WaitingImpression waiting = WaitingImpression.readFrom(in);
    waiting.number = number;
    waiting.order = order;
    numbers.restore(number, waiting);
    read.add(waiting);
  }
}
