package dev.lanewise.engine.nn;

/** A listener's answer. */
public enum Decision {
  /** Go on training. */
  CONTINUE,
  /** End after this update or epoch; the model is what it is now. */
  STOP
}
