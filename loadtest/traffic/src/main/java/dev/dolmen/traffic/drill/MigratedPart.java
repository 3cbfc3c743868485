package dev.dolmen.traffic.drill;

import dev.dolmen.model.PartMigration;
import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.parameterstore.store.SlotMigration;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.migration.Migration;
import dev.dolmen.trainer.snapshot.SnapshotFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a start makes of a part of the newest snapshot.
 *
 * @param part the layout, a slot, or a part of the model's dense parameters
 * @param outcome kept, converted, anew, comes or goes
 * @param before rows or numbers in the snapshot; of a part of the model, of what it becomes
 * @param kept of them
 * @param reason why, for people; empty if there is none
 */
record MigratedPart(String part, String outcome, long before, long kept, String reason) {
  /**
   * What a start does.
   *
   * @param parts none if it takes everything as it is
   * @param lines what it is to log
   */
  record Forecast(List<MigratedPart> parts, List<String> lines) {}

  /**
   * Asks what a start would do, as {@code config check --data} does; starts and writes nothing.
   *
   * @param data directory that no process uses
   * @throws IOException if there is no whole snapshot, or one of an unknown layout
   */
  static Forecast forecast(DolmenConfig config, Path data) throws IOException {
    SnapshotStore store = SnapshotStore.openReadOnly(data.resolve("snapshots"));
    Snapshot newest =
        store
            .openLatestWhole((refused, e) -> {})
            .orElseThrow(() -> new IOException("there is no whole snapshot in " + data));
    SnapshotFile snapshot = new SnapshotFile(newest);
    List<MigratedPart> parts = new ArrayList<>();
    if (snapshot.opening() == SnapshotFile.Opening.MIGRATED) {
      String reason = snapshot.layouts() + ", now " + SnapshotFile.layoutsOfNow();
      parts.add(new MigratedPart("layout", "converted", 0, 0, reason));
    }
    Migration migration =
        snapshot.migration(config.schema(), config.model(), config.engine().seed());
    if (migration == null) {
      return new Forecast(List.copyOf(parts), List.of());
    }
    migration.slots().forEach(slot -> parts.add(of(slot)));
    migration.parts().forEach(part -> parts.add(of(part)));
    return new Forecast(List.copyOf(parts), migration.lines());
  }

  private static MigratedPart of(SlotMigration slot) {
    return new MigratedPart(
        "slot " + slot.slot(),
        slot.outcome().name().toLowerCase(Locale.ROOT),
        slot.rowsBefore(),
        slot.rowsKept(),
        String.join("; ", slot.reasons()));
  }

  private static MigratedPart of(PartMigration part) {
    String outcome =
        part.reason().isEmpty()
            ? "kept"
            : part.floats() == 0 ? "goes" : part.kept() == 0 ? "anew" : "converted";
    return new MigratedPart(
        "model, " + part.part(), outcome, part.floats(), part.kept(), part.reason());
  }

  /** Whether anything is another than it was. */
  boolean changes() {
    return !outcome.equals("kept") || kept < before || !reason.isEmpty();
  }

  JsonReport json() {
    return new JsonReport()
        .put("part", part)
        .put("outcome", outcome)
        .put("before", before)
        .put("kept", kept)
        .put("reason", reason);
  }
}
