package dev.dolmen.server.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.dolmen.parameterstore.feature.ShownText;
import dev.dolmen.server.access.Principal;
import dev.dolmen.server.access.Refusal;
import dev.dolmen.server.access.RefusedCalls;
import dev.dolmen.server.access.Role;
import dev.dolmen.server.access.SignIns;
import dev.dolmen.server.config.AuditConfig;
import dev.dolmen.server.quota.Rate;
import dev.dolmen.v1.AdminServiceGrpc;
import dev.dolmen.v1.CatalogServiceGrpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes an entry for each call that changes items or takes a snapshot, and for each call of the
 * catalogue's and the administration's services that was not let in, and for each sign-in to the
 * console at the issuer, taken or not.
 *
 * <p>An entry is written before its call's status goes out. What changed nothing is written at a
 * bounded rate, and so are sign-ins that were taken, at one of their own, so that nobody can write
 * the rest out of the files by trying, or keep a sign-in out of them. A disk that is full stops no
 * call: an entry that cannot be written is counted and said, and the next one that can be tells how
 * many are missing.
 */
public final class AuditLog implements ServerInterceptor, RefusedCalls, SignIns, Closeable {
  /** Folder of the data directory. */
  public static final String FOLDER = "audit";

  /** Entries a second about what changed nothing. */
  static final int REFUSED_PER_SECOND = 10;

  /** Entries a second about sign-ins that were taken. */
  static final int SIGN_INS_PER_SECOND = 10;

  /** What stands in the place of a method. */
  private static final String SIGN_IN = "console/sign-in";

  private static final int REASON_BYTES_MAX = 500;

  private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Duration REFUSED_BURST = Duration.ofSeconds(10);
  private static final long SAY_EVERY_NANOS = Duration.ofMinutes(1).toNanos();

  private static final Set<String> CHANGES =
      Stream.of(
              CatalogServiceGrpc.getUpsertItemsMethod(),
              CatalogServiceGrpc.getUpsertItemsBatchMethod(),
              CatalogServiceGrpc.getPatchItemsMethod(),
              CatalogServiceGrpc.getDeleteItemsMethod(),
              AdminServiceGrpc.getCreateSnapshotMethod())
          .map(MethodDescriptor::getFullMethodName)
          .collect(Collectors.toUnmodifiableSet());

  private static final Set<String> SERVICES =
      Set.of(CatalogServiceGrpc.SERVICE_NAME, AdminServiceGrpc.SERVICE_NAME);

  private final boolean enabled;
  private final AuditFiles files;
  private final Path directory;
  private final InstantSource clock;
  private final MeterRegistry meters;
  private final Rate refusedRate;
  private final Rate signInRate;
  private final Counter written;
  private final Counter failed;
  private final Counter skipped;
  private long failedSince;
  private long saidNanos;
  private long skippedSince;

  /**
   * Touches nothing yet.
   *
   * @param dataDirectory the folder with its files lies there
   */
  public AuditLog(
      AuditConfig config, Path dataDirectory, InstantSource clock, MeterRegistry meters) {
    enabled = config.enabled();
    directory = dataDirectory.resolve(FOLDER);
    files = new AuditFiles(directory, config.maxFileBytes(), config.maxBytes());
    this.clock = clock;
    this.meters = meters;
    refusedRate = new Rate(REFUSED_PER_SECOND, REFUSED_BURST, now());
    signInRate = new Rate(SIGN_INS_PER_SECOND, REFUSED_BURST, now());
    written =
        Counter.builder("dolmen.audit.entries")
            .description("Entries written to the audit log")
            .register(meters);
    failed = missing("failed", meters);
    skipped = missing("rate", meters);
  }

  private static Counter missing(String reason, MeterRegistry meters) {
    return Counter.builder("dolmen.audit.missing")
        .description(
            "Entries that the audit log lacks: not writable, or refused calls and sign-ins at a"
                + " high rate")
        .tag("reason", reason)
        .register(meters);
  }

  private long now() {
    return meters.config().clock().monotonicTime();
  }

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    if (!enabled || !CHANGES.contains(call.getMethodDescriptor().getFullMethodName())) {
      return next.startCall(call, headers);
    }
    AuditEntry entry = new AuditEntry(Principal.current().name(), call);
    return new AuditedCall<>(call, entry, this).start(headers, next);
  }

  @Override
  public void refused(String caller, ServerCall<?, ?> call, Status status) {
    if (enabled && SERVICES.contains(call.getMethodDescriptor().getServiceName())) {
      write(new AuditEntry(caller, call), status);
    }
  }

  @Override
  public void signedIn(Principal who, SocketAddress remote) {
    Map<String, Object> fields = signIn(who.name(), remote);
    fields.put("roles", who.roles().stream().sorted().map(Role::spelled).toList());
    writeSignIn(fields, Status.Code.OK, signInRate);
  }

  @Override
  public void notSignedIn(Refusal refusal, SocketAddress remote) {
    Map<String, Object> fields = signIn(refusal.caller(), remote);
    fields.put("reason", ShownText.within(refusal.why(), REASON_BYTES_MAX));
    writeSignIn(fields, refusal.status().getCode(), refusedRate);
  }

  private static Map<String, Object> signIn(String caller, SocketAddress remote) {
    Map<String, Object> fields = new LinkedHashMap<>();
    if (!caller.isEmpty()) {
      fields.put("principal", ShownText.of(caller));
    }
    fields.put("remote", AuditEntry.shown(remote));
    fields.put("method", SIGN_IN);
    return fields;
  }

  private synchronized void writeSignIn(
      Map<String, Object> fields, Status.Code status, Rate bound) {
    if (enabled && isWithin(bound)) {
      append(fields, status);
    }
  }

  /** Of a call that ends so. */
  synchronized void write(AuditEntry entry, Status status) {
    if (!entry.changedNothing(status.getCode()) || isWithin(refusedRate)) {
      append(entry.fields(), status.getCode());
    }
  }

  private boolean isWithin(Rate bound) {
    if (bound.take(1, now()) == 0) {
      return true;
    }
    skipped.increment();
    skippedSince++;
    return false;
  }

  private void append(Map<String, Object> fields, Status.Code status) {
    try {
      files.append(line(fields, status));
      written.increment();
      if (failedSince > 0) {
        LOG.info("{}: entries are written again; {} are missing", directory, failedSince);
      }
      failedSince = 0;
      skippedSince = 0;
    } catch (IOException e) {
      failed.increment();
      failedSince++;
      say(e);
    }
  }

  private void say(IOException cause) {
    long now = now();
    if (failedSince == 1 || now - saidNanos >= SAY_EVERY_NANOS) {
      saidNanos = now;
      LOG.warn(
          "{}: {} entries could not be written so far: {}",
          directory,
          failedSince,
          cause.toString());
    }
  }

  private byte[] line(Map<String, Object> fields, Status.Code status)
      throws JsonProcessingException {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("time", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
    line.putAll(fields);
    line.put("status", status.name());
    if (failedSince > 0) {
      line.put("missing_before", failedSince);
    }
    if (skippedSince > 0) {
      line.put("refused_before", skippedSince);
    }
    return (MAPPER.writeValueAsString(line) + '\n').getBytes(StandardCharsets.UTF_8);
  }

  /** Entries that come later open the files again. */
  @Override
  public synchronized void close() {
    try {
      files.close();
    } catch (IOException e) {
      LOG.warn("{} could not be closed", directory, e);
    }
  }
}
