package dev.dolmen.trainer.sync;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.dolmen.model.ServingModel;
import dev.dolmen.model.item.ItemVectorReader;
import dev.dolmen.parameterstore.store.EmbeddingTable;
import dev.dolmen.parameterstore.store.TouchedBatch;
import dev.dolmen.v1.ParameterRecord;
import dev.dolmen.v1.SyncHead;
import dev.dolmen.v1.SyncedDense;
import dev.dolmen.v1.SyncedItems;
import dev.dolmen.v1.SyncedRows;
import dev.dolmen.v1.SyncedState;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sync that is being put together: by the training thread, between two batches, then, for what
 * can be made of copies, by the one that sends it. Each record stays within its bytes.
 */
final class SyncDraft {
  private final SyncFormat format;
  private final int recordBytes;
  private final List<ParameterRecord.Builder> records = new ArrayList<>();
  private final boolean base;
  private final long logOffset;
  private @Nullable StateParts state;

  SyncDraft(SyncHead head, SyncFormat format, int recordBytes) {
    this.format = format;
    this.recordBytes = recordBytes;
    base = head.getBase();
    logOffset = head.getLogOffset();
    records.add(ParameterRecord.newBuilder().setHead(head));
  }

  boolean isBase() {
    return base;
  }

  long logOffset() {
    return logOffset;
  }

  /** Adds all dense parameters. */
  void addDense(ServingModel model) {
    float[] numbers = model.copyParameters();
    SyncFormat of = format.ofDense();
    int most = Math.max(1, recordBytes / SyncedNumbers.rowBytes(of, 1));
    for (int from = 0; from < numbers.length; from += most) {
      int n = Math.min(most, numbers.length - from);
      ByteBuffer bytes = SyncedNumbers.room(of, 1, n);
      SyncedNumbers.put(of, numbers, from, n, bytes);
      records.add(
          ParameterRecord.newBuilder()
              .setDense(
                  SyncedDense.newBuilder()
                      .setFrom(from)
                      .setSize(numbers.length)
                      .setNumbers(wrap(bytes))));
    }
  }

  /** Adds vectors and priors of these items, as far as they have any. */
  void addItems(int[] withVector, int[] withPrior, ItemVectorReader vectors) {
    int width = vectors.width();
    int most = Math.max(1, recordBytes / (SyncedNumbers.rowBytes(format, width) + 4));
    for (int from = 0; from < withVector.length; from += most) {
      int[] some = Arrays.copyOfRange(withVector, from, Math.min(withVector.length, from + most));
      addVectors(some, vectors);
    }
    int mostPriors = Math.max(1, recordBytes / 8);
    for (int from = 0; from < withPrior.length; from += mostPriors) {
      int to = Math.min(withPrior.length, from + mostPriors);
      addPriors(Arrays.copyOfRange(withPrior, from, to), vectors);
    }
  }

  private void addVectors(int[] items, ItemVectorReader vectors) {
    SyncedItems.Builder message = SyncedItems.newBuilder();
    int width = vectors.width();
    float[] vector = new float[width];
    ByteBuffer bytes = SyncedNumbers.room(format, items.length, width);
    int before = 0;
    for (int item : items) {
      if (vectors.get(item, vector, 0)) {
        message.addVectorIndexMore(item - before);
        before = item;
        SyncedNumbers.put(format, vector, 0, width, bytes);
      }
    }
    records.add(ParameterRecord.newBuilder().setItems(message.setVectors(wrap(bytes))));
  }

  private void addPriors(int[] items, ItemVectorReader vectors) {
    SyncedItems.Builder message = SyncedItems.newBuilder();
    ByteBuffer bytes = SyncedNumbers.room(SyncFormat.FP32, items.length, 1);
    int before = 0;
    for (int item : items) {
      if (vectors.contains(item)) {
        message.addPriorIndexMore(item - before);
        before = item;
        bytes.putFloat(vectors.bias(item));
      }
    }
    records.add(ParameterRecord.newBuilder().setItems(message.setPriors(wrap(bytes))));
  }

  /** Adds the rows of a slot that were touched since the last sync, and takes them as told. */
  void addRows(EmbeddingTable table, int slot) {
    int dim = table.dim(slot);
    int most = Math.max(1, recordBytes / (Float.BYTES * dim + Long.BYTES));
    do {
      TouchedBatch batch = table.drainTouched(slot, most);
      SyncedRows.Builder rows = SyncedRows.newBuilder().setSlot(slot).setDim(dim);
      ByteBuffer bytes = SyncedNumbers.room(SyncFormat.FP32, batch.size(), dim);
      float[] weights = new float[dim];
      for (int i = 0; i < batch.size(); i++) {
        if (batch.isRemoved(i)) {
          rows.addRemovedFids(batch.fid(i));
        } else {
          rows.addFids(batch.fid(i));
          batch.weights(i, weights);
          SyncedNumbers.put(SyncFormat.FP32, weights, 0, dim, bytes);
        }
      }
      records.add(ParameterRecord.newBuilder().setRows(rows.setWeights(wrap(bytes))));
    } while (table.touchedFids(slot) > 0);
  }

  /** Adds the stream state, whose bytes are made by {@link #records}. */
  void addState(StateParts parts) {
    state = parts;
  }

  private static ByteString wrap(ByteBuffer bytes) {
    return UnsafeByteOperations.unsafeWrap(bytes.flip());
  }

  /** All of its records, in order. */
  List<ParameterRecord> records(long epoch, long number, long basePlace) throws IOException {
    if (state != null) {
      try (Pieces pieces = new Pieces()) {
        state.writeTo(pieces);
      }
      state = null;
    }
    List<ParameterRecord> whole = new ArrayList<>(records.size());
    for (int part = 0; part < records.size(); part++) {
      whole.add(
          records
              .get(part)
              .setLayout(SyncReader.LAYOUT)
              .setEpoch(epoch)
              .setSync(number)
              .setPart(part)
              .setParts(records.size())
              .setBasePlace(basePlace)
              .build());
    }
    return whole;
  }

  /** A sync of its records that no topic has held. */
  Sync sync(long epoch, long number) throws IOException {
    List<ParameterRecord> parts = records(epoch, number, 0);
    long bytes = parts.stream().mapToLong(ParameterRecord::getSerializedSize).sum();
    return new Sync(epoch, number, parts.getFirst().getHead(), parts, bytes);
  }

  /** Cuts what is written into records. */
  private final class Pieces extends OutputStream {
    private byte[] piece = new byte[recordBytes];
    private int filled;
    private long from;

    @Override
    public void write(int b) {
      piece[filled++] = (byte) b;
      if (filled == piece.length) {
        end();
      }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      int at = offset;
      int left = length;
      while (left > 0) {
        int n = Math.min(left, piece.length - filled);
        System.arraycopy(bytes, at, piece, filled, n);
        filled += n;
        at += n;
        left -= n;
        if (filled == piece.length) {
          end();
        }
      }
    }

    private void end() {
      SyncedState.Builder message =
          SyncedState.newBuilder()
              .setFrom(from)
              .setBytes(UnsafeByteOperations.unsafeWrap(piece, 0, filled));
      records.add(ParameterRecord.newBuilder().setState(message));
      from += filled;
      piece = new byte[recordBytes];
      filled = 0;
    }

    @Override
    public void close() {
      if (filled > 0) {
        end();
      }
    }
  }
}
