package dev.dolmen.parameterstore.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a file system with rights, whatever the umask of the process. */
class PrivateFilesTest {
  @TempDir Path directory;

  @Test
  void whatIsMadeIsForItsUserAlone() throws Exception {
    Path below = directory.resolve("a/b");
    PrivateFiles.createDirectories(below);
    assertThat(rights(directory.resolve("a"))).isEqualTo("rwx------");
    assertThat(rights(below)).isEqualTo("rwx------");
    PrivateFiles.createDirectory(below.resolve("c"));
    assertThat(rights(below.resolve("c"))).isEqualTo("rwx------");
    Path file = below.resolve("file");
    try (FileChannel channel =
        PrivateFiles.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      assertThat(rights(file)).isEqualTo("rw-------");
      assertThat(channel.size()).isZero();
    }
    Path text = below.resolve("text");
    PrivateFiles.writeNew(text, "grün");
    assertThat(rights(text)).isEqualTo("rw-------");
    assertThat(Files.readString(text)).isEqualTo("grün");
    assertThatThrownBy(() -> PrivateFiles.writeNew(text, "x"))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void aDirectoryThatIsThereStaysAsItIs() throws Exception {
    set(directory, "rwxr-xr-x");
    PrivateFiles.createDirectories(directory);
    assertThat(rights(directory)).isEqualTo("rwxr-xr-x");
    assertThat(PrivateFiles.openToOthers(directory))
        .hasValue(
            directory + " is open to others (rwxr-xr-x): close it with chmod -R go= " + directory);
    assertThat(directory).isEmptyDirectory();
    set(directory, "rwx------");
    assertThat(PrivateFiles.openToOthers(directory)).isEmpty();
  }

  @Test
  void filesOfAnotherMakerAreClosed() throws Exception {
    Path open = Files.writeString(directory.resolve("open"), "x");
    set(open, "rw-rw-r--");
    Path narrow = Files.writeString(directory.resolve("narrow"), "x");
    set(narrow, "r--------");
    Path below = Files.createDirectory(directory.resolve("below"));
    set(below, "rwxr-xr-x");
    PrivateFiles.closeFiles(directory);
    assertThat(rights(open)).isEqualTo("rw-------");
    assertThat(rights(narrow)).isEqualTo("r--------");
    assertThat(rights(below)).isEqualTo("rwxr-xr-x");
  }

  private static String rights(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static void set(Path path, String rights) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(rights));
  }
}
