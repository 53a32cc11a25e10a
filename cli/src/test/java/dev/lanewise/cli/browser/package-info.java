/** A real browser for the tests of pages. */
@org.jspecify.annotations.NullMarked
package dev.lanewise.cli.browser;
