package dev.dolmen.traffic.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerProgramTest {
  private final Map<String, @Nullable String> before = new HashMap<>();

  @BeforeEach
  void asOnADevelopersMachine() {
    for (String property : List.of(ServerProgram.JARS, ServerProgram.STARTS)) {
      before.put(property, System.clearProperty(property));
    }
  }

  @AfterEach
  void asItWas() {
    before.forEach(ServerProgramTest::set);
  }

  private static void set(String property, @Nullable String value) {
    if (value == null) {
      System.clearProperty(property);
    } else {
      System.setProperty(property, value);
    }
  }

  @Test
  void startsFromTheClassesOfThisProcessWithoutARecord() throws Exception {
    ServerProgram program = ServerProgram.ofThisProcess();
    assertThat(program.classes()).isEqualTo(System.getProperty("java.class.path"));
    assertThat(program.flags()).isEmpty();
  }

  /** The JVM takes a record for the same jars in the same order alone. */
  @Test
  void startsFromAFolderOfJarsInTheLaunchersOrder(@TempDir Path folder) throws Exception {
    for (String name : List.of("netty-4.jar", "dolmen-server.jar", "Zip.jar", "readme.txt")) {
      Files.createFile(folder.resolve(name));
    }
    System.setProperty(ServerProgram.JARS, folder.toString());
    System.setProperty(ServerProgram.STARTS, "/starts.aot");
    ServerProgram program = ServerProgram.ofThisProcess();
    assertThat(program.classes().split(":"))
        .containsExactly(
            folder.resolve("Zip.jar").toString(),
            folder.resolve("dolmen-server.jar").toString(),
            folder.resolve("netty-4.jar").toString());
    assertThat(program.flags()).contains("-XX:AOTCache=/starts.aot");
  }
}
