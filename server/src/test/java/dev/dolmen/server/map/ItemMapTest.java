package dev.dolmen.server.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.Timestamp;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.HistoryTraining;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.MapItemsRequest;
import dev.dolmen.v1.MapItemsResponse;
import dev.dolmen.v1.MappedItem;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Points of what was learned from some history, against the vectors. */
class ItemMapTest {
  private static final int ITEMS = 300;
  private static final int[] NO_SLOTS = {};
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z"));

  @TempDir Path directory;
  private final AtomicLong nanos = new AtomicLong();
  private HistoryTraining training;
  private LiveState live;
  private ItemMap map;

  @BeforeEach
  void learn() throws Exception {
    training =
        HistoryTraining.open(DolmenConfig.defaults(directory, Schemas.shop()).engine(), CLOCK);
    for (int i = 0; i < ITEMS; i++) {
      training.upsert(item(i, "title " + i));
    }
    learn(0);
    live = training.refreshed();
    map = new ItemMap(live, nanos::get);
  }

  @AfterEach
  void close() throws Exception {
    training.close();
  }

  /** Visits of the first forty items. */
  private void learn(int first) throws Exception {
    for (int visit = first; visit < first + 60; visit++) {
      for (int step = 0; step < 4; step++) {
        training.learn(
            FeedbackEvent.newBuilder()
                .setEventId(visit + "-" + step)
                .setSessionId("visit" + visit)
                .setItemId("i" + (7 * visit + step) % 40)
                .setType(EventType.EVENT_TYPE_CLICK)
                .setTime(
                    Timestamp.newBuilder()
                        .setSeconds(CLOCK.instant().getEpochSecond() - 1_000 + visit))
                .build());
      }
    }
    training.learnBatch();
  }

  private static Item item(int i, String title) {
    return Item.newBuilder()
        .setItemId("i" + i)
        .putSlots(
            "category",
            SlotValue.newBuilder().setPath(TokenList.newBuilder().addToken("c" + i % 5)).build())
        .putSlots("title", SlotValue.newBuilder().setToken(title).build())
        .build();
  }

  private MapItemsResponse draw(int k, String... ids) {
    return map.of(
        MapItemsRequest.newBuilder().setK(k).addAllItemIds(List.of(ids)).build(),
        NO_SLOTS,
        Caller.PATIENT);
  }

  private float[] vector(String id) {
    float[] vector = new float[live.vectors().width()];
    int index = Objects.requireNonNull(live.catalog().item(id)).index();
    assertThat(live.vectors().get(index, vector, 0)).isTrue();
    return vector;
  }

  private static List<String> ids(MapItemsResponse response) {
    return response.getItemsList().stream().map(MappedItem::getItemId).toList();
  }

  /** What is far from each other in the plane is at least as far by vectors. */
  @Test
  void pointsAreShadowsOfTheVectors() {
    MapItemsResponse response = draw(2_000);
    assertThat(ids(response)).hasSize(ITEMS).doesNotHaveDuplicates();
    assertThat(response.getCatalogItems()).isEqualTo(ITEMS);
    double spread = 0;
    double shown = 0;
    for (MappedItem one : response.getItemsList()) {
      float[] vector = vector(one.getItemId());
      for (MappedItem other : response.getItemsList().subList(0, 20)) {
        float[] otherVector = vector(other.getItemId());
        double apart = 0;
        for (int i = 0; i < vector.length; i++) {
          apart += Math.pow(vector[i] - otherVector[i], 2);
        }
        double seen =
            Math.pow(one.getX() - other.getX(), 2) + Math.pow(one.getY() - other.getY(), 2);
        assertThat(seen).isLessThan(apart + 1e-5);
      }
    }
    double[] mean = new double[live.vectors().width()];
    for (int i = 0; i < ITEMS; i++) {
      float[] vector = vector("i" + i);
      for (int d = 0; d < mean.length; d++) {
        mean[d] += vector[d] / ITEMS;
      }
    }
    for (MappedItem one : response.getItemsList()) {
      float[] vector = vector(one.getItemId());
      for (int d = 0; d < mean.length; d++) {
        spread += Math.pow(vector[d] - mean[d], 2);
      }
      shown += Math.pow(one.getX(), 2) + Math.pow(one.getY(), 2);
    }
    assertThat(response.getShownVariance()).isCloseTo(shown / spread, within(1e-4));
    assertThat(response.getShownVariance()).isGreaterThan(2.0 / mean.length);
  }

