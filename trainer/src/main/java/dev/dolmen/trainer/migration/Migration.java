package dev.dolmen.trainer.migration;

import dev.dolmen.model.PartMigration;
import dev.dolmen.model.SessionModel;
import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.snapshot.SnapshotReader;
import dev.dolmen.parameterstore.store.MigratedTable;
import dev.dolmen.parameterstore.store.SlotMigration;
import java.io.DataInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * From the shape that a snapshot was made with to the one that is configured: what is kept, what
 * becomes something else, what goes, and why. A function of both alone. Slots go by their names, as
 * {@link MigratedTable} has it; dense parameters by the names of their parts, as {@link
 * SessionModel} has it; items are read by the schema of now, without the values that it does not
 * take.
 */
public final class Migration {
  private final Shape now;
  private final StoredSchema schema;
  private final ModelOptions model;
  private final MigratedTable table;
  private final List<SlotMigration> slots;
  private final Set<String> columns;
  private final boolean termsChange;

  /**
   * What is configured.
   *
   * @param schema the slots of items and visits
   * @param model the model's shape
   * @param terms what is missing in scores, as a manifest tells it behind the model's shape
   * @param seed of the table
   */
  public record Shape(Schema schema, ModelOptions model, String terms, long seed) {
    /** As a manifest tells it. */
    public String modelText() {
      return model + terms;
    }
  }

  private Migration(SnapshotReader snapshot, String schema, String model, Shape now)
      throws IOException {
    this.now = now;
    this.schema = StoredSchema.read(schema);
    this.model = StoredModel.read(model);
    Map<String, String> anew = this.schema.anew(now.schema);
    table = new MigratedTable(snapshot, now.schema, now.seed, anew);
    slots = table.slots();
    termsChange = !model.equals(this.model + now.terms);
    columns =
        now.model.itemColumns().stream()
            .map(FeatureColumn::name)
            .filter(name -> anew.containsKey(slotOf(name)))
            .collect(Collectors.toSet());
  }

  /** Names of slots have no slash; a level of a path stands behind one. */
  private static String slotOf(String column) {
    int slash = column.indexOf('/');
    return slash < 0 ? column : column.substring(0, slash);
  }

  /**
   * From a snapshot to what is configured.
   *
   * @param schema with which it was made, as its manifest tells it
   * @param model its model's shape, likewise
   * @return null if nothing is another than it was
   * @throws IOException if the snapshot cannot be read
   */
  public static @Nullable Migration of(
      SnapshotReader snapshot, String schema, String model, Shape now) throws IOException {
    boolean same =
        schema.equals(now.schema.toString())
            && model.equals(now.modelText())
            && MigratedTable.seed(snapshot) == now.seed;
    return same ? null : new Migration(snapshot, schema, model, now);
  }

  /** The snapshot with its table as it is to be. */
  public SnapshotReader reader() {
    return table;
  }

  /** What becomes of each slot: those of the schema in its order, then those that go. */
  public List<SlotMigration> slots() {
    return slots;
  }

  /** What becomes of each part of the dense parameters. */
  public List<PartMigration> parts() {
    return SessionModel.migration(model, now.model, columns);
  }

  /**
   * Reads the dense parameters into a fresh model.
   *
   * @throws IOException if they are not of the shape that the manifest tells
   */
  public void readModel(SessionModel into, DataInput in) throws IOException {
    var _ = into.readFrom(in, model, columns);
  }

  /** Slots of numbers whose knots were quantiles, in their order, and how many each had. */
  public Map<String, Integer> quantiles() {
    return schema.quantiles();
  }

  /** Hands out how contexts of visits become those of now, unless they stay as they are. */
  public void changeContexts(Consumer<UnaryOperator<@Nullable Features>> all) {
    ContextMigration contexts = ContextMigration.of(schema.contexts(), now.schema);
    if (contexts != null) {
      all.accept(contexts);
    }
  }

  /** What changes, one line each, for people: nothing of what is kept as it is. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (SlotMigration slot : slots) {
      if (slot.changes()) {
        lines.add(line(slot));
      }
    }
    for (PartMigration part : parts()) {
      if (!part.reason().isEmpty()) {
        lines.add(line(part));
      }
    }
    if (termsChange) {
      lines.add("scores are of other terms: what was not learned begins to be");
    }
    return lines;
  }

  private static String line(SlotMigration slot) {
    String reasons = String.join("; ", slot.reasons());
    String name = "slot " + slot.slot() + ": ";
    return switch (slot.outcome()) {
      case KEPT, CONVERTED ->
          name + slot.rowsKept() + " of " + slot.rowsBefore() + " rows are kept; " + reasons;
      case ANEW -> name + "is learned anew, its " + slot.rowsBefore() + " rows go: " + reasons;
      case COMES -> name + "comes, without rows";
      case GOES -> name + "goes, with its " + slot.rowsBefore() + " rows";
    };
  }

  private static String line(PartMigration part) {
    String name = "model, " + part.part() + ": ";
    if (part.floats() == 0) {
      return name + "goes, as " + part.reason();
    }
    return name + part.kept() + " of " + part.floats() + " numbers are kept; " + part.reason();
  }
}
