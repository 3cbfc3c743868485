package dev.dolmen.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.UpsertItemsRequest;
import dev.dolmen.v1.UpsertItemsResponse;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status.Code;
import io.grpc.StatusException;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WarmUpTest {
  @TempDir Path directory;

  /** Else the warm-up would run into refusals instead of the kernels. */
  @Test
  void syntheticVisitsAreAcceptedAndAnswered() throws Exception {
    SyntheticVisits visits = new SyntheticVisits(Schemas.shop(), 1);
    try (TestServer server = new TestServer(directory)) {
      server.upsert(List.of(visits.items(50)));
      PublishResponse published = server.feedback().publishBatch(visits.events(64, TestServer.NOW));
      assertThat(published.getAcknowledgementsList())
          .hasSize(64)
          .extracting(Acknowledgement::getStatus)
          .containsOnly(Acknowledgement.Status.STATUS_ACCEPTED);
      RecommendResponse answer = server.recommendations().recommend(visits.request(5));
      assertThat(answer.getItemsList()).hasSize(5);
    }
  }

  @Test
  void nothingOfItStays() throws Exception {
    Path left = directory.resolve("warm-up").resolve("log");
    Files.createDirectories(left);
    Files.writeString(left.resolve("of-a-process-that-was-killed"), "x");
    DolmenConfig config = TestServer.config(directory);
    Duration time = Duration.ofMillis(300);
    try (TestServer server =
        new TestServer(config.withServer(config.server().with(s -> s.warmUp(time))))) {
      assertThat(directory.resolve("warm-up")).doesNotExist();
      var status = server.running().engine().status();
      assertThat(status.progress().modelVersion()).isZero();
      assertThat(status.stream().catalogItems()).isZero();
    }
  }

  @Test
  void whatIsServedIsTheSameAfterIt() throws Exception {
    DolmenConfig config = TestServer.config(directory);
    try (TestServer server = new TestServer(config)) {
      server.upsert(List.of(new SyntheticVisits(Schemas.shop(), 1).items(50)));
      server.click("visit", "item-1", "item-2", "item-3");
    }
    long state;
    try (TestServer server = new TestServer(config)) {
      state = server.running().engine().stateHash();
    }
    Duration time = Duration.ofMillis(300);
    try (TestServer server =
        new TestServer(config.withServer(config.server().with(s -> s.warmUp(time))))) {
      assertThat(server.running().engine().stateHash()).isEqualTo(state);
      assertThat(server.running().meters().find("dolmen.requests").timers())
          .noneMatch(timer -> timer.count() > 0);
      assertThat(directory.resolve("warm-up")).doesNotExist();
    }
  }

  /** As on a machine that is busy with much else, where a cold server does not keep up. */
  @ParameterizedTest
  @EnumSource(value = Code.class, mode = EnumSource.Mode.EXCLUDE, names = "OK")
  void refusalsDoNotEndItButFaultsDo(Code answer) throws Exception {
    Server refusing =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(
                new CatalogServiceGrpc.CatalogServiceImplBase() {
                  @Override
                  public StreamObserver<UpsertItemsRequest> upsertItems(
                      StreamObserver<UpsertItemsResponse> responses) {
                    responses.onNext(UpsertItemsResponse.getDefaultInstance());
                    responses.onCompleted();
                    return new StreamObserver<>() {
                      @Override
                      public void onNext(UpsertItemsRequest request) {}

                      @Override
                      public void onError(Throwable gone) {}

                      @Override
                      public void onCompleted() {}
                    };
                  }
                })
            .addService(
                new FeedbackServiceGrpc.FeedbackServiceImplBase() {
                  @Override
                  public void publishBatch(
                      PublishRequest request, StreamObserver<PublishResponse> responses) {
                    responses.onError(answer.toStatus().asException());
                  }
                })
            .build()
            .start();
    try (MadeUpShop shop = new MadeUpShop(refusing.getPort(), TestServer.config(directory))) {
      shop.fill(20);
      if (answer == Code.UNAVAILABLE || answer == Code.RESOURCE_EXHAUSTED) {
        shop.visit(TestServer.NOW);
      } else {
        assertThatThrownBy(() -> shop.visit(TestServer.NOW)).isInstanceOf(StatusException.class);
      }
    } finally {
      refusing.shutdownNow();
    }
  }
}
