package dev.dolmen.bench.serve;

import dev.dolmen.traffic.generator.ArrivalSchedule;
import dev.dolmen.traffic.generator.LatencyRecorder;
import dev.dolmen.v1.RecommendationServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.KnownLength;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * An open loop of requests for recommendations that costs as little as it can, as it shares the
 * machine with the server: requests are bytes that were made before, answers are not parsed, and
 * callbacks run on the threads that read the connections. Each call has a deadline, as a caller in
 * production has. One thread runs it.
 */
final class OpenLoop implements AutoCloseable {
  private static final int CONNECTIONS = 8;
  private static final int DEADLINE_MS = 1_000;

  /** Calls without an answer at most; one more is not sent, and counts as failed. */
  private static final int IN_FLIGHT_MAX = 4_096;

  private static final MethodDescriptor<byte[], Integer> RECOMMEND =
      MethodDescriptor.<byte[], Integer>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName(RecommendationServiceGrpc.getRecommendMethod().getFullMethodName())
          .setRequestMarshaller(new Sent())
          .setResponseMarshaller(new Received())
          .build();

  private final List<byte[]> requests;
  private final SplittableRandom random;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final Semaphore inFlight = new Semaphore(IN_FLIGHT_MAX);
  private long number;

  /** Of one step's requests. */
  private static final class Counts {
    final LongAdder offered = new LongAdder();
    final LongAdder answered = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LatencyRecorder latency = new LatencyRecorder();
    final LatencyRecorder late = new LatencyRecorder();
  }

  /** What they came to; clicks are counted by others. */
  record Outcome(
      long offered,
      long answered,
      long refused,
      long failed,
      double p50Ms,
      double p90Ms,
      double p99Ms,
      double lateP99Ms) {}

  /**
   * Connects when first used.
   *
   * @param port of the loopback address
   * @param requests messages, sent in turn
   */
  OpenLoop(int port, List<byte[]> requests, long seed) {
    this.requests = List.copyOf(requests);
    random = new SplittableRandom(seed);
    for (int i = 0; i < CONNECTIONS; i++) {
      channels.add(
          NettyChannelBuilder.forAddress("127.0.0.1", port)
              .usePlaintext()
              .directExecutor()
              .build());
    }
  }

  /**
   * Sends at a rate for as long as asked, then waits until nothing is under way.
   *
   * @param settleSeconds of the beginning that do not count
   * @param seconds that count
   */
  Outcome run(double rate, double settleSeconds, double seconds) throws InterruptedException {
    ArrivalSchedule schedule = new ArrivalSchedule(System.nanoTime(), rate, random.nextLong());
    long counted = System.nanoTime() + (long) (settleSeconds * 1e9);
    long end = counted + (long) (seconds * 1e9);
    Counts settling = new Counts();
    Counts counts = new Counts();
    for (long at = schedule.nextNanos(); at < end; at = schedule.nextNanos()) {
      ArrivalSchedule.await(at);
      send(at, at < counted ? settling : counts);
    }
    ArrivalSchedule.await(end);
    if (inFlight.tryAcquire(IN_FLIGHT_MAX, 2L * DEADLINE_MS, TimeUnit.MILLISECONDS)) {
      inFlight.release(IN_FLIGHT_MAX);
    }
    return outcome(counts);
  }

  private static Outcome outcome(Counts counts) {
    return new Outcome(
        counts.offered.sum(),
        counts.answered.sum(),
        counts.refused.sum(),
        counts.failed.sum(),
        LatencyRecorder.millis(counts.latency.total(), 50),
        LatencyRecorder.millis(counts.latency.total(), 90),
        LatencyRecorder.millis(counts.latency.total(), 99),
        LatencyRecorder.millis(counts.late.total(), 99));
  }

  private void send(long intended, Counts counts) {
    counts.offered.increment();
    if (!inFlight.tryAcquire()) {
      counts.failed.increment();
      return;
    }
    counts.late.recordNanos(System.nanoTime() - intended);
    int turn = (int) (number++ % Integer.MAX_VALUE);
    ClientCall<byte[], Integer> call =
        channels
            .get(turn % CONNECTIONS)
            .newCall(
                RECOMMEND,
                CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_MS, TimeUnit.MILLISECONDS));
    call.start(new Answer(intended, counts), new Metadata());
    call.request(2);
    call.sendMessage(requests.get(turn % requests.size()));
    call.halfClose();
  }

  /** Counts an answer, or what came in its place. */
  private final class Answer extends ClientCall.Listener<Integer> {
    private final long intended;
    private final Counts counts;
    private int bytes;

    Answer(long intended, Counts counts) {
      this.intended = intended;
      this.counts = counts;
    }

    @Override
    public void onMessage(Integer received) {
      bytes = received;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (status.isOk() && bytes > 0) {
        counts.answered.increment();
        counts.latency.recordNanos(System.nanoTime() - intended);
      } else if (status.getCode() == Status.Code.RESOURCE_EXHAUSTED) {
        counts.refused.increment();
      } else {
        counts.failed.increment();
      }
      // After it is counted: whoever waits for the last of them reads the counts.
      inFlight.release();
    }
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    try {
      for (ManagedChannel channel : channels) {
        channel.awaitTermination(1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class Sent implements MethodDescriptor.Marshaller<byte[]> {
    private static final class Bytes extends ByteArrayInputStream implements KnownLength {
      Bytes(byte[] message) {
        super(message);
      }
    }

    @Override
    public InputStream stream(byte[] message) {
      return new Bytes(message);
    }

    @Override
    public byte[] parse(InputStream stream) {
      throw new UnsupportedOperationException("requests are sent, not received");
    }
  }

  /** Takes the length of a message for the message. */
  private static final class Received implements MethodDescriptor.Marshaller<Integer> {
    @Override
    public InputStream stream(Integer message) {
      throw new UnsupportedOperationException("answers are received, not sent");
    }

    @Override
    public Integer parse(InputStream stream) {
      try {
        return stream.available();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
