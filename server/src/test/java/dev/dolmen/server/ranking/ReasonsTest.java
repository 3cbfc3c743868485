package dev.dolmen.server.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.Timestamp;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.index.ItemIndex;
import dev.dolmen.trainer.HistoryTraining;
import dev.dolmen.trainer.alternatives.Arm;
import dev.dolmen.trainer.alternatives.ExperimentOptions;
import dev.dolmen.trainer.alternatives.FallbackOptions;
import dev.dolmen.trainer.alternatives.OnlineRankers;
import dev.dolmen.trainer.alternatives.RankerKind;
import dev.dolmen.trainer.alternatives.RankerOptions;
import dev.dolmen.trainer.alternatives.RankingOptions;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.Explanation;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.ScorePart;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.ScoreResponse;
import dev.dolmen.v1.ScoredItem;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is said of a score is what made it. */
class ReasonsTest {
  private static final int ITEMS = 60;
  private static final int K = 50;
  private static final int BATCHES = 25;

  /** So many events are left out, as the API says. */
  private static final int LEFT_OUT = 5;

  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z"));
  private static final RankerOptions BOUNDS = new RankerOptions(10_000, 64, 100_000, 1);

  @TempDir Path directory;
  private HistoryTraining training;
  private LiveState live;
  private final Random random = new Random(11);

  /** Visits go in small steps, so that there is something to be visited together with. */
  @BeforeEach
  void learn() throws Exception {
    training =
        HistoryTraining.open(DolmenConfig.defaults(directory, Schemas.shop()).engine(), CLOCK);
    for (int i = 0; i < ITEMS; i++) {
      training.upsert(item("i" + i, i));
    }
    for (int batch = 0; batch < BATCHES; batch++) {
      for (int visit = 0; visit < 20; visit++) {
        int at = random.nextInt(ITEMS / 2);
        for (int step = 0; step < 4; step++) {
          training.learn(event(20 * batch + visit, step, at));
          at = (at + 1 + random.nextInt(3)) % ITEMS;
        }
      }
      training.learnBatch();
    }
    refresh();
  }

  /** While history is learned nobody looks for the items clicked most. */
  private void refresh() throws IOException {
    live = training.refreshed();
    live.publishPopular(IntStream.range(20, 50).toArray());
  }

  @AfterEach
  void close() throws Exception {
    training.close();
  }

  private static Item item(String id, int price) {
    TokenList path = TokenList.newBuilder().addToken("home").addToken("c" + price % 5).build();
    return Item.newBuilder()
        .setItemId(id)
        .putSlots("category", SlotValue.newBuilder().setPath(path).build())
        .putSlots("price", SlotValue.newBuilder().setNumber(price).build())
        .build();
  }

  private static FeedbackEvent event(int visit, int step, int item) {
    long second = CLOCK.instant().getEpochSecond() - 10_000 + 10L * visit + step;
    return FeedbackEvent.newBuilder()
        .setEventId(visit + "-" + step)
        .setSessionId("visit" + visit)
        .setItemId("i" + item)
        .setType(EventType.EVENT_TYPE_CLICK)
        .setTime(Timestamp.newBuilder().setSeconds(second))
        .build();
  }

  private Ranker ranker(RankerChoice choice) {
    return new Ranker(
        live,
        id -> false,
        impression -> {},
        CLOCK,
        () -> "request",
        choice,
        new ItemIndex(live.vectors(), live.catalog()),
        new SimpleMeterRegistry());
  }

  private Ranker model() {
    return ranker(RankerChoice.modelAlone());
  }

  private SessionFeatures features(SessionContext session) {
    return SessionFeatures.of(session, live.features());
  }

  private RecommendResponse recommend(Ranker ranker, SessionContext session, boolean explain) {
    RecommendRequest request =
        RecommendRequest.newBuilder()
            .setSession(session)
            .setK(K)
            .setIncludeSeen(true)
            .setExplain(explain)
            .build();
    CompletableFuture<RecommendResponse> given = new CompletableFuture<>();
    ranker.recommend(
        request,
        features(session),
        0,
        Caller.PATIENT,
        new Answer<>() {
          @Override
          public void give(RecommendResponse answer) {
            assertThat(given.complete(answer)).isTrue();
          }

          @Override
          public void fail(RuntimeException why) {
            given.completeExceptionally(why);
          }
        });
    assertThat(given).isCompleted();
    return given.resultNow();
  }

