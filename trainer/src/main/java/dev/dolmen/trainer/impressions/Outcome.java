package dev.dolmen.trainer.impressions;

/** What can become of impressions and of feedback that names a request; each is counted. */
public enum Outcome {
  /** Impressions that came, without those that came again. */
  IMPRESSIONS,
  /** Impressions whose request id is known: ignored. */
  DUPLICATE_IMPRESSIONS,
  /** Feedback events that found the item in their impression. */
  JOINED,
  /** Of these, clicks on an item that counts as clicked: they change nothing. */
  REPEATED,
  /** Joined views, clicks and stronger, the first one on each item shown. */
  CLICKS,
  /** Sum over these of the item's position, from 1. */
  CLICKED_POSITIONS,
  /** Joined events that came to the log before their impression and waited for it. */
  EARLY,
  /** Joined events that came after their impression had been learned from. */
  LATE,
  /** Events whose impression never came, or had been forgotten. */
  UNKNOWN,
  /** Events about an item that their impression does not show. */
  NOT_SHOWN,
  /** Events of a later time than their impression may be clicked at. */
  TOO_LATE,
  /** Late events whose impression could not be read back from the log. */
  UNREADABLE,
  /** Impressions that left without any action on what they showed. */
  EXPIRED,
  /** Impressions that made room before their time: nothing is learned from them. */
  SQUEEZED,
  /** Impressions forgotten before their lateness had passed, to make room. */
  FORGOTTEN,
  /** Impressions and late clicks of sessions of which nothing was known: nothing to learn from. */
  WITHOUT_SESSION,
  /** Late clicks beyond those that one batch learns: left out. */
  LATE_LEFT_OUT,
  /** Clicked items that were learned from. */
  LEARNED_CLICKS,
  /** Items not clicked that were learned from. */
  LEARNED_NEGATIVES,
  /**
   * Events of another visit than the one that was shown the impression: an answer that was handed
   * on, or a request id that was.
   */
  OTHER_VISIT
}
