package dev.dolmen.traffic.local;

import com.sun.management.OperatingSystemMXBean;
import dev.dolmen.server.cli.terminal.Amounts;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What measurements were made on, and the flags of the processes that make them. */
public final class Machine {
  private Machine() {}

  /** Processor, number of processors, memory, Java and operating system, in one line. */
  public static String description() {
    Runtime runtime = Runtime.getRuntime();
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return String.format(
        Locale.ROOT,
        "%s, %d processors, %s of memory, Java %s, %s",
        processor(),
        runtime.availableProcessors(),
        Amounts.bytes(system.getTotalMemorySize()),
        Runtime.version(),
        System.getProperty("os.name"));
  }

  private static String processor() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(l -> l.startsWith("model name"))
          .map(l -> l.substring(l.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  /** The file of JVM flags that this process was started with, if it is to be found. */
  public static @Nullable Path jvmOptions() {
    List<Path> folders = new ArrayList<>();
    addWithParents(Path.of("").toAbsolutePath(), folders);
    for (String entry : System.getProperty("java.class.path", "").split(Pattern.quote(":"), -1)) {
      addWithParents(Path.of(entry).toAbsolutePath(), folders);
    }
    return optionsIn(folders);
  }

  private static @Nullable Path optionsIn(List<Path> folders) {
    return folders.stream()
        .map(f -> f.resolve("jvm.options"))
        .filter(Files::isRegularFile)
        .findFirst()
        .orElse(null);
  }

  /**
   * A process with this one's Java, classes and flags, not yet started. Classes are named in its
   * environment: ONNX Runtime 1.29 ends a process whose command line has some kilobytes.
   *
   * @param flags of the JVM, which come after those of jvm.options
   */
  public static ProcessBuilder javaProcess(
      List<String> flags, Class<?> main, List<String> arguments) {
    String classes = System.getProperty("java.class.path");
    return javaProcess(classes, flags, main, arguments);
  }

  /** The same with other classes. */
  static ProcessBuilder javaProcess(
      String classes, List<String> flags, Class<?> main, List<String> arguments) {
    return javaProcess(jvmOptions(), classes, flags, main, arguments);
  }

  /**
   * The same with the classes of another build.
   *
   * @param jars its folder of jars; its jvm.options lies there or above
   */
  public static ProcessBuilder javaProcess(
      Path jars, List<String> flags, Class<?> main, List<String> arguments) {
    List<Path> folders = new ArrayList<>();
    addWithParents(jars.toAbsolutePath(), folders);
    return javaProcess(optionsIn(folders), jars.toAbsolutePath() + "/*", flags, main, arguments);
  }

  private static ProcessBuilder javaProcess(
      @Nullable Path file,
      String classes,
      List<String> flags,
      Class<?> main,
      List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (file != null) {
      command.add("@" + file);
    }
    command.addAll(flags);
    command.add(main.getName());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("CLASSPATH", classes);
    return builder;
  }

  private static void addWithParents(Path start, List<Path> folders) {
    for (Path folder = start; folder != null; folder = folder.getParent()) {
      folders.add(folder);
    }
  }
}
