package dev.dolmen.server.cli;

import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.store.TableSnapshot;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.trainer.snapshot.SnapshotFile;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that name the snapshot whose table is looked at. */
final class TableSource {
  @Mixin private DataDirectory data = new DataDirectory();

  @Option(
      names = "--snapshot",
      paramLabel = "ID",
      description = "The snapshot; by default the newest that is whole.")
  private @Nullable String id;

  /** A slot of a snapshot. */
  record OpenSlot(SnapshotFile snapshot, TableSnapshot table, int slot) {
    TableSnapshot.SlotShape shape() {
      return table.slots().get(slot);
    }

    /** The slot's kind, or null if the snapshot is too old to say. */
    @Nullable SlotKind kind() {
      return snapshot.kind(shape().name());
    }

    /**
     * Item ids by fid, where the slot is that of item ids; else nothing is known.
     *
     * @param wanted fids of which to know
     */
    Map<Long, String> values(LongPredicate wanted) throws IOException {
      Map<Long, String> values = new HashMap<>();
      if (kind() == SlotKind.ID) {
        snapshot.readItems(item -> {
          long fid = Fids.ofId(item.getItemId());
          if (wanted.test(fid)) {
            values.put(fid, item.getItemId());
          }
        });
      }
      return values;
    }

    /**
     * Fids of a value as the slot would have it: of a text, those of its words.
     *
     * @throws CommandFailedException if the value alone does not say
     */
    long[] fids(String value) {
      SlotKind kind = kind();
      if (kind == null || kind.isNumber()) {
        throw new CommandFailedException(
            2,
            "slot "
                + shape().name()
                + (kind == null
                    ? ": the snapshot does not say its kind; name the row with --fid N"
                    : " is a number: name the knot with --fid N"));
      }
      return switch (kind) {
        case ID -> new long[] {Fids.ofId(value)};
        case CATEGORY, TOKENS, CONTEXT -> new long[] {Fids.ofToken(value)};
        case CATEGORY_PATH -> new long[] {Fids.ofPath(List.of(value.split("/", -1)))};
        case TEXT -> Fids.ofWords(value);
        case VECTOR ->
            throw new CommandFailedException(
                2, "slot " + shape().name() + " is a vector, which has no rows");
        case NUMBER, AGE -> throw new AssertionError(kind);
      };
    }
  }

  /**
   * Opens a slot.
   *
   * @throws CommandFailedException if there is no such snapshot or slot
   */
  OpenSlot open(String slotName, Terminal err) throws IOException {
    SnapshotFile snapshot = data.snapshot(id, err);
    TableSnapshot table = TableSnapshot.open(snapshot.files());
    int slot = table.slotOf(slotName);
    if (slot < 0) {
      throw new CommandFailedException(
          2,
          String.format(
              Locale.ROOT,
              "no slot \"%s\" in snapshot %s; it has %s",
              slotName,
              snapshot.files().manifest().id(),
              String.join(
                  ", ", table.slots().stream().map(TableSnapshot.SlotShape::name).toList())));
    }
    return new OpenSlot(snapshot, table, slot);
  }
}