  private ScoreResponse score(SessionContext session, boolean explain) {
    ScoreRequest.Builder request = ScoreRequest.newBuilder().setSession(session);
    for (int i = 0; i < ITEMS; i++) {
      request.addItemIds("i" + i);
    }
    request.addItems(item("new", 3)).setExplain(explain);
    List<Features> items = List.of(live.features().item(request.getItems(0)));
    return model()
        .score(request.build(), new ScoreFeatures(features(session), items), Caller.PATIENT);
  }

  /** Of 1 to 30 events, some about an item that comes along, some with a context. */
  private SessionContext session(int events) {
    SessionContext.Builder session = SessionContext.newBuilder().addItems(item("inline", 7));
    for (int i = 0; i < events; i++) {
      String item = random.nextInt(8) == 0 ? "inline" : "i" + random.nextInt(ITEMS / 2);
      SessionEvent.Builder event = session.addEventsBuilder().setItemId(item);
      event.setTypeValue(1 + random.nextInt(4));
      event.getTimeBuilder().setSeconds(CLOCK.instant().getEpochSecond() - 60L * (events - i));
      if (random.nextInt(3) == 0) {
        event.putContext("device", "d" + random.nextInt(3));
      }
    }
    if (random.nextBoolean()) {
      session.putContext("device", "d1");
    }
    return session.build();
  }

  private static void assertAddsUp(List<ScoredItem> items) {
    for (ScoredItem item : items) {
      assertThat(ScorePartsTest.sum(item.getExplanation())).isEqualTo(item.getScore());
      assertThat(item.getExplanation().getReason()).isNotEmpty();
    }
  }

  private static RecommendResponse plain(RecommendResponse explained) {
    RecommendResponse.Builder plain = explained.toBuilder().clearExplainedEvents();
    plain.getItemsBuilderList().forEach(ScoredItem.Builder::clearExplanation);
    return plain.build();
  }

  @Test
  void partsAddUpToTheScoreThatIsGivenWithoutThemToTheBit() {
    Set<String> names = new HashSet<>();
    for (int events = 1; events <= 30; events++) {
      SessionContext session = session(events);
      RecommendResponse explained = recommend(model(), session, true);
      assertThat(explained.getItemsCount()).isEqualTo(K);
      assertThat(plain(explained)).isEqualTo(recommend(model(), session, false));
      assertAddsUp(explained.getItemsList());
      ScoreResponse scored = score(session, true);
      assertAddsUp(scored.getItemsList());
      assertThat(scored.getItemsList().stream().map(ScoredItem::getScore))
          .isEqualTo(
              score(session, false).getItemsList().stream().map(ScoredItem::getScore).toList());
      scored.getItemsList().stream()
          .flatMap(i -> i.getExplanation().getPartsList().stream())
          .forEach(part -> names.add(part.getName()));
    }
    assertThat(names)
        .containsExactlyInAnyOrder(
            "prior",
            "seen",
            "visited_together",
            "visited_together_recently",
            "similar_visits",
            "likeness",
            "cosine");
  }

  /** It is what is left of the score, so that it has to be held against the product itself. */
  @Test
  void thePartOfTheCosineIsTheProductOfTheVectorsAndThatOfThePriorIsThePrior() {
    SessionContext session = session(5);
    SessionQueries queries =
        new SessionQueries(live, id -> false, RankingScratch.itemEncoding(live));
    EncodedSession encoded =
        queries.encode(
            session, features(session), CLOCK.millis(), live.published(), Caller.PATIENT);
    float[] vector = new float[encoded.query().length];
    for (ScoredItem item : recommend(model(), session, true).getItemsList()) {
      int index = live.catalog().indexOf(item.getItemId());
      assertThat(live.vectors().get(index, vector, 0)).isTrue();
      double product = LeftOutSessions.dot(encoded.query(), 0, vector);
      List<ScorePart> parts = item.getExplanation().getPartsList();
      assertThat(parts.getLast().getName()).isEqualTo("cosine");
      assertThat(parts.getLast().getValue()).isCloseTo(product, within(1e-5));
      assertThat(parts.getFirst().getName()).isEqualTo("prior");
      assertThat(parts.getFirst().getValue()).isEqualTo(live.vectors().bias(index));
    }
  }

