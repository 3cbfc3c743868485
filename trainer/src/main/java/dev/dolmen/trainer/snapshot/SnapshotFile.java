package dev.dolmen.trainer.snapshot;

import dev.dolmen.model.SessionModel;
import dev.dolmen.parameterstore.file.PrivateFiles;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotDraft;
import dev.dolmen.parameterstore.snapshot.SnapshotManifest;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.parameterstore.store.TableSnapshot;
import dev.dolmen.trainer.learn.ModelSettings;
import dev.dolmen.trainer.learn.ScoreTerms;
import dev.dolmen.trainer.log.DiskRoom;
import dev.dolmen.trainer.migration.Migration;
import dev.dolmen.trainer.state.StateSection;
import dev.dolmen.v1.Item;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A snapshot that an engine has written, for looking at without an engine. Any thread. */
public final class SnapshotFile {
  private static final int COPY_BYTES = 1 << 18;

  /** What of a model's shape follows from the schema. */
  private static final Pattern KNOWN =
      Pattern.compile("table/|trainer/|" + StateSection.MODEL + "$");

  private static final Pattern COLUMNS = Pattern.compile("(item|context|id)_column");

  private final Snapshot snapshot;

  public SnapshotFile(Snapshot snapshot) {
    this.snapshot = snapshot;
  }

  public Snapshot files() {
    return snapshot;
  }

  /** Batches learned by then, or -1 if the manifest does not say. */
  public long batches() {
    return number(SnapshotCodec.BATCHES);
  }

  /** Offset of the last log record in it, or -1 if the manifest does not say. */
  public long logOffset() {
    return number(SnapshotCodec.OFFSET);
  }

  /** Kernels that learned the last of it; empty if the manifest does not say. */
  public String kernels() {
    return snapshot.manifest().metadata().getOrDefault(SnapshotCodec.KERNELS, "");
  }

  /** Version of the layout of what is not the table; 0 if it is older than such versions. */
  public long stateVersion() {
    return Math.max(0, number(SnapshotCodec.LAYOUT));
  }

  /**
   * What a configuration says otherwise than this snapshot was made with; empty if nothing.
   *
   * @param model as configured
   */
  public List<String> differences(Schema schema, ModelSettings model) {
    Map<String, String> made = snapshot.manifest().metadata();
    String schemaMade = made.getOrDefault(SnapshotCodec.SCHEMA, "");
    List<String> all = new ArrayList<>(ShapeDifference.between(schemaMade, schema.toString()));
    String shape = model.toModelOptions(schema) + model.terms().shape();
    ShapeDifference.between(made.getOrDefault(SnapshotCodec.SHAPE, ""), shape).stream()
        .filter(line -> !COLUMNS.matcher(line).lookingAt())
        .map(line -> "model." + line)
        .forEach(all::add);
    return List.copyOf(all);
  }

  /**
   * What a start with a configuration would do so that this snapshot fits.
   *
   * @param model as configured
   * @param seed as configured
   * @return null if it fits as it is
   * @throws IOException if it is of another layout, or cannot be read
   */
  public @Nullable Migration migration(Schema schema, ModelSettings model, long seed)
      throws IOException {
    SnapshotCodec.checkLayout(snapshot);
    return SnapshotCodec.migration(
        snapshot,
        new Migration.Shape(schema, model.toModelOptions(schema), model.terms().shape(), seed));
  }

  /**
   * Versions of the layouts that a snapshot is written in.
   *
   * @param files of manifest and blocks
   * @param state of model, validation and state; 0 if it does not say
   * @param table of the table's rows
   */
  public record Layouts(int files, long state, int table) {}

  /** What a start of this program does with a snapshot. */
  public enum Opening {
    /** All of its layouts are those of now. */
    AS_IT_IS,
    /** An older layout is read, and the next snapshot is written in that of now. */
    MIGRATED,
    /** A layout is not known, and it is refused. */
    UNKNOWN
  }

  /** The versions that this program writes. */
  public static Layouts layoutsOfNow() {
    return new Layouts(
        SnapshotManifest.FORMAT_VERSION,
        SnapshotCodec.LAYOUT_VERSION,
        TableSnapshot.versionOfNow());
  }

  /**
   * The versions that this snapshot is written in.
   *
   * @throws IOException if its table cannot be read
   */
  public Layouts layouts() throws IOException {
    return new Layouts(
        snapshot.manifest().version(), stateVersion(), TableSnapshot.open(snapshot).version());
  }

  /**
   * What a start does with it.
   *
   * @throws IOException if its table cannot be read
   */
  public Opening opening() throws IOException {
    if (!SnapshotCodec.knowsLayout(snapshot)) {
      return Opening.UNKNOWN;
    }
    return layouts().equals(layoutsOfNow()) ? Opening.AS_IT_IS : Opening.MIGRATED;
  }

