package dev.dolmen.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.dolmen.server.access.Issuer;
import dev.dolmen.server.access.KeyFile;
import dev.dolmen.server.access.Role;
import dev.dolmen.server.access.StoredKey;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.tls.TestCertificates;
import dev.dolmen.v1.AdminServiceGrpc;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.GetStatusRequest;
import dev.dolmen.v1.ListItemsRequest;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ways to get in that somebody might try, beyond keys that are wrong: see GateTest for those. */
class BreakInTest {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  @TempDir Path directory;

  @Test
  void onlyTheIssuersTokensGetIn() throws Exception {
    try (Issuer issuer = new Issuer();
        StandaloneServer server = start(takesTokensOf(issuer))) {
      Instant now = Instant.now();
      JWTClaimsSet admin = issuer.claims(now, "admin").build();
      SignedJWT withPublicKey =
          new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("first").build(), admin);
      withPublicKey.sign(new MACSigner(issuer.key(0).toRSAKey().toRSAPublicKey().getEncoded()));
      String good = Issuer.signed(issuer.key(0), admin);
      assertThat(status(server, good)).isEqualTo(Status.Code.OK);
      assertThat(status(server, Issuer.signed(issuer.key(0), issuer.claims(now, "read").build())))
          .isEqualTo(Status.Code.PERMISSION_DENIED);
      for (String forged :
          new String[] {
            new PlainJWT(admin).serialize(),
            withPublicKey.serialize(),
            Issuer.signed(Issuer.rsa("unknown"), admin),
            Issuer.signed(Issuer.rsa("first"), admin),
            Issuer.signed(issuer.key(0), issuer.claims(now, "admin").audience("x").build()),
            Issuer.signed(issuer.key(0), issuer.claims(now, "admin").issuer("https://x").build()),
            Issuer.signed(issuer.key(0), issuer.claims(now.minusSeconds(400), "admin").build())
          }) {
        assertThat(status(server, forged)).isEqualTo(Status.Code.UNAUTHENTICATED);
      }
      assertThat(status(server, good)).isEqualTo(Status.Code.OK);
    }
  }

  private static String takesTokensOf(Issuer issuer) {
    return "access: {jwt: {issuer: '" + issuer.url() + "', audience: " + Issuer.AUDIENCE + "}}";
  }

  /** An operator looks for the issuer, and not for callers with bad tokens. */
  @Test
  void callsThatNobodyCanCheckAreCountedAsSuch() throws Exception {
    try (Issuer issuer = new Issuer();
        StandaloneServer server = start(takesTokensOf(issuer))) {
      issuer.answer(500, "");
      String good = Issuer.signed(issuer.key(0), issuer.claims(Instant.now(), "admin").build());
      assertThat(status(server, good)).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(refused(server, Status.Code.UNAVAILABLE)).isEqualTo(1);
      assertThat(refused(server, Status.Code.UNAUTHENTICATED)).isZero();
    }
  }

  private static double refused(StandaloneServer server, Status.Code status) {
    return server
        .meters()
        .get("dolmen.access.refused")
        .tag("status", status.name())
        .counter()
        .count();
  }

  @Test
  void plainTextToATlsPortGetsNothing() throws Exception {
    TestCertificates certificates = new TestCertificates(directory);
    certificates.make("server", "-ext", "san=dns:localhost,ip:127.0.0.1");
    String key = key(directory.resolve("data"), Role.ADMIN);
    try (StandaloneServer server =
        start(
            "tls: {certificate_file: "
                + certificates.pem("server")
                + ", private_key_file: "
                + certificates.key("server")
                + "}")) {
      ChannelCredentials trusting =
          TlsChannelCredentials.newBuilder()
              .trustManager(Path.of(certificates.pem("server")).toFile())
              .build();
      assertThat(status(server.port(), trusting, key)).isEqualTo(Status.Code.OK);
      assertThat(status(server.port(), InsecureChannelCredentials.create(), key))
          .isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  @Test
  void reflectionAndTheAdminServiceCanBeSwitchedOff() throws Exception {
    String key = key(directory.resolve("data"), Role.ADMIN);
    try (StandaloneServer server = start("reflection: true")) {
      assertThat(listed(server.port(), key)).contains(AdminServiceGrpc.SERVICE_NAME);
    }
    try (StandaloneServer server = start("admin: false, reflection: false")) {
      assertThat(status(server, key)).isEqualTo(Status.Code.UNIMPLEMENTED);
      assertThat(listed(server.port(), key)).startsWith("UNIMPLEMENTED");
    }
  }

  @Test
  void theAdminServiceCanBeElsewhere() throws Exception {
    String key = key(directory.resolve("data"), Role.ADMIN, Role.READ);
    try (StandaloneServer server = start("admin_host: 127.0.0.3, admin_port: 0")) {
      assertThat(server.adminPort()).isNotEqualTo(server.port());
      assertThat(status(server, key)).isEqualTo(Status.Code.UNIMPLEMENTED);
      assertThat(listed(server.port(), key))
          .doesNotContain(AdminServiceGrpc.SERVICE_NAME)
          .contains(CatalogServiceGrpc.SERVICE_NAME);
      ManagedChannel channel = channel("127.0.0.3:" + server.adminPort());
      try {
        assertThat(status(channel, key)).isEqualTo(Status.Code.OK);
        assertThat(status(channel, "none")).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(
                code(() ->
                    CatalogServiceGrpc.newBlockingStub(channel)
                        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(bearer(key)))
                        .listItems(ListItemsRequest.getDefaultInstance())))
            .isEqualTo(Status.Code.UNIMPLEMENTED);
      } finally {
        channel.shutdownNow();
      }
    }
  }

  /** What compares secrets byte by byte, and stops at the first that differs, tells them. */
  @Test
  void hashesAreComparedInConstantTime() throws Exception {
    try (InputStream in =
        Objects.requireNonNull(StoredKey.class.getResourceAsStream("StoredKey.class"))) {
      String constants = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(constants).contains("java/security/MessageDigest", "isEqual");
      assertThat(constants).doesNotContain("java/util/Arrays", "compareTo");
    }
  }

  private StandaloneServer start(String settings) throws Exception {
    return StandaloneServer.start(
        DolmenConfig.parse(
            "test",
            """
            data_directory: %s
            server: {host: 127.0.0.1, port: 0, metrics: false, warm_up: 0s, %s}
            schema: {slots: [{name: item_id, kind: id}]}
            """
                .formatted(directory.resolve("data"), settings),
            Map.of()));
  }

  private static String key(Path data, Role... roles) throws Exception {
    return new KeyFile("keys", data.resolve("keys"))
        .create("operator", Set.of(roles), Instant.EPOCH, null, new SecureRandom())
        .text();
  }

  private static Metadata bearer(String secret) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + secret);
    return headers;
  }

  private static ManagedChannel channel(String target) {
    return Grpc.newChannelBuilder(target, InsecureChannelCredentials.create()).build();
  }

  private static Status.Code status(StandaloneServer server, String secret) {
    return status(server.port(), InsecureChannelCredentials.create(), secret);
  }

  private static Status.Code status(int port, ChannelCredentials credentials, String secret) {
    ManagedChannel channel = Grpc.newChannelBuilder("localhost:" + port, credentials).build();
    try {
      return status(channel, secret);
    } finally {
      channel.shutdownNow();
    }
  }

  private static Status.Code status(ManagedChannel channel, String secret) {
    return code(() ->
        AdminServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(bearer(secret)))
            .getStatus(GetStatusRequest.getDefaultInstance()));
  }

  /** How a call ends; nothing of what was sent comes back. */
  private static Status.Code code(Runnable call) {
    try {
      call.run();
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      assertThat(String.valueOf(e.getMessage())).doesNotContain("eyJ", "dolmen_");
      return e.getStatus().getCode();
    }
  }

  /** The services, as reflection lists them, or why it does not. */
  private static String listed(int port, String secret) throws Exception {
    ManagedChannel channel = channel("localhost:" + port);
    CompletableFuture<String> answer = new CompletableFuture<>();
    try {
      StreamObserver<ServerReflectionRequest> asking =
          ServerReflectionGrpc.newStub(channel)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(bearer(secret)))
              .serverReflectionInfo(
                  new StreamObserver<ServerReflectionResponse>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                      answer.complete(response.toString());
                    }

                    @Override
                    public void onError(Throwable t) {
                      answer.complete(String.valueOf(t.getMessage()));
                    }

                    @Override
                    public void onCompleted() {
                      answer.complete("completed");
                    }
                  });
      asking.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
      return answer.get(30, TimeUnit.SECONDS);
    } finally {
      channel.shutdownNow();
    }
  }
}
