package dev.dolmen.server.cli;

/** A word of a command line that can be pasted into a shell. */
final class ShellWord {
  private ShellWord() {}

  /** The text as it is where a shell leaves it alone, else in quotes. */
  static String of(String text) {
    boolean plain = !text.isEmpty() && text.chars().allMatch(ShellWord::isPlain);
    return plain ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  private static boolean isPlain(int c) {
    return Character.isLetterOrDigit(c) || "/._-+=:,@%".indexOf(c) >= 0;
  }
}
