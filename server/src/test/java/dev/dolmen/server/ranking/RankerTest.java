package dev.dolmen.server.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.server.budget.FairThreads;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.index.ItemIndex;
import dev.dolmen.trainer.HistoryTraining;
import dev.dolmen.trainer.learn.ItemEncoding;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.NumberRange;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.ScoreResponse;
import dev.dolmen.v1.ScoredItem;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import dev.dolmen.v1.SimilarRequest;
import dev.dolmen.v1.SimilarResponse;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers from what was learned from some history, which stays as it is. */
class RankerTest {
  private static final int ITEMS = 40;
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z"));

  @TempDir Path directory;
  private HistoryTraining training;
  private Ranker ranker;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<Impression> shown = new ArrayList<>();

  @BeforeEach
  void learn() throws Exception {
    training =
        HistoryTraining.open(DolmenConfig.defaults(directory, Schemas.shop()).engine(), CLOCK);
    for (int i = 0; i < ITEMS; i++) {
      training.upsert(item("i" + i, i));
    }
    for (int visit = 0; visit < 60; visit++) {
      for (int step = 0; step < 4; step++) {
        training.learn(event(visit, step));
      }
    }
    training.learnBatch();
    ranker =
        new Ranker(
            training.refreshed(),
            id -> false,
            shown::add,
            CLOCK,
            () -> "request",
            RankerChoice.modelAlone(),
            new ItemIndex(training.live().vectors(), training.live().catalog()),
            meters);
  }

  @AfterEach
  void close() throws Exception {
    training.close();
  }

  private static Item item(String id, int price) {
    return Item.newBuilder()
        .setItemId(id)
        .putSlots(
            "category",
            SlotValue.newBuilder()
                .setPath(TokenList.newBuilder().addToken("c" + price % 5))
                .build())
        .putSlots("price", SlotValue.newBuilder().setNumber(price).build())
        .build();
  }

  private static FeedbackEvent event(int visit, int step) {
    return FeedbackEvent.newBuilder()
        .setEventId(visit + "-" + step)
        .setSessionId("visit" + visit)
        .setItemId("i" + (7 * visit + step) % ITEMS)
        .setType(EventType.EVENT_TYPE_CLICK)
        .setTime(Timestamp.newBuilder().setSeconds(CLOCK.instant().getEpochSecond() - 100 + visit))
        .build();
  }

  private static SessionEvent inline(String item, EventType type) {
    return SessionEvent.newBuilder().setItemId(item).setType(type).build();
  }

  private static SessionEvent click(String item) {
    return inline(item, EventType.EVENT_TYPE_CLICK);
  }

  private static SessionEvent dwell(String item) {
    return inline(item, EventType.EVENT_TYPE_DWELL);
  }

  private static SessionContext session(String id, SessionEvent... events) {
    return SessionContext.newBuilder().setSessionId(id).addAllEvents(List.of(events)).build();
  }

  /** Ranks the whole catalogue. */
  private RecommendResponse recommend(SessionContext session) {
    RecommendRequest.Builder request =
        RecommendRequest.newBuilder().setSession(session).setK(ITEMS).setIncludeSeen(true);
    return recommend(request.build(), Caller.PATIENT);
  }

  private RecommendResponse recommend(RecommendRequest request, Caller caller) {
    Kept<RecommendResponse> kept = new Kept<>();
    ranker.recommend(request, features(request.getSession()), 0, caller, kept);
    return kept.get();
  }

  private SimilarResponse similar(SimilarRequest request, Caller caller) {
    Kept<SimilarResponse> kept = new Kept<>();
    ranker.similar(request, null, caller, kept);
    return kept.get();
  }

  /** Keeps an answer for whoever asks for it. */
  private static final class Kept<T> implements Answer<T> {
    private final CompletableFuture<T> future = new CompletableFuture<>();

    @Override
    public void give(T answer) {
      assertThat(future.complete(answer)).isTrue();
    }

    @Override
    public void fail(RuntimeException why) {
      assertThat(future.completeExceptionally(why)).isTrue();
    }

    T get() {
      assertThat(future).isDone();
      if (future.isCompletedExceptionally()) {
        throw (RuntimeException) future.exceptionNow();
      }
      return future.resultNow();
    }
  }

