package dev.lanewise.engine.kernel;

/** Whether a gemm operand is read as it is stored or transposed. */
public enum Transpose {
  /** As stored. */
  NO,
  /** Rows and columns exchanged. */
  YES
}
