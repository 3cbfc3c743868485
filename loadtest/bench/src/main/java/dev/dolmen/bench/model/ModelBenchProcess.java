package dev.dolmen.bench.model;

import ai.onnxruntime.OrtException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The process of one part. Arguments: the part, quick or full, and the file to write the {@link
 * ModelLine}s to.
 */
public final class ModelBenchProcess {
  private static final int SCANNED_ITEMS = 1_000_000;

  private ModelBenchProcess() {}

  /** Measures one part. */
  public static void main(String[] args) throws IOException, OrtException {
    boolean quick = args[1].equals("quick");
    Rounds rounds = quick ? Rounds.QUICK : Rounds.FULL;
    List<ModelLine> lines = new ArrayList<>();
    switch (ModelPart.valueOf(args[0])) {
      case ENCODE -> {
        EncodeFigures encode = new EncodeFigures(rounds);
        for (EncodeShape shape : EncodeFigures.shapes(quick)) {
          lines.addAll(encode.measure(shape));
        }
      }
      case TRAIN -> {
        TrainFigures train = new TrainFigures(rounds);
        TrainFigures.shapes(quick).forEach(s -> lines.addAll(train.measure(s)));
      }
      case PRODUCTS -> lines.addAll(new ProductFigures(rounds, quick).measure());
      case SCAN -> lines.addAll(new ScanFigures(rounds, SCANNED_ITEMS).measure());
    }
    new ObjectMapper().writeValue(Path.of(args[2]).toFile(), lines);
  }
}
