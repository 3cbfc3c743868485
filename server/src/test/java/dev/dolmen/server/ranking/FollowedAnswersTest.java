package dev.dolmen.server.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.budget.Caller;
import dev.dolmen.server.index.ItemIndex;
import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.Follower;
import dev.dolmen.trainer.Shop;
import dev.dolmen.trainer.ingest.PublishInFlight;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.log.KafkaBroker;
import dev.dolmen.trainer.log.KafkaLogOptions;
import dev.dolmen.trainer.log.LogFactory;
import dev.dolmen.trainer.log.LogOptions;
import dev.dolmen.trainer.sync.SyncOptions;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Answers of a server that follows a trainer, next to those that the trainer itself would give. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class FollowedAnswersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(2_000));

  @TempDir static Path brokerDirectory;
  private static KafkaBroker broker;

  @TempDir Path directory;

  private final Shop shop = new Shop(200, 3);
  private final Set<String> sessions = new HashSet<>();
  private Engine trainer;
  private Follower server;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = KafkaBroker.start(brokerDirectory);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void start() throws Exception {
    KafkaLogOptions kafka = broker.options(PATIENCE);
    SyncOptions sync = SyncOptions.defaults().with(s -> s.intervalMs(20));
    trainer =
        Engine.startTrainer(
            options("trainer", kafka),
            sync,
            InstantSource.system(),
            new SimpleMeterRegistry(),
            LogFactory.SHARED);
    trainer.awaitReplayed();
    server =
        Follower.start(
            options("server", kafka),
            sync,
            InstantSource.system(),
            new SimpleMeterRegistry(),
            LogFactory.SHARED);
    server.ready().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    for (int i = 1; i < shop.items; i++) {
      var _ = server.ingest().beginUpsert(shop.item(i));
    }
    server.ingest().upsert(shop.item(0));
    traffic(60);
    settle();
  }

  @AfterEach
  void close() {
    server.close();
    trainer.close();
  }

  private EngineOptions options(String name, KafkaLogOptions kafka) {
    EngineOptions o = Shop.options(directory.resolve(name));
    LogOptions log = o.log().with(l -> l.kind(LogOptions.Kind.KAFKA).kafka(kafka));
    return o.with(e -> e.log(log));
  }

  private void traffic(int visits) {
    List<PublishInFlight> inFlight = new ArrayList<>();
    for (int v = 0; v < visits; v++) {
      for (FeedbackEvent event : shop.visit()) {
        sessions.add(event.getSessionId());
        inFlight.add(server.ingest().beginPublish(event));
      }
    }
    inFlight.forEach(PublishInFlight::await);
  }

  private void settle() throws Exception {
    long end = server.status().progress().logOffset();
    while (trainer.live().published().learnedLogOffset() < end
        || !trainer.parametersHash().equals(server.parametersHash())) {
      Thread.sleep(5);
    }
  }

  private static Ranker ranker(LiveState live) {
    return new Ranker(
        live,
        id -> false,
        impression -> {},
        CLOCK,
        () -> "request",
        RankerChoice.modelAlone(),
        new ItemIndex(live.vectors(), live.catalog()),
        new SimpleMeterRegistry());
  }

  private static SessionEvent click(String item) {
    return SessionEvent.newBuilder().setItemId(item).setType(EventType.EVENT_TYPE_CLICK).build();
  }

  /** For how long something has not been learned is of the process, and left out. */
  private static RecommendResponse ask(Ranker ranker, LiveState live, SessionContext context) {
    CompletableFuture<RecommendResponse> given = new CompletableFuture<>();
    ranker.recommend(
        RecommendRequest.newBuilder()
            .setSession(context)
            .setK(50)
            .setIncludeSeen(true)
            .setExplain(true)
            .build(),
        SessionFeatures.of(context, live.features()),
        0,
        Caller.PATIENT,
        new Answer<>() {
          @Override
          public void give(RecommendResponse answer) {
            given.complete(answer);
          }

          @Override
          public void fail(RuntimeException why) {
            given.completeExceptionally(why);
          }
        });
    return given.join().toBuilder().clearStalenessMs().build();
  }

  @Test
  void aServerGivesTheTrainersWholeAnswer() throws Exception {
    Ranker own = ranker(trainer.live());
    Ranker followed = ranker(server.live());
    for (String session : sessions) {
      SessionContext context = SessionContext.newBuilder().setSessionId(session).build();
      RecommendResponse expected = ask(own, trainer.live(), context);
      assertThat(expected.getItemsCount()).isEqualTo(50);
      assertThat(expected.getSessionEventsUsed()).isPositive();
      assertThat(expected.getExplainedEventsCount()).isPositive();
      assertThat(ask(followed, server.live(), context)).isEqualTo(expected);
    }
  }

  /** While a request is computed, which is when it has entered, nothing it reads changes. */
  @Test
  void noRequestMixesTwoVersionsWhileSyncsAreApplied() throws Exception {
    LiveState live = server.live();
    Ranker ranker = ranker(live);
    SessionContext session =
        SessionContext.newBuilder()
            .addEvents(click(Shop.id(3)))
            .addEvents(click(Shop.id(4)))
            .build();
    Set<Long> versions = new HashSet<>();
    CompletableFuture<Void> load = CompletableFuture.runAsync(() -> traffic(400));
    while (!load.isDone() || versions.size() < 5) {
      live.versions().enter();
      try {
        RecommendResponse first = ask(ranker, live, session);
        Thread.sleep(3);
        RecommendResponse second = ask(ranker, live, session);
        assertThat(second).isEqualTo(first);
        versions.add(first.getModelVersion());
      } finally {
        live.versions().leave();
      }
      if (load.isDone() && versions.size() < 5) {
        load = CompletableFuture.runAsync(() -> traffic(100));
      }
      Thread.sleep(2);
    }
    load.join();
    settle();
  }
}
