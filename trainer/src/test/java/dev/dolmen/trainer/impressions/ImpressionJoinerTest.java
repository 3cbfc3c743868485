package dev.dolmen.trainer.impressions;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.catalog.SearchIndex;
import dev.dolmen.trainer.session.SessionStore;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImpressionJoinerTest {
  private static final long WINDOW_MS = 1_000;
  private static final long LATENESS_MS = 10_000;
  private static final EventType CLICK = EventType.EVENT_TYPE_CLICK;

  private final Catalog catalog =
      new Catalog(
          new FeatureExtractor(Schemas.small()),
          new CatalogOptions(100, 0, 0, 0, 1 << 20, ScanPrecision.FP32, SearchIndex.EXACT));
  private final SessionStore sessions =
      new SessionStore(catalog, new SessionStore.Bounds(100, 3_600_000, 8, 256, 1 << 20));

  /** The log: an impression's record is the one after its index. */
  private final List<Impression> log = new ArrayList<>();

  private final ImpressionJoiner joiner = joiner(1);

  ImpressionJoinerTest() {
    for (String id : List.of("a", "b", "c", "seen", "seen too")) {
      upsert(id);
    }
    sessions.append("s", catalog.indexOf("seen"), 2, 0, null);
  }

  private void upsert(String id) {
    SlotValue category = SlotValue.newBuilder().setToken("x").build();
    catalog.upsert(Item.newBuilder().setItemId(id).putSlots("category", category).build());
  }

  /** Everything is learned from, five impressions a batch. */
  private static JoinerOptions.Builder options() {
    return JoinerOptions.builder()
        .windowMs(WINDOW_MS)
        .latenessMs(LATENESS_MS)
        .maxLateBytes(1_000)
        .maxEarly(2)
        .learns(true)
        .negativeRate(1)
        .batchSessions(5)
        .seed(7);
  }

  private ImpressionJoiner joiner(double negativeRate) {
    return new ImpressionJoiner(
        options().maxImpressions(3).maxLate(4).negativeRate(negativeRate).build(),
        catalog,
        sessions,
        before -> before < log.size() ? log.get((int) before) : null);
  }

  private void show(String request, long timeMs, String... items) {
    show(joiner, request, timeMs, items);
  }

  private void show(ImpressionJoiner to, String request, long timeMs, String... items) {
    Impression impression =
        Impression.newBuilder()
            .setRequestId(request)
            .setSessionId("s")
            .setTime(Timestamp.newBuilder().setNanos((int) timeMs * 1_000_000))
            .addAllItemId(List.of(items))
            .build();
    log.add(impression);
    to.add(impression, timeMs, log.size() - 1);
  }

  private void act(String request, String item, EventType type, long timeMs) {
    act(joiner, request, item, type, timeMs);
  }

  private static void act(
      ImpressionJoiner to, String request, String item, EventType type, long timeMs) {
    FeedbackEvent event =
        FeedbackEvent.newBuilder().setRequestId(request).setItemId(item).setType(type).build();
    to.advance(timeMs);
    to.join(event, timeMs);
  }

  private long count(Outcome outcome) {
    joiner.publishFigures();
    return joiner.figures().of(outcome);
  }

  /** Time passes; the impression that tells of it shows nothing. */
  private void pass(long timeMs) {
    show("at " + timeMs, timeMs);
  }

  private static void assertTaken(List<ShownItems> taken, String... examples) {
    assertThat(taken.stream().map(ImpressionJoinerTest::text)).containsExactly(examples);
  }

  private static String text(ShownItems shown) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < shown.items().length; i++) {
      text.append((char) ('a' + shown.items()[i]))
          .append(shown.positions()[i])
          .append(shown.clicked()[i] ? "+ " : "- ");
    }
    return text.toString();
  }

  @Test
  void clicksAreJoinedByRequestAndLearnedWithTheRestWhenTheWindowHasPassed() {
    show("r", 0, "a", "b", "c");
    act("r", "b", CLICK, 10);
    act("r", "c", EventType.EVENT_TYPE_DWELL, 20);
    assertThat(joiner.take()).isEmpty();
    pass(WINDOW_MS + 1);
    assertTaken(joiner.take(), "a0- b1+ c2- ");
    assertThat(joiner.take()).isEmpty();
    assertThat(count(Outcome.JOINED)).isEqualTo(2);
    assertThat(count(Outcome.CLICKS)).isEqualTo(1);
    assertThat(count(Outcome.CLICKED_POSITIONS)).isEqualTo(2);
    assertThat(count(Outcome.EXPIRED)).isZero();
  }

  @Test
  void anImpressionWithoutActionBecomesNegative() {
    show("r", 0, "a", "b");
    pass(WINDOW_MS + 1);
    assertTaken(joiner.take(), "a0- b1- ");
    assertThat(count(Outcome.EXPIRED)).isEqualTo(1);
    assertThat(count(Outcome.LEARNED_NEGATIVES)).isEqualTo(2);
  }

  @Test
  void aDismissalIsAnActionAndNoClick() {
    show("r", 0, "a");
    act("r", "a", EventType.EVENT_TYPE_DISMISS, 5);
    pass(WINDOW_MS + 1);
    assertTaken(joiner.take(), "a0- ");
    assertThat(count(Outcome.EXPIRED)).isZero();
  }

  @Test
  void aSecondClickChangesNothing() {
    show("r", 0, "a");
    act("r", "a", CLICK, 5);
    act("r", "a", EventType.EVENT_TYPE_PURCHASE, 6);
    assertThat(count(Outcome.CLICKS)).isEqualTo(1);
    assertThat(count(Outcome.REPEATED)).isEqualTo(1);
  }

  @Test
  void anImpressionThatComesAgainIsIgnored() {
    show("r", 0, "a");
    act("r", "a", CLICK, 5);
    show("r", 6, "b");
    pass(WINDOW_MS + 1);
    assertTaken(joiner.take(), "a0+ ");
    show("r", WINDOW_MS + 2, "b");
    assertThat(count(Outcome.DUPLICATE_IMPRESSIONS)).isEqualTo(2);
    assertThat(joiner.figures().waiting()).isEqualTo(1);
  }

  @Test
  void anEventBeforeItsImpressionWaitsForIt() {
    act("r", "a", CLICK, 3);
    assertThat(count(Outcome.JOINED)).isZero();
    show("r", 1, "a", "b");
    assertThat(count(Outcome.EARLY)).isEqualTo(1);
    pass(WINDOW_MS + 2);
    assertTaken(joiner.take(), "a0+ b1- ");
    assertThat(count(Outcome.UNKNOWN)).isZero();
  }

  @Test
  void anEventWithoutImpressionIsUnknownAfterAWindow() {
    act("other", "a", CLICK, 0);
    assertThat(count(Outcome.UNKNOWN)).isZero();
    pass(WINDOW_MS + 1);
    assertThat(count(Outcome.UNKNOWN)).isEqualTo(1);
    assertThat(joiner.figures().early()).isZero();
  }

  @Test
  void theOldestEarlyEventMakesRoom() {
    for (int i = 0; i < 5; i++) {
      act("r" + i % 2, "a", CLICK, i);
    }
    assertThat(count(Outcome.UNKNOWN)).isEqualTo(3);
    show("r1", 5, "a");
    assertThat(count(Outcome.EARLY)).isEqualTo(1);
    show("r0", 5, "a");
    assertThat(count(Outcome.EARLY)).isEqualTo(2);
  }

  @Test
  void anItemThatWasNotShownIsCounted() {
    show("r", 0, "a");
    act("r", "b", CLICK, 1);
    act("r", "no item", CLICK, 1);
    assertThat(count(Outcome.NOT_SHOWN)).isEqualTo(2);
    assertThat(count(Outcome.JOINED)).isZero();
  }

  @Test
  void aLateClickIsReadBackFromTheLogAndLearned() {
    show("r", 0, "a", "b", "c");
    act("r", "a", CLICK, 1);
    pass(WINDOW_MS + 1);
    assertTaken(joiner.take(), "a0+ b1- c2- ");
    act("r", "c", CLICK, WINDOW_MS + 50);
    act("r", "c", CLICK, WINDOW_MS + 51);
    act("r", "a", CLICK, WINDOW_MS + 52);
    assertTaken(joiner.take(), "c2+ ");
    assertThat(count(Outcome.LATE)).isEqualTo(3);
    assertThat(count(Outcome.REPEATED)).isEqualTo(2);
    assertThat(count(Outcome.CLICKS)).isEqualTo(2);
  }

  @Test
  void aClickBeyondTheLatenessIsTooLate() {
    show("r", 0, "a");
    act("r", "a", CLICK, LATENESS_MS + 1);
    assertThat(count(Outcome.TOO_LATE)).isEqualTo(1);
    assertTaken(joiner.take(), "a0- ");
    act("r", "a", CLICK, LATENESS_MS + 2);
    pass(LATENESS_MS + WINDOW_MS + 3);
    assertThat(count(Outcome.UNKNOWN)).isEqualTo(1);
    assertThat(count(Outcome.FORGOTTEN)).isZero();
  }

  @Test
  void whatIsNotInTheLogIsCountedAndNotLearned() {
    show("r", 0, "a");
    pass(WINDOW_MS + 1);
    assertTaken(joiner.take(), "a0- ");
    log.set(0, Impression.newBuilder().setRequestId("of another log").build());
    act("r", "a", CLICK, WINDOW_MS + 2);
    log.clear();
    act("r", "a", CLICK, WINDOW_MS + 3);
    assertThat(count(Outcome.UNREADABLE)).isEqualTo(2);
    assertThat(joiner.take()).isEmpty();
  }

  @Test
  void timePassesWithoutImpressionsToo() {
    show("r", 0, "a");
    joiner.advance(WINDOW_MS);
    assertThat(joiner.take()).isEmpty();
    joiner.advance(WINDOW_MS + 1);
    joiner.advance(3);
    assertTaken(joiner.take(), "a0- ");
  }

  @Test
  void theOldestImpressionMakesRoomAndIsNotLearned() {
    for (int i = 0; i < 5; i++) {
      show("r" + i, i, "a");
    }
    assertThat(count(Outcome.SQUEEZED)).isEqualTo(2);
    assertThat(joiner.figures().waiting()).isEqualTo(3);
    // Neither it nor a late click on it: one without the other would be a wrong chance.
    act("r1", "a", CLICK, 5);
    assertThat(count(Outcome.LATE)).isEqualTo(1);
    assertThat(joiner.take()).isEmpty();
  }

  @Test
  void beyondItsBoundTheLogsOldestImpressionIsForgotten() {
    for (int i = 0; i < 8; i++) {
      show("r" + i, i, "a");
    }
    assertThat(count(Outcome.FORGOTTEN)).isEqualTo(1);
    assertThat(joiner.figures().late()).isEqualTo(4);
    act("r0", "a", CLICK, 9);
    assertThat(joiner.figures().of(Outcome.LATE)).isZero();
    assertThat(joiner.notNeededUpTo()).isEqualTo(1);
  }

  /**
   * What a log with a bound may have let go of is not asked for, in the first run nor in a replay.
   */
  @Test
  void farBackInTheLogImpressionsAreForgotten() {
    show("r", 0, "a");
    joiner.read(1);
    show("next", 1, "a");
    joiner.read(1);
    pass(WINDOW_MS + 2);
    joiner.take();
    assertThat(joiner.notNeededUpTo()).isZero();
    joiner.read(999);
    assertThat(joiner.notNeededUpTo()).isEqualTo(1);
    assertThat(count(Outcome.FORGOTTEN)).isEqualTo(1);
    act("r", "a", CLICK, WINDOW_MS + 3);
    act("next", "a", CLICK, WINDOW_MS + 3);
    assertThat(count(Outcome.LATE)).isEqualTo(1);
    joiner.read(1);
    // The last one waits in memory: but for its place in the log nothing is needed of it.
    assertThat(joiner.notNeededUpTo()).isEqualTo(2);
    joiner.read(1);
    assertThat(joiner.notNeededUpTo()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void oneBatchTakesSoManyAndLeavesTheRestToTheNext() {
    ImpressionJoiner roomy =
        new ImpressionJoiner(
            options().maxImpressions(100).maxLate(100).build(), catalog, sessions, before -> null);
    for (int i = 0; i < 8; i++) {
      show(roomy, "r" + i, i, "a");
    }
    show(roomy, "later", 2 * WINDOW_MS, "a");
    assertThat(roomy.take()).hasSize(5);
    assertThat(roomy.take()).hasSize(3);
    assertThat(roomy.take()).isEmpty();
  }

  @Test
  void unclickedItemsAreLearnedForAShareOfTheImpressionsAndClicksAlways() {
    ImpressionJoiner sampling =
        new ImpressionJoiner(
            options()
                .maxImpressions(2_000)
                .maxLate(10)
                .negativeRate(0.2)
                .batchSessions(5_000)
                .build(),
            catalog,
            sessions,
            before -> null);
    for (int i = 0; i < 1_000; i++) {
      show(sampling, "r" + i, 0, "a", "b");
      if (i % 10 == 0) {
        act(sampling, "r" + i, "b", CLICK, 1);
      }
    }
    show(sampling, "later", WINDOW_MS + 1);
    List<ShownItems> taken = sampling.take();
    int[] learned = new int[2];
    for (ShownItems shown : taken) {
      for (boolean clicked : shown.clicked()) {
        learned[clicked ? 1 : 0]++;
      }
    }
    assertThat(learned[1]).isEqualTo(100);
    assertThat(learned[0]).isBetween((int) (1_900 * 0.16), (int) (1_900 * 0.24));
    sampling.publishFigures();
    assertThat(sampling.figures().of(Outcome.LEARNED_NEGATIVES)).isEqualTo(learned[0]);
  }

  /** What came after must not be known of the session, whatever its place in the log. */
  @Test
  void theSessionIsAsItWasWhenTheItemsWereShown() {
    sessions.append("s", catalog.indexOf("seen too"), 2, 20, null);
    sessions.append("s", catalog.indexOf("a"), 2, 40, null);
    show("r", 30, "a");
    sessions.append("s", catalog.indexOf("b"), 2, 50, null);
    pass(WINDOW_MS + 31);
    ShownItems shown = joiner.take().getFirst();
    assertThat(shown.length()).isEqualTo(2);
    assertThat(shown.session().item(0)).isEqualTo(catalog.indexOf("seen"));
    assertThat(shown.session().item(1)).isEqualTo(catalog.indexOf("seen too"));
  }

  @Test
  void nothingIsLearnedOfASessionThatNobodyKnows() {
    Impression impression =
        Impression.newBuilder().setRequestId("r").setSessionId("new").addItemId("a").build();
    joiner.add(impression, 0, 0);
    pass(WINDOW_MS + 1);
    assertThat(joiner.take()).isEmpty();
    assertThat(count(Outcome.WITHOUT_SESSION)).isEqualTo(1);
  }

  /** The index of a deleted item goes to nobody else while an impression waits that shows it. */
  @Test
  void indexesOfShownItemsRest() {
    int index = catalog.indexOf("b");
    show("r", 0, "b");
    catalog.delete("b", 0);
    assertThat(catalog.forgetNext(0)).isEqualTo(index);
    upsert("new 1");
    assertThat(catalog.indexOf("new 1")).isNotEqualTo(index);
    pass(WINDOW_MS + 1);
    joiner.take();
    upsert("new 2");
    upsert("new 3");
    assertThat(List.of(catalog.indexOf("new 2"), catalog.indexOf("new 3"))).contains(index);
  }

  @Test
  void goesOnTheSameAfterWritingAndReading() throws IOException {
    show("closed", 0, "a", "b");
    act("closed", "a", CLICK, 5);
    show("r0", 600, "a", "b");
    act("r0", "b", CLICK, 610);
    act("early", "c", CLICK, 620);
    show("r1", WINDOW_MS + 1, "c");
    joiner.take();
    byte[] written = bytes(joiner);
    ImpressionJoiner read = joiner(1);
    read.readFrom(new DataInputStream(new ByteArrayInputStream(written)));
    assertThat(bytes(read)).isEqualTo(written);
    int logged = log.size();
    for (ImpressionJoiner j : Arrays.asList(joiner, read)) {
      log.subList(logged, log.size()).clear();
      act(j, "closed", "b", CLICK, WINDOW_MS + 2);
      act(j, "r0", "a", CLICK, WINDOW_MS + 3);
      show(j, "early", WINDOW_MS + 4, "c");
      act(j, "end", "a", CLICK, 3 * WINDOW_MS);
    }
    List<ShownItems> taken = read.take();
    assertTaken(taken, "b1+ ", "a0+ b1+ ", "c0- ", "c0+ ");
    assertTaken(
        joiner.take(), taken.stream().map(ImpressionJoinerTest::text).toArray(String[]::new));
    assertThat(bytes(read)).isEqualTo(bytes(joiner));
  }

  private static void actOf(
      ImpressionJoiner to, String session, String request, String item, long timeMs) {
    FeedbackEvent event =
        FeedbackEvent.newBuilder()
            .setSessionId(session)
            .setRequestId(request)
            .setItemId(item)
            .setType(CLICK)
            .build();
    to.advance(timeMs);
    to.join(event, timeMs);
  }

  @Test
  void aClickOfAnotherVisitIsNotTheOwners() throws IOException {
    actOf(joiner, "other", "early", "a", 90);
    actOf(joiner, "s", "early", "b", 91);
    show("r", 100, "a", "b");
    ImpressionJoiner read = joiner(1);
    read.readFrom(new DataInputStream(new ByteArrayInputStream(bytes(joiner))));
    int logged = log.size();
    for (ImpressionJoiner j : List.of(joiner, read)) {
      log.subList(logged, log.size()).clear();
      actOf(j, "other", "r", "a", 110);
      actOf(j, "s", "r", "a", 120);
      show(j, "early", 130, "a", "b");
      j.publishFigures();
      assertThat(j.figures().of(Outcome.OTHER_VISIT)).isEqualTo(2);
      assertThat(j.figures().of(Outcome.REPEATED)).isZero();
      assertThat(j.figures().of(Outcome.CLICKS)).isEqualTo(2);
      show(j, "end", 130 + WINDOW_MS + 1);
      assertTaken(j.take(), "a0+ b1- ", "a0- b1+ ");
      // And so when it is late.
      actOf(j, "other", "r", "b", 200);
      actOf(j, "s", "r", "b", 210);
      j.publishFigures();
      assertThat(j.figures().of(Outcome.OTHER_VISIT)).isEqualTo(3);
      assertTaken(j.take(), "b1+ ");
    }
  }

  @Test
  void anAnswerToNobodyIsAnybodysToClick() {
    Impression anonymous = Impression.newBuilder().setRequestId("r").addItemId("a").build();
    joiner.add(anonymous, 0, 0);
    actOf(joiner, "other", "r", "a", 10);
    assertThat(count(Outcome.CLICKS)).isEqualTo(1);
    assertThat(count(Outcome.OTHER_VISIT)).isZero();
  }

  /** A snapshot may know an impression whose record is lost: behind it stands another's. */
  @Test
  void anObserverIsNotToldOfTheImpressionBehindOneThatIsLost() throws IOException {
    show("r0", 0, "a");
    show("r1", 0, "b");
    ImpressionJoiner read = joiner(1);
    read.readFrom(new DataInputStream(new ByteArrayInputStream(bytes(joiner))));
    log.set(0, log.get(1));
    List<Integer> clicked = new ArrayList<>();
    read.observe(
        new ImpressionObserver() {
          @Override
          public int tag(Impression impression) {
            return log.lastIndexOf(impression);
          }

          @Override
          public void shown(int tag) {}

          @Override
          public void clicked(int tag, boolean first) {
            clicked.add(tag);
          }
        });
    act(read, "r0", "a", CLICK, 5);
    assertThat(clicked).isEmpty();
    act(read, "r1", "b", CLICK, 6);
    assertThat(clicked).containsExactly(1);
  }

  private static byte[] bytes(ImpressionJoiner joiner) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    joiner.writeTo(new DataOutputStream(out));
    return out.toByteArray();
  }
}
