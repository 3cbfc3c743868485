package dev.dolmen.server;

import dev.dolmen.server.api.Endpoints;
import io.grpc.ServerServiceDefinition;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What a {@link Front} answers with: an engine that learns, or a snapshot that is read. */
interface Backend extends Closeable {
  /**
   * Runs what is told on a thread of its own: it may have to wait, and what runs on the common pool
   * is in the way of others there, where snapshots are read and batches are scored.
   */
  Executor TELLING = task -> Thread.ofVirtual().name("dolmen-telling").start(task);

  /** Opens one, when the ports are taken; says meanwhile what it waits for. */
  @FunctionalInterface
  interface Opening<B extends Backend> {
    B open(MeterRegistry meters, Consumer<String> why) throws IOException;
  }

  /** What callers can ask, over this. */
  List<ServerServiceDefinition> services(Endpoints endpoints);

  /**
   * Returns when there is something to answer with.
   *
   * @param why takes what callers are told meanwhile
   * @throws IOException if there never will be
   */
  void awaitModel(Consumer<Supplier<String>> why) throws IOException;

  /** Lets the JVM compile what will run; what fails is logged. */
  void warmUp();

  /** Why recommendations are not to be trusted any more; empty while they are. Any thread. */
  String failure();

  /**
   * Why this process is not to be asked, though nothing is wrong with it; empty while it may be.
   * Any thread.
   */
  String notToBeAsked();

  /** Why nothing is taken from callers; empty while it is. Any thread. */
  String notTaking();

  /** Runs something once callers' feedback is taken: now, or later on another thread, or never. */
  void whenTaking(Runnable then);

  /** Runs something, on another thread, with the reason if {@link #failure} comes to be. */
  void whenFailed(Consumer<String> then);

  /** What this is, for the log. */
  String describe();
}
