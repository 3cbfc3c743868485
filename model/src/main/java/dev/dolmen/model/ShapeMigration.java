package dev.dolmen.model;

import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.layer.ParameterLayout;
import dev.dolmen.model.layer.ParameterLayout.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which of the dense parameters of one shape fit into another, by the names of their parts:
 *
 * <ul>
 *   <li>A part of the same rows and columns is taken over.
 *   <li>The projections of items and contexts have a block of rows for each feature column; these
 *       go by the columns' names, so that a column that comes or goes costs the others nothing.
 *   <li>What is known by distance, type of event or gap of time is taken over as far as both have
 *       it.
 *   <li>Anything else begins anew, as in a fresh model, and what has no place any more goes.
 * </ul>
 *
 * <p>Immutable.
 */
final class ShapeMigration {
  /** Tables whose first entries mean the same, however many there are. */
  private static final Set<String> OPEN_ENDED = Set.of("type", "gap");

  private static final String DISTANCE = "/distance";

  private final List<PartMigration> parts = new ArrayList<>();
  private final List<Run> runs = new ArrayList<>();

  /** Floats that follow one another in both. */
  private record Run(int from, int to, int length) {}

  /** Rows of a projection that belong to a column. */
  private record Block(int row, int rows, int numbers) {}

  /**
   * @param before layout of what was written
   * @param optionsBefore its shape
   * @param anew feature columns whose values mean something else now
   */
  ShapeMigration(
      ParameterLayout before,
      ModelOptions optionsBefore,
      ParameterLayout now,
      ModelOptions options,
      Set<String> anew) {
    Map<String, Tensor> byName = new HashMap<>();
    before.tensors().forEach(tensor -> byName.put(tensor.name(), tensor));
    for (Tensor tensor : now.tensors()) {
      Tensor was = byName.remove(tensor.name());
      if (was == null) {
        add(tensor, 0, "it was not there");
      } else if (tensor.name().equals("item/weight")) {
        blocks(was, optionsBefore.itemColumns(), tensor, options.itemColumns(), anew);
      } else if (tensor.name().equals("context/weight")) {
        blocks(was, optionsBefore.contextColumns(), tensor, options.contextColumns(), anew);
      } else if (anew.contains(columnOf(tensor.name()))) {
        add(tensor, 0, "its column means something else");
      } else {
        whole(was, tensor);
      }
    }
    byName.values().stream()
        .sorted(Comparator.comparingInt(Tensor::offset))
        .forEach(
            gone -> parts.add(new PartMigration(gone.name(), 0, 0, "it has no place any more")));
  }

  /** The column that a part is of alone: {@code item/NAME/weight}, {@code predict/NAME/weight}. */
  private static String columnOf(String part) {
    int first = part.indexOf('/');
    int last = part.lastIndexOf('/');
    boolean own = part.startsWith("item/") || part.startsWith("predict/");
    return own && first < last ? part.substring(first + 1, last) : "";
  }

  private void whole(Tensor was, Tensor now) {
    if (was.rows() == now.rows() && was.columns() == now.columns()) {
      runs.add(new Run(was.offset(), now.offset(), now.size()));
      add(now, now.size(), "");
      return;
    }
    boolean byDistance = now.name().endsWith(DISTANCE) && was.rows() == now.rows();
    boolean byRow = OPEN_ENDED.contains(now.name()) && was.columns() == now.columns();
    String shapes = shape(now) + ", it was " + shape(was);
    if (!byDistance && !byRow) {
      add(now, 0, shapes);
      return;
    }
    int rows = Math.min(was.rows(), now.rows());
    int columns = Math.min(was.columns(), now.columns());
    for (int row = 0; row < rows; row++) {
      runs.add(
          new Run(was.offset() + row * was.columns(), now.offset() + row * now.columns(), columns));
    }
    add(now, rows * columns, shapes);
  }

  private void blocks(
      Tensor was,
      List<FeatureColumn> before,
      Tensor now,
      List<FeatureColumn> after,
      Set<String> anew) {
    if (was.columns() != now.columns()) {
      add(now, 0, shape(now) + ", it was " + shape(was));
      return;
    }
    Map<String, Block> old = blocks(before);
    List<String> fresh = new ArrayList<>();
    int kept = 0;
    for (Map.Entry<String, Block> entry : blocks(after).entrySet()) {
      Block block = entry.getValue();
      Block from = old.get(entry.getKey());
      if (from == null
          || from.rows != block.rows
          || from.numbers != block.numbers
          || anew.contains(entry.getKey())) {
        fresh.add(entry.getKey());
        continue;
      }
      int length = block.rows * now.columns();
      runs.add(
          new Run(
              was.offset() + from.row * was.columns(),
              now.offset() + block.row * now.columns(),
              length));
      kept += length;
    }
    add(now, kept, fresh.isEmpty() ? "" : "columns begin anew: " + String.join(", ", fresh));
  }

  private static Map<String, Block> blocks(List<FeatureColumn> columns) {
    Map<String, Block> blocks = new LinkedHashMap<>();
    int row = 0;
    for (FeatureColumn column : columns) {
      blocks.put(column.name(), new Block(row, column.dim(), column.dimension()));
      row += column.dim();
    }
    return blocks;
  }

  private static String shape(Tensor tensor) {
    return tensor.rows() + " x " + tensor.columns();
  }

  private void add(Tensor tensor, int kept, String reason) {
    parts.add(new PartMigration(tensor.name(), kept, tensor.size(), reason));
  }

  /** Every part of the new shape, in its order, then those that go. */
  List<PartMigration> parts() {
    return List.copyOf(parts);
  }

  /** Whether less than half of the new shape is taken over: it is a new model then. */
  boolean isMostlyNew() {
    long kept = parts.stream().mapToLong(PartMigration::kept).sum();
    long all = parts.stream().mapToLong(PartMigration::floats).sum();
    return 2 * kept < all;
  }

  /**
   * Takes over what fits.
   *
   * @param from floats of the shape before
   * @param to floats of the new one; what does not fit is left as it is
   */
  void copy(float[] from, float[] to) {
    for (Run run : runs) {
      System.arraycopy(from, run.from, to, run.to, run.length);
    }
  }
}
