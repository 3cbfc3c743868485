package dev.dolmen.parameterstore.admission;

import dev.dolmen.parameterstore.random.MixedBits;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Counts how often values occur, in bounded memory, until they reach a threshold.
 *
 * <p>Four panes, each a table of fingerprints and counts. A value is counted in the head pane,
 * where it is moved, count and all, from an older one when it occurs again. When the head has taken
 * its share of values, a third of the window, the oldest pane is cleared and becomes the head.
 * Memory never passes four full panes of 8 bytes an entry, at most 3/4 filled, in powers of two: 16
 * MiB for a window of 2^20. (The idea is Monolith's sliding hash filter, Liu et al. 2022, section
 * 2.1.1 and its public code; theirs keeps 12 bits of fingerprint.)
 *
 * <p>Error. Late: never by more than {@code threshold - 1} occurrences for each time that {@code
 * windowOccurrences} occurrences of other values come between two successive ones of the value,
 * because then its count may start anew; so never at all without such a gap. False: under 0.00001%
 * of values for a window of a million, {@code 4/3 * windowOccurrences / 2^44} in general, the
 * chance that another value that is remembered has the same 44-bit fingerprint. {@code dolmen bench
 * filter} measures both; docs/measurements has the figures.
 *
 * <p>One thread, but for {@link #counted}.
 */
public final class SlidingOccurrenceFilter implements AdmissionFilter {
  private static final int PANES = 4;

  private final int threshold;
  private final int paneValues;
  private final CountPane[] panes;
  private int head;

  /**
   * @param threshold counts saturate here, 2 to 1,000,000
   * @param windowOccurrences occurrences of other values after which a value may be forgotten
   */
  public SlidingOccurrenceFilter(int threshold, int windowOccurrences) {
    if (threshold < 2 || threshold > CountPane.MAX_COUNT) {
      throw new IllegalArgumentException(
          "threshold: " + threshold + " is not between 2 and " + CountPane.MAX_COUNT);
    }
    if (windowOccurrences < 1) {
      throw new IllegalArgumentException(
          "windowOccurrences: " + windowOccurrences + " is not above 0");
    }
    this.threshold = threshold;
    paneValues = (windowOccurrences + PANES - 2) / (PANES - 1);
    panes = new CountPane[PANES];
    for (int i = 0; i < PANES; i++) {
      panes[i] = new CountPane();
    }
  }

  private SlidingOccurrenceFilter(SlidingOccurrenceFilter other) {
    threshold = other.threshold;
    paneValues = other.paneValues;
    head = other.head;
    panes = new CountPane[PANES];
    for (int i = 0; i < PANES; i++) {
      // Only the head is written to, until it is cleared to become the head again.
      panes[i] = i == head ? other.panes[i].copy() : other.panes[i].share();
    }
  }

  /**
   * Counts {@code occurrences} more of a value.
   *
   * @param occurrences at least 1
   * @return its count now, the threshold at most
   */
  public int add(long fid, int occurrences) {
    if (occurrences < 1) {
      throw new IllegalArgumentException("occurrences: " + occurrences + " is not above 0");
    }
    long fingerprint = CountPane.fingerprint(fid);
    CountPane pane = panes[head];
    int before = pane.count(fingerprint);
    if (before == 0) {
      before = countInOlderPanes(fingerprint);
      if (pane.values() == paneValues) {
        head = (head + 1) % PANES;
        pane = panes[head];
        pane.clear();
      }
    }
    int count = occurrences >= threshold - before ? threshold : before + occurrences;
    pane.put(fingerprint, count);
    return count;
  }

  /** Admits a value that has reached the threshold. */
  @Override
  public int admit(long fid, int occurrences) {
    int count = add(fid, occurrences);
    return count < threshold ? 0 : count;
  }

  @Override
  public int counted(long fid) {
    long fingerprint = CountPane.fingerprint(fid);
    int from = head;
    for (int age = 0; age < PANES; age++) {
      int count = panes[(from + PANES - age) % PANES].countNow(fingerprint);
      if (count > 0) {
        return count;
      }
    }
    return 0;
  }

  private int countInOlderPanes(long fingerprint) {
    for (int age = 1; age < PANES; age++) {
      int count = panes[(head + PANES - age) % PANES].count(fingerprint);
      if (count > 0) {
        return count;
      }
    }
    return 0;
  }

  /** Bytes that it never passes with this window, a pane that grows or is copied included. */
  public static long memoryBytesMax(int windowOccurrences) {
    return (PANES + 1L) * CountPane.memoryBytesMax((windowOccurrences + PANES - 2) / (PANES - 1));
  }

  @Override
  public long memoryBytes() {
    long bytes = 0;
    for (CountPane pane : panes) {
      bytes += pane.memoryBytes();
    }
    return bytes;
  }

  @Override
  public long stateHash() {
    long hash = head;
    for (CountPane pane : panes) {
      hash = hash * MixedBits.GOLDEN + pane.stateHash();
    }
    return hash;
  }

  /** Copies the head pane; the others are shared, as nothing is written to them any more. */
  @Override
  public AdmissionFilter copy() {
    return new SlidingOccurrenceFilter(this);
  }

  @Override
  public void writeTo(DataOutput out) throws IOException {
    out.writeInt(threshold);
    out.writeInt(paneValues);
    out.writeInt(head);
    for (CountPane pane : panes) {
      pane.writeTo(out);
    }
  }

  @Override
  public void readFrom(DataInput in) throws IOException {
    int writtenThreshold = in.readInt();
    int writtenPaneValues = in.readInt();
    if (writtenThreshold != threshold || writtenPaneValues != paneValues) {
      throw new IOException(
          "filter: threshold "
              + threshold
              + " and panes of "
              + paneValues
              + " values, the snapshot has "
              + writtenThreshold
              + " and "
              + writtenPaneValues);
    }
    head = in.readInt();
    if (head < 0 || head >= PANES) {
      throw new IOException("filter: head " + head + " is not a pane");
    }
    for (CountPane pane : panes) {
      pane.readFrom(in, paneValues);
    }
  }

  /**
   * Counts, the oldest first, so that these are forgotten where there is room for fewer. With
   * another threshold a count is one less than it at most: a row is given at an occurrence.
   */
  @Override
  public void carryFrom(DataInput in) throws IOException {
    int writtenThreshold = in.readInt();
    if (writtenThreshold == ProbabilisticFilter.MARK) {
      return;
    }
    int writtenPaneValues = in.readInt();
    int writtenHead = in.readInt();
    if (writtenPaneValues < 1 || writtenHead < 0 || writtenHead >= PANES) {
      throw new IOException(
          "filter: head " + writtenHead + " of panes of " + writtenPaneValues + " values");
    }
    CountPane[] written = new CountPane[PANES];
    for (int i = 0; i < PANES; i++) {
      written[i] = new CountPane();
      written[i].readFrom(in, writtenPaneValues);
    }
    if (writtenThreshold == threshold && writtenPaneValues == paneValues) {
      System.arraycopy(written, 0, panes, 0, PANES);
      head = writtenHead;
      return;
    }
    for (int age = PANES - 1; age >= 0; age--) {
      written[(writtenHead + PANES - age) % PANES].forEach(this::carry);
    }
  }

  private void carry(long fingerprint, int count) {
    if (panes[head].values() == paneValues) {
      head = (head + 1) % PANES;
      panes[head].clear();
    }
    panes[head].put(fingerprint, Math.min(count, threshold - 1));
  }
}
