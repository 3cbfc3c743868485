package dev.dolmen.server.map;

import dev.dolmen.server.budget.Caller;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.v1.MapItemsRequest;
import dev.dolmen.v1.MapItemsResponse;
import dev.dolmen.v1.MappedItem;
import dev.dolmen.v1.SlotValue;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Items as points of the plane in which the catalogue's vectors differ most. How the plane lies is
 * computed while somebody asks, from a sample of bounded size, and used for {@link
 * #PLANE_AGE_NANOS}; who asks while it is computed again gets points of the one before. Any thread.
 */
public final class ItemMap {
  /** For how long a plane is used, in monotonic nanoseconds. */
  static final long PLANE_AGE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** Vectors that a plane is computed from. */
  static final int SAMPLE_MAX = 4_096;

  private static final int SAMPLE_MIN = 256;

  /** Multiplications for the covariance of a sample: wide vectors are sampled less often. */
  private static final int PRODUCTS_MAX = 1 << 26;

  /** Indexes that are looked at for each item that is wanted, where items were deleted. */
  private static final int LOOKED_AT = 4;

  /** Slots come along until an answer has so many bytes. */
  static final int SLOTS_BYTES_MAX = 3 << 20;

  private final LiveState live;
  private final LongSupplier nanos;
  private final ReentrantLock computing = new ReentrantLock();
  private volatile @Nullable Laid laid;

  private record Laid(Plane plane, long modelVersion, long atNanos) {}

  /**
   * @param nanos monotonic time
   */
  public ItemMap(LiveState live, LongSupplier nanos) {
    this.live = live;
    this.nanos = nanos;
  }

  /**
   * The points of items.
   *
   * @param request that has been checked
   * @param slots numbers of the slots whose values come along
   * @param caller asked again and again; what it throws ends the computation
   */
  public MapItemsResponse of(MapItemsRequest request, int[] slots, Caller caller) {
    Laid on = laid(caller);
    Points points = new Points(on.plane, request.getK(), slots);
    Set<String> unknown = new LinkedHashSet<>();
    for (int i = 0; i < request.getItemIdsCount(); i++) {
      caller.checkEvery(i);
      String id = request.getItemIds(i);
      CatalogItem item = live.catalog().item(id);
      if (item == null) {
        unknown.add(id);
      } else {
        points.add(item);
      }
    }
    int[] popular = live.popular();
    for (int i = 0; i < popular.length && points.wanted(); i++) {
      caller.checkEvery(i);
      points.add(live.catalog().item(popular[i]));
    }
    IndexWalk others = new IndexWalk(live.catalog().indexLimit());
    long lookedAt = (long) LOOKED_AT * request.getK();
    for (int i = 0; i < lookedAt && others.hasNext() && points.wanted(); i++) {
      caller.checkEvery(i);
      points.add(live.catalog().item(others.next()));
    }
    return points
        .answer
        .setShownVariance(on.plane.shownVariance())
        .setPlaneModelVersion(on.modelVersion)
        .setCatalogItems(live.catalog().size())
        .setModelVersion(live.published().modelVersion())
        .addAllUnknownItemIds(unknown)
        .build();
  }

  /** The plane that is used now, computed by this thread if it is its turn. */
  private Laid laid(Caller caller) {
    Laid last = laid;
    if (last != null && isNew(last)) {
      return last;
    }
    if (last == null) {
      computing.lock();
    } else if (!computing.tryLock()) {
      return last;
    }
    try {
      Laid known = laid;
      if (known == null || !isNew(known)) {
        long version = live.published().modelVersion();
        Plane plane = Plane.of(sample(caller), known == null ? null : known.plane);
        known = new Laid(plane, version, nanos.getAsLong());
        laid = known;
      }
      return known;
    } finally {
      computing.unlock();
    }
  }

  private boolean isNew(Laid plane) {
    return nanos.getAsLong() - plane.atNanos < PLANE_AGE_NANOS;
  }

  private VectorSpread sample(Caller caller) {
    int width = live.vectors().width();
    int wanted = Math.clamp(PRODUCTS_MAX / (width * width), SAMPLE_MIN, SAMPLE_MAX);
    VectorSpread spread = new VectorSpread(width);
    float[] vector = new float[width];
    IndexWalk walk = new IndexWalk(live.catalog().indexLimit());
    int taken = 0;
    for (int i = 0; i < LOOKED_AT * wanted && walk.hasNext() && taken < wanted; i++) {
      caller.checkEvery(i);
      int index = walk.next();
      if (live.catalog().item(index) != null && live.vectors().get(index, vector, 0)) {
        spread.add(vector);
        taken++;
      }
    }
    return spread;
  }

  /** The points of one answer. */
  private final class Points {
    final MapItemsResponse.Builder answer = MapItemsResponse.newBuilder();
    private final IntHashSet taken = new IntHashSet();
    private final float[] vector = new float[live.vectors().width()];
    private final Plane plane;
    private final int atMost;
    private final int[] slots;
    private int slotBytes;

    Points(Plane plane, int atMost, int[] slots) {
      this.plane = plane;
      this.atMost = atMost;
      this.slots = slots;
    }

    boolean wanted() {
      return answer.getItemsCount() < atMost;
    }

    /** Adds an item once, if there is one and it has a vector. */
    void add(@Nullable CatalogItem item) {
      if (item == null
          || taken.contains(item.index())
          || !live.vectors().get(item.index(), vector, 0)) {
        return;
      }
      taken.add(item.index());
      MappedItem.Builder point =
          answer.addItemsBuilder().setItemId(item.id()).setX(plane.x(vector)).setY(plane.y(vector));
      for (int slot : slots) {
        SlotValue value = item.value(slot);
        if (value != null && slotBytes + value.getSerializedSize() <= SLOTS_BYTES_MAX) {
          slotBytes += value.getSerializedSize();
          point.putSlots(live.schema().slots().get(slot).name(), value);
        }
      }
    }
  }
}
