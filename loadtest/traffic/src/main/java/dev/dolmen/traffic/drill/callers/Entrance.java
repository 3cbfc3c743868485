package dev.dolmen.traffic.drill.callers;

import dev.dolmen.server.access.KeyFile;
import dev.dolmen.server.access.KeyText;
import dev.dolmen.server.access.Role;
import dev.dolmen.server.reload.UnusableFileException;
import io.grpc.CallCredentials;
import io.grpc.ChannelCredentials;
import io.grpc.CompositeChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * How callers come in.
 *
 * @param server lines of YAML for the section {@code server}
 * @param good credentials of the good client
 * @param attacker credentials of those who attack
 */
record Entrance(String server, ChannelCredentials good, ChannelCredentials attacker) {
  /** What stands at the door. */
  enum Kind {
    /** Nothing: one who listens on the loopback address may be open. */
    OPEN,
    /** TLS, with a certificate that signs itself. */
    TLS,
    /** API keys: one of the good client, and one of those who attack, with a small quota. */
    KEYS
  }

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /**
   * Makes what is needed for it.
   *
   * @param directory for its files
   */
  static Entrance make(Kind kind, Path directory) throws IOException, InterruptedException {
    ChannelCredentials plain = InsecureChannelCredentials.create();
    return switch (kind) {
      case OPEN -> new Entrance("", plain, plain);
      case TLS -> tls(directory);
      case KEYS -> keys(directory.resolve("keys.jsonl"), plain);
    };
  }

  private static Entrance tls(Path directory) throws IOException, InterruptedException {
    LoopbackCertificate files = LoopbackCertificate.make(directory);
    ChannelCredentials trusting =
        TlsChannelCredentials.newBuilder().trustManager(files.certificate().toFile()).build();
    String server =
        """
          tls:
            certificate_file: "%s"
            private_key_file: "%s"
        """
            .formatted(files.certificate(), files.key());
    return new Entrance(server, trusting, trusting);
  }

  private static Entrance keys(Path file, ChannelCredentials plain) throws IOException {
    KeyFile keys = new KeyFile("server.access.keys_file", file);
    ChannelCredentials good = plain;
    ChannelCredentials greedy = plain;
    try {
      good = withKey(plain, key(keys, "shop", EnumSet.allOf(Role.class)));
      greedy = withKey(plain, key(keys, "greedy", EnumSet.allOf(Role.class)));
    } catch (UnusableFileException e) {
      throw new IOException(e.getMessage(), e);
    }
    String server =
        """
          access:
            keys_file: "%s"
          quotas:
            principals:
              - {name: greedy, requests_per_second: 20, concurrent_calls: 4}
        """
            .formatted(file);
    return new Entrance(server, good, greedy);
  }

  private static KeyText key(KeyFile keys, String name, Set<Role> roles)
      throws IOException, UnusableFileException {
    return keys.create(name, roles, Instant.now(), null, new SecureRandom());
  }

  private static ChannelCredentials withKey(ChannelCredentials plain, KeyText key) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + key.text());
    return CompositeChannelCredentials.create(plain, new Headers(headers));
  }

  /** Sent with each call, also in plain text: it stays on this machine. */
  private static final class Headers extends CallCredentials {
    private final Metadata headers;

    Headers(Metadata headers) {
      this.headers = headers;
    }

    @Override
    public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
      applier.apply(headers);
    }
  }
}