  /**
   * Names of sections that this program does not know. A start leaves them out: what they hold is
   * not needed for the layouts that it knows.
   */
  public List<String> unknownSections() {
    return snapshot.sections().stream()
        .filter(name -> !KNOWN.matcher(name).lookingAt())
        .sorted()
        .toList();
  }

  /** The schema and the model's shape, as texts. */
  public Map<String, String> shapes() {
    Map<String, String> shapes = new HashMap<>(snapshot.manifest().metadata());
    shapes
        .keySet()
        .removeAll(
            java.util.Set.of(
                SnapshotCodec.LAYOUT,
                SnapshotCodec.EPOCH,
                SnapshotCodec.KERNELS,
                SnapshotCodec.BATCHES,
                SnapshotCodec.OFFSET,
                SnapshotCodec.JOURNAL,
                SnapshotCodec.NOT_NEEDED,
                SnapshotCodec.KINDS));
    return shapes;
  }

  private long number(String key) {
    try {
      return Long.parseLong(snapshot.manifest().metadata().getOrDefault(key, "-1"));
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** Kind of a slot; null if the snapshot is too old to say, or has no such slot. */
  public @Nullable SlotKind kind(String slot) {
    String kinds = snapshot.manifest().metadata().getOrDefault(SnapshotCodec.KINDS, "");
    return kinds
        .lines()
        .filter(line -> line.substring(line.indexOf(' ') + 1).equals(slot))
        .map(line -> SlotKind.valueOf(line.substring(0, line.indexOf(' '))))
        .findFirst()
        .orElse(null);
  }

  /**
   * Reads the dense parameters.
   *
   * @param model of the configured shape; overwritten
   * @param terms as configured
   * @throws IOException if the snapshot's model has another shape or layout, or cannot be read
   */
  public void readModel(SessionModel model, ScoreTerms terms) throws IOException {
    SnapshotCodec.checkLayout(snapshot);
    SnapshotCodec.checkShape(snapshot, SnapshotCodec.SHAPE, model.options() + terms.shape());
    try (DataInputStream in = snapshot.section(StateSection.MODEL)) {
      model.readFrom(in);
    }
  }

  /**
   * Goes through the catalogue.
   *
   * @throws IOException if it has another layout, or cannot be read
   */
  public void readItems(Consumer<Item> items) throws IOException {
    SnapshotCodec.readItems(snapshot, items);
  }

  /**
   * Makes a data directory that starts at exactly this snapshot: one snapshot that holds
   * everything, and no log. What was logged after it is not in it; event ids that were published
   * before are not recognised.
   *
   * @param directory does not exist or is empty
   * @param progress is told of bytes that were copied
   * @return id of the snapshot in there
   * @throws IOException if the directory holds anything or has too little room, a file is damaged,
   *     or the snapshot is of another layout
   */
  public String restoreTo(Path directory, LongConsumer progress) throws IOException {
    SnapshotCodec.checkLayout(snapshot);
    checkEmpty(directory);
    checkRoom(directory);
    Map<String, String> metadata = new HashMap<>(snapshot.manifest().metadata());
    metadata.put(SnapshotCodec.OFFSET, "0");
    metadata.put(SnapshotCodec.NOT_NEEDED, "0");
    metadata.put(SnapshotCodec.JOURNAL, "0");
    String id = "%016d-0".formatted(batches());
    SnapshotStore store = SnapshotStore.open(directory.resolve("snapshots"));
    try (SnapshotDraft draft = store.create(id, null)) {
      for (String section : snapshot.sections()) {
        copy(section, draft, progress);
      }
      draft.commit(metadata);
    } catch (IOException e) {
      Files.delete(directory.resolve("snapshots"));
      throw e;
    }
    store.open(id).verify();
    HistoryMark.put(directory);
    return id;
  }

  private void copy(String section, SnapshotDraft draft, LongConsumer progress) throws IOException {
    byte[] bytes = new byte[COPY_BYTES];
    try (DataInputStream in = snapshot.section(section);
        DataOutputStream out = draft.section(section)) {
      int n = in.read(bytes);
      while (n >= 0) {
        out.write(bytes, 0, n);
        progress.accept(n);
        n = in.read(bytes);
      }
    }
  }

  /** What a chain takes is what it takes merged, or more. */
  private void checkRoom(Path directory) throws IOException {
    long needed =
        snapshot.chain().stream().mapToLong(s -> s.manifest().fileBytes()).sum()
            + DiskRoom.START_BYTES;
    PrivateFiles.createDirectories(directory);
    long free = Files.getFileStore(directory).getUsableSpace();
    DiskRoom.check(directory, free, needed, "the snapshot and a start from it");
  }

  private static void checkEmpty(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      if (files.iterator().hasNext()) {
        throw new IOException(directory + " is not empty: nothing is overwritten");
      }
    }
  }
}
