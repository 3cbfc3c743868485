package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.admission.AdmissionFilter;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.snapshot.SnapshotReader;
import dev.dolmen.parameterstore.store.SlotMigration.Outcome;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot whose table is handed out as another configuration keeps it. Slots go by their names:
 *
 * <ul>
 *   <li>A slot of the same meaning and length of rows keeps its rows. Where it may have fewer now,
 *       the least recently seen leave, of those the least often seen. Weights that are stored in
 *       another way are rounded to the nearest; where the optimizer keeps something else, its state
 *       begins again from the weights.
 *   <li>What a filter has counted goes along, one less than the threshold at most, so that a value
 *       which has occurred often enough gets its row at its next occurrence.
 *   <li>A slot of another meaning or length starts empty, as does one that was not there; one that
 *       is there no more goes with its rows.
 * </ul>
 *
 * <p>A function of snapshot and configuration. Rows are converted as they are read; nothing but the
 * second of each row is held in memory, and that only where some must leave. Any one thread.
 */
public final class MigratedTable implements SnapshotReader {
  private final SnapshotReader snapshot;
  private final Schema schema;
  private final long seed;
  private final TableSnapshot before;
  private final Map<String, String> anew;

  /**
   * @param snapshot what was written, in any version of the layout
   * @param schema what the table is to be
   * @param seed of the table that is to be
   * @param anew slots whose values mean something else now, and what, for people
   * @throws IOException if the snapshot cannot be read
   */
  public MigratedTable(SnapshotReader snapshot, Schema schema, long seed, Map<String, String> anew)
      throws IOException {
    this.snapshot = snapshot;
    this.schema = schema;
    this.seed = seed;
    this.anew = Map.copyOf(anew);
    before = TableSnapshot.open(snapshot);
  }

  /**
   * The seed of a snapshot's table.
   *
   * @throws IOException if it cannot be read
   */
  public static long seed(SnapshotReader snapshot) throws IOException {
    return TableSnapshot.open(snapshot).seed();
  }

  /**
   * What becomes of each slot: those of the schema in its order, then those that go.
   *
   * @throws IOException if the snapshot cannot be read
   */
  public List<SlotMigration> slots() throws IOException {
    List<SlotMigration> slots = new ArrayList<>();
    for (Slot slot : schema.slots()) {
      slots.add(migration(slot));
    }
    for (int n = 0; n < before.slots().size(); n++) {
      String name = before.slots().get(n).name();
      if (schema.slotOf(name) < 0) {
        List<String> reason = List.of("the schema has no such slot");
        slots.add(new SlotMigration(name, Outcome.GOES, rowsBefore(n), 0, 0, reason));
      }
    }
    return slots;
  }

  private SlotMigration migration(Slot slot) throws IOException {
    int n = before.slotOf(slot.name());
    int rowBytes = TableLayout.rowBytes(slot.rows());
    if (n < 0) {
      return new SlotMigration(
          slot.name(), Outcome.COMES, 0, 0, rowBytes, List.of("the directory has no such slot"));
    }
    TableSnapshot.SlotShape was = before.slots().get(n);
    long rows = rowsBefore(n);
    String reason = anewBecause(slot, was);
    if (reason != null) {
      return new SlotMigration(slot.name(), Outcome.ANEW, rows, 0, rowBytes, List.of(reason));
    }
    List<String> reasons = new ArrayList<>();
    if (was.storage() != slot.rows().storage()) {
      reasons.add("weights in " + was.storage() + " become " + slot.rows().storage());
    }
    if (!MigratedRows.keepsState(was, slot.rows())) {
      reasons.add("the optimizer's state begins again, as it keeps something else");
    }
    Outcome outcome = reasons.isEmpty() ? Outcome.KEPT : Outcome.CONVERTED;
    long room = SlotFootprint.of(slot.rows()).maxRows();
    if (rows > room) {
      reasons.add(
          (rows - room)
              + " of "
              + rows
              + " rows leave, the least recently seen: there is room for "
              + room);
    }
    return new SlotMigration(slot.name(), outcome, rows, Math.min(rows, room), rowBytes, reasons);
  }

  private @Nullable String anewBecause(Slot slot, TableSnapshot.SlotShape was) {
    String reason = anew.get(slot.name());
    if (reason != null) {
      return reason;
    }
    return was.dim() == slot.rows().dim()
        ? null
        : "its rows have " + slot.rows().dim() + " floats, " + was.dim() + " in the directory";
  }

  private long rowsBefore(int slot) throws IOException {
    try (RowCursor rows = before.rows(slot)) {
      return rows.rows();
    }
  }

  /** Number of the slot in the snapshot that this one goes on from; -1 if it starts empty. */
  private int from(int slot) {
    Slot now = schema.slots().get(slot);
    int n = before.slotOf(now.name());
    return n < 0 || anewBecause(now, before.slots().get(n)) != null ? -1 : n;
  }

  @Override
  public Set<String> sections() {
    Set<String> names = new HashSet<>();
    for (String name : snapshot.sections()) {
      if (!name.startsWith(TableLayout.PREFIX)) {
        names.add(name);
      }
    }
    names.add(TableLayout.SECTION);
    for (int slot = 0; slot < schema.slots().size(); slot++) {
      names.add(TableLayout.rowsSection(slot));
      if (filter(slot) != null) {
        names.add(TableLayout.filterSection(slot));
      }
    }
    return names;
  }

  @Override
  public DataInputStream section(String name) throws IOException {
    if (!name.startsWith(TableLayout.PREFIX)) {
      return snapshot.section(name);
    }
    if (name.equals(TableLayout.SECTION)) {
      int expireSlot = before.expireSlot() < schema.slots().size() ? before.expireSlot() : 0;
      return of(TableLayout.bytes(schema, seed, expireSlot));
    }
    for (int slot = 0; slot < schema.slots().size(); slot++) {
      if (name.equals(TableLayout.rowsSection(slot))) {
        return rows(slot);
      }
      if (name.equals(TableLayout.filterSection(slot))) {
        return counted(slot);
      }
    }
    throw new IOException("there is no section " + name);
  }

  private static DataInputStream of(byte[] bytes) {
    return new DataInputStream(new ByteArrayInputStream(bytes));
  }

  private DataInputStream rows(int slot) throws IOException {
    RowOptions options = schema.slots().get(slot).rows();
    int from = from(slot);
    if (from < 0) {
      return of(MigratedRows.none(options));
    }
    long threshold = 0;
    long ties = 0;
    long room = SlotFootprint.of(options).maxRows();
    if (rowsBefore(from) > room) {
      try (RowCursor rows = before.rows(from)) {
        RowsThatStay stay = RowsThatStay.of(rows, Math.toIntExact(room));
        threshold = stay.threshold();
        ties = stay.ties();
      }
    }
    return new DataInputStream(
        new MigratedRows(
            before.rows(from), before.slots().get(from), options, threshold, ties, room));
  }

  private @Nullable AdmissionFilter filter(int slot) {
    return TableLayout.filter(schema.slots().get(slot).rows(), seed, slot);
  }

  private DataInputStream counted(int slot) throws IOException {
    AdmissionFilter filter = filter(slot);
    if (filter == null) {
      throw new IOException("slot " + slot + " has no filter");
    }
    int from = from(slot);
    String written = TableLayout.filterSection(from);
    if (from >= 0 && snapshot.sections().contains(written)) {
      try (DataInputStream in = snapshot.section(written)) {
        filter.carryFrom(in);
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    filter.writeTo(new DataOutputStream(bytes));
    return of(bytes.toByteArray());
  }
}