  private SessionFeatures features(SessionContext session) {
    return SessionFeatures.of(session, training.live().features());
  }

  private ScoreResponse score(ScoreRequest request, Caller caller) {
    List<Features> items =
        request.getItemsList().stream().map(training.live().features()::item).toList();
    return ranker.score(request, new ScoreFeatures(features(request.getSession()), items), caller);
  }

  private List<ScoredItem> scores(SessionContext session) {
    ScoreRequest.Builder request = ScoreRequest.newBuilder().setSession(session);
    IntStream.range(0, ITEMS).forEach(i -> request.addItemIds("i" + i));
    return score(request.addItems(item("new", 3)).build(), Caller.PATIENT).getItemsList();
  }

  @Test
  void aDwellIsNoStepWhetherTheSessionHasSeenTheItemOrNot() {
    for (String id : List.of("", "visit3", "nobody")) {
      SessionContext without = session(id, click("i1"), click("i3"));
      for (SessionContext with :
          List.of(
              session(id, dwell("i9"), click("i1"), click("i3")),
              session(id, click("i1"), dwell("i9"), click("i3")),
              session(id, click("i1"), dwell("i1"), click("i3")),
              session(id, click("i1"), click("i3"), dwell("i1")),
              session(id, click("i1"), click("i3"), dwell("i9")))) {
        assertThat(recommend(with)).isEqualTo(recommend(without));
        assertThat(scores(with)).isEqualTo(scores(without));
      }
    }
  }

  @Test
  void aDwellAloneIsNoSession() {
    RecommendResponse response = recommend(session("", dwell("i9")));
    assertThat(response.getSessionEventsUsed()).isZero();
    assertThat(response.getRanker()).isEqualTo(recommend(session("")).getRanker());
  }

  @Test
  void aViewIsAStep() {
    SessionContext viewed =
        session("", click("i1"), inline("i9", EventType.EVENT_TYPE_VIEW), click("i3"));
    assertThat(recommend(viewed).getSessionEventsUsed()).isEqualTo(3);
    assertThat(scores(viewed)).isNotEqualTo(scores(session("", click("i1"), click("i3"))));
  }

  @Test
  void anEventWithoutATypeIsAClick() {
    SessionContext untyped =
        session("", inline("i1", EventType.EVENT_TYPE_UNSPECIFIED), click("i3"));
    assertThat(recommend(untyped)).isEqualTo(recommend(session("", click("i1"), click("i3"))));
  }

  @Test
  void anInlineItemIsEncodedOnceHoweverManyEventsNameIt() {
    LiveState live = training.refreshed();
    ItemEncoding items = RankingScratch.itemEncoding(live);
    SessionQueries queries = new SessionQueries(live, id -> false, items);
    SessionContext session =
        session("", click("new"), click("i1"), click("new"), click("other"), click("new"))
            .toBuilder()
            .addItems(item("new", 2))
            .addItems(item("other", 3))
            .addItems(item("new", 4))
            .addItems(item("unnamed", 5))
            .build();
    for (int request = 0; request < 2; request++) {
      EncodedSession encoded =
          queries.encode(
              session, features(session), CLOCK.millis(), live.published(), Caller.PATIENT);
      assertThat(encoded.used()).isEqualTo(5);
      assertThat(items.size()).isEqualTo(2);
      assertThat(IntStream.range(0, 5).map(encoded.steps()::item).filter(i -> i < 0))
          .containsExactly(-1, -1, -2, -1);
    }
  }

  /** Those that it is given count, whatever the request says. */
  @Test
  void featuresAreNotMadeAgain() {
    SessionContext session = session("", click("i1"), click("new"));
    ScoreRequest.Builder request = ScoreRequest.newBuilder();
    ScoreRequest one = request.setSession(withItem(session, 2)).addItems(item("x", 2)).build();
    ScoreRequest other =
        request.clear().setSession(withItem(session, 33)).addItems(item("x", 33)).build();
    ScoreFeatures ofOther =
        new ScoreFeatures(
            features(other.getSession()),
            List.of(training.live().features().item(other.getItems(0))));
    assertThat(ranker.score(one, ofOther, Caller.PATIENT))
        .isEqualTo(score(other, Caller.PATIENT))
        .isNotEqualTo(score(one, Caller.PATIENT));
  }

