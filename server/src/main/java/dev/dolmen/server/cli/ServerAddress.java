package dev.dolmen.server.cli;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that name a running server. */
final class ServerAddress {
  @Option(
      names = {"-s", "--server"},
      paramLabel = "HOST:PORT",
      defaultValue = "localhost:7070",
      description = "The server's gRPC address; by default ${DEFAULT-VALUE}.")
  private String address = "localhost:7070";

  @Option(names = "--tls", description = "Use TLS and trust the system's authorities.")
  private boolean tls;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "Use TLS and trust the authorities in this PEM file.")
  private @Nullable File authorities;

  /** Calls the server and closes the connection. */
  <T> T call(Function<ManagedChannel, T> calls) {
    ManagedChannel channel = Grpc.newChannelBuilder(address, credentials()).build();
    try {
      return calls.apply(channel);
    } finally {
      channel.shutdownNow();
      try {
        channel.awaitTermination(1, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private ChannelCredentials credentials() {
    try {
      if (authorities != null) {
        return TlsChannelCredentials.newBuilder().trustManager(authorities).build();
      }
    } catch (IOException e) {
      throw new CommandFailedException(2, "--ca: " + e.getMessage());
    }
    return tls ? TlsChannelCredentials.create() : InsecureChannelCredentials.create();
  }
}
