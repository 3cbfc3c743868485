package dev.dolmen.trainer.catalog;

import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.parameterstore.feature.InvalidFeatureException;
import dev.dolmen.parameterstore.feature.LearnedKnots;
import dev.dolmen.parameterstore.snapshot.RowsFormat;
import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StateRows;
import dev.dolmen.trainer.state.StreamPart;
import dev.dolmen.v1.Item;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All items by id and by index. A deleted item keeps its index for a while: one of the same id that
 * comes meanwhile finds what was learned of it. Forgotten ({@link #forgetNext}), its index goes to
 * another item only after a quarantine of log records and when no session refers to it any more
 * ({@link #retain}, {@link #release}), so an index never changes its meaning under a reader.
 *
 * <p>One writer, the training thread, calls the methods marked <em>writer</em>, in log order; any
 * thread may call the others at the same time.
 */
public final class Catalog implements CatalogReader, StreamPart {
  private static final Logger LOG = LoggerFactory.getLogger(Catalog.class);
  private static final VarHandle ITEMS =
      MethodHandles.arrayElementVarHandle(CatalogItem[].class).withInvokeExactBehavior();

  /** Items of a snapshot whose features are made together. */
  private static final int READ_TOGETHER = 8_192;

  /** Of a snapshot, with a row for each index. */
  public static final String SECTION = "trainer/items";

  private final FeatureExtractor features;
  private final int quarantineRecords;
  private final WithdrawnItems withdrawn;
  private final FilterIndex filters;
  private final ItemPacking packing;
  private final IdTable byId = new IdTable(this::item);
  private volatile long fidCollisions;
  private volatile long bytes;
  private volatile @Nullable CatalogItem[] items = new CatalogItem[16];
  private volatile int indexLimit;

  /** Sessions' references per index. */
  private int[] references = new int[16];

  /** Indexes in use, in no order, and where each stands. */
  private int[] live = new int[16];

  private int[] liveAt = new int[16];
  private volatile int size;
  private final ArrayDeque<Retired> retired = new ArrayDeque<>();
  private final Int2ObjectHashMap<Retired> retiredAt = new Int2ObjectHashMap<>();
  private long retirements;
  private long records;
  private static final byte[] NO_BYTES = {};

  /** Of the schema that what is read was written with; null if it is the one of now. */
  private @Nullable Map<String, Integer> knotsBefore;

  /** Numbers of slots. */
  private int[] knotsToLearn = {};

  private final ArrayList<CatalogRow> rowsRead = new ArrayList<>();
  private final StateRows rows =
      new StateRows(
          SECTION,
          RowsFormat.VARIABLE,
          this::writeRow,
          (index, in) -> rowsRead.add(CatalogRow.readFrom(index, in)));

  private record Retired(int index, long atRecord, long order) {}

  /**
   * @param features turns an item's metadata into fids
   * @param options how long what of deleted items is kept
   */
  public Catalog(FeatureExtractor features, CatalogOptions options) {
    this.features = features;
    quarantineRecords = options.quarantineRecords();
    filters = new FilterIndex(features.schema().slots());
    packing = new ItemPacking(features.schema().slots(), filters);
    withdrawn =
        new WithdrawnItems(
            new WithdrawnItems.Bounds(
                options.keepDeletedSec() * 1_000, options.maxItems(), options.deletedBytes()));
  }

  @Override
  public int indexOf(String itemId) {
    CatalogItem item = byId.find(itemId);
    return item == null ? -1 : item.index();
  }

  @Override
  public @Nullable CatalogItem item(int index) {
    @Nullable CatalogItem[] now = items;
    return index < now.length ? (@Nullable CatalogItem) ITEMS.getAcquire(now, index) : null;
  }

  @Override
  public @Nullable CatalogItem item(String itemId) {
    return byId.find(itemId);
  }

  @Override
  public Item whole(CatalogItem item) {
    return features.withVectors(item.item(), item.features());
  }

  @Override
  public @Nullable String sharesFid(String itemId) {
    return byId.sharing(itemId);
  }

  @Override
  public long fidCollisions() {
    return fidCollisions;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public FilterIndex filters() {
    return filters;
  }

  @Override
  public int indexLimit() {
    return indexLimit;
  }

  /** Indexes of deleted items that are not yet given to others. Writer. */
  public int retired() {
    return retired.size();
  }

  /** The {@code n}-th item in use, 0 to {@link #size} - 1, in no particular order. Writer. */
  public CatalogItem live(int n) {
    CatalogItem item = item(live[n]);
    if (item == null) {
      throw new IllegalStateException("no item at index " + live[n]);
    }
    return item;
  }

  /** Counts a log record: quarantines are measured in them. Writer. */
  public void countRecord() {
    records++;
  }

  /**
   * Inserts an item or replaces it at its index. Writer.
   *
   * @throws InvalidFeatureException if the schema does not take it
   */
  public CatalogItem upsert(Item item) {
    return put(item, features.item(item));
  }

  /**
   * Inserts or replaces an item that another schema has taken, without the values that this one
   * does not take. Writer.
   *
   * @throws InvalidFeatureException if a value is one that no schema takes
   */
  public CatalogItem upsertFitting(Item item) {
    Item fitting = features.fitting(item);
    return put(fitting, features.fitted(fitting));
  }

  private CatalogItem put(Item item, Features itemFeatures) {
    CatalogItem old = byId.find(item.getItemId());
    int index = old == null ? ownOrFreeIndex(item.getItemId()) : old.index();
    Item plain = features.withoutVectors(item);
    // First, so that it has tokens to give.
    filters.replace(index, old == null ? null : old.item(), plain, true);
    CatalogItem now = packing.packed(index, plain, itemFeatures);
    rows.changing(index);
    place(now, old == null);
    addBytes(ItemBytes.of(now) - (old == null ? 0 : ItemBytes.of(old)));
    return now;
  }

  /**
   * Learns from the numbers of an item that was upserted where the knots of number slots lie. What
   * items' features come to follows from that by itself. Writer.
   *
   * @return whether they have moved
   */
  public boolean learnKnots(Item item) {
    return features.learnedKnots().observe(item);
  }

  /** Turns items and visits into features, and tells what columns these have. */
  public FeatureExtractor features() {
    return features;
  }

  private int ownOrFreeIndex(String itemId) {
    int own = withdrawn.indexOf(itemId);
    if (own < 0) {
      return freeIndex();
    }
    rows.changing(own);
    return withdrawn.take(itemId);
  }

  /** Whether an item was deleted, and its index and what was learned of it are kept. Writer. */
  public boolean isWithdrawn(String itemId) {
    return withdrawn.contains(itemId);
  }

  /** Deleted items whose index is kept. Any thread. */
  public int withdrawn() {
    return withdrawn.size();
  }

  /** Bytes of the heap that what is kept of them takes. Any thread. */
  public long withdrawnBytes() {
    return withdrawn.bytes();
  }

  /**
   * Forgets one deleted item, if one has been away for too long or there is no room for it. Writer.
   *
   * @param nowMs event time
   * @return the index that it had, -1 if none has to go
   */
  public int forgetNext(long nowMs) {
    String due = withdrawn.due(nowMs, size);
    if (due == null) {
      return -1;
    }
    int index = withdrawn.indexOf(due);
    rows.changing(index);
    retire(new Retired(withdrawn.take(due), records, retirements));
    return index;
  }

  private void retire(Retired waits) {
    retirements = Math.max(retirements, waits.order + 1);
    retired.add(waits);
    retiredAt.put(waits.index, waits);
  }

  /**
   * Deletes an item and returns it, or null if there is none. Writer.
   *
   * @param nowMs event time
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
  public @Nullable CatalogItem delete(String itemId, long nowMs) {
    CatalogItem item = byId.find(itemId);
    if (item == null) {
      return null;
    }
    int index = item.index();
    int last = live[size - 1];
    rows.changing(index);
    rows.changing(last);
    byId.remove(index, itemId);
    addBytes(-ItemBytes.of(item));
    ITEMS.setRelease(items, index, (CatalogItem) null);
    filters.replace(index, item.item(), null, true);
    size--;
    live[liveAt[index]] = last;
    liveAt[last] = liveAt[index];
    withdrawn.add(itemId, index, nowMs);
    return item;
  }

  /** One more place refers to the item at {@code index}. Writer. */
  public void retain(int index) {
    references[index]++;
  }

  /** One place less refers to the item at {@code index}. Writer. */
  public void release(int index) {
    if (--references[index] < 0) {
      throw new IllegalStateException("index " + index + " released more often than retained");
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
  private void addBytes(long more) {
    bytes += more;
  }

  private int freeIndex() {
    for (int tries = Math.min(8, retired.size()); tries > 0; tries--) {
      Retired oldest = retired.element();
      if (records - oldest.atRecord < quarantineRecords) {
        break;
      }
      rows.changing(oldest.index);
      retired.remove();
      retiredAt.remove(oldest.index);
      if (references[oldest.index] == 0) {
        return oldest.index;
      }
      retire(new Retired(oldest.index, records, retirements));
    }
    int index = indexLimit;
    ensureRoom(index);
    return index;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
  private void place(CatalogItem item, boolean isNew) {
    int index = item.index();
    ensureRoom(index);
    ITEMS.setRelease(items, index, item);
    if (isNew) {
      countSharing(item.id());
      live[size] = index;
      liveAt[index] = size;
      size++;
      byId.add(index, item.id());
    }
    if (index >= indexLimit) {
      indexLimit = index + 1;
    }
  }

  /** Refused before it is logged, but two such items may have been logged at the same time. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
  private void countSharing(String itemId) {
    String owner = byId.sharing(itemId);
    if (owner != null) {
      fidCollisions++;
      LOG.warn(
          "Items \"{}\" and \"{}\" have the same fid {} and share a row of the id slot",
          owner,
          itemId,
          Fids.ofId(itemId));
    }
  }

  private void ensureRoom(int index) {
    if (index >= references.length) {
      int room = Math.max(index + 1, references.length + (references.length >> 1));
      references = Arrays.copyOf(references, room);
      live = Arrays.copyOf(live, room);
      liveAt = Arrays.copyOf(liveAt, room);
      items = Arrays.copyOf(items, room);
    }
  }

  /** Writes items, order and quarantine; references are the sessions' to restore. Writer. */
  public void writeTo(DataOutput out) throws IOException {
    copy().writeTo(out);
  }

  /** What {@link #writeTo} writes, as of now: items do not change, so copying copies pointers. */
  @Override
  public StateCopy copy() {
    long recordsNow = records;
    int limit = indexLimit;
    int[] liveNow = Arrays.copyOf(live, size);
    @Nullable CatalogItem[] itemsNow = items.clone();
    Retired[] retiredNow = retired.toArray(new Retired[0]);
    LearnedKnots.Copy knots = features.learnedKnots().copy();
    StateCopy withdrawnNow = withdrawn.copy();
    return out -> {
      out.writeLong(recordsNow);
      out.writeInt(limit);
      writeItems(out, liveNow, itemsNow);
      out.writeInt(retiredNow.length);
      for (Retired r : retiredNow) {
        out.writeInt(r.index);
        out.writeLong(r.atRecord);
      }
      knots.writeTo(out);
      withdrawnNow.writeTo(out);
    };
  }

  private void writeItems(DataOutput out, int[] live, @Nullable CatalogItem[] items)
      throws IOException {
    out.writeInt(live.length);
    for (int index : live) {
      CatalogItem item = items[index];
      if (item == null) {
        throw new IllegalStateException("no item at index " + index);
      }
      byte[] bytes = whole(item).toByteArray();
      out.writeInt(item.index());
      out.writeInt(bytes.length);
      out.write(bytes);
    }
  }

  /** Reads the items of what {@link #writeTo} wrote, and no further. Any thread. */
  public static void readItems(DataInput in, Consumer<Item> items) throws IOException {
    in.readLong();
    in.readInt();
    for (int n = in.readInt(); n > 0; n--) {
      in.readInt();
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      items.accept(Item.parseFrom(bytes));
    }
  }

  /** Reads what {@link #writeTo} wrote into this empty catalogue. Writer, before any reader. */
  @Override
  public void readFrom(DataInput in) throws IOException {
    records = in.readLong();
    int limit = in.readInt();
    int[] indexes = new int[in.readInt()];
    byte[][] read = new byte[indexes.length][];
    for (int i = 0; i < read.length; i++) {
      indexes[i] = in.readInt();
      read[i] = new byte[in.readInt()];
      in.readFully(read[i]);
    }
    for (int i = in.readInt(); i > 0; i--) {
      retire(new Retired(in.readInt(), in.readLong(), retirements));
    }
    readKnots(in);
    withdrawn.readFrom(in);
    restore(indexes, read);
    learnMissingKnots();
    if (limit > 0) {
      ensureRoom(limit - 1);
    }
    indexLimit = limit;
    rows.reserve(limit);
  }

  /**
   * Puts items where they were, before any reader; the knots are known. Bytes become packed items
   * on all processors, some thousands at a time, and are placed one after the other.
   *
   * @param bytes of the items, let go of as they are placed
   */
  private void restore(int[] indexes, byte[][] bytes) throws IOException {
    ItemOfSnapshot.Maker maker = new ItemOfSnapshot.Maker(features, packing);
    ItemOfSnapshot[] made = new ItemOfSnapshot[Math.min(bytes.length, READ_TOGETHER)];
    for (int from = 0; from < bytes.length; from += READ_TOGETHER) {
      int first = from;
      int n = Math.min(READ_TOGETHER, bytes.length - from);
      try {
        IntStream.range(0, n)
            .parallel()
            .forEach(i -> made[i] = maker.read(indexes[first + i], bytes[first + i]));
      } catch (UncheckedIOException e) {
        throw new IOException("items " + first + " to " + (first + n - 1), e.getCause());
      }
      Arrays.fill(bytes, first, first + n, NO_BYTES);
      for (int i = 0; i < n; i++) {
        ItemOfSnapshot item = made[i];
        filters.replace(indexes[first + i], null, item.plain(), false);
        place(item.packed(), true);
        addBytes(item.bytes());
      }
    }
  }

  /**
   * What is read was written with another schema: knots that the one of now asks for anew are
   * learned from the items. Writer, before anything is read.
   *
   * @param quantiles slots of then whose knots were learned, in their order, and how many each had;
   *     null if the schema was the same
   */
  public void readFromSchemaWith(@Nullable Map<String, Integer> quantiles) {
    knotsBefore = quantiles;
  }

  private void readKnots(DataInput in) throws IOException {
    Map<String, Integer> before = knotsBefore;
    if (before == null) {
      features.learnedKnots().readFrom(in);
    } else {
      knotsToLearn = features.learnedKnots().readFrom(in, before);
    }
  }

  /** From all items, in their order. */
  private void learnMissingKnots() {
    for (int n = 0; n < size && knotsToLearn.length > 0; n++) {
      var _ = features.learnedKnots().observe(live(n).item(), knotsToLearn);
    }
    knotsBefore = null;
  }

  @Override
  public List<StateRows> rows() {
    return List.of(rows);
  }

  @Override
  public StateCopy copyRest() {
    long recordsNow = records;
    int limit = indexLimit;
    LearnedKnots.Copy knots = features.learnedKnots().copy();
    return out -> {
      out.writeLong(recordsNow);
      out.writeInt(limit);
      knots.writeTo(out);
    };
  }

  @Override
  public void readRest(DataInput in) throws IOException {
    records = in.readLong();
    indexLimit = in.readInt();
    readKnots(in);
    rowsRead.clear();
  }

  /** The knots are known, so that features can be made. */
  @Override
  public void rowsRead() throws IOException {
    ensureRoom(Math.max(0, indexLimit - 1));
    rowsRead.sort(Comparator.comparingInt(CatalogRow::liveAt).thenComparingLong(CatalogRow::order));
    List<CatalogRow> live = new ArrayList<>(rowsRead.size());
    for (CatalogRow row : rowsRead) {
      String deleted = row.deletedId();
      if (row.bytes() != null) {
        live.add(row);
      } else if (deleted != null) {
        withdrawn.restore(deleted, row);
      } else {
        retire(new Retired(row.index(), row.at(), row.order()));
      }
    }
    rowsRead.clear();
    rowsRead.trimToSize();
    int[] indexes = live.stream().mapToInt(CatalogRow::index).toArray();
    byte[][] bytes = live.stream().map(CatalogRow::bytes).toArray(byte[][]::new);
    live.clear();
    restore(indexes, bytes);
    learnMissingKnots();
  }

  private void writeRow(int index, DataOutput out) throws IOException {
    CatalogItem item = item(index);
    if (item != null) {
      CatalogRow.ofItem(index, whole(item), liveAt[index]).writeTo(out);
      return;
    }
    Retired waits = retiredAt.get(index);
    CatalogRow row =
        waits == null
            ? withdrawn.row(index)
            : CatalogRow.ofForgotten(index, waits.atRecord, waits.order);
    if (row != null) {
      row.writeTo(out);
    }
  }

  /** Reads the items of the section of rows. Any thread. */
  public static void readItemRows(DataInputStream in, Consumer<Item> items) throws IOException {
    StateRows.read(
        in,
        RowsFormat.VARIABLE,
        (index, row) -> {
          Item item = CatalogRow.readFrom(index, row).item();
          if (item != null) {
            items.accept(item);
          }
        });
  }
}
