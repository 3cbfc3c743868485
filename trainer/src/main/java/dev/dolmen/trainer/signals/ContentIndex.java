package dev.dolmen.trainer.signals;

import dev.dolmen.model.data.SignalFeatures;
import dev.dolmen.parameterstore.feature.ColumnSpec;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.random.MixedBits;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.catalog.CatalogReader;
import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StreamPart;
import java.io.DataInput;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.Long2LongHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which items have a token of metadata, kept up as items come, change and go: an inverted index
 * over the categories, paths, tokens and words of the catalog. Numbers, ages and ids are no tokens.
 * A schema without any of these has the {@link VectorTokens} of its vectors instead. Next to words
 * they are left out: they are less exact, and together they find less than words alone.
 *
 * <p>All that can be read follows from the catalog as it is, whatever the order in which it came to
 * be so: a snapshot holds nothing of it, and a start makes it again. At most {@link #TOKENS} of an
 * item count, and those of its vectors.
 *
 * <p>One writer; any thread reads. Lists never change where somebody may read them, so a reader may
 * find a list that is a change old.
 */
public final class ContentIndex extends ContentReader implements StreamPart {
  /** Tokens of an item at most, the first ones, without those of its vectors. */
  static final int TOKENS = 64;

  private static final int NONE = -1;
  private static final int[] NO_TOKENS = {};
  private static final long[] NO_KEYS = {};

  /** Items of a catalog that was read that are put together. */
  private static final int READ_TOGETHER = 8_192;

  /** Of an item or a token, besides its entries: references, headers, the map's place. */
  private static final int ITEM_BYTES = 24;

  private static final int TOKEN_BYTES = 148;

  private final CatalogReader catalog;
  private final int[] columns;

  /** In the order of {@link Features#vectors}. */
  private final VectorTokens[] vectors;

  private final Long2LongHashMap numbers = new Long2LongHashMap(NONE);
  private final IntArrayList freeNumbers = new IntArrayList();
  private long[] keys = new long[16];
  private int limit;

  /** By item: numbers of its tokens, in the order of their keys. */
  private volatile AtomicReferenceArray<int @Nullable []> tokens =
      new AtomicReferenceArray<>(1_024);

  /** By token. */
  private volatile AtomicReferenceArray<@Nullable SortedItems> holders =
      new AtomicReferenceArray<>(1_024);

  /** By token: how many items have it, which is asked for far more often than which ones. */
  private volatile AtomicIntegerArray held = new AtomicIntegerArray(1_024);

  private final KeptLikes likes = new KeptLikes();
  private volatile int items;
  private volatile long changes;
  private volatile long bytes;

  /**
   * Nothing is in it yet.
   *
   * @param catalog where the items are that it is told of
   */
  public ContentIndex(Schema schema, CatalogReader catalog) {
    this.catalog = catalog;
    List<ColumnSpec> all = new FeatureExtractor(schema).itemColumns();
    int[] read = new int[all.size()];
    int n = 0;
    for (int column = 0; column < all.size(); column++) {
      if (saysWhatItIs(schema.slots().get(all.get(column).slot()).kind())) {
        read[n++] = column;
      }
    }
    columns = Arrays.copyOf(read, n);
    vectors = n > 0 ? new VectorTokens[0] : vectorTokens(all);
  }

  private static VectorTokens[] vectorTokens(List<ColumnSpec> all) {
    return IntStream.range(0, all.size())
        .filter(column -> all.get(column).dimension() > 0)
        .mapToObj(column -> new VectorTokens(column, all.get(column).dimension()))
        .toArray(VectorTokens[]::new);
  }

  private static boolean saysWhatItIs(SlotKind kind) {
    return switch (kind) {
      case CATEGORY, CATEGORY_PATH, TOKENS, TEXT -> true;
      case NUMBER, AGE, ID, CONTEXT, VECTOR -> false;
    };
  }

  @Override
  public void added(int item) {
    put(item);
  }

  @Override
  public void changed(int item) {
    put(item);
  }

  @Override
  public void returned(int item) {
    put(item);
  }

  @Override
  public void withdrawn(int item) {
    replace(item, NO_TOKENS);
  }

  @Override
  public void deleted(int item) {
    replace(item, NO_TOKENS);
  }

  private void put(int item) {
    CatalogItem now = catalog.item(item);
    replace(item, now == null ? NO_TOKENS : numbered(keys(now.features())));
  }

  /** In ascending order, each once. */
  private long[] keys(Features features) {
    long[] found = new long[TOKENS + vectors.length * VectorTokens.BANDS];
    int n = 0;
    for (int column : columns) {
      int end = features.columnStart()[column + 1];
      for (int entry = features.columnStart()[column]; entry < end && n < TOKENS; entry++) {
        found[n++] = MixedBits.mix(features.fids()[entry] + column);
      }
    }
    for (int v = 0; v < Math.min(vectors.length, features.vectors().length); v++) {
      n = vectors[v].write(features.vectors()[v], found, n);
    }
    Arrays.sort(found, 0, n);
    int distinct = 0;
    for (int i = 0; i < n; i++) {
      if (distinct == 0 || found[distinct - 1] != found[i]) {
        found[distinct++] = found[i];
      }
    }
    return Arrays.copyOf(found, distinct);
  }

  private int[] numbered(long[] ofItem) {
    int[] numbered = new int[ofItem.length];
    for (int i = 0; i < ofItem.length; i++) {
      int number = (int) numbers.get(ofItem[i]);
      numbered[i] = number == NONE ? newNumber(ofItem[i]) : number;
    }
    return numbered;
  }

  private int newNumber(long key) {
    int number = freeNumbers.isEmpty() ? limit++ : freeNumbers.popInt();
    if (number >= keys.length) {
      keys = Arrays.copyOf(keys, number + (number >> 1));
    }
    if (number >= holders.length()) {
      holders = longer(holders, number + 1);
      AtomicIntegerArray more = new AtomicIntegerArray(holders.length());
      for (int token = 0; token < held.length(); token++) {
        more.setPlain(token, held.getPlain(token));
      }
      held = more;
    }
    keys[number] = key;
    numbers.put(key, number);
    addBytes(TOKEN_BYTES);
    return number;
  }

  /** An item has these tokens from now on; their numbers have been given. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
  private void replace(int item, int[] now) {
    int[] before = tokens(item);
    if (Arrays.equals(before, now)) {
      return;
    }
    if (item >= tokens.length()) {
      tokens = longer(tokens, item + 1);
    }
    // Those that come first, so that a token that stays keeps its number.
    for (int token : now) {
      add(token, item);
    }
    for (int token : before) {
      if (!contains(now, token)) {
        remove(token, item);
      }
    }
    tokens.setRelease(item, now.length == 0 ? null : now);
    items += (now.length == 0 ? 0 : 1) - (before.length == 0 ? 0 : 1);
    likes.makeRoomFor(items);
    addBytes(bytes(now) - bytes(before));
    changes++;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
  private void addBytes(long more) {
    bytes += more;
  }

  /** Its tokens, and its place at each of them. */
  private static long bytes(int[] ofItem) {
    return ofItem.length == 0 ? 0 : ITEM_BYTES + 2L * Integer.BYTES * ofItem.length;
  }

  private static boolean contains(int[] all, int one) {
    for (int each : all) {
      if (each == one) {
        return true;
      }
    }
    return false;
  }

  private void add(int token, int item) {
    SortedItems now = holders(token).with(item);
    holders.setRelease(token, now);
    held.setRelease(token, now.size());
  }

  private void remove(int token, int item) {
    SortedItems left = holders(token).without(item);
    held.setRelease(token, left.size());
    if (left.size() > 0) {
      holders.setRelease(token, left);
      return;
    }
    holders.setRelease(token, null);
    numbers.remove(keys[token]);
    freeNumbers.addInt(token);
    addBytes(-TOKEN_BYTES);
  }

  private static <T> AtomicReferenceArray<@Nullable T> longer(
      AtomicReferenceArray<@Nullable T> array, int least) {
    AtomicReferenceArray<@Nullable T> longer =
        new AtomicReferenceArray<>(Math.max(least, array.length() + (array.length() >> 1)));
    for (int i = 0; i < array.length(); i++) {
      longer.setPlain(i, array.getPlain(i));
    }
    return longer;
  }

  @Override
  long changes() {
    return changes;
  }

  @Override
  KeptLikes likes() {
    return likes;
  }

  @Override
  int[] tokens(int item) {
    AtomicReferenceArray<int @Nullable []> all = tokens;
    int[] known = item < all.length() ? all.getAcquire(item) : null;
    return known == null ? NO_TOKENS : known;
  }

  @Override
  SortedItems holders(int token) {
    AtomicReferenceArray<@Nullable SortedItems> all = holders;
    SortedItems known = token < all.length() ? all.getAcquire(token) : null;
    return known == null ? SortedItems.NONE : known;
  }

  /** Square of the inverse document frequency, smoothed: an item has a token once or not at all. */
  @Override
  float rarity(int token) {
    AtomicIntegerArray all = held;
    int n = token < all.length() ? all.getAcquire(token) : 0;
    float rarity = SignalFeatures.log2(1 + (float) items / Math.max(1, n));
    return rarity * rarity;
  }

  /** Bytes of the heap that it takes, about. Any thread. */
  public long bytes() {
    return bytes + likes.bytes();
  }

  /** Nothing: it follows from the catalog. */
  @Override
  public StateCopy copy() {
    return out -> {};
  }

  /** Reads the catalog, which has been read before. Writer, before any reader. */
  @Override
  public void readFrom(DataInput in) {
    int limit = catalog.indexLimit();
    for (int from = 0; from < limit; from += READ_TOGETHER) {
      putAll(from, Math.min(limit, from + READ_TOGETHER));
    }
  }

  /** Finds keys on all processors, and puts items one after the other. */
  private void putAll(int from, int to) {
    long[][] found = new long[to - from][];
    IntStream.range(from, to)
        .parallel()
        .forEach(item -> {
          CatalogItem now = catalog.item(item);
          found[item - from] = now == null ? NO_KEYS : keys(now.features());
        });
    for (int item = from; item < to; item++) {
      replace(item, numbered(found[item - from]));
    }
  }
}
