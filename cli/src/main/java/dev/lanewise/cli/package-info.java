/**
 * The {@code lanewise} command: what it is asked ({@code picocli}), what it prints, and what it
 * exits with. The top of the house: it sees every module, and holds no arithmetic of its own.
 */
@NullMarked
package dev.lanewise.cli;

import org.jspecify.annotations.NullMarked;
