package dev.dolmen.server;

import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.learn.LiveState;
import io.grpc.StatusException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the JVM compile what serving and training run, before the first real call, in two parts.
 * While what is to be served is still being read, a second server of the same schema and model, on
 * a free port of the loopback address and a directory of its own, is shown made-up visits, learns
 * from them, and is thrown away. Then the items that are to be served are asked for, see {@link
 * Rehearsal}. When all is read, both together take {@code server.warm_up} at most.
 *
 * <p>Until the JIT has compiled the kernels, each of their vector operations is a call that
 * allocates, and a search of many items is another one than that of a few.
 */
final class WarmUp implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
  private static final int ITEMS = 1_000;
  private static final int TIMES_BEHIND = 5;

  private final DolmenConfig config;
  private final Duration time;
  private final Path directory;
  private final InstantSource clock;
  private final CountDownLatch visited = new CountDownLatch(1);
  private final Thread visits =
      Thread.ofPlatform().name("dolmen-warm-up").daemon().unstarted(this::learnMadeUpVisits);
  private boolean begun;

  /** Of visits, from when there are items on; nothing before {@link #begin}. */
  private Duration visitsFor = Duration.ZERO;

  /** When visits have gone on for long enough; null as long as there are none. */
  private volatile @Nullable Instant enough;

  /** When they end in any case; null while what is to be served is being read. */
  private volatile @Nullable Instant end;

  /**
   * Nothing is done yet.
   *
   * @param directory made, and deleted at the end, with what an earlier process may have left there
   */
  WarmUp(DolmenConfig config, Path directory, InstantSource clock) {
    this.config = config;
    time = config.server().warmUp();
    this.directory = directory;
    this.clock = clock;
  }

  /** One that does nothing. */
  static WarmUp none(DolmenConfig config, InstantSource clock) {
    Duration never = Duration.ZERO;
    return new WarmUp(
        config.withServer(config.server().with(s -> s.warmUp(never))),
        config.dataDirectory(),
        clock);
  }

  /** Begins with the visits, on a thread of its own. The directory must be nobody else's. */
  void begin() {
    begin(time);
  }

  /**
   * As {@link #begin}, for a process that answers nobody and is ready without: the visits go on for
   * {@value #TIMES_BEHIND} times {@code server.warm_up}, and {@link #finish} is not called.
   */
  void beginBehind() {
    begin(time.multipliedBy(TIMES_BEHIND));
  }

  private void begin(Duration longest) {
    visitsFor = longest;
    if (!time.isZero()) {
      begun = true;
      visits.start();
    }
  }

  /**
   * Returns when the JVM is warm; all that is served has been read. What fails is logged: a server
   * that is slow at first is better than none.
   *
   * @param live what is served
   * @param served the services over it, see {@link Rehearsal}
   */
  void finish(LiveState live, Rehearsal.Services served) {
    if (!begun) {
      return;
    }
    Instant now = clock.instant();
    boolean hasItems = live.catalog().size() > 0;
    // Half of the time for each, all of it for visits where there is nothing to ask for.
    end = now.plus(hasItems ? time.dividedBy(2) : time);
    try {
      visited.await();
      if (hasItems) {
        rehearse(live, served, clock.instant().plus(time.dividedBy(2)));
      }
      LOG.info(
          "Warmed up for {} ms after everything was read",
          Duration.between(now, clock.instant()).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close();
    }
  }

  private void rehearse(LiveState live, Rehearsal.Services served, Instant until)
      throws InterruptedException {
    try {
      new Rehearsal(config, directory.resolve("rehearsal"), clock).run(live, served, until);
    } catch (IOException | StartException | RuntimeException e) {
      LOG.warn("Not warmed up with the items that are served: the first requests will be slow", e);
    }
  }

  private void learnMadeUpVisits() {
    try {
      DirectoryTree.delete(directory);
      Path madeUp = directory.resolve("made-up");
      try (StandaloneServer server =
          StandaloneServer.startTemporary(config.temporary(madeUp), clock)) {
        visit(server.port());
        visited.countDown();
      }
      DirectoryTree.delete(madeUp);
    } catch (IOException | StartException | StatusException | RuntimeException e) {
      LOG.warn("Not warmed up: the first requests will be slow", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      visited.countDown();
    }
  }

  private void visit(int port) throws StatusException, InterruptedException {
    try (MadeUpShop shop = new MadeUpShop(port, config)) {
      shop.fill(ITEMS);
      enough = clock.instant().plus(visitsFor);
      for (Instant now = clock.instant(); goesOn(now); now = clock.instant()) {
        shop.visit(now);
      }
    }
  }

  private boolean goesOn(Instant now) {
    Instant atLast = end;
    Instant first = enough;
    return (atLast == null || now.isBefore(atLast)) && (first == null || now.isBefore(first));
  }

  /** Ends it, if it is under way, and deletes the directory. */
  @Override
  public void close() {
    if (!begun) {
      return;
    }
    end = Instant.MIN;
    boolean interrupted = false;
    while (visits.isAlive()) {
      try {
        visits.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    begun = false;
    try {
      DirectoryTree.delete(directory);
    } catch (IOException e) {
      LOG.warn("{} could not be deleted", directory, e);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
