package dev.dolmen.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.dolmen.server.access.KeyFile;
import dev.dolmen.server.access.KeyText;
import dev.dolmen.server.access.MethodRoles;
import dev.dolmen.server.access.Role;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Who gets in and who does not, over a real socket. */
@SuppressWarnings("NullAway.Init")
class GateTest {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final MethodDescriptor.Marshaller<byte[]> BYTES = new Bytes();
  private static final ListAppender<ILoggingEvent> LINES = new ListAppender<>();
  private static final Map<Role, KeyText> KEYS = new EnumMap<>(Role.class);
  private static final Logger LOGGER = (Logger) LoggerFactory.getLogger("dev.dolmen");

  @TempDir static Path directory;
  private static KeyFile file;
  private static TestServer server;

  @BeforeAll
  static void start() throws Exception {
    DolmenConfig config = TestServer.config(directory.resolve("data"));
    file = new KeyFile("keys", directory.resolve("data").resolve("keys"));
    for (Role role : Role.values()) {
      KEYS.put(role, create(role.spelled() + "-key", role));
    }
    LINES.start();
    LOGGER.setLevel(Level.TRACE);
    LOGGER.addAppender(LINES);
    server = new TestServer(config);
  }

  @AfterAll
  static void stop() {
    server.close();
    LOGGER.detachAppender(LINES);
    LOGGER.setLevel(null);
  }

  private static KeyText create(String name, Role... roles) throws Exception {
    return file.create(name, Set.of(roles), TestServer.NOW, null, new SecureRandom());
  }

