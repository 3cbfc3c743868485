package dev.dolmen.parameterstore.build;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.ToolProvider;
import net.openhft.chronicle.values.ValueModel;

/**
 * Compiles, while the module is built, the class that Chronicle Map else generates and compiles at
 * each start: what it keeps in a map's header. It looks for a class of that name first ({@code
 * net.openhft.chronicle.values.ValueModel.createClass}). The source is what Chronicle Values of the
 * same version writes.
 *
 * <p>{@code java -cp CLASS_PATH ChronicleMapState.java CLASSES_DIRECTORY}
 */
final class ChronicleMapState {
  private static final String STATE = "net.openhft.chronicle.hash.VanillaGlobalMutableState";

  private ChronicleMapState() {}

  public static void main(String[] arguments) throws Exception {
    Path classes = Path.of(arguments[0]);
    ValueModel model = ValueModel.acquire(Class.forName(STATE));
    String name = STATE.substring(STATE.lastIndexOf('.') + 1) + ValueModel.$$NATIVE;
    Method generator =
        Class.forName("net.openhft.chronicle.values.Generators")
            .getDeclaredMethod("generateNativeClass", ValueModel.class, String.class);
    generator.setAccessible(true);
    Path directory = Files.createTempDirectory("chronicle-map-state-");
    Path source = directory.resolve(name + ".java");
    try {
      Files.writeString(source, (String) generator.invoke(null, model, name));
      int code =
          ToolProvider.getSystemJavaCompiler().run(null, null, null, options(classes, source));
      if (code != 0) {
        throw new IllegalStateException(source + " does not compile");
      }
    } finally {
      Files.deleteIfExists(source);
      Files.delete(directory);
    }
  }

  private static String[] options(Path classes, Path source) {
    return new String[] {
      "-d",
      classes.toString(),
      "-cp",
      System.getProperty("java.class.path"),
      "-g:none",
      "-proc:none",
      "-implicit:none",
      "-nowarn",
      source.toString()
    };
  }
}