  private static SessionContext withItem(SessionContext session, int price) {
    return session.toBuilder().addItems(item("new", price)).build();
  }

  @Test
  void nothingMoreIsComputedForACallerThatHasGone() {
    SessionContext session = session("visit3", click("i1"), click("i3"), click("new"));
    RecommendRequest recommend =
        RecommendRequest.newBuilder()
            .setSession(session.toBuilder().addItems(item("new", 2)))
            .setK(5)
            .build();
    // Before each event, after them, after the inline items, before the search, at its one block of
    // items, and after it.
    int plain = 3 + 1 + 1 + 1 + 1 + 1;
    assertThat(stepsOf(caller -> recommend(recommend, caller))).isEqualTo(plain);
    assertThat(shown).hasSize(1); // By the one request that was waited for.
    int filters = 2;
    int lists = (2 * Caller.STEPS + 1) / Caller.STEPS + 1;
    RecommendRequest.Builder large = recommend.toBuilder();
    IntStream.range(0, 2 * Caller.STEPS + 1)
        .forEach(i -> large.addExcludeItemIds("i8").addCandidateItemIds("i9"));
    IntStream.range(0, filters)
        .forEach(i ->
            large
                .addFiltersBuilder()
                .setSlot("price")
                .setRange(NumberRange.newBuilder().setMin(i)));
    // Instead of the block: what is excluded, filters, candidates to be found, and to be ranked.
    assertThat(stepsOf(caller -> recommend(large.build(), caller)))
        .isEqualTo(plain - 1 + lists + filters + lists + lists);
    ScoreRequest score =
        ScoreRequest.newBuilder().addItemIds("i7").addItemIds("i9").addItems(item("x", 1)).build();
    // After the session, then before each item.
    assertThat(stepsOf(caller -> score(score, caller))).isEqualTo(1 + 3);
    SimilarRequest similar = SimilarRequest.newBuilder().setItemId("i7").setK(5).build();
    // Before the search, and at its one block.
    assertThat(stepsOf(caller -> similar(similar, caller))).isEqualTo(2);
  }

  /** Nothing is popular yet, and no item passes the filter. */
  @Test
  void nothingMoreIsLookedAtWithoutAModelEither() {
    RecommendRequest.Builder request =
        RecommendRequest.newBuilder().setSession(session("nobody")).setK(5);
    request
        .addFiltersBuilder()
        .setSlot("price")
        .setRange(NumberRange.newBuilder().setMin(1_000_000));
    // After no event, before the search, at the filter, at the newest items, and after it.
    assertThat(stepsOf(caller -> recommend(request.build(), caller))).isEqualTo(5);
  }

  /** How often a caller is asked; one that has gone at any of these ends the computation there. */
  private static int stepsOf(Consumer<Caller> computation) {
    for (int patience = 0; ; patience++) {
      AtomicInteger asked = new AtomicInteger();
      int atMost = patience;
      IllegalStateException gone = new IllegalStateException("gone");
      Caller caller =
          () -> {
            if (asked.getAndIncrement() == atMost) {
              throw gone;
            }
          };
      try {
        computation.accept(caller);
        return asked.get();
      } catch (IllegalStateException e) {
        assertThat(e).isSameAs(gone);
        assertThat(asked).hasValue(atMost + 1);
      }
    }
  }

  @Test
  void whatOneRequestFoundIsForgottenInTheNext() {
    SessionContext session = session("visit3", click("i1"), click("i3"));
    RecommendResponse first = recommend(session);
    List<ScoredItem> scored = scores(session);
    recommend(
        session("visit5", click("i20"), click("new")).toBuilder().addItems(item("new", 2)).build());
    similar(SimilarRequest.newBuilder().setItemId("i7").setK(5).build(), Caller.PATIENT);
    recommend(session("nobody"));
    assertThat(recommend(session)).isEqualTo(first);
    assertThat(scores(session)).isEqualTo(scored);
  }

