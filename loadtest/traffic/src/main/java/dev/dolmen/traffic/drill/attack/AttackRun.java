package dev.dolmen.traffic.drill.attack;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.LongAdder;

/**
 * One attack on its way: where it goes, and what came of it. Its callers are virtual threads; all
 * that they hold is let go when it is closed. Any thread.
 */
public final class AttackRun implements AutoCloseable {
  /** One thing that a caller does, again and again. */
  @FunctionalInterface
  public interface Step {
    /**
     * Does it once.
     *
     * @throws IOException if the server ended the connection
     */
    void once() throws IOException, InterruptedException;
  }

  private static final int MAX_MESSAGE_BYTES = 64 << 20;
  private static final int CONNECT_MS = 2_000;
  private static final Duration ENDED = Duration.ofSeconds(5);

  /** After a refusal: a caller who is further away is not back sooner. */
  private static final int PAUSE_MS = 100;

  /** Callers come within a second, not at once: to start them costs this machine time, too. */
  private static final int RAMP_MS = 1_000;

  private static final int MAX_FAULTS = 5;

  private final int port;
  private final int metricsPort;
  private final ChannelCredentials credentials;
  private final LongAdder sent = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final Set<String> faults = new ConcurrentSkipListSet<>();
  private final Set<Closeable> held = ConcurrentHashMap.newKeySet();
  private final Collection<Thread> callers = new ArrayList<>();
  private volatile boolean over;

  /**
   * @param port of gRPC on the loopback address
   * @param metricsPort of metrics and probes there
   * @param credentials of callers that speak gRPC as it should be spoken
   */
  public AttackRun(int port, int metricsPort, ChannelCredentials credentials) {
    this.credentials = credentials;
    this.port = port;
    this.metricsPort = metricsPort;
  }

  /** Things done: requests, connections, streams, whatever the attack consists of. */
  public long sent() {
    return sent.sum();
  }

  /** Those of them that the server refused, or ended. */
  public long refused() {
    return refused.sum();
  }

  /** What the server must not do whatever it is sent, and did; a few at most. */
  public List<String> faults() {
    return List.copyOf(faults);
  }

  /** Counts something done. */
  void countSent() {
    sent.increment();
  }

  /** Counts something that was refused. */
  void countRefused() {
    if (!over) { // What ends then ends by this side.
      refused.increment();
    }
  }

  /** Notes what the server must not do. */
  void fault(String what) {
    if (!over && faults.size() < MAX_FAULTS) {
      faults.add(what);
    }
  }

  /** Whether it goes on. */
  boolean goesOn() {
    return !over;
  }

  /**
   * Lets callers do something until the end. A refusal is counted, whether the server ends the call
   * or the connection.
   */
  void repeat(int number, Step step) {
    for (int i = 0; i < number; i++) {
      long waitMs = (long) RAMP_MS * i / number;
      synchronized (callers) {
        callers.add(
            Thread.ofVirtual().name("attack-" + callers.size()).start(() -> loop(step, waitMs)));
      }
    }
  }

  private void loop(Step step, long waitMs) {
    try {
      Thread.sleep(waitMs);
      while (!over) {
        try {
          step.once();
        } catch (IOException e) {
          countRefused();
          Thread.sleep(PAUSE_MS);
        } catch (StatusRuntimeException e) {
          refused(e.getStatus());
          Thread.sleep(PAUSE_MS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Counts an answer that is a refusal; one that blames the server for it is a fault. */
  void refused(Status status) {
    countRefused();
    boolean byTransport = status.getDescription() != null && isOfTransport(status.getDescription());
    if (status.getCode() == Status.Code.INTERNAL && !byTransport) {
      fault("answered with INTERNAL: " + status.getDescription());
    }
  }

  /** What gRPC itself says of a stream that was reset. */
  private static boolean isOfTransport(String description) {
    return description.contains("RST_STREAM") || description.contains("HTTP/2 error code");
  }

  /** A plain connection to the gRPC port. */
  Socket connect() throws IOException {
    return connect(port);
  }

  /** A plain connection to the port of metrics and probes. */
  Socket connectMetrics() throws IOException {
    return connect(metricsPort);
  }

  private Socket connect(int to) throws IOException {
    Socket socket = new HeldSocket();
    hold(socket);
    try {
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), to), CONNECT_MS);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Known here as long as it is open. */
  private final class HeldSocket extends Socket {
    @Override
    public void close() throws IOException {
      held.remove(this);
      super.close();
    }
  }

  /** A connection that speaks HTTP/2 frame by frame; its windows stay as they are at first. */
  FrameConnection frames() throws IOException {
    Socket socket = connect();
    try {
      return new FrameConnection(this, socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** A connection that speaks gRPC as it should be spoken. */
  ManagedChannel channel() throws IOException {
    return channel(credentials);
  }

  /** The same in plain text, of a caller that shows nothing by itself. */
  ManagedChannel anonymousChannel() throws IOException {
    return channel(InsecureChannelCredentials.create());
  }

  private ManagedChannel channel(ChannelCredentials shown) throws IOException {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port, shown)
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .build();
    hold(channel::shutdownNow);
    return channel;
  }

  private void hold(Closeable resource) throws IOException {
    held.add(resource);
    if (over) {
      resource.close();
      throw new IOException("the attack is over");
    }
  }

  private static void letGo(Closeable resource) {
    try {
      resource.close();
    } catch (IOException e) {
      return; // It is of no use any more either way.
    }
  }

  /** Ends it: nothing is sent any more, and every connection is closed. */
  @Override
  public void close() {
    over = true;
    List<Thread> ending;
    synchronized (callers) {
      ending = List.copyOf(callers);
    }
    ending.forEach(Thread::interrupt);
    held.forEach(AttackRun::letGo);
    try {
      for (Thread caller : ending) {
        var _ = caller.join(ENDED);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
