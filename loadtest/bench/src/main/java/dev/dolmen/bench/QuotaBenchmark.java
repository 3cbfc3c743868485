package dev.dolmen.bench;

import dev.dolmen.server.config.QuotaConfig;
import dev.dolmen.server.config.QuotaConfig.Quota;
import dev.dolmen.server.quota.Quotas;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.RecommendationServiceGrpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What quotas add to one ranking call, from its headers to its end, without the transport; the same
 * call without an interceptor is the peer.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up before anything else.
public class QuotaBenchmark {
  private static final long MANY = 1_000_000_000;

  /** Without the interceptor, with one that bounds other principals alone, with all bounds. */
  @Param({"none", "others", "all"})
  public String quotas;

  private final Call call = new Call();
  private ServerCallHandler<RecommendRequest, RecommendResponse> handler;

  /** A method that does nothing, behind quotas or not. */
  @Setup
  public void prepare() {
    ServerServiceDefinition plain =
        ServerServiceDefinition.builder(RecommendationServiceGrpc.SERVICE_NAME)
            .addMethod(method(), (_, _) -> new ServerCall.Listener<>() {})
            .build();
    handler = handler(quotas.equals("none") ? plain : ServerInterceptors.intercept(plain, guard()));
  }

  private ServerInterceptor guard() {
    Quota all = new Quota(MANY, MANY, 1L << 40, Duration.ofSeconds(1), 1_000, 1_000);
    QuotaConfig config =
        quotas.equals("all")
            ? new QuotaConfig(all, List.of())
            : new QuotaConfig(Quota.NONE, List.of(new QuotaConfig.Named("another", all)));
    return new Quotas(config, new SimpleMeterRegistry());
  }

  private static MethodDescriptor<RecommendRequest, RecommendResponse> method() {
    return RecommendationServiceGrpc.getRecommendMethod();
  }

  @SuppressWarnings("unchecked") // It was made of that method.
  private static ServerCallHandler<RecommendRequest, RecommendResponse> handler(
      ServerServiceDefinition service) {
    ServerMethodDefinition<RecommendRequest, RecommendResponse> definition =
        (ServerMethodDefinition<RecommendRequest, RecommendResponse>)
            service.getMethod(method().getFullMethodName());
    return definition.getServerCallHandler();
  }

  /** Headers, message, end of the request, end of the call. */
  @Benchmark
  public ServerCall.Listener<RecommendRequest> call() {
    ServerCall.Listener<RecommendRequest> listener = handler.startCall(call, new Metadata());
    listener.onMessage(RecommendRequest.getDefaultInstance());
    listener.onHalfClose();
    listener.onComplete();
    return listener;
  }

  /** Of nobody. */
  private static final class Call extends ServerCall<RecommendRequest, RecommendResponse> {
    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(RecommendResponse message) {}

    @Override
    public void close(Status status, Metadata trailers) {}

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<RecommendRequest, RecommendResponse> getMethodDescriptor() {
      return method();
    }
  }
}
