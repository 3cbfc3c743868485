package dev.dolmen.server.metrics;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import dev.dolmen.parameterstore.memory.ResidentMemory;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * The process by the names that every Prometheus client library gives, see
 * prometheus.io/docs/instrumenting/writing_clientlibs (process metrics), and which build it is.
 */
public final class ProcessMeters implements MeterBinder {
  private final String version;

  /** Meters of a process that runs this version of the program. */
  public ProcessMeters(String version) {
    this.version = version;
  }

  @Override
  public void bindTo(MeterRegistry meters) {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    FunctionCounter.builder("process.cpu.seconds", system, ProcessMeters::processorSeconds)
        .description("Processor time of the process")
        .register(meters);
    Gauge.builder("process.start.time.seconds", ProcessMeters::startSeconds)
        .description("When the process started, in seconds since 1970")
        .register(meters);
    if (ResidentMemory.bytes().isPresent()) {
      Gauge.builder("process.resident.memory.bytes", () -> ResidentMemory.bytes().orElse(0))
          .description("Memory of the process that is in use, of the heap and outside of it")
          .register(meters);
    }
    if (system instanceof UnixOperatingSystemMXBean unix) {
      Gauge.builder("process.open.fds", unix, u -> u.getOpenFileDescriptorCount())
          .description("File descriptors that are open")
          .register(meters);
      Gauge.builder("process.max.fds", unix, u -> u.getMaxFileDescriptorCount())
          .description("File descriptors that may be open at once")
          .register(meters);
    }
    Gauge.builder("dolmen.build.info", () -> 1)
        .description("1; which build this is, in the labels")
        .tag("version", version)
        .tag("java", Runtime.version().toString())
        .register(meters);
  }

  private static double processorSeconds(OperatingSystemMXBean system) {
    return system.getProcessCpuTime() / (double) TimeUnit.SECONDS.toNanos(1);
  }

  private static double startSeconds() {
    return ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3;
  }
}
