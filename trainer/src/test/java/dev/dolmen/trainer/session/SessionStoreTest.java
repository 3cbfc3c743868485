package dev.dolmen.trainer.session;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.v1.Item;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SessionStoreTest {
  private static final int CLICK = 2;
  private static final long IDLE_SEC = 60;
  private static final SessionStore.Bounds BOUNDS =
      new SessionStore.Bounds(3, IDLE_SEC * 1_000, 4, 6, 1 << 20);

  private final FeatureExtractor features = new FeatureExtractor(Schemas.small());
  private final Catalog catalog = new Catalog(features, CatalogOptions.defaults());
  private final SessionStore store = new SessionStore(catalog, BOUNDS);

  SessionStoreTest() {
    for (int i = 0; i < 10; i++) {
      catalog.upsert(Item.newBuilder().setItemId("i" + i).build());
    }
  }

  private SessionHistory click(String session, int item, long timeSec) {
    store.append(session, item, CLICK, timeSec * 1_000, null);
    return requireNonNull(store.get(session));
  }

  @Test
  void keepsTheLastEventsInOrder() {
    for (int i = 0; i < 6; i++) {
      click("a", i, i);
    }
    SessionHistory history = click("a", 6, 6);
    assertThat(history.length()).isEqualTo(4);
    for (int i = 0; i < 4; i++) {
      assertThat(history.item(i)).isEqualTo(3 + i);
      assertThat(history.timeMs(i)).isEqualTo((3 + i) * 1_000L);
      assertThat(history.type(i)).isEqualTo(CLICK);
    }
  }

  @Test
  void givesTheSessionAsItWasBefore() {
    assertThat(store.append("a", 1, CLICK, 0, null).before()).isNull();
    SessionHistory before = requireNonNull(store.append("a", 2, CLICK, 0, null).before());
    assertThat(before.length()).isEqualTo(1);
  }

  @Test
  void theLeastRecentlyExtendedSessionMakesRoom() {
    click("a", 1, 0);
    click("b", 1, 0);
    click("c", 1, 0);
    click("a", 2, 0);
    click("d", 1, 0);
    assertThat(store.size()).isEqualTo(3);
    assertThat(store.get("b")).isNull();
    assertThat(store.get("a")).isNotNull();
    assertThat(store.evicted()).isEqualTo(1);
  }

  @Test
  void idleSessionsEndInEventTime() {
    click("a", 1, 1_000);
    click("b", 1, 1_000 + IDLE_SEC);
    assertThat(store.get("a")).isNotNull();
    click("b", 1, 1_001 + IDLE_SEC);
    assertThat(store.get("a")).isNull();
    assertThat(store.expired()).isEqualTo(1);
    assertThat(click("b", 2, 1_002 + 2 * IDLE_SEC).length()).isEqualTo(1);
  }

  @Test
  void anEventFromThePastEndsNothing() {
    click("a", 1, 1_000_000);
    // Of a visit that had ended by then, it leaves this one as it is.
    assertThat(click("a", 2, 5).length()).isEqualTo(1);
    assertThat(click("a", 3, 1_000_000 - IDLE_SEC).length()).isEqualTo(2);
    assertThat(click("a", 4, 1_000_000 + IDLE_SEC).length()).isEqualTo(3);
  }

  @Test
  void anEventStandsWhereItBelongsByItsTime() {
    for (int i : new int[] {2, 8, 4}) {
      click("a", i, i);
    }
    SessionPlace between = store.append("a", 6, CLICK, 6_000, null);
    assertThat(between.order()).isEqualTo(SessionPlace.Order.BETWEEN);
    assertThat(requireNonNull(between.before()).length()).isEqualTo(2);
    assertThat(items("a")).containsExactly(2, 4, 6, 8);
    // Four are kept: what is older than all of them is not, and the oldest makes room.
    assertThat(store.append("a", 1, CLICK, 1_000, null).order())
        .isEqualTo(SessionPlace.Order.APART);
    assertThat(items("a")).containsExactly(2, 4, 6, 8);
    click("a", 7, 7);
    assertThat(items("a")).containsExactly(4, 6, 7, 8);
    assertThat(store.seen("a").steps()).isEqualTo(6);
    click("b", 9, 100_000);
    assertThat(store.get("a")).isNull();
    assertThatThrownBy(() -> catalog.release(6)).isInstanceOf(IllegalStateException.class);
  }

  private List<Integer> items(String session) {
    SessionHistory history = requireNonNull(store.get(session));
    return IntStream.range(0, history.length()).mapToObj(history::item).toList();
  }

  @Test
  void releasesTheItemsOfWhatItForgets() {
    for (int i = 0; i < 8; i++) {
      click("a", i, i);
    }
    click("b", 9, 100_000);
    // Everything but "b" is gone: only item 9 is held, by its steps and by what it has seen.
    catalog.release(9);
    catalog.release(9);
    for (int i = 0; i < 10; i++) {
      int item = i;
      assertThatThrownBy(() -> catalog.release(item)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void remembersWhatWasSeenBeyondTheHistory() {
    for (int i = 0; i < 6; i++) {
      click("a", i, i);
    }
    click("a", 1, 6);
    store.mention("a", 0, 7_000, true);
    SeenItems seen = store.seen("a");
    assertThat(seen.steps()).isEqualTo(7);
    assertThat(seen.size()).isEqualTo(6);
    assertThat(seen.find(9)).isNegative();
    assertThat(seen.item(5)).isZero();
    assertThat(seen.isDismissed(5)).isTrue();
    assertThat(seen.count(5)).isEqualTo(1);
    assertThat(seen.lastStep(5)).isEqualTo(1);
    assertThat(seen.count(seen.find(1))).isEqualTo(2);
    assertThat(seen.lastStep(seen.find(1))).isEqualTo(7);
    // The one named first makes room.
    click("a", 7, 8);
    assertThat(store.seen("a").find(2)).isNegative();
    // Whoever comes back to it wants it.
    click("a", 0, 9);
    assertThat(store.seen("a").isDismissed(store.seen("a").find(0))).isFalse();
    assertThat(store.seen("nobody")).isEqualTo(SeenItems.NONE);
  }

  @Test
  void whatWasSeenTakesBoundedBytes() {
    SessionStore.Bounds tight = new SessionStore.Bounds(100, 60_000, 4, 6, 300);
    SessionStore small = new SessionStore(catalog, tight);
    for (int session = 0; session < 10; session++) {
      for (int i = 0; i < 6; i++) {
        small.append("s" + session, i, CLICK, 1_000, null);
      }
      assertThat(small.seenBytes()).isLessThanOrEqualTo(300);
    }
    assertThat(small.size()).isEqualTo(2);
    assertThat(small.evicted()).isEqualTo(8);
    // One session alone is kept in any case, and bounded by its items.
    SessionStore one = new SessionStore(catalog, new SessionStore.Bounds(100, 60_000, 4, 6, 10));
    one.append("a", 1, CLICK, 1_000, null);
    assertThat(one.seen("a").size()).isEqualTo(1);
  }

  @Test
  void aSessionWithoutStepsEndsAndIsWrittenAsOthersAre() throws IOException {
    click("a", 1, 1_000);
    store.mention("b", 2, 1_001_000, true);
    click("c", 3, 1_002);
    assertThat(store.get("b")).isNull();
    assertThat(store.size()).isEqualTo(3);
    SessionStore read = new SessionStore(catalog, BOUNDS);
    read.readFrom(in(bytes(store)));
    assertThat(read.size()).isEqualTo(3);
    assertThat(read.seen("b")).isEqualTo(store.seen("b"));
    assertThat(bytes(read)).isEqualTo(bytes(store));
    // In the order of the ring: "a" leaves first, then "b".
    read.append("d", 1, CLICK, 1_003_000, null);
    read.append("e", 1, CLICK, 1_003_000, null);
    assertThat(read.seen("b").size()).isZero();
    assertThat(read.get("c")).isNotNull();
    // A dismissal long after the last step is of another visit.
    store.mention("c", 5, 1_100_000, true);
    assertThat(store.get("c")).isNull();
    assertThat(store.seen("c").size()).isEqualTo(1);
  }

  @Test
  void whatWasSeenIsTheSameAfterWritingAndReading() throws IOException {
    for (int i = 0; i < 8; i++) {
      click("a", i, i);
    }
    click("b", 9, 9);
    SessionStore read = new SessionStore(catalog, BOUNDS);
    read.readFrom(in(bytes(store)));
    assertThat(read.seen("a").size()).isEqualTo(6);
    assertThat(read.seen("a")).isEqualTo(store.seen("a"));
    assertThat(read.seen("b")).isEqualTo(store.seen("b"));
    assertThat(read.seenBytes()).isEqualTo(store.seenBytes());
  }

  private static DataInputStream in(byte[] bytes) {
    return new DataInputStream(new ByteArrayInputStream(bytes));
  }

  @Test
  void isTheSameAfterWritingAndReading() throws IOException {
    Features phone = features.context(Map.of("device", "phone"));
    store.append("a", 1, CLICK, 5_000, phone);
    store.append("b", 2, CLICK, 6_000, null);
    store.append("a", 3, 4, 7_000, null);
    byte[] written = bytes(store);
    SessionStore read = new SessionStore(catalog, BOUNDS);
    read.readFrom(new DataInputStream(new ByteArrayInputStream(written)));
    assertThat(bytes(read)).isEqualTo(written);
    SessionHistory a = requireNonNull(read.get("a"));
    assertThat(a.length()).isEqualTo(2);
    Features context = requireNonNull(a.context(0));
    assertThat(context.fids()).isEqualTo(phone.fids());
    assertThat(context.columnStart()).isEqualTo(phone.columnStart());
    assertThat(a.context(1)).isNull();
  }

  private static byte[] bytes(SessionStore store) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    store.writeTo(new DataOutputStream(out));
    return out.toByteArray();
  }

  @Test
  void bucketsOfTimeGrowByDoubling() {
    assertThat(TimeGaps.bucketOf(-5)).isZero();
    assertThat(TimeGaps.bucketOf(999)).isZero();
    assertThat(TimeGaps.bucketOf(1_000)).isEqualTo(1);
    assertThat(TimeGaps.bucketOf(2_000)).isEqualTo(2);
    assertThat(TimeGaps.bucketOf(3_999)).isEqualTo(2);
    assertThat(TimeGaps.bucketOf(Long.MAX_VALUE)).isEqualTo(TimeGaps.BUCKETS - 1);
  }
}
