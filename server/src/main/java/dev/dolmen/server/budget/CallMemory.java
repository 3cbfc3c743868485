package dev.dolmen.server.budget;

import dev.dolmen.server.budget.MemoryBudget.ConnectionMemory;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.net.SocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one call holds: the bytes of a request that has not come whole, the whole request, what it
 * has been parsed to, and the answers that its caller has not taken. Any thread.
 *
 * <p>gRPC tells it what is read and written; {@link #parsing}, {@link #handled} and {@link #taken}
 * are for those who know the rest. The end of the stream lets everything go, except what a
 * computation still {@link #keep}s.
 */
public final class CallMemory extends ServerStreamTracer {
  /** An open call's own objects and headers. */
  static final int CALL_BYTES = 4_096;

  /** What a piece of a request costs besides its bytes: a request may come byte by byte. */
  static final int PIECE_BYTES = 256;

  private static final Context.Key<CallMemory> CURRENT = Context.key("dolmen-call-memory");

  private final MemoryBudget budget;
  private @Nullable ConnectionMemory connection;
  private final CountDownLatch closing = new CountDownLatch(1);
  private @Nullable Ending ending;
  private long arriving;
  private long whole;
  private long parsed;
  private long answers;
  private int kept;
  private boolean ended;
  private boolean closed;

  /** Ends a call for its memory. */
  @FunctionalInterface
  public interface Ending {
    /**
     * Ends it with a status; may wait.
     *
     * @return false if it has been answered already, and only its connection can be ended
     */
    boolean end(String why);
  }

  CallMemory(MemoryBudget budget) {
    this.budget = budget;
  }

  /** Counts for every call of a server. */
  public static ServerStreamTracer.Factory tracers(MemoryBudget budget) {
    return new ServerStreamTracer.Factory() {
      @Override
      public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
        return new CallMemory(budget);
      }
    };
  }

  /** That of the call in whose context this thread runs; null outside of one. */
  public static @Nullable CallMemory current() {
    return CURRENT.get();
  }

  @Override
  public Context filterContext(Context context) {
    return context.withValue(CURRENT, this);
  }

  /**
   * Tells where the call comes from and how to end it. Before anything of its request is read.
   *
   * @return false if the call is ended for what others hold, or has ended
   */
  public boolean open(SocketAddress address, Ending ends) {
    synchronized (this) {
      if (closed) {
        return false;
      }
      connection = budget.join(address, this);
      ending = ends;
      arriving += CALL_BYTES;
      add(CALL_BYTES);
    }
    budget.check(this);
    return !isOver();
  }

  @Override
  public void inboundWireSize(long bytes) {
    synchronized (this) {
      if (closed) {
        return;
      }
      arriving += bytes + PIECE_BYTES;
      add(bytes + PIECE_BYTES);
    }
    budget.check(this);
  }

  @Override
  public synchronized void inboundMessageRead(int number, long wireBytes, long plainBytes) {
    whole += arriving;
    arriving = 0;
  }

  /**
   * The request that came whole is about to become an object of so many bytes.
   *
   * @return false if the call is ended for it
   */
  public boolean parsing(long bytes) {
    synchronized (this) {
      if (closed) {
        return false;
      }
      add(bytes - whole);
      whole = 0;
      parsed += bytes;
    }
    budget.check(this);
    return isStaying(bytes);
  }

  /** What is not parsed is not held either. */
  private synchronized boolean isStaying(long bytes) {
    if (ended && !closed) {
      parsed -= bytes;
      add(-bytes);
    }
    return !ended;
  }

  /** What has been parsed so far is handled, and nobody keeps it. */
  public synchronized void handled() {
    add(-parsed);
    parsed = 0;
  }

  @Override
  public void outboundWireSize(long bytes) {
    synchronized (this) {
      if (closed) {
        return;
      }
      answers += bytes;
      add(bytes);
    }
    budget.check(this);
  }

  /** The caller has taken nearly all that was answered so far. */
  public synchronized void taken() {
    add(-answers);
    answers = 0;
  }

  /** What has been parsed is needed until {@link #letGo}, even if the call ends before. */
  public synchronized void keep() {
    kept++;
  }

  /** It is needed no longer. */
  public synchronized void letGo() {
    kept--;
    if (closed) {
      letAllGo();
    }
  }

  @Override
  public synchronized void streamClosed(Status status) {
    closed = true;
    letAllGo();
    closing.countDown();
  }

  private void letAllGo() {
    long less = arriving + whole + answers;
    arriving = 0;
    whole = 0;
    answers = 0;
    if (kept == 0) {
      less += parsed;
      parsed = 0;
    }
    add(-less);
    if (kept == 0 && connection != null) {
      budget.leave(connection, this);
    }
  }

  private void add(long bytes) {
    budget.add(connection, bytes);
    if (ended) {
      budget.addGoing(connection, bytes);
    }
  }

  /** How to end it; null if it is ended already, or not open. */
  synchronized @Nullable Ending end() {
    if (ended || closed || ending == null) {
      return null;
    }
    ended = true;
    budget.addGoing(connection, held());
    return ending;
  }

  /** Whether it was ended for its memory. */
  public synchronized boolean isEnded() {
    return ended;
  }

  /** Whether it was ended for its memory, or its stream has ended. */
  public synchronized boolean isOver() {
    return ended || closed;
  }

  /** Whether its stream has ended by then. */
  boolean awaitClosed(long atMostMs) throws InterruptedException {
    return closing.await(atMostMs, TimeUnit.MILLISECONDS);
  }

  synchronized @Nullable ConnectionMemory connection() {
    return connection;
  }

  synchronized long held() {
    return arriving + whole + parsed + answers;
  }
}
