package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.failure;
import static dev.dolmen.server.TestServer.event;
import static dev.dolmen.server.TestServer.item;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.dolmen.server.access.KeyFile;
import dev.dolmen.server.access.KeyText;
import dev.dolmen.server.access.Role;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.QuotaConfig;
import dev.dolmen.server.config.QuotaConfig.Quota;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.UpsertItemsRequest;
import dev.dolmen.v1.UpsertItemsResponse;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server with quotas; without access control all callers share one. */
class QuotaServingTest {
  private static final Duration SHORT = Duration.ofMillis(50);

  @TempDir Path directory;

  @Test
  void aStreamOfEventsIsSlowedAndEachIsAccepted() throws Exception {
    try (TestServer server = server(new Quota(0, 100, 0, SHORT, 0, 0))) {
      server.upsert(item("a", "books", 1).build());
      Answers answers = new Answers();
      StreamObserver<PublishRequest> out =
          FeedbackServiceGrpc.newStub(server.channel).publish(answers);
      for (int i = 0; i < 4; i++) {
        out.onNext(PublishRequest.newBuilder().addAllEvents(events(50 * i, 50)).build());
      }
      out.onCompleted();
      answers.done.get(30, TimeUnit.SECONDS);
      assertThat(answers.statuses)
          .hasSize(200)
          .containsOnly(Acknowledgement.Status.STATUS_ACCEPTED);
      assertThat(server.running().meters().scrape())
          .containsPattern(
              "dolmen_quota_slowed_total\\{principal=\"default\",quota=\"events\"} \\d+")
          .doesNotContain("dolmen_quota_refused");
    }
  }

