package dev.dolmen.server;

import static dev.dolmen.server.TestServer.event;
import static dev.dolmen.server.TestServer.item;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.Acknowledgement.Status;
import dev.dolmen.v1.CreateSnapshotRequest;
import dev.dolmen.v1.DeleteItemsRequest;
import dev.dolmen.v1.Filter;
import dev.dolmen.v1.GetItemRequest;
import dev.dolmen.v1.GetStatusRequest;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.ListItemsRequest;
import dev.dolmen.v1.ListItemsResponse;
import dev.dolmen.v1.NumberRange;
import dev.dolmen.v1.PublishResponse;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.ScoreResponse;
import dev.dolmen.v1.ScoredItem;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import dev.dolmen.v1.SimilarRequest;
import dev.dolmen.v1.SimilarResponse;
import dev.dolmen.v1.StatusResponse;
import dev.dolmen.v1.TokenList;
import dev.dolmen.v1.UpsertItemsResponse;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the services promise, over a real socket. */
class ServingTest {
  @TempDir static Path directory;
  private static TestServer server;

  @BeforeAll
  static void start() throws Exception {
    server = new TestServer(directory);
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      items.add(item("i" + i, i % 2 == 0 ? "books" : "shoes", i).build());
    }
    items.add(item("gone", "books", 1).setUnavailable(true).build());
    UpsertItemsResponse response = server.upsert(items.toArray(new Item[0]));
    assertThat(response.getUpserted()).isEqualTo(61);
    for (int s = 0; s < 20; s++) {
      server.click("train" + s, "i" + 2 * s, "i" + (2 * s + 2), "i" + (2 * s + 4), "i8");
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void recommendsForASessionWhatIsNotInIt() throws Exception {
    server.click("visitor", "i1", "i3");
    RecommendResponse response = recommend(session("visitor").build(), 10);
    assertThat(response.getItemsCount()).isEqualTo(10);
    assertThat(ids(response)).doesNotContain("i1", "i3", "gone").doesNotHaveDuplicates();
    assertThat(response.getSessionEventsUsed()).isEqualTo(2);
    assertThat(response.getModelVersion()).isPositive();
    assertThat(response.getRequestId()).isNotEmpty();
    assertThat(response.getItemsList())
        .isSortedAccordingTo((a, b) -> Float.compare(b.getScore(), a.getScore()));

    RecommendRequest seen =
        RecommendRequest.newBuilder()
            .setSession(session("visitor"))
            .setK(1_000)
            .setIncludeSeen(true)
            .addExcludeItemIds("i5")
            .build();
    assertThat(ids(server.recommendations().recommend(seen)))
        .contains("i1", "i3")
        .doesNotContain("i5", "gone");
  }

  @Test
  void saysHowLikelyAClickIs() throws Exception {
    server.click("clicker", "i1", "i3");
    RecommendResponse response = recommend(session("clicker").build(), 10);
    assertThat(response.getItemsList())
        .allSatisfy(item -> {
          assertThat(item.hasClickChance()).isTrue();
          assertThat(item.getClickChance()).isBetween(1e-4f, 0.5f);
        });
    RecommendResponse unknown = recommend(session("nobody knows").build(), 10);
    assertThat(unknown.getItemsList()).isNotEmpty().noneMatch(ScoredItem::hasClickChance);
  }

  @Test
  void inlineEventsAreAppendedToTheStoredSession() throws Exception {
    server.click("inline", "i1", "i3");
    SessionContext session = session("inline").addEvents(inline("i7")).build();
    RecommendResponse response = recommend(session, 5);
    assertThat(response.getSessionEventsUsed()).isEqualTo(3);
    assertThat(ids(response)).doesNotContain("i7");
    assertThat(recommend(session("inline").build(), 5).getItemsList())
        .isNotEqualTo(response.getItemsList());
    // The same event, published and sent along, is one event.
    SessionContext again =
        session("inline")
            .addEvents(inline("i3").toBuilder().setTime(event("x", "y", "i3", 1).getTime()))
            .build();
    assertThat(recommend(again, 5).getSessionEventsUsed()).isEqualTo(2);
  }

  @Test
  void aNewVisitorGetsWhatIsClickedMost() throws Exception {
    // The list is renewed once a second, when something was clicked.
    for (int i = 0; i < 10_000 && server.running().engine().live().popular().length == 0; i++) {
      server.click("popular" + i, "i8");
    }
    RecommendResponse response = recommend(session("nobody-knows-me").build(), 60);
    assertThat(response.getSessionEventsUsed()).isZero();
    assertThat(response.getItemsCount()).isEqualTo(60);
    assertThat(ids(response)).doesNotContain("gone").doesNotHaveDuplicates();
    assertThat(ids(response).getFirst()).isEqualTo("i8");
  }

  @Test
  void filtersHold() {
    RecommendRequest request =
        RecommendRequest.newBuilder()
            .setSession(SessionContext.newBuilder().addEvents(inline("i0")))
            .setK(1_000)
            .addFilters(anyOf("category", "shoes"))
            .addFilters(
                Filter.newBuilder()
                    .setSlot("price")
                    .setRange(NumberRange.newBuilder().setMin(10).setMax(20)))
            .build();
    assertThat(ids(server.recommendations().recommend(request)))
        .containsExactlyInAnyOrder("i11", "i13", "i15", "i17", "i19");
    RecommendRequest candidates =
        request.toBuilder().addCandidateItemIds("i13").addCandidateItemIds("i12").build();
    assertThat(ids(server.recommendations().recommend(candidates))).containsExactly("i13");
  }

  @Test
  void anItemThatIsNotInTheCatalogueIsEncodedFromItsMetadata() {
    SessionContext session =
        SessionContext.newBuilder()
            .addEvents(inline("cold"))
            .addItems(item("cold", "books", 3))
            .build();
    RecommendResponse response = recommend(session, 5);
    assertThat(response.getSessionEventsUsed()).isEqualTo(1);
    assertThat(response.getItemsCount()).isEqualTo(5);
    // A known item of the same metadata, whose id has no row yet, makes the same session.
    server.upsert(item("cold2", "books", 3).build());
    SessionContext other =
        SessionContext.newBuilder()
            .addEvents(inline("cold3"))
            .addItems(item("cold3", "books", 3))
            .build();
    assertThat(recommend(other, 5).getItemsCount()).isEqualTo(5);
  }

  @Test
  void readsItsOwnWrites() {
    for (int i = 0; i < 20; i++) {
      String id = "fresh" + i;
      server.upsert(item(id, "fresh", 5).build());
      assertThat(server.catalog().getItem(GetItemRequest.newBuilder().setItemId(id).build()))
          .isEqualTo(item(id, "fresh", 5).build());
      RecommendRequest only =
          RecommendRequest.newBuilder()
              .setSession(SessionContext.newBuilder().addEvents(inline("i0")))
              .setK(10)
              .addCandidateItemIds(id)
              .build();
      assertThat(ids(server.recommendations().recommend(only))).containsExactly(id);
      server.catalog().deleteItems(DeleteItemsRequest.newBuilder().addItemIds(id).build());
    }
    assertThat(ids(recommend(session("me").addEvents(inline("i0")).build(), 1_000)))
        .noneMatch(id -> id.startsWith("fresh"));
  }

  @Test
  void scoresAreThoseOfRecommend() {
    SessionContext session = SessionContext.newBuilder().addEvents(inline("i4")).build();
    RecommendResponse ranked = recommend(session, 1_000);
    ScoreRequest.Builder request = ScoreRequest.newBuilder().setSession(session);
    List<ScoredItem> reversed = ranked.getItemsList().reversed();
    reversed.forEach(i -> request.addItemIds(i.getItemId()));
    ScoreResponse scores =
        server.recommendations().score(request.addItems(item("new", "books", 2)).build());
    assertThat(scores.getItemsCount()).isEqualTo(reversed.size() + 1);
    if (scores.getModelVersion() == ranked.getModelVersion()) {
      for (int i = 0; i < reversed.size(); i++) {
        assertThat(scores.getItems(i).getItemId()).isEqualTo(reversed.get(i).getItemId());
        assertThat(scores.getItems(i).getScore())
            .isEqualTo(reversed.get(i).getScore(), within(0.5f));
      }
    }
    assertThat(scores.getItems(reversed.size()).getItemId()).isEqualTo("new");
  }

  @Test
  void similarItemsAreCloseAndNotTheItemItself() {
    SimilarResponse byId =
        server
            .recommendations()
            .similar(SimilarRequest.newBuilder().setItemId("i4").setK(10).build());
    assertThat(byId.getItemsList()).hasSize(10).noneMatch(i -> i.getItemId().equals("i4"));
    assertThat(byId.getItemsList()).allMatch(i -> i.getScore() >= -1 && i.getScore() <= 1);
    SimilarResponse byMetadata =
        server
            .recommendations()
            .similar(
                SimilarRequest.newBuilder()
                    .setItem(item("x", "shoes", 7).clearItemId())
                    .setK(5)
                    .addFilters(anyOf("category", "shoes"))
                    .build());
    assertThat(byMetadata.getItemsList()).hasSize(5);
  }

  @Test
  void publishingAgainIsADuplicate() {
    PublishResponse first = server.publish(event("dup", "dup", "i1", 1).build());
    assertThat(first.getAcknowledgements(0).getStatus()).isEqualTo(Status.STATUS_ACCEPTED);
    assertThat(first.getAcknowledgements(0).getLogOffset()).isPositive();
    PublishResponse again = server.publish(event("dup", "dup", "i1", 1).build());
    assertThat(again.getAcknowledgements(0).getStatus()).isEqualTo(Status.STATUS_DUPLICATE);
    assertThat(again.getAcknowledgements(0).getLogOffset())
        .isEqualTo(first.getAcknowledgements(0).getLogOffset());
  }

  /** Its answer was lost, and the item is gone: it was accepted all the same. */
  @Test
  void publishingAgainAfterTheItemWasDeletedIsADuplicate() {
    server.upsert(item("passing", "shoes", 3).build());
    PublishResponse first = server.publish(event("gone", "gone", "passing", 1).build());
    var _ =
        server.catalog().deleteItems(DeleteItemsRequest.newBuilder().addItemIds("passing").build());
    PublishResponse again =
        server.publish(
            event("gone", "gone", "passing", 1).build(),
            event("other", "gone", "passing", 2).build());
    assertThat(again.getAcknowledgements(0).getStatus()).isEqualTo(Status.STATUS_DUPLICATE);
    assertThat(again.getAcknowledgements(0).getLogOffset())
        .isEqualTo(first.getAcknowledgements(0).getLogOffset());
    assertThat(again.getAcknowledgements(1).getStatus()).isEqualTo(Status.STATUS_REJECTED);
  }

  @Test
  void aStreamGoesOnAfterARejectedEvent() {
    CompletableFuture<PublishResponse> last = new CompletableFuture<>();
    List<PublishResponse> all = new ArrayList<>();
    StreamObserver<dev.dolmen.v1.PublishRequest> stream =
        dev.dolmen.v1.FeedbackServiceGrpc.newStub(server.channel)
            .publish(
                new TestServer.Answer<>(last) {
                  @Override
                  public void onNext(PublishResponse value) {
                    all.add(value);
                    super.onNext(value);
                  }
                });
    for (int i = 0; i < 50; i++) {
      String item = i % 2 == 0 ? "i" + i : "nothing";
      stream.onNext(
          dev.dolmen.v1.PublishRequest.newBuilder()
              .addEvents(event("stream" + i, "stream", item, i))
              .build());
    }
    stream.onCompleted();
    last.join();
    assertThat(all).hasSize(50);
    for (int i = 0; i < 50; i++) {
      Acknowledgement acknowledgement = all.get(i).getAcknowledgements(0);
      assertThat(acknowledgement.getEventId()).isEqualTo("stream" + i);
      assertThat(acknowledgement.getStatus())
          .isEqualTo(i % 2 == 0 ? Status.STATUS_ACCEPTED : Status.STATUS_REJECTED);
    }
  }

  @Test
  void theCatalogueIsListedInPages() {
    List<String> ids = new ArrayList<>();
    String token = "";
    do {
      ListItemsResponse page =
          server
              .catalog()
              .listItems(ListItemsRequest.newBuilder().setPageSize(7).setPageToken(token).build());
      page.getItemsList().forEach(i -> ids.add(i.getItemId()));
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    assertThat(ids).contains("i0", "i59", "gone").doesNotHaveDuplicates();
  }

  @Test
  void statusAndSnapshot() {
    StatusResponse status = server.admin().getStatus(GetStatusRequest.getDefaultInstance());
    assertThat(status.getCatalogItems()).isGreaterThanOrEqualTo(61);
    assertThat(status.getSlotsList()).hasSize(Schemas.shop().slots().size());
    assertThat(status.getModelVersion()).isPositive();
    assertThat(status.getNotReadyReason()).isEmpty();
    assertThat(status.getMemoryBytesMap())
        .hasEntrySatisfying("resident", b -> assertThat(b).isPositive());
    var snapshot = server.admin().createSnapshot(CreateSnapshotRequest.getDefaultInstance());
    assertThat(snapshot.getSnapshotId()).isNotEmpty();
    assertThat(snapshot.getBytes()).isPositive();
  }

  @Test
  void healthIsServingPerService() {
    for (String service : List.of("", "dolmen.v1.RecommendationService")) {
      var answer =
          HealthGrpc.newBlockingStub(server.channel)
              .check(HealthCheckRequest.newBuilder().setService(service).build());
      assertThat(answer.getStatus()).isEqualTo(ServingStatus.SERVING);
    }
  }

  @Test
  void reflectionNamesTheServices() {
    CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> stream =
        ServerReflectionGrpc.newStub(server.channel)
            .serverReflectionInfo(new TestServer.Answer<>(answer));
    stream.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    stream.onCompleted();
    assertThat(
            answer.join().getListServicesResponse().getServiceList().stream().map(s -> s.getName()))
        .contains(
            "dolmen.v1.RecommendationService",
            "dolmen.v1.FeedbackService",
            "dolmen.v1.CatalogService",
            "dolmen.v1.AdminService",
            "grpc.health.v1.Health");
  }

  @Test
  void metricsAndProbesAnswer() throws Exception {
    recommend(session("metrics").addEvents(inline("i0")).build(), 1);
    assertThat(get("/metrics"))
        .contains("dolmen_requests_seconds_bucket")
        .contains("method=\"dolmen.v1.RecommendationService/Recommend\"")
        .contains("jvm_memory_used_bytes")
        .contains("dolmen_feedback_events_total");
    assertThat(get("/livez")).isEqualTo("ok\n");
    assertThat(get("/readyz")).isEqualTo("ok\n");
  }

  /**
   * What promtool asks for: a text to each meter, whole units, no suffix that means another kind.
   */
  @Test
  void metersAreNamedAsPrometheusWants() throws Exception {
    String scraped = get("/metrics");
    List<String> complaints = new ArrayList<>();
    for (String line : scraped.lines().filter(l -> l.startsWith("# TYPE ")).toList()) {
      String[] words = line.split(" ", -1);
      String name = words[2];
      boolean counter = words[3].equals("counter");
      if (!Pattern.compile("(?m)^# HELP " + name + " \\S").matcher(scraped).find()) {
        complaints.add(name + " has no help");
      }
      if (name.matches(".*_(ms|us|ns|kb|mb|minutes|hours|percent)(_total)?")) {
        complaints.add(name + " is in another unit than seconds, bytes or a ratio");
      }
      if (counter != name.endsWith("_total")
          || (words[3].equals("gauge") && name.endsWith("_count"))) {
        complaints.add(name + " is a " + words[3]);
      }
    }
    assertThat(complaints).isEmpty();
    assertThat(scraped)
        .contains("dolmen_build_info{java=", "process_open_fds ")
        .containsPattern("process_resident_memory_bytes [1-9]")
        .containsPattern("process_cpu_seconds_total [0-9.]*[1-9]");
  }

  private static String get(String path) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + server.running().metricsPort() + path);
      return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    }
  }

  private static RecommendResponse recommend(SessionContext session, int k) {
    return server
        .recommendations()
        .recommend(RecommendRequest.newBuilder().setSession(session).setK(k).build());
  }

  private static SessionContext.Builder session(String id) {
    return SessionContext.newBuilder().setSessionId(id);
  }

  private static SessionEvent inline(String itemId) {
    return SessionEvent.newBuilder().setItemId(itemId).build();
  }

  private static Filter anyOf(String slot, String token) {
    return Filter.newBuilder()
        .setSlot(slot)
        .setAnyOf(TokenList.newBuilder().addToken(token))
        .build();
  }

  private static List<String> ids(RecommendResponse response) {
    return response.getItemsList().stream().map(ScoredItem::getItemId).toList();
  }
}
