package dev.dolmen.model.data;

/** How the positions of a session become one vector. */
public enum Pooling {
  /** The mean over the positions up to the one that predicts (M2TRec, section 3). */
  MEAN,
  /** The position that predicts (SASRec). */
  LAST,
  /** A mean over those positions with learned shares, by content and by place from the end. */
  ATTENTION
}
