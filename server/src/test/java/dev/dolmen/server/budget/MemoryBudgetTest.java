package dev.dolmen.server.budget;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who has to let go of what. */
class MemoryBudgetTest {
  private static final long PROCESS = 1_000_000;
  private static final long CONNECTION = 400_000;
  private static final SocketAddress A = address(1);
  private static final SocketAddress B = address(2);
  private static final SocketAddress C = address(3);
  private static final SocketAddress D = address(4);

  private static SocketAddress address(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private final LinkedBlockingQueue<SocketAddress> closed = new LinkedBlockingQueue<>();
  private final MemoryBudget budget =
      new MemoryBudget(PROCESS, CONNECTION, closed::add, new SimpleMeterRegistry());

  /** A call that ends when it is told to. */
  private final class Call {
    final CallMemory memory =
        (CallMemory) CallMemory.tracers(budget).newServerStreamTracer("method", new Metadata());
    final LinkedBlockingQueue<String> ended = new LinkedBlockingQueue<>();

    Call(SocketAddress from) {
      this(from, true);
    }

    Call(SocketAddress from, boolean canEnd) {
      memory.open(
          from,
          why -> {
            if (canEnd) {
              memory.streamClosed(Status.RESOURCE_EXHAUSTED);
            }
            ended.add(why); // Last: whoever waits for it looks at what is held then.
            return canEnd;
          });
    }

    Call arriving(long bytes) {
      memory.inboundWireSize(bytes - CallMemory.PIECE_BYTES);
      return this;
    }

    String why() throws InterruptedException {
      return String.valueOf(ended.poll(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void whatACallHoldsIsCountedFromItsHeadersToItsEnd() {
    CallMemory call = new Call(A).memory;
    assertThat(budget.held()).isEqualTo(CallMemory.CALL_BYTES);
    call.inboundWireSize(100);
    call.inboundWireSize(50);
    long arrived = CallMemory.CALL_BYTES + 150 + 2 * CallMemory.PIECE_BYTES;
    assertThat(budget.held()).isEqualTo(arrived);
    call.inboundMessageRead(0, 150, -1);
    call.inboundWireSize(7);
    assertThat(call.parsing(10_000)).isTrue();
    assertThat(budget.held())
        .as("what comes next stays")
        .isEqualTo(10_000 + 7 + CallMemory.PIECE_BYTES);
    call.handled();
    assertThat(budget.held()).isEqualTo(7 + CallMemory.PIECE_BYTES);
    call.outboundWireSize(500);
    call.taken();
    call.outboundWireSize(20);
    assertThat(budget.held()).isEqualTo(27 + CallMemory.PIECE_BYTES);
    call.streamClosed(Status.OK);
    assertThat(budget.held()).isZero();
    assertThat(budget.connections()).isZero();
    call.inboundWireSize(5);
    call.outboundWireSize(5);
    assertThat(call.parsing(5)).isFalse();
    assertThat(budget.held()).as("after its end").isZero();
  }

  @Test
  void whatIsComputedIsHeldBeyondTheEndOfTheStream() {
    CallMemory call = new Call(A).memory;
    call.inboundMessageRead(0, 0, -1);
    call.parsing(10_000);
    call.keep();
    call.streamClosed(Status.CANCELLED);
    assertThat(budget.held()).isEqualTo(10_000);
    call.letGo();
    assertThat(budget.held()).isZero();
    assertThat(budget.connections()).isZero();
  }

  @Test
  void aRequestThatComesByteByByteCountsItsPieces() throws Exception {
    Call call = new Call(A);
    int pieces = 0;
    for (; call.ended.isEmpty() && pieces < CONNECTION / CallMemory.PIECE_BYTES; pieces++) {
      call.memory.inboundWireSize(1);
    }
    assertThat(call.why()).contains("server.limits.max_connection_bytes_in_flight, 400000 bytes");
  }

  @Test
  void aConnectionMeetsItsShareAndOthersDoNotNotice() throws Exception {
    Call other = new Call(B).arriving(300_000);
    Call first = new Call(A).arriving(300_000);
    Call second = new Call(A).arriving(300_000);
    assertThat(second.why()).contains("max_connection_bytes_in_flight");
    assertThat(first.ended).isEmpty();
    assertThat(other.ended).isEmpty();
  }

  @Test
  void theProcessEndsTheLargestOfTheConnectionThatHoldsMost() throws Exception {
    Call small = new Call(A).arriving(10_000);
    List<Call> large = new ArrayList<>();
    for (SocketAddress from : List.of(B, C, D)) {
      large.add(new Call(from).arriving(100_000));
      large.add(new Call(from).arriving(200_000));
    }
    Call most = new Call(C).arriving(50_000);
    Call good = new Call(A).arriving(100_000);
    assertThat(large.get(3).why()).contains("server.limits.max_bytes_in_flight, 1000000 bytes");
    assertThat(budget.held()).isLessThan(PROCESS);
    for (Call call : List.of(small, most, good, large.get(0), large.get(1), large.get(2))) {
      assertThat(call.ended).isEmpty();
    }
  }

  @Test
  void whatIsEndedDoesNotMakeOthersEnd() throws Exception {
    List<Call> stubborn = new ArrayList<>();
    for (SocketAddress from : List.of(B, C, D)) {
      stubborn.add(new Call(from, false).arriving(350_000));
    }
    assertThat(closed.poll(30, TimeUnit.SECONDS)).isIn(B, C, D);
    Call good = new Call(A).arriving(200_000);
    assertThat(budget.held()).isGreaterThan(PROCESS);
    assertThat(stubborn.stream().filter(call -> !call.ended.isEmpty())).hasSize(1);
    assertThat(good.ended).isEmpty();
  }

  /** It holds the most, and nobody can end it: its stream has ended, and it is still computed. */
  @Test
  @Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void whatIsComputedForNobodyDoesNotKeepOthersFromBeingEnded() throws Exception {
    for (SocketAddress from : List.of(A, B)) {
      CallMemory gone = new Call(from).memory;
      assertThat(gone.parsing(390_000)).isTrue();
      gone.keep();
      gone.streamClosed(Status.CANCELLED);
    }
    Call small = new Call(C).arriving(50_000);
    Call large = new Call(D).arriving(200_000);
    assertThat(large.why()).contains("server.limits.max_bytes_in_flight, 1000000 bytes");
    assertThat(small.ended).isEmpty();
  }

  @Test
  void whatIsEndedAndDoesNotGoIsBoundedAsWell() {
    for (int i = 1; i <= 6; i++) {
      new Call(address(i), false).arriving(300_000);
    }
    long held = budget.held();
    assertThat(held).isGreaterThan(PROCESS + PROCESS / 2);
    CallMemory large = new Call(address(7)).memory;
    assertThat(large.parsing(200_000)).as("whoever makes it").isFalse();
    assertThat(budget.held()).as("what is not parsed is not held").isLessThan(held + 100_000);
    assertThat(new Call(address(8)).memory.parsing(10_000)).as("a small one").isTrue();
  }
}
