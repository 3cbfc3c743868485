package dev.dolmen.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Timestamp;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.AdminServiceGrpc;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.GetStatusRequest;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.ScoredItem;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.StatusResponse;
import dev.dolmen.v1.TokenList;
import dev.dolmen.v1.UpsertItemsRequest;
import dev.dolmen.v1.UpsertItemsResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.utility.DockerImageName;

/** The product as it ships: an image, a volume, calls from outside, signals. */
@Tag("containers")
class ImageTest {
  private static final List<String> KINDS = List.of("shoes", "lamps", "teapots", "kites");
  private static final int ITEMS_PER_KIND = 12;
  private static final long ITEMS = 48;
  private static final int VISITS = 60;
  private static final int CLICKS_PER_VISIT = 4;
  private static final String VISITOR = "visitor";
  private static final int SIGKILL_EXIT_CODE = 137;

  /** Of a command that would not have ended by itself. */
  private static final int SIGTERM_EXIT_CODE = 143;

  private final Instant start = Instant.now().minusSeconds(3_600);
  private final List<DolmenContainer> containers = new ArrayList<>();
  private String volume = "";
  private String key = "";

  @BeforeEach
  void createVolume() {
    volume = DockerClientFactory.lazyClient().createVolumeCmd().exec().getName();
  }

  @AfterEach
  void removeEverything() {
    containers.forEach(DolmenContainer::stop);
    DockerClientFactory.lazyClient().removeVolumeCmd(volume).exec();
  }

  @Test
  void whatWasAcknowledgedOutlivesTheProcess() throws Exception {
    DockerImageName image = DolmenImage.build();
    assertItDoesNotStartOpen(image);
    key = key(image);
    DolmenContainer first = start(image);
    assertCallersAreAsked(first);
    catalogue(first);
    publish(first, visits());

    // One click, and the visitor's next recommendation is another one.
    publish(first, List.of(click("v-1", VISITOR, item("shoes", 0), 1)));
    List<ScoredItem> before = recommend(first);
    publish(first, List.of(click("v-2", VISITOR, item("kites", 3), 2)));
    List<ScoredItem> after = recommend(first);
    assertThat(before).hasSize(10);
    assertThat(after).hasSize(10).isNotEqualTo(before);
    assertThat(after).extracting(ScoredItem::getItemId).doesNotContain(item("kites", 3));
    int events = VISITS * CLICKS_PER_VISIT + 2;
    StatusResponse atEnd = status(first);
    assertThat(atEnd.getFeedbackEventsLearned()).isEqualTo(events);

    assertThat(first.end("SIGTERM")).as("exit code after SIGTERM").isZero();

    // The same volume, another container: the same answers, to the bit.
    DolmenContainer second = start(image);
    StatusResponse again = status(second);
    assertThat(again.getFeedbackEventsLearned()).isEqualTo(events);
    assertThat(again.getCatalogItems()).isEqualTo(ITEMS);
    assertThat(again.getSessions()).isEqualTo(atEnd.getSessions());
    assertThat(again.getModelVersion()).isGreaterThanOrEqualTo(atEnd.getModelVersion());
    assertThat(recommend(second)).isEqualTo(after);
    PublishRequest repeated =
        PublishRequest.newBuilder().addEvents(click("v-2", VISITOR, item("kites", 3), 2)).build();
    assertThat(second.feedback().publishBatch(repeated).getAcknowledgementsList())
        .extracting(Acknowledgement::getStatus)
        .containsExactly(Acknowledgement.Status.STATUS_DUPLICATE);

    // And without any warning: the log is the truth, whatever the process had time to do.
    PublishRequest last =
        PublishRequest.newBuilder().addEvents(click("v-3", VISITOR, item("lamps", 5), 3)).build();
    assertThat(second.feedback().publishBatch(last).getAcknowledgementsList())
        .extracting(Acknowledgement::getStatus)
        .containsExactly(Acknowledgement.Status.STATUS_ACCEPTED);
    assertThat(second.end("SIGKILL")).isEqualTo(SIGKILL_EXIT_CODE);

    DolmenContainer third = start(image);
    awaitStatus(third, status -> status.getFeedbackEventsLearned() == events + 1);
    assertThat(recommend(third)).extracting(ScoredItem::getItemId).doesNotContain(item("lamps", 5));
  }

  /** As {@code docker run -p 7080:7080 dolmen demo --forever}. */
  @Test
  void theDemonstrationServesItsConsole() throws Exception {
    try (DolmenContainer demo = DolmenContainer.demo(DolmenImage.build(), volume)) {
      Matcher address =
          Pattern.compile("http://localhost:7080/console/#key=(local_[\\w-]+)")
              .matcher(demo.getLogs());
      assertThat(address.find()).as(demo.getLogs()).isTrue();
      assertThat(demo.statusOf("/console/", "")).isEqualTo(200);
      assertThat(demo.statusOf("/v1/schema", "")).isEqualTo(401);
      assertThat(demo.statusOf("/v1/schema", address.group(1))).isEqualTo(200);
      assertThat(demo.end("SIGTERM")).as("exit code after SIGTERM").isEqualTo(SIGTERM_EXIT_CODE);
    }
  }

