package dev.dolmen.trainer.log;

import java.util.List;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Where in the topic one writer took it over from another: at each start a record without bytes is
 * appended, and its offset is the new writer's name, which is the key of all that it appends. What
 * an earlier writer had under way when it died can still arrive behind that; it counts for nobody.
 * So those who read agree, wherever they begin, on what the log holds, and a writer that has read
 * up to its own takeover knows what its predecessor left.
 *
 * <p>Offsets are Kafka's own. Any thread.
 */
final class KafkaTakeovers {
  /** Of the part of the topic that is kept; beyond it a log is not opened. */
  static final int MAX = 100_000;

  /** Names all that append to a topic together; their records count whoever took it over. */
  static final long SHARED = -1;

  private final ConcurrentSkipListSet<Long> offsets = new ConcurrentSkipListSet<>();

  KafkaTakeovers(List<Long> known) {
    offsets.addAll(known);
  }

  void add(long offset) {
    offsets.add(offset);
  }

  /** Whether a record counts: whether nobody took over between its writer and itself. */
  boolean counts(long offset, long writer) {
    if (writer == SHARED) {
      return true;
    }
    Long newest = offsets.lower(offset);
    if (newest == null) {
      // The log's beginning was deleted, and this directory has not seen it.
      offsets.add(writer);
      return true;
    }
    return newest == writer;
  }

  /** How many there are from one offset up to another. */
  int between(long from, long to) {
    return from < to ? offsets.subSet(from, to).size() : 0;
  }

  /** Nothing before this offset will be read any more. */
  void forgetBefore(long offset) {
    Long first = offsets.lower(offset);
    if (first != null) {
      offsets.headSet(first).clear();
    }
  }

  List<Long> all() {
    return List.copyOf(offsets);
  }
}
