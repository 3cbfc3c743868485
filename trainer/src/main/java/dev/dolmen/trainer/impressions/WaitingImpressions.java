package dev.dolmen.trainer.impressions;

import dev.dolmen.parameterstore.snapshot.RowsFormat;
import dev.dolmen.trainer.state.RowNumbers;
import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StateRows;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Impressions that wait for their clicks, by request id, in the order in which they came. */
final class WaitingImpressions {
  private final LinkedHashMap<String, WaitingImpression> byRequest = new LinkedHashMap<>();
  private final RowNumbers<Waiting> numbers = new RowNumbers<>();
  private final List<Waiting> read = new ArrayList<>();
  private final StateRows rows =
      new StateRows("trainer/impressions", RowsFormat.VARIABLE, this::writeRow, this::readRow);
  private long arrivals;

  private record Waiting(String requestId, WaitingImpression impression) {}

  int size() {
    return byRequest.size();
  }

  boolean contains(String requestId) {
    return byRequest.containsKey(requestId);
  }

  @Nullable WaitingImpression get(String requestId) {
    return byRequest.get(requestId);
  }

  /** In the order in which they came. */
  Collection<WaitingImpression> all() {
    return byRequest.values();
  }

  Map.@Nullable Entry<String, WaitingImpression> oldest() {
    return byRequest.firstEntry();
  }

  void add(String requestId, WaitingImpression impression) {
    impression.number = numbers.next();
    impression.order = arrivals++;
    rows.changing(impression.number);
    numbers.add(new Waiting(requestId, impression));
    byRequest.put(requestId, impression);
  }

  /** It is about to change. */
  void changing(WaitingImpression impression) {
    rows.changing(impression.number);
  }

  /** Takes out the one that came first. */
  Map.Entry<String, WaitingImpression> removeOldest() {
    Map.Entry<String, WaitingImpression> oldest = byRequest.firstEntry();
    int number = oldest.getValue().number;
    rows.changing(number);
    numbers.remove(number);
    byRequest.remove(oldest.getKey());
    return oldest;
  }

  /** All of them, as of now. */
  StateCopy copy() {
    int n = size();
    String[] requests = byRequest.keySet().toArray(new String[0]);
    WaitingImpression[] impressions = byRequest.values().toArray(new WaitingImpression[0]);
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
        out.writeUTF(requests[i]);
        impressions[i].writeTo(out, acted[i], clicked[i]);
      }
    };
  }

  /** Reads what a copy wrote. */
  void readFrom(DataInput in) throws IOException {
    for (int n = in.readInt(); n > 0; n--) {
      String requestId = in.readUTF();
      add(requestId, WaitingImpression.readFrom(in));
    }
  }

  StateRows rows() {
    return rows;
  }

  /** Puts them into their order. */
  void rowsRead() {
    read.sort(Comparator.comparingLong(waiting -> waiting.impression.order));
    for (Waiting waiting : read) {
      byRequest.put(waiting.requestId, waiting.impression);
      arrivals = waiting.impression.order + 1;
    }
    read.clear();
    numbers.restored(rows.limit());
  }

  private void writeRow(int number, DataOutput out) throws IOException {
    Waiting waiting = numbers.get(number);
    if (waiting != null) {
      WaitingImpression impression = waiting.impression;
      out.writeLong(impression.order);
      out.writeUTF(waiting.requestId);
      impression.writeTo(out, impression.acted, impression.clicked);
    }
  }

  private void readRow(int number, DataInput in) throws IOException {
    long order = in.readLong();
    Waiting waiting = new Waiting(in.readUTF(), WaitingImpression.readFrom(in));
    waiting.impression.number = number;
    waiting.impression.order = order;
    numbers.restore(number, waiting);
    read.add(waiting);
  }
}
