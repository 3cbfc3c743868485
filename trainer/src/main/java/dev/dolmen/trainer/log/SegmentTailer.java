package dev.dolmen.trainer.log;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.wire.DocumentContext;
import org.jspecify.annotations.Nullable;

/**
 * Reads segments through Chronicle and believes it nothing: each record is held against its
 * checksum and its place, and an end before the log's is looked into ({@link SegmentDamages}).
 * Places of records that were given up are passed over.
 */
final class SegmentTailer implements LogTailer {
  private final ExcerptTailer tailer;
  private final SegmentDamages damages;
  private byte[] bytes = new byte[1024];
  private int length;
  private long offset;
  private long position;

  /** The record at the offset is gone; the next one may not have been appended yet. */
  private boolean waitsBehindGap;

  /**
   * @param tailer stands behind the record at {@code offset}
   * @param offset of the last record that counts as read, or 0
   * @param position of that record's header in its file; -1 if it is not known
   */
  SegmentTailer(ExcerptTailer tailer, SegmentDamages damages, long offset, long position) {
    this.tailer = tailer;
    this.damages = damages;
    this.offset = offset;
    this.position = position;
    waitsBehindGap = offset > 0 && damages.notes().inGap(offset);
  }

  private boolean isBehindGap() {
    long behind = damages.behindGap(offset);
    waitsBehindGap = behind == 0 || !tailer.moveToIndex(behind - 1);
    return !waitsBehindGap;
  }

  @Override
  public boolean next() {
    while (read()) {
      if (length > 0) {
        return true;
      }
    }
    return false;
  }

  /** Reads the next place, whether its record was given up or not. */
  boolean read() {
    if (waitsBehindGap && !isBehindGap()) {
      return false;
    }
    long end = damages.lastOffset();
    RuntimeException failure = null;
    try (DocumentContext document = tailer.readingDocument()) {
      if (document.isPresent()) {
        take(document);
        return true;
      }
    } catch (LogDamagedException e) {
      throw e;
    } catch (RuntimeException e) {
      failure = e;
    } catch (AssertionError | InternalError e) {
      failure = new IllegalStateException(e);
    }
    if (failure != null || offset < end || damages.isKnown()) {
      return goOn(failure);
    }
    return false;
  }

  /** There should be more: over a gap, or something is wrong, or Chronicle has not seen it yet. */
  private boolean goOn(@Nullable RuntimeException failure) {
    long behind = damages.behindGap(offset);
    if (behind > 0 && tailer.moveToIndex(behind - 1)) {
      return read();
    }
    explain(failure);
    return false;
  }

  private void explain(@Nullable RuntimeException failure) {
    LogDamagedException damage = damages.after(offset, position);
    if (damage != null) {
      throw damage;
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void take(DocumentContext document) {
    Bytes<?> from = document.wire().bytes();
    long at = from.readPosition() - Integer.BYTES;
    int read = (int) from.readRemaining();
    if (read > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(read, 2 * bytes.length));
    }
    from.read(bytes, 0, read);
    long found = document.index() + 1;
    damages.checkStep(offset, position, found);
    MemorySegment record = MemorySegment.ofArray(bytes).asSlice(0, read);
    if (RecordEnvelope.isGivenUp(record, found)) {
      length = 0;
    } else if (!RecordEnvelope.isWrapped(record) && damages.mayBePlain(found)) {
      length = read;
    } else if (RecordEnvelope.isWhole(record, found)) {
      length = read - RecordEnvelope.BYTES;
      System.arraycopy(bytes, RecordEnvelope.BYTES, bytes, 0, length);
    } else {
      throw damages.broken(found, at, read);
    }
    offset = found;
    position = at;
  }

  @Override
  public byte[] bytes() {
    return bytes;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public long offset() {
    return offset;
  }

  @Override
  public void close() {
    tailer.close();
  }
}
