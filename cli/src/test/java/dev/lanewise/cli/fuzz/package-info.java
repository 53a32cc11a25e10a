/**
 * Fuzz targets, one a reader: each takes any bytes and throws what is a finding. {@code .ci/fuzz}
 * lets Jazzer look for such bytes; {@link dev.lanewise.cli.fuzz.CorpusTest} gives them what is
 * stored in {@code src/test/corpus}.
 */
@NullMarked
package dev.lanewise.cli.fuzz;

import org.jspecify.annotations.NullMarked;
