package dev.dolmen.trainer.validation;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Ranks of the same predictions by the model and by the baselines. */
final class ComparedRanks {
  private final RankCounts model = new RankCounts();
  private final RankCounts popularity = new RankCounts();
  private final RankCounts neighbors = new RankCounts();

  /** Adds a prediction's cut ranks {@code n} times; -1 takes it away. */
  void add(int modelRank, int popularityRank, int neighborRank, int n) {
    model.add(modelRank, n);
    popularity.add(popularityRank, n);
    neighbors.add(neighborRank, n);
  }

  long predictions() {
    return model.predictions();
  }

  ValidationFigures figures(double loss) {
    return new ValidationFigures(model.figures(), popularity.figures(), neighbors.figures(), loss);
  }

  void writeTo(DataOutput out) throws IOException {
    model.writeTo(out);
    popularity.writeTo(out);
    neighbors.writeTo(out);
  }

  void readFrom(DataInput in) throws IOException {
    model.readFrom(in);
    popularity.readFrom(in);
    neighbors.readFrom(in);
  }
}
