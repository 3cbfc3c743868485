package dev.dolmen.trainer.learn;

import dev.dolmen.model.item.ItemVectorReader;
import dev.dolmen.trainer.kept.KeptPart;
import dev.dolmen.trainer.state.StateCopy;
import java.io.DataInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/**
 * The item vectors as they are when an engine closes, kept with the snapshot that it takes: whoever
 * starts from just that snapshot, with the same schema and model, need not encode the catalogue.
 * Training thread, or the one that closes after it has ended.
 */
public final class KeptVectors {
  /** Raised with every change to what an item is encoded to, and to what is written here. */
  private static final int VERSION = 1;

  private static final int END = -1;

  private final KeptPart kept;
  private final Learner learner;

  /** Snapshot whose vectors are kept already; empty if that is not known. */
  private String keptWith = "";

  public KeptVectors(Path dataDirectory, Learner learner) {
    kept = new KeptPart(dataDirectory, "item-vectors", VERSION);
    this.learner = learner;
  }

  /**
   * Keeps them.
   *
   * @param snapshot id of the one that holds the state of now
   */
  public void keep(String snapshot) {
    if (!snapshot.equals(keptWith)) {
      ItemVectorReader vectors = learner.vectors();
      long row = Integer.BYTES + (long) Float.BYTES * vectors.width();
      kept.keep(of(snapshot), vectors.present() * row, written(vectors, learner.staleVectors()));
    }
  }

  /**
   * Takes those that were kept with the snapshot which was restored, and encodes the rest: all
   * items, if none were.
   *
   * @param snapshot its id; empty if none was restored
   */
  public void restore(String snapshot) {
    if (!snapshot.isEmpty() && kept.read(of(snapshot), this::read)) {
      keptWith = snapshot;
    }
    learner.refresher().time(learner.eventTimeSec());
    learner.refresher().refreshMissing(learner.serving());
  }

  private Map<String, String> of(String snapshot) {
    return Map.of(
        "snapshot",
        snapshot,
        "schema",
        learner.shape().schema().toString(),
        "model",
        learner.shape().modelText());
  }

  /**
   * Index and numbers of each item that is there.
   *
   * @param stale whether some were made by an older model
   */
  private static StateCopy written(ItemVectorReader vectors, boolean stale) {
    return out -> {
      int width = vectors.width();
      float[] vector = new float[width];
      ByteBuffer row = ByteBuffer.allocate(Integer.BYTES + width * Float.BYTES);
      FloatBuffer numbers = row.slice(Integer.BYTES, width * Float.BYTES).asFloatBuffer();
      out.writeInt(width);
      out.writeBoolean(stale);
      for (int index = 0; index < vectors.size(); index++) {
        if (vectors.get(index, vector, 0)) {
          row.putInt(0, index);
          numbers.put(0, vector);
          out.write(row.array());
        }
      }
      out.writeInt(END);
    };
  }

  private void read(DataInput in) throws IOException {
    int width = in.readInt();
    if (width != learner.vectors().width()) {
      throw new IOException("vectors of width " + width);
    }
    if (in.readBoolean()) {
      learner.refresher().modelChanged();
    }
    float[] vector = new float[width];
    byte[] row = new byte[width * Float.BYTES];
    FloatBuffer numbers = ByteBuffer.wrap(row).asFloatBuffer();
    for (int index = in.readInt(); index != END; index = in.readInt()) {
      in.readFully(row);
      numbers.get(0, vector);
      learner.refresher().restore(index, vector, learner.serving());
    }
  }
}