  /** Four requests share a pass: two are answered as ever, one has gone, one cannot be told. */
  @Test
  void requestsThatShareAPassAreAnsweredAsByThemselves() throws Exception {
    RecommendRequest one =
        RecommendRequest.newBuilder()
            .setSession(session("visit3", click("i1"), click("i3"), click("who?")))
            .setK(7)
            .build();
    RecommendRequest other =
        RecommendRequest.newBuilder().setSession(session("visit9", click("i20"))).setK(9).build();
    SimilarRequest similar = SimilarRequest.newBuilder().setItemId("i7").setK(5).build();
    List<RecommendResponse> alone =
        List.of(recommend(one, Caller.PATIENT), recommend(other, Caller.PATIENT));
    SimilarResponse similarAlone = similar(similar, Caller.PATIENT);
    shown.clear();
    Answers<Object> answers = new Answers<>();
    IllegalStateException gone = new IllegalStateException("gone");
    AtomicInteger asked = new AtomicInteger();
    // Before each of three events, after them, before the search; then by the pass.
    Caller goes =
        () -> {
          if (asked.getAndIncrement() == 5) {
            throw gone;
          }
        };
    together(
        () -> ranker.recommend(one, features(one.getSession()), 0, Caller.PATIENT, answers.to(0)),
        () -> ranker.recommend(one, features(one.getSession()), 0, goes, answers.to(1)),
        () ->
            ranker.recommend(
                one, features(one.getSession()), 0, Caller.PATIENT, answers.unreachable()),
        () -> ranker.similar(similar, null, Caller.PATIENT, answers.to(2)),
        () ->
            ranker.recommend(
                other, features(other.getSession()), 0, Caller.PATIENT, answers.to(3)));
    assertThat(answers.of)
        .isEqualTo(Map.of(0, alone.get(0), 1, gone, 2, similarAlone, 3, alone.get(1)));
    assertThat(answers.of.get(0))
        .isInstanceOfSatisfying(
            RecommendResponse.class,
            response -> assertThat(response.getUnknownItemIdsList()).containsExactly("who?"));
    assertThat(shown).hasSize(3);
    assertThat(meters.get("dolmen.search.together").summary().max()).isEqualTo(5);
  }

  /** Lets one thread take turns that all wait when it begins. */
  private static void together(Runnable... turns) throws InterruptedException {
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1 + turns.length);
    try (FairThreads threads =
        new FairThreads(
            1,
            new FairThreads.Bounds(1 + turns.length, Duration.ofHours(1)),
            new FairThreads.Sharing(turns.length, Duration.ofSeconds(10)),
            () -> 0,
            Thread.ofPlatform().daemon().factory())) {
      List<Runnable> all = new ArrayList<>(List.of(turns));
      all.addFirst(() -> awaitUninterruptibly(gate));
      for (Runnable work : all) {
        assertThat(
                threads.offer(
                    "caller",
                    new FairThreads.Turn() {
                      @Override
                      public void run() {
                        work.run();
                      }

                      @Override
                      public void end() {
                        ended.countDown();
                      }

                      @Override
                      public void refuse(FairThreads.Refusal why) {
                        throw new AssertionError(why);
                      }

                      @Override
                      public boolean isGone() {
                        return false;
                      }
                    },
                    0,
                    Long.MAX_VALUE))
            .isEqualTo(FairThreads.Offer.TAKEN);
      }
      gate.countDown();
      assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Answers, and what was said in the place of one, by number. */
  private static final class Answers<T> {
    final Map<Integer, Object> of = new ConcurrentHashMap<>();

    <R extends T> Answer<R> to(int number) {
      return new Answer<>() {
        @Override
        public void give(R answer) {
          assertThat(of.put(number, answer)).isNull();
        }

        @Override
        public void fail(RuntimeException why) {
          assertThat(of.put(number, why)).isNull();
        }
      };
    }

    /** Whoever asked can be told neither an answer nor that there is none. */
    <R extends T> Answer<R> unreachable() {
      return new Answer<>() {
        @Override
        public void give(R answer) {
          throw new IllegalStateException("closed");
        }

        @Override
        public void fail(RuntimeException why) {
          throw new IllegalStateException("closed");
        }
      };
    }
  }
}
