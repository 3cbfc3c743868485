package dev.dolmen.server.cli;

import dev.dolmen.v1.AdminServiceGrpc;
import dev.dolmen.v1.GetStatusRequest;
import dev.dolmen.v1.StatusResponse;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that name a running server. */
final class ServerAddress {
  private static final long STATUS_SEC = 10;

  @Option(
      names = {"-s", "--server"},
      paramLabel = "HOST:PORT",
      defaultValue = "localhost:7070",
      description = "The server's gRPC address; by default ${DEFAULT-VALUE}.")
  private String address = "localhost:7070";

  @Mixin private ServerTrust trust = new ServerTrust();

  /**
   * Calls the server and closes the connection.
   *
   * @throws CommandFailedException if TLS keeps the two from speaking with one another, or the
   *     server does not let the caller in
   */
  <T> T call(Function<ManagedChannel, T> calls) {
    ManagedChannel channel =
        Grpc.newChannelBuilder(address, trust.credentials())
            .intercept(trust.interceptors(address))
            .build();
    try {
      return calls.apply(channel);
    } catch (StatusRuntimeException e) {
      throw trust
          .explain(address, e.getStatus())
          .<RuntimeException>map(why -> new CommandFailedException(1, address + ": " + why))
          .orElse(e);
    } finally {
      channel.shutdownNow();
      try {
        channel.awaitTermination(1, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What the server says of itself. */
  StatusResponse status() {
    return call(channel ->
        AdminServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(STATUS_SEC, TimeUnit.SECONDS)
            .getStatus(GetStatusRequest.getDefaultInstance()));
  }
}