  /** An item that comes along has no clicks; those with many come first of the two halves. */
  @Test
  void aScoreIsTheLessCertainTheFewerClicksThereAre() {
    List<ScoredItem> items = score(session(5), true).getItemsList();
    double weight = live.published().model().priorWeight();
    for (ScoredItem item : items) {
      int index = live.catalog().indexOf(item.getItemId());
      assertThat(item.getExplanation().getScoreVariance())
          .isEqualTo(weight * weight * live.priorVariance(index))
          .isPositive();
    }
    double often = items.get(10).getExplanation().getScoreVariance();
    double never = items.getLast().getExplanation().getScoreVariance();
    assertThat(items.getLast().getItemId()).isEqualTo("new");
    assertThat(often).isLessThan(weight * weight / 20);
    assertThat(never).isGreaterThan(10 * often);
  }

  @Test
  void whatAnEventContributesIsWhatTheScoreLosesWithoutIt() {
    for (int events : new int[] {1, 2, 7, 25}) {
      SessionContext session = session(events);
      ScoreResponse with = score(session, true);
      assertThat(with.getExplainedEventsCount()).isEqualTo(Math.min(20, events));
      int before = events - with.getExplainedEventsCount();
      int first = Math.max(0, with.getExplainedEventsCount() - LEFT_OUT);
      for (int e = 0; e < with.getExplainedEventsCount(); e++) {
        SessionEvent left = session.getEvents(before + e);
        assertThat(with.getExplainedEvents(e).getItemId()).isEqualTo(left.getItemId());
        assertThat(with.getExplainedEvents(e).getType()).isEqualTo(left.getType());
        assertThat(with.getExplainedEvents(e).getTime()).isEqualTo(left.getTime());
        if (e < first) {
          continue;
        }
        SessionContext rest = session.toBuilder().removeEvents(before + e).build();
        // Of a session of which nothing is left, the prior is.
        List<ScoredItem> without =
            events == 1
                ? score(session.toBuilder().clearEvents().setSessionId("nobody").build(), false)
                    .getItemsList()
                : score(rest, false).getItemsList();
        for (int i = 0; i < with.getItemsCount(); i++) {
          assertThat(with.getItems(i).getExplanation().getEventContributionsCount())
              .isEqualTo(Math.min(LEFT_OUT, events));
          double lost = (double) with.getItems(i).getScore() - without.get(i).getScore();
          assertThat(with.getItems(i).getExplanation().getEventContributions(e - first))
              .isCloseTo(lost, within(2e-5));
        }
      }
    }
  }

  @Test
  void aSignalNamesTheEventThatItComesFrom() {
    SessionContext session =
        SessionContext.newBuilder()
            .addEvents(click("i40"))
            .addEvents(click("i8"))
            .addEvents(click("i55").toBuilder().setType(EventType.EVENT_TYPE_PURCHASE))
            .build();
    int together = 0;
    for (ScoredItem item : recommend(model(), session, true).getItemsList()) {
      for (ScorePart part : item.getExplanation().getPartsList()) {
        switch (part.getName()) {
          case "prior", "cosine" -> assertThat(part.hasEvent()).isFalse();
          case "seen" ->
              assertThat(session.getEvents(part.getEvent()).getItemId())
                  .isEqualTo(item.getItemId());
          default -> assertThat(part.hasEvent()).isTrue();
        }
        // Nobody went to them from the other two, nor was in a visit with these.
        if (part.getName().equals("visited_together") && item.getItemId().matches("i(9|10|11)")) {
          assertThat(part.getEvent()).isEqualTo(1);
          together++;
        }
      }
    }
    assertThat(together).isPositive();
  }

  private static SessionEvent click(String item) {
    return SessionEvent.newBuilder().setItemId(item).setType(EventType.EVENT_TYPE_CLICK).build();
  }

