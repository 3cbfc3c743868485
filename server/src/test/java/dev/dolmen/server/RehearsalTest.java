package dev.dolmen.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.server.access.KeyText;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.index.CellKeeper;
import dev.dolmen.trainer.Engine;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.SessionContext;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {
  private static final RecommendRequest REQUEST =
      RecommendRequest.newBuilder()
          .setSession(SessionContext.newBuilder().setSessionId("visit-1"))
          .setK(5)
          .build();

  @TempDir Path directory;

  @Test
  void asksForTheItemsThatAreServedAndIsNeitherCountedNorLearned() throws Exception {
    try (TestServer server = new TestServer(directory.resolve("data"))) {
      fill(server);
      Engine engine = server.running().engine();
      long state = engine.stateHash();
      long logged = engine.status().progress().logOffset();
      try (CellKeeper cells = cells(engine)) {
        long answered =
            rehearsal()
                .run(
                    engine.live(),
                    endpoints -> endpoints.rehearsal(engine.live(), cells),
                    InstantSource.system().instant().plusMillis(500));
        assertThat(answered).isPositive();
      }
      assertThat(server.running().meters().find("dolmen.requests").timers())
          .as("requests counted")
          .noneMatch(t ->
              String.valueOf(t.getId().getTag("method")).contains("Recommend") && t.count() > 0);
      assertThat(engine.status().progress().logOffset()).isEqualTo(logged);
      assertThat(engine.stateHash()).isEqualTo(state);
    }
  }

  @Test
  void letsNobodyInButWhoHasItsKey() throws Exception {
    try (TestServer server = new TestServer(directory.resolve("data"))) {
      fill(server);
      Engine engine = server.running().engine();
      Rehearsal rehearsal = rehearsal();
      KeyText key = rehearsal.key();
      try (CellKeeper cells = cells(engine);
          Front front = rehearsal.open(endpoints -> endpoints.rehearsal(engine.live(), cells));
          TestServer caller = new TestServer(front.port())) {
        assertThatThrownBy(() -> caller.recommendations().recommend(REQUEST))
            .isInstanceOfSatisfying(
                StatusRuntimeException.class,
                e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
        var known =
            RecommendationServiceGrpc.newBlockingStub(caller.channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(key.headers()))
                .withDeadlineAfter(30, TimeUnit.SECONDS);
        assertThat(known.recommend(REQUEST).getItemsList()).hasSize(5);
        assertThatThrownBy(() -> caller.publish(TestServer.event("e", "s", "item-1", 0).build()))
            .isInstanceOf(StatusRuntimeException.class);
      }
    }
  }

  private static void fill(TestServer server) throws InterruptedException {
    SyntheticVisits visits = new SyntheticVisits(Schemas.shop(), 1);
    server.upsert(List.of(visits.items(50)));
    server.click("visit", "item-1", "item-2", "item-3");
  }

  private static CellKeeper cells(Engine engine) {
    return new CellKeeper(engine.live().vectors(), System::nanoTime);
  }

  private Rehearsal rehearsal() {
    DolmenConfig config = TestServer.config(directory.resolve("unused"));
    return new Rehearsal(config, directory.resolve("rehearsal"), InstantSource.system());
  }
}
