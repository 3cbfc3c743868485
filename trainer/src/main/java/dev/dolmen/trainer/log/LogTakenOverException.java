package dev.dolmen.trainer.log;

/** Another process has taken the log over: this one must not learn from it any more. */
public final class LogTakenOverException extends RuntimeException {
  LogTakenOverException(String topic) {
    super(
        "another process has taken topic "
            + topic
            + " over: this one learns nothing more and takes no feedback. Stop the one that should"
            + " not be there, then start this one again");
  }
}
