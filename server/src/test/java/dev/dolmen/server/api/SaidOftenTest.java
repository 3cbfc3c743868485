package dev.dolmen.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SaidOftenTest {
  private final List<Metadata> sent = new ArrayList<>();

  @Test
  void eachCallHasAllOfItAndNoneWhatAnotherMadeOfIt() throws Exception {
    SaidOften full = new SaidOften(Errors.overloaded("full", Duration.ofMillis(100)));
    Metadata.Key<String> added = Metadata.Key.of("added", Metadata.ASCII_STRING_MARSHALLER);
    for (int i = 0; i < 3; i++) {
      full.close(new Closed());
      assertThat(sent.get(i).containsKey(added)).isFalse();
      sent.get(i).put(added, "as gRPC adds the status");
    }
    for (Metadata trailers : sent) {
      com.google.rpc.Status said =
          StatusProto.fromStatusAndTrailers(
              Status.RESOURCE_EXHAUSTED.withDescription("full"), trailers);
      assertThat(said.getDetails(0).unpack(RetryInfo.class).getRetryDelay())
          .isEqualTo(com.google.protobuf.Duration.newBuilder().setNanos(100_000_000).build());
    }
  }

  /** Takes what a call is closed with. */
  private final class Closed extends ServerCall<String, String> {
    @Override
    public void close(Status status, Metadata trailers) {
      assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(status.getDescription()).isEqualTo("full");
      sent.add(trailers);
    }

    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(String message) {}

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<String, String> getMethodDescriptor() {
      throw new UnsupportedOperationException("not asked for");
    }
  }
}
