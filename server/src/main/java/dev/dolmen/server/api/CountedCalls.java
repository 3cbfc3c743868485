package dev.dolmen.server.api;

import dev.dolmen.v1.CallStatus;
import dev.dolmen.v1.StatusResponse;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What {@link RequestMeter} has counted, by method. Any thread. */
final class CountedCalls {
  private final MeterRegistry meters;

  CountedCalls(MeterRegistry meters) {
    this.meters = meters;
  }

  void addTo(StatusResponse.Builder status) {
    TreeMap<String, CallStatus.Builder> byMethod = new TreeMap<>();
    for (Timer timer : meters.find(RequestMeter.NAME).timers()) {
      String full = String.valueOf(timer.getId().getTag(RequestMeter.METHOD));
      String method = full.substring(full.lastIndexOf('/') + 1);
      CallStatus.Builder calls =
          byMethod.computeIfAbsent(method, name -> CallStatus.newBuilder().setMethod(name));
      long count = timer.count();
      boolean good = Status.Code.OK.name().equals(timer.getId().getTag(RequestMeter.STATUS));
      calls
          .setCalls(calls.getCalls() + count)
          .setFailed(calls.getFailed() + (good ? 0 : count))
          .setTotalMs(calls.getTotalMs() + timer.totalTime(TimeUnit.MILLISECONDS));
    }
    byMethod.values().forEach(status::addCalls);
  }
}
