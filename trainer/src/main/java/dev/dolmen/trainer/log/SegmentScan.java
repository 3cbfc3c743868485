package dev.dolmen.trainer.log;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a segment's bytes without Chronicle, which trusts them: to say where they are damaged, and
 * what is whole behind that. A document is a header of four bytes, its payload, and padding to four
 * bytes. The two highest bits of a header say that the document is not complete, and that it is not
 * a record but one of Chronicle's own; both alone end the file; the others are the payload's
 * length.
 */
final class SegmentScan implements Closeable {
  private static final int NOT_COMPLETE = 0x80000000;
  static final int NOT_RECORD = 0x40000000;
  static final int END = NOT_COMPLETE | NOT_RECORD;
  private static final int LENGTH = 0x3FFFFFFF;
  static final int HEADER_BYTES = 4;

  /** In the first document: the name, a code, then capacity and use of an array, 8 bytes each. */
  private static final byte[] LAST_RECORD = "writePosition".getBytes(StandardCharsets.US_ASCII);

  private static final byte ARRAY = (byte) 0x8d;
  private static final int NAMED_WITHIN = 256;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Arena arena = Arena.ofShared();
  private final MemorySegment bytes;

  /** Takes records one by one. */
  interface Visitor {
    /**
     * Takes one.
     *
     * @param payload with its envelope, if it has one
     */
    void record(long position, long offset, MemorySegment payload);
  }

  /**
   * What a walk ended with.
   *
   * @param position of the first byte that is no whole document's
   * @param offset that a record there would have
   * @param damage what is wrong there; null if the segment ends there as it should
   * @param ended whether the file says that it ends
   * @param nextPosition of the first whole record behind the damage; -1 for none
   * @param nextOffset its offset
   */
  record Walked(
      long position,
      long offset,
      @Nullable String damage,
      boolean ended,
      long nextPosition,
      long nextOffset) {}

