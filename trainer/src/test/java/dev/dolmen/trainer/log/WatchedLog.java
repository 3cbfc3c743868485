package dev.dolmen.trainer.log;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/**
 * A feedback log that tells of each record before the trainer applies it, on its thread: to stop it
 * there. Records that a start only counts do not show.
 */
public final class WatchedLog implements LogFactory {
  private final LongConsumer onRecord;

  /**
   * @param onRecord told of offsets
   */
  public WatchedLog(LongConsumer onRecord) {
    this.onRecord = onRecord;
  }

  @Override
  public FeedbackLog open(Path dataDirectory, LogOptions options) throws IOException {
    FeedbackLog log = LogFactory.CONFIGURED.open(dataDirectory, options);
    return (FeedbackLog)
        Proxy.newProxyInstance(
            WatchedLog.class.getClassLoader(),
            new Class<?>[] {FeedbackLog.class},
            (proxy, method, arguments) -> {
              Object result = call(method, log, arguments);
              // What the trainer reads from is opened before its thread is started.
              boolean trains =
                  result instanceof LogTailer
                      && method.getName().equals("tailer")
                      && !Thread.currentThread().getName().equals("dolmen-trainer");
              return trains ? watched((LogTailer) result) : result;
            });
  }

  private LogTailer watched(LogTailer tailer) {
    return (LogTailer)
        Proxy.newProxyInstance(
            WatchedLog.class.getClassLoader(),
            new Class<?>[] {LogTailer.class},
            (proxy, method, arguments) -> {
              Object result = call(method, tailer, arguments);
              if (method.getName().equals("next") && Boolean.TRUE.equals(result)) {
                onRecord.accept(tailer.offset());
              }
              return result;
            });
  }

  private static Object call(Method method, Object target, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }
}
