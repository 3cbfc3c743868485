package dev.dolmen.server;

import static dev.dolmen.server.TestServer.event;
import static dev.dolmen.server.TestServer.item;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.ServerConfig;
import dev.dolmen.server.ranking.RankerChoice;
import dev.dolmen.trainer.alternatives.Arm;
import dev.dolmen.trainer.alternatives.ExperimentOptions;
import dev.dolmen.trainer.alternatives.FallbackOptions;
import dev.dolmen.trainer.alternatives.OnlineRankers;
import dev.dolmen.trainer.alternatives.RankerKind;
import dev.dolmen.trainer.alternatives.RankerOptions;
import dev.dolmen.trainer.alternatives.RankingOptions;
import dev.dolmen.v1.ArmStatus;
import dev.dolmen.v1.FallbackReason;
import dev.dolmen.v1.Filter;
import dev.dolmen.v1.GetSchemaRequest;
import dev.dolmen.v1.GetStatusRequest;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.NumberRange;
import dev.dolmen.v1.RankerStatus;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.ScoredItem;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import dev.dolmen.v1.StatusResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Baselines that answer beside the model or in its place, over a real socket. */
class AlternativesTest {
  private static final RankerOptions BOUNDS = new RankerOptions(10_000, 64, 100_000, 1);

  @TempDir Path directory;

  private static ExperimentOptions experiment(double share) {
    return new ExperimentOptions(
        "spring",
        List.of(
            new Arm("model", 1 - share, RankerKind.DOLMEN),
            new Arm("simple", share, RankerKind.BLEND)));
  }

  private DolmenConfig config(ExperimentOptions experiment, FallbackOptions fallback) {
    return TestServer.config(directory)
        .withEngine(e -> e.ranking(new RankingOptions(experiment, fallback, BOUNDS, Set.of())));
  }

