package dev.dolmen.trainer.thread;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Threads that nobody waits for, such as those that learn and those that write snapshots: the
 * kernel lets threads that answer requests run before them when there are not processors enough for
 * all, and gives them what is left, and always a part. Without that a request waits for some
 * milliseconds, several times over, until one of these has had its turn.
 *
 * <p>That is their nice value, which Linux has for each thread ({@code setpriority(2)}, "C
 * library/kernel differences"), and which any thread may raise, whoever runs the process. Java's
 * own priorities of threads do nothing there unless the process belongs to root. Where there is no
 * such call all threads stay alike.
 */
public final class BackgroundThreads {
  /**
   * Nicer than the process by this is what learns: at least an eighth of a processor next to two
   * threads that never rest, as a step is worth 1.25 in weight ({@code sched(7)}).
   */
  public static final int LEARNING = 5;

  /** What learns where nobody is answered yields to no other process that is as nice. */
  public static final int LEARNING_ONLY = 0;

  /** Nicer by this is upkeep, which may take its time. */
  public static final int UPKEEP = 10;

  private static final int NICEST = 19;
  private static final int PRIO_PROCESS = 0;
  private static final int CALLING_THREAD = 0;
  private static final @Nullable MethodHandle GET = find("getpriority", 2);
  private static final @Nullable MethodHandle SET = find("setpriority", 3);

  /** Of the thread that the process began with. */
  private static final int OF_PROCESS = niceness((int) ProcessHandle.current().pid());

  private BackgroundThreads() {}

  /**
   * A daemon that has not started.
   *
   * @param nicer than the process by, {@link #LEARNING}, {@link #LEARNING_ONLY} or {@link #UPKEEP}
   */
  public static Thread unstarted(String name, int nicer, Runnable work) {
    return factory(name, nicer).newThread(work);
  }

  /** Waits for a thread's end, also where the caller is interrupted meanwhile. */
  public static void awaitEnd(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Makes such daemons, all of one name. */
  public static ThreadFactory factory(String name, int nicer) {
    ThreadFactory daemons = Thread.ofPlatform().name(name).daemon().factory();
    return work ->
        daemons.newThread(() -> {
          join(nicer);
          work.run();
        });
  }

  /**
   * Makes the calling thread one of these; it cannot be undone. One that is as nice already stays
   * as it is. Takes less than a microsecond.
   *
   * @param nicer than the process by
   */
  public static void join(int nicer) {
    int wanted = Math.min(NICEST, OF_PROCESS + nicer);
    if (niceness(CALLING_THREAD) < wanted) {
      call(SET, PRIO_PROCESS, CALLING_THREAD, wanted);
    }
  }

  /** Nice value of the calling thread; 0 where there is no such call. */
  public static int niceness() {
    return niceness(CALLING_THREAD);
  }

  private static int niceness(int thread) {
    return call(GET, PRIO_PROCESS, thread);
  }

  @SuppressWarnings("restricted")
  private static @Nullable MethodHandle find(String function, int arguments) {
    if (!System.getProperty("os.name").equals("Linux")) {
      return null;
    }
    ValueLayout[] types = new ValueLayout[arguments];
    Arrays.fill(types, ValueLayout.JAVA_INT);
    Linker linker = Linker.nativeLinker();
    return linker
        .defaultLookup()
        .find(function)
        .map(address ->
            linker.downcallHandle(address, FunctionDescriptor.of(ValueLayout.JAVA_INT, types)))
        .orElse(null);
  }

  /** What the function returns; 0 if there is none. */
  private static int call(@Nullable MethodHandle function, int which, int who) {
    try {
      return function == null ? 0 : (int) function.invokeExact(which, who);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("getpriority", e);
    }
  }

  private static void call(@Nullable MethodHandle function, int which, int who, int value) {
    try {
      if (function != null) {
        int _ = (int) function.invokeExact(which, who, value);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("setpriority", e);
    }
  }
}
