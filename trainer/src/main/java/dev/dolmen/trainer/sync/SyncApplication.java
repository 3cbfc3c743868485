package dev.dolmen.trainer.sync;

import com.google.protobuf.ByteString;
import dev.dolmen.model.ServingModel;
import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.parameterstore.store.ReceivedRows;
import dev.dolmen.trainer.stream.StreamState;
import dev.dolmen.v1.ParameterRecord;
import dev.dolmen.v1.SyncedDense;
import dev.dolmen.v1.SyncedItems;
import dev.dolmen.v1.SyncedRows;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Puts what a sync holds in its place: dense parameters, vectors and priors of items, rows. What
 * can be decoded beforehand is, so that requests wait for little. Owned by the thread that applies.
 */
public final class SyncApplication {
  private final ItemVectors vectors;
  private final ReceivedRows rows;
  private ServingModel model;

  /**
   * @param model of the right shape
   * @param vectors of the items, by the catalogue's index
   * @param rows of the slots
   */
  public SyncApplication(ServingModel model, ItemVectors vectors, ReceivedRows rows) {
    this.model = model;
    this.vectors = vectors;
    this.rows = rows;
  }

  /** The dense parameters that were applied last. */
  public ServingModel model() {
    return model;
  }

  /**
   * Decodes the dense parameters, if it has any.
   *
   * @return the model from this sync on
   * @throws IOException if they are not those of such a model
   */
  public ServingModel decode(Sync sync) throws IOException {
    SyncFormat format = format(sync).ofDense();
    float[] numbers = null;
    for (ParameterRecord part : sync.parts()) {
      if (part.hasDense()) {
        SyncedDense dense = part.getDense();
        if (dense.getSize() != model.parameters()) {
          throw new IOException(
              "dense parameters are "
                  + dense.getSize()
                  + ", the model of this configuration has "
                  + model.parameters());
        }
        numbers = numbers == null ? new float[dense.getSize()] : numbers;
        int n = dense.getNumbers().size() / SyncedNumbers.rowBytes(format, 1);
        SyncedNumbers.get(format, bytes(dense.getNumbers()), numbers, dense.getFrom(), n);
      }
    }
    return numbers == null ? model : model.with(numbers);
  }

  private static SyncFormat format(Sync sync) {
    return SyncFormat.of(sync.head().getFormat());
  }

  private static ByteBuffer bytes(ByteString from) {
    return from.asReadOnlyByteBuffer().order(java.nio.ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Applies it.
   *
   * @param next what {@link #decode} gave
   * @param takes whether an item is still the one that the trainer knew
   */
  public void apply(Sync sync, ServingModel next, IntPredicate takes) {
    if (sync.head().getBase()) {
      rows.clear();
    }
    model = next;
    SyncFormat format = format(sync);
    for (ParameterRecord part : sync.parts()) {
      switch (part.getContentCase()) {
        case ITEMS -> apply(part.getItems(), format, takes);
        case ROWS -> apply(part.getRows());
        case HEAD, DENSE, STATE, CONTENT_NOT_SET -> {}
      }
    }
  }

  private void apply(SyncedItems items, SyncFormat format, IntPredicate takes) {
    float[] vector = new float[vectors.width()];
    ByteBuffer bytes = bytes(items.getVectors());
    int index = 0;
    for (int i = 0; i < items.getVectorIndexMoreCount(); i++) {
      index += items.getVectorIndexMore(i);
      SyncedNumbers.get(format, bytes, vector, 0, vector.length);
      if (takes.test(index)) {
        vectors.put(index, vector, 0);
      }
    }
    ByteBuffer priors = bytes(items.getPriors());
    index = 0;
    for (int i = 0; i < items.getPriorIndexMoreCount(); i++) {
      index += items.getPriorIndexMore(i);
      float prior = priors.getFloat();
      if (takes.test(index)) {
        vectors.putBias(index, prior);
      }
    }
  }

  private void apply(SyncedRows message) {
    int slot = message.getSlot();
    for (long fid : message.getRemovedFidsList()) {
      rows.remove(slot, fid);
    }
    ByteBuffer bytes = bytes(message.getWeights());
    for (long fid : message.getFidsList()) {
      float[] weights = new float[message.getDim()];
      SyncedNumbers.get(SyncFormat.FP32, bytes, weights, 0, weights.length);
      rows.put(slot, fid, weights);
    }
  }

  /**
   * Reads the stream state of a base into one that has been told of nothing yet.
   *
   * @throws IOException if it cannot be read
   */
  public static void readState(Sync base, StreamState stream) throws IOException {
    List<InputStream> pieces = new ArrayList<>();
    for (ParameterRecord part : base.parts()) {
      if (part.hasState()) {
        pieces.add(part.getState().getBytes().newInput());
      }
    }
    try (InputStream in = new SequenceInputStream(Collections.enumeration(pieces))) {
      StateParts.read(new java.io.BufferedInputStream(in, 1 << 16), stream);
    }
  }
}
