package dev.dolmen.server.budget;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.SocketAddress;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that calls hold, of the process and of each connection, and who has to let go when they
 * are too many. Any thread.
 *
 * <p>A call that would take its connection over the connection's share is ended. When the process
 * is over its budget, calls are ended where most is held: of the connection that holds most, the
 * call that holds most. So a caller who fills the budget meets it, and those who hold little do
 * not. What an ended call still holds is on its way out and counts no more against the others, up
 * to half of the budget: beyond that no call may hold more, whoever makes it. A connection that
 * cannot be relieved by ending a call, as answers are waiting in it that it does not take, is
 * closed.
 */
public final class MemoryBudget {
  /** A call that holds less is not refused because others do not go fast enough. */
  private static final long SMALL_BYTES = 64 << 10;

  /** How long a caller may take to take the status of a call that is ended. */
  private static final long LEAVING_MS = 5_000;

  private final long maxBytes;
  private final long maxConnectionBytes;
  private final Consumer<SocketAddress> closer;
  private final AtomicLong held = new AtomicLong();
  private final AtomicLong going = new AtomicLong();
  private final ConcurrentHashMap<SocketAddress, ConnectionMemory> connections =
      new ConcurrentHashMap<>();
  private final ReentrantLock relieving = new ReentrantLock();
  private final Counter ended;

  /**
   * Nothing held yet.
   *
   * @param maxBytes of all calls
   * @param maxConnectionBytes of the calls of one connection
   * @param closer closes the connection from an address
   */
  public MemoryBudget(
      long maxBytes,
      long maxConnectionBytes,
      Consumer<SocketAddress> closer,
      MeterRegistry meters) {
    this.maxBytes = maxBytes;
    this.maxConnectionBytes = maxConnectionBytes;
    this.closer = closer;
    Gauge.builder("dolmen.inflight", held, AtomicLong::get)
        .description("Bytes held for calls: requests on their way or being answered, and answers")
        .baseUnit("bytes")
        .register(meters);
    ended =
        Counter.builder("dolmen.inflight.ended")
            .description("Calls and connections ended because too many bytes were held")
            .register(meters);
  }

  /** Bytes of all calls. */
  public long maxBytes() {
    return maxBytes;
  }

  /** Bytes that are held now. */
  public long held() {
    return held.get();
  }

  /** Connections that have calls. */
  int connections() {
    return connections.size();
  }

  /** A call's connection, from now on one of its calls. */
  ConnectionMemory join(SocketAddress address, CallMemory call) {
    return connections.compute(
        address,
        (key, known) -> {
          ConnectionMemory connection = known == null ? new ConnectionMemory(key) : known;
          connection.calls.add(call);
          return connection;
        });
  }

  void leave(ConnectionMemory connection, CallMemory call) {
    var _ =
        connections.computeIfPresent(
            connection.address,
            (key, known) -> {
              known.calls.remove(call);
              return known.calls.isEmpty() ? null : known;
            });
  }

  /** Counts bytes, or fewer if negative. */
  void add(@Nullable ConnectionMemory connection, long bytes) {
    held.addAndGet(bytes);
    if (connection != null) {
      connection.held.addAndGet(bytes);
    }
  }

  /** Counts bytes as those of ended calls, or no more so if negative. */
  void addGoing(@Nullable ConnectionMemory connection, long bytes) {
    going.addAndGet(bytes);
    if (connection != null) {
      connection.going.addAndGet(bytes);
    }
  }

  /** Ends what has to be ended now that a call holds more. Not while holding a call's lock. */
  void check(CallMemory call) {
    ConnectionMemory connection = call.connection();
    if (connection == null) {
      return;
    }
    if (connection.staying() > maxConnectionBytes) {
      end(
          call,
          connection,
          "the calls of this connection hold more than"
              + " server.limits.max_connection_bytes_in_flight, "
              + maxConnectionBytes
              + " bytes");
    }
    if (staying() > maxBytes) {
      relieve();
    }
    if (held.get() > maxBytes + maxBytes / 2 && call.held() > SMALL_BYTES) {
      end(
          call,
          connection,
          "calls held more than server.limits.max_bytes_in_flight, "
              + maxBytes
              + " bytes, and have not let go of it yet");
    }
  }

  private long staying() {
    return held.get() - going.get();
  }

  /** A little further than need be, so that it is not needed again for every call. */
  private void relieve() {
    relieving.lock();
    try {
      long enough = maxBytes - maxBytes / 16;
      for (boolean relieved = true; relieved && staying() > enough; ) {
        relieved = endLargest();
      }
    } finally {
      relieving.unlock();
    }
  }

  private boolean endLargest() {
    ConnectionMemory most =
        connections.values().stream()
            .filter(ConnectionMemory::hasCallToEnd)
            .max(Comparator.comparingLong(ConnectionMemory::staying))
            .orElse(null);
    CallMemory largest = most == null ? null : most.largest();
    if (most == null || largest == null) {
      return false;
    }
    end(
        largest,
        most,
        "calls hold more than server.limits.max_bytes_in_flight, "
            + maxBytes
            + " bytes, and this one holds the most");
    return true;
  }

  private void end(CallMemory call, ConnectionMemory connection, String why) {
    CallMemory.Ending ending = call.end();
    if (ending != null) {
      ended.increment();
      // Not on this thread: it may be the one that reads the connection.
      Thread.ofVirtual()
          .name("dolmen-inflight")
          .start(() -> {
            if (!ending.end(why) || !isClosedSoon(call)) {
              closer.accept(connection.address);
            }
          });
    }
  }

  /** A caller who does not even take the status would hold the call for ever. */
  private static boolean isClosedSoon(CallMemory call) {
    try {
      return call.awaitClosed(LEAVING_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The calls of one connection. */
  static final class ConnectionMemory {
    private final SocketAddress address;
    private final AtomicLong held = new AtomicLong();
    private final AtomicLong going = new AtomicLong();
    private final Set<CallMemory> calls = ConcurrentHashMap.newKeySet();

    ConnectionMemory(SocketAddress address) {
      this.address = address;
    }

    private long staying() {
      return held.get() - going.get();
    }

    private boolean hasCallToEnd() {
      return calls.stream().anyMatch(call -> !call.isOver());
    }

    private @Nullable CallMemory largest() {
      return calls.stream()
          .filter(call -> !call.isOver())
          .max(Comparator.comparingLong(CallMemory::held))
          .orElse(null);
    }
  }
}
