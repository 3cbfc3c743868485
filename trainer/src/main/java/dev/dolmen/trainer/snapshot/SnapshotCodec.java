package dev.dolmen.trainer.snapshot;

import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.snapshot.DamagedSnapshotException;
import dev.dolmen.parameterstore.snapshot.Pace;
import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotDraft;
import dev.dolmen.parameterstore.snapshot.SnapshotManifest;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.parameterstore.store.TableSnapshot;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.learn.Learner;
import dev.dolmen.trainer.learn.LearnerCounts;
import dev.dolmen.trainer.migration.Migration;
import dev.dolmen.trainer.state.StateSection;
import dev.dolmen.v1.Item;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes all of a learner's state at a barrier between two batches, writes it as one snapshot, and
 * reads it back: table, dense parameters with optimiser state, catalogue, sessions, click counts,
 * joiner, validation totals, and where log and journal stood.
 *
 * <p>{@link #freeze} and {@link #give} run on the training thread; {@link #write} runs on another.
 * After the first, a snapshot holds the rows that have changed since its parent, of the table and
 * of all parts of the state that have many, and what little there is besides whole. The shape of
 * schema and model stands in the manifest, and so does the version of the layout: a snapshot of
 * another shape is migrated, one of a version that is not known is refused.
 */
public final class SnapshotCodec {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotCodec.class);
  private static final String TABLE_PREFIX = "table/";

  /** For so long pieces are given between two batches, and the last one to its end. */
  private static final long GIVE_US = 5_000;

  static final String SHAPE = "model";

  /**
   * Version of what the sections of model, validation and state hold, and in which order. Raised
   * with every change to what any of them writes; the table's files have a version of their own.
   * Snapshots from before versions were counted do not name one.
   */
  public static final int LAYOUT_VERSION = 10;

  /**
   * The last version that held all of the state in one section, whole. It is read, as is what came
   * between: a section that was not there yet stays as it began.
   */
  private static final int WHOLE_STATE_VERSION = 8;

  /** Keys of the manifest. */
  public static final String OFFSET = "logOffset";

  static final String JOURNAL = "journalPlace";

  /** The log up to here is not needed, not even by the joiner. */
  static final String NOT_NEEDED = "logNotNeededUpTo";

  /** Whether somebody asked for it; others were due, or taken on close. */
  static final String ON_DEMAND = "onDemand";

  /** Of the trainer that led; missing where there was none. */
  static final String EPOCH = "epoch";

  /** What learned the last of it, as {@link Kernels#name} has it; missing before it was told. */
  static final String KERNELS = "kernels";

  static final String BATCHES = "batches";
  static final String SCHEMA = "schema";
  static final String KINDS = "kinds";
  public static final String LAYOUT = "stateVersion";

  private final SnapshotStore store;
  private final Path directory;
  private final Schema schema;
  private final SnapshotOptions options;
  private final InstantSource clock;

  private volatile @Nullable SnapshotInfo latest;

  private LongSupplier epoch = () -> 0;
  private volatile long restoredEpoch;

  /** The snapshot that the next one may hold the changes of. */
  private volatile @Nullable String parent;

  /** Where log and journal stood at a barrier. */
  public record Position(long logOffset, long journalPlace) {}

  public SnapshotCodec(Path directory, Schema schema, SnapshotOptions options, InstantSource clock)
      throws IOException {
    this.directory = directory;
    this.schema = schema;
    this.options = options;
    this.clock = clock;
    store = SnapshotStore.open(directory);
    SnapshotStore.loadCompressor();
  }

  /**
   * Names the newest lead in snapshots. Before the first is taken.
   *
   * @param newest 0 where there is none; asked by the training thread
   */
  public void epochBy(LongSupplier newest) {
    epoch = newest;
  }

  /** The lead that the restored snapshot names; 0 if none. Any thread. */
  public long restoredEpoch() {
    return restoredEpoch;
  }

  /** The newest snapshot, of this run or the one it was restored from. Any thread. */
  public @Nullable SnapshotInfo latest() {
    return latest;
  }

  /**
   * Restores the newest whole snapshot into a new learner; those that are not whole, or cannot be
   * read, are passed over and count no more.
   *
   * @return where log and journal stood; zeros if there is no snapshot
   * @throws IOException if it is of another layout, or cannot be read
   */
  public Position restore(Learner learner) throws IOException {
    for (String id : store.ids().reversed()) {
      try {
        Snapshot snapshot = store.open(id);
        Migration migration = read(snapshot, learner);
        return restored(learner, snapshot, migration);
      } catch (DamagedSnapshotException | FileSystemException e) {
        LOG.error("Snapshot {} is not whole, trying the one before", id, e);
        store.distrust(id);
      }
    }
    return new Position(0, 0);
  }

  /**
   * Reads a snapshot into a new learner. One of another schema or model is migrated, as {@link
   * Migration} has it.
   *
   * @return what was done so that it fits; null if it fits as it is
   * @throws DamagedSnapshotException if it is not whole: another may be read into the learner
   * @throws IOException if it is of another layout, or cannot be read
   */
  public static @Nullable Migration read(Snapshot snapshot, Learner learner) throws IOException {
    checkLayout(snapshot);
    Migration migration = migration(snapshot, learner.shape());
    // The rows are checked as they are read: a table can be read into again, the rest not.
    snapshot.verify(name -> !name.startsWith(TABLE_PREFIX));
    learner.table().readFrom(migration == null ? snapshot : migration.reader());
    learner.readFrom(migration);
    boolean whole = layout(snapshot) == WHOLE_STATE_VERSION;
    for (StateSection section : learner.sections()) {
      if (!section.optional() || snapshot.sections().contains(section.name())) {
        try (DataInputStream in = snapshot.section(section.name())) {
          if (whole) {
            section.part().readFrom(in);
          } else {
            section.part().readParted(in, snapshot);
          }
        }
      }
    }
    if (migration != null) {
      learner.migrated(migration);
    }
    return migration;
  }

  /**
   * From what a snapshot was made with to what is configured.
   *
   * @return null if it is the same
   */
  static @Nullable Migration migration(Snapshot snapshot, Migration.Shape now) throws IOException {
    Map<String, String> metadata = snapshot.manifest().metadata();
    return Migration.of(
        snapshot, metadata.getOrDefault(SCHEMA, ""), metadata.getOrDefault(SHAPE, ""), now);
  }

  private static long layout(Snapshot snapshot) {
    String found = snapshot.manifest().metadata().getOrDefault(LAYOUT, "");
    for (int known = WHOLE_STATE_VERSION; known <= LAYOUT_VERSION; known++) {
      if (found.equals(Integer.toString(known))) {
        return known;
      }
    }
    return -1;
  }

  /**
   * Goes through the items of the catalogue.
   *
   * @throws IOException if they cannot be read, or are of a layout that is not known
   */
  static void readItems(Snapshot snapshot, Consumer<Item> items) throws IOException {
    checkLayout(snapshot);
    boolean whole = layout(snapshot) == WHOLE_STATE_VERSION;
    try (DataInputStream in = snapshot.section(whole ? StateSection.STATE : Catalog.SECTION)) {
      if (whole) {
        LearnerCounts.readFrom(in);
        Catalog.readItems(in, items);
      } else {
        Catalog.readItemRows(in, items);
      }
    }
  }

  private Position restored(Learner learner, Snapshot snapshot, @Nullable Migration migration)
      throws IOException {
    Map<String, String> metadata = snapshot.manifest().metadata();
    Position position = new Position(number(metadata, OFFSET), number(metadata, JOURNAL));
    restoredEpoch = epoch(metadata);
    // What earlier versions or configurations wrote cannot be merged with changes: the next
    // snapshot is whole.
    boolean mergeable =
        migration == null
            && TableSnapshot.open(snapshot).version() > 1
            && layout(snapshot) == LAYOUT_VERSION;
    parent = mergeable ? snapshot.manifest().id() : null;
    latest = info(snapshot.manifest(), position, learner.batches(), 0, 0, 0);
    LOG.info(
        "Restored snapshot {} at batch {}, from {} files of changes and a base",
        snapshot.manifest().id(),
        learner.batches(),
        snapshot.chain().size() - 1);
    String kernels = metadata.getOrDefault(KERNELS, "");
    if (Kernels.areOthers(kernels)) {
      LOG.warn(
          "Snapshot {} was learned with {} kernels, and this processor has {}: from here on numbers"
              + " differ in their last bits from what they would have been there",
          snapshot.manifest().id(),
          kernels,
          Kernels.best().name());
    }
    if (migration != null) {
      LOG.warn("The configuration is another one than that snapshot's; what was learned goes on");
      migration.lines().forEach(line -> LOG.warn("{}", line));
    }
    return position;
  }

  /** Id of a snapshot taken now: sorts behind earlier ones, also where no batch is in between. */
  public String id(Learner learner, Position position) {
    SnapshotInfo before = latest;
    return id(learner.batches(), position.logOffset, before == null ? "" : before.id());
  }

  /**
   * Id of a snapshot. The offset has as many digits as it can ever need; earlier versions wrote
   * eight, and behind one of these, as long as no batch is in between, eight are written again.
   *
   * @param before id of the snapshot before it; empty if there is none
   */
  static String id(long batches, long logOffset, String before) {
    String id = "%016d-%016x".formatted(batches, logOffset);
    return id.compareTo(before) >= 0 ? id : "%016d-%08x".formatted(batches, logOffset);
  }

  /** Whether so many rows have changed that a snapshot is due. Training thread. */
  boolean mustCopy(Learner learner) {
    return learner.table().copyBytes(true) >= options.copyBytes();
  }

  /** Bytes of memory that may be taken for a snapshot in flight. */
  long copyBytes() {
    return options.copyBytes();
  }

  /**
   * Takes everything that a snapshot holds, as it is now. Training thread, nothing pending, the one
   * before released.
   *
   * @param requestedUs when it was asked for, microseconds
   * @param onDemand whether somebody asked for it
   */
  FrozenEngine freeze(Learner learner, Position position, long requestedUs, boolean onDemand) {
    long startUs = nowUs();
    FrozenEngine frozen =
        new FrozenEngine(
            learner,
            new FrozenEngine.Origin(
                id(learner, position),
                parent,
                metadata(learner, position, onDemand),
                position,
                learner.batches(),
                requestedUs));
    frozen.paused(nowUs() - startUs);
    return frozen;
  }

  /** Gives some of what a snapshot holds to who writes it: for a moment. Training thread. */
  void give(FrozenEngine frozen) {
    SnapshotPieces pieces = frozen.pieces();
    long startUs = nowUs();
    long us = 0;
    // A clock that is set back ends it, too.
    while (us >= 0 && us < GIVE_US && !pieces.given() && !pieces.full()) {
      pieces.give();
      us = nowUs() - startUs;
    }
    frozen.paused(us);
  }

  /** Writes what is given of a snapshot; it is durable then. One thread at a time. */
  public SnapshotInfo write(FrozenEngine frozen) throws IOException {
    return write(frozen, frozen.pieces()::writeTo);
  }

  /**
   * Takes and writes a snapshot while the learner stands still.
   *
   * @param requestedUs when it was asked for, microseconds
   */
  public SnapshotInfo writeNow(Learner learner, Position position, long requestedUs)
      throws IOException {
    FrozenEngine frozen = freeze(learner, position, requestedUs, false);
    boolean durable = false;
    try {
      SnapshotInfo info = write(frozen, frozen.pieces()::writeNow);
      durable = true;
      return info;
    } finally {
      frozen.release(durable);
    }
  }

  private interface Writing {
    void writeTo(SnapshotDraft draft) throws IOException;
  }

  private SnapshotInfo write(FrozenEngine frozen, Writing writing) throws IOException {
    FrozenEngine.Origin origin = frozen.origin();
    String from = origin.parent();
    if (store.isDistrusted(origin.id())) {
      // It was not whole: the same state takes its place.
      store.delete(origin.id());
    }
    SnapshotManifest manifest;
    try (SnapshotDraft draft = store.create(origin.id(), from == null ? null : store.open(from))) {
      writing.writeTo(draft);
      manifest = draft.commit(origin.metadata());
    }
    parent = origin.id();
    SnapshotInfo info =
        info(
            manifest,
            origin.position(),
            origin.batches(),
            frozen.copiedRows(),
            frozen.pauseUs(),
            nowUs() - origin.requestedUs());
    latest = info;
    LOG.info(
        "Wrote snapshot {}: {} bytes, {} rows copied, training paused {} ms, {} ms in all",
        info.id(),
        info.bytes(),
        info.copiedRows(),
        Math.round(info.pauseMs() * 10) / 10.0,
        Math.round(info.totalMs()));
    return info;
  }

  /** Deletes what is kept no longer. The thread that writes. */
  void retain() throws IOException {
    store.retain(options.keep(), metadata -> metadata.containsKey(ON_DEMAND));
  }

  /** Whether the newest snapshot's changes should be merged into a whole. Any thread. */
  boolean shouldCompact() throws IOException {
    String id = parent;
    if (id == null) {
      return false;
    }
    Snapshot snapshot = store.open(id);
    long[] bytes = snapshot.mergedBytes();
    return snapshot.chain().size() - 1 > options.maxDeltas()
        || bytes[1] > options.compactShare() * bytes[0];
  }

  /** Merges the newest snapshot's changes into a whole, on disk. One thread, next to writing. */
  void compact(Pace pace) throws IOException {
    String id = parent;
    if (id != null) {
      long startUs = nowUs();
      long bytes = store.compact(id, pace).manifest().fileBytes();
      LOG.info("Merged snapshot {}: {} bytes, {} ms", id, bytes, (nowUs() - startUs) / 1_000);
    }
  }

  /** Up to where the oldest snapshot kept needs neither log nor journal. */
  Position oldest() throws IOException {
    for (String id : store.ids()) {
      try {
        return notNeeded(id);
      } catch (IOException e) {
        // Not readable: nothing can be restored from it, so it needs nothing.
        LOG.warn("Snapshot {} cannot be read", id, e);
      }
    }
    return new Position(0, 0);
  }

  /** Where they are. */
  Path directory() {
    return directory;
  }

  /** Gives a snapshot's files second names; see {@link SnapshotStore#link}. */
  Snapshot link(String id, Path into) throws IOException {
    return store.link(id, into);
  }

  /** Id of the newest snapshot whose manifests can be read; empty if there is none. */
  String newestReadable() throws IOException {
    for (String id : store.ids().reversed()) {
      try {
        return store.open(id).manifest().id();
      } catch (DamagedSnapshotException e) {
        LOG.debug("Snapshot {} cannot be read", id, e);
      }
    }
    return "";
  }

  /** Up to where a snapshot needs neither log nor journal. */
  Position notNeeded(String id) throws IOException {
    Map<String, String> metadata = store.open(id).manifest().metadata();
    long offset = number(metadata, metadata.containsKey(NOT_NEEDED) ? NOT_NEEDED : OFFSET);
    return new Position(offset, number(metadata, JOURNAL));
  }

  private Map<String, String> metadata(Learner learner, Position position, boolean onDemand) {
    Map<String, String> metadata = new HashMap<>();
    if (onDemand) {
      metadata.put(ON_DEMAND, "true");
    }
    long leads = Math.max(restoredEpoch, epoch.getAsLong());
    if (leads > 0) {
      metadata.put(EPOCH, Long.toString(leads));
    }
    metadata.put(KERNELS, Kernels.best().name());
    metadata.put(BATCHES, Long.toString(learner.batches()));
    metadata.put(OFFSET, Long.toString(position.logOffset));
    metadata.put(JOURNAL, Long.toString(position.journalPlace));
    long notNeeded = Math.min(position.logOffset, learner.logNotNeededUpTo());
    metadata.put(NOT_NEEDED, Long.toString(notNeeded));
    metadata.put(SCHEMA, schema.toString());
    metadata.put(KINDS, kinds());
    metadata.put(SHAPE, learner.shape().modelText());
    metadata.put(LAYOUT, Integer.toString(LAYOUT_VERSION));
    return metadata;
  }

  /** A line a slot: its kind, a space, its name. */
  private String kinds() {
    return schema.slots().stream()
        .map(slot -> slot.kind() + " " + slot.name())
        .collect(Collectors.joining("\n"));
  }

  private SnapshotInfo info(
      SnapshotManifest manifest,
      Position position,
      long batches,
      long copiedRows,
      long pauseUs,
      long totalUs) {
    SnapshotManifest.Parent from = manifest.parent();
    return new SnapshotInfo(
        manifest.id(),
        from == null ? null : from.id(),
        batches,
        position.logOffset,
        manifest.fileBytes(),
        copiedRows,
        pauseUs / 1_000.0,
        totalUs / 1_000.0,
        directory.resolve(manifest.id()));
  }

  /** Whether a snapshot's state is of a layout that is read. */
  static boolean knowsLayout(Snapshot snapshot) {
    return layout(snapshot) >= 0;
  }

  /** Refuses what another version of the program has written in another layout. */
  static void checkLayout(Snapshot snapshot) throws IOException {
    String found = snapshot.manifest().metadata().get(LAYOUT);
    if (layout(snapshot) < 0) {
      throw new IOException(
          "snapshot "
              + snapshot.directory()
              + " holds its state in "
              + (found == null
                  ? "a layout from before layouts had versions"
                  : "version " + found + " of the layout")
              + ", this program reads version "
              + LAYOUT_VERSION
              + " and those before it down to "
              + WHOLE_STATE_VERSION
              + "; use the program that wrote it, or a new data directory. If the log still has"
              + " its beginning, everything is learned anew from it without the snapshots");
    }
  }

  static void checkShape(Snapshot snapshot, String key, String expected) throws IOException {
    String found = snapshot.manifest().metadata().getOrDefault(key, "");
    if (!found.equals(expected)) {
      throw new IOException(
          "snapshot "
              + snapshot.directory()
              + " was made with another "
              + key
              + ": "
              + ShapeDifference.text(found, expected)
              + "; use the configuration it was made with, or a snapshot that was taken since");
    }
  }

  /**
   * The lead under which a snapshot was taken; 0 where there was none.
   *
   * @param metadata of its manifest
   */
  public static long epoch(Map<String, String> metadata) throws IOException {
    return metadata.containsKey(EPOCH) ? number(metadata, EPOCH) : 0;
  }

  public static long number(Map<String, String> metadata, String key) throws IOException {
    String value = metadata.get(key);
    if (value == null) {
      throw new IOException("the snapshot's manifest has no " + key);
    }
    return Long.parseLong(value);
  }

  private long nowUs() {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
  }
}
