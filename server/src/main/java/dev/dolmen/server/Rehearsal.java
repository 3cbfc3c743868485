package dev.dolmen.server;

import dev.dolmen.server.access.Access;
import dev.dolmen.server.access.KeyFile;
import dev.dolmen.server.access.KeyText;
import dev.dolmen.server.access.Role;
import dev.dolmen.server.api.Endpoints;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.reload.UnusableFileException;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.RecommendationServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.event.Level;

/**
 * Requests for what is about to be served, through all that a caller's request goes through: a
 * second front, with meters, quotas and queues of its own, before the same model and items, on a
 * free port of the loopback address. It asks for a key, which is made for it and known to nobody
 * else; its callers can change nothing, and what it shows is not logged. So nothing of it is
 * counted or learned.
 */
final class Rehearsal {
  /** How many requests are under way at once, in turn: alone, and several that share a pass. */
  private static final int[] TOGETHER = {1, 2, 1, 8, 1, 16};

  private static final int DEADLINE_SEC = 10;

  private final DolmenConfig config;
  private final Path directory;
  private final InstantSource clock;

  /** The services over what is served, without any that changes it or logs what was shown. */
  @FunctionalInterface
  interface Services extends Function<Endpoints, List<ServerServiceDefinition>> {}

  /**
   * @param directory for the key
   */
  Rehearsal(DolmenConfig config, Path directory, InstantSource clock) {
    this.config = config.temporary(directory);
    this.directory = directory;
    this.clock = clock;
  }

  /**
   * Asks, and asks again.
   *
   * @param live with one item or more
   * @return how many requests were answered
   * @throws IOException if the key cannot be kept
   * @throws StartException if there is no free port
   */
  long run(LiveState live, Services served, Instant until)
      throws IOException, StartException, InterruptedException {
    KeyText key = key();
    try (Front front = open(served)) {
      return ask(front.port(), key, new RehearsalRequests(live, config.seed()), until);
    }
  }

  /** What the key is for; nobody is let in without one that was made before. */
  Front open(Services served) throws StartException {
    DolmenConfig quiet = config.withServer(config.server().with(s -> s.metrics(false)));
    Front front = new Front(quiet, clock, "starting: a rehearsal", Level.DEBUG);
    front.serve("rehearsal", (meters, why) -> new RehearsalBackend(served));
    return front;
  }

  /** Makes a key and keeps it where the front finds it. */
  KeyText key() throws IOException, StartException {
    KeyFile file = Access.keyFile(config.server().access(), directory);
    try {
      return file.create("rehearsal", Set.of(Role.READ), clock.instant(), null, new SecureRandom());
    } catch (UnusableFileException e) {
      throw StartException.of("rehearsal", e);
    }
  }

  private long ask(int port, KeyText key, RehearsalRequests requests, Instant until)
      throws InterruptedException {
    ManagedChannel channel =
        Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create())
            .intercept(MetadataUtils.newAttachHeadersInterceptor(key.headers()))
            .build();
    AtomicLong answered = new AtomicLong();
    try {
      for (int turn = 0; clock.instant().isBefore(until); turn++) {
        ask(channel, requests, TOGETHER[turn % TOGETHER.length], answered);
      }
      return answered.get();
    } finally {
      channel.shutdownNow();
      channel.awaitTermination(1, TimeUnit.SECONDS);
    }
  }

  /** Returns when all of them have an answer, or are refused: a JVM that is cold is slow. */
  private static void ask(
      ManagedChannel channel, RehearsalRequests requests, int together, AtomicLong answered)
      throws InterruptedException {
    var stub =
        RecommendationServiceGrpc.newStub(channel)
            .withDeadlineAfter(DEADLINE_SEC, TimeUnit.SECONDS);
    CountDownLatch ended = new CountDownLatch(together);
    for (int i = 0; i < together; i++) {
      RecommendRequest request = requests.next();
      stub.recommend(request, new Answer(ended, answered));
    }
    ended.await();
  }

  private record Answer(CountDownLatch ended, AtomicLong answered)
      implements StreamObserver<RecommendResponse> {
    @Override
    public void onNext(RecommendResponse answer) {
      answered.incrementAndGet();
    }

    @Override
    public void onError(Throwable refused) {
      ended.countDown();
    }

    @Override
    public void onCompleted() {
      ended.countDown();
    }
  }
}