  SegmentScan(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    }
  }

  static SegmentScan open(Path file) {
    try {
      return new SegmentScan(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int header(long at) {
    return at + HEADER_BYTES > bytes.byteSize() ? 0 : bytes.get(INT, at);
  }

  private static boolean isComplete(int header) {
    return header != 0 && (header & NOT_COMPLETE) == 0;
  }

  private static long next(long at, int header) {
    return at + HEADER_BYTES + (((header & LENGTH) + 3L) & ~3L);
  }

  private boolean fits(long at, int header) {
    return at + HEADER_BYTES + (header & LENGTH) <= bytes.byteSize();
  }

  private MemorySegment payload(long at, int header) {
    return bytes.asSlice(at + HEADER_BYTES, header & LENGTH);
  }

  /** Position of the last record that the file's first page tells of; 0 if it tells of none. */
  long lastKnown() {
    long at = lastKnownAt();
    return at == 0 ? 0 : bytes.get(LONG, at);
  }

  /** Where the first page tells of the last record; 0 if it is not the page of a segment. */
  long lastKnownAt() {
    long end = Math.min(NAMED_WITHIN, bytes.byteSize() - LAST_RECORD.length - 32);
    for (long at = 0; at < end; at++) {
      if (bytes.asSlice(at, LAST_RECORD.length).mismatch(MemorySegment.ofArray(LAST_RECORD)) < 0) {
        long array = at + LAST_RECORD.length;
        while (array < end && bytes.get(ValueLayout.JAVA_BYTE, array) != ARRAY) {
          array++;
        }
        return array + 1 + 2 * Long.BYTES;
      }
    }
    return 0;
  }

  /**
   * Reads a segment on from a document, also what is appended meanwhile behind what was mapped.
   *
   * @param at position of a header
   * @param offset of the next record
   * @param plainUpTo records up to this offset may be without an envelope
   * @param visitor told of whole records
   * @throws IOException if the file cannot be read
   */
  static Walked walk(Path file, long at, long offset, long plainUpTo, Visitor visitor)
      throws IOException {
    Walked walked = new Walked(at, offset, null, false, -1, 0);
    while (true) {
      try (SegmentScan scan = new SegmentScan(file)) {
        walked = scan.walk(walked.position, walked.offset, plainUpTo, visitor);
        if (walked.damage == null || Files.size(file) == scan.bytes.byteSize()) {
          return walked;
        }
      }
    }
  }

  /**
   * Reads on from a document.
   *
   * @param at position of a header
   * @param offset of the next record
   * @param plainUpTo records up to this offset may be without an envelope
   * @param visitor told of whole records
   */
  Walked walk(long at, long offset, long plainUpTo, Visitor visitor) {
    int header = header(at);
    while (isComplete(header)) {
      boolean record = (header & NOT_RECORD) == 0;
      String damage = damage(at, header, record, offset, plainUpTo);
      if (damage != null) {
        return broken(at, offset, damage);
      }
      if (record) {
        visitor.record(at, offset, payload(at, header));
        offset++;
      }
      at = next(at, header);
      header = header(at);
    }
    Walked ended = ended(at, offset, header);
    VarHandle.acquireFence();
    // A log that is being appended to may have gone on while its end was looked at.
    return header(at) == header ? ended : walk(at, offset, plainUpTo, visitor);
  }

  private Walked ended(long at, long offset, int header) {
    if (header == END) {
      return new Walked(at, offset, null, true, -1, 0);
    }
    Walked behind = broken(at, offset, "nothing is there, and records are behind it");
    if (behind.nextPosition >= 0) {
      return behind;
    }
    long known = lastKnown();
    boolean more = known > 0 && at <= known;
    String damage = more ? "nothing is there or behind it, and the first page tells of more" : null;
    return new Walked(at, offset, damage, false, -1, 0);
  }

  /**
   * The first record and the last, as their payloads, until this is closed; empty if there is none.
   * Unchecked.
   */
  List<MemorySegment> ends() {
    MemorySegment first = record(0, false);
    MemorySegment last = record(lastKnown(), true);
    return Stream.of(first, last).flatMap(Stream::ofNullable).toList();
  }

  /** The next record from a document on, or the last one behind it. */
  private @Nullable MemorySegment record(long from, boolean last) {
    MemorySegment found = null;
    long at = from;
    for (int header = header(at); isComplete(header) && fits(at, header); header = header(at)) {
      if (!isIndex(header)) {
        found = payload(at, header);
        if (!last) {
          return found;
        }
      }
      at = next(at, header);
    }
    return found;
  }

  /** Where the documents end that follow the last one that the first page tells of; unchecked. */
  long end() {
    long at = lastKnown();
    for (int header = header(at); isComplete(header) && fits(at, header); header = header(at)) {
      at = next(at, header);
    }
    return at;
  }

  /**
   * Positions of words, in the documents that are no records, that lead to within a range.
   *
   * @param from and beyond
   * @param to less than this
   */
  List<Long> indexWords(long from, long to) {
    List<Long> words = new ArrayList<>();
    long at = next(0, header(0));
    for (int header = header(at); isComplete(header) && fits(at, header); header = header(at)) {
      long end = next(at, header);
      long first = (at + HEADER_BYTES + Long.BYTES - 1) & -Long.BYTES;
      for (long word = first; isIndex(header) && word + Long.BYTES <= end; word += Long.BYTES) {
        long value = bytes.get(LONG, word);
        if (value > from && value < to) {
          words.add(word);
        }
      }
      at = end;
    }
    return words;
  }

  private static boolean isIndex(int header) {
    return (header & NOT_RECORD) != 0;
  }

  private @Nullable String damage(
      long at, int header, boolean record, long offset, long plainUpTo) {
    if (!fits(at, header)) {
      return "a length of " + (header & LENGTH) + " bytes reaches beyond the file";
    }
    if (!record) {
      return null;
    }
    MemorySegment payload = payload(at, header);
    boolean plain = offset <= plainUpTo && !RecordEnvelope.isWrapped(payload);
    return plain
            || RecordEnvelope.isWhole(payload, offset)
            || RecordEnvelope.isGivenUp(payload, offset)
        ? null
        : "a record of " + payload.byteSize() + " bytes is not what its checksum says";
  }

  private Walked broken(long at, long offset, String damage) {
    for (long position = at + HEADER_BYTES; position < bytes.byteSize(); position += HEADER_BYTES) {
      int header = header(position);
      if (header != 0 && (header & END) == 0 && fits(position, header)) {
        MemorySegment payload = payload(position, header);
        if (RecordEnvelope.isWrapped(payload)) {
          long found = (offset & ~0xFFFFFFFFL) | RecordEnvelope.number(payload);
          if (found >= offset && RecordEnvelope.isWhole(payload, found)) {
            return new Walked(at, offset, damage, false, position, found);
          }
        }
      }
    }
    return new Walked(at, offset, damage, false, -1, 0);
  }

  @Override
  public void close() {
    arena.close();
  }
}
