package dev.dolmen.server.api;

import dev.dolmen.server.ranking.Answer;
import dev.dolmen.trainer.learn.VersionSwitch;

/** An answer that is computed within one version: it leaves it before it is given, once. */
final class VersionedAnswer<T> implements Answer<T> {
  private final VersionSwitch versions;
  private final Answer<T> answer;
  private boolean left;

  /** Enters, on the thread that will leave. */
  VersionedAnswer(VersionSwitch versions, Answer<T> answer) {
    this.versions = versions;
    this.answer = answer;
    versions.enter();
  }

  /** It is computed no more. */
  void leave() {
    if (!left) {
      left = true;
      versions.leave();
    }
  }

  @Override
  public void give(T given) {
    leave();
    answer.give(given);
  }

  @Override
  public void fail(RuntimeException why) {
    leave();
    answer.fail(why);
  }
}
