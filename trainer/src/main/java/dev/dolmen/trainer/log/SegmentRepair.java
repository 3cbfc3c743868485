package dev.dolmen.trainer.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Mends a segment that nobody has open, in place: Chronicle finds whole documents everywhere, and
 * what was lost has a place of its own or is behind the file's end. What it goes over is kept in a
 * copy.
 */
final class SegmentRepair {
  private static final String COPY = ".damaged";

  private SegmentRepair() {}

  /** Keeps a segment as it is, next to it; the first copy stays. */
  static void copy(Path file) throws IOException {
    Path copy = file.resolveSibling(file.getFileName() + COPY);
    if (!Files.exists(copy)) {
      Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  /** Takes a whole segment out, under another name. */
  static void takeOut(Path file) throws IOException {
    Files.move(
        file, file.resolveSibling(file.getFileName() + COPY), StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Ends a segment where it is damaged first; one without a whole first page is taken out.
   *
   * @return offset of the first record that it does not hold any more
   */
  static long end(SegmentFiles files, LogNotes notes, int cycle) throws IOException {
    Path file = files.file(cycle);
    long first = SegmentFiles.CYCLE.toIndex(cycle, 0) + 1;
    if (!Files.exists(file)) {
      return first;
    }
    copy(file);
    long[] last = new long[1];
    SegmentScan.Walked walked;
    long word;
    try (SegmentScan scan = new SegmentScan(file)) {
      walked = scan.walk(0, first, notes.plainUpTo(), (at, offset, payload) -> last[0] = at);
      word = scan.lastKnownAt();
    }
    if (walked.position() == 0 || word == 0) {
      Files.delete(file);
      return first;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      write(channel, walked.position(), SegmentScan.END);
      tellLast(channel, word, last[0]);
      channel.force(true);
    }
    return walked.offset();
  }

  /** Chronicle begins to look for a file's end at the record that its first page names. */
  private static void tellLast(FileChannel channel, long word, long position) throws IOException {
    ByteBuffer words = ByteBuffer.allocate(2 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    // The second one holds the record's number, and where it does not fit, Chronicle counts.
    write(channel, word, words.putLong(position).putLong(0).flip());
  }

  /**
   * Fills what is damaged with places of records that are given up.
   *
   * @param position where the damage begins, a document's
   * @param offset of the first record lost
   * @param nextPosition of the whole record behind it
   * @param nextOffset its offset
   * @throws IOException also if so many places do not fit
   */
  static void fill(Path file, long position, long offset, long nextPosition, long nextOffset)
      throws IOException {
    copy(file);
    long places = nextOffset - offset;
    int least = SegmentScan.HEADER_BYTES + ((RecordEnvelope.BYTES + 3) & ~3);
    if (places * least > nextPosition - position) {
      throw new IOException(
          file + ": " + places + " records do not fit in " + (nextPosition - position) + " bytes");
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long at = position;
      for (long lost = offset; lost < nextOffset - 1; lost++) {
        place(channel, at, least - SegmentScan.HEADER_BYTES, lost);
        at += least;
      }
      long rest = nextPosition - at - SegmentScan.HEADER_BYTES;
      if (places == 0) {
        write(channel, at, (int) rest | SegmentScan.NOT_RECORD);
      } else {
        place(channel, at, rest, nextOffset - 1);
      }
      forgetPlaces(file, channel, position, nextPosition);
      channel.force(true);
    }
  }

  private static void place(FileChannel channel, long at, long bytes, long offset)
      throws IOException {
    write(channel, at, (int) bytes);
    write(channel, at + SegmentScan.HEADER_BYTES, ByteBuffer.wrap(RecordEnvelope.givenUp(offset)));
  }

  /**
   * Chronicle's indexes lead to records by their position; those that moved are found by reading.
   */
  private static void forgetPlaces(Path file, FileChannel channel, long from, long to)
      throws IOException {
    try (SegmentScan scan = new SegmentScan(file)) {
      long word = scan.lastKnownAt();
      long known = scan.lastKnown();
      if (word > 0 && known > from && known < to) {
        tellLast(channel, word, from);
      }
      for (long at : scan.indexWords(from, to)) {
        ByteBuffer none = ByteBuffer.allocate(Long.BYTES);
        write(channel, at, none);
      }
    }
  }

  private static void write(FileChannel channel, long at, int word) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    write(channel, at, bytes.putInt(word).flip());
  }

  private static void write(FileChannel channel, long at, ByteBuffer bytes) throws IOException {
    long to = at;
    while (bytes.hasRemaining()) {
      to += channel.write(bytes, to);
    }
  }
}