  /** Nobody made a key yet. */
  private void assertItDoesNotStartOpen(DockerImageName image) {
    DolmenContainer.Ended refused =
        DolmenContainer.run(image, volume, "serve", "--config", "/etc/dolmen/dolmen.yaml");
    assertThat(refused.code()).as(refused.err()).isEqualTo(2);
    assertThat(refused.err())
        .contains("server.host: 0.0.0.0 is reached from other machines, and no key is asked for")
        .contains("dolmen key create");
  }

  private String key(DockerImageName image) {
    DolmenContainer.Ended made =
        DolmenContainer.run(
            image, volume, "key", "create", "test", "--roles", "read,publish,catalog,admin");
    assertThat(made.code()).as(made.err()).isZero();
    return made.out().strip();
  }

  private static void assertCallersAreAsked(DolmenContainer container) {
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                AdminServiceGrpc.newBlockingStub(container.stranger())
                    .getStatus(GetStatusRequest.getDefaultInstance()));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  private DolmenContainer start(DockerImageName image) {
    DolmenContainer container = DolmenContainer.start(image, volume, key);
    containers.add(container);
    return container;
  }

  private static void catalogue(DolmenContainer container) throws Exception {
    CompletableFuture<UpsertItemsResponse> answer = new CompletableFuture<>();
    StreamObserver<UpsertItemsRequest> requests =
        container.catalog().upsertItems(new Answer<>(answer));
    UpsertItemsRequest.Builder request = UpsertItemsRequest.newBuilder();
    for (String kind : KINDS) {
      for (int i = 0; i < ITEMS_PER_KIND; i++) {
        request.addItems(
            Item.newBuilder()
                .setItemId(item(kind, i))
                .putSlots("category", path("shop", kind))
                .putSlots("brand", token("brand-" + i % 3))
                .putSlots("title", token("fine " + kind + " number " + i))
                .putSlots("price", SlotValue.newBuilder().setNumber(10 + i).build()));
      }
    }
    requests.onNext(request.build());
    requests.onCompleted();
    UpsertItemsResponse response = answer.get(30, TimeUnit.SECONDS);
    assertThat(response.getErrorsList()).isEmpty();
    assertThat(response.getUpserted()).isEqualTo(ITEMS);
    awaitStatus(container, s -> s.getAppliedLogOffset() >= response.getLogOffset());
  }

  /** Visits that each stay with one kind of item. */
  private List<FeedbackEvent> visits() {
    List<FeedbackEvent> events = new ArrayList<>();
    for (int visit = 0; visit < VISITS; visit++) {
      for (int step = 0; step < CLICKS_PER_VISIT; step++) {
        int number = visit * CLICKS_PER_VISIT + step;
        String item = item(KINDS.get(visit % KINDS.size()), (visit + step) % ITEMS_PER_KIND);
        events.add(click("e-" + number, "s-" + visit, item, 0));
      }
    }
    return events;
  }

  private FeedbackEvent click(String id, String session, String item, int minute) {
    return FeedbackEvent.newBuilder()
        .setEventId(id)
        .setSessionId(session)
        .setItemId(item)
        .setType(EventType.EVENT_TYPE_CLICK)
        .setTime(Timestamp.newBuilder().setSeconds(start.getEpochSecond() + 60L * minute))
        .build();
  }

  /** Publishes and waits until the model has learned it. */
  private static void publish(DolmenContainer container, List<FeedbackEvent> events) {
    PublishResponse response =
        container.feedback().publishBatch(PublishRequest.newBuilder().addAllEvents(events).build());
    assertThat(response.getAcknowledgementsList())
        .hasSize(events.size())
        .allMatch(a -> a.getStatus() == Acknowledgement.Status.STATUS_ACCEPTED);
    long offset = response.getAcknowledgements(events.size() - 1).getLogOffset();
    awaitStatus(container, status -> status.getLearnedLogOffset() >= offset);
  }

  private static List<ScoredItem> recommend(DolmenContainer container) {
    RecommendResponse response =
        container
            .recommendations()
            .recommend(
                RecommendRequest.newBuilder()
                    .setSession(SessionContext.newBuilder().setSessionId(VISITOR))
                    .setK(10)
                    .setNoImpression(true)
                    .build());
    return response.getItemsList();
  }

  private static StatusResponse status(DolmenContainer container) {
    return container.admin().getStatus(GetStatusRequest.getDefaultInstance());
  }

  private static void awaitStatus(DolmenContainer container, Predicate<StatusResponse> reached)
      throws AssertionError {
    StatusResponse last = status(container);
    for (int attempt = 0; attempt < 600 && !reached.test(last); attempt++) {
      try {
        TimeUnit.MILLISECONDS.sleep(100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
      last = status(container);
    }
    assertThat(reached.test(last)).as("never reached; the last status: %s", last).isTrue();
  }

  private static String item(String kind, int number) {
    return kind + "-" + number;
  }

  private static SlotValue token(String token) {
    return SlotValue.newBuilder().setToken(token).build();
  }

  private static SlotValue path(String... tokens) {
    return SlotValue.newBuilder()
        .setPath(TokenList.newBuilder().addAllToken(List.of(tokens)))
        .build();
  }

  /** A call's one answer. */
  private record Answer<T>(CompletableFuture<T> future) implements StreamObserver<T> {
    @Override
    public void onNext(T value) {
      future.complete(value);
    }

    @Override
    public void onError(Throwable failure) {
      future.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      future.completeExceptionally(new AssertionError("ended without an answer"));
    }
  }
}