  @Test
  void aBatchOfEventsBeyondTheRateIsRefusedBeforeItIsLogged() throws Exception {
    try (TestServer server = server(new Quota(0, 1, 0, SHORT, 0, 0))) {
      server.upsert(item("a", "books", 1).build());
      server.publish(events(0, 50).toArray(new FeedbackEvent[0]));
      StatusRuntimeException refused =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () -> server.publish(event("later", "s", "a", 1).build()));
      assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(refused.getStatus().getDescription())
          .startsWith(
              "anybody is at its quota of 1 events per second"
                  + " (server.quotas.default.events_per_second); there is more in ");
      assertThat(server.running().meters().scrape())
          .contains("dolmen_feedback_events_total{outcome=\"accepted\"} 50.0\n")
          .contains("dolmen_quota_refused_total{principal=\"default\",quota=\"events\"} 1.0\n");
    }
  }

  @Test
  void overHttpARefusalSaysWhenThereIsMore() throws Exception {
    try (TestServer server = server(new Quota(0, 1, 0, SHORT, 0, 0));
        HttpClientCalls http = new HttpClientCalls(server.running().httpPort())) {
      server.upsert(item("a", "books", 1).build());
      server.publish(events(0, 50).toArray(new FeedbackEvent[0]));
      HttpResponse<String> refused =
          http.post(
              "/v1/events",
              "{\"events\": [{\"event_id\": \"later\", \"session_id\": \"s\", \"item_id\": \"a\","
                  + " \"type\": \"TYPE_CLICK\", \"time\": \"2026-03-01T12:00:00Z\"}]}");
      assertThat(failure(refused, 429).get("message").asText())
          .startsWith("anybody is at its quota of 1 events per second");
      assertThat(Long.parseLong(refused.headers().firstValue("retry-after").orElseThrow()))
          .isPositive();
      assertThat(server.running().meters().scrape())
          .contains("dolmen_feedback_events_total{outcome=\"accepted\"} 50.0\n");
    }
  }

  @Test
  void aStreamOfItemsIsSlowedAndEachIsTaken() throws Exception {
    try (TestServer server = server(new Quota(0, 0, 10_000, SHORT, 0, 0))) {
      List<UpsertItemsRequest> requests = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        UpsertItemsRequest.Builder request = UpsertItemsRequest.newBuilder();
        for (int j = 0; j < 50; j++) {
          request.addItems(item("item" + i + "/" + j, "books", j));
        }
        requests.add(request.build());
      }
      UpsertItemsResponse response = server.upsert(requests);
      assertThat(response.getUpserted()).isEqualTo(250);
      assertThat(server.running().meters().scrape())
          .containsPattern(
              "dolmen_quota_slowed_total\\{principal=\"default\",quota=\"bytes\"} \\d+");
    }
  }

  /**
   * Known by their keys: the noisy one hammers from three threads for as long as the good one asks.
   */
  @Test
  void aKeyAtItsLimitTakesNothingFromAnother() throws Exception {
    KeyText noisy = key("noisy");
    KeyText good = key("good");
    Quota tight = new Quota(1, 0, 0, Duration.ofSeconds(5), 2, 2);
    try (TestServer server = server(Quota.NONE, new QuotaConfig.Named("noisy", tight))) {
      AtomicInteger answered = new AtomicInteger();
      CountDownLatch atItsLimit = new CountDownLatch(50);
      AtomicBoolean over = new AtomicBoolean();
      try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
        for (int i = 0; i < 3; i++) {
          var _ =
              threads.submit(() -> {
                while (!over.get()) {
                  Status.Code code = recommend(server, noisy);
                  if (code == Status.Code.OK) {
                    answered.incrementAndGet();
                  } else if (code == Status.Code.RESOURCE_EXHAUSTED) {
                    atItsLimit.countDown();
                  }
                }
              });
        }
        try {
          assertThat(atItsLimit.await(30, TimeUnit.SECONDS)).isTrue();
          for (int i = 0; i < 200; i++) {
            assertThat(recommend(server, good)).isEqualTo(Status.Code.OK);
          }
        } finally {
          over.set(true);
        }
      }
      String scraped = server.running().meters().scrape();
      assertThat(scraped)
          .containsPattern("dolmen_quota_refused_total\\{principal=\"noisy\",quota=\"\\w+\"} \\d+")
          .doesNotContain("principal=\"good\"");
      assertThat(answered).hasPositiveValue();
    }
  }

  private KeyText key(String name) throws Exception {
    return new KeyFile("keys", directory.resolve("keys"))
        .create(name, Set.of(Role.READ), TestServer.NOW, null, new SecureRandom());
  }

  private static Status.Code recommend(TestServer server, KeyText key) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + key.text());
    try {
      RecommendationServiceGrpc.newBlockingStub(server.channel)
          .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
          .withDeadlineAfter(30, TimeUnit.SECONDS)
          .recommend(
              RecommendRequest.newBuilder()
                  .setSession(SessionContext.newBuilder().setSessionId("session"))
                  .setK(1)
                  .build());
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  private TestServer server(Quota byDefault, QuotaConfig.Named... principals)
      throws StartException {
    DolmenConfig config = TestServer.config(directory);
    return new TestServer(
        config.withServer(
            config.server().with(s -> s.quotas(new QuotaConfig(byDefault, List.of(principals))))));
  }

  private static List<FeedbackEvent> events(int from, int n) {
    return IntStream.range(from, from + n)
        .mapToObj(i -> event("event" + i, "session" + i, "a", 1).build())
        .toList();
  }

  private static final class Answers implements StreamObserver<PublishResponse> {
    final ConcurrentLinkedQueue<Acknowledgement.Status> statuses = new ConcurrentLinkedQueue<>();
    final CompletableFuture<Void> done = new CompletableFuture<>();

    @Override
    public void onNext(PublishResponse response) {
      response.getAcknowledgementsList().forEach(a -> statuses.add(a.getStatus()));
    }

    @Override
    public void onError(Throwable thrown) {
      done.completeExceptionally(thrown);
    }

    @Override
    public void onCompleted() {
      done.complete(null);
    }
  }
}