  @Test
  void namedOnesComeFirstThenThoseClickedMost() {
    List<String> popular = List.of("i37", "i5", "i200", "i11", "i8");
    live.publishPopular(popular.stream().mapToInt(id -> live.catalog().indexOf(id)).toArray());
    String rare = "i299";
    MapItemsResponse response = draw(6, rare, popular.get(3), "none", rare, "none");
    assertThat(ids(response))
        .containsExactly(
            rare, popular.get(3), popular.get(0), popular.get(1), popular.get(2), popular.get(4));
    assertThat(response.getUnknownItemIdsList()).containsExactly("none");
    assertThat(ids(draw(1))).containsExactly(popular.get(0));
  }

  @Test
  void thePlaneIsComputedAgainAfterAWhileAndStaysAsItLies() throws Exception {
    MapItemsResponse first = draw(ITEMS);
    assertThat(first.getPlaneModelVersion()).isEqualTo(1);
    learn(60);
    live.publish(training.refreshed().published());
    nanos.addAndGet(ItemMap.PLANE_AGE_NANOS - 1);
    MapItemsResponse soon = draw(ITEMS);
    assertThat(soon.getPlaneModelVersion()).isEqualTo(1);
    assertThat(soon.getModelVersion()).isEqualTo(2);
    nanos.incrementAndGet();
    MapItemsResponse later = draw(ITEMS);
    assertThat(later.getPlaneModelVersion()).isEqualTo(2);
    double along = 0;
    double across = 0;
    double mirrored = 0;
    for (int i = 0; i < ITEMS; i++) {
      MappedItem was = soon.getItems(i);
      MappedItem is = later.getItems(i);
      assertThat(is.getItemId()).isEqualTo(was.getItemId());
      along += was.getX() * is.getX() + was.getY() * is.getY();
      across += was.getX() * is.getY() - was.getY() * is.getX();
      mirrored += was.getX() * is.getX() - was.getY() * is.getY();
    }
    assertThat(later).isNotEqualTo(soon);
    assertThat(Math.abs(Math.atan2(across, along))).as("turned by").isLessThan(Math.PI / 12);
    assertThat(along).as("not the mirror image").isGreaterThan(Math.abs(mirrored));
  }

  @Test
  void slotsComeAlongUntilTheAnswerIsLarge() throws Exception {
    int title = live.schema().slotOf("title");
    for (int i = 0; i < 200; i++) {
      training.upsert(item(i, "long ".repeat(5_000)));
    }
    MapItemsResponse response =
        map.of(MapItemsRequest.newBuilder().setK(ITEMS).build(), new int[] {title}, Caller.PATIENT);
    assertThat(response.getSerializedSize()).isBetween(2 << 20, ItemMap.SLOTS_BYTES_MAX + 65_536);
    assertThat(response.getItemsList()).hasSize(ITEMS);
    assertThat(response.getItemsList()).anyMatch(one -> one.getSlotsCount() == 0);
    MappedItem first = response.getItems(0);
    assertThat(first.getSlotsMap().keySet()).containsExactly("title");
  }

  @Test
  void anEmptyCatalogueHasNoPoints() throws Exception {
    try (HistoryTraining empty =
        HistoryTraining.open(
            DolmenConfig.defaults(directory.resolve("empty"), Schemas.shop()).engine(), CLOCK)) {
      map = new ItemMap(empty.refreshed(), nanos::get);
      MapItemsResponse response = draw(10, "i1");
      assertThat(response.getItemsList()).isEmpty();
      assertThat(response.getShownVariance()).isEqualTo(1);
      assertThat(response.getUnknownItemIdsList()).containsExactly("i1");
      empty.upsert(item(1, "the only one"));
      var _ = empty.refreshed();
      nanos.addAndGet(ItemMap.PLANE_AGE_NANOS);
      assertThat(ids(draw(10))).containsExactly("i1");
      assertThat(draw(10).getItems(0).getX()).isCloseTo(0, within(1e-6f));
    }
  }

  @Test
  void nothingMoreIsComputedForACallerThatHasGone() {
    IllegalStateException gone = new IllegalStateException("gone");
    Caller caller =
        () -> {
          throw gone;
        };
    MapItemsRequest request = MapItemsRequest.newBuilder().setK(5).build();
    assertThatThrownBy(() -> map.of(request, NO_SLOTS, caller)).isSameAs(gone);
    assertThat(draw(5).getItemsCount()).isEqualTo(5);
  }
}
