package dev.dolmen.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.server.api.Endpoints;
import dev.dolmen.v1.RecommendRequest;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.event.Level;

class FrontTest {
  @TempDir Path directory;

  /** Stops at each step of a start until the test lets it go on. */
  private static final class Stopping implements Backend {
    final CountDownLatch waits = new CountDownLatch(1);
    final CountDownLatch hasModel = new CountDownLatch(1);
    final CountDownLatch warms = new CountDownLatch(1);
    final CountDownLatch isWarm = new CountDownLatch(1);
    volatile Consumer<String> failed = _ -> {};
    volatile Runnable closing = () -> {};

    @Override
    public List<ServerServiceDefinition> services(Endpoints endpoints) {
      return List.of();
    }

    @Override
    public void awaitModel(Consumer<Supplier<String>> why) {
      why.accept(() -> "starting: no model");
      waits.countDown();
      await(hasModel);
    }

    @Override
    public void warmUp() {
      warms.countDown();
      await(isWarm);
    }

    private static void await(CountDownLatch latch) {
      try {
        assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public String failure() {
      return "";
    }

    @Override
    public String notToBeAsked() {
      return "";
    }

    @Override
    public String notTaking() {
      return "";
    }

    @Override
    public void whenTaking(Runnable then) {
      then.run();
    }

    @Override
    public void whenFailed(Consumer<String> then) {
      failed = then;
    }

    @Override
    public String describe() {
      return "nothing";
    }

    @Override
    public void close() {
      closing.run();
    }
  }

  @Test
  void isReadyWhenThereIsAModelAndTheJvmIsWarm() throws Exception {
    Stopping backend = new Stopping();
    try (ExecutorService starting = Executors.newSingleThreadExecutor();
        Front front =
            new Front(
                TestServer.config(directory), TestServer.ticking(), "starting: x", Level.DEBUG);
        TestServer caller = new TestServer(front.port())) {
      Future<?> started = starting.submit(() -> front.serve("test", (meters, why) -> backend));
      Stopping.await(backend.waits);
      assertNotReady(front, caller, "starting: no model");
      backend.hasModel.countDown();
      Stopping.await(backend.warms);
      assertNotReady(front, caller, "starting: warming up");
      backend.isWarm.countDown();
      started.get(30, TimeUnit.SECONDS);
      assertThat(ready(front)).isEqualTo(200);
    }
  }

  /** What is closed may wait for the thread that tells of a failure. */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
  void aFailureThatIsToldWhileItStopsWaitsForNothing() throws Exception {
    Stopping backend = new Stopping();
    backend.hasModel.countDown();
    backend.isWarm.countDown();
    CompletableFuture<Void> told = new CompletableFuture<>();
    try (Front front =
        new Front(TestServer.config(directory), TestServer.ticking(), "starting: x", Level.DEBUG)) {
      var _ = front.serve("test", (meters, why) -> backend);
      backend.closing =
          () -> {
            Thread.ofVirtual()
                .start(() -> {
                  backend.failed.accept("training has stopped");
                  front.setTaking();
                  told.complete(null);
                });
            told.join();
          };
    }
    assertThat(told).isDone();
  }

  private static void assertNotReady(Front front, TestServer caller, String why) throws Exception {
    assertThat(ready(front)).isEqualTo(503);
    assertThatThrownBy(
            () -> caller.recommendations().recommend(RecommendRequest.getDefaultInstance()))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("UNAVAILABLE")
        .hasMessageContaining(why);
  }

  private static int ready(Front front) throws Exception {
    URI probe = URI.create("http://127.0.0.1:" + front.metricsPort() + "/readyz");
    return ((HttpURLConnection) probe.toURL().openConnection()).getResponseCode();
  }
}