  /** A method that nobody thought of is closed, so this is what there must be for each. */
  @Test
  void everyMethodHasARole() {
    Set<String> unmapped = new TreeSet<>();
    int methods = 0;
    for (ServiceDescriptor service : ServiceRegistry.SERVICES) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        methods++;
        if (MethodRoles.of(method.getFullMethodName()).isEmpty()) {
          unmapped.add(method.getFullMethodName());
        }
      }
    }
    assertThat(unmapped).as("methods without a role in MethodRoles").isEmpty();
    assertThat(methods).isEqualTo(22);
  }

  @Test
  void aRoleOpensItsMethodsAndNoOthers() {
    TextTable table = new TextTable("call", "no key", "read", "publish", "catalog", "admin");
    for (ServiceDescriptor service : ServiceRegistry.SERVICES) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        Role needed = MethodRoles.of(method.getFullMethodName()).orElseThrow();
        List<Object> row = new ArrayList<>();
        row.add(method.getBareMethodName());
        row.add(call(method.getFullMethodName()).getCode());
        for (Role role : Role.values()) {
          Status got = call(method.getFullMethodName(), bearer(key(role)));
          row.add(got.getCode());
          String what = method.getBareMethodName() + " with " + role;
          if (role == needed) {
            assertThat(got.getCode())
                .as(what)
                .isNotIn(Status.Code.UNAUTHENTICATED, Status.Code.PERMISSION_DENIED);
          } else {
            assertThat(got.getCode()).as(what).isEqualTo(Status.Code.PERMISSION_DENIED);
            assertThat(got.getDescription())
                .contains(
                    method.getFullMethodName()
                        + " needs the role "
                        + needed.spelled()
                        + "; "
                        + role.spelled()
                        + "-key has "
                        + role.spelled());
          }
        }
        assertThat(row.get(1)).isEqualTo(Status.Code.UNAUTHENTICATED);
        table.row(row.toArray());
      }
    }
    Terminal.stdout().text(table); // What each got, for who reads the test's output.
  }

  @Test
  void healthIsOpenAndReflectionIsNot() {
    assertThat(call(HealthGrpc.getCheckMethod().getFullMethodName()).isOk()).isTrue();
    String reflection =
        ProtoReflectionServiceV1.newInstance()
            .bindService()
            .getMethods()
            .iterator()
            .next()
            .getMethodDescriptor()
            .getFullMethodName();
    assertThat(call(reflection).getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    for (Role role : Role.values()) {
      Status got = call(reflection, bearer(key(role)));
      assertThat(got.isOk()).as("reflection with %s: %s", role, got).isEqualTo(role == Role.ADMIN);
    }
  }

  @Test
  void whatIsNoKeyIsAnsweredWithHowToSendOne() {
    String key = key(Role.READ).text();
    String other = new KeyText("0".repeat(16), key(Role.READ).secret()).text();
    Map<String, List<String>> attempts =
        Map.of(
            "the call has no key", List.of(),
            "the call has 2 authorizations", List.of("Bearer " + key, "Bearer " + key),
            "the authorization is none of the scheme Bearer", List.of("Basic " + key),
            "the authorization holds no key of Dolmen", List.of("Bearer " + key + "x"),
            "the server does not know this key, or it was revoked", List.of("Bearer " + other));
    attempts.forEach((why, sent) -> {
      Status got = call("dolmen.v1.AdminService/GetStatus", sent.toArray(String[]::new));
      assertThat(got.getCode()).as(why).isEqualTo(Status.Code.UNAUTHENTICATED);
      assertThat(got.getDescription())
          .startsWith(why)
          .contains("expected the metadata authorization: Bearer KEY")
          .doesNotContain(key(Role.READ).secret());
    });
    assertThat(call("dolmen.v1.AdminService/GetStatus", key).getCode())
        .isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  @Test
  void theSchemeIsTakenInAnyCase() {
    String key = key(Role.ADMIN).text();
    for (String scheme : List.of("bearer ", "BEARER ", "Bearer  ")) {
      assertThat(call("dolmen.v1.AdminService/GetStatus", scheme + key).isOk()).isTrue();
    }
  }

  @Test
  void aRevokedKeyEndsCallsAndStreams() throws Exception {
    KeyText key = create("short-lived", Role.PUBLISH);
    awaitCode(key, Status.Code.INVALID_ARGUMENT);
    BlockingQueue<Object> answers = new ArrayBlockingQueue<>(10);
    StreamObserver<PublishRequest> stream =
        FeedbackServiceGrpc.newStub(with(bearer(key))).publish(into(answers));
    stream.onNext(click("before"));
    assertThat(answers.poll(30, TimeUnit.SECONDS)).isInstanceOf(PublishResponse.class);
    file.revoke("short-lived");
    awaitCode(key, Status.Code.UNAUTHENTICATED);
    stream.onNext(click("after"));
    Object end = answers.poll(30, TimeUnit.SECONDS);
    assertThat(end).isInstanceOf(StatusRuntimeException.class);
    assertThat((StatusRuntimeException) end)
        .hasMessageContaining("UNAUTHENTICATED: the key of short-lived was revoked");
  }

  private static PublishRequest click(String id) {
    return PublishRequest.newBuilder()
        .addEvents(TestServer.event(id, "session", "item", 0))
        .build();
  }

  /** The server looks at the file every second. A request without events is not valid. */
  private static void awaitCode(KeyText key, Status.Code code) throws InterruptedException {
    Instant end = Instant.now().plusSeconds(30);
    Status got = call("dolmen.v1.FeedbackService/PublishBatch", bearer(key));
    while (got.getCode() != code && Instant.now().isBefore(end)) {
      Thread.sleep(50);
      got = call("dolmen.v1.FeedbackService/PublishBatch", bearer(key));
    }
    assertThat(got.getCode()).isEqualTo(code);
  }

  @Test
  void anUnknownMethodIsShownShort() {
    String name = "dolmen.v1.AdminService/" + "x".repeat(5_000);
    Status got = call(name, bearer(key(Role.ADMIN)));
    assertThat(got.getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(got.getDescription()).startsWith("Method not found: dolmen.v1").hasSizeLessThan(200);
    assertThat(call(name).getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  @Test
  void noKeyIsEverLogged() {
    String sent = "Bearer " + key(Role.ADMIN).text();
    call("dolmen.v1.AdminService/GetStatus", sent);
    call("dolmen.v1.AdminService/GetStatus", sent + "x");
    call("dolmen.v1.AdminService/GetStatus", sent, sent);
    call("dolmen.v1.AdminService/" + key(Role.ADMIN).text().substring(7));
    List<ILoggingEvent> lines = new ArrayList<>(LINES.list);
    assertThat(lines)
        .isNotEmpty()
        .extracting(ILoggingEvent::getFormattedMessage)
        .noneMatch(line -> KEYS.values().stream().anyMatch(key -> line.contains(key.secret())));
  }

  private static KeyText key(Role role) {
    return Objects.requireNonNull(KEYS.get(role));
  }

  private static String bearer(KeyText key) {
    return "Bearer " + key.text();
  }

  /** Calls with an empty message, and tells the status. */
  private static Status call(String method, String... authorizations) {
    try {
      ClientCalls.blockingUnaryCall(
          with(authorizations),
          MethodDescriptor.<byte[], byte[]>newBuilder()
              .setType(MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(method)
              .setRequestMarshaller(BYTES)
              .setResponseMarshaller(BYTES)
              .build(),
          CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS),
          new byte[0]);
      return Status.OK;
    } catch (StatusRuntimeException e) {
      // A stream may end without a message.
      return String.valueOf(e.getMessage()).contains("No value received")
          ? Status.OK
          : e.getStatus();
    }
  }

  private static Channel with(String... authorizations) {
    Metadata headers = new Metadata();
    for (String authorization : authorizations) {
      headers.put(AUTHORIZATION, authorization);
    }
    return ClientInterceptors.intercept(
        server.channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static StreamObserver<PublishResponse> into(BlockingQueue<Object> answers) {
    return new StreamObserver<>() {
      @Override
      public void onNext(PublishResponse answer) {
        answers.add(answer);
      }

      @Override
      public void onError(Throwable t) {
        answers.add(t);
      }

      @Override
      public void onCompleted() {
        answers.add("completed");
      }
    };
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