  /** 40 items; visits go up by two: books to books, shoes to shoes. */
  private static void fill(TestServer server) throws Exception {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      items.add(item("i" + i, i % 2 == 0 ? "books" : "shoes", i).build());
    }
    server.upsert(items.toArray(new Item[0]));
    for (int s = 0; s < 30; s++) {
      server.click("train" + s, "i" + s, "i" + (s + 2), "i" + (s + 4));
    }
  }

  private static RecommendRequest.Builder request(String session, String... items) {
    SessionContext.Builder context = SessionContext.newBuilder().setSessionId(session);
    for (String item : items) {
      context.addEvents(SessionEvent.newBuilder().setItemId(item));
    }
    return RecommendRequest.newBuilder().setSession(context).setK(5);
  }

  private static RecommendResponse ask(TestServer server, RecommendRequest.Builder request) {
    return server.recommendations().recommend(request.build());
  }

  private static List<String> ids(RecommendResponse response) {
    return response.getItemsList().stream().map(ScoredItem::getItemId).toList();
  }

  /** A session of the arm with the baseline. */
  private static String simple(ExperimentOptions experiment, int from) {
    for (int i = from; ; i++) {
      if (experiment.arm(experiment.unit("s" + i)) == 1) {
        return "s" + i;
      }
    }
  }

  @Test
  void visitsAreDividedAndStayWhereTheyAre() throws Exception {
    ExperimentOptions experiment = experiment(0.3);
    try (TestServer server = new TestServer(config(experiment, FallbackOptions.NONE))) {
      fill(server);
      Map<String, String> arms = new HashMap<>();
      Map<String, Integer> counts = new HashMap<>();
      for (int i = 0; i < 1_000; i++) {
        RecommendResponse response =
            ask(server, request("s" + i, "i4", "i6").setNoImpression(true));
        arms.put("s" + i, response.getArm());
        counts.merge(response.getArm() + "/" + response.getRanker(), 1, Integer::sum);
      }
      assertThat(counts.keySet()).containsExactlyInAnyOrder("model/dolmen", "simple/blend");
      assertThat(counts.get("simple/blend")).isCloseTo(300, within(50));
      for (int i = 0; i < 1_000; i += 7) {
        assertThat(ask(server, request("s" + i).setNoImpression(true)).getArm())
            .isEqualTo(arms.get("s" + i));
      }
      // A visitor's sessions meet the same arm; who cannot be told apart meets none.
      String simple = simple(experiment, 0);
      for (String session : List.of("a", "b", "c", "d", "e", "f", "g", "h")) {
        assertThat(ask(server, request(session, "i4").setUserId(simple)).getArm())
            .isEqualTo("simple");
      }
      RecommendResponse nobody = ask(server, request("", "i4"));
      assertThat(nobody.getArm()).isEmpty();
      assertThat(nobody.getRanker()).isEqualTo("dolmen");
      // Of a session of which nothing is known, no ranker knows more.
      RecommendResponse cold = ask(server, request(simple));
      assertThat(cold.getArm()).isEqualTo("simple");
      assertThat(cold.getRanker()).isEqualTo("popularity");
      assertThat(cold.getItemsCount()).isEqualTo(5);
    }
  }

  @Test
  void whatARequestSaysHoldsForABaseline() throws Exception {
    ExperimentOptions experiment = experiment(1);
    try (TestServer server = new TestServer(config(experiment, FallbackOptions.NONE))) {
      fill(server);
      RecommendResponse response = ask(server, request("v", "i6", "i8"));
      assertThat(response.getRanker()).isEqualTo("blend");
      assertThat(response.getSessionEventsUsed()).isEqualTo(2);
      assertThat(ids(response)).hasSize(5).startsWith("i10").doesNotContain("i6", "i8");
      assertThat(response.getItemsList()).noneMatch(ScoredItem::hasClickChance);
      assertThat(response.getLearnedLogOffset()).isPositive();

      RecommendRequest.Builder all = request("v", "i6", "i8").setK(1_000);
      List<ScoredItem> everything = ask(server, all).getItemsList();
      assertThat(everything).extracting(ScoredItem::getItemId).hasSize(38).doesNotHaveDuplicates();
      assertThat(everything)
          .isSortedAccordingTo((a, b) -> Float.compare(b.getScore(), a.getScore()));
      assertThat(everything.getFirst().getScore()).isPositive();
      assertThat(everything.getLast().getScore()).isNegative();

      assertThat(ids(ask(server, all.clone().setIncludeSeen(true))))
          .contains("i6", "i8")
          .hasSize(40);
      assertThat(ids(ask(server, all.clone().addExcludeItemIds("i10").addExcludeItemIds("no"))))
          .doesNotContain("i10")
          .hasSize(37);
      RecommendRequest.Builder range =
          all.clone()
              .addFilters(
                  Filter.newBuilder()
                      .setSlot("price")
                      .setRange(NumberRange.newBuilder().setMin(9).setMax(13)));
      assertThat(ids(ask(server, range)))
          .containsExactlyInAnyOrder("i9", "i10", "i11", "i12", "i13")
          .startsWith("i10");
      assertThat(
              ids(ask(server, range.clone().addCandidateItemIds("i12").addCandidateItemIds("i20"))))
          .containsExactly("i12");
      server.upsert(item("i10", "books", 10).setUnavailable(true).build());
      server.click("again", "i2", "i4");
      assertThat(ids(ask(server, all))).doesNotContain("i10").hasSize(37);
    }
  }

  @Test
  void aClickCountsForABaselineAtOnce() throws Exception {
    try (TestServer server = new TestServer(config(experiment(1), FallbackOptions.NONE))) {
      fill(server);
      server.upsert(item("new", "books", 1).build());
      assertThat(ids(ask(server, request("v", "i20")))).isNotEmpty();
      for (int i = 0; i < 20; i++) {
        server.click("pair" + i, "i20", "new");
      }
      assertThat(ids(ask(server, request("v", "i20"))).getFirst()).isEqualTo("new");
    }
  }

  @Test
  void aFreshServerAnswersByItsFallbackUntilTheModelHasLearned() throws Exception {
    FallbackOptions fallback = new FallbackOptions(RankerKind.VMIS_KNN, 200, 0);
    try (TestServer server = new TestServer(config(ExperimentOptions.NONE, fallback))) {
      fill(server);
      RecommendResponse early = ask(server, request("v", "i6"));
      assertThat(early.getRanker()).isEqualTo("vmis-knn");
      assertThat(early.getFallback()).isEqualTo(FallbackReason.FALLBACK_REASON_LEARNING);
      assertThat(early.getArm()).isEmpty();
      assertThat(ids(early).subList(0, 2)).containsAnyOf("i8", "i10", "i4");
      assertThat(status(server).getFallback().getLearning()).isEqualTo(1);
      assertThat(status(server).getRankers(0).getRanker()).isEqualTo("vmis-knn");
      for (int s = 0; s < 30; s++) {
        server.click("more" + s, "i" + s, "i" + (s + 2), "i" + (s + 4), "i" + (s + 6));
      }
      RecommendResponse late = ask(server, request("v", "i6"));
      assertThat(late.getRanker()).isEqualTo("dolmen");
      assertThat(late.getFallback()).isEqualTo(FallbackReason.FALLBACK_REASON_UNSPECIFIED);
    }
  }

  @Test
  void aRestartKeepsTheFallbackUseful() throws Exception {
    FallbackOptions fallback = new FallbackOptions(RankerKind.BLEND, 1_000_000, 0);
    DolmenConfig config = config(ExperimentOptions.NONE, fallback);
    List<ScoredItem> before;
    try (TestServer server = new TestServer(config)) {
      fill(server);
      before = ask(server, request("v", "i6", "i8")).getItemsList();
      assertThat(before.getFirst().getItemId()).isEqualTo("i10");
    }
    try (TestServer server = new TestServer(config)) {
      RecommendResponse after = ask(server, request("v", "i6", "i8"));
      assertThat(after.getRanker()).isEqualTo("blend");
      assertThat(after.getItemsList().subList(0, 4)).isEqualTo(before.subList(0, 4));
      assertThat(before.get(3).getScore()).isPositive();
      // And so is the one of which the snapshot holds the counts.
      assertThat(server.running().engine().live().popular()).isNotEmpty();
      assertThat(ask(server, request("nobody")).getItems(0).getItemId()).isNotEqualTo("i39");
    }
  }

  private static StatusResponse status(TestServer server) {
    return server.admin().getStatus(GetStatusRequest.getDefaultInstance());
  }

  @Test
  void answersAndClicksOfArmsAreCounted() throws Exception {
    ExperimentOptions experiment = experiment(0.5);
    DolmenConfig config = config(experiment, FallbackOptions.NONE);
    StatusResponse before;
    try (TestServer server = new TestServer(config)) {
      fill(server);
      Map<String, Integer> answers = new HashMap<>();
      for (int i = 0; i < 40; i++) {
        RecommendResponse response = ask(server, request("s" + i, "i4", "i6"));
        answers.merge(response.getArm(), 1, Integer::sum);
        if (response.getArm().equals("simple")) {
          server.publish(
              event("click" + i, "s" + i, response.getItems(0).getItemId(), 900)
                  .setRequestId(response.getRequestId())
                  .build());
        }
      }
      int simple = answers.getOrDefault("simple", 0);
      assertThat(simple).isBetween(5, 35);
      // Impressions are logged on their own: learned are those that the next click comes behind.
      long clicked = 0;
      for (int i = 0; i < 1_000 && clicked < simple; i++) {
        server.click("tick" + i, "i30", "i32");
        clicked = status(server).getExperiment().getArms(1).getClicks();
      }
      before = status(server);
      assertThat(before.getExperiment().getName()).isEqualTo("spring");
      ArmStatus model = before.getExperiment().getArms(0);
      assertThat(model.getArm()).isEqualTo("model");
      assertThat(model.getRanker()).isEqualTo("dolmen");
      assertThat(model.getShare()).isEqualTo(0.5);
      assertThat(model.getAnswers()).isEqualTo(40L - simple);
      assertThat(model.getClicks()).isZero();
      ArmStatus arm = before.getExperiment().getArms(1);
      assertThat(arm.getAnswers()).isEqualTo(simple);
      assertThat(arm.getClickedAnswers()).isEqualTo(simple);
      assertThat(arm.getClickRate()).isEqualTo(1);
      assertThat(arm.getToFirst()).isEqualTo(1);
      assertThat(before.getRankers(0).getRanker()).isEqualTo("blend");
      assertThat(before.getRankers(0).getRanking().getPredictions()).isGreaterThan(20);
      assertThat(before.getRankers(0).getRanking().getRecallAt20()).isPositive();
      assertThat(server.running().meters().scrape())
          .contains(
              "dolmen_experiment_answers{arm=\"simple\",experiment=\"spring\"} " + simple + ".0")
          .contains("dolmen_experiment_click_rate{arm=\"simple\",experiment=\"spring\"} 1.0")
          .contains("dolmen_recommend_seconds_count{arm=\"simple\",ranker=\"blend\"} " + simple)
          .contains("dolmen_ranker_recall_at_20{ranker=\"blend\"}");
    }
    try (TestServer server = new TestServer(config)) {
      assertThat(status(server).getExperiment()).isEqualTo(before.getExperiment());
    }
  }

  /**
   * One thread ranks: of many requests at once, those at the end have waited a millisecond. On a
   * slow machine some have waited for longer than is allowed at all, and are refused.
   */
  @Test
  void requestsThatWaitedAreAnsweredByTheFallback() throws Exception {
    DolmenConfig config =
        config(ExperimentOptions.NONE, new FallbackOptions(RankerKind.POPULARITY, 0, 1));
    ServerConfig one = config.server().with(s -> s.workerThreads(1));
    try (TestServer server = new TestServer(config.withServer(one))) {
      fill(server);
      RecommendRequest request = request("v", "i6").setK(1_000).setNoImpression(true).build();
      long waited = 0;
      for (int round = 0; round < 100 && waited == 0; round++) {
        List<CompletableFuture<RecommendResponse>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          CompletableFuture<RecommendResponse> answer = new CompletableFuture<>();
          RecommendationServiceGrpc.newStub(server.channel)
              .recommend(request, new TestServer.Answer<>(answer));
          answers.add(answer);
        }
        waited =
            answers.stream()
                .map(AlternativesTest::answerUnlessOverloaded)
                .flatMap(Optional::stream)
                .filter(a -> a.getFallback() == FallbackReason.FALLBACK_REASON_WAITED)
                .peek(a -> assertThat(a.getRanker()).isEqualTo("popularity"))
                .peek(a -> assertThat(a.getItemsCount()).isEqualTo(39))
                .count();
      }
      assertThat(waited).isPositive();
      assertThat(status(server).getFallback().getWaited()).isGreaterThanOrEqualTo(waited);
    }
  }

  private static Optional<RecommendResponse> answerUnlessOverloaded(
      CompletableFuture<RecommendResponse> answer) {
    try {
      return Optional.of(answer.join());
    } catch (CompletionException e) {
      assertThat(Status.fromThrowable(e).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      return Optional.empty();
    }
  }

  /** To compare: whatever the configuration says, and counted by nothing. */
  @Test
  void aRequestNamesWhatRanks() throws Exception {
    RankingOptions options =
        new RankingOptions(
            experiment(1),
            new FallbackOptions(RankerKind.POPULARITY, 1_000_000, 0),
            BOUNDS,
            Set.of(RankerKind.VMIS_KNN));
    DolmenConfig config = TestServer.config(directory).withEngine(e -> e.ranking(options));
    try (TestServer server = new TestServer(config)) {
      fill(server);
      List<String> rankers =
          server.catalog().getSchema(GetSchemaRequest.getDefaultInstance()).getRankersList();
      assertThat(rankers).containsExactly("dolmen", "popularity", "vmis-knn", "blend");
      Map<String, List<String>> answers = new HashMap<>();
      for (String ranker : rankers) {
        RecommendRequest.Builder request = request("v", "i6", "i8").setNoImpression(true);
        RecommendResponse response = ask(server, request.setRanker(ranker));
        assertThat(response.getRanker()).isEqualTo(ranker);
        assertThat(response.getArm()).isEmpty();
        assertThat(response.getFallback()).isEqualTo(FallbackReason.FALLBACK_REASON_UNSPECIFIED);
        assertThat(response.getItemsList())
            .hasSize(5)
            .allMatch(item -> item.hasClickChance() == ranker.equals("dolmen"));
        answers.put(ranker, ids(response));
        assertThat(ask(server, request.setExplain(true)).getItemsList())
            .allMatch(ScoredItem::hasExplanation);
      }
      assertThat(answers.get("vmis-knn")).startsWith("i10");
      assertThat(answers.get("popularity")).isNotEqualTo(answers.get("blend"));
      assertThat(answers.get("blend")).isEqualTo(ids(ask(server, request("v", "i6", "i8"))));
      // Of a visit of which nothing is known there is one answer.
      assertThat(ask(server, request("nobody").setNoImpression(true).setRanker("dolmen")))
          .extracting(RecommendResponse::getRanker)
          .isEqualTo("popularity");
      assertRefused(
          server,
          request("v", "i6").setNoImpression(true).setRanker("sknn"),
          "ranker: \"sknn\", expected one of dolmen, popularity, vmis-knn, blend");
      assertRefused(
          server,
          request("v", "i6").setRanker("blend"),
          "ranker: \"blend\" without no_impression, expected with it");
      assertThat(status(server).getRankersList())
          .extracting(RankerStatus::getRanker)
          .containsExactly("vmis-knn", "blend");
    }
  }

  private static void assertRefused(
      TestServer server, RecommendRequest.Builder request, String message) {
    assertThatThrownBy(() -> ask(server, request))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessage("INVALID_ARGUMENT: " + message);
  }

  @Test
  void theFallbackStandsInForTheModelAlone() {
    RankerChoice choice =
        new RankerChoice(
            new RankingOptions(
                experiment(0.5),
                new FallbackOptions(RankerKind.POPULARITY, 10, 20),
                BOUNDS,
                Set.of()),
            new OnlineRankers(Set.of(RankerKind.BLEND), BOUNDS),
            () -> 10,
            new SimpleMeterRegistry());
    ExperimentOptions experiment = experiment(0.5);
    RecommendRequest simple = request(simple(experiment, 0)).build();
    RecommendRequest none = request("").build();
    assertThat(choice.choose(none, 19).ranker()).isEqualTo(RankerKind.DOLMEN);
    assertThat(choice.choose(none, 20).ranker()).isEqualTo(RankerKind.POPULARITY);
    assertThat(choice.choose(none, 20).fallback()).isEqualTo(FallbackReason.FALLBACK_REASON_WAITED);
    assertThat(choice.choose(simple, 20).ranker()).isEqualTo(RankerKind.BLEND);
    assertThat(choice.choose(simple, 20).fallback())
        .isEqualTo(FallbackReason.FALLBACK_REASON_UNSPECIFIED);
    assertThat(choice.waited()).isEqualTo(2);
    assertThat(choice.learning()).isZero();
    assertThat(RankerChoice.modelAlone().choose(simple, 1_000).ranker())
        .isEqualTo(RankerKind.DOLMEN);
  }
}