  @Test
  void ofASessionOfWhichNothingIsKnownPopularityAndNewnessAreTheReasons() throws Exception {
    training.upsert(item("fresh", 2));
    refresh();
    SessionContext nobody = SessionContext.newBuilder().setSessionId("nobody").build();
    RecommendResponse response = recommend(model(), nobody, true);
    assertThat(response.getRanker()).isEqualTo("popularity");
    assertThat(response.getExplainedEventsList()).isEmpty();
    assertAddsUp(response.getItemsList());
    assertThat(response.getItems(0).getExplanation().getReason()).isEqualTo("popular_here");
    Explanation fresh =
        response.getItemsList().stream()
            .filter(i -> i.getItemId().equals("fresh"))
            .findFirst()
            .orElseThrow()
            .getExplanation();
    assertThat(fresh.getReason()).isEqualTo("new_in");
    assertThat(fresh.getAbout()).isEqualTo("c2");
    assertThat(fresh.getPartsList().stream().map(ScorePart::getName)).containsExactly("newness");
  }

  @ParameterizedTest
  @EnumSource(
      value = RankerKind.class,
      names = {"CO_OCCURRENCE", "SKNN", "V_SKNN", "VMIS_KNN", "BLEND"})
  void baselinesHavePartsThatAreTheirs(RankerKind kind) {
    OnlineRankers rankers = new OnlineRankers(Set.of(kind), BOUNDS);
    for (int visit = 0; visit < 300; visit++) {
      int at = random.nextInt(ITEMS / 2);
      for (int step = 0; step < 4; step++) {
        rankers.clicked("v" + visit, null, live.catalog().indexOf("i" + at), 1_000L * visit);
        at += 1 + random.nextInt(3);
      }
    }
    rankers.learn();
    Ranker ranker = ranker(only(kind, rankers));
    Set<String> names = new HashSet<>();
    for (int events = 1; events <= 25; events += 4) {
      SessionContext session = session(events).toBuilder().setSessionId("asks").build();
      RecommendResponse response = recommend(ranker, session, true);
      assertThat(response.getRanker()).isEqualTo(kind.label());
      assertThat(plain(response)).isEqualTo(recommend(ranker, session, false));
      assertAddsUp(response.getItemsList());
      assertContributions(ranker, session, response);
      response
          .getItemsList()
          .forEach(i -> i.getExplanation().getPartsList().forEach(p -> names.add(p.getName())));
    }
    List<String> own =
        switch (kind) {
          case BLEND -> List.of("neighbors", "co_occurrence", "repeats");
          case CO_OCCURRENCE -> List.of("co_occurrence");
          default -> List.of("neighbors");
        };
    List<String> expected = new ArrayList<>(own);
    expected.addAll(List.of("behind", "popularity"));
    assertThat(names).containsAll(expected);
    expected.add("newness");
    assertThat(expected).containsAll(names);
  }

  /** Of what is found without the event, too: elsewhere it is what it has with it. */
  private void assertContributions(
      Ranker ranker, SessionContext session, RecommendResponse response) {
    List<SessionEvent> known =
        session.getEventsList().stream().filter(e -> !e.getItemId().equals("inline")).toList();
    int before = known.size() - response.getExplainedEventsCount();
    assertThat(response.getExplainedEventsCount()).isEqualTo(Math.min(20, known.size()));
    int first = Math.max(0, response.getExplainedEventsCount() - LEFT_OUT);
    for (int e = first; e < response.getExplainedEventsCount() && known.size() > 1; e++) {
      List<SessionEvent> rest = new ArrayList<>(known);
      rest.remove(before + e);
      SessionContext without = session.toBuilder().clearEvents().addAllEvents(rest).build();
      RecommendResponse answer = recommend(ranker, without, false);
      for (ScoredItem item : response.getItemsList()) {
        float score =
            answer.getItemsList().stream()
                .filter(i -> i.getItemId().equals(item.getItemId()))
                .map(ScoredItem::getScore)
                .findFirst()
                .orElse(0f);
        double expected = item.getScore() < 0 ? 0 : (double) item.getScore() - Math.max(0, score);
        assertThat(item.getExplanation().getEventContributions(e - first)).isEqualTo(expected);
      }
    }
  }

  private static RankerChoice only(RankerKind kind, OnlineRankers rankers) {
    ExperimentOptions experiment =
        new ExperimentOptions(
            "one", List.of(new Arm("it", 1, kind), new Arm("model", 0, RankerKind.DOLMEN)));
    return new RankerChoice(
        new RankingOptions(experiment, FallbackOptions.NONE, BOUNDS, Set.of()),
        rankers,
        () -> 0,
        new SimpleMeterRegistry());
  }
}
