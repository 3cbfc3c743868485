package dev.dolmen.server.reload;

import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what files hold when that changes. A thread of its own reads them again and again, as they
 * are small, and compares: the time of a file tells nothing of a secret that Kubernetes mounts,
 * whose links are changed. What cannot be used is said once, and what was read before stays.
 *
 * @param <C> what the files hold; equal as long as nothing has changed
 */
public final class FileReload<C> implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(FileReload.class);

  private final String what;
  private final Source<C> source;
  private final ScheduledExecutorService thread;
  private C used;

  /** What was wrong at the look before; empty if nothing was. */
  private String seen = "";

  /** What a warning has said of the present files; empty for nothing. */
  private String said = "";

  /** The files, and who uses what they hold. Called by one thread at a time. */
  public interface Source<C> {
    /** Reads them. */
    C read() throws UnusableFileException;

    /** Goes on with what they hold now, or throws and goes on with what they held before. */
    void use(C contents) throws UnusableFileException;

    /** A look is over, whatever it came to. */
    default void looked() {}
  }

  /**
   * Starts nothing yet.
   *
   * @param what the files are, for messages: a plural
   * @param threadName of the thread that will look
   * @param used what was read and is used already
   */
  public FileReload(String what, String threadName, Source<C> source, C used) {
    this.what = what;
    this.source = source;
    this.used = used;
    thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name(threadName).daemon().factory());
  }

  /** Looks from now on, until this is closed. */
  public void start(Duration interval) {
    long millis = interval.toMillis();
    // It ends with the thread.
    var _ = thread.scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS);
  }

  /** Looks at the files once. */
  public synchronized void look() {
    try {
      C found = source.read();
      if (!found.equals(used)) {
        source.use(found);
        used = found;
      }
      seen = "";
      said = "";
    } catch (UnusableFileException e) {
      refuse(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      refuse(e.toString()); // An exception that comes out would end the looks.
    }
    source.looked();
  }

  /** Files are replaced one after the other: only what is wrong at two looks in a row is wrong. */
  private void refuse(String why) {
    if (why.equals(seen) && !why.equals(said)) {
      LOG.warn(
          "The {} have changed and cannot be used; what they held before is served on: {}",
          what,
          why.replace("\n", "; "));
      said = why;
    }
    seen = why;
  }

  /** Looks no more. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
