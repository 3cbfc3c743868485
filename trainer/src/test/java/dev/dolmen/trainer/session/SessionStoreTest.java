package dev.dolmen.trainer.session;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.v1.Item;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SessionStoreTest {
  private static final int CLICK = 2;
  private static final long IDLE_SEC = 60;

  private final FeatureExtractor features = new FeatureExtractor(Schemas.small());
  private final Catalog catalog = new Catalog(features, 0);
  private final SessionStore store = new SessionStore(catalog, 3, IDLE_SEC, 4);

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
    assertThat(store.append("a", 1, CLICK, 0, null)).isNull();
    SessionHistory before = requireNonNull(store.append("a", 2, CLICK, 0, null));
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
    assertThat(click("a", 2, 5).length()).isEqualTo(2);
  }

  @Test
  void releasesTheItemsOfWhatItForgets() {
    for (int i = 0; i < 8; i++) {
      click("a", i, i);
    }
    click("b", 9, 100_000);
    // Everything but "b" is gone: only item 9 is held, releasing it once must do.
    catalog.release(9);
    for (int i = 0; i < 10; i++) {
      int item = i;
      assertThatThrownBy(() -> catalog.release(item)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void isTheSameAfterWritingAndReading() throws IOException {
    Features phone = features.context(Map.of("device", "phone"));
    store.append("a", 1, CLICK, 5_000, phone);
    store.append("b", 2, CLICK, 6_000, null);
    store.append("a", 3, 4, 7_000, null);
    byte[] written = bytes(store);
    SessionStore read = new SessionStore(catalog, 3, IDLE_SEC, 4);
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
