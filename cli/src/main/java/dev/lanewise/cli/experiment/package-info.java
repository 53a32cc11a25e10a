/**
 * The published experiments, one class each, and what they have in common: figures, spreads,
 * verdicts. An experiment computes and returns rows; it never prints.
 */
@NullMarked
package dev.lanewise.cli.experiment;

import org.jspecify.annotations.NullMarked;
