package dev.dolmen.trainer.sync;

/** Another trainer has taken the lead, or may have: nothing of this one counts any more. */
public final class LeadLostException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Says why. */
  public LeadLostException(String message, Throwable cause) {
    super(message, cause);
  }
}
