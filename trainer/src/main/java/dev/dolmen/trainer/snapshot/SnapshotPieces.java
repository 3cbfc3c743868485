package dev.dolmen.trainer.snapshot;

import dev.dolmen.parameterstore.snapshot.SectionInFlight;
import dev.dolmen.parameterstore.snapshot.SnapshotWriter;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The sections of a snapshot on their way from the training thread, which gives one piece after the
 * other between two batches, to the thread that writes them. So many pieces wait at most that
 * memory does not grow with the snapshot; beyond that, whoever gives has to come again.
 */
final class SnapshotPieces {
  /** After which a piece ends: a millisecond of the training thread, ten where code is cold. */
  private static final int PIECE_BYTES = 1 << 16;

  /** Pieces that wait at most. */
  private static final int WAITING = 64;

  private static final long LOOK_MS = 100;

  private final List<SectionInFlight> sections;
  private final ArrayBlockingQueue<Piece> waiting = new ArrayBlockingQueue<>(WAITING);
  private int section;
  private @Nullable Piece last;

  /** Nobody writes any more, or nobody gives. */
  private volatile boolean ended;

  /** Some bytes of a section, and whether they are its last. */
  @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
  private record Piece(byte[] bytes, boolean last) {}

  SnapshotPieces(List<SectionInFlight> sections) {
    this.sections = List.copyOf(sections);
  }

  /** Whether there is nothing left to give. Training thread. */
  boolean given() {
    return ended || (section == sections.size() && last == null);
  }

  /** Whether a piece that is given now would have to wait. Any thread. */
  boolean full() {
    return waiting.remainingCapacity() == 0;
  }

  /** Bytes of memory that what has changed since the barrier takes, as it was. Training thread. */
  long keptBytes() {
    return sections.stream().mapToLong(SectionInFlight::keptBytes).sum();
  }

  /** Gives a piece if there is room. Training thread. */
  void give() {
    if (!given() && !full()) {
      waiting.add(next());
    }
  }

  /** Gives all, as fast as they are written. Training thread, or after it has ended. */
  void giveAll() {
    boolean interrupted = false;
    while (!given()) {
      Piece piece = next();
      try {
        last = waiting.offer(piece, LOOK_MS, TimeUnit.MILLISECONDS) ? null : piece;
      } catch (InterruptedException e) {
        last = piece;
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private Piece next() {
    Piece before = last;
    if (before != null) {
      last = null;
      return before;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(PIECE_BYTES + (PIECE_BYTES >> 3));
    try {
      boolean end = sections.get(section).writePiece(new DataOutputStream(bytes), PIECE_BYTES);
      section += end ? 1 : 0;
      return new Piece(bytes.toByteArray(), end);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Nothing more is given or taken. Any thread. */
  void end() {
    ended = true;
  }

  /**
   * Writes what is given until all is. The thread that writes.
   *
   * @throws InterruptedIOException if the rest is not given any more
   */
  void writeTo(SnapshotWriter snapshot) throws IOException {
    for (SectionInFlight each : sections) {
      try (DataOutputStream out = snapshot.section(each.name())) {
        Piece piece;
        do {
          piece = take();
          out.write(piece.bytes);
        } while (!piece.last);
      }
    }
  }

  private Piece take() throws InterruptedIOException {
    try {
      Piece piece = null;
      while (piece == null) {
        piece = waiting.poll(LOOK_MS, TimeUnit.MILLISECONDS);
        if (piece == null && ended) {
          throw new InterruptedIOException("training has ended before the snapshot was taken");
        }
      }
      return piece;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a snapshot was being written");
    }
  }

  /** Gives and writes all of it. The thread that gives. */
  void writeNow(SnapshotWriter snapshot) throws IOException {
    for (SectionInFlight each : sections) {
      try (DataOutputStream out = snapshot.section(each.name())) {
        boolean end = false;
        while (!end) {
          end = each.writePiece(out, PIECE_BYTES);
        }
      }
    }
    section = sections.size();
  }
}
